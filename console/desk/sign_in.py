"""Signing in from inside the console: with SSO's code and address, or with an MFA device."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from console.stack.stack import Stack

if TYPE_CHECKING:
    from console.aws.login.sso import DeviceAuthorization
    from console.aws.target import Target
    from console.desk.desk import Desk


class SignIn:
    """Signing in for a stack, else for the one that is open, else for the account.

    A problem whose code is in `console.problems.SIGN_IN` asks for `begin`; one with the code ``MFARequired`` for
    `mfa`, with the device in its `about`.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def mfa(self, code: str, stack: Stack | None = None) -> None:
        """Go on with the code of an MFA device. Raises `ValueError` for what is no code."""
        self._desk.give_mfa(code, stack)

    async def begin(self, stack: Stack | None = None) -> DeviceAuthorization:
        """Ask for a code with which to sign in to SSO in any browser. Raises `Failure`."""
        from console.aws.login.sso import begin

        return await begin(self._target(stack))

    async def finish(self, authorization: DeviceAuthorization, stack: Stack | None = None) -> datetime:
        """Wait until the code was used, go on with the new credentials, and say when the sign-in ends.

        Raises `Failure`; cancelling it leaves nothing.
        """
        from console.aws.login.sso import finish

        until = await finish(authorization)
        self._desk.renew(stack)
        return until

    def _target(self, stack: Stack | None) -> Target:
        target = self._desk.target(stack or self._desk.stack or self._desk.account)
        if target is None:
            raise RuntimeError("A sign-in was begun before the workspace was open.")
        return target
