"""The streams whose lines a buffer holds, and short names by which one tells them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from console.text import Clean

MOST: Final = 65_000
"""Streams that are told apart; a line's stream is kept in two bytes."""

_LAMBDA: Final = re.compile(r"\d{4}/\d\d/\d\d/(?:[\w-]+)?\[(?P<version>[^\]]+)\](?P<id>[0-9a-f]{6,})$")
_ID: Final = re.compile(r"^[0-9a-f-]{12,}$")
_KEPT: Final = 6
"""Characters of an id that are kept: enough to tell some thousand apart."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A log stream and its group."""

    group: Clean
    name: Clean


class Streams:
    """A table of streams; lines name theirs by its index."""

    def __init__(self) -> None:
        self._all: list[Stream] = []
        self._index: dict[Stream, int] = {}
        self._short: list[str] = []

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, index: int) -> Stream:
        return self._all[index]

    def __iter__(self) -> Iterator[Stream]:
        return iter(self._all)

    def index(self, group: Clean, name: Clean) -> int:
        """The index of a stream, which is added where it is new; beyond `MOST` all share the last one."""
        stream = Stream(group, name)
        known = self._index.get(stream)
        if known is None:
            known = min(len(self._all), MOST - 1)
            self._index[stream] = known
            if known == len(self._all):
                self._all.append(stream)
                self._short = []
        return known

    def short(self, index: int) -> str:
        """A short name of a stream: what tells it apart in its group, with the group's where there are several."""
        if not self._short and self._all:
            self._short = short_names(self._all)
        return self._short[index] if index < len(self._short) else ""


def short_names(streams: list[Stream]) -> list[str]:
    """Short names of streams, in their order."""
    groups = {stream.group for stream in streams}
    if len(groups) == 1:
        return _distinct([_short(stream.name) for stream in streams], streams)
    tails = Counter(group.rstrip("/").rpartition("/")[2] for group in groups)
    members = Counter(stream.group for stream in streams)
    names = []
    for stream in streams:
        tail = stream.group.rstrip("/").rpartition("/")[2]
        group = tail if tails[tail] == 1 else stream.group.strip("/")
        names.append(group if members[stream.group] == 1 else f"{group} {_short(stream.name)}")
    return _distinct(names, streams)


def _short(name: str) -> str:
    """The part of a stream's name that differs from task to task: the service before it, the id after it cut."""
    found = _LAMBDA.search(name)
    if found:
        version = "" if found["version"] == "$LATEST" else f"{found['version']} "
        return version + found["id"][:_KEPT]
    parts = [part for part in name.split("/") if part] or [name]
    last = parts[-1][:_KEPT] if _ID.match(parts[-1]) else parts[-1]
    return f"{parts[-2]} {last}" if len(parts) > 1 and last != parts[-1] else last


def _distinct(names: list[str], streams: list[Stream]) -> list[str]:
    """The names, but whole ones where two streams would be called the same."""
    counted = Counter(names)
    return [name if counted[name] == 1 else stream.name for name, stream in zip(names, streams, strict=True)]
