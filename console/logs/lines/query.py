"""What one looks for in log lines: words, phrases and regular expressions that must, or must not, occur.

Written as in CloudWatch's filter patterns: ``timeout "GET /health" -debug %5\\d\\d%``. Capitals count only where asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from console.logs.lines.chunk import Chunk
from console.logs.lines.pattern import compiled, over_lines

_TOKEN: Final = re.compile(
    r"""\s*(?P<minus>-)?+(?:"(?P<phrase>[^"]*)"? | %(?P<regex>(?:\\.|[^%\\])*)%? | (?P<word>[^\s"%]\S*))""", re.VERBOSE
)
_MOST_SPANS: Final = 200
_FEW: Final = 16
"""Where at most one line of so many is to be looked at again, that is done line by line."""


@dataclass(frozen=True)
class Term:
    """One thing that must occur in a line, or with `exclude` must not."""

    text: str
    regex: bool = False
    exclude: bool = False
    capitals: bool = False
    on_line: re.Pattern[str] = field(init=False, repr=False, compare=False)
    over_lines: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        source = self.text if self.regex else re.escape(self.text)
        set_ = object.__setattr__
        set_(self, "on_line", compiled(source, 0 if self.capitals else re.IGNORECASE))
        fast = over_lines(source, small=not self.capitals)
        set_(self, "over_lines", None if fast is None else compiled(f"(?:{fast}).*\\n?", re.MULTILINE))

    def lines(self, text: str, small: str) -> list[int]:
        """The numbers of the lines that have the term; `text` is the lines joined, `small` in small letters."""
        if self.over_lines is None:
            search = self.on_line.search
            return [number for number, line in enumerate(text.split("\n")) if search(line)]
        where = text if self.capitals else small
        found: list[int] = []
        number = before = 0
        for match in self.over_lines.finditer(where):
            start = match.start()
            number += where.count("\n", before, start)
            before = start
            found.append(number)
        if len(found) > 1 and found[-1] == found[-2]:  # nothing, found once more at the very end
            found.pop()
        return found

    def extends(self, other: Term) -> bool:
        """Whether every line that has this term surely has the other."""
        if self == other:
            return True
        text, its = (self.text, other.text) if self.capitals else (self.text.lower(), other.text.lower())
        return not (self.regex or other.regex) and self.capitals == other.capitals and its in text


@dataclass(frozen=True, slots=True)
class LineQuery:
    """Terms of which each included one must occur in a line and no excluded one may."""

    text: str = ""
    includes: tuple[Term, ...] = ()
    excludes: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str, *, capitals: bool = False) -> LineQuery:
        """Read what was typed, also where its end is missing yet. Raises PatternProblem with a sentence."""
        terms = [term for match in _TOKEN.finditer(text) if (term := _term(match, capitals)) is not None]
        includes = tuple(term for term in terms if not term.exclude)
        return cls(text, includes, tuple(term for term in terms if term.exclude))

    def __bool__(self) -> bool:
        return bool(self.includes or self.excludes)

    def narrows(self, other: LineQuery) -> bool:
        """Whether every line that this query lets through, the other one surely does."""
        if not set(self.excludes) >= set(other.excludes):
            return False
        return all(any(term.extends(wide) for term in self.includes) for wide in other.includes)

    def matches(self, text: str) -> bool:
        """Whether one line is let through."""
        return all(term.on_line.search(text) for term in self.includes) and not any(
            term.on_line.search(text) for term in self.excludes
        )

    def lines(self, chunk: Chunk, start: int = 0, among: Sequence[int] | None = None) -> Sequence[int]:
        """The lines of a chunk, from one on, that are let through; `among` may say that no others can be."""
        if among is not None and len(among) * _FEW <= len(chunk):
            return [index for index in among if self.matches(chunk.text(index))]
        text = chunk.joined(start)
        small = text.lower()
        found: Sequence[int] = range(len(chunk) - start)
        for place, term in enumerate(self.includes):
            have = term.lines(text, small)
            found = have if place == 0 else sorted(set(found).intersection(have))
            if not found:
                return found
        for term in self.excludes:
            gone = set(term.lines(text, small))
            found = [number for number in found if number not in gone]
        return [number + start for number in found] if start else found

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the included terms stand in a line."""
        for term in self.includes:
            for count, match in enumerate(term.on_line.finditer(text)):
                if count == _MOST_SPANS:
                    break
                if match.end() > match.start():
                    yield match.span()


def _term(match: re.Match[str], capitals: bool) -> Term | None:
    regex = match["regex"] is not None
    text = match["regex"].removeprefix(".*") if regex else match["phrase"] or match["word"]
    return Term(text, regex=regex, exclude=match["minus"] is not None, capitals=capitals) if text else None
