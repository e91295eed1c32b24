"""A form for the parameters of an operation, made from its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from console.naming.resource_kind import ResourceKind
from console.operations.fields import Field, Widget
from console.operations.in_stack import placed
from console.operations.operation import Operation
from console.operations.parameters import Parameter, build, parameters
from console.stack.names import names_in
from console.stack.stack import Stack
from console.text import clean
from widgets.terminal.frame_rate import PacedModal

Loaded = Mapping[ResourceKind, Iterable[str]]
"""The names of resources that were read, by kind."""


class FieldInput(Input):
    """The line for one parameter."""

    def __init__(self, parameter: Parameter, value: str, names: Iterable[str]) -> None:
        self.parameter = parameter
        field = parameter.field
        suggestions = [*names, *field.choices, *(("true", "false") if field.widget is Widget.SWITCH else ())]
        super().__init__(
            value,
            placeholder=_placeholder(parameter),
            password=parameter.is_secret,
            suggester=SuggestFromList(suggestions) if suggestions else None,
            select_on_focus=False,
            compact=True,
        )

    def fault(self) -> str:
        """What is wrong with what is typed; empty where nothing is."""
        if not self.value:
            return "It is needed." if self.parameter.required else ""
        try:
            self.parameter.field.parse(self.value)
        except ValueError as error:
            return str(error)
        return ""


def _placeholder(parameter: Parameter) -> str:
    field = parameter.field
    allowed = f"{field.low} to {field.high}" if field.low is not None else " or ".join(field.choices) or field.word
    return allowed if parameter.required else f"{allowed}; may be left out"


class FormModal(PacedModal[Operation | None]):
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
        & FieldInput { height: 1; border: none; padding: 0; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(self, kind: type[Operation], stack: Stack, preset: Mapping[str, Any], loaded: Loaded) -> None:
        super().__init__()
        self._kind = kind
        self._stack = stack
        self._preset = {name: _text(value) for name, value in preset.items() if value is not None}
        self._loaded = loaded

    def compose(self) -> ComposeResult:
        """A label, a line and room for a fault for each parameter."""
        with VerticalScroll(can_focus=False) as box:
            box.border_title = Content(self._kind.name)
            box.border_subtitle = "enter goes on to the plan, tab to the next, right takes the suggestion, esc closes"
            yield Static(Content(f"{self._kind.help()}"), markup=False)
            for parameter in parameters(self._kind):
                label = f"{parameter.name.replace('_', ' ')}  "
                yield Static(Content.assemble(label, (parameter.help, "$text-muted not bold")), classes="form--label")
                field = parameter.field
                names = self._names(field)
                yield FieldInput(parameter, self._preset.get(parameter.name, ""), map(clean, names))
                yield Static("", classes="form--fault", markup=False)

    def _names(self, field: Field) -> Iterable[str]:
        """What there is of the kind that a field names, as far as it is known."""
        if field.kind is None or field.new:
            return ()
        return dict.fromkeys((*names_in(self._stack, field.kind), *self._loaded.get(field.kind, ())))

    def on_mount(self) -> None:
        """Begin in the first line that is empty."""
        fields = list(self.query(FieldInput))
        next((field for field in fields if not field.value), fields[-1]).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong while one types."""
        field = event.input
        if isinstance(field, FieldInput):
            self._say(field, field.fault() if field.value else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on when everything is right; else to the first line that is not."""
        event.stop()
        fields = list(self.query(FieldInput))
        for field in fields:
            self._say(field, field.fault())
        wrong = next((field for field in fields if field.fault()), None)
        if wrong is not None:
            wrong.focus()
            return
        try:
            operation = build(self._kind, {field.parameter.name: field.value for field in fields if field.value})
            self.dismiss(placed(operation, self._stack))
        except ValueError as error:
            self._say(fields[-1], str(error))

    def _say(self, field: FieldInput, fault: str) -> None:
        faults = list(self.query(".form--fault").results(Static))
        faults[list(self.query(FieldInput)).index(field)].update(Content(fault))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
