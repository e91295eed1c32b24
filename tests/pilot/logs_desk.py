"""A desk whose log groups are in memory, and what the tests of the Logs screen share."""

from __future__ import annotations

import time
from typing import Any

from textual.pilot import Pilot

from console.app import ConsoleApp
from console.logs.kinds import LogGroup
from console.logs.tailing.panes import Panes
from console.stack.stack import Stack
from screens.logs.screen import LogsScreen
from tests.logs.cloud import Cloud
from tests.pilot.scripted import Answer, ScriptedDesk

WEB, WORK = "/ecs/mines-web", "/ecs/mines-work"
MINES = Stack(
    name="mines",
    environment="staging",
    region="eu-west-1",
    parts=(
        LogGroup(group=WEB),
        LogGroup(group=WORK),
    ),
)
OTHER = Stack(name="other", environment="test", region="eu-west-1", parts=(LogGroup(group="/ecs/other"),))


class ListedCloud(Cloud):
    """Log groups in memory that can be listed; one more is there."""

    async def pages(self, service: str, operation: str, *, expect: str, region: str | None, **params: Any) -> Any:
        assert (service, operation, expect) == ("logs", "describe_log_groups", "logGroups")
        yield {"logGroups": [{"logGroupName": name, "storedBytes": 2048} for name in self.groups]}
        yield {"logGroups": [{"logGroupName": "/ecs/elsewhere", "storedBytes": 2048}]}


class LogDesk(ScriptedDesk):
    """A desk with a `Cloud` of log groups behind it."""

    def __init__(self, *stacks: Stack, answers: dict[str, Answer] | None = None) -> None:
        super().__init__(answers, stacks or (MINES,))
        self.cloud = ListedCloud({WEB: [], WORK: [], "/ecs/other": []})

    async def _connect(self, stack: Stack) -> Any:
        return self.cloud

    def ago(self, seconds: float) -> int:
        """A moment so long ago, in milliseconds."""
        return int(1000 * (time.time() - seconds))


def panes_of(pilot: Pilot[int]) -> Panes:
    """The panes of the open stack."""
    assert isinstance(pilot.app, ConsoleApp)
    assert pilot.app.desk.stack is not None
    return pilot.app.desk.tails().open(pilot.app.desk.stack)


def logs_screen(pilot: Pilot[int]) -> LogsScreen:
    """The Logs screen, which is in front."""
    assert isinstance(pilot.app.screen, LogsScreen)
    return pilot.app.screen


def kept(pilot: Pilot[int]) -> list[str]:
    """The texts of all lines of all panes, gaps too, pane after pane."""
    assert isinstance(pilot.app, ConsoleApp)
    if pilot.app.made_desk is None or pilot.app.desk.stack is None:
        return []
    return [
        chunk.line(index).text
        for pane in panes_of(pilot).panes
        for chunk in pane.buffer.chunks
        for index in range(len(chunk))
    ]
