"""Log groups of a class whose lines FilterLogEvents and Live Tail do not read."""

from __future__ import annotations

import re
from typing import Final

from console.problems import Failure, Problem, ProblemKind
from console.text import Clean, clean

STANDARD: Final = "STANDARD"
OTHER_CLASS: Final = Clean("LogGroupClass")
"""The code of the problem that a group is of a class that cannot be read so: asking again is in vain."""

_REFUSED: Final = "InvalidOperationException"
_NAMED: Final = re.compile(r"\bCLASS[ :=]*\W?(INFREQUENT_ACCESS|DELIVERY|ESSENTIALS)\b")
"""How CloudWatch Logs names the class, in capitals; the same words may stand in the name of the group."""

_WORDS: Final = {
    "INFREQUENT_ACCESS": "only Logs Insights reads it.",
    "DELIVERY": "it only hands its lines on to S3 or Firehose, and neither FilterLogEvents nor Logs Insights reads it.",
}
_ELSE: Final = "FilterLogEvents and Live Tail do not read it, but Logs Insights may."
_NEXT: Final = {
    "INFREQUENT_ACCESS": "Next: I on the Logs screen asks Logs Insights.",
    "DELIVERY": "Next: read its lines where it delivers them.",
}


def unreadable(group_class: str) -> Problem | None:
    """Why a group of this class cannot be read line by line, and what to do; None where it can."""
    if group_class in ("", STANDARD):
        return None
    words, following = _WORDS.get(group_class, _ELSE), _NEXT.get(group_class, _NEXT["INFREQUENT_ACCESS"])
    what = clean(f"It is of class {group_class}: {words}", limit=300)
    return Problem(ProblemKind.UNAVAILABLE, what, Clean(following), OTHER_CLASS)


def explained(failure: Failure) -> Failure:
    """A failure of reading events, in the words of the class where that is the reason."""
    problem = failure.problem
    if problem.code != _REFUSED:
        return failure
    named = _NAMED.search(problem.what.upper())
    told = unreadable(named[1] if named else "another")
    return Failure(told) if told and (named or "class" in problem.what.lower()) else failure
