"""Token buckets and the meter: what is allowed, what is counted, what it costs."""

import pytest

from console.aws.limits import URGENT, Limits, Rate, TokenBucket
from console.aws.meter import METRIC_PRICE, Meter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_its_burst_through_then_one_at_a_time() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(2.0, burst=3), clock)
    assert [bucket.reserve() for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]


def test_a_bucket_refills_to_its_burst_and_no_further() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(1.0, burst=2), clock)
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 1.0]
    clock.now += 100
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 1.0]


def test_a_bucket_is_raised_while_somebody_wants_it_and_no_further_than_allowed() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(1.0), clock, most=4.0)
    tail, search = object(), object()
    assert [bucket.reserve() for _ in range(2)] == [0, 1.0]
    bucket.want(tail, 2.0)
    bucket.want(search, 9.0)
    clock.now += 100
    assert [bucket.reserve() for _ in range(6)] == [0, 0, 0, 0, 0.25, 0.5]
    bucket.want(search, 0)
    clock.now += 100
    assert [bucket.reserve() for _ in range(4)] == [0, 0, 0.5, 1.0]
    bucket.want(tail, 0)
    clock.now += 100
    assert [bucket.reserve() for _ in range(3)] == [0, 1.0, 2.0]


def test_who_stands_in_line_gets_a_token_when_it_is_there_the_first_first() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(1.0), clock)
    first, second = bucket.enter(), bucket.enter()
    assert bucket.ask(second) == 1.0, "it is the first one's turn"
    assert bucket.ask(first) == 0
    assert bucket.ask(second) == 1.0
    assert bucket.reserve() == 1.0, "who is urgent goes before those who came earlier"
    assert bucket.ask(second) == 2.0
    clock.now += 2
    assert bucket.ask(second) == 0


def test_each_fourth_token_is_for_those_in_line_however_many_are_urgent() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(1.0), clock)
    places = [bucket.enter() for _ in range(3)]
    assert [bucket.reserve() for _ in range(8)] == [0, 1, 2, 4, 5, 6, 8, 9]
    assert [bucket.ask(place) for place in places] == [3, 7, 10]
    clock.now += 7
    assert [bucket.ask(place) for place in places] == [0, 0, 3]
    assert bucket.reserve() == 3.0, "where two have been urgent since, it is not yet the turn of the line"
    assert bucket.reserve() == 5.0
    assert bucket.ask(places[2]) == 4.0


def test_a_token_of_who_leaves_is_that_of_the_next_in_line() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(1.0), clock)
    first, second, third = (bucket.enter() for _ in range(3))
    assert [bucket.reserve() for _ in range(4)] == [0, 1, 2, 4]
    bucket.leave(second)
    bucket.leave(first)
    assert bucket.ask(third) == 3.0
    clock.now += 3
    assert bucket.ask(third) == 0


async def test_an_urgent_task_books_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = Clock(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    monkeypatch.setattr("console.aws.limits.asyncio.sleep", sleep)
    limits = Limits()
    limits._buckets["logs:FilterLogEvents", "", ""] = TokenBucket(Rate(1.0), clock)
    await limits.wait("logs:FilterLogEvents", "", "")
    await limits.wait("logs:FilterLogEvents", "", "")
    assert slept == [1.0]
    URGENT.set(True)
    await limits.wait("logs:FilterLogEvents", "", "")
    assert slept == [1.0, 1.0]


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
