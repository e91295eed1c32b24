"""Work aside from the UI loop: what it makes is left out of later garbage collections."""

from __future__ import annotations

import gc
import sys

import pytest

from console.aws.quiet import undisturbed


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
