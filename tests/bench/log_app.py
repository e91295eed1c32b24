"""A pane of log lines that come at a rate, and a counter that a key turns: ``log_app.py KIND RATE``.

Kinds: ``ours``, in an App of ours, and of Textual ``log`` and ``richlog``. Lines are 76 characters, in fifty batches a
second; ``x`` turns the counter. The rate that was reached is shown beside it.
"""

import gc
import sys
import time

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Log, RichLog, Static

from console.logs.event import LogEvent
from console.logs.lines.buffer import LogBuffer
from console.text import Clean
from widgets.log.pane import LogPane
from widgets.terminal.app import TerminalApp

KIND, RATE = sys.argv[1], int(sys.argv[2])
BATCHES = 50
POOL = [
    f"{'ERROR' if number % 40 == 0 else 'INFO'} req-{number:06x} GET /items/{number % 1000} {number % 97} ms ok".ljust(
        76, "."
    )
    for number in range(20_000)
]


class LogApp(TerminalApp[None] if KIND == "ours" else App[None]):
    """Lines above, the counter below."""

    BINDINGS = [("x", "turn", "")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.log_buffer = LogBuffer()
        self.log_buffer.streams.index(Clean("group"), Clean("stream"))
        self.sent = self.turns = 0
        self.begun = 0.0

    def compose(self) -> ComposeResult:
        if KIND == "ours":
            yield LogPane(self.log_buffer)
        else:
            yield Log() if KIND == "log" else RichLog(wrap=True, highlight=True)
        yield Static("turn 0 .", id="turn")

    def on_mount(self) -> None:
        self.query_one("#turn", Static).styles.height = 1
        self.screen.query("LogLines, Log, RichLog").first().focus()
        self.begun = time.perf_counter()
        self.set_interval(1 / BATCHES, self.feed)
        self.call_after_refresh(gc.freeze)  # as the console does once its first frame stands

    def feed(self) -> None:
        """As many lines as are due."""
        due = int((time.perf_counter() - self.begun) * RATE) - self.sent
        texts = [POOL[(self.sent + at) % len(POOL)] for at in range(min(due, RATE // 2))]
        self.sent += len(texts)
        if KIND == "ours":
            at_ms = int(time.time() * 1000)
            self.log_buffer.append([LogEvent("", at_ms, 0, Clean(text)) for text in texts])
        elif KIND == "log":
            self.query_one(Log).write_lines(texts)
        else:
            for text in texts:
                self.query_one(RichLog).write(text)

    def action_turn(self) -> None:
        self.turns += 1
        reached = self.sent / max(0.001, time.perf_counter() - self.begun)
        self.query_one("#turn", Static).update(Content(f"turn {self.turns} . {reached:.0f} lines a second"))


LogApp().run()
