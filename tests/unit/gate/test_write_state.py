"""Whether changes are allowed: what starts read-only, for what writing is armed, and when that ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import pytest

from console.gate import write_state
from console.gate.write_state import ARMED_FOR, AccountRegion, Locked, WriteState, since_boot
from console.stack.found_account import Account
from console.stack.stack import Stack

DEV = Stack(name="dev", environment="dev", production=False)
SHOP, BANK = Stack(name="shop", production=True), Stack(name="bank", production=True)
HERE = AccountRegion("111111111111", "eu-west-1")
OTHER_ACCOUNT, OTHER_REGION = HERE._replace(account="222222222222"), HERE._replace(region="us-east-1")


class Clock:
    """Two clocks that a test sets: one that goes on in suspended machines, and the one on the wall."""

    def __init__(self) -> None:
        self.boot = 100.0
        self.wall = 1_800_000_000.0

    def state(self) -> WriteState:
        return WriteState(clock=lambda: self.boot, wall=lambda: self.wall)

    def go(self, seconds: float) -> None:
        self.boot += seconds
        self.wall += seconds


def armed(state: WriteState | None = None) -> WriteState:
    """Writing armed on the stack shop, which is open."""
    state = state or WriteState()
    state.opened(SHOP)
    state.told(SHOP, HERE)
    state.arm(SHOP, "ticket 7")
    assert state.refusal(SHOP) is None and state.refusal(SHOP, HERE) is None
    return state


def test_only_what_is_said_to_be_harmless_can_be_changed_from_the_start() -> None:
    state = WriteState()
    assert state.refusal(DEV) is None
    for stack in (SHOP, Stack(name="shop"), Account(name="account-111111111111"), msgspec.structs.replace(DEV,
                  environment="prod")):  # fmt: skip
        assert state.refusal(stack) and state.refusal(stack, HERE)


NEXT = "Next: W with a reason, or --write --reason TEXT."
REFUSALS = [
    (SHOP, f"Stack shop is read-only: it is marked production. {NEXT}"),
    (
        Stack(name="shop"),
        f"Stack shop is read-only: its stack file does not say whether it is production. {NEXT} "
        "Where it is not production: production = false in its file.",
    ),
    (
        Stack(name="shop", environment="eu-prod"),
        "Stack shop is read-only: its stack file does not say whether it is production, and its environment is named "
        f'"eu-prod". {NEXT} Where it is not production: production = false in its file, and another name.',
    ),
    (
        Stack(name="shop", environment="Production", production=False),
        "Stack shop is read-only: its stack file says production = false, but its environment is named "
        f'"Production". {NEXT} Make the file agree with itself: production = true, or another name.',
    ),
    (
        Account(name="account-111111111111"),
        f"Stack account-111111111111 is read-only: no stack file says that it is not production. {NEXT} "
        "Where it is not production: describe it in a stack file, groundskeeper init writes one.",
    ),
]


@pytest.mark.parametrize(("stack", "said"), REFUSALS, ids=["marked", "unsaid", "named", "contradictory", "no file"])
def test_a_refusal_names_the_stack_says_why_and_what_to_do(stack: Stack, said: str) -> None:
    assert WriteState().refusal(stack) == said


def test_it_is_armed_for_half_an_hour_for_one_stack_and_counted_down() -> None:
    clock = Clock()
    state = clock.state()
    state.told(SHOP, HERE)
    state.told(BANK, HERE)
    assert state.arm(SHOP, "  ticket\x1b 7 ").reason == "ticket␛ 7"
    assert state.refusal(SHOP) is None and state.refusal(BANK) is not None
    clock.go(ARMED_FOR - 1)
    assert state.seconds_left(SHOP) == 1 and state.refusal(SHOP) is None
    clock.go(1)
    assert state.seconds_left(SHOP) == 0 and state.armed(SHOP) is None
    assert "has ended: its 30 minutes are over." in (state.refusal(SHOP) or "")


@pytest.mark.parametrize(
    ("boot", "wall"),
    [(ARMED_FOR, 0.0), (ARMED_FOR, -3600.0), (0.0, ARMED_FOR), (1.0, 1e6)],
    ids=["the wall stands", "the wall is set back", "suspended, and the clock stood", "the wall is set ahead"],
)
def test_the_clock_that_has_gone_furthest_counts(boot: float, wall: float) -> None:
    clock = Clock()
    state = armed(clock.state())
    clock.boot += boot
    clock.wall += wall
    assert state.refusal(SHOP) is not None


def test_a_clock_that_is_set_back_gives_nothing_back() -> None:
    clock = Clock()
    state = armed(clock.state())
    clock.wall += ARMED_FOR - 10
    assert state.seconds_left(SHOP) == 10
    clock.wall -= ARMED_FOR
    assert state.seconds_left(SHOP) == 10


def test_what_has_ended_stays_ended_when_a_clock_is_set_back() -> None:
    clock = Clock()
    state = armed(clock.state())
    clock.wall += ARMED_FOR
    assert state.refusal(SHOP)
    clock.wall -= ARMED_FOR
    assert state.refusal(SHOP)


def test_the_clock_goes_on_in_a_suspended_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(write_state.time, "clock_gettime", lambda clock: asked.append(clock) or 5.0)
    assert since_boot() == 5.0
    assert asked == [getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)]
    assert WriteState.__init__.__kwdefaults__["clock"] is since_boot


def opened_another(state: WriteState) -> None:
    state.opened(BANK)
    state.opened(SHOP)


def loaded_anew(state: WriteState) -> None:
    state.opened(msgspec.structs.replace(SHOP, profile="other"))
    state.opened(SHOP)


def other_account(state: WriteState) -> None:
    state.told(SHOP, OTHER_ACCOUNT)
    state.told(SHOP, HERE)


def other_region(state: WriteState) -> None:
    state.told(SHOP, OTHER_REGION)
    state.told(SHOP, HERE)


def plan_elsewhere(state: WriteState) -> None:
    assert state.refusal(SHOP, OTHER_ACCOUNT)


def plan_in_another_region(state: WriteState) -> None:
    assert state.refusal(SHOP, OTHER_REGION)


def described_otherwise(state: WriteState) -> None:
    assert state.refusal(msgspec.structs.replace(SHOP, account="222222222222"), HERE)


def profile_chosen(state: WriteState) -> None:
    state.reset("profile and region were chosen anew")
    state.opened(None)
    state.opened(SHOP)
    state.told(SHOP, HERE)


ENDS = [
    (opened_another, "another stack was opened"),
    (loaded_anew, "another stack was opened"),
    (other_account, "it was for account 111111111111, and this is account 222222222222"),
    (other_region, "it was for region eu-west-1, and this is us-east-1"),
    (plan_elsewhere, "it was for account 111111111111, and this is account 222222222222"),
    (plan_in_another_region, "it was for region eu-west-1, and this is us-east-1"),
    (described_otherwise, "the stack is described otherwise now"),
    (profile_chosen, "profile and region were chosen anew"),
]


@pytest.mark.parametrize(("what", "why"), ENDS, ids=[what.__name__ for what, _ in ENDS])
def test_it_ends_for_good_when_stack_account_or_region_is_another(what: Callable[[WriteState], None], why: str) -> None:
    """Also when all is as before again: somebody was elsewhere in between."""
    state = armed()
    what(state)
    assert f"Writing was armed and has ended: {why}." in (state.refusal(SHOP, HERE) or "")
    assert state.armed(SHOP) is None and state.seconds_left(SHOP) == 0


def test_it_goes_on_while_all_is_the_same() -> None:
    state = armed()
    state.opened(msgspec.structs.replace(SHOP))
    state.told(SHOP, AccountRegion(*HERE))
    state.told(BANK, OTHER_ACCOUNT)
    assert state.refusal(BANK, OTHER_ACCOUNT)
    assert state.refusal(SHOP, HERE._replace(region=None)) is None, "a resource with a region of its own"
    assert state.refusal(SHOP, HERE) is None and state.refusal(SHOP) is None


def test_where_the_stacks_are_is_forgotten_when_the_credentials_are_read_anew() -> None:
    """Nothing is armed for an account of which only those of before have told."""
    state = armed()
    state.reset("somebody signed in anew")
    assert state.place(SHOP) is None
    with pytest.raises(Locked, match="not known yet in whose account stack shop is"):
        state.arm(SHOP, "why")
    state.told(SHOP, OTHER_ACCOUNT)
    assert state.arm(SHOP, "why").place == OTHER_ACCOUNT


def test_it_can_be_disarmed_early() -> None:
    state = armed()
    state.disarm()
    assert state.refusal(SHOP) == REFUSALS[0][1]


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_it_takes_a_reason(reason: str) -> None:
    with pytest.raises(Locked, match="reason"):
        WriteState().arm(SHOP, reason, HERE)


def test_it_takes_an_account_that_aws_has_told_whatever_the_file_says() -> None:
    state = WriteState()
    stack = msgspec.structs.replace(SHOP, account=HERE.account, region=HERE.region)
    with pytest.raises(Locked, match="not known yet in whose account stack shop is"):
        state.arm(stack, "why")
    state.told(stack, HERE)
    assert state.arm(stack, "why").place == HERE


def test_only_the_open_stack_is_armed() -> None:
    state = WriteState()
    state.opened(BANK)
    state.told(SHOP, HERE)
    with pytest.raises(Locked, match="shop is not the one that is open"):
        state.arm(SHOP, "why")


def test_read_only_holds_for_every_stack_and_cannot_be_armed() -> None:
    state = WriteState(read_only=True)
    assert state.refusal(DEV) and state.refusal(SHOP)
    with pytest.raises(Locked, match="--read-only"):
        state.arm(SHOP, "why", HERE)


def test_a_reason_at_the_start_arms_what_is_opened_first_once_its_account_is_known() -> None:
    state = WriteState(reason="ticket 7")
    state.told(BANK, HERE)
    state.opened(SHOP)
    assert state.refusal(SHOP) and state.refusal(BANK)
    state.told(SHOP, HERE)
    found = state.armed(SHOP)
    assert found is not None and (found.reason, found.place) == ("ticket 7", HERE)
    assert state.refusal(BANK)


def test_a_reason_at_the_start_arms_nothing_else_and_nothing_twice() -> None:
    left = WriteState(reason="ticket 7")
    left.opened(SHOP)
    left.opened(BANK)
    left.told(BANK, HERE)
    left.told(SHOP, HERE)
    assert left.refusal(BANK) and left.refusal(SHOP)
    moved = WriteState(reason="ticket 7")
    moved.opened(SHOP)
    moved.told(SHOP, HERE)
    moved.told(SHOP, OTHER_ACCOUNT)
    assert moved.refusal(SHOP)
    before = WriteState(reason="ticket 7")
    before.reset("profile and region were chosen anew")
    before.opened(SHOP)
    before.told(SHOP, HERE)
    assert before.refusal(SHOP)
