"""``groundskeeper undo RUN``: take back a change that is in the journal, through the same gate."""

from __future__ import annotations

import argparse
from concurrent.futures import Future

from console.cli.apply import Applying, confirming
from console.cli.flags import given
from console.cli.session import ChangeSession, run_named
from console.gate.events import AtTheGate, Reason
from console.gate.planned import Planned
from console.journal.export import cannot_undo
from console.journal.records import UnreadableRun
from console.options import Options


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, and how taking it back is confirmed."""
    parser.add_argument(
        "run_id", type=given, metavar="RUN", help="a run as the journal names it, or the end of its name"
    )
    confirming(parser)


def run(args: argparse.Namespace, options: Options) -> int:
    """Apply the operation that takes the run back; gives the exit code."""

    def planned(session: ChangeSession) -> Future[Planned]:
        record = run_named(session.journal, args.run_id)
        if isinstance(record, UnreadableRun):
            raise AtTheGate(Reason.REFUSED, cannot_undo(record))
        chosen = session.workspace.options.stack
        if chosen and chosen != record.stack:
            what = f"Run {record.id} is of stack {record.stack}, not of {chosen}. Nothing was changed."
            raise AtTheGate(Reason.REFUSED, f"{what} Next: name that one, or leave --stack out.")
        return session.runner.plan_undo(record, session.stack(record.stack))

    return Applying(args, options).run(planned)
