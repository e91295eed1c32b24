"""Signing in from inside the console: which problems it solves, and the modal that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from textual.screen import Screen

from console.problems import SIGN_IN, Problem
from console.stack.stack import Stack

if TYPE_CHECKING:
    from console.desk.desk import Desk

MFA: Final = "MFARequired"


@runtime_checkable
class Troubled(Protocol):
    """A screen that knows what keeps its stack from being read."""

    def selected_stack(self) -> Stack | None:
        """The stack that the operator is looking at."""

    def problem(self) -> Problem | None:
        """What keeps it from being read."""


def answers(problem: Problem) -> bool:
    """Whether signing in from inside the console solves a problem."""
    return problem.code == MFA or problem.code in SIGN_IN


def problem_at(screen: Screen[Any]) -> Problem | None:
    """The problem of a screen that signing in solves."""
    problem = screen.problem() if isinstance(screen, Troubled) else None
    return problem if problem is not None and answers(problem) else None


def open_sign_in(screen: Screen[Any], desk: Desk) -> None:
    """Ask for the code of an MFA device, or give the code and address of SSO."""
    from screens.modals.mfa import MfaModal
    from screens.modals.sign_in import SignInModal

    problem = problem_at(screen)
    stack = screen.selected_stack() if isinstance(screen, Troubled) else None
    if problem is not None and problem.code == MFA:
        screen.app.push_screen(MfaModal(desk, stack, problem))
    else:
        screen.app.push_screen(SignInModal(desk, stack))
