"""The screen of a log pane at one moment: titles, rows, scroll bar; each line exactly as wide as it must be."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from console.logs.event import LineKey
from widgets.lines import fit
from widgets.log.paint import Painter
from widgets.log.scroll import Scroll
from widgets.log.styles import RowStyles
from widgets.table.paint import scroll_mark


@dataclass(frozen=True, slots=True)
class PaneRendering:
    """All that decides how the lines look; `empty` is said where there is none, `count` how many there are in all."""

    painter: Painter
    inks: RowStyles
    place: Scroll
    marks: frozenset[LineKey]
    titles: bool
    count: int
    empty: str

    def lines(self, width: int, height: int) -> list[Strip]:
        """The lines of a screen."""
        place, count = self.place, height
        found: list[Strip] = []
        if self.titles:
            found.append(self.painter.titles())
            count -= 1
        top = place.rows[0].rank if place.rows else 0
        for y, (_, part, line) in enumerate(place.rows):
            edge = scroll_mark(y, count, top, self.count)
            on = line.key == place.cursor
            found.append(self.painter.row(line, part, cursor=on, marked=line.key in self.marks, edge=edge))
        if not place.rows:
            found.append(Strip([Segment(fit(f"   {self.empty}", width), self.inks("empty"))]))
        return found + [Strip.blank(width, self.inks())] * (height - len(found))
