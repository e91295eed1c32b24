"""Whether credentials that one service refused are refused at all: only STS can say so, and is asked once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from enum import Enum
from typing import Any, Final

from console.naming import partitions
from console.problems import EXPIRED, Problem, ProblemKind, ended
from console.text import clean

FRESH: Final = 30.0
"""Seconds for which STS's word holds that it accepts the credentials: a poll of many checks asks it once."""

FRESH_AT_THE_END: Final = 2.0
"""The same where a service says that they have expired, which they may have done since."""

BAD_REQUEST: Final = "400"
WORDLESS: Final = frozenset({BAD_REQUEST, "403"})
"""The codes of answers to HEAD, which have no body: "you can't determine the exception" (S3 API reference, HeadBucket).
Expired tokens and tokens that a region does not take are among the 400, unknown keys among the 403."""

_MAY_HAVE_ENDED: Final = EXPIRED | {BAD_REQUEST}

ON_FROM_THE_START: Final = frozenset(
    "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 "
    "eu-west-3 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2".split()
)
"""The regions that no account can switch off: those from before March 2019. All later ones are off until they are
enabled, so this never grows (AWS account management guide, "Enable or disable AWS Regions"); botocore does not tell."""


class Word(Enum):
    """What STS says of the credentials, as far as it could be asked."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def may_be_off(region: str) -> bool:
    """Whether a region must be enabled in an account before anything in it accepts the account's credentials."""
    plain = partitions.plain(region)
    return partitions.partition_of(plain) == partitions.FIRST and plain not in ON_FROM_THE_START


class Doubt:
    """What a refusal of credentials means for one login.

    `ask` asks STS in a region who the caller is, and gives what it says. `clock` is in seconds.
    """

    def __init__(
        self, ask: Callable[[str], Coroutine[Any, Any, Word]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._accepted: dict[str, float] = {}
        self._asking: dict[str, asyncio.Task[Word]] = {}

    def accepted(self, region: str) -> None:
        """STS in this region has just accepted the credentials."""
        self._accepted[region] = self._clock()

    async def settled(self, problem: Problem, reason: str, service: str, region: str, home: str) -> Problem:
        """The problem of a login that is lost, or of the one service or region that refuses it.

        `problem` is what the refusal looks like, `reason` AWS's own words for it. A region that is switched off refuses
        all, STS as well: where STS in the `home` region refuses, the one of the whole partition is asked besides.
        """
        reason = ended(reason)
        fresh = FRESH_AT_THE_END if problem.code in _MAY_HAVE_ENDED else FRESH
        by_home = service == "sts" and region == home
        word = Word.REFUSED if by_home else await self._word(home, fresh)
        if word is not Word.REFUSED:
            return _refused_there(problem, reason, service, region, sure=word is Word.ACCEPTED)
        above = partitions.of_region(home).home
        if home != above and problem.code not in EXPIRED and await self._word(above, fresh) is Word.ACCEPTED:
            return _refused_there(problem, reason, "sts", home, sure=True)
        return hint_where_off(problem, home)

    async def unexplained(self, lost: Problem, problem: Problem, service: str, region: str, home: str) -> Problem:
        """What a refusal without words means, as S3 answers a HEAD, also where a token has ended or a key is none.

        `lost` is the problem of a login that is lost, which it is where STS refuses, too; else it stays the `problem`.
        A region that may be off takes no token of the global endpoint, which is a bad request to S3.
        """
        told = await self.settled(lost, str(problem.what), service, region, home)
        if told.kind is ProblemKind.LOGIN or (problem.code == BAD_REQUEST and may_be_off(region)):
            return told
        return problem

    async def _word(self, region: str, fresh: float) -> Word:
        if self._clock() - self._accepted.get(region, -fresh) < fresh:
            return Word.ACCEPTED
        task = self._asking.get(region)
        if task is None:
            task = self._asking[region] = asyncio.create_task(self._ask(region))
            task.add_done_callback(lambda done: self._answered(region, done))
        await asyncio.wait([task])
        return Word.UNKNOWN if task.cancelled() else task.result()

    def _answered(self, region: str, done: asyncio.Task[Word]) -> None:
        self._asking.pop(region, None)
        if not done.cancelled() and done.exception() is None and done.result() is Word.ACCEPTED:
            self.accepted(region)

    async def close(self) -> None:
        """Ask no more; whoever waits is told that nobody knows."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _refused_there(problem: Problem, reason: str, service: str, region: str, *, sure: bool) -> Problem:
    """What a refusal of credentials is that still hold elsewhere: a matter of the one service or region.

    `reason` is AWS's own; `sure` says that STS accepts the credentials.
    """
    off = may_be_off(region)
    if off:
        what = (
            f"Region {region} is not enabled in this account, or does not take tokens of STS's global endpoint "
            f"({service}): {reason}"
        )
        hint = (
            f"Next: enable it in the account's settings (aws account enable-region --region-name {region}), or remove "
            "it from the stack file."
        )
    else:
        what = f"{service} in {region} does not accept credentials that STS accepts: {reason}"
        hint = (
            f"Next: see whether this account may use {service} there, or name its checks in the stack file under skip."
        )
    if not sure:
        what = f"{service} in {region} does not accept the credentials, and STS could not be asked about them: {reason}"
        hint = f"It will be asked again. {hint}" if off else "It will be asked again."
    return Problem(ProblemKind.REFUSED, clean(what, limit=400), clean(hint), problem.code, problem.permission)


def hint_where_off(problem: Problem, region: str) -> Problem:
    """The problem of a lost login, with what else it may be where STS in this region said so."""
    if not may_be_off(region) or problem.code in EXPIRED:
        return problem
    hint = (
        f"{problem.hint} Where they work in other regions, {region} is not enabled in the account: "
        f"aws account enable-region --region-name {region}."
    )
    return replace(problem, hint=clean(hint, limit=400))
