"""Help: the keys of the screen beneath, made from its bindings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.content import Content
from textual.screen import Screen

from console.desk.desk import Desk
from widgets.detail_lines import fact_lines, section
from widgets.terminal.frame_rate import FrameRateModal
from widgets.text_view import TextView, hang

HERE: Final = "This screen"
IN_FOCUS: Final = "In the list or text"
EVERYWHERE: Final = "Everywhere"
TEXTUALS: Final = {
    "app.focus_next": "To the next part of the screen",
    "app.focus_previous": "To the part before",
    "screen.copy_text": "",
    "help_quit": "Ask whether to leave",
    "quit": "Leave",
}
"""Keys that Textual brings, in our words; an empty one is not listed."""


class HelpText(TextView):
    """What the screen is for, and its keys by where they belong."""

    def __init__(self, about: str, groups: dict[str, list[tuple[str, str]]]) -> None:
        super().__init__()
        self._about = about
        self._groups = groups

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        lines = hang(self._about, width)
        for title, keys in self._groups.items():
            lines += [Content(""), section(title, width), *fact_lines(keys, width)]
        return lines


class HelpModal(FrameRateModal[None]):
    """Every key that works on the screen beneath."""

    DEFAULT_CSS = """
    HelpModal {
        align: center middle;
        & > HelpText { width: 76; max-width: 96%; height: auto; max-height: 90%; padding: 1 2;
                       background: $surface; border: round $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss", "Close")]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._about = " ".join((type(screen).__doc__ or "").split())
        self._groups = key_groups(screen, screen.active_bindings.values())

    def compose(self) -> ComposeResult:
        """The text, scrolled by keys."""
        text = HelpText(self._about, self._groups)
        text.border_title = "Keys"
        text.border_subtitle = "j k scroll, esc closes"
        yield text


def open_help(screen: Screen[Any], desk: Desk) -> None:
    """Show the keys of a screen."""
    screen.app.push_screen(HelpModal(screen))


def key_groups(screen: Screen[Any], active: Iterable[ActiveBinding]) -> dict[str, list[tuple[str, str]]]:
    """Keys and what they do: of this screen, of the list or pane in focus, of every screen."""
    groups: dict[str, dict[str, tuple[list[str], str]]] = {HERE: {}, IN_FOCUS: {}, EVERYWHERE: {}}
    for found in active:
        binding = found.binding
        does = TEXTUALS.get(binding.action, binding.description)
        if not does:
            continue
        everywhere = found.node is screen.app or binding.action in TEXTUALS
        title = EVERYWHERE if everywhere else HERE if found.node is screen else IN_FOCUS
        keys, _ = groups[title].setdefault(binding.action, ([], does))
        keys.append(screen.app.get_key_display(binding))
    return {
        title: [(" ".join(keys), does) for keys, does in group.values()] for title, group in groups.items() if group
    }
