"""What the tests of the gate share: runners on the demo, behind a proxy that sees and spoils requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.gate.events import Outcome, RunProgress
from console.gate.planned import Planned
from console.gate.runner import Runner
from console.gate.write_state import AccountRegion, WriteState
from console.journal.journal import Journal
from console.journal.records import RunState
from console.operations.operation import Observed, Operation
from console.stack.stack import Stack
from console.stack_files.file import load
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.examples import example
from tests.faults import Fault, FaultProxy, Seen
from tests.mutations import changes


async def hurry(seconds: float) -> None:
    """Sleep a hundredth of the time, as the demo's clock runs."""
    await asyncio.sleep(seconds / 100)


@dataclass
class World:
    """A stack of the demo behind a proxy, and the folder of a journal."""

    stack: Stack
    target: Target
    proxy: FaultProxy
    folder: Path
    told: list[RunProgress] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def place(self) -> AccountRegion:
        """The account and region of the stack."""
        return AccountRegion(self.stack.account or "", self.stack.region)

    @contextmanager
    def runner(self, write_state: WriteState | None = None, **options: object) -> Iterator[Runner]:
        """A console's runner; several may be open at once."""
        journal = Journal(self.folder)
        given = {"listener": self.tell, "sleep": hurry, **options}
        with Runner(lambda stack: self.target, journal, write_state or WriteState(), **given) as runner:  # type: ignore[arg-type]
            yield runner
        journal.close()

    def tell(self, progress: RunProgress) -> None:
        """Keep what a runner tells."""
        with self._news:
            self.told.append(progress)
            self._news.notify_all()

    def wait_until(self, holds: Callable[[], object], seconds: float = SOON) -> None:
        """Wait until something holds that a runner will tell of."""
        with self._news:
            assert self._news.wait_for(lambda: bool(holds()), seconds)

    def wait_for(self, run: str, *states: RunState) -> RunState:
        """Wait until a run is in one of these states, and give it."""
        self.wait_until(lambda: any(told.run.id == run and told.state in states for told in self.told))
        return next(told.state for told in reversed(self.told) if told.run.id == run)

    def mutations(self) -> list[str]:
        """The requests so far that may have changed something."""
        return [seen.operation for seen in self.proxy.seen if changes(seen)]

    def spoil(self, fault: Fault, *, reads_too: bool = False) -> None:
        """Let the proxy spoil what changes something, and with `reads_too` every request after that."""
        begun = False

        def plan(seen: Seen) -> Fault:
            nonlocal begun
            if changes(seen):
                begun = True
                return fault
            return Fault.DENIED if begun and reads_too else Fault.NONE  # which no client asks again

        self.proxy.plan = plan

    def heal(self) -> None:
        """Let the proxy pass everything on."""
        self.proxy.always(Fault.NONE)

    def example(self, kind: type[Operation]) -> Operation:
        """The example of an operation, as the stack makes it whole."""
        return self._asked(partial(example, kind)).within(self.stack)

    def observed(self, operation: Operation) -> Observed:
        """The state as it is now."""
        return self._asked(operation.observe)

    def _asked(self, ask):  # type: ignore[no-untyped-def]
        async def asked():  # type: ignore[no-untyped-def]
            aws = Aws(self.target, Meter())
            try:
                return await ask(aws)
            finally:
                await aws.close()

        return asyncio.run(asked())


@contextmanager
def world_of(demo: DemoServer, folder: Path, stack: str = "mra-mines") -> Iterator[World]:
    """The world of one stack; the journal is in `folder`."""
    demo.wait_ready(stack)
    found = load(next(path for path in demo.record.stack_files if path.stem == stack))
    record = demo.record
    with FaultProxy(record.url) as proxy:
        target = Target(found.profile, found.region, proxy.url, record.config_file, record.credentials_file)
        yield World(found, target, proxy, folder)


def planned(runner: Runner, operation: Operation, stack: Stack) -> Planned:
    """The plan of an operation."""
    return runner.plan(operation, stack).result(SOON)


def applied(runner: Runner, operation: Operation, stack: Stack) -> Outcome:
    """An operation planned, confirmed as it must be, and done."""
    plan = planned(runner, operation, stack)
    return runner.apply(plan, plan.confirmation.text).result(SOON)
