"""Logs of Elastic Beanstalk environments: the last lines or the whole bundle of every instance, on request."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from console.problems import Failure, Kind, Problem, classify
from console.stack import BeanstalkEnvironment, LogGroup, Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    import aiohttp

    from console.aws.call import Aws

LARGEST: Final = 5_000_000
"""Bytes of one instance's last lines that are read; a bundle is saved whole."""

_PAUSES: Final = (1.0, 2.0, 3.0)
_PATIENCE: Final = 120.0
_CHUNK: Final = 1 << 16

InfoType = Literal["tail", "bundle"]
Tell = Callable[[Clean], None]


@dataclass(frozen=True, slots=True)
class LastLines:
    """The last hundred lines of each log of one instance, as they were at a moment."""

    instance: Clean
    at: datetime | None
    lines: tuple[Clean, ...]


def log_groups(stack: Stack, environment: str) -> tuple[LogGroup, ...]:
    """The log groups of a stack into which an environment streams its logs, for a tail of them."""
    prefix = f"/aws/elasticbeanstalk/{environment}/"
    return tuple(group for group in stack.logs if group.group.startswith(prefix))


async def last_lines(aws: Aws, wanted: BeanstalkEnvironment, tell: Tell = lambda words: None) -> tuple[LastLines, ...]:
    """Ask every instance of an environment for its last lines. `tell` is given the progress. Raises `Failure`."""
    found = []
    for info in await _requested(aws, wanted, "tail", tell):
        content = b""
        async with _opened(info) as answer:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) >= LARGEST:
                    break
        lines = content[:LARGEST].decode("utf-8", "replace").splitlines()
        found.append(LastLines(clean(info["Ec2InstanceId"]), info.get("SampleTimestamp"), tuple(map(clean, lines))))
    return tuple(found)


async def save_bundles(
    aws: Aws, wanted: BeanstalkEnvironment, folder: Path, tell: Tell = lambda words: None
) -> tuple[Path, ...]:
    """Ask every instance for all of its logs and save them as ZIP files in a folder. Raises `Failure` and OSError."""
    saved = []
    for info in await _requested(aws, wanted, "bundle", tell):
        instance = clean(info["Ec2InstanceId"]).replace("/", "_")
        path = folder / f"{wanted.environment}-{instance}-{_stamp(info)}.zip"
        tell(Clean(f"Saving the logs of {instance} ..."))
        # Logs may hold what is nobody else's business.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            async with _opened(info) as answer:
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    await asyncio.to_thread(file.write, chunk)
        saved.append(path)
    return tuple(saved)


async def _requested(aws: Aws, wanted: BeanstalkEnvironment, kind: InfoType, tell: Tell) -> list[dict[str, Any]]:
    """What the instances gave after this request, one of each; older answers are left aside."""
    given = {"EnvironmentName": wanted.environment, "InfoType": kind}
    before = {_key(info) for info in await _retrieved(aws, wanted, given)}
    await aws.call("elasticbeanstalk", "request_environment_info", expect=None, region=wanted.region, **given)
    waited, looks, last = 0.0, 0, 0
    while waited < _PATIENCE:
        pause = _PAUSES[min(looks, len(_PAUSES) - 1)]
        await asyncio.sleep(pause)
        waited, looks = waited + pause, looks + 1
        found = [info for info in await _retrieved(aws, wanted, given) if _key(info) not in before]
        tell(Clean(f"{len(found)} instances have answered."))
        if found and len(found) == last:
            return found
        last = len(found)
    what = clean(f"No instance of {wanted.environment} has given its logs within {_PATIENCE:.0f} s.")
    hint = Clean("Next: look at the health of the environment, and whether its instances may write to S3.")
    raise Failure(Problem(Kind.UNAVAILABLE, what, hint))


async def _retrieved(aws: Aws, wanted: BeanstalkEnvironment, given: dict[str, str]) -> list[dict[str, Any]]:
    answer = await aws.call(
        "elasticbeanstalk", "retrieve_environment_info", expect="EnvironmentInfo", region=wanted.region, **given
    )
    found: list[dict[str, Any]] = answer["EnvironmentInfo"]
    return [info for info in found if info.get("InfoType", given["InfoType"]) == given["InfoType"]]


@asynccontextmanager
async def _opened(info: dict[str, Any]) -> AsyncIterator[aiohttp.ClientResponse]:
    """The file of one instance. Its address is signed: it is shown nowhere, and serves for a while only."""
    import aiohttp

    instance = clean(info["Ec2InstanceId"])
    timeout = aiohttp.ClientTimeout(total=None, connect=10, sock_read=30)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(info["Message"]) as answer:
            if answer.status != 200:
                what = Clean(f"S3 answers {answer.status} for the logs of {instance}.")
                raise Failure(Problem(Kind.UNAVAILABLE, what, Clean("Next: ask for them again.")))
            yield answer
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Failure(classify(error, where=f"the logs of {instance}")) from error


def _key(info: dict[str, Any]) -> tuple[str, Any]:
    return info["Ec2InstanceId"], info.get("SampleTimestamp")


def _stamp(info: dict[str, Any]) -> str:
    at = info.get("SampleTimestamp")
    return f"{at:%Y%m%dT%H%M%S}" if isinstance(at, datetime) else "now"
