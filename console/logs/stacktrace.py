"""Which lines continue the one before them: frames of stack traces, objects that were printed over several lines.

Java, Python, Node.js and .NET indent what continues. Python's traces end with a line that is not indented, and begin
with one that says nothing: whether that one continues what was logged before it, the level of that decides, since an
uncaught error must not vanish under a line of level INFO.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from console.logs.levels import LogLevel, level_of

TOGETHER_MS: Final = 2000
"""A line continues one that is no more than this much older."""

_TRACE: Final = "Traceback (most recent call last)"
_MORE: Final = re.compile(
    r"[ \t\u00a0]+\S|[}\])]+[,;]?\s*$|Caused by: |Suppressed: |During handling of the above|The above exception was"
)
_STARTS: Final = frozenset(" \t\u00a0}])CSDT")
"""What the first character of a line must be for it to continue another, but for the end of a Python trace."""


class _Last(NamedTuple):
    """The newest line of a stream: its time, the head that it belongs to, whether it continues that, and whether it
    is inside a Python trace."""

    at_ms: int
    head: str
    more: bool
    python: bool


class Folder:
    """Says of each line in turn whether it continues an earlier one of its stream."""

    def __init__(self) -> None:
        self._last: dict[int, _Last] = {}

    def continues(self, at_ms: int, stream: int, text: str) -> bool:
        """Whether this line, the newest of its stream, continues the one before it."""
        last = self._last.get(stream)
        if last is None or not 0 <= at_ms - last.at_ms <= TOGETHER_MS:
            more, python = False, text.startswith(_TRACE)
        elif not text:
            more, python = last.more, last.python
        elif text[0] in _STARTS or last.python:
            more, python = _judged(last, text)
        else:
            more = python = False
        self._last[stream] = _Last(at_ms, last.head if more and last else text, more, python)
        return more


def _judged(last: _Last, text: str) -> tuple[bool, bool]:
    """Whether a line continues, and whether a Python trace goes on after it."""
    if text.startswith(_TRACE):
        return last.python or level_of(last.head) >= LogLevel.WARN, True
    if _MORE.match(text):
        return True, last.python
    return last.python, False
