"""What was found: a stack like any other, and what it could not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from console.problems import Problem
from console.stack.stack import Stack
from console.text import Clean


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many resources of one kind that they are listed, not judged one by one.

    `total` counts them; where the listing was cut short it is the least that there are, and `cut` is true.
    `skipped` names the checks that are not made of them; `names` is empty where another check lists them.
    """

    kind: str
    total: int
    names: tuple[Clean, ...] = ()
    cut: bool = False
    skipped: tuple[str, ...] = ()

    @property
    def count(self) -> str:
        """The number as it is written: ``5,000``, ``10,000 and more``."""
        return f"{self.total:,}{' and more' if self.cut else ''}"


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A kind of resource that could not be listed, and why."""

    kind: str
    problem: Problem


class Account(Stack, frozen=True):
    """What an account holds in a region, as a stack; `crowds` and `unlisted` say what is not judged in it."""

    described: ClassVar[bool] = False

    crowds: tuple[Crowd, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
