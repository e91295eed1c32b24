"""AWS Health: events."""

from __future__ import annotations

from typing import Final

from console.naming.resource_kind import ResourceKind

EVENT: Final = ResourceKind("AWS Health event")
