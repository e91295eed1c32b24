"""All that the Sources of a stack know of one resource, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from console.naming.resource_kind import ResourceKind
from console.readings.source import Detail, Finding, Reading, Report
from console.text import Clean


def known(readings: Mapping[str, Reading[Any]], resource: Clean) -> tuple[Detail | None, list[Finding]]:
    """The details of a resource from every Source merged into one, and its findings, the worst first."""
    reports = [reading.value for reading in readings.values() if isinstance(reading.value, Report)]
    details = [detail for report in reports for detail in report.details if detail.resource == resource]
    found = [finding for report in reports for finding in report.findings if finding.resource == resource]
    return _merged(details), sorted(found, key=lambda finding: -finding.level)


def unread(resource: Clean, instead: str = "") -> Detail:
    """What is shown of a resource of which no Source gives a detail; `instead` stands where its kind would."""
    return Detail(resource, ResourceKind(instead))


def _merged(details: list[Detail]) -> Detail | None:
    if not details:
        return None
    return replace(
        details[0],
        arn=next((detail.arn for detail in details if detail.arn), details[0].arn),
        facts=_once(fact for detail in details for fact in detail.facts),
        events=tuple(sorted(_once(e for d in details for e in d.events), key=lambda event: event.at, reverse=True)),
        series=_once(series for detail in details for series in detail.series),
        related=_once(name for detail in details for name in detail.related),
        logs=_once(group for detail in details for group in detail.logs),
    )


def _once(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))
