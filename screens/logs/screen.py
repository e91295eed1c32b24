"""Logs: log groups followed live in one pane or several, and searched back in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from console.desk.desk import Desk
from console.logs.kinds import LOG_GROUP, LogGroup
from console.logs.sets import first_groups, keep_last
from console.logs.tailing.panes import Panes, ReadRequest
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from screens.logs.grid import LogGrid
from screens.logs.saving import LinesScreen
from screens.modals.actions import Subject
from widgets.log.pane import LogPane

LOOK_SECONDS: Final = 0.25
"""How often the headings are brought up to date."""


class LogsScreen(LinesScreen):
    """Log lines as they come: followed, held, searched. What is followed goes on while other screens are open."""

    NAME = "logs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "groups", "Groups"),
        Binding("b", "read_back", "Search back"),
        Binding("v", "split", "Split"),
        Binding("I", "insights", "Insights"),
        Binding("B", "beanstalk", "Beanstalk logs"),
        Binding("s", "stop", "Stop, go on"),
        Binding("r", "read_now", "Read now", show=False),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Pane before", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.grid = LogGrid()

    def body(self) -> Iterable[Widget]:
        """The panes."""
        yield self.grid

    def on_mount(self) -> None:
        """Bring the headings up to date from now on."""
        self.set_interval(LOOK_SECONDS, self._look)

    @property
    def panes(self) -> Panes | None:
        """The panes of the open stack."""
        return self.desk.tails().of(self.desk.stack) if self.desk.stack else None

    def selection(self) -> Subject | None:
        """The log group of the line under the cursor, or of the pane, for the menu of actions."""
        from console.text import clean

        box = self.grid.box
        if box is None or self.desk.stack is None or not box.pane.groups:
            return None
        line = box.lines.body.line
        streams = box.pane.buffer.streams
        group = streams[line.stream].group if line and line.stream < len(streams) else clean(box.pane.groups[0].group)
        return Subject(self.desk.stack, group, LOG_GROUP)

    def show(self) -> None:
        """Show the panes of the open stack, and follow them on."""
        self._enter()

    @work(group="enter", exclusive=True)
    async def _enter(self) -> None:
        stack = self.desk.stack
        if stack is None:
            return
        panes = await self.desk.tails().enter(stack)
        if not panes.panes:
            await panes.open(await asyncio.to_thread(first_groups, stack))
        self._look()

    def read(self, groups: Iterable[LogGroup], wanted: ReadRequest | None = None) -> None:
        """Read groups in place of those that are read."""
        self._read(tuple(groups), wanted or ReadRequest())

    @work(group="read", exclusive=True)
    async def _read(self, groups: tuple[LogGroup, ...], wanted: ReadRequest) -> None:
        panes, stack = self.panes, self.desk.stack
        if panes is None or stack is None:
            return
        try:
            await panes.open(groups, wanted)
        except ValueError as problem:
            self.notify(str(problem), severity="warning", markup=False)
            return
        self._look()
        await asyncio.to_thread(keep_last, stack, groups)

    def _look(self) -> None:
        """Bring the panes up to date."""
        if self.panes is not None and self.is_open and self.is_current:
            self.grid.look(self.panes)

    def action_groups(self) -> None:
        """Choose which log groups to read."""
        from screens.modals.log_groups import LogGroupsModal

        def chosen(groups: tuple[LogGroup, ...] | None) -> None:
            if groups and self.panes is not None:
                self.read(groups, ReadRequest(self.panes.wanted.pattern))

        if self.panes is not None and self.desk.stack is not None:
            self.app.push_screen(LogGroupsModal(self.desk, self.desk.stack, self.panes.groups), chosen)

    def action_read_back(self) -> None:
        """Read back in time, or only lines of a pattern, or with Live Tail."""
        from screens.modals.log_read import LogReadModal

        def chosen(wanted: ReadRequest | None) -> None:
            if wanted is not None and self.panes is not None:
                self.read(self.panes.groups, wanted)

        if self.panes is not None:
            self.app.push_screen(LogReadModal(self.panes.wanted), chosen)

    def action_insights(self) -> None:
        """Ask Logs Insights about the groups of the pane."""
        from screens.insights.screen import InsightsScreen

        box = self.grid.box
        if box is not None and self.desk.stack is not None:
            self.app.push_screen(InsightsScreen(self.desk, self.desk.stack, box.pane.groups))

    def action_beanstalk(self) -> None:
        """Fetch the last lines of Elastic Beanstalk's instances."""
        from screens.logs.beanstalk import BeanstalkLogsScreen

        if self.desk.stack is not None:
            self.app.push_screen(BeanstalkLogsScreen(self.desk, self.desk.stack))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Beanstalk's logs are offered where there is an environment (called by Textual)."""
        return action != "beanstalk" or bool(self.desk.stack and self.desk.stack.of(BeanstalkEnvironment))

    def action_next_pane(self, by: int) -> None:
        """Give the keys to another pane."""
        self.grid.focus_next(by)

    @work(group="split")  # to its end: cut short, it would lose the lines that are not carried over yet
    async def action_split(self) -> None:
        """Give each group a pane of its own, or merge them again."""
        panes = self.panes
        if panes is None or len(panes.groups) < 2:
            self.notify("There is only one log group: p chooses more.", markup=False)
            return
        await panes.arrange(split=not panes.split)

    @work(group="stop", exclusive=True)
    async def action_stop(self) -> None:
        """End the search, else stop following, else follow on."""
        panes = self.panes
        if panes is None:
            return
        if panes.looking is not None and panes.looking.running:
            await panes.looking.stop()
        elif panes.following:
            await panes.pause()
        else:
            panes.resume()
        self._look()

    def action_read_now(self) -> None:
        """Read at once what is new."""
        if self.panes is not None:
            self.panes.wake()

    def on_log_pane_need_older(self, event: LogPane.NeedOlder) -> None:
        """Read what was before."""
        if self.panes is not None:
            self.panes.older(event.before_ms, event.to_ms)
