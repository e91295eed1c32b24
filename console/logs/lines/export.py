"""Lines as text for the clipboard or a file, whatever the screen wraps or folds.

A file gets them as they came, whole and with all their characters; the clipboard gets them as they are shown, since
what is pasted into a terminal must not command it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from console.logs.event import GAP, LogLine
from console.logs.lines.chunk import Chunk
from console.logs.lines.streams import Streams


def texts(
    shown: Iterable[tuple[Chunk, Sequence[int]]], streams: Streams, *, stamped: bool = False, raw: bool = False
) -> Iterator[str]:
    """The texts of some lines of some chunks; `stamped` puts time and stream (UTC) before each; `raw` as they came."""
    for chunk, lines in shown:
        for index in lines:
            yield text(chunk.line(index), streams, stamped=stamped, raw=raw)


def text(line: LogLine, streams: Streams, *, stamped: bool = False, raw: bool = False) -> str:
    """One line as text; a row that says what is missing says so here too."""
    gap = f"--- {line.text} ---" if line.flags & GAP else line.original if raw else line.text
    if not stamped:
        return gap
    try:
        at = f"{datetime.fromtimestamp(line.at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{line.at_ms % 1000:03}Z"
    except (OverflowError, ValueError, OSError):
        at = str(line.at_ms)
    return f"{at} {'' if line.flags & GAP else streams.short(line.stream) + ' '}{gap}"
