"""The way to AWS: endpoint, clock, credentials, and what they may read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from console.checkup.verdict import Mark, Verdict, fail, of_problem, ok, warn
from console.naming.partitions import FIRST, of_name
from console.problems import Failure, Problem, ProblemKind, classify
from console.readings.source import AnySource, Reading
from console.readings.sweep import sweep
from console.services.sources import SCREENS, wanted_by
from console.stack.found_account import Account
from console.stack.part import Part
from console.stack.stack import Stack
from console.text import clean

if TYPE_CHECKING:
    from console.aws.connections import Connections
    from console.aws.target import Target

SKEW_WARN: Final = 60
SKEW_FAIL: Final = 300
"""Seconds: AWS refuses signatures that are more than 5 minutes off (IAM user guide, Signature Version 4)."""

SOON: Final = 900
"""Seconds before their end at which credentials that nothing renews deserve a word."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How an endpoint answered one who did not sign: its clock, or the problem."""

    url: str
    date: datetime | None = None
    problem: Problem | None = None


async def reach(target: Target) -> Reached:
    """Ask STS without credentials: that it answers at all, and what time it has. Also through a proxy."""
    from aiobotocore.config import AioConfig
    from botocore import UNSIGNED

    from console.aws.call import RAISED
    from console.aws.service_regions import not_a_region
    from console.aws.session import make_core

    url = target.endpoint_url or "AWS"
    headers: dict[str, str] = {}
    try:
        core = make_core(target)
        region = target.region or core.get_config_variable("region") or of_name(FIRST).home
        if unlike := not_a_region(region):
            return Reached(url, problem=unlike)
        config = AioConfig(signature_version=UNSIGNED)
        async with core.create_client(
            "sts", region_name=region, endpoint_url=target.endpoint_url, config=config
        ) as client:
            url = client.meta.endpoint_url
            client.meta.events.register(
                "before-parse", lambda response_dict, **_: headers.update(response_dict["headers"])
            )
            await client.get_caller_identity()
    except (*RAISED, KeyError) as error:  # STS refuses who did not sign; an emulator may say something else instead
        if not headers:
            return Reached(url, problem=classify(error, profile=target.profile or "", where=url))
    return Reached(url, date=_date({name.lower(): value for name, value in headers.items()}.get("date", "")))


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return None


def of_endpoint(reached: Reached, now: datetime) -> Iterator[Verdict]:
    """The endpoint, and this machine's clock beside its."""
    if reached.problem is not None:
        yield of_problem("endpoint", reached.problem)
        return
    yield ok("endpoint", f"{clean(reached.url)} answers")
    if reached.date is None:
        yield warn("clock", "The endpoint did not say what time it has.", "Compare this clock by hand: date -u.")
        return
    seconds = round((now - reached.date).total_seconds())
    side = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} AWS's"
    then = "Set the clock: timedatectl set-ntp true."
    if abs(seconds) >= SKEW_FAIL:
        yield fail("clock", f"This machine's clock is {side}: AWS refuses what it signs.", then)
    elif abs(seconds) >= SKEW_WARN:
        yield warn("clock", f"This machine's clock is {side}; at {SKEW_FAIL} s AWS refuses what it signs.", then)
    else:
        yield ok("clock", "right to within a minute" if abs(seconds) > 1 else "right")


async def of_stack(connections: Connections, stack: Stack) -> AsyncIterator[Verdict]:
    """Whose credentials a stack uses, until when, and which of its checks they let be made."""
    try:
        connection = await connections.get(stack)
    except Failure as failure:
        yield of_problem("credentials", failure.problem)
        return
    yield _identity(connection.identity.arn, connection.expires, datetime.now(UTC))
    few = sample(stack)
    for source, reading in (await sweep(connections, few, wanted_by(few, *SCREENS))).items():
        yield _permission(source, reading, stack)
    for unlisted in stack.unlisted if isinstance(stack, Account) else ():
        mark = Mark.FAIL if unlisted.problem.kind is ProblemKind.DENIED else Mark.WARN
        yield of_problem(f"health: {unlisted.kind}", unlisted.problem, mark)


def _identity(arn: str, expires: datetime | None, now: datetime) -> Verdict:
    if expires is None:
        # Of the keys of a role that somebody wrote into a file only AWS knows the end.
        told = "when they end is not said" if ":assumed-role/" in arn else "they do not expire"
        return ok("credentials", f"{arn}; {told}")
    left = (expires - now).total_seconds()
    until = f"{arn}, until {expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if left < SOON:
        return warn("credentials", until, "They end soon. Where nothing renews them, sign in again.")
    return ok("credentials", until)


def sample(stack: Stack) -> Stack:
    """The stack with one resource of each kind: enough to see what may be read, and cheap."""
    first: dict[type[Part], Part] = {}
    for part in stack.parts:
        first.setdefault(type(part), part)
    return msgspec.structs.replace(stack, parts=tuple(first.values()))


def _permission(source: AnySource, reading: Reading[Any], stack: Stack) -> Verdict:
    check, problem = f"{source.screen}: {source.name}", reading.problem
    if problem is None:
        return ok(check, "may be read")
    if problem.kind is ProblemKind.UNAVAILABLE:
        return ok(check, f"not offered here: {problem.what}")
    if problem.kind is ProblemKind.DENIED:
        then = f"Add it. All that are needed: groundskeeper policy --read-only --stack {stack.name}"
        missing = problem.permission or ", ".join(source.permissions)
        return fail(check, f"Not allowed: {missing}.", then)
    mark = Mark.FAIL if problem.kind in (ProblemKind.LOGIN, ProblemKind.SKEW) else Mark.WARN
    return of_problem(check, problem, mark)
