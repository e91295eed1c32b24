"""Reads what there is to choose from for the lines of a form, while one types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.screen import Screen
from textual.timer import Timer

from console.operations.choices import Choices
from console.operations.fields import Widget
from console.operations.named import named_by, region_in
from console.problems import Failure
from console.stack.stack import Stack
from screens.modals.field_input import FieldInput
from widgets.terminal.faults import fault_of

if TYPE_CHECKING:
    from console.aws.call import Aws

Connect = Callable[[Stack, str | None], Awaitable["Aws"]]
"""Gives the calls that read a stack, in a region of its own or the stack's. Raises `Failure`."""

PAUSE: Final = 0.4
"""Seconds after the last key in a line until what depends on it is read again."""


class Offers:
    """What there is for each line whose field is read from AWS. An answer to what was typed before is dropped."""

    def __init__(self, form: Screen[Any], stack: Stack, lines: Sequence[FieldInput], connect: Connect) -> None:
        self._form = form
        self._stack = stack
        self._lines = lines
        self._connect = connect
        self._waiting: dict[FieldInput, Timer] = {}
        self._asked: dict[FieldInput, object] = {}
        self._typed: dict[FieldInput, str] = {}

    def begin(self) -> None:
        """Read for every line for which enough is typed already."""
        self._typed = {line: line.value for line in self._lines}
        for line in self._lines:
            self._ask(line)

    def changed(self, line: FieldInput) -> None:
        """Read again what depends on a line, once nobody has typed in it for a moment."""
        if self._typed.get(line) == line.value:
            return
        self._typed[line] = line.value
        for other in self._lines:
            reads = other.parameter.field.reads
            if reads is None or line.parameter.name not in reads.after:
                continue
            self._asked.pop(other, None)
            other.told("Reading ..." if self._ready(reads) else self._missing(reads))
            if (timer := self._waiting.pop(other, None)) is not None:
                timer.stop()
            self._waiting[other] = self._form.set_timer(PAUSE, lambda other=other: self._ask(other))

    def _ask(self, line: FieldInput) -> None:
        """Read for one line, in place of what was asked for it before."""
        reads = line.parameter.field.reads
        if reads is None:
            return
        if not self._ready(reads):
            line.told(self._missing(reads))
            return
        token = self._asked[line] = object()
        line.told("Reading ...")
        group = f"offer-{line.parameter.name}"
        self._form.run_worker(self._read(line, reads, token), group=group, exclusive=True)

    async def _read(self, line: FieldInput, reads: Choices, token: object) -> None:
        values = self._values(line)
        given = {each.parameter.name: _as_text(each, values) for each in self._lines if each.parameter.name in values}
        try:
            region = region_in(self._stack, named_by([other.parameter for other in self._lines], values))
            found = tuple(await reads.fetch(await self._connect(self._stack, region), self._stack, given))
            told = f"{len(found):,} there are; down opens the list" if found else "There are none."
        except Failure as failure:
            found, told = (), f"They could not be read: {failure.problem}"
        except Exception as error:  # noqa: BLE001 - told under the line; a value can be typed all the same
            found, told = (), str(fault_of(error))
        if self._asked.get(line) is token:
            line.told(told, found)

    def _values(self, line: FieldInput) -> Mapping[str, Any]:
        """What is typed in the other lines as far as it can be meant, by names in place of ARNs; never a secret."""
        values: dict[str, Any] = {}
        for other in self._lines:
            if other is not line and not other.parameter.is_secret and other.value and not other.fault():
                field = other.parameter.field
                is_document = field.one.widget is Widget.DOCUMENT  # not read before the form is left
                values[other.parameter.name] = other.value if is_document else field.read(field.parse(other.value))[0]
        return values

    def _ready(self, reads: Choices) -> bool:
        return not any(line.fault() for line in self._lines if line.parameter.name in reads.after)

    def _missing(self, reads: Choices) -> str:
        wrong = [line.parameter.name for line in self._lines if line.parameter.name in reads.after and line.fault()]
        return f"Read from AWS once there is a {' and a '.join(wrong)}."


def _as_text(line: FieldInput, values: Mapping[str, Any]) -> str:
    value, field = values[line.parameter.name], line.parameter.field
    return value if field.one.widget is Widget.DOCUMENT else field.write(value)
