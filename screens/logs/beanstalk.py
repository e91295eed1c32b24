"""The last lines, or a bundle of all logs, of Elastic Beanstalk's instances."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk.desk import Desk
from console.logs.lines.buffer import LogBuffer
from console.problems import Failure
from console.services.elasticbeanstalk.instance_logs import Info, Sample, fetch, pour
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.stack.stack import Stack
from screens.logs.saving import LinesScreen
from screens.save import save_bytes
from widgets.log.heading import LogHeading
from widgets.log.pane import LogPane


class BeanstalkLogsScreen(LinesScreen):
    """What the instances of Elastic Beanstalk have written last: R asks them again, D saves all their logs."""

    NAME = "logs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "fetch", "Ask again"),
        Binding("D", "bundle", "Save all logs (ZIP)"),
        Binding("escape", "app.back", "Back", show=False),
    ]

    def __init__(self, desk: Desk, stack: Stack) -> None:
        super().__init__(desk)
        self._stack = stack
        self._buffer = LogBuffer()
        self._heading = LogHeading()
        self._pane = LogPane(self._buffer, empty="Asking the instances ...")
        self._problems: tuple[str, ...] = ()

    def body(self) -> Iterable[Widget]:
        """What is being done, and the lines."""
        yield self._heading
        yield self._pane

    def stacks(self) -> tuple[Stack, ...]:
        """The one whose environments are asked."""
        return (self._stack,)

    def selected_stack(self) -> Stack:
        """The one whose environments are asked."""
        return self._stack

    def on_mount(self) -> None:
        """Ask at once."""
        self._pane.focus()
        self.action_fetch()

    def _tell(self, words: str) -> None:
        names = ", ".join(one.environment for one in self._stack.of(BeanstalkEnvironment))
        self._heading.show(f"Elastic Beanstalk: {names}", (Content(words),), self._problems, focused=True)

    @work(group="fetch", exclusive=True)
    async def action_fetch(self) -> None:
        """Ask the instances for their last lines."""
        samples = await self._ask("tail")
        if samples:
            self._buffer.clear()
            pour(samples, self._buffer)
            self._tell(f"the last lines of {len(samples)} instances")

    @work(group="bundle", exclusive=True)
    async def action_bundle(self) -> None:
        """Save all logs of the instances, a ZIP file each."""
        samples = await self._ask("bundle")
        try:
            paths = [await asyncio.to_thread(save_bytes, f"logs-{one.instance}.zip", one.data) for one in samples]
        except OSError as error:
            self.notify(f"They could not be saved: {error.strerror}.", severity="error", markup=False)
            return
        if paths:
            self.notify("\n".join(f"Saved to {path}" for path in paths), markup=False)
            self._tell(f"{len(paths)} bundles saved")

    async def _ask(self, info: Info) -> list[Sample]:
        """Ask every environment of the stack; what goes wrong with one is told, the others go on."""
        self._problems = ()
        try:
            aws = await self.desk.tails().aws(self._stack)
        except Failure as failure:
            self._problems = (str(failure.problem),)
            self._tell("")
            return []
        many = len(self._stack.of(BeanstalkEnvironment)) > 1

        def tell(named: BeanstalkEnvironment, words: str) -> None:
            self._tell(f"{named.environment}: {words}" if many else words)

        asked = (fetch(aws, named, info, partial(tell, named)) for named in self._stack.of(BeanstalkEnvironment))
        found = await asyncio.gather(*asked, return_exceptions=True)
        self._problems = tuple(str(one.problem) for one in found if isinstance(one, Failure))
        self._tell("nothing came" if self._problems else "")
        return [sample for samples in found if isinstance(samples, tuple) for sample in samples]
