"""Words and signs of a CloudWatch Logs Insights query, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)+")
_WORD: Final = re.compile(r"@?[A-Za-z_][\w@]*(?:\.\w+|\[\d+\])*|`[^`]+`")
_NUMBER: Final = re.compile(r"\d+\.?\d*(?:[eE][+-]?\d+)?(?P<unit>[A-Za-z]+)?|\.\d+")
_TEXT: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_REGEX: Final = re.compile(r"/((?:[^/\\\n]|\\.)+)/")
_SIGN: Final = re.compile(r"!=|<=|>=|=~|[=<>+\-*/%^(),|\[\]]")

Kind = Literal["word", "number", "span", "text", "regex", "sign", "end"]


class QueryError(ValueError):
    """A query that Logs Insights would refuse; `place` counts characters from 0."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: its kind, its value without quotation marks, and where it begins and ends."""

    kind: Kind
    value: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these key words, in any case."""
        return self.kind == "word" and self.value.lower() in words


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query; raises `QueryError` at a character that begins none."""
    place = 0
    before: list[Token] = []
    while True:
        if blank := _BLANK.match(query, place):
            place = blank.end()
        if place == len(query):
            yield Token("end", "", place, place)
            return
        token = _token(query, place, _regex_may_follow(before))
        before = [*before[-1:], token]
        place = token.end
        yield token


def _regex_may_follow(before: list[Token]) -> bool:
    """A slash begins a regular expression after ``like`` and ``=~`` and after the field of ``parse``."""
    last = before[-1] if before else None
    return bool(last and (last.is_word("like") or last.value == "=~" or before[0].is_word("parse")))


def _token(query: str, place: int, regex: bool) -> Token:
    if regex and (match := _REGEX.match(query, place)):
        return Token("regex", match[1], place, match.end())
    if match := _TEXT.match(query, place):
        raw = match[1] if match[1] is not None else match[2]
        return Token("text", re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL), place, match.end())
    if match := _WORD.match(query, place):
        return Token("word", match[0].strip("`"), place, match.end())
    if match := _NUMBER.match(query, place):
        return Token("span" if match["unit"] else "number", match[0], place, match.end())
    if match := _SIGN.match(query, place):
        return Token("sign", match[0], place, match.end())
    raise QueryError(f"unexpected symbol found {query[place]}", place)
