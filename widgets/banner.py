"""A sentence across the top: what is wrong with all of it, and what to do next."""

from __future__ import annotations

from textual.content import Content

from console.readings.level import Level
from widgets.level import STYLES, SYMBOLS
from widgets.lines import Lines
from widgets.text_view import hang


class Banner(Lines):
    """Hidden until it has something to say; at most three lines."""

    DEFAULT_CSS = """
    Banner { display: none; height: auto; max-height: 3; background: $panel; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._said: tuple[Level, str, str] | None = None

    def say(self, level: Level, what: str, hint: str = "") -> None:
        """Show a sentence, and beneath or behind it what to do next."""
        self._tell((level, what, hint))

    def clear(self) -> None:
        """Say nothing any more."""
        self._tell(None)

    def _tell(self, said: tuple[Level, str, str] | None) -> None:
        if said == self._said:
            return
        self._said = said
        self.display = said is not None
        self.refresh(layout=True)
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The sentence for a width."""
        if self._said is None:
            return []
        level, what, hint = self._said
        lines = hang(f"{what} {hint}".strip(), width - 1, f" {SYMBOLS[level]} ", style="bold")
        return [lines[0].stylize(STYLES[level], 0, len(what) + 3), *lines[1:]]
