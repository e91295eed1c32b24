"""What one types at the bottom of a log pane, how it is asked for, and what it does."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from console.logs.lines.query import LineQuery
from widgets.log.body import LogBody
from widgets.log.detail import LogDetail


class Prompt(StrEnum):
    """What the bar asks for."""

    FILTER = "filter"
    SEARCH = "search"
    HIGHLIGHT = "highlight"
    MOMENT = "time"
    COLUMNS = "columns"
    JMESPATH = "JMESPath"


class Form(NamedTuple):
    """How the bar asks."""

    sign: str
    hint: str


FORMS: Final = {
    Prompt.FILTER: Form("&", 'words, "a phrase", -without, %regex%'),
    Prompt.SEARCH: Form("/", 'words, "a phrase", %regex%; n and N go on'),
    Prompt.HIGHLIGHT: Form("h", "words to colour, each in its own"),
    Prompt.MOMENT: Form("T", "14:05, 14:05:12, 19 Nov 14:05, -10m"),
    Prompt.COLUMNS: Form("K", "columns by JMESPath, such as level msg request.url"),
    Prompt.JMESPATH: Form("J", "JMESPath, such as request.headers.host"),
}


class InForce:
    """What was typed last of each kind, and is in force."""

    def __init__(self, body: LogBody, detail: LogDetail) -> None:
        self._body = body
        self._detail = detail
        self.text = dict.fromkeys(Prompt, "")
        self.capitals = False

    def put(self, asked: Prompt, text: str) -> None:
        """Put what was typed in force. Raises PatternProblem or ExpressionProblem, and leaves all as it is."""
        match asked:
            case Prompt.FILTER:
                self._body.set_filter(self._query(text))
            case Prompt.SEARCH:
                self._body.set_look(search=self._query(text))
            case Prompt.HIGHLIGHT:
                self._body.set_highlights(self._query(text))
            case Prompt.COLUMNS:
                self._body.set_columns(text.split())
            case Prompt.JMESPATH:
                self._detail.search(text)
        self.text[asked] = text

    def let_capitals_count(self, *, capitals: bool) -> None:
        """Say whether capitals count in filter, search and highlights."""
        self.capitals = capitals
        for asked in (Prompt.FILTER, Prompt.SEARCH, Prompt.HIGHLIGHT):
            self.put(asked, self.text[asked])

    def notes(self) -> list[str]:
        """What is in force, in words."""
        named = (Prompt.FILTER, Prompt.SEARCH, Prompt.HIGHLIGHT)
        return [f"{asked} {self.text[asked]}" for asked in named if self.text[asked]] + ["Aa"] * self.capitals

    def _query(self, text: str) -> LineQuery:
        return LineQuery.parse(text, capitals=self.capitals)
