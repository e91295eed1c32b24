"""``groundskeeper plan NAME``: what a change would do now. It only reads."""

from __future__ import annotations

import argparse

import msgspec

from console.cli.fields import operation_arguments, operation_of
from console.cli.output import write
from console.cli.session import opened
from console.cli.show_plan import plan_lines
from console.options import Options


def arguments(parser: argparse.ArgumentParser) -> None:
    """The name of an operation and its fields."""
    operation_arguments(parser, _more)


def _more(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the plan; 4 where it is refused."""
    with opened(options) as session:
        stack = session.stack()
        planned = session.runner.plan(operation_of(args, stack), stack).result()
    if args.json:
        write(msgspec.json.format(msgspec.json.encode(planned.as_json()), indent=2).decode())
    else:
        write("\n".join(plan_lines(planned)))
    return 4 if planned.refused else 0
