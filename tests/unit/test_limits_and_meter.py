"""Token buckets and the meter: what is allowed, what is counted, what it costs."""

from console.aws.limits import Bucket, Limits, Rate
from console.aws.meter import METRIC_PRICE, Meter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_its_burst_through_then_one_at_a_time() -> None:
    clock = Clock()
    bucket = Bucket(Rate(2.0, burst=3), clock)
    assert [bucket.reserve() for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]


def test_a_bucket_refills_to_its_burst_and_no_further() -> None:
    clock = Clock()
    bucket = Bucket(Rate(1.0, burst=2), clock)
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 1.0]
    clock.now += 100
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 1.0]


def test_a_raised_rate_holds_from_the_next_call() -> None:
    clock = Clock()
    bucket = Bucket(Rate(1.0), clock)
    bucket.reserve()
    bucket.set_rate(Rate(4.0))
    assert bucket.reserve() == 1.0
    assert bucket.reserve() == 1.25


def test_buckets_are_one_an_account_and_region_and_writes_to_cognito_have_their_own() -> None:
    limits = Limits()
    here = limits.bucket("logs:FilterLogEvents", "1", "eu-west-1")
    assert here is limits.bucket("logs:FilterLogEvents", "1", "eu-west-1")
    assert here is not limits.bucket("logs:FilterLogEvents", "1", "us-east-1")
    assert here is not limits.bucket("logs:FilterLogEvents", "2", "eu-west-1")
    assert limits.bucket("ecs:ListClusters", "1", "eu-west-1") is None
    assert limits.bucket("cognito-idp:AdminDeleteUser", "1", "eu-west-1") is not None


def test_the_meter_counts_requests_of_the_last_minute_and_all() -> None:
    clock = Clock()
    meter = Meter(clock)
    for _ in range(3):
        meter.count("ecs", "DescribeServices")
    clock.now += 61
    meter.count("s3", "ListObjectsV2")
    assert (meter.per_minute, meter.total) == (1, 4)
    assert meter.calls["ecs:DescribeServices"] == 3


def test_the_meter_estimates_the_hour_from_the_last_minute() -> None:
    clock = Clock()
    meter = Meter(clock)
    clock.now += 3600
    meter.count("cloudwatch", "GetMetricData")
    meter.charge(100 * METRIC_PRICE)
    assert meter.dollars == 100 * METRIC_PRICE
    assert round(meter.dollars_per_hour, 6) == round(100 * METRIC_PRICE * 60, 6)
    clock.now += 61
    assert meter.dollars_per_hour == 0


def test_list_calls_of_s3_cost_more_than_reads_and_ecs_costs_nothing() -> None:
    meter = Meter(Clock())
    meter.count("ecs", "DescribeServices")
    assert meter.dollars == 0
    meter.count("s3", "ListObjectsV2")
    assert meter.dollars == 0.000005
