"""What Logs Insights discovers in a log event: Lambda's lines and the fields of JSON messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

Row = dict[str, Any]

_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LAMBDA: Final = re.compile(rf"(?P<type>START|END|REPORT) RequestId: (?P<id>{_ID})")
_APPLICATION: Final = re.compile(rf"[^\t]{{20,30}}\t(?P<id>{_ID})\t")
_REPORT: Final = {
    "@duration": (re.compile(r"\tDuration: ([\d.]+) ms"), 1.0),
    "@billedDuration": (re.compile(r"Billed Duration: ([\d.]+) ms"), 1.0),
    "@initDuration": (re.compile(r"Init Duration: ([\d.]+) ms"), 1.0),
    "@memorySize": (re.compile(r"Memory Size: ([\d.]+) MB"), 1e6),
    "@maxMemoryUsed": (re.compile(r"Max Memory Used: ([\d.]+) MB"), 1e6),
}
_MOST_FIELDS: Final = 200
"""Fields that Logs Insights discovers in one JSON event at most."""


def discover(message: str) -> Row:
    """The fields of a message: ``@type``, ``@requestId`` and the figures of REPORT lines, JSON by dotted name.

    Durations are in milliseconds, memory in bytes.
    """
    if match := _LAMBDA.match(message):
        row: Row = {"@type": match["type"], "@requestId": match["id"]}
        if match["type"] == "REPORT":
            for name, (figure, factor) in _REPORT.items():
                if found := figure.search(message):
                    row[name] = float(found[1]) * factor
        return row
    if match := _APPLICATION.match(message):
        return {"@requestId": match["id"]}
    if message.lstrip().startswith("{"):
        try:
            event = orjson.loads(message)
        except orjson.JSONDecodeError:
            return {}
        return dict(item for item, _ in zip(_flat(event, ""), range(_MOST_FIELDS), strict=False))
    return {}


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flat(item, f"{name}.{index}")
    elif value is not None:
        yield name, value
