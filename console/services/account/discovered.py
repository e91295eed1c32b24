"""An account without a stack file: what was found in it and is not judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from console.problems import ProblemKind
from console.readings.source import Finding, Level, Report, check
from console.services.kinds import LISTING_PERMISSIONS
from console.stack.found_account import Account, Crowd, Unlisted
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_NAME_THEM: Final = "Name those that matter in a stack file: groundskeeper init --prefix NAME."


@check(
    "stacks.discover",
    period=3600,
    permissions=LISTING_PERMISSIONS,
    wants=lambda stack: isinstance(stack, Account) and (stack.crowds or stack.unlisted),
    overview=True,
)
async def discovered(aws: Aws, stack: Stack) -> Report:
    """All that an account without a stack file holds is listed.

    Of each kind up to 50 resources (20 log groups) are judged one by one. Where there are more they are only
    listed: their alarms are judged, but asking about each would take too many calls and paid metrics. A kind
    that could not be listed is unknown. It was listed when the console started.
    """
    del aws
    if not isinstance(stack, Account):
        return Report()
    return Report(
        (
            *(finding for crowd in stack.crowds for finding in _crowd(crowd)),
            *(_unlisted(each) for each in stack.unlisted),
        )
    )


def _crowd(crowd: Crowd) -> Iterator[Finding]:
    of_each = f"without {', '.join(crowd.skipped)}" if crowd.skipped else "by their alarms alone"
    value = f"{crowd.count}, not measured" if crowd.skipped else f"0 of {crowd.count} judged one by one"
    what = Clean(f"There are so many {crowd.kind} that they are judged {of_each}. {_NAME_THEM}")
    yield Finding(discovered.name, clean(crowd.kind), Level.OK, what, Clean(value))
    for name in crowd.names:
        yield Finding(discovered.name, name, Level.OK, Clean(f"One of {crowd.count} {crowd.kind}."), Clean("listed"))


def _unlisted(unlisted: Unlisted) -> Finding:
    problem = unlisted.problem
    if problem.kind is ProblemKind.UNAVAILABLE:
        what = Clean(f"Not available on this account. {problem.what}")
        return Finding(discovered.name, clean(unlisted.kind), Level.OK, what, Clean("not available"))
    what = Clean(f"Could not be listed. {problem}")
    return Finding(discovered.name, clean(unlisted.kind), Level.UNKNOWN, what, Clean(problem.kind.value))
