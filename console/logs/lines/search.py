"""Search through a buffer in slices, so that a million lines never stop the screen.

A `LineFilter` knows the lines that a query lets through, found around where one looks first; a `Hunt` goes for the next
line from a place. Both are called again and again with a few milliseconds each until they are done.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from console.logs.event import LogLine
from console.logs.lines.chunk import Chunk
from console.logs.lines.query import LineQuery

SLICE: Final = 0.003
"""Seconds of the UI loop that a search takes at a time."""

NO_END: Final = 1 << 40
_NOTHING: Final[Sequence[int]] = array("H")


class LineFilter:
    """Which lines of the chunks of a buffer a query lets through, as far as it has looked."""

    def __init__(self, query: LineQuery, former: LineFilter | None = None) -> None:
        self.query = query
        self._found: dict[int, tuple[int, Sequence[int]]] = {}
        self._wider = former if former is not None and query.narrows(former.query) else None

    def lines(self, chunk: Chunk) -> Sequence[int]:
        """The lines of a chunk that were found, with the rows that say what is missing."""
        return self._found.get(chunk.serial, (0, _NOTHING))[1]

    def looked_at(self, chunk: Chunk) -> int:
        """How many lines of a chunk have been looked at."""
        return self._found.get(chunk.serial, (0, _NOTHING))[0]

    def advance(
        self, chunks: Sequence[Chunk], near: int, seconds: float = SLICE, enough: int = NO_END
    ) -> bool:  # fmt: skip
        """Look at more lines for about so long, or until `enough` more were found; True where all is done.

        The chunk `near` comes first, then its neighbours.
        """
        end = perf_counter() + seconds
        missing = [index for index, chunk in enumerate(chunks) if self.looked_at(chunk) < len(chunk)]
        for index in sorted(missing, key=lambda index: abs(index - near)):
            if enough <= 0 or perf_counter() >= end:
                return False
            enough -= self._look(chunks[index])
        if missing:
            self._forget(chunks)
        return True

    def _look(self, chunk: Chunk) -> int:
        start, found = self._found.get(chunk.serial, (0, _NOTHING))
        among = None
        if self._wider is not None and self._wider.looked_at(chunk) == len(chunk) and not start:
            among = self._wider.lines(chunk)
        more = self.query.lines(chunk, start, among)
        gaps = chunk.gaps(start)
        lines = sorted({*more, *gaps}) if gaps else more
        self._found[chunk.serial] = (len(chunk), array("H", [*found, *lines]))
        return len(lines)

    def _forget(self, chunks: Sequence[Chunk]) -> None:
        """Keep nothing of chunks that are gone."""
        present = {chunk.serial for chunk in chunks}
        for serial in self._found.keys() - present:
            del self._found[serial]
        self._wider = None


def always(text: str) -> bool:
    """Any line will do."""
    return True


class Hunt:
    """The next line, from a place on, that matches a query and `also`; `shown` are chunks and their lines in sight."""

    def __init__(
        self,
        query: LineQuery,
        shown: Sequence[tuple[Chunk, Sequence[int]]],
        start: tuple[int, int],
        step: int,
        also: Callable[[str], bool] = always,
    ) -> None:
        self._query = query
        self._shown = shown
        self._index, self._line = start
        self._step = step
        self._also = also
        self.found: LogLine | None = None

    def advance(self, seconds: float = SLICE) -> bool:
        """Look on for about so long, one way from the place; True where a line was found or none is left."""
        end = perf_counter() + seconds
        while self.found is None and 0 <= self._index < len(self._shown):
            if perf_counter() >= end:
                return False
            self.found = self._look(*self._shown[self._index])
            self._index += self._step
            self._line = -1 if self._step > 0 else NO_END
        return True

    def _look(self, chunk: Chunk, shown: Sequence[int]) -> LogLine | None:
        lines = set(self._query.lines(chunk)).intersection(shown)
        ahead = [index for index in lines if (index - self._line) * self._step > 0]
        for index in sorted(ahead, reverse=self._step < 0):
            if self._also(chunk.text(index)):
                return chunk.line(index)
        return None
