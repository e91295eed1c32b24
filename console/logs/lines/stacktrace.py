"""Which lines continue the one before them: frames of stack traces, objects that were printed over several lines.

Java, Python, Node.js and .NET indent what continues. Python's traces end with a line that is not indented, and begin
with one that says nothing: whether that one continues what was logged before it, the level of that decides, since an
uncaught error must not vanish under a line of level INFO.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from console.logs.levels import LogLevel, level_of

TOGETHER_MS: Final = 2000
"""A line continues one that is no more than this much older."""

TRACE: Final = "Traceback (most recent call last)"
"""How Python begins a trace."""

_MORE: Final = re.compile(
    r"[ \t\u00a0]+\S|[}\])]+[,;]?\s*$|Caused by: |Suppressed: |During handling of the above|The above exception was"
)
_STARTS: Final = frozenset(" \t\u00a0}])CSDT")
"""What the first character of a line must be for it to continue another, but for the end of a Python trace."""


_Last = tuple[int, str, bool, bool]
"""The newest line of a stream: its time, the head that it belongs to, whether it continues that, and whether it is
inside a Python trace. A plain tuple: one is made for every line."""


class Folder:
    """Says of lines in turn whether they continue an earlier one of their stream."""

    def __init__(self) -> None:
        self._last: dict[int, _Last] = {}
        self._tracing: set[int] = set()

    def continues(self, times: Iterable[int], streams: Iterable[int], texts: Iterable[str]) -> list[bool]:
        """Whether each line, the newest of its stream when its turn comes, continues the one before it."""
        last, tracing = self._last, self._tracing
        found = []
        for at_ms, stream, text in zip(times, streams, texts, strict=True):
            if text and text[0] not in _STARTS and stream not in tracing:
                last[stream] = (at_ms, text, False, False)
                found.append(False)
            else:
                found.append(self._look(at_ms, stream, text))
        return found

    def _look(self, at_ms: int, stream: int, text: str) -> bool:
        last = self._last.get(stream)
        if last is None or not 0 <= at_ms - last[0] <= TOGETHER_MS:
            more, python = False, text.startswith(TRACE)
        elif not text:
            more, python = last[2:]
        else:
            more, python = _judged(last, text)
        self._last[stream] = (at_ms, last[1] if more and last else text, more, python)
        (self._tracing.add if python else self._tracing.discard)(stream)
        return more


def _judged(last: _Last, text: str) -> tuple[bool, bool]:
    """Whether a line continues, and whether a Python trace goes on after it."""
    if text.startswith(TRACE):
        return last[3] or level_of(last[1]) >= LogLevel.WARN, True
    if _MORE.match(text):
        return True, last[3]
    return last[3], False
