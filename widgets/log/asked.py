"""What one types at the bottom of a log pane, how it is asked for, and what it does."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from console.logs.lines.query import LineQuery
from widgets.log.body import LogBody
from widgets.log.detail import LogDetail


class Asked(StrEnum):
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
    Asked.FILTER: Form("&", 'words, "a phrase", -without, %regex%'),
    Asked.SEARCH: Form("/", 'words, "a phrase", %regex%; n and N go on'),
    Asked.HIGHLIGHT: Form("h", "words to colour, each in its own"),
    Asked.MOMENT: Form("T", "14:05, 14:05:12, 19 Nov 14:05, -10m"),
    Asked.COLUMNS: Form("K", "columns by JMESPath, such as level msg request.url"),
    Asked.JMESPATH: Form("J", "JMESPath, such as request.headers.host"),
}


class InForce:
    """What was typed last of each kind, and is in force."""

    def __init__(self, body: LogBody, detail: LogDetail) -> None:
        self._body = body
        self._detail = detail
        self.text = dict.fromkeys(Asked, "")
        self.capitals = False

    def put(self, asked: Asked, text: str) -> None:
        """Put what was typed in force. Raises PatternProblem or ExpressionProblem, and leaves all as it is."""
        match asked:
            case Asked.FILTER:
                self._body.set_filter(self._query(text))
            case Asked.SEARCH:
                self._body.set_look(search=self._query(text))
            case Asked.HIGHLIGHT:
                self._body.set_highlights(self._query(text))
            case Asked.COLUMNS:
                self._body.set_columns(text.split())
            case Asked.JMESPATH:
                self._detail.search(text)
        self.text[asked] = text

    def let_capitals_count(self, *, capitals: bool) -> None:
        """Say whether capitals count in filter, search and highlights."""
        self.capitals = capitals
        for asked in (Asked.FILTER, Asked.SEARCH, Asked.HIGHLIGHT):
            self.put(asked, self.text[asked])

    def notes(self) -> list[str]:
        """What is in force, in words."""
        named = (Asked.FILTER, Asked.SEARCH, Asked.HIGHLIGHT)
        return [f"{asked} {self.text[asked]}" for asked in named if self.text[asked]] + ["Aa"] * self.capitals

    def _query(self, text: str) -> LineQuery:
        return LineQuery.parse(text, capitals=self.capitals)
