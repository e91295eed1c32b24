"""The logs that Elastic Beanstalk fetches from an environment's instances: their last lines, or all as a bundle."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urljoin

from console.aws.proxy import proxy_of
from console.logs.event import LogEvent
from console.logs.reading.pages import cleaned, raw_of
from console.logs.tailing.following import Sink
from console.problems import Failure, Problem, ProblemKind
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Info = Literal["tail", "bundle"]

PATIENCE: Final = 180.0
"""Seconds after which instances that did not answer are given up."""

_PAUSES: Final = (0.5, 1.0, 2.0, 3.0)
_MOST_BYTES: Final = 50_000_000
_MOST_REDIRECTS: Final = 4
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_TITLE: Final = "-------"


@dataclass(frozen=True, slots=True)
class Sample:
    """What one instance gave: text of its last lines, or a ZIP file of all its logs."""

    environment: Clean
    instance: Clean
    at_ms: int
    data: bytes


async def fetch(
    aws: Aws, named: BeanstalkEnvironment, info: Info, tell: Callable[[str], None] = lambda words: None
) -> tuple[Sample, ...]:
    """Request the logs of an environment's instances, wait for them, and fetch them. Raises `Failure`."""
    began = time.time()
    given = {"EnvironmentName": named.environment, "InfoType": info}
    name = clean(named.environment)
    tell("asking its instances ...")
    earlier = await _answers(aws, named, given)  # of another request: they are given again until there are newer ones
    await aws.call("elasticbeanstalk", "request_environment_info", expect=None, region=named.region, **given)
    found: dict[str, tuple[datetime, str]] = {}
    looks, settled = 0, 0
    while time.time() - began < PATIENCE:
        await asyncio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
        looks += 1
        before = len(found)
        for instance, sample in (await _answers(aws, named, given)).items():
            if instance not in earlier or earlier[instance][0] != sample[0]:
                found[instance] = sample
        settled = settled + 1 if found and len(found) == before else 0
        tell(f"{len(found)} instances answered, {time.time() - began:.0f} s")
        if settled == 2:  # no other instance has answered meanwhile
            break
    if not found:
        what = clean(f"No instance of {named.environment} gave its logs within {PATIENCE:.0f} s.")
        raise Failure(Problem(ProblemKind.UNAVAILABLE, what, Clean("Next: look at its health, then try again.")))
    tls = await aws.tls()
    got = await asyncio.gather(*(_download(url, tls) for _, url in found.values()))
    return tuple(
        Sample(name, clean(instance), round(at.timestamp() * 1000), data)
        for (instance, (at, _)), data in zip(found.items(), got, strict=True)
    )


async def _answers(aws: Aws, named: BeanstalkEnvironment, given: dict[str, str]) -> dict[str, tuple[datetime, str]]:
    """When each instance that has answered gave its logs, and the link to them."""
    answer = await aws.call(
        "elasticbeanstalk", "retrieve_environment_info", expect="EnvironmentInfo", region=named.region, **given
    )
    return {item["Ec2InstanceId"]: (item["SampleTimestamp"], item["Message"]) for item in answer["EnvironmentInfo"]}


async def _download(url: str, tls: ssl.SSLContext) -> bytes:
    """The object behind a link that AWS signed, wherever in AWS it leads. Raises `Failure`."""
    import aiohttp

    data = bytearray()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as web:
            for _ in range(_MOST_REDIRECTS):
                async with web.get(url, ssl=tls, proxy=proxy_of(url), allow_redirects=False) as answer:
                    if answer.status in _MOVED:
                        url = _next(url, answer.headers.get("Location", ""))
                        continue
                    if answer.status != HTTPStatus.OK:
                        raise _failed(f"status {answer.status}")
                    async for part in answer.content.iter_chunked(65_536):
                        data += part
                        if len(data) > _MOST_BYTES:
                            raise _failed(f"more than {_MOST_BYTES // 10**6} MB")
                    return bytes(data)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _failed(type(error).__name__) from error
    raise _failed("it is redirected without end")


def _next(url: str, location: str) -> str:
    """Where a redirect leads. Raises `Failure` where that is less sure than where it came from."""
    following = urljoin(url, location)
    if url.startswith("https:") and not following.startswith("https:"):
        raise _failed("it is redirected to where nobody verifies who answers")
    return following


def _failed(why: str) -> Failure:
    """The link itself is not told: whoever has it can read the logs."""
    what = clean(f"The logs of an instance could not be fetched from S3: {why}.")
    return Failure(Problem(ProblemKind.NETWORK, what, Clean("Next: R tries again.")))


def pour(samples: Iterable[Sample], sink: Sink) -> None:
    """Put the lines of samples into a buffer: a stream for each file of each instance."""
    for sample in samples:
        file = "log"
        found: dict[str, list[str]] = {}
        for line in sample.data.decode("utf-8", "replace").splitlines():
            if line.startswith(_TITLE) and "/" in line:
                file = line.strip("- \t")
            elif line.strip("- \t"):
                found.setdefault(file, []).append(line)
        for name, lines in found.items():
            stream = sink.streams.index(sample.instance, clean(name))
            texts = cleaned(lines)
            sink.append(
                [
                    LogEvent("", sample.at_ms, stream, text, raw=raw_of(line, text))
                    for line, text in zip(lines, texts, strict=True)
                ]
            )
