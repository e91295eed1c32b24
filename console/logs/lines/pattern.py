"""A regular expression over many lines at once, with the meaning that it has on each of them.

A search through joined lines is three times as fast as one line by line, but ``\\s`` and ``[^"]`` would cross the
line ends, and ``(?i)`` costs ten times as much as a search for small letters in small letters. So an expression is
rewritten where that changes nothing; where it cannot be, it is tried line by line.
"""

from __future__ import annotations

import re
import warnings
from typing import Final

_PLAIN_ESCAPES: Final = frozenset("dwSb")
_KEPT_OFF_ENDS: Final = {"s": r"[^\S\n]", "W": r"[^\w\n]", "D": r"[^\d\n]"}

_ATOM: Final = r"(?:\\.|\[\^?\]?[^\]]*\]|[^()\\\[\]|*+?{}])"
_RUNAWAY: Final = re.compile(rf"\((?:\?:)?(?:{_ATOM}[+*?]\??)+\)(?:[+*]|\{{\d*,)")
"""A repeated group of nothing but repeats, such as (a+)+: on a line that does not match it can take for ever."""


class PatternProblem(ValueError):
    """An expression that cannot be searched for; its text says why and what to do."""


def compiled(source: str, flags: int = 0) -> re.Pattern[str]:
    """Compile an expression that a person typed. Raises PatternProblem with a sentence."""
    if _RUNAWAY.search(source):
        raise PatternProblem("A repeat of repeats, such as (a+)+, can take for ever: take one of them away.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # it would be written over the screen
            return re.compile(source, flags)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise PatternProblem(f"Not a regular expression yet: {error}.") from None


def over_lines(source: str, *, small: bool) -> str | None:
    """An expression for joined lines that matches where `source` matches a line; None where there is none.

    `small` makes it one for text in small letters, whatever its own are. What stands here is tried on joined lines
    only if each of its parts means the same there: no look-around, no named group, no escape but a few.
    """
    made: list[str] = []
    in_class = False
    place = 0
    while place < len(source):
        char, after = source[place], source[place + 1 : place + 2]
        place += 1
        if char == "\\":
            part = _escape(after, in_class=in_class)
            place += 1
        elif in_class:
            part, in_class = char, char != "]"
        elif char == "[":
            opened = re.match(r"\^?\]?", source[place:])
            inner = opened.group() if opened else ""
            place += len(inner)
            part, in_class = "[" + inner.replace("^", r"^\n", 1).replace("]", r"\]"), True
        elif char == "(" and after == "?":
            part = "(?:" if source[place : place + 2] == "?:" else None
            place += 2
        else:
            part = None if char in "+*?}" and after == "+" else char
        if part is None:
            return None
        made.append(part.lower() if small and not part.startswith(("\\", "[^\\")) else part)
    return "".join(made)


def _escape(char: str, *, in_class: bool) -> str | None:
    if char in _PLAIN_ESCAPES:
        return f"\\{char}"
    if char in _KEPT_OFF_ENDS:
        return None if in_class else _KEPT_OFF_ENDS[char]
    return f"\\{char}" if char and not char.isalnum() else None
