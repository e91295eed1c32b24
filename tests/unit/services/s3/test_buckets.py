"""S3: what buckets hold, how they grow, and counting them exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.numbers import DAY
from console.readings.source import Level
from console.services.s3.buckets import Count, Stored, count_objects, growth, judge_growth, storage
from console.services.s3.kinds import Bucket
from console.stack.stack import Stack
from console.text import Clean

NOW = 1_800_000_000.0
MIB = 1024.0**2


def daily(*values: float, newest: float = NOW - DAY) -> tuple[tuple[float, float], ...]:
    return tuple((newest - DAY * (len(values) - 1 - at), value) for at, value in enumerate(values))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ((), None),
        (daily(5), None),
        (daily(5, 8), (3.0, 1.0)),
        (daily(*range(40)), (30.0, 30.0)),
        (daily(9, 4), (-5.0, 1.0)),
    ],
)
def test_growth(points: Any, expected: tuple[float, float] | None) -> None:
    assert growth(points) == expected


@pytest.mark.parametrize(
    ("points", "level", "what", "value"),
    [
        (
            (),
            Level.OK,
            "CloudWatch has no storage metrics yet: the bucket is new or empty. AWS measures once a day.",
            "no data",
        ),
        (daily(MIB), Level.OK, "Measured once so far.", "1 MiB"),
        (daily(2 * MIB, 3 * MIB), Level.OK, "Grew by 1 MiB (50 %) in 24 h.", "3 MiB"),
        (daily(2 * MIB, 3.1 * MIB), Level.WARN, "Grew by 1.1 MiB (55 %) in 24 h.", "3.1 MiB"),
        (daily(2 * MIB, MIB), Level.OK, "Shrank by 1 MiB (50 %) in 24 h.", "1 MiB"),
        (daily(MIB, MIB, newest=NOW - 5 * DAY), Level.UNKNOWN, "The newest storage metric is 5 days old.", "1 MiB"),
    ],
)
def test_bucket(points: Any, level: Level, what: str, value: str) -> None:
    finding = judge_growth(Clean("files"), Stored((), {"StandardStorage": points}), 50, NOW)
    assert (finding.level, finding.what, finding.value) == (level, what, value)


def test_bytes_are_those_of_all_storage_types() -> None:
    stored = Stored((), {"StandardStorage": daily(1, 2), "GlacierStorage": daily(10, 20)})
    assert [value for _, value in stored.bytes] == [11, 22]


async def test_asks_for_each_storage_type_once(canned: Callable[..., Any]) -> None:
    def metric(kind: str) -> dict[str, Any]:
        return {"Dimensions": [{"Name": "BucketName", "Value": "files"}, {"Name": "StorageType", "Value": kind}]}

    aws = canned(
        {
            "head_bucket": {},
            "list_metrics": {
                "Metrics": [metric("StandardStorage"), metric("GlacierStorage"), metric("StandardStorage")]
            },
        },
        BucketSizeBytes=[MIB, 2 * MIB],
        NumberOfObjects=[3.0, 4.0],
    )
    report = await storage.fetch(aws, Stack(name="one", parts=(Bucket(bucket="files"),)))
    kinds = [dict(metric.dimensions)["StorageType"] for metric in aws.metrics.asked]
    assert kinds == ["AllStorageTypes", "GlacierStorage", "StandardStorage"]
    assert {(metric.period, metric.span) for metric in aws.metrics.asked} == {(86400, 40 * 86400)}
    facts = dict(report.details[0].facts)
    assert (facts["Objects"], facts["Size"], facts["GlacierStorage"]) == ("4", "4 MiB", "2 MiB")


@pytest.mark.parametrize(
    ("told", "level", "asked_in"), [("us-west-2", Level.OK, "us-west-2"), ("", Level.UNKNOWN, None)]
)
async def test_a_bucket_is_measured_where_it_is_or_it_is_unknown(
    canned: Callable[..., Any], told: str, level: Level, asked_in: str | None
) -> None:
    aws = canned({"head_bucket": {"BucketRegion": told}, "list_metrics": {"Metrics": []}})
    (finding,) = (await storage.fetch(aws, Stack(name="one", parts=(Bucket(bucket="files"),)))).findings
    assert finding.level is level and ("new or empty" in finding.what) is (level is Level.OK)
    assert {metric.region for metric in aws.metrics.asked} == {asked_in}
    assert [params["region"] for name, params in aws.asked if name == "list_metrics"] == [asked_in]


async def test_counts_page_by_page(aws: Aws, seed: Callable[[str], Any]) -> None:
    seed("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for at in range(5):
        seed("s3").put_object(Bucket="files", Key=f"in/{at}", Body=b"x" * at)
    seed("s3").put_object(Bucket="files", Key="out/1", Body=b"x", StorageClass="GLACIER")
    told: list[Count] = []
    count = await count_objects(aws, Bucket(bucket="files"), told.append)
    assert count == Count(6, 11, {"STANDARD": 5, "GLACIER": 1}) and told[-1] == count
    assert (await count_objects(aws, Bucket(bucket="files"), told.append, prefix="none/")).objects == 0
