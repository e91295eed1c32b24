"""One change of the journal: what it rested on, its steps with their request ids, how it ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from console.desk.desk import Desk
from console.problems import Problem
from console.readings.source import Level
from console.text import clean
from screens.header_state import header_state
from widgets.detail_lines import fact_lines, section
from widgets.footer import Footer
from widgets.header import Header
from widgets.level import STYLES, SYMBOLS
from widgets.terminal.frame_rate import FrameRateScreen
from widgets.text_view import TextView, hang

if TYPE_CHECKING:
    from console.journal.records import AnyRun, ItemRecord, RunEntry, RunRecord, StepRecord, UnreadableRun

LOOK_SECONDS = 2.0


class RunView(TextView):
    """A change and its steps."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: RunEntry | None = None
        self._state = ""
        self._problem = ""

    def show(self, entry: RunEntry, state: str) -> None:
        """Show a change in its state."""
        self._entry, self._state, self._problem = entry, state, ""
        self.renew()

    def fail(self, problem: str) -> None:
        """Say why it cannot be read now, above what was read before."""
        self._problem = problem
        self.renew()

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        lines: list[Content] = []
        if self._problem:
            style = STYLES[Level.UNKNOWN]
            lines += [*hang(clean(self._problem), width, f"{SYMBOLS[Level.UNKNOWN]} ", style=style), Content("")]
        if self._entry is None:
            return lines
        title, facts = _title_and_facts(self._entry.run, self._state)
        lines += [*hang(title, width, style="bold"), Content(""), *fact_lines(facts, width)]
        for step in self._entry.steps:
            name = f": {clean(step.title or step.kind)}" if step.title or step.kind else ""
            lines += [Content(""), section(f"Step {step.position + 1}{name}", width)]
            items = self._entry.items.get(step.position, ())
            lines += fact_lines(_step_facts(step, items, self._state), width)
            for command in step.commands:
                lines += hang(clean(command, multiline=True), width, "$ ", 4)
        return lines


def _title_and_facts(run: AnyRun, state: str) -> tuple[str, list[tuple[str, str]]]:
    from console.journal.records import RunRecord

    facts = _facts(run, state) if isinstance(run, RunRecord) else _known(run, state)
    title = f"{clean(run.title)}." if isinstance(run, RunRecord) else "A change whose record cannot be read."
    return title, [(name, clean(text)) for name, text in facts if text]


def _facts(run: RunRecord, state: str) -> list[tuple[str, str]]:
    from console.gate.undo import why_not_undone
    from console.journal.export import shown_outcome
    from console.journal.rows import pairs, undo_words

    partition = f" of {run.partition}" if run.partition not in ("", "aws") else ""
    return [
        ("Run", run.id),
        ("State", state),
        ("Outcome", shown_outcome(run, state)),
        ("Operation", f"{run.operation} {pairs(run.params)}"),
        ("On", ", ".join(f"{name} {arn}" for name, arn in run.targets)),
        ("Stack", f"{run.stack}, account {run.account}{partition} in {run.region}"),
        ("Who", " ".join(part for part in (run.who.login, run.who.arn, run.who.ssh) if part)),
        ("Why", run.reason),
        ("Started", f"{run.started.astimezone():%Y-%m-%d %H:%M:%S %Z}"),
        ("Ended", f"{run.ended.astimezone():%Y-%m-%d %H:%M:%S %Z}" if run.ended else ""),
        ("Before", pairs(run.before["state"])),
        ("Undo", why_not_undone(run) or undo_words(run)),
        ("Undoes", run.undoes),
        ("Undone by", run.undone_by),
    ]


def _known(run: UnreadableRun, state: str) -> list[tuple[str, str]]:
    from console.journal.export import why_unreadable

    started = f"{run.started.astimezone():%Y-%m-%d %H:%M:%S %Z}" if run.started else "unknown"
    return [
        ("Run", run.id),
        ("State", state),
        ("Why", why_unreadable(run)),
        ("Stack", run.stack or "unknown"),
        ("Started", started),
    ]


def _step_facts(step: StepRecord, items: tuple[ItemRecord, ...], state: str) -> list[tuple[str, str]]:
    from console.journal.export import items_words, step_state

    of_it = f"{items_words(items, state)}. i shows them." if items else ""
    facts = [("State", step_state(step)), ("Request id", step.request), ("What", step.what), ("Items", of_it)]
    return [(name, clean(text)) for name, text in facts if text]


class RunScreen(FrameRateScreen[None]):
    """A change with all that the journal holds of it; i shows the items of a Bulk, u plans what takes it back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", "Back"),
        Binding("i", "items", "Items"),
        Binding("u", "undo", "Undo"),
        Binding("x", "stop", "Stop watching"),
    ]

    def __init__(self, desk: Desk, run: AnyRun) -> None:
        super().__init__()
        self.desk = desk
        self._run = run
        self._entry: RunEntry | None = None
        self._view = RunView()

    def compose(self) -> ComposeResult:
        """Header, the change, footer."""
        yield Header(header_state(self.desk))
        yield self._view
        yield Footer()

    def show_fault(self, problem: Problem) -> None:
        """Say above the change what failed here."""
        self._view.fail(str(problem))

    async def on_mount(self) -> None:
        """Read its steps, and follow it while it goes on."""
        await self._read()
        self.set_interval(LOOK_SECONDS, self._read)

    async def _read(self) -> None:
        from console.journal.export import shown_state
        from console.journal.records import ENDED, RunRecord
        from console.journal.store import JournalError

        changes = self.desk.changes
        if changes is None:
            return
        try:
            run = await changes.run(self._run.id)
            same = self._entry if self._entry is not None and self._entry.run == run else None
            ended = isinstance(run, RunRecord) and run.state in ENDED
            entry = same if same is not None and ended else await changes.entry(run)
        except (JournalError, LookupError) as error:
            self._view.fail(str(error.args[0]))
            return
        self._run, self._entry = run, entry
        self._view.show(entry, await asyncio.to_thread(shown_state, run, changes.journal.locks))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Items are offered where there are any, undo where something was done (called by Textual)."""
        from console.gate.undo import why_not_undone
        from console.journal.records import RunRecord

        if action == "undo":
            return isinstance(self._run, RunRecord) and not why_not_undone(self._run)
        return action != "items" or bool(self._entry and self._entry.items)

    def action_items(self) -> None:
        """Show the items of its Bulks."""
        from screens.journal.items import ItemsScreen

        self.app.push_screen(ItemsScreen(self.desk, self._run))

    def action_undo(self) -> None:
        """Plan what takes it back."""
        from screens.gate import open_undo

        open_undo(self.app, self.desk, self._run)

    def action_stop(self) -> None:
        """Stop it before its next step, or stop watching it."""
        if self.desk.changes is not None:
            self.desk.changes.stop(self._run)
