"""Patterns of terms, for log events without structure: ``ERROR "out of memory" -DEBUG ?timeout %[45]\\d\\d%``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from console.filter_pattern.reader import PatternError, Reader

Finds = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms that must all occur, terms of which one must, and terms that must not; case counts."""

    every: tuple[Finds, ...]
    either: tuple[Finds, ...]
    none: tuple[Finds, ...]

    @property
    def mixed(self) -> bool:
        """Whether optional terms stand beside others, where CloudWatch Logs ignores them."""
        return bool(self.either and (self.every or self.none))

    def matches(self, message: str) -> bool:
        """Whether the message has the terms."""
        if self.either and not self.mixed:
            return any(finds(message) for finds in self.either)
        return all(finds(message) for finds in self.every) and not any(finds(message) for finds in self.none)


def read_terms(reader: Reader) -> Terms:
    """Read terms to the end of the pattern."""
    kinds: dict[str, list[Finds]] = {"": [], "?": [], "-": []}
    while reader.skip().peek():
        kind = reader.take("?", "-")
        kinds[kind].append(_term(reader))
        if reader.peek() and not reader.peek().isspace():
            raise reader.error('letters, digits and _ in a term, a space after it; put other signs in "')
    return Terms(tuple(kinds[""]), tuple(kinds["?"]), tuple(kinds["-"]))


def _term(reader: Reader) -> Finds:
    start = reader.place
    if reader.peek() == '"':
        phrase = reader.quoted()
        return _contains(phrase if phrase.strip() else "")
    if reader.peek() == "%":
        return _searches(reader.regex())
    if term := reader.word():
        return _contains(term)
    raise PatternError(
        start + 1, repr(reader.peek() or "the end"), 'a word of letters, digits and _, a "phrase", %regex%'
    )


def _contains(term: str) -> Finds:
    return lambda message: term in message


def _searches(regex: re.Pattern[str]) -> Finds:
    return lambda message: regex.search(message) is not None
