"""CloudWatch Logs filter patterns: read, explained when wrong, and matched against log events.

The console validates with it what people type; the demo executes it. After "Filter pattern syntax" in the
CloudWatch Logs user guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from console.filter_pattern.delimited import read_delimited
from console.filter_pattern.reader import PatternError, Reader
from console.filter_pattern.structured import read_structured
from console.filter_pattern.terms import read_terms

__all__ = ["LONGEST", "Pattern", "PatternError", "parse", "quote"]

LONGEST: Final = 1024
"""Characters of a filter pattern: FilterLogEvents in the CloudWatch Logs API reference."""

_IGNORED: Final = "Terms with ? have no effect beside other terms."


class _Matcher(Protocol):
    def matches(self, message: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """A filter pattern that was understood; `kind` says how it reads a log event, `note` what may surprise."""

    text: str
    kind: Literal["terms", "json", "fields"]
    _matcher: _Matcher
    note: str = ""

    def matches(self, message: str) -> bool:
        """Whether a log event's message has what the pattern asks for; an empty pattern matches all."""
        return self._matcher.matches(message)


def parse(text: str) -> Pattern:
    """Read a filter pattern; raises `PatternError` where CloudWatch Logs would refuse it."""
    if len(text) > LONGEST:
        raise PatternError(LONGEST + 1, f"a pattern of {len(text)} characters", f"at most {LONGEST}")
    reader = Reader(text)
    start = reader.skip().peek()
    if start == "{":
        return Pattern(text, "json", read_structured(reader))
    if start == "[":
        return Pattern(text, "fields", read_delimited(reader))
    terms = read_terms(reader)
    return Pattern(text, "terms", terms, _IGNORED if terms.mixed else "")


def quote(text: str) -> str:
    """The pattern that finds exactly this text, such as a request id."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
