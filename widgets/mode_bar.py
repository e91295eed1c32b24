"""The screens and their keys, the present one marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content

from console.readings.level import Level
from widgets.level import STYLES, SYMBOLS
from widgets.lines import Lines


class Mode(NamedTuple):
    """A screen: its key, its title, and the level that it has to tell of, if any."""

    key: str
    title: str
    level: Level = Level.OK


def modes_line(modes: Sequence[Mode], active: str, width: int) -> Content:
    """All modes in `width` cells; where they do not fit, the gaps close, then the longest titles are cut."""
    line = _line(modes, active, "  ")
    most = max((len(mode.title) for mode in modes), default=0)
    while line.cell_length > width and most:
        line = _line([_cut(mode, most) if mode.key != active else mode for mode in modes], active, " ")
        most -= 1
    return line


def _cut(mode: Mode, most: int) -> Mode:
    title = mode.title if len(mode.title) <= most else f"{mode.title[: most - 1]}…" if most > 2 else ""
    return Mode(mode.key, title, mode.level)


def _line(modes: Sequence[Mode], active: str, gap: str) -> Content:
    parts: list[Content] = []
    for mode in modes:
        on = mode.key == active
        symbol = "" if mode.level is Level.OK else f" {SYMBOLS[mode.level]}"
        title = f" {mode.title}" if mode.title else ""
        piece = Content.assemble((mode.key, "" if on else "bold $accent"), title, (symbol, STYLES[mode.level]))
        if on:
            piece = Content.assemble("[", piece, "]").stylize("bold $foreground on $block-cursor-background")
        parts.append(piece)
    return Content.assemble("" if modes and modes[0].key == active else " ", Content(gap).join(parts))


class ModeBar(Lines):
    """One line under the header."""

    DEFAULT_CSS = "ModeBar { height: 1; background: $surface; color: $text-muted; }"

    def __init__(
        self, modes: Sequence[Mode] = (), active: str = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._modes = tuple(modes)
        self._active = active

    def show(self, modes: Sequence[Mode], active: str) -> None:
        """Show the modes; `active` is the key of the present one."""
        self._modes, self._active = tuple(modes), active
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The line for a width."""
        return [modes_line(self._modes, self._active, width)]
