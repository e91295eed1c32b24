"""Signing in from inside the console: offered where it helps, by a key that the banner names."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.aws.login import mfa
from console.aws.login.sso import DeviceAuthorization, SsoProfile
from console.aws.target import Target
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean
from screens.modals.mfa import MfaModal
from screens.modals.sign_in import SignInModal
from tests.pilot.scripted import (
    MFA,
    NO_CREDENTIALS,
    SIZES,
    SSO_EXPIRED,
    ScriptedDesk,
    console,
    hides,
    lines,
    shows,
    text,
    until,
)

OFFERED = DeviceAuthorization(
    url=Clean("https://device.sso.eu-west-1.amazonaws.com/"),
    user_code=Clean("ABCD-EFGH"),
    complete_url=Clean("https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH"),
    expires=datetime.now(UTC),
    interval=5,
    profile=SsoProfile("https://example.awsapps.com/start", "eu-west-1"),
    target=Target(),
    device_code="secret",
    client={},
)


class SignIn:
    """A sign-in that a test finishes."""

    def __init__(self, desk: ScriptedDesk) -> None:
        self.desk = desk
        self.used = asyncio.Event()
        self.begun = 0
        self.problem: Problem | None = None

    async def begin(self, stack: Any = None) -> DeviceAuthorization:
        self.begun += 1
        return replace(OFFERED, expires=datetime.now(UTC) + timedelta(minutes=10))

    async def finish(self, authorization: DeviceAuthorization, stack: Any = None) -> datetime:
        await self.used.wait()
        if self.problem is not None:
            raise Failure(self.problem)
        self.desk.sign(None)
        return datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


def expired(problem: Problem = SSO_EXPIRED) -> tuple[ScriptedDesk, SignIn]:
    desk = ScriptedDesk()
    desk.sign(problem)
    desk.sign_in = sign_in = SignIn(desk)
    return desk, sign_in


@pytest.mark.parametrize("size", SIZES)
async def test_an_expired_sign_in_is_renewed_with_a_code_and_an_address_as_text(size: tuple[int, int]) -> None:
    desk, sign_in = expired()
    async with console(desk, size) as pilot:
        await shows(pilot, "The SSO sign-in has expired.", "L signs in from here.")
        await pilot.press("L")
        await shows(pilot, "https://device.sso.eu-west-1.amazonaws.com/", "ABCD-EFGH", "the code ends in 9:")
        sign_in.used.set()
        await shows(pilot, "Signed in until", "batch")
        await hides(pilot, "has expired")


async def test_a_sign_in_that_was_refused_says_so_and_can_be_begun_again() -> None:
    desk, sign_in = expired()
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "L signs in from here.")
        await pilot.press("L")
        await shows(pilot, "ABCD-EFGH")
        sign_in.problem = Problem(
            ProblemKind.LOGIN, Clean("The sign-in was denied in the browser."), Clean("Begin again.")
        )
        sign_in.used.set()
        await shows(pilot, "The sign-in was denied in the browser. Begin again.")
        sign_in.used.clear()
        await pilot.press("r")
        await shows(pilot, "ABCD-EFGH")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SignInModal))
        assert sign_in.begun == 2


async def test_signing_in_is_offered_only_where_it_helps() -> None:
    desk = ScriptedDesk()
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("L")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1
        desk.sign(NO_CREDENTIALS)
        await shows(pilot, "No AWS credentials were found.")
        assert "L signs in" not in text(pilot)
        desk.sign(SSO_EXPIRED)
        await shows(pilot, "L signs in from here.")
        assert "L sign in" in lines(pilot)[-1]
        await pilot.press("colon", *"sign in")
        await shows(pilot, "Sign in")


async def test_signed_in_elsewhere_the_console_goes_on_by_itself() -> None:
    desk, _ = expired()
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "has expired", "unknown")
        desk.login = None  # nobody tells the console
        await shows(pilot, "batch")
        await hides(pilot, "has expired")


@pytest.mark.parametrize("size", SIZES)
async def test_an_mfa_code_is_asked_for_at_once_and_handed_over(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[str] = []
    monkeypatch.setattr(mfa.SHARED, "give", lambda target, code: given.append(code))
    desk = ScriptedDesk()
    desk.sign(MFA)
    async with console(desk, size) as pilot:
        await shows(pilot, "six digits", "─ MFA code ─")
        await pilot.press(*"654987", "enter")
        await until(pilot, lambda: given == ["654987"])
        await until(pilot, lambda: not isinstance(pilot.app.screen, MfaModal))
        assert "654987" not in text(pilot)
        desk.sign(None)
        await shows(pilot, "batch")


async def test_what_is_no_code_is_refused_and_escape_leaves_it_to_the_key() -> None:
    desk = ScriptedDesk()
    desk.sign(MFA)
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "six digits")
        await pilot.press(*"12a", "enter")
        await shows(pilot, "An MFA code is six digits.")
        await pilot.press("escape")
        await hides(pilot, "six digits")
        await pilot.press("L")
        await shows(pilot, "six digits")


async def test_what_has_expired_is_told_in_the_header() -> None:
    async with console(ScriptedDesk(), (120, 40)) as pilot:
        await shows(pilot, "credentials 5")
