"""Amazon GuardDuty: a region's detector, and what it finds."""

from __future__ import annotations

from typing import Final

from console.naming.resource_kind import ResourceKind

FINDING: Final = ResourceKind("GuardDuty finding")
DETECTOR: Final = ResourceKind("GuardDuty detector")
