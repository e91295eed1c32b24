"""Amazon S3: how much buckets hold and how they grow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from console.aws.metric_answer import Unanswered, unanswered
from console.aws.metrics import Metric
from console.readings.each import each
from console.readings.gauge import UNKNOWN, not_told, shown
from console.readings.numbers import DAY, size, span
from console.readings.source import Detail, Finding, Level, Report, Series, check
from console.services.s3.bucket_region import metrics_region, placed
from console.services.s3.kinds import BUCKET, Bucket
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.metrics import Points

_DAY: Final = int(DAY)
_SPAN: Final = 40 * _DAY
_MONTH: Final = 30 * DAY


@check(
    "s3.storage",
    period=300,
    permissions=("s3:ListBucket", "cloudwatch:ListMetrics", "cloudwatch:GetMetricData"),
    wants=lambda stack: stack.of(Bucket),
    thresholds={"growth_warn": 50},
    price=0.03,
)
async def storage(aws: Aws, stack: Stack) -> Report:
    """S3 buckets exist and do not grow out of hand.

    A bucket that does not exist is critical; one that grew by more than 50 % within 30 days is a warning.
    Objects and bytes are CloudWatch's storage metrics, which AWS measures once a day and which cost no listing;
    a bucket younger than a day or two has none. The price is that of one bucket with one storage class.
    """
    limit = storage.limits(stack)["growth_warn"]
    return await each(
        storage.name, stack.of(Bucket), lambda wanted: wanted.bucket, lambda wanted: _bucket(aws, wanted, limit)
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What a bucket holds by day: objects, and bytes by CloudWatch's storage type."""

    objects: Points
    bytes_by_type: Mapping[str, Points]

    @property
    def bytes(self) -> Points:
        """Bytes of all storage types by day; unanswered where one of them is."""
        if (missing := unanswered(*self.bytes_by_type.values())) is not None:
            return missing
        days = Counter[float]()
        for points in self.bytes_by_type.values():
            days.update(dict(points))
        return tuple(sorted(days.items()))


async def _bucket(aws: Aws, wanted: Bucket, limit: float) -> Report:
    head = await aws.call("s3", "head_bucket", expect=None, region=wanted.region, Bucket=wanted.bucket)
    stored = await _stored(aws, wanted, head.get("BucketRegion", ""))
    name = clean(wanted.bucket)
    return Report(
        (judge_growth(name, stored, limit, time.time()),),
        (
            Detail(
                resource=name,
                kind=BUCKET,
                arn=clean(f"arn:{aws.partition}:s3:::{wanted.bucket}"),
                facts=tuple(_facts(wanted, stored)),
                series=(
                    Series(Clean("Bytes"), "bytes", _DAY, stored.bytes),
                    Series(Clean("Objects"), "", _DAY, stored.objects),
                ),
            ),
        ),
    )


async def _stored(aws: Aws, wanted: Bucket, told: str) -> Stored:
    region = metrics_region(aws, wanted, told)
    listed = await aws.items(
        "cloudwatch",
        "list_metrics",
        "Metrics",
        region=region,
        Namespace="AWS/S3",
        MetricName="BucketSizeBytes",
        Dimensions=[{"Name": "BucketName", "Value": wanted.bucket}],
    )
    named = (d for metric in listed for d in metric.get("Dimensions", ()) if d["Name"] == "StorageType")
    types = sorted({d["Value"] for d in named})
    asked = [_metric(wanted, "NumberOfObjects", "AllStorageTypes", region)]
    asked += [_metric(wanted, "BucketSizeBytes", kind, region) for kind in types]
    objects, *sizes = await aws.metrics.points(asked)
    by_type = dict(zip(types, sizes, strict=True)) or {"all types": placed((), wanted, told)}
    return Stored(placed(objects, wanted, told), by_type)


def _metric(wanted: Bucket, name: str, kind: str, region: str | None) -> Metric:
    dimensions = (("BucketName", wanted.bucket), ("StorageType", kind))
    return Metric("AWS/S3", name, dimensions, "Average", _DAY, _SPAN, region)


def growth(points: Points) -> tuple[float, float] | None:
    """By how much the newest value differs from that 30 days before, and over how many days; None without two.

    Where the history is shorter, its oldest value is compared.
    """
    if len(points) < 2:
        return None
    at, newest = points[-1]
    before, oldest = next((point for point in points if point[0] >= at - _MONTH), points[0])
    return newest - oldest, (at - before) / DAY


def judge_growth(name: Clean, stored: Stored, limit: float, now: float) -> Finding:
    """The verdict on one bucket at `now`, in epoch seconds."""
    bytes_by_day, threshold = stored.bytes, Clean(f"growth <= {limit:g} % in 30 days")
    if missing := not_told(storage.name, name, "Storage", bytes_by_day, threshold=threshold):
        return missing
    if not bytes_by_day:
        what = Clean("CloudWatch has no storage metrics yet: the bucket is new or empty. AWS measures once a day.")
        return Finding(storage.name, name, Level.OK, what, Clean("no data"), threshold)
    at, newest = bytes_by_day[-1]
    if now - at > 4 * DAY:
        what = Clean(f"The newest storage metric is {span(now - at)} old.")
        return Finding(storage.name, name, Level.UNKNOWN, what, size(newest), threshold)
    change = growth(bytes_by_day)
    if change is None:
        return Finding(storage.name, name, Level.OK, Clean("Measured once so far."), size(newest), threshold)
    grown, days = change
    before = newest - grown
    share = grown / before * 100 if before else 0.0
    level = Level.WARN if share > limit else Level.OK
    what = Clean(
        f"{'Grew' if grown >= 0 else 'Shrank'} by {size(abs(grown))} ({abs(share):.3g} %) in {span(days * DAY)}."
    )
    return Finding(storage.name, name, level, what, size(newest), threshold)


def _facts(wanted: Bucket, stored: Stored) -> Iterator[tuple[str, Clean]]:
    yield "Meant to be public", Clean("yes" if wanted.public else "no")
    yield "Objects", shown(stored.objects[-1][1]) if stored.objects else _nothing(stored.objects)
    yield "Size", size(stored.bytes[-1][1]) if stored.bytes else _nothing(stored.bytes)
    change = growth(stored.bytes)
    if change:
        yield "Growth", Clean(f"{size(change[0])} in {span(change[1] * DAY)}")
    more = growth(stored.objects)
    if more:
        yield "New objects", Clean(f"{shown(more[0])} in {span(more[1] * DAY)}")
    for kind, points in stored.bytes_by_type.items():
        if points:
            yield clean(kind), size(points[-1][1])


def _nothing(points: Points) -> Clean:
    return UNKNOWN if isinstance(points, Unanswered) else Clean("no data")


@dataclass(frozen=True, slots=True)
class Count:
    """An exact count of a bucket: objects, bytes, and objects by storage class."""

    objects: int = 0
    bytes: int = 0
    classes: Mapping[str, int] = field(default_factory=dict)


async def count_objects(aws: Aws, wanted: Bucket, progress: Callable[[Count], None], prefix: str = "") -> Count:
    """Count a bucket's objects by listing them all; `progress` is called with what was counted after each page.

    Each page of 1,000 objects is a LIST request ($0.005 per 1,000 requests, S3 pricing, Standard, us-east-1).
    Raises `Failure`.
    """
    count = Count()
    async for page in aws.pages(
        "s3", "list_objects_v2", expect="KeyCount", region=wanted.region, Bucket=wanted.bucket, Prefix=prefix
    ):
        found = page.get("Contents", ())
        classes = Counter(count.classes)
        classes.update(item.get("StorageClass", "STANDARD") for item in found)
        count = Count(count.objects + len(found), count.bytes + sum(item["Size"] for item in found), dict(classes))
        progress(count)
    return count
