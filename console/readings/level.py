"""How bad something is."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """How bad a finding is. The worst of many is their maximum: crit wins over unknown, unknown over warn."""

    OK = 0
    WARN = 1
    UNKNOWN = 2
    CRIT = 3

    @property
    def word(self) -> str:
        """The level as it is written everywhere: ok, warn, unknown, crit."""
        return self.name.lower()
