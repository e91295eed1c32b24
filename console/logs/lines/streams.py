"""The streams whose lines a buffer holds, and short names by which one tells them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from console.text import Clean

MOST: Final = 65_000
"""Streams that are told apart; a line's stream is kept in two bytes."""

_LAMBDA: Final = re.compile(r"\d{4}/\d\d/\d\d/(?:[\w-]+)?\[(?P<version>[^\]]+)\](?P<id>[0-9a-f]{6,})$")
_ID: Final = re.compile(r"^(?P<kind>i-)?[0-9a-f-]{12,}$")
_WORD: Final = re.compile(r"[^-_/.]+")
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


def short_names(streams: Sequence[Stream]) -> list[str]:
    """Short names of streams, in their order: what tells the group apart, then what tells the stream apart in it."""
    groups = _groups({stream.group for stream in streams})
    members = Counter(stream.group for stream in streams)
    within = {group: _within([stream.name for stream in streams if stream.group == group]) for group in groups}
    names = []
    for stream in streams:
        own = within[stream.group][stream.name] if members[stream.group] > 1 or len(groups) == 1 else ""
        names.append(f"{groups[stream.group] if len(groups) > 1 else ''} {own}".strip())
    return names


def _groups(groups: set[Clean]) -> dict[str, str]:
    """The words of the last part of each group's name that no other has; all of it where there are none."""
    last = {group: group.rstrip("/").rpartition("/")[2] or group for group in groups}
    alike = len(set(last.values())) < len(groups)
    words = {group: _WORD.findall(group if alike else last[group]) for group in groups}
    counted = Counter(word for found in words.values() for word in set(found))
    own = {group: "-".join(word for word in found if counted[word] == 1) for group, found in words.items()}
    names: dict[str, str] = {group: name or last[group] for group, name in own.items()}
    short: dict[str, str] = {group: _last(name) for group, name in names.items()}
    return short if len(set(short.values())) == len(set(names.values())) else names


def _within(names: Sequence[str]) -> dict[str, str]:
    """The shortest manner of naming the streams of a group in which no two are called the same."""
    for manner in (_last, _last_two):
        short = {name: manner(name) for name in names}
        if len(set(short.values())) == len(set(names)):
            return short
    return {name: name for name in names}


def _last(name: str) -> str:
    found = _LAMBDA.search(name)
    if found:
        version = "" if found["version"] == "$LATEST" else f"{found['version']} "
        return version + found["id"][:_KEPT]
    last = name.rstrip("/").rpartition("/")[2] or name
    is_id = _ID.match(last)
    return last[: _KEPT + len(is_id["kind"] or "")] if is_id else last


def _last_two(name: str) -> str:
    parts = [part for part in name.split("/") if part]
    return f"{parts[-2]} {_last(name)}" if len(parts) > 1 else name
