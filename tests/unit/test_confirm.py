"""The danger rules."""

from __future__ import annotations

from typing import Any

import pytest

from console.operations.base import Danger, Observed, Operation, Resource
from console.operations.confirm import Ask, as_typed, confirmation_of, danger_on
from console.operations.dynamodb import ContinuousBackups
from console.operations.ecs import Restart, Scale
from console.stack import Stack
from console.text import is_plain
from tests.hostile import HOSTILE

STAGING = Stack(name="shop", environment="staging")
PRODUCTION = Stack(name="shop", environment="prod", production=True)
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


def test_scaling_up_below_the_minimum_loses_nothing() -> None:
    operation, now = scaled(2, desired=1, minimum=4)
    assert danger_on(operation, now, STAGING) is Danger.CHANGE


def test_on_production_what_disrupts_destroys() -> None:
    restart, now = Restart("web"), Observed({})
    assert danger_on(restart, now, STAGING) is Danger.CHANGE
    assert danger_on(restart, now, PRODUCTION) is Danger.DESTROY
    assert danger_on(*scaled(3), PRODUCTION) is Danger.CHANGE


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


LOOK_ALIKES = ["wеb", "web\u200b", "\u202ebew", "web\x1b[2J", "web ", "a  b", "wéb", "\U000e0061web", "web\n"]


@pytest.mark.parametrize("name", [*LOOK_ALIKES, *(hostile.text for hostile in HOSTILE)], ids=ascii)
@pytest.mark.parametrize("stack", [STAGING, PRODUCTION], ids=["staging", "production"])
def test_a_name_that_could_look_like_another_is_typed_as_ascii_shows_it(name: str, stack: Stack) -> None:
    confirmation = confirmation_of(Restart("web"), Danger.DESTROY, (Resource(name, "arn:x"),), stack)
    assert is_plain(confirmation.text)
    assert not confirmation.accepts("web") and not confirmation.accepts("prod/web")
    assert confirmation.accepts(confirmation.text)
    assert as_typed(name) == name or as_typed(name) == ascii(name)
