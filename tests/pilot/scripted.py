"""The console on a desk that a test writes the lines of: stacks, what each check answers, what signing in does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from textual.pilot import Pilot

from console.app import ConsoleApp
from console.aws.connections import Connection
from console.aws.login.identity import Identity
from console.aws.target import Target
from console.desk.desk import Desk
from console.desk.workspace import Workspace
from console.files.settings import Settings
from console.options import Options
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import AnySource, Detail, Event, Finding, Level, Report, Series, Source
from console.services.awslambda.kinds import FUNCTION
from console.services.ecs.kinds import SERVICE
from console.stack.stack import Stack
from console.text import Clean, clean
from tests.deadlines import SOON

SIZES = [(80, 24), (120, 40)]
MINES = Stack(name="mines", environment="staging", production=False, region="eu-west-1", account="123456789012")
LEDGER = Stack(name="ledger", environment="production", production=True, region="us-east-1", account="123456789012")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

DENIED = Problem(
    ProblemKind.DENIED,
    Clean("Not allowed to call ListTasks."),
    Clean("Ask for ecs:ListTasks."),
    permission="ecs:ListTasks",
)
NO_CREDENTIALS = Problem(ProblemKind.LOGIN, Clean("No AWS credentials were found."), Clean("Set AWS_PROFILE."))
SSO_EXPIRED = Problem(
    ProblemKind.LOGIN, Clean("The SSO sign-in has expired."), Clean("Sign in again."), Clean("TokenRetrievalError")
)
MFA = Problem(
    ProblemKind.LOGIN,
    Clean("This profile's role asks for an MFA code."),
    Clean("Type its next code."),
    Clean("MFARequired"),
)


def finding(source: str, resource: str, level: Level = Level.OK, what: str = "As it should be.") -> Finding:
    """A finding with a value and a limit."""
    return Finding(source, clean(resource), level, clean(what), clean("42 %"), clean("< 80 %"))


POINTS = tuple((1_795_000_000.0 + 60 * n, n % 50) for n in range(180))
SERVICE = Detail(
    clean("web"),
    SERVICE,
    clean("arn:aws:ecs:eu-west-1:123456789012:service/mines/web"),
    facts=(("Desired", Clean("2")), ("Cluster", Clean("mines"))),
    events=(Event(NOON, clean("has reached a steady state.")),),
    series=(Series(clean("CPU"), "Percent", 60, POINTS, 70, 90),),
    related=(clean("web-api"), clean("web-task")),
    logs=(clean("/ecs/web"),),
)
FUNCTION = Detail(clean("web-api"), FUNCTION, clean("arn:aws:lambda:eu-west-1:123456789012:function:web-api"))
SERVICES = Report(
    (finding("services", "web", Level.WARN, "Fewer tasks run than desired."), finding("services", "batch")),
    (SERVICE,),
)
FUNCTIONS = Report((finding("functions", "web-api", Level.CRIT, "Every second call fails."),), (FUNCTION,))

Answer = Report | Problem | None
"""What a check answers: with a Problem it fails, with None it does not answer at all."""

_NONE = Options()


class ScriptedDesk(Desk):
    """A desk without AWS: each check answers what `answers` holds for it at the time, or fails with it.

    `overview` names the checks that the Stacks screen reads: all where it is None.
    """

    def __init__(
        self,
        answers: dict[str, Answer] | None = None,
        stacks: Iterable[Stack] = (MINES,),
        options: Options = _NONE,
        *,
        overview: Collection[str] | None = None,
    ) -> None:
        super().__init__(options)
        self.overview = overview
        self.answers: dict[str, Answer] = {"services": SERVICES, "functions": FUNCTIONS} if answers is None else answers
        self.login: Problem | None = None
        self.whose = "123456789012"
        self.asked = 0
        self._all = tuple(stacks)
        self._made = {name: self._source(name) for name in self.answers}

    async def open(self) -> None:
        """Have the stacks at once; where there is one it is open."""
        self.workspace = Workspace(self.options, Settings(), self._all)
        self.stack = self._all[0] if len(self._all) == 1 else None
        self.opening = Clean("")
        self.tell()

    def sources(self, stack: Stack) -> tuple[AnySource, ...]:
        return tuple(self._made.values())

    def source(self, name: str) -> AnySource:
        return self._made[name]

    def say(self, name: str, answer: Answer) -> None:
        """From now on a check answers this; it is asked at once."""
        self.answers[name] = answer
        self.poller.refresh_now()

    def sign_in_to(self, account: str) -> None:
        """From now on the credentials are of another account."""
        self.whose = account
        self.poller.refresh_now()

    def sign(self, problem: Problem | None) -> None:
        """From now on nobody can sign in, or everybody can."""
        self.login = problem
        self.poller.refresh_now()

    async def _open_connection(self, stack: Stack) -> Connection:
        if self.login is not None:
            raise Failure(self.login)
        identity = Identity(Clean(self.whose), Clean(f"arn:aws:iam::{self.whose}:user/ops"))
        return Connection(_Calls(), identity)

    def _source(self, name: str) -> Source[Report]:
        async def fetch(aws: Any, stack: Stack) -> Report:
            self.asked += 1
            answer = self.answers[name]
            if isinstance(answer, Problem):
                raise Failure(answer)
            return answer if answer is not None else await asyncio.Future()

        text = f"The {name} are as they should be."
        in_overview = self.overview is None or name in self.overview
        return Source(name, text, text, fetch, 30, (), lambda stack: True, overview=in_overview)


class _Calls:
    """As much of a connection's calls as the header asks about."""

    reached = Target()

    @property
    def expires(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=59)


@asynccontextmanager
async def console(
    desk: Desk, size: tuple[int, int] = (120, 40), first: str | None = None, theme: str | None = None
) -> AsyncIterator[Pilot[int]]:
    """The console on a desk, once it has shown what it knows."""
    app = ConsoleApp(lambda: desk, theme, first)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.screen.is_mounted and "starting" not in text(pilot))
        yield pilot


async def until(pilot: Pilot[int], true: Callable[[], object], seconds: float = SOON) -> None:
    """Wait for something that comes about by itself."""
    try:
        async with asyncio.timeout(seconds):
            while not true():
                await pilot.pause(0.02)
    except TimeoutError:
        raise AssertionError(f"It did not come about:\n{text(pilot)}") from None


async def shows(pilot: Pilot[int], *words: str) -> None:
    """Wait until all these words are on the screen."""
    await until(pilot, lambda: all(word in text(pilot) for word in words))


async def hides(pilot: Pilot[int], *words: str) -> None:
    """Wait until none of these words is on the screen any more."""
    await until(pilot, lambda: not any(word in text(pilot) for word in words))


def lines(pilot: Pilot[int]) -> list[str]:
    """The lines of the screen as the compositor has them."""
    return ["".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips()]


def text(pilot: Pilot[int]) -> str:
    """The whole screen as text."""
    return "\n".join(lines(pilot))
