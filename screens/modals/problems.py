"""Every problem that there is at present, with its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen

from console.desk import Desk
from widgets.table import Table
from widgets.table_layout import Column
from widgets.terminal.pace import PacedModal
from widgets.text_view import TextView, hang
from widgets.times import clock, span


@dataclass(frozen=True)
class Present:
    """A problem that there is now: of which stack and Source, since when, when it is tried again."""

    stack: str
    source: str
    kind: str
    what: str
    hint: str
    since: datetime | None
    next_at: datetime | None


def present(desk: Desk) -> list[Present]:
    """What is wrong with stack files, credentials, the journal and Sources, the newest first."""
    general = (("start", desk.problem), ("journal", desk.changes.problem if desk.changes else None))
    found = [Present("", name, p.kind, p.what, p.hint, None, None) for name, p in general if p is not None]
    for key, reading in desk.poller.readings():
        if problem := reading.problem:
            times = (reading.since, reading.next_at)
            found.append(Present(key.stack, key.source, problem.kind, problem.what, problem.hint, *times))
    return sorted(found, key=lambda p: p.since.timestamp() if p.since else 0, reverse=True)


def _since(problem: Present) -> str:
    return clock(problem.since, datetime.now(UTC)) if problem.since else ""


COLUMNS: tuple[Column[Present], ...] = (
    Column("since", "Since", _since, width=14),
    Column("kind", "Kind", lambda p: p.kind, width=9),
    Column("stack", "Stack", lambda p: p.stack, width=10, most=20, share=1, hide=1),
    Column("source", "Source", lambda p: p.source, width=14, most=24, share=1),
    Column("what", "What", lambda p: Content(p.what), width=20, share=4),
)


class Explained(TextView):
    """The whole of one problem."""

    def __init__(self) -> None:
        super().__init__()
        self._problem: Present | None = None
        self.can_focus = False

    def show(self, problem: Present | None) -> None:
        """Show a problem."""
        self._problem = problem
        self.renew(home=True)

    def content(self, width: int) -> list[Content]:
        """What went wrong, what to do, when it is tried again."""
        if self._problem is None:
            return []
        lines = hang(f"{self._problem.what} {self._problem.hint}".strip(), width)
        if self._problem.next_at:
            left = (self._problem.next_at - datetime.now(UTC)).total_seconds()
            lines.append(
                Content.styled(f"Tried again in {span(left)}." if left >= 1 else "Tried again now.", "$text-muted")
            )
        return lines


class ProblemsModal(PacedModal[None]):
    """What could not be read, since when, and what to do about it."""

    DEFAULT_CSS = """
    ProblemsModal {
        align: center middle;
        & > Table { width: 96%; max-width: 130; height: auto; max-height: 60%; border: round $primary;
                    background: $surface; }
        & > Explained { width: 96%; max-width: 130; height: 6; background: $surface; border: round $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,exclamation_mark", "dismiss", "Close")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._table = Table[Present](COLUMNS, lambda p: (p.stack, p.source), empty="No problems.", marks=False)
        self._explained = Explained()

    def compose(self) -> ComposeResult:
        """The list, and the whole of the one under the cursor."""
        self._table.border_title = "Problems"
        self._table.border_subtitle = "esc closes"
        yield self._table
        yield self._explained

    def on_mount(self) -> None:
        """Keep it up to date."""
        self._show()
        self.set_interval(1, self._show)

    def _show(self) -> None:
        found: Sequence[Present] = present(self._desk)
        self._table.set_rows(found)
        self._explained.display = bool(found)
        self._explained.show(self._table.cursor_row)

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Explain the problem under the cursor."""
        self._explained.show(event.row)


def open_problems(screen: Screen[Any], desk: Desk) -> None:
    """Show what could not be read, and why."""
    screen.app.push_screen(ProblemsModal(desk))
