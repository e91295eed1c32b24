"""What all filter patterns share: reading text with positions, values, wildcards and regular expressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Test = Callable[[object], bool]
"""Whether a value of a log event, a text, a number, a truth value or None, meets a condition."""

OPERATORS: Final = ("!=", "<=", ">=", "=", "<", ">")

_ORDER: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_REGEX_SYMBOLS: Final = frozenset(" :_#=@/;,-^$?[]{}|*+.")
_REGEX_ESCAPES: Final = re.compile(r"x[0-9A-Fa-f]{2}|[dDsSwWtn]|[^0-9A-Za-z]")
_REGEXES: Final = 2


class PatternError(ValueError):
    """A filter pattern that CloudWatch Logs would refuse.

    `position` counts characters from 1; `found` is what stands there, `allowed` what may stand there. The
    message is a sentence with all three.
    """

    def __init__(self, position: int, found: str, allowed: str) -> None:
        super().__init__(f"At character {position}: found {found}, allowed: {allowed}.")
        self.position = position
        self.found = found
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that a condition compares with: quoted or bare text with wildcards, or a regular expression."""

    text: str
    quoted: bool = False
    regex: re.Pattern[str] | None = None

    @property
    def number(self) -> float | None:
        """The value as a number, if it is a bare one."""
        return None if self.quoted else number(self.text)

    def test(self, sign: str) -> Test:
        """The condition that a value stands in the relation `sign` to this one."""
        mine = self.number
        if sign not in ("=", "!="):
            return lambda value: mine is not None and _ordered(_ORDER[sign], value, mine)
        equal = self._equal()
        if sign == "=":
            return equal
        return lambda value: as_text(value) is not None and not equal(value)

    def _equal(self) -> Test:
        if self.regex:
            search = self.regex.search
            return lambda value: (text := as_text(value)) is not None and search(text) is not None
        mine = self.number
        if mine is not None:
            return lambda value: _ordered(operator.eq, value, mine)
        if "*" in self.text:
            parts = (re.escape(part) for part in self.text.split("*"))
            fullmatch = re.compile(".*".join(parts), re.DOTALL).fullmatch
            return lambda value: (text := as_text(value)) is not None and fullmatch(text) is not None
        return lambda value: as_text(value) == self.text


def number(text: str) -> float | None:
    """The number that a text is, in the notation that filter patterns allow."""
    return float(text) if _NUMBER.fullmatch(text) else None


def as_text(value: object) -> str | None:
    """A scalar of a log event as text; None for null, arrays and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    return None


def _ordered(compare: Callable[[float, float], bool], value: object, mine: float) -> bool:
    if isinstance(value, str):
        value = number(value)
    return isinstance(value, (int, float)) and not isinstance(value, bool) and compare(value, mine)


class Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.regexes = 0

    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.text[self.place : self.place + 1]

    def skip(self) -> Reader:
        """Pass over white space."""
        while self.peek().isspace():
            self.place += 1
        return self

    def take(self, *words: str) -> str:
        """The first of the words that stands here, passed over; nothing if none does."""
        found = next((word for word in words if self.text.startswith(word, self.place)), "")
        self.place += len(found)
        return found

    def word(self, extra: str = "") -> str:
        """Letters, digits, the underscore and `extra` characters."""
        start = self.place
        while (char := self.peek()) and (char.isalnum() or char == "_" or char in extra):
            self.place += 1
        return self.text[start : self.place]

    def error(self, allowed: str, found: str = "") -> PatternError:
        """The error that something else was expected here."""
        here = found or (repr(self.peek()) if self.peek() else "the end of the pattern")
        return PatternError(self.place + 1, here, allowed)

    def quoted(self) -> str:
        """A text in double quotation marks; a backslash takes the next character as it is."""
        start = self.place
        self.place += 1
        chars: list[str] = []
        while (char := self.peek()) != '"':
            if char == "\\":
                self.place += 1
                char = self.peek()
            if not char:
                raise PatternError(start + 1, 'a " that is never closed', 'a text between two "')
            chars.append(char)
            self.place += 1
        self.place += 1
        return "".join(chars)

    def regex(self) -> re.Pattern[str]:
        """A regular expression between two percent signs, in the subset that CloudWatch Logs takes."""
        start = self.place + 1
        end = self.text.find("%", start)
        if end < 0:
            raise PatternError(self.place + 1, "a % that is never closed", "a regular expression between two %")
        self.regexes += 1
        if self.regexes > _REGEXES:
            raise PatternError(start, "a third regular expression", f"{_REGEXES} in one pattern")
        source = _python_regex(self.text[start:end], start)
        self.place = end + 1
        try:
            return re.compile(source, re.ASCII | re.DOTALL)
        except (re.error, ValueError, OverflowError, RecursionError) as error:
            raise PatternError(start + 1, f"a regular expression that is wrong ({error})", "a right one") from error

    def literal(self, bare: str, allowed: str) -> Literal:
        """A value: quoted, a regular expression, or bare with letters, digits, ``_ . * + -`` and `bare`."""
        if self.peek() == '"':
            return Literal(self.quoted(), quoted=True)
        if self.peek() == "%":
            return Literal("", regex=self.regex())
        if not (text := self.word("_.*+-" + bare)):
            raise self.error(allowed)
        return Literal(text)

    def condition(self, bare: str, what: str) -> Test:
        """A comparison sign and a value."""
        if not (sign := self.take(*OPERATORS)):
            raise self.error(f"{', '.join(OPERATORS)} after {what}")
        start = self.skip().place
        value = self.literal(bare, 'a number, a text (in " if it has other signs than letters and digits), %regex%')
        if sign not in ("=", "!=") and value.number is None:
            raise PatternError(start + 1, repr(self.text[start : self.place]), f"a number after {sign}")
        return value.test(sign)


def _python_regex(source: str, offset: int) -> str:
    """Refuse what the service refuses, and escape what only Python would read as an operator of sets."""
    made: list[str] = []
    place, inside = 0, False
    while place < len(source):
        char = source[place]
        if char == "\\":
            escape = _REGEX_ESCAPES.match(source, place + 1)
            if not escape:
                raise PatternError(
                    offset + place + 1, repr(source[place : place + 2]), r"\ before a sign, \d \s \w \xhh"
                )
            made.append(char + escape[0])
            place += 1 + len(escape[0])
            continue
        if not (char.isascii() and char.isalnum()) and char not in _REGEX_SYMBOLS:
            allowed = (
                r"in a regular expression: letters, digits, : _ # = @ / ; , - ^ $ ? [ ] { } | \ * + . (others as \xhh)"
            )
            raise PatternError(offset + place + 1, repr(char), allowed)
        if inside and (char in "[|" or (char == "-" and made[-1] == "-")):
            made.append("\\")
        inside = char == "[" or (inside and char != "]")
        made.append(char)
        place += 1
    return "".join(made)
