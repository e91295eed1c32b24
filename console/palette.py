"""What the palette offers: everything that can be done by name, made from keys, screens, stacks and themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace
from textual.dom import DOMNode
from textual.screen import Screen

import themes
from console.desk.screens import SCREENS
from console.files.memory import recall, remember
from screens.health.views import view_commands
from screens.modals.palette import PaletteItem, PaletteModal

if TYPE_CHECKING:
    from console.app import ConsoleApp

_NAMELESS: Final = (
    "palette",
    "app.palette",
    "open(",
    "app.open(",
    "app.focus",
    "move(",
    "page(",
    "sideways(",
    "scroll_",
)
"""How actions begin that are of no use by name: they move a cursor, or are in the list in another way."""


def open_palette(app: ConsoleApp) -> None:
    """Choose by name what to do."""

    def chosen(command: PaletteItem | None) -> None:
        if command is not None:
            command.run()

    app.push_screen(PaletteModal(list(commands(app, app.screen))), chosen)


def commands(app: ConsoleApp, screen: Screen[Any]) -> Iterator[PaletteItem]:
    """All that can be done from a screen; a key that moves a cursor has no name and is left out."""
    seen: set[str] = set()
    for found in screen.active_bindings.values():
        binding = found.binding
        known = binding.action in seen or not binding.description or not found.enabled
        if known or binding.action.startswith(_NAMELESS):
            continue
        seen.add(binding.action)
        yield PaletteItem(
            "key", binding.description, app.get_key_display(binding), _action(app, found.node, binding.action)
        )
    for name, entry in SCREENS.items():
        yield PaletteItem("screen", entry.label, entry.key, _action(app, app, f"open('{name}')"))
    if app.desk.stack is not None:
        yield from view_commands(app, app.desk, app.desk.stack)
    for stack in app.desk.stacks:
        yield PaletteItem("stack", f"{stack.name} ({stack.nature})", "", partial(app.desk.choose, stack))
    for theme in themes.names():
        yield PaletteItem("theme", theme, "", partial(_use_theme, app, theme))


def _action(app: ConsoleApp, node: DOMNode, action: str) -> Callable[[], object]:
    return lambda: app.call_later(app.run_action, action, node)


def _use_theme(app: ConsoleApp, name: str) -> None:
    """Draw in other colours, also at the next start."""
    app.use_theme(name)
    remember(replace(recall(), theme=name))
