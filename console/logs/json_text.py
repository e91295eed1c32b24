"""JSON as the text that it is: its digits, the order of its members and doubled keys stay as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from console.text import Clean, clean

DEEPEST: Final = 200
"""Levels that are read: what is deeper is no object that somebody looks into, and every reader has an end."""

MOST_LINES: Final = 2000
"""Lines of one value that are laid out."""

_INSET: Final = 40
"""Levels that are set in: what is deeper stands at the same place."""

_DIGITS: Final = 600
"""Digits of a whole number that are read as one: how many Python takes at least can be set, but not below 640."""

_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


class Digits(float):
    """A number that knows how it was written."""

    __slots__ = ("text",)
    text: str

    @classmethod
    def read(cls, text: str) -> Digits:
        """The number that a text is; one beyond all bounds is infinite, and still is written as it was."""
        number = cls(text)
        number.text = text
        return number


Digits.__name__ = "float"  # JMESPath tells types by their names


def loads(text: str) -> Any:
    """The value of a JSON text. Raises `ValueError` for what is none, or is deeper than `DEEPEST`."""
    level = 0
    for bracket in _BRACKETS.finditer(text) if text.count("{") + text.count("[") > DEEPEST else ():
        level += {"{": 1, "[": 1, "}": -1, "]": -1}.get(bracket[0], 0)
        if level > DEEPEST:
            raise ValueError(f"JSON of more than {DEEPEST} levels")
    try:
        return json.loads(text, parse_float=Digits.read, parse_int=_whole)
    except RecursionError:
        raise ValueError("JSON of too many levels") from None


def _whole(text: str) -> int | Digits:
    return Digits.read(text) if len(text) > _DIGITS or text == "-0" else int(text)


def dumps(value: Any) -> str:
    """A value as JSON on one line, its numbers as they were written, however deep it is; what is no JSON as text."""
    parts: list[str] = []
    left: list[Any] = [value]
    while left:
        one = left.pop()
        if isinstance(one, _Sign):
            parts.append(one)
        elif isinstance(one, Digits):
            parts.append(one.text)
        elif isinstance(one, dict):
            left.append(_Sign("}"))
            for place, (key, inner) in reversed(list(enumerate(one.items()))):
                left += [inner, _Sign(f"{', ' if place else ''}{_scalar(str(key))}: ")]
            parts.append("{")
        elif isinstance(one, list | tuple):
            left.append(_Sign("]"))
            for place, inner in reversed(list(enumerate(one))):
                left += [inner, *([_Sign(", ")] if place else [])]
            parts.append("[")
        else:
            parts.append(_scalar(one))
    return "".join(parts)


class _Sign(str):
    """What stands between the values."""

    __slots__ = ()


def _scalar(value: object) -> str:
    return json.dumps(value if isinstance(value, str | int | float | None) else str(value), ensure_ascii=False)


def laid_out(text: str) -> list[Clean]:
    """A JSON text over several lines: each member on one of its own, in the order and with the digits that it has."""
    lines: list[Clean] = []
    for line in _lines(text):
        if len(lines) == MOST_LINES:
            return [*lines, Clean(f"… only its first {MOST_LINES:,} lines are laid out")]
        lines.append(clean(line))
    return lines


def _lines(text: str) -> Iterator[str]:
    line, level = "", 0
    words = [_decoded(match[0]) for match in _WORD.finditer(text)]
    for word, before, after in zip(words, ["", *words], [*words[1:], ""], strict=False):
        if word in ("}", "]"):
            level -= 1
            if before not in ("{", "["):
                yield line
                line = _inset(level)
            line += word
        elif word == ",":
            yield line + word
            line = _inset(level)
        elif word in ("{", "["):
            level += 1
            line += word
            if after not in ("}", "]"):
                yield line
                line = _inset(level)
        else:
            line += ": " if word == ":" else word
    yield line


def _inset(level: int) -> str:
    return "  " * min(level, _INSET)


def _decoded(word: str) -> str:
    """A string with its escapes read, such as those of letters beyond ASCII; all else as it is."""
    if not word.startswith('"') or "\\u" not in word:
        return word
    try:
        return json.dumps(json.loads(word, strict=False), ensure_ascii=False)
    except ValueError:
        return word
