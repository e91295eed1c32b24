"""Log lines on stdout: text for people, in colour on a terminal only, or JSON for programs, as AWS told it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from typing import Final

from console.cli.output import paint
from console.logs.event import LineKey, LogEvent
from console.logs.kinds import LogGroup
from console.logs.levels import LogLevel, level_of
from console.logs.lines.streams import Streams
from console.logs.tailing.ordered import Ordered
from console.moments import moment_at
from console.text import Clean

_STYLE: Final = {LogLevel.ERROR: "crit", LogLevel.WARN: "warn", LogLevel.DEBUG: "muted"}


_ODD: Final = re.compile(r"[^\x20-\x7e]")


class Printer:
    """Prints lines as they come; lines of several groups after they were held back for `hold` seconds.

    What is missing is said on stderr. `broken` holds the error once nobody reads any more.
    """

    def __init__(self, *, as_json: bool, groups: Sequence[LogGroup], hold: float = 0.0) -> None:
        self.streams = Streams()
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line = self._json if as_json else self._text
        self._many = len(groups) > 1
        self._ordered = Ordered(hold) if hold else None

    def append(self, events: Sequence[LogEvent]) -> None:
        """Take lines."""
        if self._ordered is None:
            self._print(events)
        else:
            self._ordered.put(events)

    def flush(self) -> None:
        """Print the lines that need not be held back any longer."""
        if self._ordered is not None:
            self._print(self._ordered.due())

    def add_gap(self, at_ms: int, text: Clean, group: Clean | None = None) -> LineKey:
        """Say that lines are missing."""
        sys.stderr.write(f"groundskeeper: {text}\n")
        return LineKey(at_ms, 0)

    def fill_gap(self, key: LineKey) -> None:
        """The lines that were missing are printed like others; there is nothing to take away."""

    def sampled(self, answers: int) -> None:
        """Samples are told as what is missing."""

    def _print(self, events: Sequence[LogEvent]) -> None:
        if not events or self.broken.done():
            return
        try:
            sys.stdout.write("".join(map(self._line, events)))
            sys.stdout.flush()
        except BrokenPipeError as error:
            self.broken.set_exception(error)

    def _text(self, event: LogEvent) -> str:
        style = _STYLE.get(level_of(event.text))
        text = paint(event.text, style) if style else event.text
        late = " (late)" if event.late else ""
        return f"{paint(_time(event.at_ms), 'muted')} {paint(self._name(event), 'bold')}{late} {text}\n"

    def _json(self, event: LogEvent) -> str:
        stream = self.streams[event.stream]
        line = {
            "at": _time(event.at_ms),
            "group": stream.group,
            "stream": stream.name,
            "message": event.message,
            "late": event.late,
        }
        return _ODD.sub(_escaped, json.dumps(line, ensure_ascii=False)) + "\n"

    def _name(self, event: LogEvent) -> str:
        """The group where there are several, else the stream."""
        return self.streams[event.stream].group if self._many else self.streams.short(event.stream)


def _escaped(char: re.Match[str]) -> str:
    """A character of a JSON string, escaped unless it is a printable one: a terminal may show it."""
    if char[0].isprintable():
        return char[0]
    units = char[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _time(at_ms: int) -> str:
    return f"{moment_at(at_ms // 1000 * 1000):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"
