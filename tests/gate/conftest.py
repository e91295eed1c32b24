"""Fixtures of the gate's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.services.ecs.operations import Scale
from console.services.operations import OPERATIONS
from tests.conftest import DemoServer
from tests.gate.program import FRONTEND, Program
from tests.gate.scripted import Script, Scripted
from tests.gate.world import World, applied, world_of


@pytest.fixture
def world(demo: DemoServer, tmp_path: Path) -> Iterator[World]:
    """The stack mra-mines behind a proxy, and an empty journal."""
    with world_of(demo, tmp_path / "journal") as found:
        yield found


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """What the operation test.scripted does in this test."""
    found = Script()
    monkeypatch.setattr(Scripted, "script", found)
    monkeypatch.setitem(OPERATIONS, Scripted.name, Scripted)
    return found


@pytest.fixture
def program(world: World, demo: DemoServer) -> Iterator[Program]:
    """The program, with the frontend's count put back at the end."""
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    yield Program(world, demo)
    world.heal()
    with world.runner() as runner:
        applied(runner, Scale(FRONTEND, before).within(world.stack), world.stack)
