"""The AWS layer: what its warm-up costs the UI loop, and how long a sweep of health takes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec

from console.demo.record import Record
from tests.bench.report import Row, at_most, median
from tests.bench.server import ROOT

RUNS = 5
CALLS = (
    ("ecs", "list-clusters"), ("ecs", "list-services", "--cluster", "mra-mines-cluster-staging"),
    ("ecs", "list-tasks", "--cluster", "mra-mines-cluster-staging"), ("cloudfront", "list-distributions"),
    ("dynamodb", "list-tables"), ("dynamodb", "list-backups"), ("lambda", "list-functions"),
    ("cloudwatch", "describe-alarms"), ("logs", "describe-log-groups"), ("s3api", "list-buckets"),
    ("ecr", "describe-repositories"), ("sts", "get-caller-identity"),
)  # fmt: skip
"""Twelve calls of the kind that the guide's daily check makes."""


def rows(found: Record, environment: dict[str, str]) -> Iterator[Row]:
    """Warm-up gap, first sweep, warm sweep."""
    gaps = [measured("gap", found, environment) for _ in range(RUNS)]
    naive = [measured("naive-gap", found, environment) for _ in range(RUNS)]
    yield at_most(
        "longest gap of the UI loop while the AWS layer warms up",
        sorted(gaps)[RUNS // 2] * 1e3,
        16,
        "ms",
        f"clients made on the loop {sorted(naive)[RUNS // 2] * 1e3:.0f} ms",
        digits=1,
    )
    first = median(lambda: measured("first-sweep", found, environment), RUNS)
    aws = median(lambda: aws_sweep(found, environment), 1)
    yield at_most("first sweep of 12 calls, imports and clients included", first * 1e3, 300, "ms", f"aws {aws:.2f} s")
    warm = median(lambda: measured("warm-sweep", found, environment), RUNS)
    yield at_most(
        "warm sweep of 12 calls (the emulator answers one at a time)", warm * 1e3, 60, "ms", f"aws {aws:.2f} s"
    )


def measured(what: str, found: Record, environment: dict[str, str]) -> float:
    """Seconds that a fresh process measured."""
    command = [sys.executable, "-m", "tests.bench.sweeps", what, found.url]
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(command, env={**environment, **keys}, cwd=ROOT, capture_output=True, check=True)
    return msgspec.json.decode(done.stdout, type=float)


def aws_sweep(found: Record, environment: dict[str, str]) -> float:
    """Seconds that the same calls take with the aws command line, one after the other."""
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    begun = time.perf_counter()
    for words in CALLS:
        subprocess.run(
            [sys.executable, "-m", "awscli", *words, "--endpoint-url", found.url, "--region", "eu-west-1"],
            env={**environment, **keys},
            capture_output=True,
            check=True,
        )
    return time.perf_counter() - begun


async def _sweep(aws: object) -> None:
    call = aws.call  # type: ignore[attr-defined]
    cluster = "mra-mines-cluster-staging"
    await asyncio.gather(
        call("ecs", "list_clusters", expect="clusterArns"),
        call("ecs", "list_services", expect="serviceArns", cluster=cluster),
        call("ecs", "list_tasks", expect="taskArns", cluster=cluster),
        call("cloudfront", "list_distributions", expect="DistributionList"),
        call("dynamodb", "list_tables", expect="TableNames"),
        call("dynamodb", "list_backups", expect="BackupSummaries"),
        call("lambda", "list_functions", expect="Functions"),
        call("cloudwatch", "describe_alarms", expect="MetricAlarms"),
        call("logs", "describe_log_groups", expect="logGroups"),
        call("s3", "list_buckets", expect="Buckets"),
        call("ecr", "describe_repositories", expect="repositories"),
        call("sts", "get_caller_identity", expect="Account"),
    )


async def _longest_gap(work: asyncio.Task[object]) -> float:
    """The longest time between two turns of a ticker of 1 ms while the work goes on."""
    longest, last = 0.0, time.perf_counter()
    while not work.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await work
    return longest - 0.001


async def _measure(what: str, url: str) -> float:
    import textual.app  # noqa: F401 - the first frame has been drawn when the layer warms up

    from console.aws.connections import Connections
    from console.aws.target import Target
    from console.stack.stack import Stack

    stack = Stack(name="bench")
    connections = Connections(lambda _: Target(None, "eu-west-1", url))
    begun = time.perf_counter()
    if what == "naive-gap":
        return await _naive_gap(url)

    async def sweep() -> object:
        return await _sweep(await connections.aws(stack))

    task = asyncio.create_task(sweep())
    longest = await _longest_gap(task)
    took = time.perf_counter() - begun
    if what == "warm-sweep":
        begun = time.perf_counter()
        await sweep()
        took = time.perf_counter() - begun
    await connections.close()
    return longest if what == "gap" else took


async def _naive_gap(url: str) -> float:
    async def naive() -> object:
        import aioboto3

        session = aioboto3.Session(region_name="eu-west-1")
        for service in ("ecs", "cloudfront", "dynamodb", "lambda", "cloudwatch", "logs", "s3", "ecr", "sts"):
            async with session.client(service, endpoint_url=url):
                await asyncio.sleep(0)
        return None

    return await _longest_gap(asyncio.create_task(naive()))


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(_measure(sys.argv[1], sys.argv[2]))))
    sys.stdout.flush()
    os._exit(0)
