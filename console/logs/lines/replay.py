"""Lines of a buffer as the events that they came as, to put them into another one."""

from __future__ import annotations

from console.logs.event import CONTINUES, GAP, LATE, LogEvent, LogLine
from console.logs.lines.chunk import Chunk
from console.text import Clean


def events_of(chunk: Chunk) -> list[LogEvent]:
    """The events of a chunk, without the rows that say what is missing.

    Lines that continue another one at the same moment are of the same event; ids are not kept.
    """
    events: list[LogEvent] = []
    last: dict[int, int] = {}
    for line in map(chunk.line, range(len(chunk))):
        place = last.get(line.stream)
        if line.flags & GAP:
            continue
        if line.flags & CONTINUES and place is not None and events[place].at_ms == line.at_ms:
            events[place] = _joined(events[place], line)
            continue
        last[line.stream] = len(events)
        events.append(LogEvent("", line.at_ms, line.stream, Clean(line.text), bool(line.flags & LATE), line.raw))
    return events


def _joined(event: LogEvent, line: LogLine) -> LogEvent:
    """An event with one more line of it."""
    raw = f"{event.message}\n{line.original}" if event.raw or line.raw else ""
    return event._replace(text=Clean(f"{event.text}\n{line.text}"), raw=raw)
