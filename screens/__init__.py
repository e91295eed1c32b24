"""The screens of the console, in the order of their keys."""

from __future__ import annotations

from typing import Final

from screens.base import ConsoleScreen
from screens.health import HealthScreen
from screens.stacks import StacksScreen

SCREENS: Final[dict[str, type[ConsoleScreen]]] = {screen.NAME: screen for screen in (HealthScreen, StacksScreen)}
"""Every screen by its name; a screen is added here and nowhere else."""
