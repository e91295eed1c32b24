"""The line of a form for one parameter: what is wrong with what is typed, what is suggested, what there is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static

from console.files.complete import complete_path
from console.operations.choices import Choice
from console.operations.fields import Field, Widget
from console.operations.lists import PairField, escaped, items_of, last_item
from console.operations.parameters import Parameter

_PATHS: Final = (Widget.PATH, Widget.DOCUMENT)


class Suggestions(Suggester):
    """Completes a line, of a list its last item, from names, words or the folder that is typed."""

    def __init__(self, field: Field, names: Iterable[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field
        self.names = tuple(names)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line as it would be (called by Textual)."""
        start = last_item(value) if self._field.many else 0
        typed, one = value[start:], self._field.one
        if not typed:
            return None
        if one.widget in _PATHS:
            # For a list the path is completed as it is typed: with its escapes.
            found = await asyncio.to_thread(complete_path, typed)
        else:
            given = set(items_of(value)[:-1]) if self._field.many else set()
            found = next((text for text in self._texts(typed) if text.startswith(typed) and text not in given), None)
        return None if found is None else value[:start] + found

    def _texts(self, typed: str) -> Iterator[str]:
        one = self._field.one
        for name in self.names:
            yield as_typed(self._field, name)
        yield from one.choices
        if one.widget is Widget.SWITCH:
            yield from ("true", "false")
        if isinstance(one, PairField) and "=" in typed:
            yield from (f"{typed[: typed.index('=')]}={choice}" for choice in one.value.choices)


def as_typed(field: Field, name: str) -> str:
    """A value as it is typed in a line, of a list as an item of it."""
    text: str = field.one.write(field.one.naming([name]))
    return escaped(text) if field.many else text


class FieldInput(Input):
    """The line for one parameter, what is said of it, and what there is to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "choose", "What there is", show=False)]

    def __init__(self, parameter: Parameter, value: str, names: Iterable[str]) -> None:
        self.parameter = parameter
        self.offer: tuple[Choice, ...] = ()
        self.said = Static("", classes="form--fault", markup=False)
        self.note = Static("", classes="form--note", markup=False)
        self._told = ""
        self._names = tuple(names)
        self._suggestions = Suggestions(parameter.field, self._names)
        super().__init__(
            value,
            placeholder=_placeholder(parameter),
            password=parameter.is_secret,
            suggester=None if parameter.is_secret else self._suggestions,
            select_on_focus=False,
            compact=True,
        )

    def fault(self) -> str:
        """What is wrong with what is typed; empty where nothing is. It waits for no file."""
        if not self.value:
            needed = self.parameter.required and self.parameter.field.made is None
            return "It is needed." if needed else ""
        try:
            self.parameter.field.check(self.value)
        except ValueError as error:
            return str(error)
        return ""

    def say(self, fault: str) -> None:
        """Say what is wrong under the line, and what is meant where nothing is."""
        self.said.update(Content(fault))
        self._show_note()

    def told(self, what: str, offer: Sequence[Choice] = ()) -> None:
        """Say how it is with what there is, and offer that."""
        self._told, self.offer = what, tuple(offer)
        self._suggestions.names = tuple(dict.fromkeys((*self._names, *(choice.value for choice in offer))))
        self._show_note()

    def take(self, value: str) -> None:
        """Put what was chosen into the line, of a list in place of the last item."""
        field = self.parameter.field
        start = last_item(self.value) if field.many else 0
        self.value = self.value[:start] + as_typed(field, value)
        self.action_end()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The list is opened where there is one; else the key goes to the next line (called by Textual)."""
        return action != "choose" or bool(self.offer)

    async def action_choose(self) -> None:
        """Open the list of what there is."""
        from screens.modals.choices import ChoicesModal

        def chosen(value: str | None) -> None:
            if value is not None:
                self.take(value)

        title = f"{self.parameter.name.replace('_', ' ')}: {len(self.offer):,} there are"
        await self.app.push_screen(ChoicesModal(title, self.offer), chosen)

    def _show_note(self) -> None:
        self.note.update(Content("; ".join(filter(None, (self._meant(), self._told)))))

    def _meant(self) -> str:
        """What a moment or a list comes to; empty where the text says as much."""
        field, text = self.parameter.field, self.value
        if not text or self.parameter.is_secret or self.fault():
            return ""
        if field.widget is Widget.MOMENT:
            meant = field.write(field.parse(text))
            return "" if meant == text else meant
        count = len(items_of(text)) if field.many else 0
        return f"{count:,} {field.kind.many if field.kind else 'items'}" if count > 1 else ""


def _placeholder(parameter: Parameter) -> str:
    allowed = parameter.field.allowed
    if parameter.field.made is not None:
        return f"{allowed}; left empty, one is made and shown once"
    return allowed if parameter.required else f"{allowed}; may be left out"
