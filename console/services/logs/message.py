"""What a log line says, without what every line begins with."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_LEADING: Final = (
    # a time in ISO's form or nginx's, with or without brackets
    re.compile(r"[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?[\])]?\s+"),
    # syslog: time, host, program
    re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ (?:[\w./-]+(?:\[\d+\])?: )?"),
    # an access log: address, user, time
    re.compile(r"[\da-f.:]+ \S+ \S+ \[[^\]]+\]\s+"),
    # PostgreSQL on RDS: address, user and database, process
    re.compile(r"UTC:\S*?:\[\d+\]:"),
    # the request of a Lambda function
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s+"),
    re.compile(
        r"(?:ERROR|ERR|FATAL|PANIC|CRITICAL|SEVERE|WARN|WARNING|INFO)\b:?\s+|\[(?i:error|crit|alert|emerg|warn)\]:?\s+"
    ),
    # nginx: process, thread, connection
    re.compile(r"\d+#\d+: (?:\*\d+ )?"),
)
_MESSAGES: Final = (
    ("err", "message"), ("error", "message"), ("errorMessage",), ("exception", "message"),
    ("message",), ("msg",), ("error",),
)  # fmt: skip
"""Where loggers that write JSON put what happened, the most telling first: pino, winston, Lambda, Python's."""


def message_of(line: str) -> str:
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
    except (ValueError, RecursionError):
        return ""
    for path in _MESSAGES:
        at: Any = found
        for key in path:
            at = at.get(key) if isinstance(at, dict) else None
        if isinstance(at, str) and at.strip():
            return at.partition("␊")[0].strip()
    return ""
