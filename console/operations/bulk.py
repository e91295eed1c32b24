"""Many calls over a list that was frozen when the plan was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from console.journal.records import ItemRecord, StepState
from console.operations.preview import Shell
from console.operations.step_context import Changed, Done, StepFailed, Work
from console.operations.steps import Call, Step
from console.problems import Failure, ProblemKind
from console.text import Clean, clean


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One item of the list: its id, what its call takes besides the common parameters, and its version.

    The version belongs into `params` where the API can guard by it (IfMatch, VersionId).
    """

    id: str
    params: Mapping[str, Any]
    version: str = ""


@dataclass(frozen=True)
class Bulk(Step):
    """The same call for every item, one after the other. An item that is no longer there is "already gone".

    A call that fails ends it: what is left stays as it is. Stopping it does the same.
    """

    service: str
    operation: str
    items: tuple[BulkItem, ...]
    common: Mapping[str, Any] = field(default_factory=dict)
    expect: str | None = None
    region: str | None = None
    kind: ClassVar[str] = "bulk"

    def call(self, item: BulkItem) -> Call:
        """The call for one item."""
        return Call(self.service, self.operation, {**self.common, **item.params}, self.expect, self.region)

    def records(self) -> tuple[ItemRecord, ...]:
        """The frozen list, as it is kept before the first call."""
        return tuple(ItemRecord(at, item.id, item.version) for at, item in enumerate(self.items))

    def preview(self, shell: Shell) -> tuple[str, ...]:
        """One example, and how many there are."""
        if not self.items:
            return ("# nothing to do",)
        more = (f"# and {len(self.items) - 1:,} more like it",) if len(self.items) > 1 else ()
        return (*self.call(self.items[0]).preview(shell), *more)

    async def run(self, work: Work) -> Done:
        """Make the calls, each with its intent and its outcome on record."""
        gone = 0
        for at, (item, record) in enumerate(zip(self.items, self.records(), strict=True)):
            if work.stopping():
                left = f"Stopped after {at:,} of {len(self.items):,}; the others are as they were."
                raise StepFailed(left, Changed.SOME if at > gone else Changed.NOTHING, stopped=True)
            if why := await work.moved(item.id):
                left = f"{clean(item.id)}: {why} {at:,} of {len(self.items):,} were done before it."
                raise StepFailed(left, Changed.SOME if at > gone else Changed.NOTHING)
            await work.keep([replace_state(record, StepState.SENT)])
            gone += await self._one(at, item, record, work, changed=at > gone)
            work.tell(f"{at + 1:,} of {len(self.items):,}", (at + 1) / len(self.items))
        what = f"{len(self.items) - gone:,} done{f', {gone:,} already gone' if gone else ''}."
        return Done(what=Clean(what), changed=gone < len(self.items))

    async def _one(self, at: int, item: BulkItem, record: ItemRecord, work: Work, *, changed: bool) -> int:
        """Make the call for one item; gives 1 where it was gone already."""
        try:
            await self.call(item).run(replace(work, answers={}, moved=lambda _: work.moved(item.id)))
        except StepFailed as failed:
            cause = failed.__cause__
            if isinstance(cause, Failure) and cause.problem.kind is ProblemKind.NOT_FOUND:
                await work.keep([replace_state(record, StepState.DONE, "already gone")])
                return 1
            perhaps = failed.changed is Changed.PERHAPS
            await work.keep([replace_state(record, StepState.UNKNOWN if perhaps else StepState.FAILED, str(failed))])
            outcome = failed.changed if perhaps or not changed else Changed.SOME
            what = f"{clean(item.id)}: {failed} {at:,} of {len(self.items):,} were done before it."
            raise StepFailed(what, outcome, stopped=failed.stopped) from failed
        await work.keep([replace_state(record, StepState.DONE)])
        return 0


def replace_state(record: ItemRecord, state: StepState, what: str = "") -> ItemRecord:
    """The record of an item in another state."""
    return ItemRecord(record.position, record.id, record.version, state, what)
