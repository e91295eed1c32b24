"""How a change goes on, line by line."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from widgets.text_view import TextView, hang

BAR_CELLS: Final = 24


class ChangeProgress(TextView):
    """How a change goes on: one line a step of its way, then how it ended."""

    def __init__(self) -> None:
        super().__init__(id="course")
        self._lines: list[tuple[str, str, str]] = []

    def put(self, key: str, text: str, style: str = "") -> None:
        """Show a line, in place of the last one where that has the same key."""
        if self._lines and self._lines[-1][0] == key:
            self._lines.pop()
        self._lines.append((key, text, style))
        self.renew()
        self.action_move(1_000_000)

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        return [part for _, text, style in self._lines for part in hang(text, width, style=style)]


def progress_bar(fraction: float | None) -> str:
    """A fraction as a bar with its percentage; nothing where it is not known."""
    if fraction is None:
        return ""
    full = round(fraction * BAR_CELLS)
    return f"{'█' * full}{'░' * (BAR_CELLS - full)} {fraction:4.0%}  "
