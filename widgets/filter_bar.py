"""The line at the bottom in which one types what to look for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """Opened by ``/``: every key tells `Changed`; enter keeps the text, esc clears it and then closes."""

    DEFAULT_CSS = """
    FilterBar {
        display: none; height: auto; max-height: 3; background: $panel;
        & > .filter-bar--sign { width: 3; color: $accent; text-style: bold; }
        & > Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        & > .filter-bar--note { width: auto; max-width: 70%; height: auto; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "Clear, close")]

    @dataclass
    class Changed(Message):
        """The text is another."""

        bar: FilterBar
        text: str

        @property
        def control(self) -> FilterBar:
            """The bar."""
            return self.bar

    @dataclass
    class Kept(Message):
        """Enter: the text stays in force, the keys go back to the list."""

        bar: FilterBar
        text: str

    @dataclass
    class Closed(Message):
        """Esc on an empty text: the bar is gone, nothing is filtered."""

        bar: FilterBar

    def __init__(self, hint: str = "text to look for", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._hint = hint
        self._sign = Static(" / ", classes="filter-bar--sign", markup=False)
        self._field = Input(placeholder=hint, select_on_focus=False, compact=True)
        self._counts = Static("", classes="filter-bar--note", markup=False)
        self._note = ""
        self.disabled = True

    def compose(self) -> ComposeResult:
        """A sign, the input, and room for counts."""
        yield self._sign
        yield self._field
        yield self._counts

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.value

    def open(self, text: str | None = None, *, sign: str = "/", hint: str | None = None) -> None:
        """Show the bar and take the keys. `text` replaces what is in it; `sign` stands before it, `hint` in it."""
        field = self._field
        self._sign.update(Content(f" {sign} "))
        field.placeholder = self._hint if hint is None else hint
        if text is not None:
            field.value = text
        self.disabled = False
        self.display = True
        self.screen.set_focus(field)  # at once: the next letter may be here already

    def close(self) -> None:
        """Hide the bar; the text stays. Disabled, so that a screen never gives it the keys while hidden."""
        self.disabled = True
        self.display = False

    def note(self, text: str) -> None:
        """Show counts or a fault of the pattern at the right."""
        if text != self._note:
            self._note = text
            self._counts.update(Content(text))

    def action_clear(self) -> None:
        """Clear the text, or close where there is none."""
        if self._field.value:
            self._field.value = ""
        else:
            self.close()
            self.post_message(self.Closed(self))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is typed."""
        event.stop()
        self.post_message(self.Changed(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the text."""
        event.stop()
        if not event.value:
            self.close()
        self.post_message(self.Kept(self, event.value))
