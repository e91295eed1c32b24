"""Lines as text for the clipboard or a file: whole, whatever the screen wraps, folds or cuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from console.logs.chunk import Chunk
from console.logs.event import GAP, LogLine
from console.logs.streams import Streams


def texts(shown: Iterable[tuple[Chunk, Sequence[int]]], streams: Streams, *, stamped: bool = False) -> Iterator[str]:
    """The texts of some lines of some chunks; `stamped` puts time and stream before each, in UTC."""
    for chunk, lines in shown:
        for index in lines:
            yield text(chunk.line(index), streams, stamped=stamped)


def text(line: LogLine, streams: Streams, *, stamped: bool = False) -> str:
    """One line as text; a row that says what is missing says so here too."""
    gap = f"--- {line.text} ---" if line.flags & GAP else line.text
    if not stamped:
        return gap
    try:
        at = f"{datetime.fromtimestamp(line.at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{line.at_ms % 1000:03}Z"
    except (OverflowError, ValueError, OSError):
        at = str(line.at_ms)
    return f"{at} {'' if line.flags & GAP else streams.short(line.stream) + ' '}{gap}"
