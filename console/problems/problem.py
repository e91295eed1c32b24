"""What a problem is: its kind, what went wrong, and what to do next; and the exceptions that carry one."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from console.text import Clean

OTHER_ACCOUNT: Final = Clean("OtherAccount")
OTHER_REGION: Final = Clean("OtherRegion")
"""The codes of the problems that credentials or calls lead elsewhere than the stack is."""


class ProblemKind(StrEnum):
    """What sort of problem it is; a banner, a panel and an exit code follow from it."""

    LOGIN = "login"
    REFUSED = "refused"
    """One service or region does not accept credentials that hold elsewhere."""
    DENIED = "denied"
    THROTTLED = "throttled"
    NETWORK = "network"
    SKEW = "skew"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    SUSPECT = "suspect"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong and what to do next; `code` is AWS's own word for it, `permission` the IAM action.

    `about` names what must be at hand to go on, such as the MFA device whose code is asked for.
    """

    kind: ProblemKind
    what: Clean
    hint: Clean = Clean("")
    code: Clean = Clean("")
    permission: str = ""
    about: Clean = Clean("")

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class Failure(Exception):
    """A call that failed, with the Problem that explains it. Raised by the AWS layer instead of botocore's."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Suspect(Exception):
    """An answer with status 200 that lacks what a true answer always has."""


ONCE: Final = ContextVar("once", default=False)
"""Set for a command that asks once and ends: no problem that it tells may promise that it is tried again."""

SIGN_IN: Final = frozenset({"SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError"})
"""The codes of problems that signing in to SSO again solves."""


def ended(sentence: str) -> str:
    """A sentence with a full stop, since a hint follows it."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
