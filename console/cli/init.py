"""``groundskeeper init``: write a stack file of what is there."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from console.cli.ask import YES, ask
from console.cli.flags import given
from console.cli.output import write
from console.desk.workspace import ACCOUNT, Workspace, open_workspace, stack_folder
from console.options import Options, UsageError
from console.stack.stack import Environment, Stack
from console.stack.standing import NO_ENVIRONMENT, Standing, like_production
from console.stack_files.file import parse
from console.text import clean

AT_THE_GATE: Final = 4

_ASSUMED: Final = (
    "Nobody said whether this is production, so the file says production = true, and it starts read-only. "
    "Where it is not, write false there, or give --no-production."
)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a stack: its environment, and whether it is production; `assumed` where nobody said that."""

    environment: str
    production: bool
    assumed: bool = False


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--prefix", type=given, metavar="P", help="what has a name that begins with P")
    chosen.add_argument("--tag", type=given, metavar="K=V", help="what carries the tag K with the value V")
    chosen.add_argument(
        "--terraform",
        type=given,
        metavar="FILE",
        help="what terraform output -json names: a file, - for stdin, or a folder in which to run it",
    )
    chosen.add_argument(
        "--beanstalk", type=given, metavar="ENV", help="an Elastic Beanstalk environment and what belongs to it"
    )
    parser.add_argument("--name", type=given, help="the name of the stack")
    parser.add_argument("--environment", type=given, metavar="E", help="such as staging; asked for on a terminal")
    parser.add_argument(
        "--production",
        action=argparse.BooleanOptionalAction,
        help="start read-only, and ask more before a change, or not; asked for on a terminal, else it is production",
    )
    parser.add_argument("--output", metavar="PATH", type=Path, help="the file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if there is one")
    parser.add_argument("--yes", action="store_true", help="write it without asking")


def run(args: argparse.Namespace, options: Options) -> int:
    """Show the stack file, ask, and write it."""
    outputs = None
    if args.terraform:
        from console.discovery.terraform import read_outputs

        outputs = read_outputs(args.terraform)
    said = said_of(args, asks=not args.yes and _is_terminal())
    workspace = open_workspace(options)
    try:
        stack, text = asyncio.run(_drafted(args, said, outputs, workspace))
    finally:
        workspace.close()
    path = args.output or stack_folder() / f"{stack.name}.toml"
    parse(text, f"What would be {path}")
    write(text)
    if path.exists() and not args.force:
        raise UsageError(f"{path} is already there. Choose another --name or --output, or replace it with --force.")
    if not args.yes and not _confirmed(path):
        return AT_THE_GATE
    _save(path, text, replace=args.force)
    if said.assumed:
        sys.stderr.write(f"groundskeeper: {_ASSUMED}\n")
    elif stack.standing is Standing.CONTRADICTORY:
        sys.stderr.write(f"groundskeeper: It starts read-only all the same: {stack.guard}.\n")
    elsewhere = args.output is not None or workspace.demo is not None
    where = ["--stack", str(path) if elsewhere else stack.name, *(["--demo"] if workspace.demo else [])]
    write(f"Written: {path}. Open it: {shlex.join(['groundskeeper', *where])}")
    return 0


def said_of(args: argparse.Namespace, *, asks: bool) -> Said:
    """What the flags say of the stack. What they leave open is asked, else it is production. Raises `UsageError`."""
    environment = args.environment
    if environment is None:
        environment = _environment() if asks else NO_ENVIRONMENT
    elif wrong := _wrong(environment):
        raise UsageError(f"--environment {clean(environment)!r}: {wrong}")
    if args.production is not None:
        return Said(environment, args.production)
    if asks:
        return Said(environment, _is_production(environment, args.name or ""))
    return Said(environment, production=True, assumed=True)


def _environment() -> str:
    """Ask until the answer can be one."""
    while True:
        given = _answer("Which environment is it, such as staging? [unknown] ") or NO_ENVIRONMENT
        if not (wrong := _wrong(given)):
            return given
        write(wrong)


def _is_production(environment: str, name: str) -> bool:
    """Ask until it is said; the default is yes, but for an environment that is named otherwise."""
    named_otherwise = environment != NO_ENVIRONMENT and not like_production(environment, name)
    question = "Is it production, which starts read-only and asks more before a change?"
    while True:
        match _answer(f"{question} {'[y/N]' if named_otherwise else '[Y/n]'} ").lower():
            case "":
                return not named_otherwise
            case "y" | "yes":
                return True
            case "n" | "no":
                return False
        write("Answer y or n.")


def _wrong(environment: str) -> str:
    """Why this names no environment; empty where it does."""
    try:
        msgspec.convert(environment, Environment)
    except msgspec.ValidationError:
        return "An environment has at most 64 plain characters, such as staging."
    return ""


def _answer(question: str) -> str:
    """What is answered on the terminal. Raises `UsageError` where it is closed."""
    try:
        return ask(question).strip()
    except EOFError as error:
        said = "--environment E, and --production or --no-production"
        raise UsageError(f"Nobody answered, and nothing was written. Next: add {said}.") from error


async def _drafted(
    args: argparse.Namespace, said: Said, outputs: str | None, workspace: Workspace
) -> tuple[Stack, str]:
    from console.aws.connections import Connections
    from console.discovery import choose
    from console.discovery.account import take_inventory
    from console.discovery.draft import draft

    connections = Connections(workspace.target)
    try:
        origin = workspace.chosen[0] if workspace.demo else ACCOUNT
        if not workspace.options.stack:  # whatever stack it is, it only lends its credentials
            origin = msgspec.structs.replace(origin, region=workspace.options.region or origin.region)
        if workspace.demo is not None:
            await workspace.demo.wait_ready(origin.name)
        connection = await connections.get(origin)
        region = await connection.aws.region("ecs")
        inventory = await take_inventory(connection.aws, connection.identity, region, _progress)
        if args.prefix:
            choice = choose.of_prefix(inventory, args.prefix)
        elif args.tag:
            choice = await choose.of_tag(connection.aws, inventory, args.tag)
        elif outputs is not None:
            choice = choose.of_outputs(inventory, outputs, "stdin" if args.terraform == "-" else args.terraform)
        elif args.beanstalk:
            choice = await choose.of_environment(connection.aws, inventory, args.beanstalk)
        else:
            choice = choose.everything(inventory)
    finally:
        await connections.close()
        _progress("")
    name = choose.slug(args.name or choice.name)
    if not name:
        raise UsageError("The stack needs a name: add --name NAME.")
    given = Stack(
        name=name,
        environment=said.environment,
        production=said.production,
        profile=workspace.options.profile,
        endpoint_url=workspace.options.endpoint_url,
    )
    stack = choose.stack_of(choice, inventory, given)
    today = datetime.now(UTC).date()
    return stack, draft(stack, choice.origin, today, choice.unlisted, choice.labels)


def _progress(words: str) -> None:
    """Show on a terminal how far the listing is, on one line that is drawn over."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words}")


def _confirmed(path: Path) -> bool:
    """Ask on a terminal, where No is the default; elsewhere say what is missing."""
    if not _is_terminal():
        sys.stderr.write("groundskeeper: Nothing was written, since nobody can be asked here. Add --yes.\n")
        return False
    return _answer(f"Write this to {clean(path)}? [y/N] ").lower() in YES


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _save(path: Path, text: str, *, replace: bool) -> None:
    """Write the file; without `replace` one that has come meanwhile stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}. Choose another place with --output.") from error
