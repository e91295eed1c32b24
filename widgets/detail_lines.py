"""A Detail as lines of text for a width: findings, facts, metrics, events, what is related, log groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Final

from textual.content import Content

from console.readings.source import Detail, Event, Finding, Level
from widgets.level import STYLES, SYMBOLS
from widgets.plot.sparkline import spark_row
from widgets.text_view import hang
from widgets.times import ago, clock

_LABEL_MOST: Final = 28


def detail_lines(
    detail: Detail,
    findings: Sequence[Finding],
    width: int,
    now: datetime,
    zone: tzinfo | None = None,
) -> list[Content]:
    """All that is known of a resource, the worst first; `now` and `zone` are for times and ages."""
    lines = [
        Content.assemble((detail.kind.name, "$text-muted"), "  ", (detail.resource, "bold")),
        *(hang(detail.arn, width, style="$text-muted") if detail.arn else []),
    ]
    worst_first = sorted(findings, key=lambda finding: -finding.level)
    for title, body in (
        ("Findings", [line for one in worst_first for line in _finding(one, width)]),
        ("Facts", fact_lines(detail.facts, width)),
        ("Metrics", [spark_row(one, width, _label(one.label for one in detail.series)) for one in detail.series]),
        ("Events", [line for one in _newest(detail.events) for line in _event(one, width, now, zone)]),
        ("Related", [line for one in detail.related for line in hang(one, width, "→ ")]),
        ("Log groups", [line for one in detail.logs for line in hang(one, width, "≡ ")]),
    ):
        if body:
            lines += [Content(""), section(title, width, len(detail.events) if title == "Events" else 0), *body]
    return lines


def section(title: str, width: int, count: int = 0) -> Content:
    """A heading with a rule to the right."""
    text = f"{title} {count}" if count else title
    return Content.assemble((text, "bold $primary"), " ", ("─" * max(0, width - len(text) - 1), "$panel"))


def fact_lines(facts: Sequence[tuple[str, str]], width: int) -> list[Content]:
    """Names and values in two columns, long values wrapped under themselves."""
    label = _label(name for name, _ in facts)
    lines: list[Content] = []
    for name, value in facts:
        long = len(name) > label
        lines += hang(name, width, style="$text-muted") if long else []
        lines += hang(value or "–", width, f"{'' if long else name:<{label}}  ")
    return lines


def _finding(finding: Finding, width: int) -> list[Content]:
    style = STYLES[finding.level]
    head = f"{SYMBOLS[finding.level]} {finding.level.word:<7}  "
    lines = hang(finding.what, width, head, style=style if finding.level is not Level.OK else "")
    lines[0] = lines[0].stylize(style, 0, len(head))
    measured = f"is {finding.value}" if finding.value else ""
    if finding.threshold and finding.threshold != finding.value:
        measured += f", limit {finding.threshold}" if measured else f"limit {finding.threshold}"
    if measured:
        lines += hang(measured, width, " " * len(head))
    if finding.fix is not None:
        params = ", ".join(f"{name} {text}" for name, text in finding.fix.texts().items())
        lines += hang(f"{finding.fix.name} {params}".strip(), width, f"{' ' * len(head)}fix: ", style="$accent")
    return lines


def _event(event: Event, width: int, now: datetime, zone: tzinfo | None) -> list[Content]:
    age = ago((now - event.at).total_seconds())
    first = f"{clock(event.at, now, zone):<12}  {age:>15}  "
    inset = len(first) if width >= 70 else 4
    symbol = "" if event.level is Level.OK else f"{SYMBOLS[event.level]} "
    style = "" if event.level is Level.OK else STYLES[event.level]
    return hang(symbol + event.text, width, first, inset, style=style)


def _newest(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at, reverse=True)


def _label(names: Iterable[str]) -> int:
    return min(_LABEL_MOST, max((len(name) for name in names), default=0))
