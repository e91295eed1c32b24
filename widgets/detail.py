"""All that is known of one resource, scrolled by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from textual.content import Content

from console.readings.source import Detail, Finding
from widgets.detail_lines import detail_lines
from widgets.text_view import TextView


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


class DetailView(TextView):
    """A Detail with its findings; times are shown in `zone` (None is local time)."""

    def __init__(
        self,
        *,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = utc_now,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._zone = zone
        self._now = now
        self._detail: Detail | None = None
        self._findings: tuple[Finding, ...] = ()

    def on_mount(self) -> None:
        """Let the ages grow: lines that stay equal are not painted."""
        self.set_interval(10, self.renew)

    @property
    def detail(self) -> Detail | None:
        """What is shown."""
        return self._detail

    def show(self, detail: Detail | None, findings: Sequence[Finding] = ()) -> None:
        """Show a resource; the same one again keeps its place and repaints only what changed."""
        same = self._detail is not None and detail is not None and self._detail.resource == detail.resource
        self._detail, self._findings = detail, tuple(findings)
        self.renew(home=not same)

    def in_zone(self, zone: tzinfo | None) -> None:
        """Show times in another zone; None is local time."""
        self._zone = zone
        self.renew()

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        if self._detail is None:
            return [Content.styled("Nothing selected.", "$text-muted")]
        return detail_lines(self._detail, self._findings, width, self._now(), self._zone)
