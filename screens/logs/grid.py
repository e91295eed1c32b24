"""The panes of the Logs screen: side by side where each has room for a line, else one below the other."""

from __future__ import annotations

from typing import Final

from textual import work
from textual.containers import Grid

from console.logs.tailing.panes import Panes
from screens.logs.pane_box import LogBox

LEAST_WIDTH: Final = 58
"""Cells that a pane beside another has at least: time, stream and the begin of a line."""


class LogGrid(Grid):
    """Panes with their headings; it follows what `Panes` has, whenever it is told to look."""

    DEFAULT_CSS = "LogGrid { height: 1fr; grid-size: 1; grid-gutter: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._wanted: tuple[Panes, int] | None = None
        self._filling = False

    @property
    def boxes(self) -> list[LogBox]:
        """All panes."""
        return list(self.query(LogBox))

    @property
    def box(self) -> LogBox | None:
        """The pane that has the keys, else the first."""
        boxes = self.boxes
        return next((box for box in boxes if box.has_pseudo_class("focus-within")), boxes[0] if boxes else None)

    def look(self, panes: Panes) -> None:
        """Show other panes where there are such, bring headings up to date, go where one wanted to go."""
        if self._wanted != (panes, panes.version):
            self._wanted = (panes, panes.version)
            if not self._filling:
                self._filling = True  # at once: the worker only begins later
                self._fill()
        if self._filling:
            return
        self._lay_out(len(self.boxes))
        for box in self.boxes:
            box.tell()
        at_ms = panes.take_jump()
        if at_ms is not None:
            for box in self.boxes:
                box.go_to(at_ms)

    def focus_next(self, by: int) -> None:
        """Give the keys to another pane."""
        boxes, box = self.boxes, self.box
        if box is not None:
            boxes[(boxes.index(box) + by) % len(boxes)].lines.focus()

    @work(group="fill")
    async def _fill(self) -> None:
        """Mount what is wanted, and once more where that changed meanwhile: cut short, a removal leaves half a grid."""
        shown = None
        while self._wanted is not None and self._wanted != shown:
            shown = self._wanted
            await self.remove_children()
            boxes = [LogBox(shown[0], pane) for pane in shown[0].panes]
            self._lay_out(len(boxes))
            await self.mount(*boxes)
            if boxes:
                boxes[0].lines.focus()
        self._filling = False

    def on_resize(self) -> None:
        """Lay the panes out for the new size."""
        self._lay_out(len(self.boxes))

    def _lay_out(self, count: int) -> None:
        """Four panes stand by two, however narrow they are."""
        fits = max(1, self.size.width // LEAST_WIDTH)
        by_two = 2 if count > 2 else 1
        self.styles.grid_size_columns = max(1, min(count, max(fits, by_two)))
