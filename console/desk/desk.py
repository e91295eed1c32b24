"""What every screen works at: the stacks, the one that is open, and what is known of them.

It imports nothing of AWS until the first call, so that the first frame does not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from console.aws.meter import Meter
from console.desk.opening import first_of, import_changes, opened, problem_of, search
from console.desk.sign_in import SignIn
from console.files.memory import recall, remember
from console.gate.write_state import AccountRegion, WriteState
from console.options import Options
from console.problems import Failure, Problem, ProblemKind
from console.readings.poller import Listener, Poller
from console.readings.source import AnySource, Reading
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.connections import Connection, Connections
    from console.aws.target import Target
    from console.desk.changes import Changes
    from console.desk.shell import Place, ShellCommand
    from console.desk.tails import Tails
    from console.desk.workspace import Workspace
    from console.gate.events import Outcome


class Desk:
    """The workspace, the connections and the poller of one console; `changed` is called when any of it changes."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.workspace: Workspace | None = None
        self.write_state = WriteState(read_only=options.read_only, reason=options.reason or "" if options.write else "")
        self.stack = None
        self.problem: Problem | None = None
        self.opening: Clean = Clean("Opening ...")
        self.poller = Poller(self._connect)
        self.changes: Changes | None = None
        self.settled: tuple[Outcome, ...] = ()
        self.meter = Meter()
        self.sign_in = SignIn(self)
        self._connections: Connections | None = None
        self._tails: Tails | None = None
        self._identities: dict[str, Connection] = {}
        self._problems: dict[str, Problem] = {}
        self._listeners: dict[object, Callable[[], None]] = {}
        self._search: asyncio.Task[None] | None = None
        self._signed_in = asyncio.Event()

    def listen(self, owner: object, changed: Callable[[], None]) -> None:
        """Call `changed` whenever the open stack, its identity or a problem with it changes."""
        self._listeners[owner] = changed

    def forget(self, owner: object) -> None:
        """Call the owner no more."""
        self._listeners.pop(owner, None)

    async def open(self) -> None:
        """Read the stack files and join the demo; what goes wrong is `problem`."""
        self.opening = Clean("Starting the embedded AWS ..." if self.options.demo else "Reading the stack files ...")
        self.tell()
        try:
            self.workspace = await opened(self.options)
            stacks = self.workspace.chosen
        except Exception as error:  # noqa: BLE001 - whatever is wrong with files or flags is told, not fatal
            self.problem = problem_of(error)
        else:
            self.poller.idle_pause = self.workspace.settings.idle_pause
            self.stack = first_of(stacks, recall().stack)
            if broken := self.workspace.broken:
                more = f" ({len(broken) - 1} more files are broken too.)" if len(broken) > 1 else ""
                self.problem = Problem(ProblemKind.INVALID, broken[0], Clean(f"The other stacks are here.{more}"))
            if self.workspace.undescribed:
                self._search = asyncio.create_task(self._find_stack(self.workspace))
                return
        self.opening = Clean("")
        self.tell()
        if self.workspace is not None:
            await self._open_gate(self.workspace)

    @property
    def stack(self) -> Stack | None:
        """The stack that is open."""
        return self._stack

    @stack.setter
    def stack(self, stack: Stack | None) -> None:
        self._stack = stack
        self.write_state.opened(stack)

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All stacks that there are."""
        return self.workspace.stacks if self.workspace else ()

    def tails(self) -> Tails:
        """The logs that are followed, whichever screen is open; made when they are asked for first."""
        if self._tails is None:
            from console.desk.tails import Tails

            self._tails = Tails(self._connect, self.poller.idle)
        return self._tails

    @property
    def account(self) -> Stack:
        """The stack that stands for the account while nothing is known of what it holds."""
        from console.desk.workspace import ACCOUNT

        return ACCOUNT

    async def reopen(self, options: Options) -> None:
        """Go on with another profile or region: the credentials and the stack files are read again."""
        self.write_state.reset("profile and region were chosen anew")
        await self._settle_down()
        self.options, self.stack, self.problem = options, None, None
        self._identities.clear()
        self._problems.clear()
        await self.open()

    def choose(self, stack: Stack) -> None:
        """Open another stack; it is remembered for the next start."""
        self.stack = stack
        remember(replace(recall(), stack=stack.name))
        self.tell()

    def target(self, stack: Stack) -> Target | None:
        """Where the calls for a stack go."""
        return self.workspace.target(stack) if self.workspace else None

    def connection(self, stack: Stack) -> Connection | None:
        """The connection of a stack once it was used, with the identity of the caller."""
        return self._identities.get(stack.name)

    def stack_problem(self, stack: Stack) -> Problem | None:
        """What keeps a stack from being asked at all, such as credentials or another account."""
        return self._problems.get(stack.name)

    def sources(self, stack: Stack) -> tuple[AnySource, ...]:
        """The checks for which a stack names something to read."""
        from console.services.sources import wanted_by

        return wanted_by(stack)

    def views(self, stack: Stack) -> tuple[AnySource, ...]:
        """What can be read of a stack on demand, since every read costs."""
        from console.services.sources import views_of

        return views_of(stack)

    def source(self, name: str) -> AnySource:
        """A Source by its name, also one that is read on demand."""
        from console.services.sources import EVERY

        return EVERY[name]

    def watch(
        self, owner: object, stack: Stack, sources: Iterable[AnySource], listener: Listener
    ) -> dict[AnySource, Reading[Any]]:
        """Keep Sources of a stack fresh for an owner; gives what is known of them at present."""
        return {source: self.poller.watch(source, stack, owner, listener) for source in sources}

    async def unwatch(self, owner: object) -> None:
        """Stop what only this owner watched."""
        await self.poller.unwatch(owner)

    def renew(self, stack: Stack | None = None) -> None:
        """Read the credentials of a stack again and refresh: of the open one, else those of the account."""
        if self._connections is not None:
            self._connections.renew(self._whose(stack))
        if self.changes is not None:
            self.changes.renew(self._whose(stack))
        self._again(stack)

    def give_mfa(self, code: str, stack: Stack | None = None) -> None:
        """Go on with the code of an MFA device. Raises `ValueError` for what is no code."""
        if self.workspace is None:
            raise RuntimeError("An MFA code was given before the workspace was open.")
        self._connect_to(self.workspace).give_mfa(self._whose(stack), code)
        self.renew(stack)

    async def shell(self, place: Place, stack: Stack | None = None) -> ShellCommand | Clean:
        """The command that opens a shell there while the console is suspended, or why there is none."""
        from console.desk.shell import shell_command

        whose = self._whose(stack)
        try:
            aws = await self._connect(whose)
        except Failure as failure:
            return clean(failure.problem)
        if refusal := self.write_state.refusal(whose):
            return clean(refusal)
        return await shell_command(place, aws)

    def busy(self) -> bool:
        """Whether a change is between intent and outcome, which must finish before the console ends."""
        return self.changes is not None and self.changes.busy()

    def stop_taking(self) -> None:
        """Begin no further change."""
        if self.changes is not None:
            self.changes.stop_taking()

    async def close(self) -> None:
        """Stop polling, close connections, let go of the demo."""
        await self._settle_down()
        if self.workspace is not None:
            self.workspace.close()

    async def _open_gate(self, workspace: Workspace) -> None:
        """Make changes possible, and find out what became of those that an earlier console left behind."""
        if self.changes is not None:
            return
        make = await asyncio.to_thread(import_changes)
        self.changes = make(workspace, self.write_state, self.meter, self._after_change)
        self.tell()
        await self.changes.look()
        if workspace.demo is not None:
            for run in self.changes.open_runs:
                await workspace.demo.wait_ready(run.stack)
        self.settled = await self.changes.settle(workspace.stacks)
        self.changes.mind(workspace.stacks)
        self.tell()
        if self.options.write and self.stack is not None:
            with suppress(Failure):  # a problem is shown where the stack is; once it has passed, --write arms it
                await self.meet(self.stack)

    def _after_change(self, stack: str) -> None:
        for one in self.stacks:
            if one.name == stack:
                self.poller.refresh_now(one)
        self.tell()

    async def _settle_down(self) -> None:
        if self.changes is not None:
            await self.changes.close()
            self.changes = None
        if self._search is not None:
            self._search.cancel()
            await asyncio.gather(self._search, return_exceptions=True)
        if self._tails is not None:
            await self._tails.close()
        await self.poller.close()
        if self._connections is not None:
            await self._connections.close()
            self._connections = None

    async def _connect(self, stack: Stack) -> Aws:
        try:
            connection = await self._open_connection(stack)
        except Exception as error:
            failure = error if isinstance(error, Failure) else Failure(problem_of(error))
            self._note(stack, failure.problem)
            raise failure from error
        self._note(stack, None)
        if self._identities.get(stack.name) is not connection:
            await self._meet(stack, connection)
        return connection.aws

    async def _meet(self, stack: Stack, connection: Connection) -> None:
        """Note whose account a stack's credentials are of, and its region, as the gate takes it."""
        target = self.target(stack)
        region = (target.region if target else None) or await connection.aws.region()
        if stack.name in self._identities and self.changes is not None:
            self.changes.renew(stack)  # another session took the place of the former one: changes go by it, too
        self._identities[stack.name] = connection
        self.write_state.told(stack, AccountRegion(connection.identity.account, region))
        self.tell()

    async def meet(self, stack: Stack) -> None:
        """Find out whose account a stack's credentials are of. Raises `Failure`."""
        await self._connect(stack)

    async def calls(self, stack: Stack, region: str | None = None) -> Aws:
        """The calls that read a stack; `region` is that of a resource with one of its own. Raises `Failure`."""
        aws = await self._connect(stack)
        if region is None or self.workspace is None:
            return aws
        return (await self._connect_to(self.workspace).get(stack, region)).aws

    async def _open_connection(self, stack: Stack) -> Connection:
        workspace = self.workspace
        if workspace is None:
            raise RuntimeError("A stack was watched before the workspace was open.")
        if workspace.demo is not None and stack.name not in self._identities:
            await workspace.demo.wait_ready(stack.name)
        return await self._connect_to(workspace).get(stack)

    def _connect_to(self, workspace: Workspace) -> Connections:
        if self._connections is None:
            from console.aws.connections import Connections

            self._connections = Connections(workspace.target, self.meter)
        return self._connections

    async def _find_stack(self, workspace: Workspace) -> None:
        """Make a stack of what the account holds, as soon as it says so."""
        connections = self._connect_to(workspace)
        async for found in search(workspace, connections, self._signed_in, self._progress):
            if isinstance(found, Problem):
                self.problem = found
            else:
                self.workspace, self.stack, self.problem = found, found.stacks[0], None
            self._progress(Clean(""))
        if self.stack is not None:
            await self._open_gate(self.workspace or workspace)

    def _progress(self, words: Clean) -> None:
        self.opening = words
        self.tell()

    def _whose(self, stack: Stack | None) -> Stack:
        return stack or self.stack or self.account

    def _again(self, stack: Stack | None) -> None:
        self._signed_in.set()
        self.poller.refresh_now(stack or self.stack)

    def _note(self, stack: Stack, problem: Problem | None) -> None:
        if self._problems.get(stack.name) == problem:
            return
        if problem is None:
            del self._problems[stack.name]
            self.poller.refresh_now(stack)  # all its Sources waited for the same thing
        else:
            self._problems[stack.name] = problem
        self.tell()

    def tell(self) -> None:
        """Something of this has changed: whoever listens shows it anew."""
        for changed in list(self._listeners.values()):
            changed()
