"""Between plans and the journal: what of a plan is kept, and an Operation made again of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from console.gate.planned import Planned
from console.journal.owner import me, who
from console.journal.records import RunRecord, RunState, StepRecord
from console.operations.operation import NoUndo, Observed, Operation, Resource
from console.operations.parameters import rebuild, recorded


def run_record(planned: Planned, now: datetime, reason: str) -> RunRecord:
    """A new run of a plan, not kept yet; `reason` is why writing was armed."""
    operation, before, undo = planned.operation, planned.before, planned.undo
    return RunRecord(
        id=f"{now:%m%d-%H%M}-{secrets.token_hex(2)}",
        operation=operation.name,
        title=operation.title(),
        params=recorded(operation),
        stack=planned.stack.name,
        account=planned.account,
        region=planned.region,
        partition=planned.place.partition,
        words=planned.words,
        targets=tuple((target.name, target.arn) for target in before.targets),
        danger=planned.danger.word,
        digest=planned.digest,
        before={"state": dict(before.state), "context": dict(before.context)},
        undo=_undo_record(undo),
        who=who(planned.caller),
        started=now,
        owner=me(),
        reason=reason,
        undoes=planned.undoes,
        state=RunState.PLANNED,
    )


def _undo_record(undo: Operation | NoUndo) -> dict[str, Any]:
    if isinstance(undo, NoUndo):
        return {"reason": undo.reason}
    return {"operation": undo.name, "params": recorded(undo)}


def step_records(planned: Planned) -> tuple[StepRecord, ...]:
    """The steps of a plan as they are kept: as shown."""
    ordinary = len(planned.plan.steps)
    return tuple(
        StepRecord(
            position=at,
            id=step.id,
            kind=step.kind,
            title=step.title or step.id,
            commands=commands,
            last=at >= ordinary,
            secret=step.makes_secret(),
        )
        for at, (step, commands) in enumerate(zip(planned.plan.all_steps, planned.commands, strict=True))
    )


def operation_of(run: RunRecord) -> Operation:
    """The Operation that a run was of. Raises `LookupError` where it cannot be made again."""
    return _named(run.operation, run.params)


def undo_of(run: RunRecord) -> Operation:
    """The Operation that takes a run back. Raises `LookupError` with the reason where there is none."""
    if "operation" not in run.undo:
        raise LookupError(run.undo.get("reason", "Nothing takes this back."))
    return _named(run.undo["operation"], run.undo["params"])


def before_of(run: RunRecord) -> Observed:
    """What was observed before a run."""
    targets = tuple(Resource(name, arn) for name, arn in run.targets)
    return Observed(run.before["state"], run.before["context"], targets)


def _named(name: str, params: dict[str, Any]) -> Operation:
    from console.services.operations import OPERATIONS

    if name not in OPERATIONS:
        raise LookupError(f"This Groundskeeper has no operation {name}.")
    return rebuild(OPERATIONS[name], params)
