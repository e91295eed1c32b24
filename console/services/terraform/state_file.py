"""The Terraform state of a stack, its older versions and its copies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from console.readings.concurrently import concurrently
from console.readings.numbers import size, span, stamp
from console.readings.source import Detail, Event, Finding, Level, Report
from console.services.backup.judge import SOURCE, Backup
from console.services.terraform.kinds import STATE, StateFile
from console.stack.stack import BackupPolicy
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_BUCKET = "s3://"


@dataclass(frozen=True, slots=True)
class FileState:
    """A state file: when it last changed (None where it does not exist), and what it could be restored from.

    `versioned` says that its bucket keeps every version.
    """

    changed: datetime | None
    backups: tuple[Backup, ...] = ()
    versioned: bool = False


async def read_state(aws: Aws, wanted: StateFile, policy: BackupPolicy, now: datetime) -> Report:
    """The verdict on a state file, in S3 or on this machine. Raises `Failure`."""
    places = [wanted.location, *([wanted.backups] if wanted.backups else [])]
    found = await concurrently(*(_files(aws, place) for place in places))
    exact = [file for file in found[0] if file.name == _key(wanted.location)]
    copies = [file for files in found for file in files if file.name != _key(wanted.location)]
    newest = max(exact, key=lambda file: file.at, default=None)
    older = [file for file in exact if file is not newest]
    state = FileState(
        newest.at if newest else None,
        tuple(sorted({file.arn: file for file in (*older, *copies)}.values(), key=lambda file: file.at, reverse=True)),
        versioned=any(file.kind == "version" for file in exact),
    )
    name = clean(wanted.location)
    return Report((judge_state(name, state, policy, now),), (_detail(name, state),))


def judge_state(name: Clean, state: FileState, policy: BackupPolicy, now: datetime) -> Finding:
    """The verdict on a state file. A copy need not be newer than the last change of the state."""
    longest = timedelta(hours=policy.max_age_hours)
    threshold = Clean(f"copied within {policy.max_age_hours:g} h of a change")
    if state.changed is None:
        local = not name.startswith(_BUCKET)
        what = Clean(f"There is no state file here{' on this machine' if local else ''}. Check [terraform] location.")
        return Finding(SOURCE, name, Level.UNKNOWN if local else Level.CRIT, what, Clean("MISSING"), threshold)
    if state.versioned:
        what = Clean("Its bucket keeps every version.")
        return Finding(SOURCE, name, Level.OK, what, Clean(f"{len(state.backups)} older"), threshold)
    newest = max((backup.at for backup in state.backups), default=None)
    if newest is not None and newest >= state.changed - timedelta(minutes=1):
        what = Clean("Copied since its last change.")
        return Finding(SOURCE, name, Level.OK, what, span((now - newest).total_seconds()), threshold)
    value = span((now - newest).total_seconds()) if newest else Clean("none")
    if now - state.changed <= longest:
        what = Clean(f"Changed {span((now - state.changed).total_seconds())} ago and not copied since.")
        return Finding(SOURCE, name, Level.OK, what, value, threshold)
    what = Clean("There is no copy of it." if newest is None else "It changed after its newest copy was made.")
    level = Level.CRIT if newest is None else Level.WARN
    return Finding(SOURCE, name, level, what, value, threshold, since=state.changed)


async def _files(aws: Aws, place: str) -> list[Backup]:
    """All files and versions whose names begin with a place."""
    if not place.startswith(_BUCKET):
        return await asyncio.to_thread(lambda: list(_local(Path(place).expanduser())))
    bucket, _, prefix = place.removeprefix(_BUCKET).partition("/")
    found = []
    async for page in aws.pages("s3", "list_object_versions", expect="IsTruncated", Bucket=bucket, Prefix=prefix):
        for version in page.get("Versions", ()):
            kept = version["VersionId"] != "null"
            found.append(
                Backup(
                    "version" if kept else "copy",
                    clean(version["Key"]),
                    version["LastModified"],
                    bytes=version.get("Size"),
                    arn=clean(f"{_BUCKET}{bucket}/{version['Key']}?versionId={version['VersionId']}"),
                )
            )
    return found


def _local(place: Path) -> Iterator[Backup]:
    folder, start = (place, "") if place.is_dir() else (place.parent, place.name)
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name.startswith(start) and file.is_file():
            status = file.stat()
            changed = datetime.fromtimestamp(status.st_mtime, UTC)
            yield Backup("copy", clean(file.name), changed, bytes=status.st_size, arn=clean(file.resolve()))


def _key(location: str) -> str:
    """The name of a state file as `_files` gives it."""
    if location.startswith(_BUCKET):
        return clean(location.removeprefix(_BUCKET).partition("/")[2])
    return clean(Path(location).name)


def _detail(name: Clean, state: FileState) -> Detail:
    return Detail(
        resource=name,
        kind=STATE,
        facts=(
            ("Last change", stamp(state.changed) if state.changed else Clean("no such file")),
            ("Older versions and copies", Clean(str(len(state.backups)))),
            ("Bucket versioning", Clean("on" if state.versioned else "off")),
            ("Newest copy", stamp(state.backups[0].at) if state.backups else Clean("none")),
        ),
        events=tuple(
            Event(backup.at, clean(f"{backup.kind} {backup.name}, {size(backup.bytes or 0)}"))
            for backup in state.backups[:30]
        ),
    )
