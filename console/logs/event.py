"""What a log line is: as it comes from AWS, and as the buffer gives it back."""

from __future__ import annotations

from typing import Final, NamedTuple

from console.text import Clean

LATE: Final = 1
"""Flag of a line that came after newer ones had been shown."""

CONTINUES: Final = 2
"""Flag of a line that belongs to the one before it in its stream, such as a frame of a stack trace."""

GAP: Final = 4
"""Flag of a row that is no line: it says what is missing there."""


class LogEvent(NamedTuple):
    """One event of a log stream, cleaned at the AWS boundary.

    `id` is CloudWatch's event id (the buffer does not keep it), `at_ms` the event's own time in milliseconds since
    1970, `stream` an index into the buffer's table of streams. `text` may hold line ends where it was cleaned with
    ``multiline=True``; the first line then is the event's, the others continue it. `late` says that it came after
    newer events of its stream. `raw` is the message as AWS told it, where `text` is another; it is for files and
    other programs, and never drawn. A tuple, since a hundred thousand of them come and go in a second.
    """

    id: str
    at_ms: int
    stream: int
    text: Clean
    late: bool = False
    raw: str = ""

    @property
    def message(self) -> str:
        """The message as AWS told it."""
        return self.raw or self.text


class LineKey(NamedTuple):
    """The place of a line among all: its time, then the order of arrival. It stays the line's own for ever."""

    at_ms: int
    number: int


class LogLine(NamedTuple):
    """One line of the buffer; `number` counts arrivals, `flags` are `LATE`, `CONTINUES` and `GAP`.

    `raw` is the line as it came, where `text` is another: longer, or with what is not shown. It is never drawn.
    """

    number: int
    at_ms: int
    stream: int
    flags: int
    text: str
    raw: str = ""

    @property
    def original(self) -> str:
        """The line as it came."""
        return self.raw or self.text

    @property
    def key(self) -> LineKey:
        """The line's place among all."""
        return LineKey(self.at_ms, self.number)
