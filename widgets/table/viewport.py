"""Which row of many the cursor is on, and which is the first on screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Viewport:
    """The place of the cursor and of the first row in sight. `count` is of all rows, `body` of those in sight."""

    cursor: int = 0
    top: int = 0

    def move(self, place: int, count: int, body: int) -> None:
        """Put the cursor on a row, scrolling no more than needed to see it."""
        self.cursor = max(0, min(count - 1, place))
        low = max(0, self.cursor - body + 1)
        self.top = max(low, min(self.top, self.cursor, max(0, count - body)))

    def follow(self, place: int, count: int, body: int) -> None:
        """The cursor's row has another place now: keep it on the same line of the screen.

        At the very top the view stays there, so that a list shows what is new. Where the view was scrolled away from
        the cursor, the view stays.
        """
        if not 0 <= self.cursor - self.top < body:
            self.cursor = max(0, min(count - 1, place))
            self.scroll(0, count, body)
            return
        if self.top:
            self.top = max(0, self.top + place - self.cursor)
        self.move(place, count, body)

    def scroll(self, by: int, count: int, body: int) -> None:
        """Move the view and leave the cursor."""
        self.top = max(0, min(count - body, self.top + by))
