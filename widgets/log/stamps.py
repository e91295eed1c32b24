"""The time before each log line: this machine's, UTC's, or how long ago."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from widgets.times import ago


class TimeStyle(StrEnum):
    """How times are shown; the order is that of the key that goes from one to the next."""

    LOCAL = "local time"
    ZULU = "UTC"
    RELATIVE = "relative"

    @property
    def following(self) -> TimeStyle:
        """The next one."""
        styles = list(TimeStyle)
        return styles[(styles.index(self) + 1) % len(styles)]


@dataclass(frozen=True, slots=True)
class Stamps:
    """Times in one style. `dated` puts the day before them, `exact` milliseconds after them; `zone` None is local."""

    style: TimeStyle
    now: Callable[[], datetime]
    zone: tzinfo | None = None
    dated: bool = False
    exact: bool = True

    @property
    def width(self) -> int:
        """Cells that every time takes."""
        if self.style is TimeStyle.RELATIVE:
            return 12
        return 8 + 7 * self.dated + 4 * self.exact + (self.style is TimeStyle.ZULU)

    def text(self, at_ms: int) -> str:
        """A time of so many milliseconds since 1970."""
        if self.style is TimeStyle.RELATIVE:
            age = ago(self.now().timestamp() - at_ms / 1000)
            return (age if age == "now" else f"-{age.removesuffix(' ago')}").rjust(self.width)
        zulu = self.style is TimeStyle.ZULU
        at = moment_of(at_ms, UTC if zulu else self.zone)
        day = f"{at:%d %b} " if self.dated else ""
        exact = f".{at_ms % 1000:03}" if self.exact else ""
        return f"{day}{at:%H:%M:%S}{exact}{'Z' if zulu else ''}"


def moment_of(at_ms: int, zone: tzinfo | None) -> datetime:
    """Milliseconds since 1970 as a moment; what lies beyond all calendars becomes the first or the last year's."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return datetime(9999 if at_ms > 0 else 1, 1, 2, tzinfo=UTC)
