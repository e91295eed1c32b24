"""The colours of log lines: component classes of the widget that shows them, and how they lie over each other."""

from __future__ import annotations

from typing import Final

from rich.style import Style as RichStyle
from textual.widget import Widget

HIGHLIGHTS: Final = 4
STREAMS: Final = 5

CLASSES: Final = frozenset(
    f"log--{name}"
    for name in (
        *"cursor bar scroll title time late fold gap error warn debug match empty".split(),
        *(f"stream-{number}" for number in range(STREAMS)),
        *(f"highlight-{number}" for number in range(HIGHLIGHTS)),
    )
)

CSS: Final = """
LogLines {
    height: 1fr; width: 1fr; background: $background; color: $foreground;
    & > .log--cursor { background: $panel; }
    & > .log--bar, & > .log--scroll, & > .log--time, & > .log--debug, & > .log--empty { color: $text-muted; }
    & > .log--title { color: $text-muted; text-style: bold; }
    & > .log--late, & > .log--warn { color: $warning; }
    & > .log--fold { color: $accent; }
    & > .log--gap { color: $warning; text-style: italic; }
    & > .log--error { color: $error; }
    & > .log--stream-0 { color: $primary; }
    & > .log--stream-1 { color: $accent; }
    & > .log--stream-2 { color: $secondary; }
    & > .log--stream-3 { color: $success; }
    & > .log--stream-4 { color: $foreground; text-style: bold; }
    & > .log--match { background: $warning; color: $background; text-style: bold underline; }
    & > .log--highlight-0 { background: $accent; color: $background; text-style: bold; }
    & > .log--highlight-1 { background: $secondary; color: $background; text-style: bold; }
    & > .log--highlight-2 { background: $primary; color: $background; text-style: bold; }
    & > .log--highlight-3 { background: $success; color: $background; text-style: bold; }
    &:focus > .log--cursor { background: $block-cursor-background; }
    &:focus > .log--bar { color: $primary; }
}
"""


class RowStyles:
    """Gives the style of a row, or of the cursor's, with some named ones laid over it; the last one wins."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[tuple[bool, tuple[str, ...]], RichStyle] = {}

    def __call__(self, *names: str, on_cursor: bool = False) -> RichStyle:
        """The style of a piece of text."""
        style = self._known.get((on_cursor, names))
        if style is None:
            part = self._widget.get_component_rich_style
            style = part("log--cursor") if on_cursor else self._widget.rich_style
            for name in names:
                style += part(f"log--{name}", partial=True)
            self._known[(on_cursor, names)] = style
        return style

    def clear(self) -> None:
        """Read the styles anew, as after a change of theme or focus."""
        self._known.clear()
