"""Every exception that a call can raise, as a Problem. The only room that reads AWS's error codes."""

from console.problems.classify import classify
from console.problems.codes import EXPIRED
from console.problems.credentials import lost_login
from console.problems.problem import (
    ONCE,
    OTHER_ACCOUNT,
    OTHER_REGION,
    SIGN_IN,
    Failure,
    Problem,
    ProblemKind,
    Suspect,
    ended,
)

__all__ = [
    "EXPIRED",
    "ONCE",
    "OTHER_ACCOUNT",
    "OTHER_REGION",
    "SIGN_IN",
    "Failure",
    "Problem",
    "ProblemKind",
    "Suspect",
    "classify",
    "ended",
    "lost_login",
]  # fmt: skip
