"""One change of the journal: what it rested on, its steps with their request ids, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from console.desk import Desk
from screens.frame import header_state
from widgets.detail_lines import fact_lines, section
from widgets.footer import Footer
from widgets.header import Header
from widgets.terminal.pace import PacedScreen
from widgets.text_view import TextView, hang

if TYPE_CHECKING:
    from console.journal.records import RunRecord, StepRecord


class RunView(TextView):
    """A change and its steps."""

    def __init__(self) -> None:
        super().__init__()
        self._run: RunRecord | None = None
        self._steps: tuple[StepRecord, ...] = ()

    def show(self, run: RunRecord, steps: tuple[StepRecord, ...]) -> None:
        """Show a change."""
        self._run, self._steps = run, steps
        self.renew()

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        run = self._run
        if run is None:
            return []
        lines = [*hang(f"{run.title}.", width, style="bold"), Content(""), *fact_lines(_facts(run), width)]
        for step in self._steps:
            lines += [Content(""), section(f"Step {step.position + 1}: {step.title or step.kind}", width)]
            lines += fact_lines(_step_facts(step), width)
            for command in step.commands:
                lines += hang(command, width, "$ ", 4)
        return lines


def _facts(run: RunRecord) -> list[tuple[str, str]]:
    from console.journal.reconcile import state_of

    undo = run.undo.get("reason") or f"{run.undo.get('operation')} {_pairs(run.undo.get('params', {}))}"
    facts = [
        ("Run", run.id),
        ("State", state_of(run).value),
        ("Outcome", run.outcome),
        ("Operation", f"{run.operation} {_pairs(run.params)}"),
        ("On", ", ".join(f"{name} {arn}" for name, arn in run.targets)),
        ("Stack", f"{run.stack}, account {run.account} in {run.region}"),
        ("Who", " ".join(part for part in (run.who.login, run.who.arn, run.who.ssh) if part)),
        ("Why", run.reason),
        ("Started", f"{run.started.astimezone():%Y-%m-%d %H:%M:%S %Z}"),
        ("Ended", f"{run.ended.astimezone():%Y-%m-%d %H:%M:%S %Z}" if run.ended else ""),
        ("Before", _pairs(run.before.get("state", {}))),
        ("Undo", undo),
        ("Undoes", run.undoes),
        ("Undone by", run.undone_by),
    ]
    return [(name, text) for name, text in facts if text]


def _step_facts(step: StepRecord) -> list[tuple[str, str]]:
    facts = [("State", step.state.value), ("Request id", step.request), ("What", step.what)]
    return [(name, text) for name, text in facts if text]


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


class RunScreen(PacedScreen[None]):
    """A change with all that the journal holds of it; u plans what takes it back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", "Back"),
        Binding("u", "undo", "Undo"),
        Binding("x", "stop", "Stop watching"),
    ]

    def __init__(self, desk: Desk, run: RunRecord) -> None:
        super().__init__()
        self.desk = desk
        self._run = run
        self._view = RunView()

    def compose(self) -> ComposeResult:
        """Header, the change, footer."""
        yield Header(header_state(self.desk))
        yield self._view
        yield Footer()

    async def on_mount(self) -> None:
        """Read its steps, and follow it while it goes on."""
        await self._read()
        self.set_interval(2, self._read)

    async def _read(self) -> None:
        changes = self.desk.changes
        if changes is not None:
            self._run = await changes.run(self._run.id)
            self._view.show(self._run, await changes.steps(self._run))

    def action_undo(self) -> None:
        """Plan what takes it back."""
        from screens.gate import open_undo

        open_undo(self.app, self.desk, self._run)

    def action_stop(self) -> None:
        """Stop it before its next step, or stop watching it."""
        if self.desk.changes is not None:
            self.desk.changes.stop(self._run)
