"""Log lines that keep arriving: each log group of the demo speaks as its kind of program does.

A day of history is made when a stack is built, at most 20,000 events over all groups; later lines come at the
group's own pace in real time. Of what gets too much every second old event goes, so that memory is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final

from moto.logs.models import LogStream

from console.demo.log_lines import LINE_MAKERS, ORDINARY_TROUBLE
from console.demo.log_store import append, thin
from console.demo.shapes import DAY, HOUR, seed_of

if TYPE_CHECKING:
    from console.demo.world import World

MOST_EVENTS: Final = 20_000
_EVERY: Final = 2
_BURST: Final = 200
_ON_A_GOOD_DAY: Final = 0.004
_IN_TROUBLE: Final = 1 / 3


@dataclass(frozen=True, slots=True)
class Spec:
    """How one log group speaks.

    `kind` is one of `LINE_MAKERS`; `per_minute` things happen on the average, of which a Lambda invocation is four
    or five lines; while a fault of `troubles` is on, one in three goes wrong with one of its messages. `streams`
    are log stream names; `past_bytes` is what DescribeLogGroups says is stored besides the lines that are here.
    """

    group: str
    kind: str
    account: str
    region: str
    per_minute: float = 6.0
    streams: tuple[str, ...] = ()
    troubles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    past_bytes: int = 0


def start(world: World, specs: Iterable[Spec]) -> None:
    """Give log groups a day of history and let them go on speaking; groups that are missing are made."""
    specs = tuple(specs)
    share = MOST_EVENTS // max(1, len(world.stacks)) // max(1, len(specs))
    world.history.fault_log.observe(world.now().timestamp())
    speakers = [_Speaker(spec, share, _streams(world, spec), world.history.fault_log.was_on) for spec in specs]
    for speaker in speakers:
        speaker.remember(world.now().timestamp())

    def speak() -> None:
        now = world.now().timestamp()
        world.history.fault_log.observe(now)
        for speaker in speakers:
            speaker.speak(now)

    world.every(_EVERY, speak)


def _streams(world: World, spec: Spec) -> list[LogStream]:
    backend = world.backend("logs", spec.region, spec.account)
    backend.ensure_log_group(spec.group)
    group = backend.groups[spec.group]
    group.past_bytes = spec.past_bytes
    chance = Random(seed_of(spec.group))  # noqa: S311 - names of streams, not secrets
    day = f"{world.now():%Y/%m/%d}"
    names = spec.streams or tuple(
        f"{day}/[$LATEST]{chance.getrandbits(128):032x}"
        if spec.kind == "lambda"
        else f"app/{chance.getrandbits(64):016x}"
        for _ in range(2)
    )
    for name in names:
        backend.ensure_log_stream(spec.group, name)
    return [group.streams[name] for name in names]


class _Speaker:
    """One log group while it speaks."""

    def __init__(self, spec: Spec, share: int, streams: list[LogStream], fault: Callable[[str, float], bool]) -> None:
        self._spec = spec
        self._share = share
        self._streams = streams
        self._fault = fault
        self._chance = Random(seed_of(f"{spec.account}{spec.region}{spec.group}"))  # noqa: S311
        self._spoken = 0.0

    def remember(self, now: float) -> None:
        """Make the past day: the last hour at full pace if the share allows it, the rest of the day thinner."""
        chance = self._chance
        size = max(len(self._say(now)) for _ in range(20))
        recent = min(int(self._spec.per_minute * 60), self._share // size // 2)
        older = min(int(self._spec.per_minute * 60 * 23), self._share // size - recent)
        times = [now - chance.uniform(0, HOUR) for _ in range(recent)]
        times += [now - chance.uniform(HOUR, DAY) for _ in range(older)]
        self._write(times)
        self._spoken = now
        for stream in self._streams:
            stream.creation_time = datetime.fromtimestamp(now - DAY, UTC).replace(tzinfo=None)

    def speak(self, now: float) -> None:
        """Say what happened since the last time."""
        happened = self._spec.per_minute * (now - self._spoken) / 60
        count = min(_BURST, int(happened + self._chance.random()))
        self._write([self._chance.uniform(self._spoken, now) for _ in range(count)])
        self._spoken = now
        for stream in self._streams:
            thin(stream, max(self._share, _BURST) * 3 // 2 // len(self._streams))

    def _write(self, times: list[float]) -> None:
        written: dict[int, list[tuple[int, str]]] = {}
        for time in sorted(times):
            lines = written.setdefault(self._chance.randrange(len(self._streams)), [])
            lines += [(int(time * 1000), text) for text in self._say(time)]
        for index, lines in written.items():
            append(self._streams[index], lines)

    def _say(self, time: float) -> list[str]:
        troubles = [text for name, texts in self._spec.troubles.items() if self._fault(name, time) for text in texts]
        wrong = None
        if troubles and self._chance.random() < _IN_TROUBLE:
            wrong = self._chance.choice(troubles)
        elif self._chance.random() < _ON_A_GOOD_DAY:
            wrong = ORDINARY_TROUBLE[self._spec.kind]
        return LINE_MAKERS[self._spec.kind](self._chance, datetime.fromtimestamp(time, UTC), wrong)
