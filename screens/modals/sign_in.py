"""Signing in to SSO: an address and a code as text, which work from any device and over SSH."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from console.desk.desk import Desk
from console.problems import Failure, Problem
from console.stack.stack import Stack
from widgets.terminal.clipboard import send
from widgets.terminal.frame_rate import FrameRateModal
from widgets.text_view import TextView, hang
from widgets.times import countdown

if TYPE_CHECKING:
    from console.aws.login.sso import DeviceAuthorization


class SignInSteps(TextView):
    """What to do now."""

    def __init__(self) -> None:
        super().__init__()
        self.offered: DeviceAuthorization | None = None
        self.problem: Problem | None = None

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        if self.problem is not None:
            return hang(f"{self.problem.what} {self.problem.hint}", width, style="$error")
        if self.offered is None:
            return [Content.styled("Asking AWS for a code ...", "$text-muted")]
        left = (self.offered.expires - datetime.now(UTC)).total_seconds()
        return [
            Content("Open this address in any browser, on any device:"),
            Content(""),
            *hang(self.offered.url, width, "  ", style="bold $primary"),
            Content(""),
            Content.assemble("and type the code  ", (self.offered.user_code, "bold $accent")),
            Content(""),
            *hang("Or open this one, which has the code in it:", width),
            *hang(self.offered.complete_url, width, "  ", style="$primary"),
            Content(""),
            Content.styled(f"Waiting until it is used; the code ends in {countdown(left)}.", "$text-muted"),
        ]


class SignInModal(FrameRateModal[None]):
    """Begins a sign-in and waits until it is done somewhere else."""

    DEFAULT_CSS = """
    SignInModal {
        align: center middle;
        & > SignInSteps { width: 76; max-width: 98%; height: auto; max-height: 95%; padding: 1 1 1 2;
                    background: $surface; border: round $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the address"),
        Binding("r", "begin", "Another code"),
        Binding("escape,q", "dismiss(None)", "Give up"),
    ]

    def __init__(self, desk: Desk, stack: Stack | None) -> None:
        super().__init__()
        self._desk = desk
        self._stack = stack
        self._steps = SignInSteps()

    def compose(self) -> ComposeResult:
        """What to do, and the keys."""
        self._steps.border_title = "Sign in with SSO"
        self._steps.border_subtitle = "y copies the address, r another code, esc gives up"
        yield self._steps

    def on_mount(self) -> None:
        """Begin at once."""
        self.set_interval(1, self._steps.renew)
        self.action_begin()

    @work(exclusive=True)
    async def action_begin(self) -> None:
        """Ask for a code, another one where there is one already, and wait until it was used."""
        self._steps.offered = self._steps.problem = None
        self._steps.renew()
        try:
            self._steps.offered = await self._desk.sign_in.begin(self._stack)
            self._steps.renew()
            until = await self._desk.sign_in.finish(self._steps.offered, self._stack)
        except Failure as failure:
            self._steps.problem = failure.problem
            self._steps.renew()
            return
        self.app.notify(f"Signed in until {until.astimezone():%H:%M}.", markup=False)
        self.dismiss(None)

    def action_copy(self) -> None:
        """Send the address with the code in it to the terminal's clipboard."""
        if self._steps.offered is not None:
            self.app.notify(send(self.app, self._steps.offered.complete_url), markup=False)
