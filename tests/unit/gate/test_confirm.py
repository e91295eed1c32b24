"""The danger rules."""

from __future__ import annotations

from typing import Any

import pytest

from console.gate.confirm import Ask, as_typed, confirmation_of, danger_on
from console.operations.operation import Danger, Observed, Operation, Resource
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.operations import Restart, Scale
from console.stack.found_account import Account
from console.stack.stack import Stack
from console.text import is_plain
from tests.hostile import HOSTILE

STAGING = Stack(name="shop", environment="staging", production=False)
PRODUCTION = Stack(name="shop", environment="prod", production=True)
UNSAID = Stack(name="shop", environment="staging")
UNNAMED = Account(name="account-123456789012")
CONTRADICTORY = Stack(name="shop", environment="prod", production=False)
ONE = (Resource("web", "arn:web"),)


def scaled(count: int, **state: Any) -> tuple[Operation, Observed]:
    return Scale("web", count), Observed({"desired": 2, "minimum": None, "maximum": None, **state})


@pytest.mark.parametrize(
    ("desired", "minimum", "danger"),
    [
        (3, None, Danger.CHANGE),
        (1, None, Danger.CHANGE),
        (0, None, Danger.DESTROY),
        (1, 2, Danger.DESTROY),
        (2, 2, Danger.CHANGE),
        (0, 0, Danger.DESTROY),
    ],
)
def test_scaling_to_none_or_under_the_minimum_destroys(desired: int, minimum: int | None, danger: Danger) -> None:
    operation, now = scaled(desired, minimum=minimum)
    assert danger_on(operation, now, STAGING) is danger


@pytest.mark.parametrize(
    ("desired", "minimum", "danger"),
    [
        (2, 2, Danger.CHANGE),  # autoscaling would keep it there
        (1, 2, Danger.DESTROY),
        (1, 1, Danger.CHANGE),
        (1, None, Danger.CHANGE),
        (1, 0, Danger.CHANGE),
        (0, 1, Danger.DESTROY),
        (5, 2, Danger.CHANGE),
    ],
)
def test_scaling_down_to_exactly_the_minimum_loses_nothing(desired: int, minimum: int | None, danger: Danger) -> None:
    operation, now = scaled(desired, desired=5, minimum=minimum)
    assert danger_on(operation, now, STAGING) is danger


def test_scaling_up_below_the_minimum_loses_nothing() -> None:
    operation, now = scaled(2, desired=1, minimum=4)
    assert danger_on(operation, now, STAGING) is Danger.CHANGE


def test_but_for_stacks_said_to_be_harmless_what_disrupts_destroys() -> None:
    restart, now = Restart("web"), Observed({})
    assert danger_on(restart, now, STAGING) is Danger.CHANGE
    for stack in (PRODUCTION, UNSAID, UNNAMED, CONTRADICTORY):
        assert danger_on(restart, now, stack) is Danger.DESTROY
        assert danger_on(*scaled(3), stack) is Danger.CHANGE


@pytest.mark.parametrize(
    ("enabled", "days", "was", "danger"),
    [
        (True, None, {"enabled": False, "days": None}, Danger.CHANGE),
        (False, None, {"enabled": True, "days": 35}, Danger.DESTROY),
        (True, 7, {"enabled": True, "days": 35}, Danger.DESTROY),
        (True, 35, {"enabled": True, "days": 7}, Danger.CHANGE),
        (False, None, {"enabled": False, "days": None}, Danger.CHANGE),
    ],
)
def test_losing_recovery_points_destroys(enabled: bool, days: int | None, was: dict[str, Any], danger: Danger) -> None:
    assert danger_on(ContinuousBackups("maps", enabled, days), Observed(was), STAGING) is danger


class StackWide(Restart):
    name = "cache.clear"
    stack_wide = True


@pytest.mark.parametrize(
    ("operation", "danger", "targets", "stack", "kind", "text"),
    [
        (Restart("web"), Danger.CHANGE, ONE, STAGING, Ask.YES, "yes"),
        (Restart("web"), Danger.CHANGE, ONE, PRODUCTION, Ask.YES, "yes"),
        (Restart("web"), Danger.DESTROY, ONE, STAGING, Ask.TYPED, "web"),
        (Restart("web"), Danger.DESTROY, ONE, PRODUCTION, Ask.TYPED, "prod/web"),
        (Restart("web"), Danger.DESTROY, ONE, UNSAID, Ask.TYPED, "staging/web"),
        (Restart("web"), Danger.DESTROY, ONE, UNNAMED, Ask.TYPED, "account-123456789012/web"),
        (Restart("web"), Danger.DESTROY, ONE, CONTRADICTORY, Ask.TYPED, "prod/web"),
        (Restart("web"), Danger.CHANGE, ONE, UNSAID, Ask.YES, "yes"),
        (Restart("web"), Danger.DESTROY, ONE * 500, PRODUCTION, Ask.TYPED, "restart 500"),
        (Restart("web"), Danger.DESTROY, ONE * 2, STAGING, Ask.TYPED, "restart 2"),
        (StackWide("web"), Danger.DESTROY, ONE * 9, PRODUCTION, Ask.TYPED, "shop"),
    ],
)
def test_what_must_be_typed(
    operation: Operation, danger: Danger, targets: tuple[Resource, ...], stack: Stack, kind: Ask, text: str
) -> None:
    confirmation = confirmation_of(operation, danger, targets, stack)
    assert (confirmation.kind, confirmation.text) == (kind, text)
    assert confirmation.accepts(text)
    for wrong in (None, "", text.upper(), text + " ", " " + text, text + "\n", text[:-1]):
        assert not confirmation.accepts(wrong)


@pytest.mark.parametrize(
    ("stack", "why"),
    [
        (STAGING, "Something can be lost: type the name."),
        (PRODUCTION, "This is production: type the environment and the name."),
        (UNSAID, "Nothing says that this is not production: type the environment and the name."),
        (UNNAMED, "Nothing says that this is not production: type the stack and the name."),
        (CONTRADICTORY, "This may be production, whatever its file says: type the environment and the name."),
    ],
)
def test_it_is_said_why_so_much_must_be_typed(stack: Stack, why: str) -> None:
    assert confirmation_of(Restart("web"), Danger.DESTROY, ONE, stack).why == why


LOOK_ALIKES = ["wеb", "web\u200b", "\u202ebew", "web\x1b[2J", "web ", "a  b", "wéb", "\U000e0061web", "web\n"]


@pytest.mark.parametrize("name", [*LOOK_ALIKES, *(hostile.text for hostile in HOSTILE)], ids=ascii)
@pytest.mark.parametrize("stack", [STAGING, PRODUCTION], ids=["staging", "production"])
def test_a_name_that_could_look_like_another_is_typed_as_ascii_shows_it(name: str, stack: Stack) -> None:
    confirmation = confirmation_of(Restart("web"), Danger.DESTROY, (Resource(name, "arn:x"),), stack)
    assert is_plain(confirmation.text)
    assert not confirmation.accepts("web") and not confirmation.accepts("prod/web")
    assert confirmation.accepts(confirmation.text)
    assert as_typed(name) == name or as_typed(name) == ascii(name)
