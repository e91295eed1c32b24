"""What stands above a log pane: which groups, how reading them goes, and what is wrong with which next step."""

from __future__ import annotations

from textual.content import Content

from widgets.lines import Lines
from widgets.text_view import hang


class LogHeading(Lines):
    """A line with a title and words, and beneath it as many lines as the problems need, at most three."""

    DEFAULT_CSS = "LogHeading { height: auto; max-height: 4; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._words: tuple[Content, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._focused = False

    def show(self, title: str, words: tuple[Content, ...], problems: tuple[str, ...], *, focused: bool) -> None:
        """Show these; equal ones cost nothing."""
        before = len(self.lines(self.size.width, 4))
        self._title, self._words, self._problems, self._focused = title, words, problems, focused
        if len(self.lines(self.size.width, 4)) != before:
            self.refresh(layout=True)
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The title as far as the words leave room for it, a third of the line at least, then the problems."""
        words = Content("  ").join(self._words)
        room = max(12, width // 3, width - words.cell_length - 4)
        title = Content.styled(self._title, "bold $primary" if self._focused else "bold").truncate(room, ellipsis=True)
        found = [Content.assemble(" ", title, "  ", words)]
        for problem in self._problems:
            found += [line.stylize("$warning") for line in hang(problem, max(20, width - 1), " ◆ ", 3)]
        return found[:4]
