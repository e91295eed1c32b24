"""A test that runs out of time says where it waited."""

from __future__ import annotations

import asyncio

import pytest

from tests.deadlines import explain, loop_of, waiting


async def test_every_call_of_a_coroutine_that_waits_is_named() -> None:
    async def inner() -> None:
        await asyncio.Event().wait()

    async def outer() -> None:
        await inner()

    task = asyncio.create_task(outer(), name="the task")
    await asyncio.sleep(0)
    told = waiting(asyncio.get_running_loop()).partition("the task:")[2]
    assert told.index("await inner()") < told.index("await asyncio.Event().wait()")
    task.cancel()


def test_a_hung_coroutine_is_in_the_report() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        await hang()

    def give_up() -> None:
        raise KeyboardInterrupt("Timeout (>1.0s) from a test")

    loop = asyncio.new_event_loop()
    try:
        loop.call_soon(loop.call_soon, give_up)
        task = loop.create_task(main())
        with pytest.raises(KeyboardInterrupt) as caught:
            loop.run_until_complete(task)
        assert loop_of(caught.tb) is loop
        call = pytest.CallInfo.from_call(lambda: None, "call")
        call.excinfo = caught
        report = pytest.TestReport("it", ("it", 0, ""), {}, "failed", None, "call")
        explain(report, call)
        ((title, told),) = report.sections
        assert "Tasks" in title and "await asyncio.Event().wait()" in told
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
    finally:
        loop.close()
