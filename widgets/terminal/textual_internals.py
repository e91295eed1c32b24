"""All that is used of Textual and is not public: whoever upgrades Textual reads this file, and no other.

Each override stands here with its reason, and calls a public method that our classes implement. What Textual has to be
like for it (names, signatures, who calls them) is held by `tests/unit/suite/test_internals.py`; beside it
`test_internals_scan.py` finds what is not public elsewhere. `pyproject.toml` lets in only the version that was tried.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._context import active_app, active_message_pump
from textual.app import App, ReturnType
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen, ScreenResultType
from textual.strip import Strip
from textual.widget import Widget

RUNNING_APP: Final[ContextVar[App[object]]] = active_app
"""The App in whose task or thread this runs: what fails far from any widget is told there."""

Dispatch = Callable[[Message], Awaitable[None]]


class FaultHooks(App[ReturnType]):
    """An App that is asked before a fault ends it, since Textual ends for whatever a handler or a timer raises."""

    def joins(self, widget: Widget) -> None:
        """Called before a widget or a screen, also one of Textual's own, becomes part of the App."""
        raise NotImplementedError

    def failed(self, node: MessagePump, error: Exception) -> None:
        """Called for what a handler, a worker, a timer or a callback raised once the App has started."""
        raise NotImplementedError

    def did_not_start(self, error: Exception) -> None:
        """Called for what keeps the App from starting, just before it ends."""
        raise NotImplementedError

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        """The one way by which each widget comes to be; Textual's events tell of it only when it may have failed."""
        self.joins(child)
        super()._register_child(parent, child, before, after)

    async def _dispatch_message(self, message: Message) -> None:
        """The App's own handlers: what they raise passes `_handle_exception` by, and ends the loop of its messages."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not self._is_mounted:
                raise
            self.failed(self, error)

    def _handle_exception(self, error: Exception) -> None:
        """What workers, timers, layouts and callbacks raise. Textual's own prints local variables and ends."""
        if self._is_mounted:
            self.failed(active_message_pump.get(self), error)
            return
        self.did_not_start(error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    async def _shutdown(self) -> None:
        """Whoever ends without being told to has failed; without `exit` there is no public way to say so."""
        if not self._exit:
            self._return_code = self._return_code or 1
        await super()._shutdown()


def dispatch_through(widget: Widget, through: Callable[[MessagePump, Dispatch, Message], Awaitable[None]]) -> None:
    """Let `through` hand a widget its messages: no public hook lies around all of its handlers.

    It is set on the widget itself, since Textual's own widgets are guarded as well.
    """
    vars(widget)["_dispatch_message"] = partial(through, widget, widget._dispatch_message)


class FrameHooks(App[ReturnType]):
    """An App that looks at each frame before it is written, whatever made it: Textual's filters see styles alone."""

    @staticmethod
    def checked(strip: Strip) -> Strip:
        """What is written in place of a strip; called for each strip of a frame that is painted."""
        raise NotImplementedError

    def frame_painted(self) -> None:
        """Called after each frame."""
        raise NotImplementedError

    def paint_all(self) -> None:
        """Paint all of the screen: `refresh` paints only what differs from what Textual wrote last."""
        screen = self.screen
        self._display(screen, screen._compositor.render_update(full=True, screen_stack=self._background_screens))

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """The one way by which frames become bytes. An output by cell difference belongs here, after the check."""
        checked = self.checked
        if isinstance(renderable, LayoutUpdate):
            renderable.strips = [[checked(strip) for strip in line] for line in renderable.strips]
        elif isinstance(renderable, ChopsUpdate):
            touched = {y for y, _, _ in renderable.spans}
            renderable.chops = [
                {x: strip and checked(strip) for x, strip in line.items()} if y in touched else line
                for y, line in enumerate(renderable.chops)
            ]
        super()._display(screen, renderable)
        self.frame_painted()


class IdleHooks(Screen[ScreenResultType]):
    """A screen that may paint at once: Textual leaves it to a timer of a fixed rate."""

    def paints_at_once(self) -> bool:
        """Whether what has changed is painted now, instead of when the timer comes."""
        raise NotImplementedError

    async def _on_idle(self, event: events.Idle) -> None:
        """Called by Textual before its own handler of this name, which would start the timer."""
        if self.paints_at_once():
            event.prevent_default()
            self._on_timer_update()


class SteadyStylesheet(Stylesheet):
    """Styles that are parsed anew only where the colours are others.

    Textual does so twice whenever a screen is opened: each time 6 to 12 ms in which no key is answered.
    """

    _parsed_with: dict[str, str] | None = None

    def reparse(self) -> None:
        """Parse with other colours (called by Textual)."""
        if self._parsed_with != self._variables:
            super().reparse()
            self._parsed_with = dict(self._variables)


class JobHooks(LinuxDriver):
    """A driver that decides itself what the signals of job control do: Textual stops where no shell continues it."""

    def stop(self) -> None:
        """Called on the loop after ctrl+z and SIGTSTP, where the terminal is this driver's."""
        raise NotImplementedError

    def continued(self) -> None:
        """Called within the handler of the signal that continues what was stopped, wherever that comes in between.

        What puts modes or writes takes locks that what was interrupted may hold: `soon` leaves it to the loop.
        """
        raise NotImplementedError

    @property
    def lent(self) -> bool:
        """Whether the terminal is another program's for a while: then the App takes it back, not a signal."""
        return not self._auto_restart

    def take_over(self) -> None:
        """Take the terminal over again, and let the App know, which then paints all of its screen."""
        self._must_signal_resume = True
        self.resume_application_mode()

    def tell(self, message: Message) -> None:
        """Send the App a message from within a handler of signals."""
        self._app.post_message(message)

    def soon(self, act: Callable[[], object], after: float = 0.0) -> None:
        """Let the loop do something, after so many seconds; nothing where it has ended."""
        with suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(partial(loop.call_later, after, act) if after else act)

    def handle_stop(self) -> None:
        """Handle SIGTSTP again, after the system's own way was taken once."""
        signal.signal(signal.SIGTSTP, self._sigtstp_application)

    def _sigtstp_application(self, *_: object) -> None:
        """Textual's constructor sets this handler."""
        if self.lent:
            super()._sigtstp_application()
        else:
            self.soon(self.stop)

    def _sigcont_application(self, *_: object) -> None:
        """Textual's constructor sets this handler, too; its own would draw from the background."""
        self.continued()


def driver_of(app: App[Any]) -> Driver | None:
    """What writes to the terminal; None where there is none. Textual's own clipboard knows neither tmux nor limits."""
    return app._driver
