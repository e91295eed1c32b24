"""What CloudWatch answered to GetMetricData, and what it did not: an unanswered question is not "none"."""

from __future__ import annotations

from typing import Any, Final, Self

from console.problems import Failure, Problem, ProblemKind
from console.text import Clean, clean

Points = tuple[tuple[float, float], ...]
"""(epoch seconds, value), oldest first."""

_WHOLE: Final = "Complete"
_PARTS: Final = {
    "PartialData": "told only a part of it",
    "InternalError": "failed at it (InternalError)",
    "Forbidden": "does not let these credentials read it (Forbidden)",
}


class Unanswered(tuple[tuple[float, float], ...]):
    """The points of a metric of which CloudWatch did not tell: empty, but not because there are none.

    `problem` says why. What computes with points hands it on, or raises it as a `Failure`.
    """

    problem: Problem

    def __new__(cls, problem: Problem) -> Self:
        """Without points."""
        made = super().__new__(cls)
        made.problem = problem
        return made


def unanswered(*points: Points) -> Unanswered | None:
    """The first that was not answered; None where all were."""
    return next((one for one in points if isinstance(one, Unanswered)), None)


def refused(label: str, failure: Failure) -> Unanswered:
    """A metric that CloudWatch would not have in the question; `label` names it."""
    why = failure.problem
    what = clean(f"CloudWatch refuses to tell {label}: {why.what}", limit=500)
    return Unanswered(Problem(ProblemKind.INVALID, what, Clean("Check the names in the stack file."), why.code))


class MetricAnswer:
    """The pages of one answer. The last page that tells of a metric says whether it is told whole."""

    def __init__(self) -> None:
        self.pages = 0
        self._points: dict[str, list[tuple[float, float]]] = {}
        self._status: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self._to_all = ""

    def add(self, page: dict[str, Any]) -> None:
        """Take in a page."""
        self.pages += 1
        self._to_all = _words(page) or self._to_all
        for result in page["MetricDataResults"]:
            if name := result.get("Id"):
                self._add(name, result)

    def _add(self, name: str, result: dict[str, Any]) -> None:
        status = result.get("StatusCode", "")
        stamps, values = result.get("Timestamps"), result.get("Values")
        if stamps is None and values is None and status == _WHOLE:
            stamps, values = [], []
        # One that cannot be read stays so: what else comes of it would be a part.
        if stamps is None or values is None or len(stamps) != len(values) or self._status.get(name) == "unreadable":
            status = "unreadable"
        else:
            pairs = zip((stamp.timestamp() for stamp in stamps), values, strict=True)
            self._points.setdefault(name, []).extend(pairs)
        self._status[name] = status
        self._said[name] = _words(result) or self._said.get(name, "")

    def points(self, name: str, label: str) -> Points:
        """The points of the metric that was asked under an id; `label` is what people call it."""
        found, status = self._points.get(name, ()), self._status.get(name)
        said = self._said.get(name) or self._to_all
        if status in (_WHOLE, "") and (found or not said):
            return tuple(sorted(found))
        how = "did not answer for it" if status is None else _PARTS.get(status, "gave no readable answer for it")
        if status in (_WHOLE, ""):
            how = "gave no points"
        what = f"{label} is not known: CloudWatch {how}{f': {said}' if said else ''}"
        return Unanswered(
            Problem(ProblemKind.SUSPECT, clean(f"{what.rstrip('.')}.", limit=500), Clean("It will be asked again."))
        )


def _words(told: dict[str, Any]) -> str:
    """The messages of an answer, or of one metric in it, as a sentence."""
    messages = (f"{one.get('Code', '')} {one.get('Value', '')}".strip() for one in told.get("Messages", ()))
    return "; ".join(message for message in messages if message)
