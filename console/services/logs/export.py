"""Exports of log events to S3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, Final

from console.logs.groups import describe
from console.logs.kinds import LogGroup
from console.moments import written
from console.operations.choices import listed_in
from console.operations.fields import Field, name_of
from console.operations.operation import NoUndo, Observed, Operation, Repeat, Resource, TookEffect
from console.operations.plan import Effect, Plan
from console.operations.steps import Call, Wait, Waited
from console.operations.times import moment
from console.services.logs.fields import GroupName, gigabytes, no_group
from console.services.s3.kinds import BUCKET, buckets
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Prefix = Annotated[str, Field("prefix", pattern=r"[A-Za-z0-9!_.*'()/-]{1,512}")]
BucketThere = Annotated[str, listed_in(buckets, name_of(BUCKET), after=("group",))]


@dataclass(frozen=True)
class Export(Operation):
    """Export a log group's events of a time range to an S3 bucket. Follows the export to its end.

    The bucket must be in the group's region, and its policy must let CloudWatch Logs write to it. Events of the last
    hours may not be exported yet; an account runs one export at a time.
    """

    name = "logs.export"
    screen = "logs"
    repeat = Repeat.ANEW
    permissions = ("logs:CreateExportTask", "logs:DescribeExportTasks", "logs:DescribeLogGroups")
    dependent = ("s3:GetBucketAcl", "s3:PutObject")

    group: Annotated[GroupName, "the log group"]
    bucket: Annotated[BucketThere, "the bucket that it is written to"]
    start: Annotated[datetime, moment(), "events from this moment on"]
    end: Annotated[datetime, moment(), "events before this moment"]
    prefix: Annotated[Prefix, "what the keys of the objects begin with"] = "logs"

    async def observe(self, aws: Aws) -> Observed:
        """Read the group, and the exports that there were."""
        info = (await describe(aws, [LogGroup(group=self.group)])).get(self.group)
        tasks = await aws.items("logs", "describe_export_tasks", "exportTasks")
        return Observed(
            state={
                "exists": info is not None,
                "tasks": sorted(task["taskId"] for task in tasks if task.get("taskName") in self._tasks),
                "running": next((task["taskId"] for task in tasks if _status(task) in _UNDER_WAY), None),
            },
            context={"bytes": info.stored_bytes if info else None},
            targets=(Resource(info.name, info.arn),) if info else (),
        )

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be exported."""
        if not now.state["exists"]:
            return no_group(self.group)
        if self.start >= self.end:
            return "The range is none: the start must be a moment before the end. Next: give other moments."
        if now.state["running"]:
            return f"An account runs one export at a time, and {clean(now.state['running'])} is under way. Next: wait."
        return None

    def plan(self, now: Observed) -> Plan:
        """One call, then a wait until the export is complete."""
        params = {
            "taskName": self._task,
            "logGroupName": self.group,
            "from": _milliseconds(self.start),
            "to": _milliseconds(self.end),
            "destination": self.bucket,
            "destinationPrefix": self.prefix,
        }
        judge = partial(_exported, names=self._tasks, before=tuple(now.state["tasks"]))
        where = clean(f"s3://{self.bucket}/{self.prefix}/")
        return Plan(
            steps=(
                Call("logs", "create_export_task", params, "taskId", title="Start the export"),
                Wait(
                    "logs",
                    "describe_export_tasks",
                    {"limit": 50},
                    "exportTasks",
                    judge,
                    title="Wait until it is complete",
                    every=30.0,
                    at_most=86_400.0,
                ),
            ),
            effects=(Effect(where, Clean("without these lines"), clean(f"lines of {self.group}, compressed")),),
            takes=clean(f"minutes to hours; the group holds {gigabytes(now.context['bytes'])}"),
        )

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """A new export of this name is complete."""
        tasks = await self._new(aws, before)
        return any(_status(task) == "COMPLETED" for task in tasks)

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        """Whether there is a new export of this name."""
        del intent
        return TookEffect.YES if await self._new(aws, before) else TookEffect.NO

    def undo(self, before: Observed) -> Operation | NoUndo:
        """What is in the bucket stays there."""
        del before
        return NoUndo("The log group is as it was; delete the objects from the bucket if they are not wanted.")

    @property
    def _task(self) -> str:
        """The name under which it is started."""
        return f"{self.group} {written(self.start)} {written(self.end)}"

    @property
    def _tasks(self) -> frozenset[str]:
        """The names that it may have: earlier versions left out seconds that were not typed."""
        return frozenset(f"{self.group} {start} {end}" for start, end in product(_forms(self.start), _forms(self.end)))

    async def _new(self, aws: Aws, before: Observed) -> list[dict[str, Any]]:
        tasks = await aws.items("logs", "describe_export_tasks", "exportTasks")
        known = before.state["tasks"]
        return [task for task in tasks if task.get("taskName") in self._tasks and task["taskId"] not in known]


_UNDER_WAY: Final = frozenset({"PENDING", "PENDING_CANCEL", "RUNNING"})


def _exported(answer: dict[str, Any], names: frozenset[str], before: tuple[str, ...]) -> Waited:
    """How far the export of one of these names is that came after those known before."""
    found = (t for t in answer["exportTasks"] if t.get("taskName") in names and t["taskId"] not in before)
    task: dict[str, Any] = next(found, {})
    code, words = _status(task), clean(task.get("status", {}).get("message", ""))
    failed = code in ("FAILED", "CANCELLED")
    text = clean(f"{code.lower().replace('_', ' ')}. {words}")
    return Waited(code == "COMPLETED", text, failed=clean(f"The export is {text}") if failed else Clean(""))


def _status(task: dict[str, Any]) -> str:
    return str(task.get("status", {}).get("code", "PENDING"))


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _forms(at: datetime) -> set[str]:
    """A moment with its seconds, and without where they are none."""
    whole = written(at)
    return {whole, whole.removesuffix(":00Z") + "Z"} if whole.endswith(":00Z") else {whole}
