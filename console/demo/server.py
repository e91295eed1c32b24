"""The embedded AWS as a process of its own: opens a port, builds the stacks, keeps them alive, ends cleanly."""

from __future__ import annotations

import logging
import shutil
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module, resources
from typing import TYPE_CHECKING, Final

from console.demo import record, sandbox
from console.demo.options import SCENARIOS, DemoError, ServerOptions, check_installed
from console.demo.record import PREFIX, Record
from console.files.bounded import parse_toml
from console.files.settings import FolderError, make_private, runtime_dir, state_dir

if TYPE_CHECKING:
    from console.demo.world import World

_log = logging.getLogger(__name__)
_ENDS: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_SOON: Final = 5.0
"""Seconds of a new stack's time that pass at once, so that its alarms have been judged when it is ready."""
_SITE: Final = "http://demo.invalid/"


def about() -> str:
    """What the demo is made of and what in it is simulated. Raises DemoError where it is not installed."""
    check_installed()
    from console.demo.services import adds

    lines = "\n".join(f"  {line}" for line in adds())
    return (
        "The demo is an AWS of its own on this machine: moto, an emulator, holds the resources of the stacks.\n"
        "It talks to no account and costs nothing. Nothing in it is real; what it adds to moto:\n"
        f"{lines}\n"
    )


def run(options: ServerOptions, opened: Callable[[], object] = lambda: None) -> int:
    """Serve until a signal; gives the exit code. Says on stdout where it is, then calls `opened`."""

    def tell(found: Record) -> None:
        sys.stdout.write(f"The demo AWS is at {found.url} (process {found.pid}).\n")
        sys.stdout.flush()
        opened()

    try:
        serve(options.checked(), tell)
    except (DemoError, FolderError) as error:
        sys.stderr.write(f"groundskeeper: {error}\n")
        return 2
    return 0


def serve(options: ServerOptions, tell: Callable[[Record], None]) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; `tell` is called when the port is open.

    Raises DemoError if another server of this user runs, the port is taken, or the emulator is not installed;
    FolderError where its folders are not this user's alone. The process is the server's from here on: it keeps
    neither environment nor working folder, and can reach nothing.
    """
    check_installed()
    make_private(state_dir())
    make_private(runtime_dir())
    if found := record.alive():
        raise DemoError(f"A demo server runs already at {found.url}. Next: use it, or end it: kill {found.pid}.")
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with _port(options.port) as opened:
        here = record.of(opened.getsockname()[1], options)
        with _shut_in(here):
            _serve(options, opened, here, tell)


@contextmanager
def _shut_in(here: Record) -> Iterator[None]:
    """Keep this process to itself, in a folder of its own that is gone in the end."""
    sandbox.settle()
    try:
        work = make_private(here.folder) / "work"
        shutil.rmtree(work, ignore_errors=True)  # of a server that was killed at this port
        sandbox.work_in(make_private(work))
        sandbox.shut_in()
        yield
    finally:
        shutil.rmtree(here.folder, ignore_errors=True)


def _port(port: int) -> socket.socket:
    """Open a port on the loopback interface (0: any free one). werkzeug would end the process where it is taken."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        raise DemoError(f"Port {port} cannot be opened: {error.strerror}. Next: --port 0.") from error


def _serve(options: ServerOptions, opened: socket.socket, here: Record, tell: Callable[[Record], None]) -> None:
    """Build the stacks and answer at an open port until a signal ends it."""
    from console.demo import credentials, services
    from console.demo.application import Dispatcher
    from console.demo.control import Control, Lifelines
    from console.demo.http_server import listen
    from console.demo.world import World

    # The models of the services lack our own codes, such as NotImplemented; moto would say so at each answer.
    warnings.filterwarnings("ignore", r"Exception\(Refusal\) .* does not match an error shape", UserWarning)
    world = World(options.stacks, options.time_scale, options.seed, options.ahead(datetime.now(UTC)))
    services.install(world)
    credentials.install(world)
    building: dict[str, Future[None]] = {}
    lifelines = Lifelines(options.linger)
    server = listen(opened, Dispatcher(), world.lock, Control(world, lifelines, building))
    world.url = here.url
    with ThreadPoolExecutor(1, "build") as builder, world.running():
        building |= {name: builder.submit(_build, world, name, options.scenario) for name in options.stacks}
        for future in building.values():
            future.add_done_callback(_complain)
        threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
        try:
            _write_files(here)
            tell(here)
            lifelines.open()
            signal.sigwait(_ENDS)
        finally:
            record.remove(here)
            lifelines.close()
            builder.shutdown(wait=False, cancel_futures=True)


def _build(world: World, name: str, scenario: str | None) -> None:
    """Build one stack step by step, then let its scenario begin; requests are served between the steps."""
    from console.demo import scenarios
    from console.demo.randomness import Chance

    steps = import_module(f"console.demo.stacks.{name.replace('-', '_')}").build(world)
    chance, done = Chance(world, name), object()
    while True:
        with world.lock, chance.drawn():
            if next(steps, done) is done:
                break
    with world.lock:
        if scenario and SCENARIOS[scenario][0] == name:
            scenarios.begin(world, scenario)
        world.hurry(_SOON)


def _complain(built: Future[None]) -> None:
    """Log why a stack could not be built; whoever waits for it is told that it failed."""
    if not built.cancelled() and (error := built.exception()):
        _log.error("a stack cannot be built", exc_info=error)


def _write_files(here: Record) -> None:
    """Write the AWS files and the stack files of this server, for this user's eyes only."""
    from console.demo import credentials
    from console.demo.world import ACCOUNT

    profiles: list[str] = []
    keys = [credentials.section("default", ACCOUNT)]  # for stack files of the operator's own
    for name in here.stacks:
        text = _stack_text(name)
        stack = parse_toml(text)
        where = f"region = {stack['region']}\nendpoint_url = {here.url}\n"
        profiles += [f"[profile {name}]\n{where}", *([] if profiles else [f"[default]\n{where}"])]
        keys.append(credentials.section(name, stack.get("account", ACCOUNT)))
        (here.folder / f"{name}.toml").write_text(text.replace(_SITE, f"{here.url}{PREFIX}/site/"))
    here.config_file.write_text("\n".join(profiles))
    here.credentials_file.touch(mode=0o600)
    here.credentials_file.write_text("\n".join(keys))
    record.write(here)


def _stack_text(name: str) -> str:
    return (resources.files("console.demo.stacks") / f"{name}.toml").read_text(encoding="utf-8")
