"""How fresh and how complete backups are, against the policy of a stack: no calls, only judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from console.sources.base import Detail, Event, Finding, Level
from console.sources.numbers import size, span, stamp
from console.stack import BackupPolicy
from console.text import Clean, clean

SOURCE: Final = "backup.freshness"

_USABLE: Final = frozenset({"available", "completed", "active"})
_EVENTS: Final = 30


@dataclass(frozen=True, slots=True)
class Backup:
    """One thing to restore from: a DynamoDB backup, a snapshot, a recovery point, a version or copy of a file."""

    kind: str
    name: Clean
    at: datetime
    state: Clean = Clean("AVAILABLE")
    bytes: int | None = None
    arn: Clean = Clean("")

    @property
    def usable(self) -> bool:
        """Whether it can be restored from now."""
        return self.state.lower() in _USABLE


@dataclass(frozen=True, slots=True)
class Window:
    """The times to which a resource can be restored; both None where point-in-time recovery is off."""

    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def on(self) -> bool:
        """Whether point-in-time recovery works at present."""
        return self.latest is not None

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether some moment between two can be restored."""
        return self.earliest is not None and self.latest is not None and self.earliest < end and self.latest > start


@dataclass(frozen=True, slots=True)
class Protected:
    """A resource that the policy concerns, and all that it could be restored from.

    `complete` is False where some place that may hold backups could not be read.
    """

    resource: Clean
    kind: str
    arn: Clean
    created: datetime
    backups: tuple[Backup, ...] = ()
    window: Window = Window()
    complete: bool = True

    @property
    def newest(self) -> Backup | None:
        """The newest backup that is usable."""
        return max((backup for backup in self.backups if backup.usable), key=lambda backup: backup.at, default=None)


def judge(thing: Protected, policy: BackupPolicy, now: datetime) -> Iterator[Finding]:
    """The verdicts on one resource: the age of its newest backup, its recovery window, and what is kept.

    Older than `max_age_hours` is a warning. Twice as old, or none at all, is critical where no point in time
    can be restored either.
    """
    yield _judge_age(thing, policy, now)
    if thing.window.on:
        what = Clean("Point-in-time recovery is on.")
        earliest = stamp(thing.window.earliest) if thing.window.earliest else Clean("")
        yield Finding(SOURCE, thing.resource, Level.OK, what, Clean(f"since {earliest}"), _required(policy))
    else:
        level = Level.WARN if policy.point_in_time else Level.OK
        what = Clean("Point-in-time recovery is off.")
        yield Finding(SOURCE, thing.resource, level, what, Clean("off"), _required(policy))
    if thing.newest or thing.window.on:
        yield _judge_kept(thing, policy, now)


def _required(policy: BackupPolicy) -> Clean:
    return Clean("on" if policy.point_in_time else "not required")


def _judge_age(thing: Protected, policy: BackupPolicy, now: datetime) -> Finding:
    threshold = Clean(f"<= {policy.max_age_hours:g} h")
    newest, longest = thing.newest, timedelta(hours=policy.max_age_hours)
    if newest and now - newest.at <= longest:
        what, value = clean(f"The newest backup is {newest.name}."), span((now - newest.at).total_seconds())
        return Finding(SOURCE, thing.resource, Level.OK, what, value, threshold)
    if newest is None:
        level, value = Level.CRIT, Clean("none")
        text = "There is no backup"
        if now - thing.created <= longest:
            return Finding(SOURCE, thing.resource, Level.OK, Clean("Too new to have a backup."), value, threshold)
    else:
        level = Level.CRIT if now - newest.at > 2 * longest else Level.WARN
        value = span((now - newest.at).total_seconds())
        text = f"The newest backup, {newest.name}, is too old"
    if thing.window.on:
        level, text = Level.WARN, f"{text}; only point-in-time recovery covers the time since"
    if not thing.complete:
        level, text = Level.UNKNOWN, f"{text}, as far as could be read: AWS Backup did not answer"
    since = newest.at + longest if newest else thing.created
    return Finding(SOURCE, thing.resource, level, clean(f"{text}."), value, threshold, since=since)


def _judge_kept(thing: Protected, policy: BackupPolicy, now: datetime) -> Finding:
    days, months = missing_days(thing, policy, now), missing_months(thing, policy, now)
    threshold = Clean(f"{policy.daily_days} days daily, {policy.monthly_days} days monthly")
    gaps = []
    if days:
        gaps.append(f"{len(days)} of the last {_expected_days(thing, policy, now)} days have no backup")
    if months:
        gaps.append(f"nothing is kept of {', '.join(f'{month:%Y-%m}' for month in months)}")
    usable = [backup for backup in thing.backups if backup.usable]
    value = Clean(f"{len(usable)} backups")
    if gaps:
        level = Level.WARN if thing.complete else Level.UNKNOWN
        return Finding(SOURCE, thing.resource, level, clean(f"Kept too little: {'; '.join(gaps)}."), value, threshold)
    return Finding(SOURCE, thing.resource, Level.OK, Clean("What is kept is what the policy asks."), value, threshold)


def _expected_days(thing: Protected, policy: BackupPolicy, now: datetime) -> int:
    return min(policy.daily_days, (now - thing.created).days)


def missing_days(thing: Protected, policy: BackupPolicy, now: datetime) -> tuple[date, ...]:
    """The days of the daily retention, newest first, from which nothing can be restored; today is not one yet."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (midnight - timedelta(days=back) for back in range(1, _expected_days(thing, policy, now) + 1))
    return tuple(start.date() for start in starts if not _kept(thing, start, start + timedelta(days=1)))


def missing_months(thing: Protected, policy: BackupPolicy, now: datetime) -> tuple[date, ...]:
    """The whole months of the monthly retention, newest first, from which nothing can be restored."""
    oldest = max(thing.created, now - timedelta(days=policy.monthly_days))
    end = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    missing = []
    while (start := (end - timedelta(days=1)).replace(day=1)) >= oldest:
        if not _kept(thing, start, end):
            missing.append(start.date())
        end = start
    return tuple(missing)


def _kept(thing: Protected, start: datetime, end: datetime) -> bool:
    return thing.window.holds(start, end) or any(backup.usable and start <= backup.at < end for backup in thing.backups)


def retention(backup: Backup, thing: Protected, policy: BackupPolicy, now: datetime) -> str:
    """Why the policy keeps a backup: ``daily``, ``monthly`` as the newest of its month, or ``past retention``."""
    age = now - backup.at
    if age <= timedelta(days=policy.daily_days):
        return "daily"
    same_month = (b for b in thing.backups if b.usable and (b.at.year, b.at.month) == (backup.at.year, backup.at.month))
    newest = max(same_month, key=lambda b: b.at, default=backup)
    if age <= timedelta(days=policy.monthly_days) and backup == newest:
        return "monthly"
    return "past retention"


def detail(thing: Protected, policy: BackupPolicy, now: datetime) -> Detail:
    """All that is known of what a resource can be restored from, the newest backups as its events."""
    newest_first = sorted(thing.backups, key=lambda backup: backup.at, reverse=True)
    window, newest = thing.window, thing.newest
    return Detail(
        resource=thing.resource,
        kind=thing.kind,
        arn=thing.arn,
        facts=(
            ("Newest backup", stamp(newest.at) if newest else Clean("none")),
            ("Backups", Clean(str(len(thing.backups)))),
            ("Point-in-time recovery", Clean("on" if window.on else "off")),
            ("Earliest point", stamp(window.earliest) if window.earliest else Clean("none")),
            ("Latest point", stamp(window.latest) if window.latest else Clean("none")),
            ("Policy", Clean(f"newest at most {policy.max_age_hours:g} h old, recovery window {_required(policy)}")),
            ("Policy keeps", Clean(f"{policy.daily_days} days daily, {policy.monthly_days} days monthly")),
            (
                "Past retention",
                Clean(str(sum(retention(b, thing, policy, now) == "past retention" for b in newest_first))),
            ),
        ),
        events=tuple(
            Event(backup.at, _described(backup, retention(backup, thing, policy, now)))
            for backup in newest_first[:_EVENTS]
        ),
        related=tuple(backup.name for backup in newest_first[:_EVENTS]),
    )


def _described(backup: Backup, why: str) -> Clean:
    amount = f", {size(backup.bytes)}" if backup.bytes is not None else ""
    return clean(f"{backup.kind} {backup.name}: {backup.state}{amount}, {why}")
