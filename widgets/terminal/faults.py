"""What goes wrong inside is told where it would have been shown, written to a crash file, and the console goes on.

Textual ends the program for whatever a renderer, a handler, a timer or a worker raises. Here that is a fault of one
place: only what keeps the console from starting, and a fault of the event loop or of the driver, ends it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from rich.segment import Segment
from textual.app import App, ReturnType
from textual.geometry import Size
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed, get_current_worker

from console.process.crash import in_words, sentence, write_crash
from console.text import Clean, clean
from widgets.terminal.textual_internals import RUNNING_APP, FaultHooks, dispatch_through

if TYPE_CHECKING:
    from console.problems import Problem

STAYS: Final = 30.0
"""Seconds for which it is shown where a crash file lies."""

_STALE: Final = Clean("What is shown here may be out of date.")


@runtime_checkable
class TellsFaults(Protocol):
    """What has a place to tell of a fault within it."""

    def show_fault(self, problem: Problem) -> None:
        """Tell of it, until what failed has succeeded or is opened anew."""


class FaultsApp(FaultHooks[ReturnType]):
    """An App that goes on when something within it fails."""

    def __init__(self) -> None:
        super().__init__()
        self._told_files: set[Path | None] = set()

    def tell_crash(self, path: Path | None) -> None:
        """Say once where the file about a fault lies."""
        if path not in self._told_files:
            self._told_files.add(path)
            self.notify(sentence(path), title="Not shown", severity="error", timeout=STAYS, markup=False)

    def joins(self, widget: Widget) -> None:
        """Guard whatever widget or screen comes to be."""
        _guard(widget)

    def failed(self, node: MessagePump, error: Exception) -> None:
        """Tell what a handler, a worker, a timer, a layout or a callback raised, and go on."""
        _failed(node, error)

    def did_not_start(self, error: Exception) -> None:
        """Write down what keeps the console from starting."""
        write_crash(error)


def not_shown(error: Exception) -> Clean:
    """The sentence in place of what cannot be shown; the error is written down, and it is told once where."""
    fault_of(error)
    return clean(f"cannot be shown: {in_words(error)}")


def fault_of(error: Exception) -> Problem:
    """What an operator is told of an error of the console's own; it is written down, and it is told once where."""
    from console.problems import Problem, ProblemKind

    path = write_crash(error)
    app = RUNNING_APP.get(None)
    if isinstance(app, FaultsApp):
        app.tell_crash(path)
    return Problem(ProblemKind.BUG, clean(f"This failed: {in_words(error)}"), clean(f"{_STALE} {sentence(path)}"))


def _failed(node: MessagePump, error: Exception) -> None:
    """Tell what a handler, a worker or a timer raised, in the nearest place that can tell of it."""
    if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
        error, node = error.error, get_current_worker().node
    try:
        problem = fault_of(error)
        if place := _place(node):
            place.show_fault(problem)
    except Exception as another:  # noqa: BLE001 - also what tells of faults may fail
        write_crash(another)


def _place(node: MessagePump) -> TellsFaults | None:
    """The nearest place around a node that tells of faults; None where there is none."""
    # Keys lead to the App, whatever they do: what failed then is where the keys go.
    around: Any = node.focused or node.screen if isinstance(node, App) else node
    while around is not None and not isinstance(around, TellsFaults):
        around = around.parent
    return around


def _guard(widget: Widget) -> None:
    """Keep what a widget raises within it: what it draws, how large it wants to be, what it does with a message."""
    dispatch_through(widget, _dispatch)
    vars(widget).update(
        render_line=partial(_line, widget, widget.render_line, set()),
        get_content_width=partial(_width, widget.get_content_width),
        get_content_height=partial(_height, widget.get_content_height),
    )


async def _dispatch(node: MessagePump, dispatch: Callable[[Message], Awaitable[None]], message: Message) -> None:
    try:
        await dispatch(message)
    except Exception as error:  # noqa: BLE001 - a widget that cannot handle one message handles the next
        _failed(node, error)


def _line(widget: Widget, render: Callable[[int], Strip], failed: set[int], y: int) -> Strip:
    """A line, or in its place why there is none, said once for lines that follow one another."""
    try:
        strip = render(y)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one line, the others are shown
        said = f"? {not_shown(error)}" if y - 1 not in failed else ""
        failed.add(y)
        return Strip([Segment(said, widget.rich_style)]).adjust_cell_length(widget.size.width, widget.rich_style)
    failed.discard(y)
    return strip


def _width(wanted: Callable[[Size, Size], int], container: Size, viewport: Size) -> int:
    try:
        return wanted(container, viewport)
    except Exception as error:  # noqa: BLE001 - the rest of the screen has its place
        not_shown(error)
        return container.width


def _height(wanted: Callable[[Size, Size, int], int], container: Size, viewport: Size, width: int) -> int:
    try:
        return wanted(container, viewport, width)
    except Exception as error:  # noqa: BLE001 - the rest of the screen has its place
        not_shown(error)
        return 1
