"""The lines of a buffer that are shown, in one row after the other: filtered, with stack traces folded.

A line's rank is its number among those shown, from 0. Ranks move when lines come late or are dropped, keys never do:
whoever wants to stay at a line keeps its key.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from console.logs.event import CONTINUES, GAP, LineKey, LogLine
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.chunk import Chunk
from console.logs.lines.query import LineQuery
from console.logs.lines.search import NO_END, SLICE, Hunt, LineFilter, always

Place = tuple[int, int]
"""A chunk's index, and a line's in it."""

_FAR: Final = 2000
"""Lines before and after one among which its trace is looked for, all streams counted."""


class LogView:
    """What is shown of a buffer. Call `sync` after the buffer changed, and until it says that all is done."""

    def __init__(self, buffer: LogBuffer) -> None:
        self.buffer = buffer
        self._chunks = list(buffer.chunks)  # those of the last sync, to which ranks belong: the buffer goes on changing
        self.filter: LineFilter | None = None
        self.folding = True
        self._unfolded: set[LineKey] = set()
        self._heads: dict[int, tuple[int, Sequence[int]]] = {}
        self._shown: list[Sequence[int]] = []
        self._starts: list[int] = [0]

    def __len__(self) -> int:
        return self._starts[-1]

    # What is shown

    def set_query(self, query: LineQuery) -> None:
        """Show only what a query lets through; an empty one shows all. `sync` does the work."""
        self.filter = LineFilter(query, self.filter) if query else None

    def toggle(self, line: LogLine) -> None:
        """Unfold the lines that continue the same one as this, or fold them again."""
        self._unfolded ^= {self.head(line).key}

    def toggle_all(self) -> None:
        """Fold everything, or nothing."""
        self.folding = not self.folding
        self._unfolded.clear()

    def folded(self, line: LogLine) -> bool:
        """Whether the lines that continue this one are out of sight."""
        return self.filter is not None or (self.folding and line.key not in self._unfolded)

    def sync(self, near: LineKey | None = None, seconds: float = SLICE, enough: int = NO_END) -> bool:
        """Take in what changed; True where all lines have been looked at.

        A filter looks for about `seconds`, or until `enough` lines were found, first around `near` (None: the end).
        """
        chunks = self._chunks = list(self.buffer.chunks)
        done = True
        if self.filter is not None:
            place = self._chunk_of(near) if near is not None else len(chunks) - 1
            done = self.filter.advance(chunks, place, seconds, enough)
            self._shown = [self.filter.lines(chunk) for chunk in chunks]
        elif self.folding:
            self._shown = self._with_heads(chunks)
        else:
            self._shown = [range(len(chunk)) for chunk in chunks]
        self._starts = list(accumulate(map(len, self._shown), initial=0))
        return done

    def hunt(self, query: LineQuery, start: LineKey, step: int, also: Callable[[str], bool] = always) -> Hunt:
        """Look for the next line shown, after a key (`step` 1) or before it (-1), that matches a query and `also`."""
        return Hunt(query, self._now_shown(), self._find(start), step, also)

    def snapshot(self, *, everything: bool = False) -> list[tuple[Chunk, Sequence[int]]]:
        """What is shown, or all that is kept, as of now: what comes later does not change it.

        Without a filter nothing counts as hidden, folded lines neither.
        """
        chunks = self._chunks
        if everything or self.filter is None:
            return [(chunk, range(len(chunk))) for chunk in chunks]
        return self._now_shown()

    def _now_shown(self) -> list[tuple[Chunk, Sequence[int]]]:
        return list(zip(self._chunks, self._shown, strict=False))

    # Ranks

    def place(self, rank: int) -> Place:
        """Where the line of a rank stands in the buffer."""
        index = bisect_right(self._starts, rank) - 1
        return index, self._shown[index][rank - self._starts[index]]

    def line(self, rank: int) -> LogLine:
        """The line of a rank."""
        index, line = self.place(rank)
        return self._chunks[index].line(line)

    def rank(self, key: LineKey) -> int:
        """The rank of the first line shown whose key is this or a later one; the length where there is none."""
        index, line = self._find(key)
        return self._starts[index] + bisect_left(self._shown[index], line)

    def nearest(self, key: LineKey) -> int:
        """The rank of the line with this key, or of the one shown before it, or of the first; -1 where none is."""
        rank = self.rank(key)
        if rank < len(self) and self.line(rank).key == key:
            return rank
        return min(len(self) - 1, max(0, rank - 1))

    def find(self, key: LineKey) -> LogLine | None:
        """The line with this key, shown or not; None where it was dropped."""
        index, place = self._find(key)
        chunk = self._chunks[index]
        return chunk.line(place) if place < len(chunk) and chunk.key(place) == key else None

    def oldest(self) -> LogLine | None:
        """The oldest line that is kept, shown or not."""
        return next((chunk.line(0) for chunk in self._chunks if len(chunk)), None)

    # Folds

    def head(self, line: LogLine) -> LogLine:
        """The line that this one continues, or itself."""
        chunks = self._chunks
        for index, place in self._walk(self._find(line.key), -1) if line.flags & CONTINUES else ():
            chunk = chunks[index]
            if chunk.streams[place] == line.stream and not chunk.flags[place] & (CONTINUES | GAP):
                return chunk.line(place)
        return line

    def group(self, line: LogLine) -> list[LogLine]:
        """The lines that continue a line, in their order."""
        chunks = self._chunks
        return [chunks[index].line(place) for index, place in self._group(line.key, line.stream)]

    def size_of_group(self, line: LogLine) -> int:
        """How many lines continue a line."""
        return sum(1 for _ in self._group(line.key, line.stream))

    def _group(self, key: LineKey, stream: int) -> Iterator[Place]:
        chunks = self._chunks
        for index, place in self._walk(self._find(key), 1):
            chunk = chunks[index]
            if chunk.streams[place] == stream and not chunk.flags[place] & GAP:
                if not chunk.flags[place] & CONTINUES:
                    return
                yield index, place

    def _walk(self, start: Place, step: int) -> Iterator[Place]:
        """The places after or before one, not further than a trace may reach."""
        chunks = self._chunks
        index, place = start
        for _ in range(_FAR):
            place += step
            while not 0 <= place < len(chunks[index]):
                index += step
                if not 0 <= index < len(chunks):
                    return
                place = 0 if step > 0 else len(chunks[index]) - 1
            yield index, place

    def _find(self, key: LineKey) -> Place:
        index = self._chunk_of(key)
        return index, self._chunks[index].find(key)

    def _chunk_of(self, key: LineKey) -> int:
        chunks = self._chunks
        return max(0, bisect_right(chunks, key, key=lambda chunk: chunk.first if len(chunk) else key) - 1)

    def _with_heads(self, chunks: Sequence[Chunk]) -> list[Sequence[int]]:
        """The lines that continue no other, and those of unfolded traces."""
        kept = self._heads
        self._heads = {}
        for chunk in chunks:
            known = kept.get(chunk.serial)
            fresh = known is not None and known[0] == len(chunk)
            self._heads[chunk.serial] = known if known and fresh else (len(chunk), chunk.heads())
        shown = [self._heads[chunk.serial][1] for chunk in chunks]
        unfolded: dict[int, set[int]] = {}
        for key in self._unfolded:
            if (head := self.find(key)) is not None:
                for index, place in self._group(key, head.stream):
                    unfolded.setdefault(index, set()).add(place)
        for index, lines in unfolded.items():
            shown[index] = sorted(lines.union(shown[index]))
        return shown
