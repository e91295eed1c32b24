"""The chance of a stack that is built: the same whenever, and whatever else the server is asked meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from moto.moto_api._internal import mock_random

from console.demo.shapes import seed_of
from console.demo.world import World


class Chance:
    """What the world's chance, and the emulator's, give to one stack: ids, sizes, names of people.

    Both are drawn from by every request, too. Within `drawn` they go on where this stack has left them.
    """

    def __init__(self, world: World, stack: str) -> None:
        self._sources: Sequence[Random] = (world.random, mock_random)
        first = Random(seed_of(f"{world.seed}|{stack}")).getstate()  # noqa: S311 - chance for a demo, not for secrets
        self._states: list[Any] = [first for _ in self._sources]

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Let this stack draw; the world's lock must be held."""
        others = [source.getstate() for source in self._sources]
        self._enter(self._states)
        try:
            yield
        finally:
            self._states = [source.getstate() for source in self._sources]
            self._enter(others)

    def _enter(self, states: list[Any]) -> None:
        for source, state in zip(self._sources, states, strict=True):
            source.setstate(state)
