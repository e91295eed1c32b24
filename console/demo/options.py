"""How a demo server is to be run. Imports nothing heavy, so that a child process can detach at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Final

STACKS: Final = ("mra-mines", "personal-journal", "gift-tracker", "expo", "operations")
"""The stacks of the demo, in the order in which they are built."""

SCENARIOS: Final = {
    "outage": ("mra-mines", "a new version of the frontend crashes, the site is down"),
    "data-corruption": ("mra-mines", "a third of the table maps is overwritten with nonsense"),
    "security-breach": ("mra-mines", "a leaked key: a new key, an open port, a bucket made public"),
    "database": ("expo", "the database is full and has no connection left"),
    "api-outage": ("gift-tracker", "the function for gifts fails on every call"),
}
"""Emergencies that can be injected: the stack that each befalls, and what happens."""

SEED: Final = 20_251_106
"""What the chance of a world begins with, unless another seed is given."""

MOST_LINGER: Final = 86_400
"""Seconds that a demo server may outlive its last console: a day."""


class DemoError(Exception):
    """The demo cannot be started or reached; the message says what to do next."""


def check_installed() -> None:
    """Raise DemoError where the emulator, which only the demo needs, is not installed."""
    if find_spec("moto") is None or find_spec("flask") is None:
        what = "The demo needs moto[server], which is not installed here."
        raise DemoError(f"{what} Next: install the extra demo, as in: uv tool install 'groundskeeper[demo]'.")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How a demo server is to be run.

    `port` 0 takes any free one; `time_scale` 60 lets an hour pass in a minute; `linger` is how many seconds
    the server outlives its last console (None: until a signal ends it); `scenario` is an emergency to inject.
    `now` is a moment as ISO 8601 (UTC where it says nothing) whose traffic and weather the stacks have when
    the server starts, such as a weekday's noon; None: that of the real time. Timestamps are real in any case. Two
    servers with the same `seed` and `now` begin with the same world.
    """

    port: int = 0
    stacks: tuple[str, ...] = STACKS
    time_scale: float = 1.0
    linger: float | None = None
    scenario: str | None = None
    now: str | None = None
    seed: int = SEED

    def ahead(self, real: datetime) -> float:
        """By how many seconds, whole minutes, the traffic's clock is ahead of the real one. ValueError: no moment."""
        if self.now is None:
            return 0.0
        moment = datetime.fromisoformat(self.now)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - real).total_seconds() // 60 * 60

    def checked(self) -> ServerOptions:
        """The same options; raises DemoError for those that cannot be."""
        if unknown := [name for name in self.stacks if name not in STACKS]:
            raise DemoError(f"The demo has no stack {unknown[0]!r}. It has: {', '.join(STACKS)}.")
        if not 0.1 <= self.time_scale <= 1000:
            raise DemoError(f"--time-scale {self.time_scale:g}: give a number from 0.1 to 1000.")
        if not 0 <= self.port <= 65_535:
            raise DemoError(f"--port {self.port}: give a number from 0, which takes any free one, to 65535.")
        if self.linger is not None and not 0 <= self.linger <= MOST_LINGER:
            raise DemoError(f"--linger {self.linger:g}: give seconds from 0 to {MOST_LINGER}.")
        try:
            self.ahead(datetime.now(UTC))
        except ValueError as error:
            what = f"--now {self.now}: give a moment such as 2026-03-04T14:00."
            raise DemoError(what) from error
        if self.scenario is None:
            return self
        if self.scenario not in SCENARIOS:
            known = "; ".join(f"{name} ({sentence})" for name, (_, sentence) in SCENARIOS.items())
            raise DemoError(f"The demo has no scenario {self.scenario!r}. It has: {known}.")
        stack = SCENARIOS[self.scenario][0]
        if stack not in self.stacks:
            raise DemoError(f"The scenario {self.scenario} befalls the stack {stack}: add it to --stacks.")
        return self
