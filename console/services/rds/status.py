"""The words with which RDS and DocumentDB say how a database is, and what they mean to those who use it."""

from __future__ import annotations

from typing import Final

from console.readings.source import Level

UNKNOWN: Final = "unknown"
"""The status of a database of which it was not told."""

_SERVES: Final = frozenset({"available", "backing-up", "storage-optimization", "storage-initialization"})
# It answers while this goes on, but for a moment perhaps.
_CHANGES: Final = frozenset(
    "configuring-enhanced-monitoring configuring-iam-database-auth configuring-log-exports converting-to-vpc "
    "modifying moving-to-vpc resetting-master-credentials storage-config-upgrade".split()
)
# It does not answer, and will by itself.
_PASSES: Final = frozenset("creating maintenance rebooting renaming starting upgrading failing-over promoting".split())


def level_of(status: str) -> Level:
    """How bad a status is (RDS user guide, "Viewing DB instance status"; DocumentDB uses the same words).

    Serving is ok, a change that passes by itself is a warning, all else (failed, stopped, storage-full,
    incompatible-..., inaccessible-encryption-credentials, deleting) is critical. What was not told is unknown.
    """
    if status in _SERVES:
        return Level.OK
    if status == UNKNOWN:
        return Level.UNKNOWN
    return Level.WARN if status in _CHANGES or status in _PASSES else Level.CRIT


def serves(status: str) -> bool:
    """Whether a database in this status answers its clients."""
    return status in _SERVES or status in _CHANGES
