"""The gate on the screen: the plan, the confirmation, the progress, the outcome."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from console.desk.changes import Changes
from console.gate.confirm import YES, Ask
from console.gate.events import AtTheGate, Outcome, Reason, RunProgress
from console.gate.planned import Planned
from console.gate.undo import why_not_undone
from console.journal.records import RunRecord, RunState
from console.journal.store import JournalError
from console.operations.operation import Operation
from console.problems import Failure
from console.readings.source import Level
from console.stack.stack import Stack
from widgets.level import STYLES, SYMBOLS
from widgets.plan_view import PlanView, danger_words
from widgets.progress import ChangeProgress, progress_bar
from widgets.terminal.frame_rate import FrameRateModal
from widgets.typed_input import TypedInput

DEAF_SECONDS: Final = 0.5
"""How long after a plan is shown keys do not count: they were meant for what was there before."""

SMALLEST: Final = (60, 16)
"""Cells below which a plan cannot be read, and so not be confirmed."""

LEVELS: Final = {
    RunState.DONE: Level.OK,
    RunState.WATCHING: Level.OK,
    RunState.FAILED: Level.CRIT,
    RunState.PARTLY: Level.CRIT,
    RunState.UNKNOWN: Level.UNKNOWN,
    RunState.STOPPED: Level.WARN,
}


@dataclass(frozen=True)
class PlanRequest:
    """What is to be planned: an operation, or the undoing of a run."""

    stack: Stack
    operation: Operation | None = None
    undoes: RunRecord | None = None


class PlanModal(FrameRateModal[Outcome | None]):
    """Plans an operation, shows it, lets it be confirmed, and follows it to its end. Gives the outcome, if any."""

    DEFAULT_CSS = """
    PlanModal {
        align: center middle;
        & > #box {
            width: 98%; max-width: 124; height: 96%; max-height: 46; padding: 0 1;
            background: $surface; border: round $primary;
            &.-destroy { border: heavy $error; }
        }
        & PlanView, & Course { background: $surface; }
        & Course { display: none; height: 1fr; }
        & #ask { height: auto; max-height: 4; padding: 0; border-top: solid $panel; }
        & TypedInput { display: none; height: 1; border: none; padding: 0; background: $panel; }
        & #box.-running Course { display: block; }
        & #box.-running PlanView { height: 40%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", "Apply", show=False),
        Binding("n,escape,enter,q", "close", "No", show=False),
        Binding("u", "undo", "Undo", show=False),
    ]

    def __init__(self, changes: Changes, wanted: PlanRequest) -> None:
        super().__init__()
        self._changes = changes
        self._wanted = wanted
        self._planned: Planned | None = None
        self._shown_at = 0.0
        self._run: str | None = None
        self._outcome: Outcome | None = None
        self._applying = False
        self._box = Vertical(id="box")
        self._view = PlanView()
        self._course = ChangeProgress()
        self._ask = Static("", id="ask", markup=False)
        self._typed = TypedInput(compact=True)

    def compose(self) -> ComposeResult:
        """Plan, course, and the line that asks."""
        with self._box as box:
            box.border_subtitle = "esc: no, nothing is changed"
            yield self._view
            yield self._course
            yield self._ask
            yield self._typed

    def on_mount(self) -> None:
        """Begin to plan."""
        self._say(Content("Planning: reading what is there now ..."))
        self._changes.listen(self, self._heard)
        self._plan()

    def on_unmount(self) -> None:
        """Follow no more; the change itself goes on."""
        self._changes.forget(self)

    @work
    async def _plan(self) -> None:
        wanted = self._wanted
        try:
            if wanted.undoes is not None:
                planned = await self._changes.plan_undo(wanted.undoes, wanted.stack)
            elif wanted.operation is not None:
                planned = await self._changes.plan(wanted.operation, wanted.stack)
        except (Failure, AtTheGate, JournalError) as error:
            self._say(_line(Level.CRIT, f"No plan could be made. {error}"))
            return
        self._show(planned)

    def _show(self, planned: Planned, former: Planned | None = None) -> None:
        self._planned = planned
        self._box.border_title = Content(planned.operation.name)
        self._box.set_class(planned.danger.word == "destroy", "-destroy")
        self._view.show(planned, planned.differs(former) if former else ())
        self._view.focus()
        self._shown_at = time.monotonic()
        self._typed.display = False
        self._ask_for(planned)

    def _ask_for(self, planned: Planned) -> None:
        refusal = self._changes.write_state.refusal(planned.stack, planned.armed_in)
        if planned.refused or planned.nothing_to_do:
            self._say(Content.styled("Nothing is changed. Enter closes.", "$text-muted"))
        elif refusal:
            self._say(_line(Level.WARN, refusal))
        elif self._too_small():
            self._say(_line(Level.CRIT, self._too_small()))
        elif planned.confirmation.kind is Ask.YES:
            self._say(
                danger_words(planned) + Content("  Apply this?  ") + Content.styled("y", "bold") + Content("/[N]")
            )
        else:
            question = Content.assemble(planned.confirmation.why, "  ", (planned.confirmation.text, "bold reverse"))
            self._say(danger_words(planned) + Content("\n") + question)
            self._typed.value = ""
            self._typed.display = True
            self._typed.disabled = True
            self.set_timer(DEAF_SECONDS, self._open_input)

    def _open_input(self) -> None:
        if self._typed.display:
            self._typed.disabled = False
            self._typed.focus()

    def _too_small(self) -> str:
        width, height = self.app.size
        if width >= SMALLEST[0] and height >= SMALLEST[1]:
            return ""
        return f"The terminal is too small to confirm: {width}x{height}, it takes {SMALLEST[0]}x{SMALLEST[1]}."

    def on_resize(self) -> None:
        """A terminal that became too small, or large enough again, is told of at once."""
        if self._planned is not None and not self._applying:
            self._ask_for(self._planned)

    def action_confirm(self) -> None:
        """Apply what only asks for a yes."""
        planned = self._planned
        asks_yes = planned is not None and planned.confirmation.kind is Ask.YES
        if asks_yes and time.monotonic() - self._shown_at >= DEAF_SECONDS:
            self._apply(YES)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply when exactly the text was typed."""
        event.stop()
        planned = self._planned
        if planned is None or planned.confirmation.accepts(event.value):
            self._apply(event.value)
        else:
            wrong = f"{event.value!r} is not it. Type exactly: {planned.confirmation.text}"
            self._say(danger_words(planned) + Content("\n") + _line(Level.WARN, wrong))

    def _apply(self, answer: str) -> None:
        planned = self._planned
        if planned is None or self._applying or planned.refused or planned.nothing_to_do or self._too_small():
            return
        if self._changes.write_state.refusal(planned.stack, planned.armed_in):
            self._ask_for(planned)
            return
        self._applying = True
        self._typed.display = False
        self._box.add_class("-running")
        self._box.border_subtitle = "esc closes; the change goes on and stays in the journal"
        self._say(Content("Applying ..."))
        self._course.focus()
        self._carry_out(planned, answer)

    @work
    async def _carry_out(self, planned: Planned, answer: str) -> None:
        try:
            self._ended(await self._changes.apply(planned, answer))
        except AtTheGate as gate:
            self._applying = False
            self._box.remove_class("-running")
            if gate.reason is Reason.STALE and gate.planned is not None:
                self._show(gate.planned, former=planned)
                self._box.border_subtitle = Content(str(gate))
            else:
                self._say(_line(Level.CRIT, str(gate)))
        except (Failure, JournalError) as error:
            self._applying = False
            self._say(_line(Level.CRIT, f"{error} Nothing was changed."))

    def _heard(self, progress: RunProgress) -> None:
        planned = self._planned
        if not self._applying or planned is None or progress.run.digest != planned.digest:
            return
        self._run = progress.run.id
        step = f"{progress.step} of {progress.steps}  " if progress.steps else ""
        bar = progress_bar(progress.fraction)
        self._course.put(f"{progress.run.id} {progress.step}", f"{progress.state:9} {step}{bar}{progress.text}")
        if progress.state is RunState.WATCHING and self._outcome is None:
            self._say(Content("Sent. Watching until AWS is done; esc closes, it is watched all the same."))
        if self._outcome is not None and self._outcome.run and progress.run.id == self._outcome.run.id:
            self._say(
                _line(LEVELS.get(progress.state, Level.OK), f"{progress.state}: {progress.run.outcome}") + self._next()
            )

    def _ended(self, outcome: Outcome) -> None:
        self._outcome = outcome
        level = LEVELS.get(outcome.state, Level.OK)
        self._course.put("end", f"{outcome.state}: {outcome.what}", STYLES[level])
        for hint in outcome.hints:
            self._course.put(hint, f"Next: {hint}")
        self._say(_line(level, f"{outcome.state}: {outcome.what}") + self._next())
        self._box.border_subtitle = "enter closes"

    def _next(self) -> Content:
        run = self._outcome.run if self._outcome else None
        can_undo = run is not None and not why_not_undone(run)
        return (
            Content.assemble("\n", ("u", "bold"), " undo   ", ("enter", "bold"), " close") if can_undo else Content("")
        )

    def action_undo(self) -> None:
        """Plan what takes the change back."""
        run = self._outcome.run if self._outcome else None
        if run is not None and not why_not_undone(run):
            self.app.push_screen(PlanModal(self._changes, PlanRequest(self._wanted.stack, undoes=run)))

    def action_close(self) -> None:
        """No: nothing is changed; after the change, close."""
        self.dismiss(self._outcome)

    def _say(self, words: Content) -> None:
        self._ask.update(words)


def _line(level: Level, text: str) -> Content:
    return Content.styled(f"{SYMBOLS[level]} {text}", STYLES[level])
