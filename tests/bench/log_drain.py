"""Draining a log group: 100,000 events in ten pages of a canned CloudWatch Logs, beside the tools that people use."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import orjson

from console.logs.kinds import LogGroup
from tests.bench.report import Row, at_least, at_most, interleaved
from tests.bench.server import ROOT

RUNS = 5
PAGES = 10
EVENTS = 10_000
NOW = int(time.time() * 1000)
KEYS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


def rows(environment: Mapping[str, str]) -> Iterator[Row]:
    """Events a second, the longest hold of the loop, and the same into the buffer."""
    with serving() as url:
        keys = {**environment, **KEYS}
        gaps: list[float] = []

        def ours(what: str) -> float:
            measured = _measured(what, url, keys)
            gaps.append(measured["gap"])
            return measured["seconds"]

        lines, buffer, plain = interleaved(
            [lambda: ours("lines"), lambda: ours("buffer"), lambda: _measured("plain", url, keys)["seconds"]], RUNS
        )
        (aws,) = interleaved([lambda: _run([sys.executable, "-m", "awscli", *_aws_words(url)], keys)], 1)
        told = _awslogs(url, keys)
    total = PAGES * EVENTS
    yard = f"plain aiobotocore {total / plain:,.0f}/s; aws {total / aws:,.0f}/s; {told}"
    yield at_least("drain 100,000 log events into clean lines", total / lines, 500_000, "/s", yard)
    yield Row("the same into the buffer of a pane", f"{total / buffer:,.0f} /s", "", "")
    yield at_most("longest hold of the loop meanwhile", sorted(gaps)[len(gaps) // 2] * 1e3, 16, "ms", digits=1)


def _aws_words(url: str) -> list[str]:
    return ["logs", "filter-log-events", "--log-group-name", "/bench", "--endpoint-url", url, "--output", "json"]


def _awslogs(url: str, keys: dict[str, str]) -> str:
    """What awslogs does, installed into a virtual environment of its own; a sentence where it cannot be."""
    folder = Path(tempfile.gettempdir()) / "groundskeeper-bench-awslogs"
    program = folder / "bin" / "awslogs"
    if not program.exists():
        venv.create(folder, with_pip=True)
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "awslogs==0.15.0"]
        if subprocess.run(install, capture_output=True, timeout=120).returncode:
            return "awslogs could not be installed"
    words = [str(program), "get", "/bench", "ALL", "--start=1h", "--no-color", "--aws-endpoint-url", url]
    return f"awslogs {PAGES * EVENTS / _run(words, keys):,.0f}/s"


def _run(words: Sequence[str], keys: dict[str, str]) -> float:
    """Seconds of a whole program that prints all events."""
    begun = time.perf_counter()
    done = subprocess.run(words, env=keys, cwd=ROOT, capture_output=True, check=True)
    seconds = time.perf_counter() - begun
    assert done.stdout.count(b"request 9999 ") == PAGES, done.stdout[:300]
    return seconds


def _measured(what: str, url: str, keys: dict[str, str]) -> dict[str, float]:
    """What a fresh process measured."""
    words = [sys.executable, "-m", "tests.bench.log_drain", what, url]
    done = subprocess.run(words, env=keys, cwd=ROOT, capture_output=True, check=True)
    return msgspec.json.decode(done.stdout, type=dict[str, float])


@contextmanager
def serving() -> Iterator[str]:
    """A CloudWatch Logs of canned pages, in a process of its own."""
    words = [sys.executable, "-m", "tests.bench.log_drain", "serve", ""]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


def page(number: int) -> bytes:
    """One page as CloudWatch Logs sends it: 2.5 MB."""
    events = [
        {
            "logStreamName": f"app/{at % 4}",
            "timestamp": NOW - 1_800_000 + number * EVENTS + at,
            "message": f"2026-11-20 09:00:00 INFO request {at} GET /items/{at % 97} 200 in {at % 333} ms, by {at}",
            "ingestionTime": NOW - 1_700_000,
            "eventId": f"{number * EVENTS + at:056d}",
        }
        for at in range(EVENTS)
    ]
    token = {"nextToken": str(number + 1)} if number + 1 < PAGES else {}
    return orjson.dumps({"events": events, "searchedLogStreams": [], **token})


async def _serve() -> None:
    from aiohttp import web

    pages = [page(number) for number in range(PAGES)]

    async def answer(request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        groups = request.headers["X-Amz-Target"].endswith("DescribeLogGroups")
        body = b'{"logGroups": [{"logGroupName": "/bench"}]}' if groups else pages[int(asked.get("nextToken") or 0)]
        return web.Response(body=body, content_type="application/x-amz-json-1.1", headers={"x-amzn-RequestId": "bench"})

    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


class _Counting:
    """Takes lines and counts them."""

    def __init__(self) -> None:
        from console.logs.lines.streams import Streams

        self.streams = Streams()
        self.count = 0

    def append(self, events: Sequence[Any]) -> None:
        self.count += len(events)

    def __len__(self) -> int:
        return self.count


async def _ours(url: str, into_buffer: bool) -> dict[str, float]:
    from console.aws.call import Aws
    from console.aws.limits import Limits
    from console.aws.meter import Meter
    from console.aws.target import Target
    from console.logs.lines.buffer import LogBuffer
    from console.logs.reading.history import Search

    class Unlimited(Limits):
        async def wait(self, api: str, account: str, region: str) -> None:
            return

    aws = Aws(Target(None, "eu-west-1", url), Meter(), limits=Unlimited())

    async def connect() -> Aws:
        return aws

    await aws.call("logs", "describe_log_groups", expect="logGroups")
    lines: Any = LogBuffer() if into_buffer else _Counting()
    # One slice, since the canned pages do not look at the range.
    search = Search(connect, [LogGroup(group="/bench")], lines, 0, NOW)
    search._size = NOW
    measured = await _timed(search.run)
    assert len(lines) == PAGES * EVENTS
    await aws.close()
    return measured


async def _plain(url: str) -> dict[str, float]:
    from aiobotocore.session import get_session

    async with get_session().create_client("logs", endpoint_url=url) as client:
        await client.describe_log_groups()

        async def drain() -> None:
            count, token = 0, {}
            while True:
                answer = await client.filter_log_events(logGroupName="/bench", **token)
                count += len(answer["events"])
                if "nextToken" not in answer:
                    break
                token = {"nextToken": answer["nextToken"]}
            assert count == PAGES * EVENTS

        return await _timed(drain)


async def _timed(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds of the work, and the longest time between two turns of a ticker of 1 ms."""
    task = asyncio.ensure_future(work())
    begun = last = time.perf_counter()
    longest = 0.0
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await task
    return {"seconds": last - begun, "gap": longest - 0.001}


def _main(what: str, url: str) -> None:
    if what == "serve":
        asyncio.run(_serve())
        return
    measured = asyncio.run(_plain(url) if what == "plain" else _ours(url, what == "buffer"))
    sys.stdout.write(msgspec.json.encode(measured).decode())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
