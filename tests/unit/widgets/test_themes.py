"""Themes: complete, readable, and apart from each other with sixteen colours too."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem

import themes

NAMES = {
    "background", "surface", "panel", "text", "muted", "primary", "accent", "ok", "warn", "crit", "unknown", "prod",
    "selection",
}  # fmt: skip
GROUNDS = ("background", "surface", "panel", "selection")
INKS = ("text", "muted", "primary", "accent", "ok", "warn", "crit", "unknown")


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def sixteen(color: str) -> int | None:
    """The colour that a terminal with sixteen of them shows."""
    return Color.parse(color).downgrade(ColorSystem.STANDARD).number


def test_the_default_comes_first() -> None:
    assert themes.names()[0] == themes.DEFAULT
    assert set(themes.names()) >= {"dark", "light", "high-contrast"}
    assert [theme.name for theme in themes.load_all()] == list(themes.names())


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(KeyError):
        themes.load("solarised")


@pytest.mark.parametrize("name", themes.names())
def test_a_theme_names_every_colour_and_no_other(name: str) -> None:
    assert set(themes.colors(name)) == NAMES


@pytest.mark.parametrize("name", themes.names())
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_can_be_read_on_every_ground(name: str, ground: str) -> None:
    colors = themes.colors(name)
    weak = {ink: round(contrast(colors[ink], colors[ground]), 2) for ink in INKS}
    assert {ink: ratio for ink, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", themes.names())
def test_the_header_of_production_can_be_read(name: str) -> None:
    variables = themes.load(name).variables
    assert contrast(variables["prod"], variables["on-prod"]) >= 4.5


def test_high_contrast_is_high() -> None:
    colors = themes.colors("high-contrast")
    assert min(contrast(colors[ink], colors["background"]) for ink in INKS) >= 7


@pytest.mark.parametrize("name", themes.names())
def test_with_sixteen_colours_no_text_vanishes(name: str) -> None:
    colors = themes.colors(name)
    lost = [(ink, ground) for ink in INKS for ground in GROUNDS if sixteen(colors[ink]) == sixteen(colors[ground])]
    assert lost == []
    variables = themes.load(name).variables
    assert sixteen(variables["prod"]) not in (sixteen(variables["on-prod"]), sixteen(colors["panel"]))
