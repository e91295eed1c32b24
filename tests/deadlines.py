"""How long tests wait, and what one that ran out of time says: where each of its coroutines waits."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, TypeVar

import pytest

SLOW = 900
"""Seconds that a test of the scorecard has."""

SOON = 60.0
"""Seconds after which something that should have happened has not, however busy the machine."""

Found = TypeVar("Found")


def until(look: Callable[[], Found]) -> Found:
    """Look again and again until there is something true, and give it."""
    end = time.monotonic() + SOON
    while not (found := look()):
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.02)
    return found


def loop_of(trace: TracebackType | None) -> asyncio.AbstractEventLoop | None:
    """The event loop that ran when an exception was raised; None where none did."""
    loops = (frame.f_locals.get("self") for frame, _ in traceback.walk_tb(trace))
    return next((loop for loop in loops if isinstance(loop, asyncio.AbstractEventLoop)), None)


def waiting(loop: asyncio.AbstractEventLoop) -> str:
    """Where each unfinished task of a loop waits, outermost call first."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
    return "\n".join(f"{task.get_name()}:\n{''.join(_stack(task.get_coro()))}" for task in tasks)


def _stack(coroutine: Any) -> Iterator[str]:
    while coroutine is not None:
        frame: FrameType | None = getattr(coroutine, "cr_frame", None)
        if frame is not None:
            yield from traceback.format_list(traceback.extract_stack(frame, limit=1))
        coroutine = getattr(coroutine, "cr_await", None)


def explain(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Add to the report of a test that ran out of time what its coroutines wait for."""
    if call.excinfo is None or not str(call.excinfo.value).startswith("Timeout (>"):
        return
    loop = loop_of(call.excinfo.tb)
    if loop is not None and not loop.is_closed():
        report.sections.append(("Tasks that have not ended", waiting(loop)))
