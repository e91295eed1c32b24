"""The log pane to be looked at: ``python tests/pilot/widgets/log_gallery.py [FILE ...]``, or with made-up lines.

Keys: ``+`` ten more lines, ``R`` fifty a second, ``L`` a late line, ``X`` a gap, ``D`` the theme; else the pane's.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

import themes
from console.logs.event import LogEvent
from console.logs.lines.buffer import LogBuffer
from console.text import clean
from widgets.footer import Footer
from widgets.log.pane import LogPane

NOW = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)

JAVA = (
    "2026-11-20 14:04:58,101 ERROR [http-nio-8080-exec-4] c.e.orders.OrderController : Cannot place order 81231\n"
    "java.lang.IllegalStateException: No stock for sku 4411\n"
    "\tat com.example.orders.Stock.take(Stock.java:88) ~[orders.jar:1.4.2]\n"
    "\tat com.example.orders.OrderController.place(OrderController.java:41) ~[orders.jar:1.4.2]\n"
    "Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available\n"
    "\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696) ~[HikariCP-5.0.1.jar]\n"
    "\t... 48 more"
)
PYTHON = (
    "Traceback (most recent call last):",
    '  File "/app/worker.py", line 31, in handle',
    "    store.put(item)",
    '  File "/app/store.py", line 12, in put',
    "    raise Full(item)",
    "store.Full: no room for 71 items",
)
NODE = (
    "Error: connect ECONNREFUSED 10.0.1.12:6379",
    "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1187:16) {",
    "  errno: -111,",
    "  code: 'ECONNREFUSED'",
    "}",
)
REPORT = (
    "REPORT RequestId: 8f507cfc-example Duration: 1204.51 ms Billed Duration: 1205 ms Memory Size: 256 MB "
    "Max Memory Used: 201 MB Init Duration: 402.11 ms"
)
ODD = (
    "\x1b[31mred by escape\x1b[0m and \x07 a bell, \x9b2J C1",
    "[bold]markup[/bold] [link=https://login.example]here[/link] [@click=app.quit]click[/] [/var/log]",
    "bytes: " + bytes(range(0, 256, 7)).decode("latin-1"),
    "漢字とカナの行 " * 8,
    "zero\u200bwidth, bidi \u202eevil, emoji 👩‍🔬🚀",
    "one very long line: " + "abcdefgh " * 120_000,
)


def made_up(chance: random.Random, count: int, end_ms: int) -> Iterator[LogEvent]:
    """Lines of four kinds of programs, the newest at a moment."""
    for number in range(count):
        at = end_ms - (count - number) * 70
        kind = chance.randrange(20)
        status = chance.choice((200, 200, 200, 304, 404, 503))
        if kind < 8:
            yield event(
                at, 0, f'10.0.{kind}.17 - - [20/Nov/2026:14:05:0{kind} +0000] "GET /api/maps/{number}?layer=roads '
                f'HTTP/1.1" {status} {chance.randrange(90, 9000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"',
            )  # fmt: skip
        elif kind < 14:
            level = chance.choice(("debug", "info", "info", "info", "warn", "error"))
            line = {"level": level, "time": at, "msg": f"request {number} done", "path": f"/maps/{kind}",
                    "ms": chance.randrange(900), "user": {"id": kind, "roles": ["admin"]}}  # fmt: skip
            yield event(at, 1, json.dumps(line))
        elif kind < 17:
            yield event(at, 2, REPORT)
        elif kind == 17:
            yield event(at, 2, JAVA)
        else:
            for line_text in PYTHON if kind == 18 else NODE:
                yield event(at, 3, line_text)


def event(at_ms: int, stream: int, text: str, *, late: bool = False) -> LogEvent:
    """An event, cleaned."""
    return LogEvent("", at_ms, stream, clean(text, multiline=True), late)


def streams(buffer: LogBuffer) -> None:
    """Four streams of three groups."""
    for group, name in (
        ("/ecs/mra-mines-frontend-staging", "frontend/web/2b88b7d4c1f04e0e9a3a"),
        ("/ecs/mra-mines-processor-staging", "processor/app/9c1fa04e0e9a3a2b88b7"),
        ("/aws/lambda/gift-tracker-api", "2026/11/20/[$LATEST]8f507cfcaa11"),
        ("/ecs/mra-mines-processor-staging", "processor/app/77aa04e0e9a3a2b88b7c"),
    ):
        buffer.streams.index(clean(group), clean(name))


class LogGallery(App[None]):
    """One pane."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "more", show=False),
        Binding("R", "rate", show=False),
        Binding("L", "late", show=False),
        Binding("X", "gap", show=False),
        Binding("D", "theme", show=False),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, files: list[str], theme: str = themes.DEFAULT) -> None:
        super().__init__()
        for known in themes.load_all():
            self.register_theme(known)
        self.theme = theme
        self.chance = random.Random(7)
        self.log_buffer = LogBuffer()
        self.at_ms = NOW_MS
        if files:
            for number, file in enumerate(files):
                self.log_buffer.streams.index(clean("/var/log"), clean(Path(file).name))
                lines = Path(file).read_text("utf-8", "replace").splitlines()
                self.log_buffer.append([event(NOW_MS - 9000 + at, number, line) for at, line in enumerate(lines)])
        else:
            streams(self.log_buffer)
            self.log_buffer.append([event(NOW_MS - 60_000, 3, text) for text in ODD])
            self.log_buffer.append(list(made_up(self.chance, 400, NOW_MS)))

    def compose(self) -> ComposeResult:
        """The pane and the keys."""
        yield LogPane(self.log_buffer, zone=UTC, now=lambda: NOW)
        yield Footer()

    def on_mount(self) -> None:
        """Give the pane the keys."""
        self.query_one(LogPane).focus()

    def on_log_pane_copy_wanted(self, message: LogPane.CopyWanted) -> None:
        """Say what would be copied."""
        message.pane.say(f"{len(message.text):,} characters would go to the clipboard")

    def action_more(self, count: int = 10) -> None:
        """Some lines more."""
        self.at_ms += 70 * count
        self.log_buffer.append(list(made_up(self.chance, count, self.at_ms)))

    def action_rate(self) -> None:
        """Lines as they come from a busy service."""
        self.set_interval(0.1, lambda: self.action_more(5))

    def action_late(self) -> None:
        """A line that comes late."""
        self.log_buffer.append([event(self.at_ms - 600, 0, "this one came late", late=True)])

    def action_gap(self) -> None:
        """A row that says what is missing."""
        self.log_buffer.add_gap(self.at_ms - 300, clean("2 min missing, 14:02:10 to 14:04:10: throttled; being read"))

    def action_theme(self) -> None:
        """The next theme."""
        names = themes.names()
        self.theme = names[(names.index(self.theme) + 1) % len(names)]


if __name__ == "__main__":
    LogGallery(sys.argv[1:]).run()
