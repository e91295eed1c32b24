"""The demo's traffic has a clock of its own: something is wrong at any hour, and one seed makes one world."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from console.demo.metrics import MetricHistory
from console.demo.options import STACKS, DemoError, ServerOptions
from console.demo.parts.numbers import traffic
from console.demo.parts.place import StackPlace
from console.demo.shapes import HOUR, MINUTE, Daily, Growth, Level, Moment, Noise, Sawtooth, Shape, Spikes, Weekend
from console.demo.world import World
from console.services.cloudwatch.kinds import prefixes_of
from tests.conftest import DemoServer
from tests.demo.test_world import stack_of
from tests.paths import ROOT

Serving = Callable[..., AbstractContextManager[DemoServer]]

SUNDAY_NIGHT = "2026-03-08T02:00"
FIRING = {
    "mra-mines": {"mra-mines-lambda-errors-staging"},
    "personal-journal": {"personal-journal-alb-5xx"},
    "gift-tracker": {"gift-tracker-api-5xx", "gift-tracker-images-errors"},
    "expo": {"expo-db-storage", "expo-health-degraded", "expo-response-time"},
    "operations": {"DatabaseConnectionFailures", "HighCPUUtilization", "prod-sessions-throttling"},
}
"""The alarms that fire in each stack, at any hour."""

TROUBLES = {
    ("mra-mines", "cloudfront.distribution", "warn"),
    ("mra-mines", "ecs.utilisation", "crit"),
    ("mra-mines", "lambda.functions", "warn"),
    ("personal-journal", "alb.traffic", "crit"),
    ("gift-tracker", "apigateway.traffic", "warn"),
    ("gift-tracker", "lambda.functions", "warn"),
    ("expo", "beanstalk.environment", "crit"),
    ("expo", "rds.instances", "crit"),
    ("operations", "dynamodb.tables", "warn"),
    ("operations", "ec2.instances", "crit"),
    ("operations", "rds.instances", "warn"),
}
"""What checks of metrics find wrong at any hour: stack, check, worst level."""


def firing(server: DemoServer) -> dict[str, set[str]]:
    """The alarms of each stack's own that fire as soon as it stands."""
    found: dict[str, set[str]] = {}
    for stack in STACKS:
        prefixes = prefixes_of(stack_of(stack))
        alarms = server.client("cloudwatch", stack).describe_alarms(StateValue="ALARM")["MetricAlarms"]
        found[stack] = {alarm["AlarmName"] for alarm in alarms if alarm["AlarmName"].startswith(prefixes)}
    return found


def troubles(server: DemoServer) -> set[tuple[str, str, str]]:
    """What ``groundskeeper health`` finds wrong, by stack, check and worst level."""
    environment = {**server.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "console", "health", "--demo", "--json", "--stack"]
    found: dict[tuple[str, str], str] = {}
    for stack in STACKS:
        done = subprocess.run([*command, stack], env=environment, capture_output=True, text=True, timeout=60)
        for finding in json.loads(done.stdout)["findings"]:
            key = (stack, finding["source"])
            found[key] = min(finding["level"], found.get(key, "ok"), key=("crit", "warn", "unknown", "ok").index)
    return {(stack, source, level) for (stack, source), level in found.items()}


@pytest.mark.parametrize("moment", [SUNDAY_NIGHT, "2026-03-09T00:00", "2028-02-29T12:00"])
def test_something_is_always_wrong(serving: Serving, tmp_path: Path, moment: str) -> None:
    with serving(tmp_path, moment) as server:
        assert firing(server) == FIRING
        assert moment != SUNDAY_NIGHT or troubles(server) >= TROUBLES


def test_one_seed_makes_one_world(serving: Serving, tmp_path: Path) -> None:
    """Also while others ask: every request draws from the emulator's chance."""

    def names(folder: str, asked: bool) -> list[Any]:
        with serving(tmp_path / folder, stacks=["operations"]) as server:
            if asked:
                server.client("sts", "operations").get_caller_identity()
            server.wait_ready("operations")
            ec2, rds = server.client("ec2", "operations"), server.client("rds", "operations")
            ecs = server.client("ecs", "operations")
            hosts = [
                one["InstanceId"] for group in ec2.describe_instances()["Reservations"] for one in group["Instances"]
            ]
            tasks = sorted(ecs.list_tasks(cluster="prod-cluster")["taskArns"])
            databases = [one["DbiResourceId"] for one in rds.describe_db_instances()["DBInstances"]]
            return [hosts, tasks, databases]

    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    assert names("one", asked=False) == names("other", asked=True)


@pytest.mark.parametrize(
    "shape",
    [Daily(5), Level(9) * Weekend(0.5), Noise(3), Noise(3, key="shared"), Spikes(9, per_day=400), Sawtooth(1, 9, HOUR)],
    ids=lambda shape: type(shape).__name__,
)
def test_the_same_traffic_begins_whenever_a_server_is_started(shape: Shape) -> None:
    def numbers(now: datetime) -> list[Any]:
        ahead = ServerOptions(now=SUNDAY_NIGHT).ahead(now)
        history = MetricHistory(clock=now.timestamp, ahead=ahead)
        key = history.define("App", "M", {}, shape + Level(9), account="1", region="r", counts=True)
        start = now.timestamp() // MINUTE * MINUTE
        return [samples for _, samples in history.buckets(key, start - HOUR, start, MINUTE)]

    found = [numbers(datetime(2027, 10, 31, 0, 59, 58, tzinfo=UTC) + timedelta(hours=7 * step)) for step in range(5)]
    assert found[0] and found == [found[0]] * 5


def test_what_the_world_itself_does_keeps_to_the_real_clock() -> None:
    moment = Moment(1, 1000.0, lambda fault, at: False, ahead=5 * HOUR)
    assert Growth(30.0, 1000.0).at(moment) == 0.0


def test_on_any_day_each_of_the_last_months_has_its_night() -> None:
    class Fixed(World):
        def now(self) -> datetime:
            return moment

    place = StackPlace(Fixed(), "any", "test", "eu-west-1")
    for day in range(366):
        moment = datetime(2028, 1, 1, 0, 30, tzinfo=UTC) + timedelta(days=day)
        nights = place.months(4, 12)
        first = moment.year * 12 + moment.month - 12
        assert [night.year * 12 + night.month for night in nights] == list(range(first, first + 12)), moment


def test_the_fewest_requests_are_two_fifths_of_the_usual() -> None:
    shape = traffic(100.0, "any")
    week = [shape.at(Moment(1, minute * MINUTE, lambda fault, at: False)) for minute in range(7 * 24 * 60)]
    assert 40 <= min(week) < 45 and 145 < max(week) <= 150


def test_a_moment_is_utc_unless_it_says_otherwise() -> None:
    now = datetime(2026, 3, 8, 2, 0, 30, tzinfo=UTC)
    assert ServerOptions(now=SUNDAY_NIGHT).ahead(now) == -MINUTE
    assert ServerOptions(now="2026-03-08T02:01:00+14:00").ahead(now) == -14 * HOUR
    assert ServerOptions(now="2026-03-08T02:01:00Z").ahead(now.astimezone(timezone(-timedelta(hours=3.5)))) == 0
    assert ServerOptions().ahead(now) == 0


@pytest.mark.parametrize("moment", ["noon", "2026-02-30T12:00", ""])
def test_what_is_no_moment_is_refused(moment: str) -> None:
    with pytest.raises(DemoError, match=r"--now .*give a moment such as 2026-03-04T14:00"):
        ServerOptions(now=moment).checked()
