"""What Sources were answered, kept so that they can be asked again without a server, with something missing."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore
import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.metric_answer import Unanswered
from console.aws.metrics import Metric, Points
from console.aws.target import Target
from console.naming.partitions import partition_of
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Asked:
    """One call: what was asked and the pages that came; `key` is what must be there."""

    service: str
    operation: str
    params: str
    key: str | None
    pages: tuple[dict[str, Any], ...]

    @property
    def api(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass
class Tape:
    """All the answers of one fetch, the points of every metric, and in which region each service was asked."""

    asked: list[Asked] = field(default_factory=list)
    points: dict[Metric, Points] = field(default_factory=dict)
    regions: dict[tuple[str, str | None], str] = field(default_factory=dict)


class Recorder(Aws):
    """Asks as usual, and keeps the answers."""

    def __init__(self, target: Target, **options: Any) -> None:
        super().__init__(target, Meter(), **options)
        self.tape = Tape()
        ask = self.metrics.points

        async def points(metrics: Sequence[Metric]) -> list[Points]:
            found = await ask(metrics)
            self.tape.points |= dict(zip(metrics, found, strict=True))
            return found

        self.metrics.points = points  # type: ignore[method-assign]

    async def call(
        self, service: str, operation: str, /, *, expect: str | None, region: str | None = None, **params: Any
    ) -> dict[str, Any]:
        answer = await super().call(service, operation, expect=expect, region=region, **params)
        self._keep(service, operation, expect, region, params, [answer])
        return answer

    async def pages(
        self, service: str, operation: str, /, *, expect: str, region: str | None = None, **params: Any
    ) -> AsyncIterator[dict[str, Any]]:
        pages = []
        async for page in super().pages(service, operation, expect=expect, region=region, **params):
            pages.append(page)
            yield page
        if operation != "get_metric_data":
            self._keep(service, operation, expect, region, params, pages)

    async def region(self, service: str = "sts", region: str | None = None) -> str:
        found = self.tape.regions[service, region] = await super().region(service, region)
        return found

    def _keep(
        self, service: str, operation: str, expect: str | None, region: str | None, params: Any, pages: Any
    ) -> None:
        self.tape.asked.append(Asked(service, operation, _key(region, params), expect, tuple(copy.deepcopy(pages))))


class Player:
    """Answers as was answered before, `spoiled` in the place of one of them, and of one metric nothing."""

    def __init__(self, tape: Tape, target: Target, spoiled: Mapping[int, Asked], lost: str = "") -> None:
        self.target = target
        self.account = ""  # as the Recorder's, which does not ask who it is
        self.meter = Meter()
        self.metrics = self
        self._tape, self._lost = tape, lost
        self._asked = [spoiled.get(number, one) for number, one in enumerate(tape.asked)]

    @property
    def partition(self) -> str:
        return partition_of(self.target.region or "")

    async def region(self, service: str = "sts", region: str | None = None) -> str:
        return self._tape.regions[service, region]

    async def points(self, metrics: Sequence[Metric]) -> list[Points]:
        why = Problem(ProblemKind.SUSPECT, Clean("InternalError."))
        return [
            Unanswered(why) if metric.label == self._lost else self._tape.points.get(metric, ()) for metric in metrics
        ]

    async def call(
        self, service: str, operation: str, /, *, expect: str | None, region: str | None = None, **params: Any
    ) -> dict[str, Any]:
        return (await self._find(service, operation, expect, region, params))[0]

    async def pages(
        self, service: str, operation: str, /, *, expect: str, region: str | None = None, **params: Any
    ) -> AsyncIterator[dict[str, Any]]:
        for page in await self._find(service, operation, expect, region, params):
            yield page

    async def items(
        self, service: str, operation: str, key: str, /, *, region: str | None = None, **params: Any
    ) -> list[Any]:
        pages = await self._find(service, operation, key, region, params)
        return [item for page in pages for item in page[key]]

    async def _find(
        self, service: str, operation: str, expect: str | None, region: str | None, params: Any
    ) -> Sequence[dict[str, Any]]:
        alike = [one for one in self._asked if (one.service, one.operation) == (service, operation)]
        wanted = _key(region, params)
        # What is asked otherwise, for want of a member, is answered as something like it was.
        found = next((one for one in alike if one.params == wanted), next(iter(alike), None))
        if found is None:
            raise Failure(Problem(ProblemKind.INVALID, Clean(f"{service}.{operation} was not asked like this before.")))
        if expect is not None and any(expect not in page for page in found.pages):
            raise Failure(Problem(ProblemKind.SUSPECT, Clean(f"The answer lacks {expect!r}.")))
        return [copy.deepcopy(page) for page in found.pages]


def _key(region: str | None, params: Mapping[str, Any]) -> str:
    """What was asked, but for moments, which are others at each time."""
    kept = {name: value for name, value in params.items() if not name.lower().endswith(("time", "after"))}
    return json.dumps([region, kept], sort_keys=True, default=str)


@cache
def _output(service: str, operation: str) -> Shape | None:
    model = botocore.session.get_session().get_service_model(service)
    name = next(name for name in model.operation_names if botocore.xform_name(name) == operation)
    return model.operation_model(name).output_shape


def optional(asked: Asked) -> Iterator[tuple[int, Path]]:
    """Where in the pages of an answer a member is that its service model does not promise.

    Of a list the first and the last element are looked into; keys of maps are names that people gave.
    """
    for number, page in enumerate(asked.pages):
        for path in _in(_output(asked.service, asked.operation), page):
            if path != (asked.key,):
                yield number, path


def _in(shape: Shape | None, value: Any) -> Iterator[Path]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, member in shape.members.items():
            if name in value:
                if name not in shape.required_members:
                    yield (name,)
                yield from ((name, *path) for path in _in(member, value[name]))
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for at in sorted({0, len(value) - 1} if value else ()):
            yield from ((at, *path) for path in _in(shape.member, value[at]))
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key in sorted(value)[:1]:
            yield from ((key, *path) for path in _in(shape.value, value[key]))


def lists(asked: Asked) -> Iterator[tuple[int, Path]]:
    """Where in the pages of an answer the list is that was asked for, and has something in it."""
    for number, page in enumerate(asked.pages):
        if asked.key and isinstance(page.get(asked.key), list) and page[asked.key]:
            yield number, (asked.key,)


def twice(asked: Asked, number: int, path: Path) -> Asked:
    """The same answer with the first item of a list once more at its end, as pages overlap where something came."""
    pages = list(asked.pages)
    pages[number] = copy.deepcopy(pages[number])
    changed = Asked(asked.service, asked.operation, asked.params, asked.key, tuple(pages))
    found = value_at(changed, number, path)
    found.append(copy.deepcopy(found[0]))
    return changed


def value_at(asked: Asked, number: int, path: Path) -> Any:
    """What is at a place in the pages of an answer."""
    value: Any = asked.pages[number]
    for step in path:
        value = value[step]
    return value


def without(asked: Asked, number: int, path: Path) -> Asked:
    """The same answer without one member."""
    pages = list(asked.pages)
    pages[number] = holder = copy.deepcopy(pages[number])
    for step in path[:-1]:
        holder = holder[step]  # type: ignore[index]
    del holder[path[-1]]  # type: ignore[arg-type]
    return Asked(asked.service, asked.operation, asked.params, asked.key, tuple(pages))


def written(path: Path) -> str:
    """A path as people write it: ``services[].desiredCount``."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
