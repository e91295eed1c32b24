"""``groundskeeper apply NAME``: plan, ask, do, watch, verify; the same gate as in the console."""

from __future__ import annotations

import argparse
import queue
import shlex
import sys
from concurrent.futures import Future
from typing import Any, Final

import msgspec

from console.aws.target import command
from console.cli.ask import agreed, ask
from console.cli.fields import operation_arguments, operation_of
from console.cli.output import write
from console.cli.session import ChangeSession, Ended, opened
from console.cli.show_plan import plan_lines
from console.gate.confirm import YES, Ask
from console.gate.events import AtTheGate, Outcome, Reason, RunProgress
from console.gate.planned import Planned
from console.gate.undo import why_not_undone
from console.journal.records import RunState
from console.journal.store import JournalError
from console.options import Options
from console.problems import Failure, ProblemKind
from console.process.streams import give_up
from console.stack.stack import Stack
from console.text import clean

AT_THE_GATE: Final = 4
EXIT: Final = {
    RunState.DONE: 0,
    RunState.WATCHING: 0,
    RunState.FAILED: 1,
    RunState.PARTLY: 5,
    RunState.UNKNOWN: 5,
    RunState.STOPPED: 130,
}
_LOOK: Final = 0.1


def arguments(parser: argparse.ArgumentParser) -> None:
    """The name of an operation, its fields, and how it is confirmed."""
    operation_arguments(parser, confirming)


def confirming(command: argparse.ArgumentParser) -> None:
    """The flags that confirm."""
    group = command.add_argument_group("confirmation; on a terminal it is asked for")
    group.add_argument("--yes", action="store_true", help="confirm a change that can be taken back or redone")
    group.add_argument(
        "--confirm", metavar="TYPED", help="confirm what can lose something, by the text that plan names"
    )
    group.add_argument("--expect", metavar="DIGEST", help="only if the plan still has this digest")
    group.add_argument("--no-wait", action="store_true", help="end when the change is sent; a console watches on")
    group.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(args: argparse.Namespace, options: Options) -> int:
    """Apply one operation to the stack; gives the exit code."""

    def planned(session: ChangeSession) -> Future[Planned]:
        stack = session.stack()
        return session.runner.plan(operation_of(args, stack), stack)

    return Applying(args, options).run(planned)


class Applying:
    """One operation on its way through the gate on the command line."""

    def __init__(self, args: argparse.Namespace, options: Options) -> None:
        self._args = args
        self._options = options
        self._told: queue.SimpleQueue[RunProgress] = queue.SimpleQueue()
        self._earlier: set[str] = set()
        self._words: tuple[str, ...] = ()
        self._last = ""
        self._confirmed = False
        self._unwritten = ""

    def run(self, plan: Any) -> int:
        """Plan with `plan(session)`, ask, apply; gives the exit code."""
        try:
            # The listener only hands on: a terminal that nobody reads stops this thread, never the runner's.
            with opened(self._options, self._told.put) as session:
                outcome = self._through(session, plan)
                self._ended(outcome)
                return self._exit(outcome)
        except AtTheGate as gate:
            return self._refused(gate)
        except JournalError as error:
            return self._refused(AtTheGate(Reason.REFUSED, f"{error} Nothing was changed."))
        except Ended as ended:
            sent = f"What was sent is in the journal: {command(('groundskeeper', 'journal'), self._words)}"
            sys.stderr.write(f"\ngroundskeeper: stopped. {sent if self._confirmed else 'Nothing was changed.'}\n")
            return ended.code
        except Failure as failure:
            if failure.problem.kind is ProblemKind.LOGIN:
                raise
            sys.stderr.write(f"groundskeeper: {failure}\n")
            return 1

    def _through(self, session: ChangeSession, plan: Any) -> Outcome:
        planned: Planned = plan(session).result()
        self._words = planned.words
        session.arm(planned)
        self._settle(session, planned.stack)
        if not self._args.json:
            write("\n".join(plan_lines(planned)))
        if self._args.expect not in (None, planned.digest):
            what = f"The plan's digest is {planned.digest}, not {self._args.expect}. Nothing was changed."
            raise AtTheGate(Reason.STALE, f"{what} Next: look at the plan again.", planned)
        answer = None if planned.nothing_to_do or planned.refused else self._answer(session, planned)
        self._confirmed = True
        return self._follow(session.runner.apply(planned, answer, wait=not self._args.no_wait))

    def _settle(self, session: ChangeSession, stack: Stack) -> None:
        """Settle what an earlier command left behind, before more is added to it."""
        for outcome in session.runner.reconcile([stack], wait=True).result():
            if outcome.run is not None:
                self._earlier.add(outcome.run.id)
                sys.stderr.write(f"Earlier run {outcome.run.id}: {outcome.state}. {outcome.what}\n")

    def _answer(self, session: ChangeSession, planned: Planned) -> str | None:
        """What confirms, from the flags or from the person at the terminal; None for nothing."""
        confirmation = planned.confirmation
        if confirmation.kind is Ask.YES and self._args.yes:
            return YES
        if self._args.confirm is not None:
            return str(self._args.confirm)
        refused = session.runner.write_state.refusal(planned.stack, planned.armed_in)
        if refused or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return None
        if confirmation.kind is Ask.YES:
            return YES if agreed("Apply this?") else None
        try:
            return ask(f"{confirmation.why}\nType {confirmation.text} to apply: ")
        except EOFError:
            return None

    def _follow(self, applying: Future[Outcome]) -> Outcome:
        """Print progress until the outcome is there."""
        while True:
            try:
                return applying.result(_LOOK)
            except TimeoutError:
                if applying.done():
                    raise
            finally:
                self._print_progress()

    def _print_progress(self) -> None:
        while not self._told.empty():
            progress = self._told.get()
            line = f"  {progress.state:9} {progress.text}"
            if not self._args.json and progress.run.id not in self._earlier and line != self._last:
                self._write(line)
                self._last = line

    def _ended(self, outcome: Outcome) -> None:
        run = outcome.run
        if self._args.json:
            shown = {
                "run": run.id if run else None,
                "state": outcome.state,
                "outcome": outcome.what,
                "reason": None,
                "secrets": dict(outcome.secrets),
            }
            self._write(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
            return
        self._write(f"{outcome.state}: {outcome.what}")
        for name, secret in outcome.secrets.items():
            self._write(f"{name} (shown once, kept nowhere): {secret}")
        for hint in outcome.hints:
            self._write(f"Next: {hint}")
        if run is not None:
            undo = command(("groundskeeper", "undo", run.id), self._words)
            self._write(f"Run {run.id}{'' if why_not_undone(run) else f'; undo: {undo}'}")

    def _write(self, text: str) -> None:
        """Print what is told of a change that was confirmed. A full disk must not make it look as if nothing was."""
        try:
            if not self._unwritten:
                write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            self._unwritten = str(clean(error.strerror or error))

    def _exit(self, outcome: Outcome) -> int:
        """The exit code of an outcome, which is told on stderr where stdout takes nothing."""
        if self._unwritten:
            run = f" Run {outcome.run.id}." if outcome.run else ""
            told = f"{outcome.state}: {outcome.what}{run}"
            sys.stderr.write(f"groundskeeper: stdout could not be written ({self._unwritten}). {told}\n")
            # What is in its buffer would fail once more at the interpreter's end, and change the exit code.
            give_up()
        return EXIT[outcome.state]

    def _refused(self, gate: AtTheGate) -> int:
        if self._args.json:
            plan = gate.planned.as_json() if gate.planned else None
            shown = {"run": None, "state": None, "outcome": str(gate), "reason": gate.reason, "plan": plan}
            write(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
        hint = ""
        if gate.reason is Reason.UNCONFIRMED and gate.planned is not None:
            confirmation = gate.planned.confirmation
            flag = "--yes" if confirmation.kind is Ask.YES else f"--confirm {shlex.quote(confirmation.text)}"
            hint = f" Next: look at the plan, then add {flag}."
        sys.stderr.write(f"groundskeeper: {gate}{hint}\n")
        return AT_THE_GATE
