"""What a check of the surroundings says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.problems import Problem
from console.text import Clean, clean


class Mark(StrEnum):
    """How well it is: `warn` where something is less than it could be, `fail` where something cannot work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the doctor: what was looked at, how it is, and what to do next where it is not well."""

    check: str
    mark: Mark
    what: Clean
    next: Clean = Clean("")


def ok(check: str, what: object) -> Verdict:
    """It is well."""
    return Verdict(check, Mark.OK, clean(what))


def warn(check: str, what: object, then: str) -> Verdict:
    """It could be better; `then` says how."""
    return Verdict(check, Mark.WARN, clean(what), clean(then))


def fail(check: str, what: object, then: str) -> Verdict:
    """It cannot work so; `then` says what to do."""
    return Verdict(check, Mark.FAIL, clean(what), clean(then))


def of_problem(check: str, problem: Problem, mark: Mark = Mark.FAIL) -> Verdict:
    """A problem as a line."""
    return Verdict(check, mark, problem.what, problem.hint)
