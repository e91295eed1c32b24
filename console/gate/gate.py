"""The gate: a plan is let through only confirmed, allowed, and true of the state as it is at that moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from console.aws.connections import Connection, Connections
from console.gate.confirm import danger_on
from console.gate.events import AtTheGate, Reason
from console.gate.place import Place, elsewhere, place_of
from console.gate.planned import Planned
from console.gate.write_state import WriteState
from console.journal.locks import Lock, Locks
from console.journal.records import RunRecord
from console.journal.store import JournalError
from console.operations.complete_answers import told_whole
from console.operations.operation import NoUndo, Observed, Operation
from console.operations.plan import Plan
from console.operations.preview import Shell
from console.problems import OTHER_ACCOUNT, Failure, Problem, ProblemKind
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

LOCK_TRIES: Final = 120
"""How often to look whether another operation has let go of a resource, with a pause each time."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Makes plans and lets them through. `reads` cannot change anything, `writes` can."""

    reads: Connections
    writes: Connections
    write_state: WriteState
    locks: Locks
    now: Callable[[], datetime]

    async def plan(self, operation: Operation, stack: Stack, undoes: str = "") -> Planned:
        """Observe, and say what the operation would do. Only reads. Raises `Failure`."""
        region = operation.region(stack)
        connection = await self.reads.get(stack, region)
        target = await self.reads.resolved(stack, region)
        place = place_of(connection, target.region or "")
        try:
            with told_whole():
                before = await operation.observe(connection.aws)
            refused = operation.refuse(before) or ""
        except Failure as failure:
            if failure.problem.kind is not ProblemKind.NOT_FOUND:
                raise
            before, refused = Observed({}), str(failure)
        return Planned(
            operation=operation,
            stack=stack,
            place=place,
            caller=connection.identity.arn,
            before=before,
            plan=Plan() if refused else operation.plan(before),
            danger=operation.danger if refused else danger_on(operation, before, stack),
            undo=NoUndo(refused) if refused else operation.undo(before),
            refused=refused,
            at=self.now(),
            shell=Shell(target),
            undoes=undoes,
        )

    async def plan_again(self, planned: Planned) -> Planned | None:
        """The plan as it would be made now; None where the state cannot be read."""
        try:
            return await self.plan(planned.operation, planned.stack, planned.undoes)
        except Failure:
            return None

    async def place(self, stack: Stack, region: str | None) -> tuple[Aws, Place]:
        """The calls that read a stack, and where they lead. Raises `Failure`."""
        connection = await self.reads.get(stack, region)
        target = await self.reads.resolved(stack, region)
        return connection.aws, place_of(connection, target.region or "")

    async def reads_at(self, run: RunRecord, stack: Stack, region: str | None) -> Aws:
        """The calls that read where a run was made. Raises `Failure`, also where the stack leads elsewhere by now."""
        aws, here = await self.place(stack, region)
        if why := elsewhere(run, here):
            raise Failure(Problem(ProblemKind.LOGIN, clean(why), Clean("It is left as it is."), OTHER_ACCOUNT))
        return aws

    def check(self, planned: Planned, answer: str | None) -> None:
        """Let a plan through to its resource. Raises `AtTheGate` where it is refused, unconfirmed or read-only."""
        if planned.refused:
            raise AtTheGate(Reason.REFUSED, planned.refused)
        if refusal := self.write_state.refusal(planned.stack, planned.armed_in):
            raise AtTheGate(Reason.READ_ONLY, refusal)
        if not planned.confirmation.accepts(answer):
            raise AtTheGate(Reason.UNCONFIRMED, "Not confirmed: nothing was changed.", planned)

    async def check_again(self, planned: Planned) -> Aws:
        """Look once more, with the resource locked; gives the calls that can change something.

        Raises `AtTheGate` with a new plan where the one confirmed is stale.
        """
        operation, stack = planned.operation, planned.stack
        fresh = await self.plan(operation, stack, planned.undoes)
        writes = (await self.writes.get(stack, operation.region(stack))).aws
        from console.aws.login.identity import who_am_i

        identity = await who_am_i(writes)
        place = place_of(Connection(writes, identity), await writes.region())
        why = ""
        if place != planned.place or fresh.place != place:
            why = f"the calls that change something now lead to {place}, and it was made for {planned.place}"
        elif fresh.digest != planned.digest:
            why = fresh.what_differs(planned) or "it is another resource now"
        elif planned.is_old(self.now()):
            why = "it was made more than 120 s ago"
        if why:
            raise AtTheGate(Reason.STALE, f"The plan is stale: {why}. Nothing was changed. Next: look again.", fresh)
        self.check(planned, planned.confirmation.text)
        return writes

    async def lock(self, planned: Planned, wait: Callable[[str], Awaitable[None]]) -> list[Lock]:
        """Lock every resource of a plan; `wait` pauses while another operation is at it. Raises `AtTheGate`."""
        held: list[Lock] = []
        # Always in the same order, so that two operations never wait for each other.
        for arn in sorted({target.arn for target in planned.before.targets}):
            try:
                held.append(await self._lock(arn, wait))
            except BaseException:
                unlock(held)
                raise
        return held

    async def _lock(self, arn: str, wait: Callable[[str], Awaitable[None]]) -> Lock:
        for _ in range(LOCK_TRIES):
            try:
                lock = self.locks.try_resource(arn)
            except JournalError as error:
                raise AtTheGate(Reason.REFUSED, f"{error} Nothing was changed.") from error
            if lock is not None:
                return lock
            await wait("Another operation is at this resource: waiting for it.")
        what = "Another operation is still at this resource. Nothing was changed."
        raise AtTheGate(Reason.REFUSED, f"{what} Next: see which in the journal, and try again.")


def unlock(held: list[Lock]) -> None:
    """Let go of locks."""
    for lock in held:
        lock.release()
