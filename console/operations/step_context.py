"""What a step is given to run with, and how it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from console.journal.records import ItemRecord
from console.operations.secret import Secret
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.call import Aws


class Changed(Enum):
    """What a step that did not succeed has changed."""

    NOTHING = "nothing"
    SOME = "some"
    PERHAPS = "perhaps"
    """Nobody can tell from its reply, or from the lack of one."""


class StepFailed(Exception):
    """A step did not succeed. The message says what, where and what to do next.

    `unsettled` says of a wait that it could not be followed to its end: AWS may be at it still.
    """

    def __init__(
        self, what: str, changed: Changed = Changed.NOTHING, *, stopped: bool = False, unsettled: bool = False
    ) -> None:
        super().__init__(what)
        self.changed = changed
        self.stopped = stopped
        self.unsettled = unsettled


@dataclass(frozen=True, slots=True)
class Done:
    """How a step succeeded: AWS's request id, what is worth saying, and whether it found anything to change.

    `begun` is the id of what it began at AWS and has not ended yet.
    """

    request: str = ""
    what: Clean = Clean("")
    changed: bool = True
    begun: Clean = Clean("")


Tell = Callable[[str, float | None], None]
Keep = Callable[[Sequence[ItemRecord]], Awaitable[None]]
Moved = Callable[[str | None], Awaitable[str]]


async def _as_it_was(item: str | None) -> str:
    """Of what looks alone nothing is sent."""
    del item
    return ""


class Looks(Protocol):
    """What a wait looks with."""

    async def call(
        self, service: str, operation: str, /, *, expect: str | None, region: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """Make one call that reads. Raises `Failure`."""


@dataclass(slots=True)
class Work:
    """What a step runs with. `reads` cannot change anything, `writes` sends each request once.

    `tell` shows progress (a text, and a fraction where known); `sleep` waits, and raises `StepFailed` when
    the operator stops the run; `stopping` says that they have; `keep` records items of a Bulk.
    `moved` looks at the state once more where the last look is some time ago, and says why what is about to be sent
    must not be, of an item of a Bulk by its id; empty where it may be. `answers` are those of earlier steps by name;
    `secrets` what was made, in memory only; `begun` the ids of what steps began at AWS, by name.
    """

    reads: Looks
    writes: Aws
    tell: Tell
    sleep: Callable[[float], Awaitable[None]]
    stopping: Callable[[], bool]
    keep: Keep
    moved: Moved = _as_it_was
    answers: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    begun: dict[str, str] = field(default_factory=dict)

    def reveal(self, secret: Secret) -> str:
        """The secret itself; one that is made here is made once and handed over with the outcome."""
        if not secret.is_made:
            return secret.reveal()
        return self.secrets.setdefault(secret.name, secret.reveal())
