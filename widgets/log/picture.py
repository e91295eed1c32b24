"""The screen of a log pane at one moment: titles, rows, scroll bar; each line exactly as wide as it must be."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from console.logs.event import Key
from widgets.lines import fit
from widgets.log.inks import Inks
from widgets.log.paint import Painter
from widgets.log.scroll import Scroll
from widgets.table_paint import scroll_mark


@dataclass(frozen=True, slots=True)
class Picture:
    """All that decides how the lines look; `empty` is said where there is none, `count` how many there are in all."""

    painter: Painter
    inks: Inks
    place: Scroll
    marks: frozenset[Key]
    titles: bool
    count: int
    empty: str

    def lines(self, width: int, height: int) -> list[Strip]:
        """The lines of a screen."""
        place, inner = self.place, max(0, width - 1)
        found = [self.painter.titles()] if self.titles else []
        head = len(found)
        found += [
            self.painter.row(line, part, cursor=line.key == place.cursor, marked=line.key in self.marks)
            for _, part, line in place.rows
        ]
        if not place.rows:
            found.append(Strip([Segment(fit(f"   {self.empty}", inner), self.inks("empty"))]))
        found += [Strip.blank(inner, self.inks())] * (height - len(found))
        top = place.rows[0].rank if place.rows else 0
        marks = [scroll_mark(y - head, height - head, top, self.count) if y >= head else " " for y in range(height)]
        bar = self.inks("scroll")
        return [
            Strip([*line, Segment(mark, bar)]).adjust_cell_length(width)
            for line, mark in zip(found, marks, strict=False)
        ]
