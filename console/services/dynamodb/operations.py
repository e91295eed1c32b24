"""Changes to Amazon DynamoDB tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from console.operations.fields import count
from console.operations.operation import Danger, NoUndo, Observed, Operation, Resource
from console.operations.plan import Effect, Plan
from console.operations.steps import Call
from console.services.dynamodb.kinds import TableName
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

PITR_PRICE: Final = 0.20
"""US dollars a GB-month of continuous backups (Amazon DynamoDB pricing, us-east-1)."""

LONGEST: Final = 35
"""Days that point-in-time recovery goes back at most, and where nothing else is set (DynamoDB API reference)."""


@dataclass(frozen=True)
class ContinuousBackups(Operation):
    """Turn point-in-time recovery of a DynamoDB table on or off. Off, all that it could go back to is lost.

    Its price follows from the table's size as DynamoDB last counted it, about every six hours.
    """

    name = "dynamodb.enable-pitr"
    screen = "backups"
    lag = (1.0, 2.0, 4.0, 8.0, 15.0)  # other tools wait 30 s for it
    permissions = ("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:UpdateContinuousBackups")

    table: Annotated[TableName, "the table"]
    enabled: Annotated[bool, "true turns it on, false off"] = True
    days: Annotated[int | None, count(1, LONGEST), f"how many days it goes back; {LONGEST} where left out"] = None

    async def observe(self, aws: Aws) -> Observed:
        """Read the table and its continuous backups."""
        answer = await aws.call("dynamodb", "describe_table", expect="Table", TableName=self.table)
        table, recovery = answer["Table"], await self._recovery(aws)
        return Observed(
            state=_state(recovery),
            context={
                "bytes": table.get("TableSizeBytes"),
                "earliest": _moment(recovery.get("EarliestRestorableDateTime")),
            },
            targets=(Resource(table["TableName"], table["TableArn"]),),
        )

    def plan(self, now: Observed) -> Plan:
        """One call; nothing where it is so already."""
        if self._holds(now.state):
            return Plan()
        wanted: dict[str, Any] = {"PointInTimeRecoveryEnabled": self.enabled}
        if self.enabled and self.days:
            wanted["RecoveryPeriodInDays"] = self.days
        params = {"TableName": self.table, "PointInTimeRecoverySpecification": wanted}
        after = _words({"enabled": self.enabled, "days": self.days or LONGEST})
        call = Call("dynamodb", "update_continuous_backups", params, "ContinuousBackupsDescription", title="Set it")
        return Plan(
            steps=(call,),
            effects=(Effect(Clean("point-in-time recovery"), _words(now.state), after),),
            warnings=self._warnings(now),
            cost=_price(now.context["bytes"]) if self.enabled else Clean(""),
            takes=Clean("at once"),
        )

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        """Turning it off or making its window shorter loses recovery points."""
        del stack
        return Danger.DESTROY if self._loses(now) else Danger.CHANGE

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """It is on or off as was asked."""
        del before
        return self._holds(_state(await self._recovery(aws)))

    def undo(self, before: Observed) -> Operation | NoUndo:
        """The former setting; recovery points that were lost do not come back."""
        state = before.state
        return ContinuousBackups(self.table, bool(state.get("enabled")), state.get("days"))

    async def _recovery(self, aws: Aws) -> dict[str, Any]:
        key = "ContinuousBackupsDescription"
        answer = await aws.call("dynamodb", "describe_continuous_backups", expect=key, TableName=self.table)
        found: dict[str, Any] = answer[key]["PointInTimeRecoveryDescription"]
        return found

    def _holds(self, state: Any) -> bool:
        return bool(state["enabled"] == self.enabled and (not self.enabled or self.days in (None, state["days"])))

    def _loses(self, now: Observed) -> bool:
        kept = self.days or LONGEST if self.enabled else 0
        return bool(now.state["enabled"] and kept < (now.state["days"] or LONGEST))

    def _warnings(self, now: Observed) -> tuple[Clean, ...]:
        if not self._loses(now):
            return ()
        since = clean(now.context["earliest"])
        if self.enabled:
            return (Clean(f"Recovery points older than {self.days} days are lost; the oldest is of {since}."),)
        return (Clean(f"All recovery points since {since} are lost; turning it on again does not bring them back."),)


def _state(recovery: dict[str, Any]) -> dict[str, Any]:
    enabled = recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    return {"enabled": enabled, "days": recovery.get("RecoveryPeriodInDays") if enabled else None}


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""


def _words(state: Any) -> Clean:
    return clean(f"on, {state['days'] or LONGEST} days" if state["enabled"] else "off")


def _price(size: int | None) -> Clean:
    if size is None:
        return Clean("unknown, since the size of the table was not told")
    gigabytes = size / 2**30
    month = gigabytes * PITR_PRICE
    dollars = f"about ${month:,.2f}" if month >= 0.01 else "under $0.01"
    return Clean(
        f"{dollars} a month for {gigabytes:,.3f} GB "
        f"(${PITR_PRICE:.2f} a GB-month: Amazon DynamoDB pricing, us-east-1; the size as DynamoDB last counted it)"
    )
