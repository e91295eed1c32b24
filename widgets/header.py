"""Where one is: stack, environment, account, and whether it can be changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from textual.content import Content

from console.stack.standing import NO_ENVIRONMENT, Standing
from widgets.lines import Lines
from widgets.times import countdown, span


class HeaderState(NamedTuple):
    """What the header tells. Empty texts and zeros are left out, but for stack and environment."""

    stack: str = ""
    environment: str = ""
    standing: Standing = Standing.HARMLESS
    account: str = ""
    region: str = ""
    identity: str = ""
    endpoint: str = ""
    simulated: bool = False
    read_only: bool = True
    armed_until: datetime | None = None
    calls_per_minute: int = 0
    dollars_per_hour: float = 0.0
    credentials_until: datetime | None = None
    watches: int = 0
    unknown: int = 0


class _Part(NamedTuple):
    """A piece of the header: the higher its rank, the sooner it goes where the screen is narrow."""

    rank: int
    text: str
    style: str = ""


def _left(state: HeaderState) -> list[_Part]:
    environment = state.environment or NO_ENVIRONMENT
    match state.standing:
        case Standing.PRODUCTION:
            named = "" if environment.lower() in ("production", "prod") else f" {environment}"
            badge = f" ■ PRODUCTION{named} ■ "
        case Standing.HARMLESS:
            badge = f" {environment} "
        case doubt:
            named = "" if environment == NO_ENVIRONMENT else f"{environment}, "
            badge = f" ? {named}production {doubt} "
    parts = [_Part(0, badge, "bold reverse"), _Part(0, state.stack or "no stack", "bold")]
    if state.endpoint:
        simulated = ", simulated" if state.simulated else ""
        parts.append(_Part(3, f"endpoint {state.endpoint}{simulated}"))
    elif state.simulated:
        parts.append(_Part(3, "simulated"))
    parts += [_Part(4, state.region), _Part(5, state.account), _Part(8, state.identity)]
    return [part for part in parts if part.text]


def _right(state: HeaderState, now: datetime) -> list[_Part]:
    parts = []
    if state.unknown:
        parts.append(_Part(2, f"? {state.unknown} unknown", "bold"))
    if state.watches:
        parts.append(_Part(6, f"◌ {state.watches} watching"))
    if state.calls_per_minute:
        parts.append(_Part(9, f"{state.calls_per_minute}/min"))
    if state.dollars_per_hour:
        parts.append(_Part(10, f"${state.dollars_per_hour:.2f}/h"))
    if state.credentials_until:
        left = (state.credentials_until - now).total_seconds()
        text = f"credentials {span(left // 60 * 60)}" if left > 0 else "✗ credentials expired"
        parts.append(_Part(7 if left > 900 else 2, text, "" if left > 900 else "bold"))
    left = (state.armed_until - now).total_seconds() if state.armed_until and not state.read_only else 0
    if left > 0:
        parts.append(_Part(1, f" ▲ WRITE {countdown(left)} ", "bold reverse"))
    else:
        closed = state.read_only or state.standing is not Standing.HARMLESS
        parts.append(_Part(1, "READ-ONLY" if closed else "write", "bold"))
    return parts


def header_line(state: HeaderState, width: int, now: datetime) -> Content:
    """The header in `width` cells; the least important parts go first, the environment never."""
    left, right = _left(state), _right(state, now)
    shown: list[_Part] = []
    for part in sorted([*left, *right], key=lambda part: part.rank):
        if part.rank == 0 or _cells([*shown, part]) + 3 <= width:
            shown.append(part)
    left, right = [p for p in left if p in shown], [p for p in right if p in shown]
    space = max(1, width - _cells(left) - _cells(right) - 1)
    return Content.assemble(*_joined(left), " " * space, *_joined(right), " ")


def _cells(parts: list[_Part]) -> int:
    return sum(Content(part.text).cell_length + 2 for part in parts) - 2 if parts else 0


def _joined(parts: list[_Part]) -> list[Content]:
    joined: list[Content] = []
    for number, part in enumerate(parts):
        joined += [Content("  ")] if number else []
        joined.append(Content.styled(part.text, part.style))
    return joined


class Header(Lines):
    """One line, ticking once a second only while something on it counts down."""

    DEFAULT_CSS = """
    Header {
        height: 1; background: $panel; color: $foreground;
        &.-production { background: $prod; color: $on-prod; }
    }
    """

    def __init__(
        self,
        state: HeaderState | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._state = state or HeaderState()
        self._now = now

    def on_mount(self) -> None:
        """Count down: lines that stay equal are not painted."""
        self.set_class(self._state.standing is Standing.PRODUCTION, "-production")
        self.set_interval(1, self.update_lines)

    def show(self, state: HeaderState) -> None:
        """Show a state."""
        self._state = state
        self.set_class(state.standing is Standing.PRODUCTION, "-production")
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The line for a width."""
        return [header_line(self._state, width, self._now())]
