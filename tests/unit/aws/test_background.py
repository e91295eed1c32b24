"""Work aside from the UI loop: what it makes is left out of later garbage collections."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from console.aws import background
from console.aws.background import in_thread, undisturbed


def test_what_is_made_is_left_out_of_later_collections() -> None:
    gc.unfreeze()
    with undisturbed():
        assert not gc.isenabled()
        made = [[number] for number in range(10_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(made)
    gc.unfreeze()


def test_all_is_as_before_also_after_a_failure() -> None:
    interval = sys.getswitchinterval()
    with pytest.raises(KeyError), undisturbed():
        raise KeyError("x")
    assert gc.isenabled() and sys.getswitchinterval() == interval


def test_collecting_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


async def test_what_is_given_up_before_its_thread_came_to_it_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing would end it any more, and the process waits for its threads when it ends."""
    threads, free, begun = ThreadPoolExecutor(max_workers=1), threading.Event(), list[str]()
    monkeypatch.setattr(background, "_THREADS", threads)
    threads.submit(free.wait)

    async def work() -> None:
        begun.append("work")

    waiting = asyncio.create_task(in_thread(work))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    free.set()
    await asyncio.to_thread(threads.shutdown)
    assert waiting.cancelled() and not begun
