"""Whether changes are allowed."""

from __future__ import annotations

import pytest

from console.stack import Stack
from console.write_state import ARMED_FOR, Locked, WriteState

STAGING, SHOP, BANK = Stack(name="dev"), Stack(name="shop", production=True), Stack(name="bank", production=True)


def test_a_production_stack_starts_read_only_and_others_do_not() -> None:
    state = WriteState()
    assert state.refusal(STAGING) is None
    assert "production" in (state.refusal(SHOP) or "")


def test_it_is_armed_for_half_an_hour_for_one_stack_and_counted_down() -> None:
    clock = [100.0]
    state = WriteState(clock=lambda: clock[0])
    assert state.arm(SHOP, "  ticket\x1b 7 ").reason == "ticket␛ 7"
    assert state.refusal(SHOP) is None and state.refusal(BANK) is not None
    clock[0] += ARMED_FOR - 1
    assert state.seconds_left(SHOP) == 1 and state.refusal(SHOP) is None
    clock[0] += 1
    assert state.seconds_left(SHOP) == 0 and state.armed(SHOP) is None and state.refusal(SHOP) is not None


def test_it_can_be_disarmed_early() -> None:
    state = WriteState()
    state.arm(SHOP, "why")
    state.disarm(SHOP)
    assert state.refusal(SHOP) is not None


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_it_takes_a_reason(reason: str) -> None:
    with pytest.raises(Locked, match="reason"):
        WriteState().arm(SHOP, reason)


def test_read_only_holds_for_every_stack_and_cannot_be_armed() -> None:
    state = WriteState(read_only=True)
    assert state.refusal(STAGING) and state.refusal(SHOP)
    with pytest.raises(Locked, match="--read-only"):
        state.arm(SHOP, "why")
