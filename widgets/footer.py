"""The keys of this screen, as many as fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content
from textual.screen import Screen

from widgets.lines import Lines


@dataclass(frozen=True, slots=True)
class FooterKey:
    """A key and what it does."""

    key: str
    does: str
    action: str = ""


ALWAYS = (FooterKey("?", "help"), FooterKey("q", "back"))


def keys_line(keys: Sequence[FooterKey], width: int, always: Sequence[FooterKey] = ALWAYS) -> Content:
    """Keys from the left as far as they fit in `width` cells, and at the right those that are always there."""
    fixed = Content("  ").join(_key(key) for key in always)
    room = width - fixed.cell_length - 2
    line = Content(" ")
    for key in keys:
        piece = _key(key)
        if line.cell_length + piece.cell_length + 2 > room:
            break
        line = Content.assemble(line, piece, "  ")
    space = " " * max(0, width - line.cell_length - fixed.cell_length - 1)
    return Content.assemble(line, space, fixed, " ")


def _key(key: FooterKey) -> Content:
    return Content.assemble((key.key, "bold $accent"), " ", key.does)


def unique(keys: Iterable[FooterKey]) -> list[FooterKey]:
    """Keys without those that do what an earlier one does."""
    seen: set[str] = set()
    found = []
    for key in keys:
        if (key.action or key.key) not in seen:
            seen.add(key.action or key.key)
            found.append(key)
    return found


class Footer(Lines):
    """The keys that work now: the screen's own first, then enter, the app's, the others of the widget in focus."""

    DEFAULT_CSS = "Footer { height: 1; background: $panel; color: $text-muted; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._keys: list[FooterKey] = []

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[Any]) -> None:
        if screen is not self.screen:
            return
        ranked = []
        for place, active in enumerate(screen.active_bindings.values()):
            binding = active.binding
            if not binding.show or not active.enabled or binding.key in ("question_mark", "q"):
                continue
            rank = 0 if isinstance(active.node, Screen) else 2 if active.node is screen.app else 3
            rank = 1 if binding.key == "enter" else rank
            key = FooterKey(screen.app.get_key_display(binding), binding.description.lower(), binding.action)
            ranked.append((rank, place, key))
        keys = unique(key for _, _, key in sorted(ranked, key=lambda found: found[:2]))
        if keys != self._keys:
            self._keys = keys
            self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The line for a width."""
        return [keys_line(self._keys, width)]
