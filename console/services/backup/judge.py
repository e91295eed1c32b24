"""How fresh and how complete backups are, against the policy of a stack: no calls, only judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from console.naming.resource_kind import ResourceKind
from console.operations.operation import Operation
from console.readings.numbers import size, span, stamp
from console.readings.source import Detail, Event, Finding, Level
from console.stack.stack import BackupPolicy
from console.text import Clean, clean

SOURCE: Final = "backup.freshness"

_USABLE: Final = frozenset({"available", "completed", "active"})
_EVENTS: Final = 30
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Backup:
    """One protected to restore from: a DynamoDB backup, a snapshot, a recovery point, a version or copy of a file."""

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
class RestoreWindow:
    """The times to which a resource can be restored; both None where point-in-time recovery is off.

    `told` is False where nobody said whether it is.
    """

    earliest: datetime | None = None
    latest: datetime | None = None
    told: bool = True

    @property
    def on(self) -> bool:
        """Whether point-in-time recovery works at present."""
        return self.latest is not None


@dataclass(frozen=True, slots=True)
class Protected:
    """A resource that the policy concerns, and all that it could be restored from.

    `complete` is False where some place that may hold backups could not be read, or something was not told that
    matters; `gap` says what. `created` is None where it was not told. `enable` is the operation that switches
    point-in-time recovery on.
    """

    resource: Clean
    kind: ResourceKind
    arn: Clean
    created: datetime | None
    backups: tuple[Backup, ...] = ()
    window: RestoreWindow = RestoreWindow()
    complete: bool = True
    enable: Operation | None = None
    gap: str = "AWS Backup did not answer"

    @property
    def since(self) -> datetime:
        """When it was made; long ago where that was not told, so that nothing is excused by its being new."""
        return self.created or _LONG_AGO

    @property
    def newest(self) -> Backup | None:
        """The newest backup that is usable."""
        return max((backup for backup in self.backups if backup.usable), key=lambda backup: backup.at, default=None)


def judge(protected: Protected, policy: BackupPolicy, now: datetime) -> Iterator[Finding]:
    """The verdicts on one resource: the age of its newest backup, its recovery window, and what is kept.

    Older than `max_age_hours` is a warning. Twice as old, or none at all, is critical where no point in time
    can be restored either.
    """
    yield _judge_age(protected, policy, now)
    if protected.window.on:
        what = Clean("Point-in-time recovery is on.")
        earliest = stamp(protected.window.earliest) if protected.window.earliest else Clean("")
        yield Finding(SOURCE, protected.resource, Level.OK, what, Clean(f"since {earliest}"), _required(policy))
    elif not protected.window.told:
        level = Level.UNKNOWN if policy.point_in_time else Level.OK
        what = Clean("Whether point-in-time recovery is on was not told.")
        yield Finding(SOURCE, protected.resource, level, what, Clean("unknown"), _required(policy))
    else:
        level = Level.WARN if policy.point_in_time else Level.OK
        what = Clean("Point-in-time recovery is off.")
        fix = protected.enable if policy.point_in_time else None
        yield Finding(SOURCE, protected.resource, level, what, Clean("off"), _required(policy), fix)
    if protected.newest or protected.window.on or not protected.window.told:
        yield _judge_kept(protected, policy, now)


def _required(policy: BackupPolicy) -> Clean:
    return Clean("on" if policy.point_in_time else "not required")


def _judge_age(protected: Protected, policy: BackupPolicy, now: datetime) -> Finding:
    threshold = Clean(f"<= {policy.max_age_hours:g} h")
    newest, longest = protected.newest, timedelta(hours=policy.max_age_hours)
    if newest and now - newest.at <= longest:
        what, value = clean(f"The newest backup is {newest.name}."), span((now - newest.at).total_seconds())
        return Finding(SOURCE, protected.resource, Level.OK, what, value, threshold)
    if newest is None:
        level, value = Level.CRIT, Clean("none")
        text = "There is no backup"
        if now - protected.since <= longest:
            return Finding(SOURCE, protected.resource, Level.OK, Clean("Too new to have a backup."), value, threshold)
    else:
        level = Level.CRIT if now - newest.at > 2 * longest else Level.WARN
        value = span((now - newest.at).total_seconds())
        text = f"The newest backup, {newest.name}, is too old"
    if protected.window.on:
        level, text = Level.WARN, f"{text}; only point-in-time recovery covers the time since"
    if not protected.complete:
        level, text = Level.UNKNOWN, f"{text}, as far as could be read: {protected.gap}"
    since = newest.at + longest if newest else protected.created
    return Finding(SOURCE, protected.resource, level, clean(f"{text}."), value, threshold, since=since)


def _judge_kept(protected: Protected, policy: BackupPolicy, now: datetime) -> Finding:
    days, wanted = unbroken_days(protected, policy, now), min(policy.daily_days, (now - protected.since).days)
    months, missing = months_of(protected, policy, now), missing_months(protected, policy, now)
    gaps = []
    if days < wanted:
        gaps.append(f"backups without a gap over {policy.max_age_hours:g} h reach back {days} of {wanted} days")
    if missing:
        gaps.append(f"of {len(months)} months nothing is kept of {len(missing)}, the last of them {missing[0]:%Y-%m}")
    threshold = Clean(f"{policy.daily_days} days, by the month {policy.monthly_days} days")
    value = Clean(f"{sum(backup.usable for backup in protected.backups)} kept")
    if not gaps:
        return Finding(
            SOURCE, protected.resource, Level.OK, Clean("As much is kept as the policy asks."), value, threshold
        )
    level = Level.WARN if protected.complete else Level.UNKNOWN
    return Finding(
        SOURCE, protected.resource, level, clean(f"Too little is kept: {'; '.join(gaps)}."), value, threshold
    )


def unbroken_days(protected: Protected, policy: BackupPolicy, now: datetime) -> int:
    """How many whole days backups reach back without a gap over `max_age_hours`; the newest may be of any age."""
    longest = timedelta(hours=policy.max_age_hours)
    spans = [(backup.at, backup.at) for backup in protected.backups if backup.usable]
    if protected.window.earliest and protected.window.latest:
        spans.append((protected.window.earliest, protected.window.latest))
    reached = max((end for _, end in spans), default=now)
    for start, end in sorted(spans, key=lambda span: span[1], reverse=True):
        if reached - end > longest:
            break
        reached = min(reached, start)
    if reached - protected.since <= longest:
        reached = protected.since
    return (now - reached).days


def months_of(protected: Protected, policy: BackupPolicy, now: datetime) -> tuple[date, ...]:
    """The first days of the whole months of the monthly retention in which the resource existed, newest first."""
    oldest = max(protected.since, now - timedelta(days=policy.monthly_days))
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = []
    while (month := (month - timedelta(days=1)).replace(day=1)) >= oldest:
        months.append(month.date())
    return tuple(months)


def missing_months(protected: Protected, policy: BackupPolicy, now: datetime) -> tuple[date, ...]:
    """Those of `months_of` from which nothing can be restored, newest first."""
    kept = {(backup.at.year, backup.at.month) for backup in protected.backups if backup.usable}
    if protected.window.earliest:
        kept |= {
            (m.year, m.month)
            for m in months_of(protected, policy, now)
            if m >= protected.window.earliest.date().replace(day=1)
        }
    return tuple(month for month in months_of(protected, policy, now) if (month.year, month.month) not in kept)


def retention(protected: Protected, policy: BackupPolicy, now: datetime) -> tuple[tuple[Backup, str], ...]:
    """Every backup, newest first, with why the policy keeps it: ``daily``, ``monthly`` or ``past retention``.

    Of a month it is the newest usable one that is kept.
    """
    newest_first = sorted(protected.backups, key=lambda backup: backup.at, reverse=True)
    months: dict[tuple[int, int], Backup] = {}
    for backup in newest_first:
        if backup.usable:
            months.setdefault((backup.at.year, backup.at.month), backup)
    kept = []
    for backup in newest_first:
        monthly = months.get((backup.at.year, backup.at.month)) is backup
        if now - backup.at <= timedelta(days=policy.daily_days):
            kept.append((backup, "daily"))
        elif monthly and now - backup.at <= timedelta(days=policy.monthly_days):
            kept.append((backup, "monthly"))
        else:
            kept.append((backup, "past retention"))
    return tuple(kept)


def detail(protected: Protected, policy: BackupPolicy, now: datetime) -> Detail:
    """All that is known of what a resource can be restored from, the newest backups as its events."""
    window, newest = protected.window, protected.newest
    kept = retention(protected, policy, now)
    return Detail(
        resource=protected.resource,
        kind=protected.kind,
        arn=protected.arn,
        facts=(
            ("Newest backup", stamp(newest.at) if newest else Clean("none")),
            ("Backups", Clean(str(len(protected.backups)))),
            ("Point-in-time recovery", Clean("on" if window.on else "off" if window.told else "unknown")),
            ("Earliest point", stamp(window.earliest) if window.earliest else Clean("none")),
            ("Latest point", stamp(window.latest) if window.latest else Clean("none")),
            ("Policy", Clean(f"newest at most {policy.max_age_hours:g} h old, recovery window {_required(policy)}")),
            ("Policy keeps", Clean(f"{policy.daily_days} days daily, {policy.monthly_days} days monthly")),
            ("Past retention", Clean(str(sum(why == "past retention" for _, why in kept)))),
        ),
        events=tuple(Event(backup.at, _described(backup, why)) for backup, why in kept[:_EVENTS]),
        related=tuple(backup.name for backup, _ in kept[:_EVENTS]),
    )


def _described(backup: Backup, why: str) -> Clean:
    amount = f", {size(backup.bytes)}" if backup.bytes is not None else ""
    return clean(f"{backup.kind} {backup.name}: {backup.state}{amount}, {why}")
