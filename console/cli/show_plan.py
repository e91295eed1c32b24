"""A plan as text, for people who read it before they confirm."""

from __future__ import annotations

from collections.abc import Iterator

from console.cli.output import paint
from console.gate.confirm import as_typed
from console.gate.planned import Planned
from console.operations.operation import Danger

_DANGER = {Danger.READ: "ok", Danger.CHANGE: "warn", Danger.DESTROY: "crit"}


def plan_lines(planned: Planned) -> Iterator[str]:
    """The lines of a plan; everything in them is safe to print."""
    operation, plan, stack = planned.operation, planned.plan, planned.stack
    yield paint(f"{operation.name}: {operation.title()}", "bold")
    yield _line("stack", f"{stack.name} ({stack.nature})")
    yield _line("account", f"{planned.account} in {planned.region}")
    for target in planned.before.targets[:20]:
        yield _line("on", f"{as_typed(target.name)}  {as_typed(target.arn)}")
    if len(planned.before.targets) > 20:
        yield _line("", f"and {len(planned.before.targets) - 20:,} more")
    if planned.refused:
        yield _line("refused", planned.refused)
        return
    if planned.nothing_to_do:
        yield _line("changes", "nothing: it is so already")
        return
    for effect in plan.effects:
        yield _line("changes", str(effect))
    for command in (line for lines in planned.commands for line in lines):
        yield _line("runs", command)
    for warning in plan.warnings:
        yield _line("warning", paint(warning, "warn"))
    yield from (_line(name, text) for name, text in (("cost", plan.cost), ("takes", plan.takes)) if text)
    yield _line("undo", planned.way_back)
    yield _line("danger", paint(planned.danger.word.upper(), _DANGER[planned.danger]))
    yield _line("digest", planned.digest)


def _line(name: str, text: str) -> str:
    return f"  {name:8} {text}"
