"""Some thousand lines side by side: columns of numbers, and one text for all of them.

One text is what makes a million lines small (a list of them takes 137 MB, this 78 MB of 76 characters each) and
quick to search: a regular expression runs over it once instead of a thousand times.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from types import MappingProxyType
from typing import Final

from console.logs.event import CONTINUES, GAP, LineKey, LogLine

LINES: Final = 2048
"""Lines of a sealed chunk: one that is built anew for a late line takes about a millisecond."""

BYTES: Final = 200_000
"""Text of a chunk at most, about: it is searched at one go."""

NOTHING: Final[Mapping[int, str]] = MappingProxyType({})

_A_RAW: Final = 150
"""Bytes that a line takes as it came, besides its characters."""

_serials = count(1)


class Chunk:
    """Lines in the order of their keys. It is open while its texts are a list; `seal` joins them.

    `serial` is another whenever lines were put between others, so that what was found in a chunk can be kept by it;
    lines put at the end keep it. `raws` has the lines as they came, by number, where their texts are others.
    """

    __slots__ = ("_data", "_starts", "_texts", "flags", "numbers", "raws", "serial", "size", "streams", "times")

    def __init__(
        self,
        times: Iterable[int] = (),
        numbers: Iterable[int] = (),
        streams: Iterable[int] = (),
        flags: Iterable[int] = (),
        texts: Iterable[str] = (),
        raws: Mapping[int, str] = NOTHING,
    ) -> None:
        self.serial = next(_serials)
        self.times = array("q", times)
        self.numbers = array("Q", numbers)
        self.streams = array("H", streams)
        self.flags = bytearray(flags)
        self._texts = list(texts)
        self._data: bytes | None = None
        self._starts = array("I")
        self.raws = dict(raws)
        self.size = sum(map(len, self._texts)) + len(self._texts) + _size_of(self.raws)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def first(self) -> LineKey:
        """The key of the first line."""
        return LineKey(self.times[0], self.numbers[0])

    def key(self, index: int) -> LineKey:
        """The key of a line."""
        return LineKey(self.times[index], self.numbers[index])

    def find(self, key: LineKey) -> int:
        """Where the line with a key stands, or would stand."""
        start = bisect_left(self.times, key.at_ms)
        return bisect_left(self.numbers, key.number, start, bisect_right(self.times, key.at_ms, start))

    def text(self, index: int) -> str:
        """One line's text."""
        if self._data is None:
            return self._texts[index]
        return self._data[self._starts[index] : self._starts[index + 1] - 1].decode()

    def line(self, index: int) -> LogLine:
        """One line."""
        number = self.numbers[index]
        raw = self.raws.get(number, "") if self.raws else ""
        return LogLine(number, self.times[index], self.streams[index], self.flags[index], self.text(index), raw)

    def texts(self) -> list[str]:
        """All lines' texts; not to be changed."""
        return self._texts if self._data is None else self._data.decode().split("\n")

    def joined(self, start: int = 0) -> str:
        """The texts from a line on, with line ends between them."""
        if self._data is None:
            return "\n".join(self._texts[start:] if start else self._texts)
        return (self._data[self._starts[start] :] if start else self._data).decode()

    def extend(self, other: Chunk) -> None:
        """Put lines at the end of an open chunk; none of them may belong further up."""
        self.times += other.times
        self.numbers += other.numbers
        self.streams += other.streams
        self.flags += other.flags
        self._texts += other.texts()
        self.raws.update(other.raws)
        self.size += other.size

    def merged(self, other: Chunk) -> Chunk:
        """An open chunk of both: ordered by time, and where that is equal this one's lines first."""
        times = [*self.times, *other.times]
        order = sorted(range(len(times)), key=times.__getitem__)
        return Chunk(
            map(times.__getitem__, order),
            map([*self.numbers, *other.numbers].__getitem__, order),
            map([*self.streams, *other.streams].__getitem__, order),
            map([*self.flags, *other.flags].__getitem__, order),
            map((self.texts() + other.texts()).__getitem__, order),
            {**self.raws, **other.raws},
        )

    def part(self, start: int, stop: int) -> Chunk:
        """An open chunk of some of the lines."""
        span = slice(start, stop)
        numbers = self.numbers[span]
        raws = {number: self.raws[number] for number in numbers if number in self.raws} if self.raws else NOTHING
        return Chunk(self.times[span], numbers, self.streams[span], self.flags[span], self.texts()[span], raws)

    def without(self, index: int) -> Chunk:
        """An open chunk of all lines but one."""
        chunk = self.part(0, index)
        chunk.extend(self.part(index + 1, len(self)))
        return chunk

    def parts(self, most_lines: int = LINES, most_bytes: int = BYTES) -> Iterator[Chunk]:
        """Sealed chunks of these lines, none larger than so many lines or about so much text."""
        lengths = [len(text) + 1 for text in self.texts()]
        if self.raws:
            lengths = [
                length + (len(self.raws[number]) + _A_RAW if number in self.raws else 0)
                for length, number in zip(lengths, self.numbers, strict=True)
            ]
        sizes = list(accumulate(lengths))
        start = before = 0
        while start < len(sizes):
            stop = min(start + most_lines, len(sizes), max(start + 1, bisect_left(sizes, before + most_bytes)))
            yield self.part(start, stop).seal()
            start, before = stop, sizes[stop - 1]

    def seal(self) -> Chunk:
        """Join the texts of an open chunk; gives the chunk itself."""
        if self._data is None:
            joined = "\n".join(self._texts)
            self._data = joined.encode("utf-8", "replace")
            lengths: Iterable[int] = map(len, self._texts)
            if not joined.isascii():
                lengths = (len(text.encode("utf-8", "replace")) for text in self._texts)
            self._starts = array("I", accumulate((length + 1 for length in lengths), initial=0))
            self.size = len(self._data) + 1 + _size_of(self.raws)
            self._texts = []
        return self

    def heads(self, start: int = 0) -> Sequence[int]:
        """Where the lines are that continue no other."""
        if not any(flag & CONTINUES for flag in set(self.flags)):
            return range(start, len(self))
        return array("H", [index for index, flag in enumerate(self.flags) if not flag & CONTINUES and index >= start])

    def gaps(self, start: int = 0) -> list[int]:
        """Where the rows are that say what is missing."""
        if not any(flag & GAP for flag in set(self.flags)):
            return []
        return [index for index, flag in enumerate(self.flags) if flag & GAP and index >= start]


def _size_of(raws: Mapping[int, str]) -> int:
    return sum(map(len, raws.values())) + _A_RAW * len(raws) if raws else 0
