"""The bar at the bottom of a log pane: one line for all that one may type."""

from __future__ import annotations

from collections.abc import Callable

from console.logs.json_lines import ExpressionProblem
from console.logs.lines.pattern import PatternProblem
from console.moments import MomentProblem
from widgets.filter_bar import FilterBar
from widgets.log.prompt import FORMS, Prompt


class LogBar(FilterBar):
    """Asks for one thing at a time. `put` puts in force what is typed, or raises a problem, which the bar tells;
    `done` is called when it has closed."""

    def __init__(self, put: Callable[[Prompt, str], None], done: Callable[[], object]) -> None:
        super().__init__()
        self._put = put
        self._done = done
        self._asked = Prompt.SEARCH
        self._before = ""

    def ask(self, asked: Prompt, text: str) -> None:
        """Open for one thing, with what is in force of it."""
        self._asked, self._before = asked, text
        form = FORMS[asked]
        self.note("")
        self.open(text, sign=form.sign, hint=form.hint)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Do at once what can be done while one types."""
        event.stop()
        if self._asked is not Prompt.MOMENT and event.text != self._before:
            self._try(event.text)

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        """Keep it and close."""
        event.stop()
        if event.text == self._before or self._try(event.text):
            self.close()
            self._done()

    def on_filter_bar_closed(self, event: FilterBar.Closed) -> None:
        """Esc on an empty bar."""
        event.stop()
        self._done()

    def _try(self, text: str) -> bool:
        try:
            self._put(self._asked, text)
        except (PatternProblem, MomentProblem, ExpressionProblem) as problem:
            self.note(str(problem))
            return False
        self._before = text
        self.note("")
        return True
