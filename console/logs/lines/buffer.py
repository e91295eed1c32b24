"""The log lines that are kept: in the order of their times, bounded, small, and cheap to add to.

A million lines of 76 characters take about 105 MB (``make bench``). Late lines are put where they belong; the oldest
go when there is no more room. Nothing here waits or draws: who adds lines calls `append`, who shows them listens.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from console.logs.event import CONTINUES, GAP, LATE, LineKey, LogEvent
from console.logs.lines.chunk import BYTES, LINES, NOTHING, Chunk
from console.logs.lines.stacktrace import Folder
from console.logs.lines.streams import Streams
from console.text import Clean

MOST_LINES: Final = 1_000_000
MOST_BYTES: Final = 110_000_000
"""With the columns of a million lines that stays under 150 MB."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines came, are kept, were dropped because there was no more room, came late; how many gaps are open;
    how many answers were only samples of what AWS had (told by who reads them)."""

    received: int = 0
    kept: int = 0
    dropped: int = 0
    late: int = 0
    sampled: int = 0
    gaps: int = 0


class LogBuffer:
    """Lines of one or many streams, at most `most_lines` of them and `most_bytes` of text."""

    def __init__(self, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES) -> None:
        self.streams = Streams()
        self.chunks: list[Chunk] = [Chunk()]
        self._most_lines, self._most_bytes = most_lines, most_bytes
        self._lines = max(16, min(LINES, most_lines // 8))
        self._bytes = max(1000, min(BYTES, most_bytes // 8))
        self._folder = Folder()
        self._listeners: list[Callable[[], None]] = []
        self._number = 0
        self._received = self._dropped = self._late = self._sampled = self._gaps = 0

    def __len__(self) -> int:
        return sum(map(len, self.chunks))

    @property
    def tally(self) -> Tally:
        """The counters."""
        kept = len(self) - self._gaps
        return Tally(self._received, kept, self._dropped, self._late, self._sampled, self._gaps)

    @property
    def full(self) -> bool:
        """Whether older lines would find no room."""
        size = sum(chunk.size for chunk in self.chunks)
        return len(self) + self._lines >= self._most_lines or size + self._bytes >= self._most_bytes

    def listen(self, listener: Callable[[], None]) -> None:
        """Have a function called after every change; it should do no more than note that there was one."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Call a function no more."""
        self._listeners.remove(listener)

    # What comes in

    def append(self, events: Sequence[LogEvent]) -> None:
        """Take events, in any order; each goes where its time belongs, after those of the same time."""
        if not events:
            return
        batch = self._columns(events)
        if any(map(int.__gt__, batch.times, batch.times[1:])):
            batch = batch.merged(Chunk())
        self._place(batch)
        self._make_room()
        self._changed()

    def add_gap(self, at_ms: int, text: Clean, group: Clean | None = None) -> LineKey:
        """Say at a moment that lines are missing; gives the key with which `fill_gap` takes the row away.

        The group makes no difference: there is one place for all.
        """
        del group
        key = LineKey(at_ms, self._number)
        self._number += 1
        self._gaps += 1
        self._place(Chunk([at_ms], [key.number], [0], [GAP], [text]))
        self._changed()
        return key

    def fill_gap(self, key: LineKey) -> None:
        """Take away a row that said what was missing; nothing happens where it was dropped meanwhile."""
        for index in range(self._at(key.at_ms), -1, -1):
            chunk = self.chunks[index]
            place = chunk.find(key)
            if place < len(chunk) and chunk.key(place) == key:
                self._gaps -= 1
                self._replace(index, chunk.without(place))
                self._changed()
                return
            if len(chunk) and chunk.first <= key:
                return

    def sampled(self, answers: int) -> None:
        """Count answers that held only a sample of what AWS had."""
        self._sampled += answers
        self._changed()

    def clear(self) -> None:
        """Forget all lines; the counters of what came stay."""
        self._dropped += len(self) - self._gaps
        self._gaps = 0
        self.chunks = [Chunk()]
        self._changed()

    def _columns(self, events: Sequence[LogEvent]) -> Chunk:
        """Events as a chunk, each line told what it continues; the later lines of one event continue its first."""
        _, times, streams, texts, late, raws = zip(*events, strict=True)
        flags: Sequence[int] = [
            (LATE if came_late else 0) | (CONTINUES if continues else 0)
            for came_late, continues in zip(late, self._folder.continues(times, streams, texts), strict=True)
        ]
        if any(raws) or "\n" in "".join(texts):
            rows = [row for event in zip(times, streams, flags, texts, raws, strict=True) for row in _lines(*event)]
            times, streams, flags, texts, raws = zip(*rows, strict=True)
        first, self._number = self._number, self._number + len(times)
        self._received += len(times)
        self._late += sum(map(LATE.__and__, flags))
        kept = {first + place: raw for place, raw in enumerate(raws) if raw} if any(raws) else NOTHING
        return Chunk(times, range(first, self._number), streams, flags, texts, kept)

    # Where it goes

    def _place(self, batch: Chunk) -> None:
        """Put ordered lines where they belong, from the newest chunk that they touch to the oldest."""
        stop = len(batch)
        while stop:
            index = max(0, self._at(batch.times[stop - 1]))
            chunk = self.chunks[index]
            start = bisect_left(batch.times, chunk.times[0], 0, stop) if index else 0
            part = batch if stop - start == len(batch) else batch.part(start, stop)
            if index == len(self.chunks) - 1 and (not len(chunk) or part.times[0] >= chunk.times[-1]):
                chunk.extend(part)
                self._seal()
            elif index == 0 and part.times[-1] < chunk.times[0] and len(part) >= self._lines // 4:
                self.chunks[:0] = part.parts(self._lines, self._bytes)
            else:
                self._replace(index, chunk.merged(part))
            stop = start

    def _replace(self, index: int, chunk: Chunk) -> None:
        """Put another chunk in a chunk's place: as several where it has grown too large, as none where it is empty."""
        if index == len(self.chunks) - 1:
            self.chunks[index] = chunk
            self._seal()
        else:
            made = list(chunk.parts(self._lines, self._bytes)) if self._large(chunk) else [chunk.seal()]
            self.chunks[index : index + 1] = made if len(chunk) else []

    def _seal(self) -> None:
        """Seal the older half of the open chunk once it is large: lines that come a little late still meet it open."""
        while (chunk := self.chunks[-1]) and self._large(chunk):
            middle = len(chunk) - min(self._lines, len(chunk) // 2)
            sealed = chunk.part(0, middle).parts(self._lines, self._bytes)
            self.chunks[-1:] = [*sealed, chunk.part(middle, len(chunk))]

    def _large(self, chunk: Chunk) -> bool:
        return len(chunk) >= 2 * self._lines or (len(chunk) > 1 and chunk.size >= 2 * self._bytes)

    def _make_room(self) -> None:
        """Drop the oldest lines, a chunk at a time, until the rest is within bounds."""
        kept, size = len(self), sum(chunk.size for chunk in self.chunks)
        while len(self.chunks) > 1 and (kept > self._most_lines or size > self._most_bytes):
            gone = self.chunks.pop(0)
            gaps = len(gone.gaps())
            kept -= len(gone)
            size -= gone.size
            self._gaps -= gaps
            self._dropped += len(gone) - gaps

    def _at(self, at_ms: int) -> int:
        """The chunk to which a moment belongs; -1 where it is before all."""
        return bisect_right(self.chunks, at_ms, key=lambda chunk: chunk.times[0] if len(chunk) else at_ms) - 1

    def _changed(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _lines(at_ms: int, stream: int, flags: int, text: str, raw: str) -> Iterator[tuple[int, int, int, str, str]]:
    """The lines of an event, whose text may hold line ends, each with what it was where that is something else."""
    lines = text.rstrip("\n").split("\n")
    raws = raw.rstrip("\n").split("\n", len(lines) - 1) if raw else []
    for number, line in enumerate(lines):
        came = raws[number] if number < len(raws) else ""
        yield at_ms, stream, flags | CONTINUES if number else flags, line, "" if came == line else came
