"""What the runner tells: progress while an operation runs, its outcome, and what stops it at the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from console.gate.planned import Planned
from console.journal.records import RunRecord, RunState
from console.text import Clean


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Where a run stands: its state, which step of how many, in words, and the fraction of that step if known."""

    run: RunRecord
    step: int
    steps: int
    text: Clean
    fraction: float | None
    at: datetime

    @property
    def state(self) -> RunState:
        """The run's state."""
        return self.run.state


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, or that it is watched. `run` is None where there was nothing to do.

    `secrets` were made by it: they are handed over here once, and kept nowhere.
    """

    state: RunState
    what: Clean
    run: RunRecord | None = None
    hints: tuple[Clean, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Reason(StrEnum):
    """Why an operation was not let through."""

    UNCONFIRMED = "unconfirmed"
    READ_ONLY = "read-only"
    REFUSED = "refused"
    STALE = "stale"


class AtTheGate(Exception):
    """An operation that was not let through; nothing was changed. The message says why and what to do next.

    `planned` is the plan that was not confirmed, or the one made anew where the old one is stale.
    """

    def __init__(self, reason: Reason, what: str, planned: Planned | None = None) -> None:
        super().__init__(what)
        self.reason = reason
        self.planned = planned
