"""How bad a log line is, by what its own program says: a word, a JSON or logfmt field, a status of HTTP."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from console.logs.lines.colours import uncoloured


class LogLevel(IntEnum):
    """How bad a line says it is; NONE where it does not say."""

    NONE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4


_WORDS: Final = {
    **dict.fromkeys("trace debug fine finer finest verbose silly dbg".split(), LogLevel.DEBUG),
    **dict.fromkeys("info information notice inf http".split(), LogLevel.INFO),
    **dict.fromkeys("warn warning wrn".split(), LogLevel.WARN),
    **dict.fromkeys("error err fatal critical crit severe panic emerg emergency alert failure".split(), LogLevel.ERROR),
}

_LOOKED_AT: Final = 400
"""Characters of a line in which its level is looked for."""

_CAPITALS: Final = (
    "TRACE|DEBUG|FINE|VERBOSE|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|CRIT|SEVERE|PANIC|EMERG|ALERT"
)
_SAYS: Final = re.compile(
    rf"""
      "(?:level|severity|log\.level|levelname|lvl)"\s*:\s*"?(?P<field>\w+)
    | \b(?:level|lvl|severity)=["']?(?P<pair>[A-Za-z]+)
    | (?<![A-Za-z_])(?P<capitals>{_CAPITALS})(?![A-Za-z_])
    | [\[<](?:\w+:)?(?P<bracket>trace|debug|info|notice|warn|warning|error|err|crit|fatal|alert|emerg)[\]>]
    | (?:^|[\]:]\s)(?P<start>error|warn|warning|info|debug|fatal):
    | (?P<trouble>\b[A-Za-z_.$]*(?:Error|Exception)\b(?=:|$|\s+\(|\s+at\s)|^Traceback\ \(most|\bTask\ timed\ out\ after
        |\bStatus:\ (?:error|timeout)|\bpanic:|\bUnhandled\ (?:rejection|promise)
        |HTTP/\d(?:\.\d)?"\s(?:status:\s)?5\d\d\b)
    """,
    re.VERBOSE,
)

ERROR_PATTERN: Final = (
    "err|fatal|crit|severe|panic|emerg|alert|failure|exception|traceback|timed out|status: timeout|unhandled"
    '|" 5|status: 5|level"'
)
"""A regular expression, in small letters, that finds every line of level ERROR, and others too."""


def level_of(text: str) -> LogLevel:
    """The level of a line; the first that it names counts, in whatever colour."""
    found = _SAYS.search(uncoloured(text), 0, _LOOKED_AT)
    if found is None:
        return LogLevel.NONE
    if found.lastgroup == "trouble":
        return LogLevel.ERROR
    word = found[found.lastgroup or 0].lower()
    return _by_number(int(word)) if word.isdecimal() else _WORDS.get(word, LogLevel.NONE)


def _by_number(number: int) -> LogLevel:
    """Levels of pino and bunyan: 20 is debug, 30 info, 40 warn, 50 error, 60 fatal."""
    if number >= 50:
        return LogLevel.ERROR
    return LogLevel.WARN if number >= 40 else LogLevel.INFO if number >= 30 else LogLevel.DEBUG
