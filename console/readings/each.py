"""Reads many resources at once, so that one that fails does not hide the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from console.problems import Failure, ProblemKind, Suspect, classify
from console.readings.source import Finding, Level, Report
from console.stack.part import Part
from console.text import Clean, clean

T = TypeVar("T")

_OURS: Final = frozenset({ProblemKind.DENIED, ProblemKind.LOGIN, ProblemKind.SKEW})
"""Problems of who asks, not of what is asked: they concern every resource alike."""


AT_ONCE: Final = 50
"""Resources that one check reads at a time: enough for any stack, and a bound for an account of thousands."""


async def each(
    source: str, resources: Iterable[T], name: Callable[[T], str], read: Callable[[T], Awaitable[Report]]
) -> Report:
    """Read every resource concurrently and join their reports, in their order; one that is named twice once.

    A resource that does not exist becomes a critical finding, one that fails otherwise an unknown one, also where a
    member is missing in its answer without which it cannot be judged.
    Raises `Failure` where access is denied, and where every resource failed.
    """
    wanted = once(resources, lambda resource: resource if isinstance(resource, Part) else None)
    room = asyncio.Semaphore(AT_ONCE)
    outcomes = await asyncio.gather(*(_read(resource, read, room) for resource in wanted))
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    broken = [failure for failure in failures if failure.problem.kind is not ProblemKind.NOT_FOUND]
    fatal = [failure for failure in broken if failure.problem.kind in _OURS]
    if fatal or (broken and len(broken) == len(wanted)):
        raise (fatal or broken)[0]
    reports = [
        Report((_failed(source, name(resource), outcome),)) if isinstance(outcome, Failure) else outcome
        for resource, outcome in zip(wanted, outcomes, strict=True)
    ]
    return joined(reports)


def joined(reports: Iterable[Report]) -> Report:
    """One report of many, in their order."""
    kept = list(reports)
    return Report(
        tuple(finding for report in kept for finding in report.findings),
        tuple(detail for report in kept for detail in report.details),
    )


def once(items: Iterable[T], name: Callable[[T], object]) -> list[T]:
    """The items, each once: pages overlap where something came or went between them. What has no name is kept."""
    known: set[object] = set()
    found = []
    for item in items:
        key = name(item)
        if not key or key not in known:
            found.append(item)
        known.add(key)
    return found


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in parts of at most `size`, for calls that take no more at once."""
    return (items[at : at + size] for at in range(0, len(items), size))


async def _read(resource: T, read: Callable[[T], Awaitable[Report]], room: asyncio.Semaphore) -> Report | Failure:
    try:
        async with room:
            return await read(resource)
    except Failure as failure:
        return failure
    except KeyError as error:
        return Failure(classify(Suspect(f"An answer lacks {error}, without which it cannot be judged.")))
    except IndexError:
        return Failure(classify(Suspect("An answer lists nothing where it must, and cannot be judged.")))


def _failed(source: str, name: str, failure: Failure) -> Finding:
    problem = failure.problem
    if problem.kind is ProblemKind.NOT_FOUND:
        what = f"It does not exist in this account and region. {problem.hint}".strip()
        return Finding(source, clean(name), Level.CRIT, Clean(what), Clean("MISSING"), Clean("exists"))
    return Finding(source, clean(name), Level.UNKNOWN, clean(problem), clean(problem.kind.value))
