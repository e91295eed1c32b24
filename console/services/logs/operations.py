"""Changes to CloudWatch log groups."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final

from console.logs.groups import GroupInfo, describe
from console.logs.kinds import LOG_GROUP, LogGroup
from console.operations.bulk import Bulk, BulkItem
from console.operations.fields import choice, name_of
from console.operations.lists import Pair, many, pair
from console.operations.operation import Danger, NoUndo, Observed, Operation, Resource, TookEffect
from console.operations.plan import Effect, Plan
from console.operations.steps import Call, Step
from console.services.logs.fields import gigabytes, no_group
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

STORAGE_PRICE: Final = 0.03
"""US dollars a GB-month of stored log data (CloudWatch pricing, us-east-1)."""

NEVER: Final = "never"
DAYS: Final = (
    NEVER, *"1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653".split(),
)  # fmt: skip
"""After how many days log data may expire (PutRetentionPolicy in the CloudWatch Logs API reference)."""

_EFFECTS: Final = 20
_DAY: Final = 86_400.0


NewGroupName = Annotated[str, name_of(LOG_GROUP, new=True)]
MOST_GROUPS: Final = 500
"""Log groups of one change: each is looked at before and after, of which AWS lets five be a second."""

GroupsWithDays = Annotated[tuple[Pair, ...], many(pair(name_of(LOG_GROUP), choice(*DAYS), bare=True), most=MOST_GROUPS)]


@dataclass(frozen=True)
class CreateGroup(Operation):
    """Create a log group that keeps its lines for some days."""

    name = "logs.create-group"
    screen = "logs"
    permissions = ("logs:CreateLogGroup", "logs:DescribeLogGroups")
    dependent = ("logs:PutRetentionPolicy",)

    group: Annotated[NewGroupName, "the name of the new log group"]
    days: Annotated[str, choice(*DAYS), "after how many days its lines expire, or never"] = "30"

    async def observe(self, aws: Aws) -> Observed:
        """Read whether there is one of this name."""
        info = (await describe(aws, [LogGroup(group=self.group)])).get(self.group)
        return Observed({"exists": info is not None, "days": info.retention if info else None})

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be created."""
        if now.state["exists"]:
            return f"There is a log group {clean(self.group)} already. Next: logs.set-retention, or another name."
        return None

    def plan(self, now: Observed) -> Plan:
        """One call, and one for the retention where it is not for ever."""
        params = {"logGroupName": self.group}
        create = Call("logs", "create_log_group", params, title="Create the group")
        kept = (_retain(self.group, int(self.days)),) if self.days != NEVER else ()
        return Plan(
            steps=(create, *kept),
            effects=(Effect(clean(self.group), Clean("does not exist"), clean(f"lines expire: {_words(self.days)}")),),
            takes=Clean("at once"),
        )

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """It exists and keeps its lines as long as was asked."""
        del before
        state = (await self.observe(aws)).state
        return bool(state["exists"] and state["days"] == _number(self.days))

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        """Whether it exists; for the second call whether its lines expire as was asked."""
        del before
        state = (await self.observe(aws)).state
        done = state["exists"] and (intent == "create_log_group" or state["days"] == _number(self.days))
        return TookEffect.YES if done else TookEffect.NO

    def undo(self, before: Observed) -> Operation | NoUndo:
        """A group is not deleted with what was written to it meanwhile."""
        del before
        return NoUndo("An empty log group costs nothing, and what was written to it meanwhile must not be lost.")


@dataclass(frozen=True)
class SetRetention(Operation):
    """Set after how many days the lines of log groups expire. Takes one group or many, separated by commas.

    Where lines are older than that they are deleted for good, within days. Undo sets the former retention again;
    so one group of the list may have days of its own: ``/ecs/one,/ecs/two=90``.
    """

    name = "logs.set-retention"
    screen = "logs"
    permissions = ("logs:DescribeLogGroups", "logs:PutRetentionPolicy")
    dependent = ("logs:DeleteRetentionPolicy",)

    groups: Annotated[GroupsWithDays, "the log groups, separated by commas"]
    days: Annotated[str | None, choice(*DAYS), "after how many days lines expire, or never"] = None

    async def observe(self, aws: Aws) -> Observed:
        """Read the groups, their retention and how much they hold."""
        known = await describe(aws, [LogGroup(group=name) for name in self._wanted])
        return Observed(
            state={name: known[name].retention or NEVER for name in self._wanted if name in known},
            context={name: {"bytes": info.stored_bytes, "age": _age(info)} for name, info in known.items()},
            targets=tuple(Resource(info.name, info.arn) for info in known.values()),
        )

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be set."""
        for name, days in self._wanted.items():
            if name not in now.state:
                return no_group(name)
            if days not in DAYS:
                return f"{clean(name)}: lines cannot expire after {clean(days)} days. Allowed: {', '.join(DAYS)}."
        return None

    def plan(self, now: Observed) -> Plan:
        """A call for each group whose retention is another; many are made one after the other."""
        changed = {name: days for name, days in self._wanted.items() if str(now.state[name]) != days}
        limited = {name: days for name, days in changed.items() if days != NEVER}
        unlimited = [name for name in changed if name not in limited]
        steps: list[Step] = []
        if len(changed) == 1:
            steps = [_retain(name, _number(days)) for name, days in changed.items()]
        elif changed:
            items = tuple(
                BulkItem(name, {"logGroupName": name, "retentionInDays": int(limited[name])}) for name in limited
            )
            steps += [Bulk("logs", "put_retention_policy", items, title="Set retention")] if items else []
            items = tuple(BulkItem(name, {"logGroupName": name}) for name in unlimited)
            steps += [Bulk("logs", "delete_retention_policy", items, title="Let lines never expire")] if items else []
        return Plan(
            steps=tuple(steps),
            effects=tuple(self._effects(now, changed)),
            warnings=self._warnings(now),
            cost=_price([now.context[name]["bytes"] for name in changed]) if changed else Clean(""),
            takes=Clean("at once; what expires is deleted within days") if changed else Clean(""),
        )

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        """Lines that are older than the new retention are lost."""
        del stack
        return Danger.DESTROY if self._losing(now) else Danger.CHANGE

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """Every group has the retention that was asked."""
        del before
        state = (await self.observe(aws)).state
        return all(str(state.get(name)) == days for name, days in self._wanted.items())

    async def happened_to(self, aws: Aws, before: Observed, item: str) -> TookEffect:
        """Whether the lines of one group expire as was asked, or as before."""
        known = (await describe(aws, [LogGroup(group=item)])).get(item)
        now = str(known.retention or NEVER) if known else ""
        if now == self._wanted[item]:
            return TookEffect.YES
        return TookEffect.NO if now == str(before.state[item]) else TookEffect.CANNOT_TELL

    def undo(self, before: Observed) -> Operation | NoUndo:
        """The former retention of each that was changed; lines that expired do not come back."""
        changed = {name: days for name, days in before.state.items() if str(days) != self._wanted[name]}
        if not changed:
            return NoUndo("Nothing was changed.")
        return replace(self, groups=tuple(Pair(name, str(days)) for name, days in changed.items()), days=None)

    @property
    def _wanted(self) -> dict[str, str]:
        """The days of each group: its own, else those of all."""
        return {group.name: group.value or self.days or "" for group in self.groups}

    def _losing(self, now: Observed) -> list[str]:
        def loses(name: str, days: str) -> bool:
            former, age = now.state[name], now.context[name]["age"]
            kept = float(days) if days != NEVER else float("inf")
            return bool(kept < (float("inf") if former == NEVER else former) and (age is None or kept < age))

        return [name for name, days in self._wanted.items() if loses(name, days)]

    def _warnings(self, now: Observed) -> tuple[Clean, ...]:
        return tuple(
            clean(f"{name}: lines older than {self._wanted[name]} days are deleted for good; undo brings none back.")
            for name in self._losing(now)
        )

    def _effects(self, now: Observed, changed: dict[str, str]) -> list[Effect]:
        shown = [
            Effect(
                clean(name),
                clean(f"lines expire: {_words(str(now.state[name]))}; {gigabytes(now.context[name]['bytes'])} stored"),
                clean(f"lines expire: {_words(days)}"),
            )
            for name, days in changed.items()
        ]
        more = len(shown) - _EFFECTS
        rest = [Effect(Clean(f"and {more} more"), Clean("as now"), Clean("as asked"))] if more > 0 else []
        return shown[:_EFFECTS] + rest


def _retain(name: str, days: int | None) -> Call:
    if days is None:
        params = {"logGroupName": name}
        return Call("logs", "delete_retention_policy", params, title="Let lines never expire")
    params = {"logGroupName": name, "retentionInDays": days}  # type: ignore[dict-item]
    return Call("logs", "put_retention_policy", params, title="Set retention")


def _number(days: str) -> int | None:
    return None if days == NEVER else int(days)


def _words(days: str) -> str:
    return days if days == NEVER else f"after {days} days"


def _age(info: GroupInfo) -> float | None:
    """For how many days there has been this group; None where that was not told."""
    if info.created_ms is None:
        return None
    return round((time.time() - info.created_ms / 1000) / _DAY, 2)


def _price(sizes: list[int | None]) -> Clean:
    told = [size for size in sizes if size is not None]
    if len(told) < len(sizes):
        return Clean("unknown, since not all sizes were told")
    count = sum(told)
    month = count / 10**9 * STORAGE_PRICE
    return Clean(
        f"now {gigabytes(count)} stored, about ${month:,.2f} a month "
        f"(${STORAGE_PRICE:.2f} a GB-month: CloudWatch pricing, us-east-1)"
    )
