"""Secrets on their way through an operation: shown as ``$NAME`` everywhere, readable only by asking for it."""

from __future__ import annotations

import re
from collections.abc import Callable


class Secret:
    """A password or key. Its text, also in logs, previews and the journal, is ``$NAME``.

    `value` may be a function: then the runner makes the secret when the operation is applied, and hands it over
    once. One that was given to a process that has ended is lost: reading it raises `LookupError`.
    """

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str | Callable[[], str] | None = None) -> None:
        self.name = re.sub(r"\W+", "_", name).upper()
        self._value = value

    @property
    def is_made(self) -> bool:
        """Whether the runner makes it, so that someone must be shown it."""
        return callable(self._value)

    def reveal(self) -> str:
        """The secret itself. Raises `LookupError` for one that is lost."""
        if self._value is None:
            raise LookupError(f"The secret {self.name} is lost: it lived only in the process that has ended.")
        return self._value() if callable(self._value) else self._value

    def __repr__(self) -> str:
        return f"${self.name}"
