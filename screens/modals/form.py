"""A form for the parameters of an operation, made from its fields."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from console.naming.resource_kind import ResourceKind
from console.operations.fields import Field, Widget
from console.operations.in_stack import placed
from console.operations.operation import Operation
from console.operations.parameters import build, parameters
from console.stack.names import names_in
from console.stack.stack import Stack
from console.text import clean
from screens.modals.field_input import FieldInput
from screens.modals.offers import Connect, Offers
from widgets.terminal.frame_rate import FrameRateModal

Loaded = Mapping[ResourceKind, Iterable[str]]
"""The names of resources that were read, by kind."""


class FormModal(FrameRateModal[Operation | None]):
    """Asks for what the selection does not give; gives the operation, or None."""

    DEFAULT_CSS = """
    FormModal {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 98%; height: auto; max-height: 90%; padding: 0 1;
            background: $surface; border: round $primary;
        }
        & .form--label { margin: 1 0 0 0; text-style: bold; }
        & .form--fault { color: $error; height: auto; }
        & .form--note { color: $text-muted; height: auto; }
        & FieldInput { height: 1; border: none; padding: 0; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(
        self, kind: type[Operation], stack: Stack, preset: Mapping[str, Any], loaded: Loaded, connect: Connect
    ) -> None:
        super().__init__()
        self._kind = kind
        self._stack = stack
        self._preset = preset
        self._loaded = loaded
        self._lines = [
            FieldInput(parameter, self._text(parameter.name, parameter.field), map(clean, self._names(parameter.field)))
            for parameter in parameters(kind)
        ]
        self._offers = Offers(self, stack, self._lines, connect)

    def compose(self) -> ComposeResult:
        """A label, a line and room for a fault and a note for each parameter."""
        with VerticalScroll(can_focus=False) as box:
            box.border_title = Content(self._kind.name)
            box.border_subtitle = "enter goes on to the plan, tab to the next, right takes the suggestion, esc closes"
            yield Static(Content(f"{self._kind.help()}"), markup=False)
            for line in self._lines:
                label = f"{line.parameter.name.replace('_', ' ')}  "
                help_ = (line.parameter.help, "$text-muted not bold")
                yield Static(Content.assemble(label, help_), classes="form--label")
                yield line
                yield line.said
                yield line.note

    def _text(self, name: str, field: Field) -> str:
        value = self._preset.get(name)
        return "" if value is None else field.write(value)

    def _names(self, field: Field) -> Iterable[str]:
        """What there is of the kind that a field names, as far as it is known."""
        if field.kind is None or field.new:
            return ()
        return dict.fromkeys((*names_in(self._stack, field.kind), *self._loaded.get(field.kind, ())))

    def on_mount(self) -> None:
        """Begin in the first line that is empty; read what there is."""
        next((line for line in self._lines if not line.value), self._lines[-1]).focus()
        self._offers.begin()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong while one types, and read again what depends on it."""
        line = event.input
        if isinstance(line, FieldInput):
            line.say(line.fault() if line.value else "")
            self._offers.changed(line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on when everything is right; else to the first line that is not."""
        event.stop()
        for line in self._lines:
            line.say(line.fault())
        wrong = next((line for line in self._lines if line.fault()), None)
        if wrong is not None:
            wrong.focus()
        elif any(line.parameter.field.one.widget is Widget.DOCUMENT for line in self._lines):
            self._read_and_go_on()
        else:
            self._go_on(self._built())

    @work(group="documents", exclusive=True)
    async def _read_and_go_on(self) -> None:
        """The same with documents, which are read in a thread."""
        self._go_on(await asyncio.to_thread(self._built))

    def _built(self) -> Operation | ValueError:
        try:
            texts = {line.parameter.name: line.value for line in self._lines if line.value}
            return placed(build(self._kind, texts), self._stack)
        except ValueError as error:
            return error

    def _go_on(self, built: Operation | ValueError) -> None:
        if not isinstance(built, ValueError):
            self.dismiss(built)
            return
        named = (line for line in self._lines if str(built).startswith(f"{line.parameter.flag}:"))
        wrong = next(named, self._lines[-1])
        wrong.say(str(built))
        wrong.focus()
