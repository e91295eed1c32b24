"""Times for people: ages, spans and clock times."""

from __future__ import annotations

from datetime import datetime, tzinfo


def span(seconds: float) -> str:
    """A length of time in its two largest units: 40 s, 3 min, 2 h 5 min, 4 d 3 h."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86_400
    if hours == 0:
        return f"{minutes} min"
    if days == 0:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} d {hours % 24} h" if hours % 24 and days < 10 else f"{days} d"


def ago(seconds: float) -> str:
    """How long ago: now, 10 s ago, 20 s ago, 3 min ago.

    It moves in steps of ten seconds, so that a panel which is read every five seconds never repaints its age.
    """
    if seconds < 10:
        return "now"
    return f"{span(seconds // 10 * 10 if seconds < 60 else seconds)} ago"


def countdown(seconds: float) -> str:
    """Time that is left, to the second: 29:10, 1:02:03."""
    whole = max(0, int(seconds))
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
    return f"{whole // 60}:{whole % 60:02}"


def clock(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """A moment as 14:05:12 today, else as 19 Nov 14:05, else with its year; `zone` None is this machine's."""
    at, now = at.astimezone(zone), now.astimezone(zone)
    if at.date() == now.date():
        return f"{at:%H:%M:%S}"
    return f"{at:%-d %b %H:%M}" if at.year == now.year else f"{at:%-d %b %Y}"
