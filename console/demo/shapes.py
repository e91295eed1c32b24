"""Shapes of numbers over time: pure functions of a seed and a moment, composed with ``+`` and ``*``.

``(Level(40) + Daily(15, peak=19) + Noise(6) + During("cpu-high", Level(45))).clamp(0, 100)`` is a processor
that is busy in the evening and in trouble while the fault ``cpu-high`` is on. No point is ever stored: the
same seed and second always give the same number, so a day or a year of history costs nothing to keep.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400
_MASK: Final = (1 << 64) - 1

FaultAt = Callable[[str, float], bool]
"""Whether a fault was on at a moment (seconds since 1970)."""


def unit_noise(seed: int, bucket: int) -> float:
    """A number in [0, 1) that depends on nothing but its arguments (the finaliser of SplitMix64)."""
    x = (seed + bucket * 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((x ^ (x >> 31)) >> 11) / (1 << 53)


def seed_of(text: str) -> int:
    """The seed of a name; unlike `hash` it is the same in every process (FNV-1a, 64 bits)."""
    seed = 0xCBF29CE484222325
    for byte in text.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & _MASK
    return seed


@dataclass(frozen=True, slots=True)
class Moment:
    """What a shape may look at: the series' seed, the time in seconds since 1970, and the faults.

    `ahead` is by how many seconds the clock of people and weather is ahead of the time; see `World`.
    """

    seed: int
    time: float
    fault: FaultAt
    ahead: float = 0.0

    @property
    def traffic_time(self) -> float:
        """The time by which people come and weather changes."""
        return self.time + self.ahead


class Shape(ABC):
    """A number as a function of a moment."""

    @abstractmethod
    def at(self, moment: Moment) -> float:
        """The value at a moment."""

    def __add__(self, other: Shape) -> Shape:
        return _Total((self, other))

    def __mul__(self, other: Shape | float) -> Shape:
        return _Product(self, other if isinstance(other, Shape) else Level(other))

    def clamp(self, low: float = 0.0, high: float = math.inf) -> Shape:
        """The same shape, held between two numbers."""
        return _Clamp(self, low, high)


@dataclass(frozen=True, slots=True)
class Level(Shape):
    """Always the same number."""

    value: float

    def at(self, moment: Moment) -> float:
        return self.value


@dataclass(frozen=True, slots=True)
class Daily(Shape):
    """A wave of one day, from -amplitude to +amplitude, highest at the hour `peak` (UTC)."""

    amplitude: float
    peak: float = 19.0

    def at(self, moment: Moment) -> float:
        return self.amplitude * math.cos(math.tau * (moment.traffic_time / DAY - self.peak / 24))


@dataclass(frozen=True, slots=True)
class Weekend(Shape):
    """One factor on weekdays, another on Saturdays and Sundays (UTC): made to be multiplied with."""

    factor: float = 0.6

    def at(self, moment: Moment) -> float:
        return self.factor if int(moment.traffic_time // DAY + 3) % 7 >= 5 else 1.0


@dataclass(frozen=True, slots=True)
class Noise(Shape):
    """Rough weather between -amplitude and +amplitude, new every `seconds`.

    Two shapes with the same `key` see the same weather, whatever series they are in: requests and the
    processor time that they cost.
    """

    amplitude: float
    seconds: int = MINUTE
    key: str = ""

    def at(self, moment: Moment) -> float:
        seed = seed_of(self.key) if self.key else moment.seed
        return self.amplitude * (2 * unit_noise(seed, int(moment.traffic_time // self.seconds)) - 1)


@dataclass(frozen=True, slots=True)
class Spikes(Shape):
    """Zero, but for spikes: about `per_day` of them, each at most `height` high and `seconds` long."""

    height: float
    per_day: float
    seconds: int = 5 * MINUTE
    key: str = ""

    def at(self, moment: Moment) -> float:
        bucket = int(moment.traffic_time // self.seconds)
        seed = seed_of(self.key or "spikes") ^ (0 if self.key else moment.seed)
        if unit_noise(seed, bucket) >= self.per_day * self.seconds / DAY:
            return 0.0
        return self.height * (0.5 + unit_noise(seed + 1, bucket) / 2)


@dataclass(frozen=True, slots=True)
class Sawtooth(Shape):
    """Grows from low to high in `seconds` and falls back at once, as memory does until it is collected."""

    low: float
    high: float
    seconds: int = DAY

    def at(self, moment: Moment) -> float:
        return self.low + (self.high - self.low) * (moment.traffic_time % self.seconds) / self.seconds


@dataclass(frozen=True, slots=True)
class Growth(Shape):
    """A straight line: zero at the moment `origin`, up by `per_30_days` in thirty days; negative before."""

    per_30_days: float
    origin: float

    def at(self, moment: Moment) -> float:
        return self.per_30_days * (moment.time - self.origin) / (30 * DAY)


@dataclass(frozen=True, slots=True)
class During(Shape):
    """A shape that counts only while a fault of the world is on; else `otherwise` does (nothing: zero)."""

    fault: str
    shape: Shape
    otherwise: Shape | None = None

    def at(self, moment: Moment) -> float:
        if moment.fault(self.fault, moment.time):
            return self.shape.at(moment)
        return self.otherwise.at(moment) if self.otherwise else 0.0


@dataclass(slots=True)
class Steps(Shape):
    """A number that the world sets as it changes, such as running tasks; it remembers when it was what."""

    initial: float
    _times: list[float] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)

    def set(self, value: float, at: float) -> None:
        """Record a change; `at` is in seconds since 1970 and not before the change recorded last."""
        if value != (self._values[-1] if self._values else self.initial):
            self._times.append(at)
            self._values.append(value)

    def at(self, moment: Moment) -> float:
        index = bisect_right(self._times, moment.time)
        return self._values[index - 1] if index else self.initial


@dataclass(frozen=True, slots=True)
class _Total(Shape):
    parts: tuple[Shape, ...]

    def __add__(self, other: Shape) -> Shape:
        return _Total((*self.parts, other))

    def at(self, moment: Moment) -> float:
        return sum(part.at(moment) for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Product(Shape):
    left: Shape
    right: Shape

    def at(self, moment: Moment) -> float:
        return self.left.at(moment) * self.right.at(moment)


@dataclass(frozen=True, slots=True)
class _Clamp(Shape):
    shape: Shape
    low: float
    high: float

    def at(self, moment: Moment) -> float:
        return min(self.high, max(self.low, self.shape.at(moment)))
