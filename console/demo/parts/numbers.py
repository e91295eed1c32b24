"""The metrics of the stacks: what CloudWatch would know of each kind of resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from moto.s3.models import FakeKey

from console.demo.parts.place import StackPlace
from console.demo.shapes import DAY, HOUR, Daily, Growth, Level, Noise, Shape, Spikes, Weekend

MIB: Final = 1024 * 1024
NOTHING: Final = Level(0)


def traffic(per_minute: float, key: str) -> Shape:
    """Requests a minute of an application that people use by day, less so at the weekend: 0.4 to 1.5 of the usual.

    What is wrong with a share of the requests must be seen, and its alarms fire, at a weekend's night, too.
    """
    return (Level(1) + Daily(0.4, peak=14) + Noise(0.1, key=key)) * Weekend(0.8) * per_minute


def gauge(
    place: StackPlace, namespace: str, metric: str, dimensions: Mapping[str, str], shape: Shape, unit: str = "Percent"
) -> None:
    """A metric measured once a minute."""
    place.world.history.define(namespace, metric, dimensions, shape, unit, account=place.account, region=place.region)


def count(
    place: StackPlace,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    shape: Shape,
    among: Shape | None = None,
) -> None:
    """Events a minute, among all operations where given."""
    place.world.history.define(
        namespace,
        metric,
        dimensions,
        shape,
        "Count",
        account=place.account,
        region=place.region,
        counts=True,
        samples=among,
    )


def timing(
    place: StackPlace, namespace: str, metric: str, dimensions: Mapping[str, str], mean: Shape, calls: Shape
) -> None:
    """A duration in milliseconds, measured at each call."""
    place.world.history.define(
        namespace,
        metric,
        dimensions,
        mean,
        "Milliseconds",
        account=place.account,
        region=place.region,
        samples=calls,
        spread=0.6,
    )


def ecs_service(place: StackPlace, cluster: str, service: str, cpu: Shape, memory: Shape) -> None:
    """Processor and memory of a service, in percent of what its tasks have."""
    where = {"ClusterName": cluster, "ServiceName": service}
    gauge(place, "AWS/ECS", "CPUUtilization", where, cpu.clamp(0, 100))
    gauge(place, "AWS/ECS", "MemoryUtilization", where, memory.clamp(0, 100))


def lambda_function(
    place: StackPlace, name: str, calls: Shape, errors: Shape, duration: Shape, throttles: Shape = NOTHING
) -> None:
    """Invocations, errors, throttles, duration and concurrency of a function."""
    where = {"FunctionName": name}
    count(place, "AWS/Lambda", "Invocations", where, calls)
    count(place, "AWS/Lambda", "Errors", where, errors, calls)
    count(place, "AWS/Lambda", "Throttles", where, throttles, calls)
    timing(place, "AWS/Lambda", "Duration", where, duration, calls)
    gauge(place, "AWS/Lambda", "ConcurrentExecutions", where, calls * duration * (1 / 60_000) + Level(1), "Count")


def table(place: StackPlace, name: str, reads: Shape, writes: Shape, user_errors: Shape = NOTHING) -> None:
    """Consumed capacity, throttled requests, errors and latency of a DynamoDB table."""
    where = {"TableName": name}
    for metric, shape in (("ConsumedReadCapacityUnits", reads), ("ConsumedWriteCapacityUnits", writes)):
        count(place, "AWS/DynamoDB", metric, where, shape)
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors"):
        count(place, "AWS/DynamoDB", metric, where, NOTHING)
    count(place, "AWS/DynamoDB", "UserErrors", where, user_errors)
    for operation, calls, mean in (("GetItem", reads, 2.6), ("PutItem", writes, 4.1), ("Query", reads, 3.4)):
        latency = Level(mean) + Noise(0.4)
        timing(place, "AWS/DynamoDB", "SuccessfulRequestLatency", where | {"Operation": operation}, latency, calls)
        count(place, "AWS/DynamoDB", "ThrottledRequests", where | {"Operation": operation}, NOTHING)


def bucket(place: StackPlace, name: str, growth: float = 0.05) -> None:
    """Size and number of objects of a bucket, once a day; `growth` is the share by which it grows a month."""
    origin = place.world.started.timestamp()
    stored = place.world.backend("s3", "aws", place.account).get_bucket(name)
    versions = [key for _, keys in stored.keys.lists() for key in keys if isinstance(key, FakeKey)]
    size, objects = sum(key.size for key in versions), len(versions)
    for metric, kind, now, unit in (
        ("BucketSizeBytes", "StandardStorage", size, "Bytes"),
        ("NumberOfObjects", "AllStorageTypes", objects, "Count"),
    ):
        place.world.history.define(
            "AWS/S3",
            metric,
            {"BucketName": name, "StorageType": kind},
            (Level(now) + Growth(now * growth, origin)).clamp(0),
            unit,
            account=place.account,
            region=place.region,
            every=DAY,
        )


def distribution(
    place: StackPlace, distribution_id: str, requests: Shape, hit_rate: Shape, errors_4xx: Shape, errors_5xx: Shape
) -> None:
    """Requests, bytes, error rates and cache hits of a CloudFront distribution, whose metrics are in us-east-1."""
    where = {"DistributionId": distribution_id, "Region": "Global"}
    history, account = place.world.history, place.account

    def define(metric: str, shape: Shape, unit: str, *, counts: bool = False) -> None:
        history.define("AWS/CloudFront", metric, where, shape, unit, account=account, region="us-east-1", counts=counts)

    define("Requests", requests, "None", counts=True)
    define("BytesDownloaded", requests * 48_000.0, "None")
    define("BytesUploaded", requests * 900.0, "None")
    define("CacheHitRate", hit_rate.clamp(0, 100), "Percent")
    define("4xxErrorRate", errors_4xx.clamp(0, 100), "Percent")
    define("5xxErrorRate", errors_5xx.clamp(0, 100), "Percent")
    define("TotalErrorRate", (errors_4xx + errors_5xx).clamp(0, 100), "Percent")
    define("OriginLatency", Level(180) + Daily(60, peak=14) + Spikes(900, per_day=6, seconds=HOUR // 6), "Milliseconds")


def user_pool(place: StackPlace, pool_id: str, client_id: str, sign_ins: Shape, failure: float = 0.03) -> None:
    """Sign-ins of a user pool: 1 for each that succeeds and 0 for each that fails, as Cognito reports them."""
    where = {"UserPool": pool_id, "UserPoolClient": client_id}
    count(place, "AWS/Cognito", "SignInSuccesses", where, sign_ins * (1 - failure), sign_ins)
    count(place, "AWS/Cognito", "TokenRefreshSuccesses", where, sign_ins * 3.0, sign_ins * 3.0)
    count(place, "AWS/Cognito", "SignInThrottles", where, NOTHING)
