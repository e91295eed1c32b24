"""The console, which meets an error of its own when asked by ctrl+t, or in a worker by ctrl+y.

Secrets are in every place that the error has.

GK_SENTINELS is JSON: what would be harmful to find anywhere afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from textual import work
from textual.binding import Binding

import console.app
from console.__main__ import main

SENTINELS: dict[str, str] = json.loads(os.environ["GK_SENTINELS"])


class CrashingApp(console.app.ConsoleApp):
    """The console with two keys more."""

    BINDINGS = [  # noqa: RUF012
        Binding("ctrl+t", "crash", "", show=False, priority=True),
        Binding("ctrl+y", "crash_later", "", show=False, priority=True),
    ]

    def action_crash(self) -> None:
        """Fail inside a failure, with secrets as arguments, local variables and parts of the messages."""
        self._connect(**SENTINELS)

    @work
    async def action_crash_later(self) -> None:
        """The same in a worker."""
        await asyncio.sleep(0)
        self._connect(**SENTINELS)

    def _connect(self, plain: str, key: str, token: str, jwt: str, password: str, pem: str) -> None:
        held = [plain, {"plain": plain}]
        try:
            raise ValueError(f"postgres://ops:{password}@db/shop refused; aws_secret_access_key = {key}")
        except ValueError as error:
            error.add_note(f"X-Amz-Security-Token: {token}")
            raise RuntimeError(f"password={password} Authorization: Bearer {jwt}\n{pem}", len(held)) from error


if __name__ == "__main__":
    console.app.ConsoleApp = CrashingApp  # type: ignore[misc]
    sys.exit(main())
