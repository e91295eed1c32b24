"""MFA codes: asked for by raising, never by reading the terminal; given by the operator, used once."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from console.aws.target import Target
from console.text import Clean, clean

_CODE: Final = re.compile(r"\d{6}", re.ASCII)
_PROMPT: Final = re.compile(r"Enter MFA code for (.+): ")
_REFUSED: Final = "MultiFactorAuthentication failed"


class MFARequired(RuntimeError):
    """A role asks for a code of the MFA device `serial`; the last one given was `refused`."""

    def __init__(self, serial: str, *, refused: bool = False) -> None:
        self.serial: Clean = clean(serial, limit=300)
        what = "AWS did not accept the MFA code" if refused else "This profile's role asks for an MFA code"
        super().__init__(f"{what} of {self.serial or 'the device'}.")


class Codes:
    """The codes that were given, by the login that they are for; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: dict[Target, deque[str]] = {}
        self._serials: dict[Target, str] = {}
        self._refused: set[Target] = set()

    def give(self, target: Target, code: str) -> None:
        """Keep a code for the next time that the target's role asks. Raises `ValueError` for what is no code."""
        digits = "".join(code.split())
        if not _CODE.fullmatch(digits):
            raise ValueError("An MFA code is six digits.")
        with self._lock:
            self._given.setdefault(target.login, deque()).append(digits)

    def prompter(self, target: Target) -> Callable[[str], str]:
        """What botocore's assume-role provider asks instead of the terminal. It raises `MFARequired` without a code."""

        def ask(prompt: str) -> str:
            asked = _PROMPT.fullmatch(prompt)
            serial = asked.group(1) if asked else ""
            with self._lock:
                self._serials[target.login] = serial
                given = self._given.get(target.login)
                if given:
                    self._refused.discard(target.login)
                    return given.popleft()
                raise MFARequired(serial, refused=target.login in self._refused)

        return ask

    def refused(self, target: Target, error: Exception) -> MFARequired | None:
        """The question to ask again, if an error of STS means that it did not accept the code; else None."""
        if _REFUSED not in str(error):
            return None
        with self._lock:
            self._refused.add(target.login)
            return MFARequired(self._serials.get(target.login, ""), refused=True)


SHARED: Final = Codes()
"""The codes of this process: the connection of a login that asks first uses a code, and shares the role."""
