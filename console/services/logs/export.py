"""Exports of log events to S3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

from console.logs.groups import describe
from console.logs.kinds import LogGroup
from console.operations.fields import Field
from console.operations.operation import NoUndo, Observed, Operation, Repeat, Resource, TookEffect
from console.operations.plan import Effect, Plan
from console.operations.steps import Call, Wait, Waited
from console.services.logs.fields import GroupName, gigabytes, no_group
from console.services.s3.kinds import BucketName
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z"

Prefix = Annotated[str, Field("prefix", pattern=r"[A-Za-z0-9!_.*'()/-]{1,512}")]
Moment = Annotated[str, Field("moment in UTC such as 2026-11-20T09:00Z", pattern=_MOMENT)]


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
    bucket: Annotated[BucketName, "the bucket that it is written to"]
    start: Annotated[Moment, "events from this moment on"]
    end: Annotated[Moment, "events before this moment"]
    prefix: Annotated[Prefix, "what the keys of the objects begin with"] = "logs"

    async def observe(self, aws: Aws) -> Observed:
        """Read the group, and the exports that there were."""
        info = (await describe(aws, [LogGroup(group=self.group)])).get(self.group)
        tasks = await aws.items("logs", "describe_export_tasks", "exportTasks")
        return Observed(
            state={
                "exists": info is not None,
                "tasks": sorted(task["taskId"] for task in tasks if task.get("taskName") == self._task),
                "running": next((task["taskId"] for task in tasks if _status(task) in _UNDER_WAY), None),
            },
            context={"bytes": info.stored_bytes if info else None},
            targets=(Resource(info.name, info.arn),) if info else (),
        )

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be exported."""
        if not now.state["exists"]:
            return no_group(self.group)
        start, end = _milliseconds(self.start), _milliseconds(self.end)
        if start is None or end is None or start >= end:
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
        judge = partial(_exported, name=self._task, before=tuple(now.state["tasks"]))
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
        return f"{self.group} {self.start} {self.end}"

    async def _new(self, aws: Aws, before: Observed) -> list[dict[str, Any]]:
        tasks = await aws.items("logs", "describe_export_tasks", "exportTasks")
        known = before.state["tasks"]
        return [task for task in tasks if task.get("taskName") == self._task and task["taskId"] not in known]


_UNDER_WAY: Final = frozenset({"PENDING", "PENDING_CANCEL", "RUNNING"})


def _exported(answer: dict[str, Any], name: str, before: tuple[str, ...]) -> Waited:
    """How far the export of this name is that came after those known before."""
    found = (t for t in answer["exportTasks"] if t.get("taskName") == name and t["taskId"] not in before)
    task: dict[str, Any] = next(found, {})
    code, words = _status(task), clean(task.get("status", {}).get("message", ""))
    failed = code in ("FAILED", "CANCELLED")
    text = clean(f"{code.lower().replace('_', ' ')}. {words}")
    return Waited(code == "COMPLETED", text, failed=clean(f"The export is {text}") if failed else Clean(""))


def _status(task: dict[str, Any]) -> str:
    return str(task.get("status", {}).get("code", "PENDING"))


def _milliseconds(moment: str) -> int | None:
    try:
        return int(datetime.fromisoformat(moment).astimezone(UTC).timestamp() * 1000)
    except ValueError:
        return None
