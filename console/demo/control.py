"""What the demo server answers for itself: whether it lives, which stacks stand, who still holds it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Final

import msgspec

import console
from console.demo import scenarios
from console.demo.options import SCENARIOS
from console.demo.record import PREFIX
from console.demo.world import World

if TYPE_CHECKING:
    from console.demo.http_server import Handler

_READY_SECONDS: Final = 30.0
_FIRST_SECONDS: Final = 10.0


class Lifelines:
    """The consoles that hold this server, each by one open connection.

    The end of a process closes its connection, however it ended. When none has been open for `linger` real
    seconds the server ends itself by SIGTERM; with `linger` None it never does.
    """

    def __init__(self, linger: float | None) -> None:
        self._linger = linger
        self._lock = threading.Lock()
        self._open = 0
        self._timer: threading.Timer | None = None

    def open(self) -> None:
        """Begin to count down for the first console, which gets ten seconds at least to come, if it is not here."""
        with self._lock:
            if self._linger is not None and not self._open:
                self._wait(max(self._linger, _FIRST_SECONDS))

    def hold(self, connection: socket.socket) -> None:
        """Stay until the other side has gone."""
        with self._lock:
            self._open += 1
            self._forget()
        try:
            while connection.recv(64):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open -= 1
                if not self._open and self._linger is not None:
                    self._wait(self._linger)

    def close(self) -> None:
        """Stop counting down."""
        with self._lock:
            self._linger = None
            self._forget()

    def _wait(self, seconds: float) -> None:
        self._forget()
        self._timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
        self._timer.daemon = True
        self._timer.start()

    def _forget(self) -> None:
        if self._timer:
            self._timer.cancel()


class Control:
    """Answers below ``/groundskeeper``: ping, ready/STACK, lifeline, and the sites and files of the stacks."""

    def __init__(self, world: World, lifelines: Lifelines, building: Mapping[str, Future[None]]) -> None:
        self.world = world
        self.lifelines = lifelines
        self.building = building

    def __call__(self, handler: Handler) -> bool:
        """Answer a request if it is one of ours."""
        if not handler.path.startswith(f"{PREFIX}/"):
            return False
        what, _, rest = handler.path.removeprefix(f"{PREFIX}/").partition("/")
        if what == "ping":
            handler.reply(200, msgspec.json.encode(self._state()))
        elif what == "ready":
            self._ready(handler, rest)
        elif what == "lifeline":
            handler.reply(200, b"{}")
            self.lifelines.hold(handler.connection)
            handler.close_connection = True
        elif what == "scenario":
            self._scenario(handler, rest)
        elif what == "site":
            status = self.world.site.get(rest, 404)
            handler.reply(status, f"{rest}: {status}\n".encode(), "text/plain")
        elif what == "files" and rest in self.world.pages:
            handler.reply(200, self.world.pages[rest], "application/octet-stream")
        else:
            handler.reply(404, b'{"message": "the demo server has no such page"}')
        return True

    def _state(self) -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "version": console.__version__,
            "stacks": {name: _word(future) for name, future in self.building.items()},
            "faults": sorted(self.world.faults),
            "scenarios": self.world.began,
        }

    def _scenario(self, handler: Handler, name: str) -> None:
        """Inject a scenario once its stack stands; what has begun does not begin again."""
        stack = SCENARIOS.get(name, ("", ""))[0]
        if stack not in self.building:
            return handler.reply(404, b'{"message": "this demo server does not have that scenario"}')
        wait([self.building[stack]], _READY_SECONDS)
        with self.world.lock:
            if name not in self.world.began:
                scenarios.begin(self.world, name)
        return handler.reply(200, b"{}")

    def _ready(self, handler: Handler, stack: str) -> None:
        """Answer once the stack stands, or after 30 s that it does not yet."""
        future = self.building.get(stack)
        if future is None:
            return handler.reply(404, b'{"message": "this demo server does not have that stack"}')
        wait([future], _READY_SECONDS)
        word = _word(future)
        return handler.reply(200 if word == "ready" else 503, msgspec.json.encode({"message": word}))


def _word(future: Future[None]) -> str:
    if not future.done():
        return "building"
    return "failed" if future.exception() else "ready"
