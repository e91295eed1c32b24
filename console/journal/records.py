"""What the journal holds: runs, their steps, and who made them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

Moment = Annotated[datetime, Meta(tz=True)]
"""A time with its zone: without one it could not be put in order."""


class RunState(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    """Shown, and nothing more: never in the journal."""
    CONFIRMED = "confirmed"
    """On record; nothing was sent yet."""
    RUNNING = "running"
    SENT = "sent"
    """Every step has its outcome; that it had the effect is not verified yet."""
    WATCHING = "watching"
    """Sent, and AWS is still at it; any console may go on watching."""
    DONE = "done"
    FAILED = "failed"
    PARTLY = "partly"
    """Some steps have changed something, and the rest was not done."""
    UNKNOWN = "unknown"
    """A step may have been carried out or not: nobody could tell yet."""
    STOPPED = "stopped"


ENDED: Final = frozenset({RunState.DONE, RunState.FAILED, RunState.PARTLY, RunState.STOPPED})
"""States that are final. An unknown one is asked about again at the next start."""

WATCHED: Final = "Sent. Watching until AWS is done."
"""The outcome on record while a run is watched."""

AT_WORK: Final = frozenset({RunState.CONFIRMED, RunState.RUNNING, RunState.SENT})
"""States that last only while a process is at it."""


class StepState(StrEnum):
    """Where a step stands. One that is sent and has no outcome may have been carried out."""

    WAITING = "waiting"
    """Not begun."""
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Owner(Struct, frozen=True):
    """The process that is at a run: its id is not enough, since ids come again.

    `boot` names the time since the machine was started, `machine` the machine whatever its host name, `namespace`
    the numbering that `pid` belongs to, since containers of one machine count apart. What is empty was not told.
    """

    host: str
    boot: str
    pid: int
    started: str
    machine: str = ""
    namespace: str = ""


class Who(Struct, frozen=True):
    """Who made a change: the caller as AWS knows them, the login name here, and where the session came from."""

    arn: str
    login: str
    ssh: str = ""


class StepRecord(Struct, frozen=True, kw_only=True):
    """One step of a run; `commands` are as shown, `request` is AWS's request id, `what` says how it ended.
    `begun` is the id of what it began at AWS, such as a deployment, by which that is watched.

    `last` says that it is run also when one before it failed, `secret` that it makes a secret, which is handed over
    once when the run has ended.
    """

    position: int
    id: str
    kind: str
    title: str
    commands: tuple[str, ...]
    last: bool = False
    secret: bool = False
    state: StepState = StepState.WAITING
    started: Moment | None = None
    ended: Moment | None = None
    request: str = ""
    what: str = ""
    begun: str = ""


class UnreadableStep(StepRecord, frozen=True, kw_only=True):
    """A step whose row cannot be read: only its position is known, and `what` says why. It is left as it is."""


class RunRecord(Struct, frozen=True, kw_only=True):
    """One change. `params`, `before` and `undo` are what reconciling and undoing need; no secret is in them.

    `before` is what was observed (``state`` and ``context``); `undo` has ``operation`` and ``params``, or
    ``reason`` where there is none; `undoes` and `undone_by` name other runs; `reason` is why writing was armed.
    `partition` is AWS's (aws, aws-cn, aws-us-gov); `words` are the flags by which a command comes to the same place;
    `changed` says whether anything was changed, None where that is not known, or not yet.
    """

    id: str
    operation: str
    title: str
    params: dict[str, Any]
    stack: str
    account: str
    region: str
    targets: tuple[tuple[str, str], ...]
    danger: str
    digest: str
    before: dict[str, Any]
    undo: dict[str, Any]
    who: Who
    started: Moment
    owner: Owner | None
    reason: str = ""
    undoes: str = ""
    undone_by: str = ""
    partition: str = ""
    words: tuple[str, ...] = ()
    changed: bool | None = None
    state: RunState = RunState.CONFIRMED
    outcome: str = ""
    ended: Moment | None = None


class UnreadableRun(Struct, frozen=True, kw_only=True):
    """A run whose row cannot be read: what its columns tell, and why it cannot. It is shown, and left as it is.

    It is never settled, taken over, undone, rewritten or deleted. `started` is None where it is not told either.
    """

    id: str
    started: datetime | None
    stack: str
    why: str


AnyRun = RunRecord | UnreadableRun
"""A run as the journal shows it."""


class ItemRecord(Struct, frozen=True):
    """One item of a Bulk's frozen list: its id, its version when it was listed, and what became of it."""

    position: int
    id: str
    version: str = ""
    state: StepState = StepState.WAITING
    what: str = ""


class UnreadableItem(ItemRecord, frozen=True):
    """An item whose row cannot be read: only its position is known, and `what` says why. It is left as it is."""


Items = Mapping[int, tuple[ItemRecord, ...]]
"""The items of a run's Bulks, by the position of their step."""


class RunEntry(Struct, frozen=True):
    """All that the journal holds of one run."""

    run: AnyRun
    steps: tuple[StepRecord, ...]
    items: Items


class RunFilter(Struct, frozen=True):
    """Which runs are wanted; nothing given means all. `text` is looked for in what is shown.

    It is looked for without regard to capitals, in the run, its state, its steps and its items; `since` has a zone.
    """

    states: frozenset[RunState] = frozenset()
    stack: str = ""
    text: str = ""
    target: str = ""
    since: datetime | None = None
    limit: int = 200
