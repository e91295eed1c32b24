"""Fields for a moment: typed as in Logs, fixed when it is typed, kept and printed in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.moments import MomentProblem, is_relative, moment_near, written
from console.operations.fields import Field, Widget


@dataclass(frozen=True, slots=True)
class MomentField(Field):
    """A moment, as an aware datetime in UTC with milliseconds at most; ``1h`` is ago, in the `future` from now."""

    future: bool = False

    def parse(self, text: str) -> datetime:
        """The moment that a text means now. Raises `ValueError` with a sentence."""
        return self.at(text, datetime.now(UTC))

    def at(self, text: str, now: datetime) -> datetime:
        """The moment that a text means at another one. Raises `ValueError` with a sentence."""
        try:
            found = moment_near(text, now, future=self.future)
        except MomentProblem as problem:
            raise MomentProblem(f"{text!r} is no moment. {problem}") from None
        return found.replace(microsecond=0 if is_relative(text) else found.microsecond // 1000 * 1000)

    def write(self, value: datetime) -> str:
        """The moment in UTC as ISO 8601."""
        return written(value)

    def keep(self, value: datetime) -> str:
        """A moment as the journal keeps it: in UTC as ISO 8601."""
        return written(value)

    def restore(self, kept: Any) -> datetime:
        """The moment that the journal kept, which is absolute. Raises `ValueError`."""
        found = datetime.fromisoformat(kept) if isinstance(kept, str) else None
        if found is None or found.tzinfo is None:
            raise ValueError(f"{kept!r} is no moment.")
        try:
            return found.astimezone(UTC)
        except OverflowError:  # beyond all calendars
            raise ValueError(f"{kept!r} is no moment.") from None


def moment(*, future: bool = False) -> MomentField:
    """A moment: ``1h``, ``14:05``, ``2026-11-20T09:00Z``. Where that is left open it is past, or in the `future`."""
    return MomentField("moment to come" if future else "moment", Widget.MOMENT, future=future)
