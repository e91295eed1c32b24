"""What the palette offers: everything that can be done by name, made from keys, screens, stacks and themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.screen import Screen

import themes
from screens import SCREENS
from screens.modals.palette import Command

if TYPE_CHECKING:
    from console.app import ConsoleApp

_HERE = frozenset({"app.palette", "palette"})


def commands(app: ConsoleApp, screen: Screen[Any]) -> Iterator[Command]:
    """All that can be done from a screen; a key that moves a cursor has no name and is left out."""
    for name, entry in SCREENS.items():
        yield Command("screen", entry.label, entry.key, _action(app, app, f"open('{name}')"))
    for found in screen.active_bindings.values():
        binding = found.binding
        if binding.show and binding.description and found.enabled and binding.action not in _HERE:
            key = app.get_key_display(binding)
            yield Command("key", binding.description, key, _action(app, found.node, binding.action))
    for stack in app.desk.stacks:
        yield Command("stack", f"{stack.name} ({stack.environment})", "", partial(app.desk.choose, stack))
    for theme in themes.names():
        yield Command("theme", theme, "", partial(app.use_theme, theme))


def _action(app: ConsoleApp, node: DOMNode, action: str) -> Callable[[], object]:
    return lambda: app.call_later(app.run_action, action, node)
