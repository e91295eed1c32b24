"""One log line with all that is known of it: its text wrapped, its JSON unfolded, the lines that continue it.

Or the line as it came, with the codes of its colours as pictures.
"""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from typing import Any, Final

from textual.content import Content

from console.logs import json_lines, json_text
from console.logs.event import CONTINUES, GAP, LATE, LogLine
from console.logs.lines.streams import Stream
from console.text import clean
from widgets.detail_lines import fact_lines
from widgets.log.stamps import moment_of
from widgets.text_view import TextView, hang

_JSON_KEY: Final = re.compile(r'(\s*)("(?:[^"\\]|\\.)*")(: )?')


class LogDetail(TextView):
    """The line under the cursor of a log pane."""

    def __init__(self, *, zone: tzinfo | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._zone = zone
        self._line: LogLine | None = None
        self._stream: Stream | None = None
        self._more: tuple[LogLine, ...] = ()
        self._expression: Any = None
        self.raw = False

    def show(self, line: LogLine | None, stream: Stream | None, more: tuple[LogLine, ...]) -> None:
        """Show a line of a stream, and the lines that continue it."""
        if (line, more) != (self._line, self._more):
            same = line is not None and self._line is not None and line.key == self._line.key
            self._line, self._stream, self._more = line, stream, more
            self.renew(home=not same)

    def turn(self) -> None:
        """Show the line as it came, or unfolded again."""
        self.raw = not self.raw
        self.renew(home=False)

    def search(self, text: str) -> None:
        """Show of JSON only what a JMESPath expression finds; an empty one shows all. Raises ExpressionProblem."""
        self._expression = json_lines.expression(text) if text.strip() else None
        self.renew(home=True)

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        line = self._line
        if line is None:
            return [Content.styled("No line.", "$text-muted")]
        if line.flags & GAP:
            return hang(clean(line.text), width, style="$warning")
        lines = [*fact_lines(self._facts(line), width), Content("")]
        whole = (line, *self._more)
        if self.raw:
            return lines + [part for one in whole for part in hang(clean(one.original), width)]
        found = json_lines.split("\n".join(one.text for one in whole))
        if found is None:
            return lines + [part for one in whole for part in hang(clean(one.text), width)]
        return lines + self._json(*found, width)

    def _facts(self, line: LogLine) -> list[tuple[str, str]]:
        here, zulu = moment_of(line.at_ms, self._zone), moment_of(line.at_ms, UTC)
        facts = [
            ("Time", f"{here:%-d %b %Y %H:%M:%S}.{line.at_ms % 1000:03}, {zulu:%Y-%m-%dT%H:%M:%S}Z"),
            ("Group", self._stream.group if self._stream else ""),
            ("Stream", self._stream.name if self._stream else ""),
        ]
        if line.flags & LATE:
            facts.append(("Late", "It came after newer lines of its stream."))
        if line.flags & CONTINUES:
            facts.append(("Part", "It continues an earlier line."))
        if self.raw:
            facts.append(("Text", "As it came: u unfolds it."))
        elif any(one.raw for one in (line, *self._more)):
            facts.append(("Text", "Not all of it as it came: u shows that, o saves it whole."))
        return facts

    def _json(self, text: str, value: dict[str, Any], width: int) -> list[Content]:
        if self._expression is None:
            return [part for line in json_text.laid_out(text) for part in _json_line(line, width)]
        try:
            found = json_lines.search(self._expression, value)
        except json_lines.ExpressionProblem as problem:
            return hang(clean(problem), width, style="$warning")
        if found is None:
            return [Content.styled("The expression finds nothing in this line.", "$text-muted")]
        return [part for line in json_lines.pretty(found) for part in _json_line(line, width)]


def _json_line(line: str, width: int) -> list[Content]:
    """A line of pretty JSON, its key coloured, what is too long wrapped under itself."""
    text = line.lstrip()
    inset = min(len(line) - len(text), width // 2)  # what is set in further would be out of sight
    line = " " * inset + text
    key = _JSON_KEY.match(line)
    lines = hang(text, width, " " * inset, inset + 2)
    if key and key[3]:
        lines[0] = lines[0].stylize("$primary", key.start(2), key.end(2))
    return lines
