"""Amazon DynamoDB: tables and their indexes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.aws.metric_answer import unanswered
from console.aws.metrics import Metric
from console.readings.concurrently import concurrently
from console.readings.each import each, joined
from console.readings.gauge import not_told, shown, summed
from console.readings.numbers import bad_since, size, stamp, total
from console.readings.source import Detail, Finding, Level, Report, Series, check
from console.services.dynamodb.kinds import ACCOUNT, TABLE, Table
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.metrics import Points

_PERIOD: Final = 300
_CHANGING: Final = frozenset({"CREATING", "UPDATING"})


@check(
    "dynamodb.tables",
    period=60,
    permissions=("dynamodb:DescribeTable", "cloudwatch:GetMetricData"),
    wants=lambda stack: stack.of(Table),
    thresholds={"throttled_warn": 0, "capacity_warn": 80, "user_errors_warn": 10},
    price=0.04,
)
async def tables(aws: Aws, stack: Stack) -> Report:
    """DynamoDB tables and their indexes are active and throttle nobody.

    A table or index that is not active is critical; a warning for any read or write throttled in the last
    hour, for more than 80 % of provisioned capacity used in the newest 5 minutes, and for more than 10 user
    errors in the last hour. DynamoDB counts user errors per account and region, not per table. Consumed
    capacity and throttling are per table and per index; the price is that of a table without indexes.
    """
    limits = tables.limits(stack)
    regions = dict.fromkeys(table.region for table in stack.of(Table))
    found = await concurrently(
        each(tables.name, stack.of(Table), lambda table: table.table, lambda table: _table(aws, table, limits)),
        *(_user_errors(aws, region, region or stack.region, limits["user_errors_warn"]) for region in regions),
    )
    return joined(found)


@dataclass(frozen=True, slots=True)
class Use:
    """What a table or one of its indexes consumed: a name, and points by CloudWatch's metric name.

    `provisioned` holds capacity units a second for reads and writes, 0 where it is on demand, None where that was not
    told.
    """

    label: str
    provisioned: Mapping[str, float | None]
    points: Mapping[str, Points]

    @property
    def throttles(self) -> Points:
        """Throttled reads and writes together."""
        missing = unanswered(*(self.points[f"{kind}ThrottleEvents"] for kind in ("Read", "Write")))
        if missing is not None:
            return missing
        both = Counter[float]()
        for kind in ("Read", "Write"):
            both.update(dict(self.points[f"{kind}ThrottleEvents"]))
        return tuple(sorted(both.items()))


async def _table(aws: Aws, wanted: Table, limits: Mapping[str, float]) -> Report:
    answer = await aws.call("dynamodb", "describe_table", expect="Table", region=wanted.region, TableName=wanted.table)
    table = {"TableName": wanted.table} | answer["Table"]
    parts = [("table", table), *((index["IndexName"], index) for index in _indexes(table))]
    uses = await concurrently(*(_use(aws, wanted, name, part) for name, part in parts))
    now = time.time()
    return Report(
        (*judge_state(table), *judge_uses(clean(wanted.table), uses, limits, now)),
        (
            Detail(
                resource=clean(wanted.table),
                kind=TABLE,
                arn=clean(table.get("TableArn", "")),
                facts=tuple(_facts(table)),
                series=tuple(line for use in uses for line in _series(use, limits)),
                related=tuple(clean(name) for name, _ in parts[1:]),
            ),
        ),
    )


async def _use(aws: Aws, wanted: Table, name: str, part: dict[str, Any]) -> Use:
    dimensions: tuple[tuple[str, str], ...] = (("TableName", wanted.table),)
    if name != "table":
        dimensions += (("GlobalSecondaryIndexName", name),)
    metrics = [
        Metric("AWS/DynamoDB", metric, dimensions, "Sum", _PERIOD, region=wanted.region)
        for kind in ("Read", "Write")
        for metric in (f"Consumed{kind}CapacityUnits", f"{kind}ThrottleEvents")
    ]
    points = await aws.metrics.points(metrics)
    provisioned = part.get("ProvisionedThroughput") or {}
    return Use(
        "The table" if name == "table" else f"Index {name}",
        {kind: provisioned.get(f"{kind}CapacityUnits") for kind in ("Read", "Write")},
        {metric.name: found for metric, found in zip(metrics, points, strict=True)},
    )


async def _user_errors(aws: Aws, region: str | None, label: str | None, limit: float) -> Report:
    metric = Metric("AWS/DynamoDB", "UserErrors", (), "Sum", _PERIOD, region=region)
    (points,) = await aws.metrics.points([metric])
    now = time.time()
    resource, threshold = clean(f"account in {label or 'this region'}"), Clean(f"<= {limit:g}")
    finding = not_told(tables.name, resource, "User errors", points, threshold=threshold)
    finding = finding or _judge_user_errors(resource, total(points, now), limit, threshold)
    return Report(
        (finding,),
        (
            Detail(
                resource,
                ACCOUNT,
                facts=(("User errors, last hour", summed(points, now)),),
                series=(Series(Clean("User errors"), "", _PERIOD, points, limit),),
            ),
        ),
    )


def _judge_user_errors(resource: Clean, count: float | None, limit: float, threshold: Clean) -> Finding:
    what = Clean("User errors in the last hour, of all tables of this account and region.")
    if count is None:
        what = Clean("No user error in the last hour (DynamoDB sends this metric only when there are some).")
    level = Level.WARN if (count or 0) > limit else Level.OK
    return Finding(tables.name, resource, level, what, shown(count or 0), threshold)


def _indexes(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The indexes of a table; one whose name was not told cannot be asked about."""
    return [index for index in table.get("GlobalSecondaryIndexes", ()) if index.get("IndexName")]


def judge_state(table: dict[str, Any]) -> Iterator[Finding]:
    """The verdicts on a table and its indexes as DescribeTable tells of them."""
    name, indexes = clean(table["TableName"]), table.get("GlobalSecondaryIndexes", ())
    states = [("The table", table.get("TableStatus", ""))]
    states += [(f"Index {index.get('IndexName', 'without a name')}", index.get("IndexStatus", "")) for index in indexes]
    if len(_indexes(table)) < len(indexes):
        what = Clean("The name of an index was not told, so what it consumes is not known.")
        yield Finding(tables.name, name, Level.UNKNOWN, what, Clean("unknown"))
    for label, status in states:
        if not status:
            what = clean(f"{label}: its status was not told.")
            yield Finding(tables.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean("ACTIVE"))
        elif status in _CHANGING:
            yield Finding(tables.name, name, Level.OK, clean(f"{label} is being changed."), clean(status))
        elif status != "ACTIVE":
            what = clean(f"{label} cannot be used.")
            yield Finding(tables.name, name, Level.CRIT, what, clean(status), Clean("ACTIVE"))
    if all(status == "ACTIVE" for _, status in states):
        what = Clean(f"Active, with {len(indexes)} index{'' if len(indexes) == 1 else 'es'}.")
        yield Finding(tables.name, name, Level.OK, what, Clean("ACTIVE"), Clean("ACTIVE"))


def judge_uses(name: Clean, uses: Sequence[Use], limits: Mapping[str, float], now: float) -> Iterator[Finding]:
    """The verdicts on what a table and its indexes consumed up to `now`, in epoch seconds."""
    threshold, told = Clean(f"<= {limits['throttled_warn']:g}"), True
    for use in uses:
        events = use.throttles
        if missing := not_told(tables.name, name, f"{use.label}: throttling", events, threshold=threshold):
            told = False
            yield missing
            continue
        count = total(events, now) or 0
        if count > limits["throttled_warn"]:
            told = False
            what = clean(f"{use.label} was throttled in the last hour.")
            since = bad_since(events, lambda value: value > 0)
            yield Finding(tables.name, name, Level.WARN, what, shown(count), threshold, since=since)
    if told:
        what = Clean("Nothing was throttled in the last hour.")
        yield Finding(tables.name, name, Level.OK, what, Clean("0"), threshold)
    for use in uses:
        yield from _judge_capacity(name, use, limits["capacity_warn"])


def _judge_capacity(name: Clean, use: Use, limit: float) -> Iterator[Finding]:
    for kind, units in use.provisioned.items():
        consumed = use.points[f"Consumed{kind}CapacityUnits"]
        label = f"{use.label}: {kind.lower()} capacity"
        if units is None:
            what = clean(f"{label}: what is provisioned was not told.")
            yield Finding(tables.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean(f"<= {limit:g} %"))
        elif units and (missing := not_told(tables.name, name, label, consumed)):
            yield missing
        elif units and consumed:
            # The newest period may have begun a moment ago.
            share = max(value for _, value in consumed[-2:]) / _PERIOD / units * 100
            level = Level.WARN if share > limit else Level.OK
            what = clean(f"{use.label}: provisioned {kind.lower()} capacity in use.")
            yield Finding(tables.name, name, level, what, shown(share, "%"), Clean(f"<= {limit:g} %"))


def _series(use: Use, limits: Mapping[str, float]) -> Iterator[Series]:
    for kind, units in use.provisioned.items():
        word = kind.lower()
        whole = (units or 0) * _PERIOD or None
        warn = whole * limits["capacity_warn"] / 100 if whole else None
        consumed, throttled = use.points[f"Consumed{kind}CapacityUnits"], use.points[f"{kind}ThrottleEvents"]
        yield Series(clean(f"{use.label}: {word} units consumed"), "", _PERIOD, consumed, warn, whole)
        yield Series(clean(f"{use.label}: {word}s throttled"), "", _PERIOD, throttled, limits["throttled_warn"])


def _facts(table: dict[str, Any]) -> Iterator[tuple[str, Clean]]:
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    yield "Status", clean(table.get("TableStatus", "unknown"))
    items, held = table.get("ItemCount"), table.get("TableSizeBytes")
    yield "Items (counted by AWS every six hours)", Clean("unknown") if items is None else shown(items)
    yield "Size", Clean("unknown") if held is None else size(held)
    yield "Billing mode", Clean("on demand" if mode == "PAY_PER_REQUEST" else "provisioned")
    provisioned = table.get("ProvisionedThroughput", {})
    if mode == "PROVISIONED":
        yield "Read units", clean(provisioned.get("ReadCapacityUnits", "unknown"))
        yield "Write units", clean(provisioned.get("WriteCapacityUnits", "unknown"))
    yield "Keys", clean(", ".join(f"{key['AttributeName']} ({key['KeyType']})" for key in table.get("KeySchema", ())))
    for index in _indexes(table):
        keys = ", ".join(key["AttributeName"] for key in index.get("KeySchema", ()))
        yield f"Index {clean(index['IndexName'])}", clean(f"{index.get('IndexStatus', 'unknown')}, by {keys}")
    yield "Deletion protection", Clean("on" if table.get("DeletionProtectionEnabled") else "off")
    yield "Class", clean(table.get("TableClassSummary", {}).get("TableClass", "STANDARD"))
    if "CreationDateTime" in table:
        yield "Created", stamp(table["CreationDateTime"])
