"""The poller: never overlaps itself, keeps the last good value, backs off, slows down when nobody looks."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.problems import Failure, Problem, ProblemKind
from console.readings.poller import IDLE_AFTER, Poller, ReadingKey
from console.readings.source import Reading, Report, Source
from console.stack.stack import Stack
from console.text import Clean
from tests.deadlines import SOON

STACK = Stack(name="shop")
THROTTLED = Failure(Problem(ProblemKind.THROTTLED, Clean("Too often.")))


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Scripted:
    """A Source whose fetches the test answers one by one."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[asyncio.Future[Report]] = asyncio.Queue()
        self.at_once = 0
        self.most_at_once = 0

    async def fetch(self, aws: object, stack: Stack) -> Report:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        answer: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        await self.asked.put(answer)
        try:
            return await answer
        finally:
            self.at_once -= 1

    def source(self) -> Source[Report]:
        return Source("shop.things", "Things", "Things.", self.fetch, 15.0, (), lambda stack: True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def poller(clock: Clock):
    async def connect(stack: Stack) -> object:
        return object()

    made = Poller(connect, now=clock, jitter=lambda: 0.5)  # type: ignore[arg-type]
    yield made
    await made.close()


def heard(readings: asyncio.Queue[Reading[Report]]) -> Callable[[ReadingKey, Reading[Report]], None]:
    return lambda key, reading: readings.put_nowait(reading)


async def settled(
    readings: asyncio.Queue[Reading[Report]], true: Callable[[Reading[Report]], object]
) -> Reading[Report]:
    while True:
        reading = await asyncio.wait_for(readings.get(), SOON)
        if true(reading):
            return reading


async def test_a_good_fetch_is_published_with_its_time(poller: Poller, clock: Clock) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    (await scripted.asked.get()).set_result(Report())
    reading = await settled(readings, lambda r: r.at)
    assert (reading.value, reading.at, reading.problem) == (Report(), clock.now, None)


async def test_a_failure_keeps_the_last_good_value_and_says_since_when(poller: Poller, clock: Clock) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    (await scripted.asked.get()).set_result(Report(total=7))
    await settled(readings, lambda r: r.at)
    good_at = clock.now
    for _ in range(2):
        clock.pass_(20)
        poller.refresh_now()
        (await scripted.asked.get()).set_exception(THROTTLED)
        reading = await settled(readings, lambda r: r.problem and not r.fetching)
    assert reading.value == Report(total=7)
    assert reading.at == good_at
    assert reading.problem is THROTTLED.problem
    assert reading.since == good_at + timedelta(seconds=20)


async def test_another_kind_of_problem_has_a_beginning_of_its_own_and_one_that_comes_again_too(
    poller: Poller, clock: Clock
) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    network, told = Failure(Problem(ProblemKind.NETWORK, Clean("No way."))), []
    start = clock.now
    for answer in (THROTTLED, network, network, None, network):
        asked = await scripted.asked.get()
        asked.set_result(Report()) if answer is None else asked.set_exception(answer)
        reading = await settled(readings, lambda r: r.next_at)
        told.append(reading.since and (reading.since - start).total_seconds())
        clock.pass_(20)
        poller.refresh_now()
    assert told == [0, 20, 20, None, 80]


async def test_success_clears_the_problem(poller: Poller) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    (await scripted.asked.get()).set_exception(THROTTLED)
    await settled(readings, lambda r: r.problem)
    poller.refresh_now()
    (await scripted.asked.get()).set_result(Report())
    assert (await settled(readings, lambda r: r.at)).problem is None


async def test_a_fault_of_the_program_is_a_problem_of_that_panel_alone(poller: Poller) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    (await scripted.asked.get()).set_exception(KeyError("services"))
    problem = (await settled(readings, lambda r: r.problem)).problem
    assert problem is not None and problem.kind is ProblemKind.BUG


async def test_something_cancelled_elsewhere_is_a_problem_and_not_the_end_of_the_source(poller: Poller) -> None:
    """Closing clients cancels what waits for them: the Source that did would say that it reads, for ever."""
    script, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(script.source(), STACK, "owner", heard(readings))
    (await script.asked.get()).cancel()
    assert (await settled(readings, lambda reading: reading.problem)).fetching is False
    poller.refresh_now()
    (await script.asked.get()).set_result(Report())
    assert (await settled(readings, lambda reading: reading.at)).problem is None


@pytest.mark.parametrize("turns", range(4))
async def test_it_ends_though_it_is_woken_at_the_same_moment(poller: Poller, turns: int) -> None:
    script, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(script.source(), STACK, "owner", heard(readings))
    (await script.asked.get()).set_result(Report())
    await settled(readings, lambda reading: reading.next_at)
    poller.refresh_now()
    for _ in range(turns):
        await asyncio.sleep(0)
    await asyncio.wait_for(poller.unwatch("owner"), SOON)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_refreshing_during_a_fetch_does_not_overlap_it(poller: Poller) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    first = await scripted.asked.get()
    for _ in range(5):
        poller.refresh_now()
    first.set_result(Report())
    second = await asyncio.wait_for(scripted.asked.get(), SOON)
    second.set_result(Report())
    await settled(readings, lambda r: r.next_at)
    assert scripted.most_at_once == 1


async def test_two_panels_on_one_source_are_one_call(poller: Poller) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    source = scripted.source()
    poller.watch(source, STACK, "one", heard(readings))
    poller.watch(source, STACK, "other", heard(readings))
    poller.watch(source, STACK, "other", heard(readings))
    (await scripted.asked.get()).set_result(Report())
    await settled(readings, lambda r: r.next_at)
    assert scripted.asked.empty()
    assert scripted.most_at_once == 1


async def test_what_nobody_watches_any_more_is_not_fetched(poller: Poller) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    source = scripted.source()
    poller.watch(source, STACK, "panel", heard(readings))
    await scripted.asked.get()
    await poller.unwatch("panel")
    assert scripted.at_once == 0
    poller.refresh_now()
    assert scripted.asked.empty()
    poller.watch(source, STACK, "panel", heard(readings))
    assert await asyncio.wait_for(scripted.asked.get(), SOON)


def test_the_wait_doubles_to_a_cap_and_login_is_asked_again_soon(poller: Poller) -> None:
    waits = [poller.pause(15.0, failures, THROTTLED.problem) for failures in range(8)]
    assert waits == [15, 30, 60, 120, 240, 300, 300, 300]
    slow = [poller.pause(period, 7, THROTTLED.problem) for period in (299.0, 300.0, 3600.0)]
    assert slow == [300, 300, 3600], "what is read seldom is not read more often because it fails"
    assert poller.pause(15.0, 6, Problem(ProblemKind.LOGIN, Clean("Expired."))) == 4.0


def test_without_a_key_the_sources_slow_down_then_stop_until_one_comes(poller: Poller, clock: Clock) -> None:
    assert poller.pause(15.0, 0, None) == 15
    clock.pass_(IDLE_AFTER + 1)
    assert poller.pause(15.0, 0, None) == 60
    clock.pass_(IDLE_AFTER)
    assert poller.pause(15.0, 0, None) is None
    poller.touch()
    assert poller.pause(15.0, 0, None) == 15
    clock.pass_(3 * IDLE_AFTER)
    poller.idle_pause = False
    assert poller.pause(15.0, 0, None) == 15


async def test_the_first_key_after_a_while_has_all_read_at_once_and_the_next_ones_nothing(
    poller: Poller, clock: Clock
) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(replace(scripted.source(), period=36_000.0), STACK, "panel", heard(readings))
    (await scripted.asked.get()).set_result(Report())
    for seconds, read in ((IDLE_AFTER, False), (IDLE_AFTER + 1, True), (1, False), (3 * IDLE_AFTER, True)):
        await settled(readings, lambda reading: reading.next_at or reading.paused)
        clock.pass_(seconds)
        poller.touch()
        if not read:
            await asyncio.sleep(0)
            assert scripted.asked.empty()
            poller.refresh_now()
        (await asyncio.wait_for(scripted.asked.get(), SOON)).set_result(Report())


async def test_after_a_success_the_wait_begins_to_double_anew(poller: Poller, clock: Clock) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "panel", heard(readings))
    waits = []
    for fails in (True, True, False, True):
        asked = await scripted.asked.get()
        asked.set_exception(THROTTLED) if fails else asked.set_result(Report())
        reading = await settled(readings, lambda reading: reading.next_at)
        assert reading.next_at is not None
        waits.append((reading.next_at - clock.now).total_seconds())
        poller.refresh_now()
    assert waits == [30, 60, 15, 30]


async def test_what_nobody_watches_any_more_is_known_until_it_is_stale(poller: Poller, clock: Clock) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "a panel", heard(readings))
    (await scripted.asked.get()).set_result(Report())
    await settled(readings, lambda reading: reading.at)
    poller.refresh_now()
    await settled(readings, lambda reading: reading.fetching)
    await poller.unwatch("a panel")
    ((stack, source, reading),) = poller.known()
    assert (stack, source.name, reading.value) == (STACK, "shop.things", Report())
    assert not reading.fetching and reading.next_at is None
    clock.pass_(30)
    assert len(poller.known()) == 1
    clock.pass_(1)
    assert poller.known() == []


async def test_a_reading_says_when_it_was_asked_for_last(poller: Poller, clock: Clock) -> None:
    scripted, readings = Scripted(), asyncio.Queue[Reading[Report]]()
    poller.watch(scripted.source(), STACK, "a panel", heard(readings))
    asked, answer = clock.now, await scripted.asked.get()
    clock.pass_(7)
    answer.set_result(Report())
    reading = await settled(readings, lambda reading: reading.at)
    assert (reading.asked, reading.at) == (asked, clock.now)
    clock.pass_(8)
    poller.refresh_now()
    asked, answer = clock.now, await scripted.asked.get()
    answer.set_exception(THROTTLED)
    reading = await settled(readings, lambda reading: reading.problem)
    assert reading.asked == asked
