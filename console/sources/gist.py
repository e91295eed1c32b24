"""What a log line says, without what every line begins with."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_LEADING: Final = (
    # a time in ISO's form, with or without brackets
    re.compile(r"[\[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?[\])]?\s+"),
    # the request of a Lambda function
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s+"),
    re.compile(r"\[?(?:ERROR|ERR|FATAL|CRITICAL|SEVERE|WARN|WARNING|INFO)\]?:?\s+"),
)
_MESSAGES: Final = (
    ("err", "message"), ("error", "message"), ("errorMessage",), ("exception", "message"),
    ("message",), ("msg",), ("error",),
)  # fmt: skip
"""Where loggers that write JSON put what happened, the most telling first: pino, winston, Lambda, Python's."""


def gist(line: str) -> str:
    """What happened, in the words of the line: of JSON the message, else the text behind time, request and level."""
    text = line.strip()
    for pattern in _LEADING:
        found = pattern.match(text)
        text = text[found.end() :] if found else text
    head, brace, rest = text.partition("{")
    if told := _told(f"{brace}{rest}"):
        return f"{head.strip()}: {told}" if head.strip() else told
    return text.partition("␊")[0].strip() or line.strip()


def _told(text: str) -> str:
    """The message of a JSON object; empty where it is none, or has none."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    for path in _MESSAGES:
        at: Any = found
        for key in path:
            at = at.get(key) if isinstance(at, dict) else None
        if isinstance(at, str) and at.strip():
            return at.partition("␊")[0].strip()
    return ""
