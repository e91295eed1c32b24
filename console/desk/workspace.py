"""What this run works on: its options and settings, the stacks that there are, and where their calls go."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.aws.endpoints import FOR_ALL, IGNORED, of_environment
from console.aws.target import Target
from console.files.settings import Settings, config_dir, load_settings, state_dir
from console.options import Options, UsageError
from console.stack.names import Told
from console.stack.stack import Stack
from console.stack_files.file import StackError, load, load_told
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.demo.attach import Demo


@dataclass(frozen=True, slots=True)
class Workspace:
    """The stacks of this run, and how each is reached.

    `demo` is the embedded AWS when it is used; `broken` says what is wrong with each stack file that was left out;
    `told` is what the ARNs in each file say of account and region, by the name of its stack.
    """

    options: Options
    settings: Settings = field(default_factory=Settings)
    stacks: tuple[Stack, ...] = ()
    files: dict[str, Path] = field(default_factory=dict)
    demo: Demo | None = None
    broken: tuple[Clean, ...] = ()
    told: dict[str, Told] = field(default_factory=dict)

    def stack(self, name: str) -> Stack:
        """The stack of a name. Raises `UsageError` that names those that there are."""
        for stack in self.stacks:
            if stack.name == name:
                return stack
        names = [stack.name for stack in self.stacks]
        if not names:
            raise UsageError(f"There is no stack {name!r}: no stack files in {stack_folder()}. Next: {FIRST_STEPS}")
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"There is no stack {name!r}.{hint} There are: {', '.join(names)}.")

    @property
    def chosen(self) -> tuple[Stack, ...]:
        """The one stack that was asked for, or all; none while `undescribed`."""
        return (self.stack(self.options.stack),) if self.options.stack and not self.undescribed else self.stacks

    @property
    def undescribed(self) -> bool:
        """Whether no file describes a stack, so that what the account holds is to be found out."""
        wanted = self.options.stack or ACCOUNT.name
        return not (self.stacks or self.broken or self.demo) and wanted.startswith(ACCOUNT.name)

    def target(self, stack: Stack) -> Target:
        """Where the calls for a stack go: command line, then stack file, then environment, then settings.

        Raises `UsageError` where ``--region`` contradicts the stack file.
        """
        options, words = self.options, self.words(stack)
        if options.region and stack.region and options.region != stack.region:
            raise UsageError(
                f"--region {options.region} contradicts stack {stack.name}, which is in {stack.region}. "
                "Leave --region out, or mend the stack file."
            )
        if self.demo is not None:
            demo = self.demo
            return Target(stack.profile, stack.region, demo.url, demo.config_file, demo.credentials_file, words)
        endpoint = options.endpoint_url or stack.endpoint_url
        profile = options.profile or stack.profile or self._surroundings["--profile"]
        region = options.region or stack.region or self._surroundings["--region"]
        names = AWS_FILES if endpoint else (*AWS_FILES, IGNORED)
        variables = tuple((name, os.environ[name]) for name in names if os.environ.get(name))
        told = self.told.get(stack.name, Told())
        return Target(
            profile,
            region,
            endpoint,
            words=words,
            variables=variables,
            told_account=told.account,
            told_region=told.region,
            endpoint_variables=() if endpoint else of_environment(os.environ),
        )

    def words(self, stack: Stack) -> tuple[str, ...]:
        """The flags, and the variables before it, by which another command comes to a stack as this one did."""
        options, path = self.options, self.files.get(stack.name)
        by_path = path and (path not in self.demo.stack_files if self.demo else path.parent != stack_folder())
        # What the environment chose is said as well: the next shell may have another.
        around = {} if options.demo else self._surroundings
        if self.demo is not None:
            around = {"--endpoint-url": around.get("--endpoint-url")}
        given = (
            ("--stack", str(path.absolute()) if path and by_path else stack.name),
            ("--profile", options.profile or (None if stack.profile else around.get("--profile"))),
            ("--region", options.region or (None if stack.region else around.get("--region"))),
            ("--endpoint-url", options.endpoint_url or (None if stack.endpoint_url else around.get("--endpoint-url"))),
        )
        words = [word for flag, value in given if value for word in (flag, value)]
        if options.demo:
            return (*words, "--demo")
        return (*words, *self._variables(stack))

    def _variables(self, stack: Stack) -> Iterator[str]:
        """Variables, as ``NAME=value``, without which a command would lead to other endpoints than this one did."""
        if self.demo is not None or self.options.endpoint_url or stack.endpoint_url:
            return
        if said := os.environ.get(IGNORED):
            yield f"{IGNORED}={said}"
        named = of_environment(os.environ)
        if any(name != FOR_ALL for name, _ in named):  # a flag would go before those of single services
            yield from map("=".join, named)

    @property
    def _surroundings(self) -> dict[str, str | None]:
        """What the environment, or else the settings, choose where neither the flags nor a stack file do."""
        found = os.environ
        # A profile that is named outright would switch off what the environment gives besides, and aws would use.
        given = found.get("AWS_ACCESS_KEY_ID") or found.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        endpoints = dict(of_environment(found))
        named = found.get("AWS_DEFAULT_PROFILE") or found.get("AWS_PROFILE")  # in botocore's order
        profile = None if given else named or self.settings.profile
        return {
            "--profile": profile,
            "--region": found.get("AWS_REGION") or found.get("AWS_DEFAULT_REGION") or self.settings.region,
            "--endpoint-url": endpoints.get(FOR_ALL) if endpoints.keys() <= {FOR_ALL} else None,
        }

    @property
    def journal_folder(self) -> Path:
        """Where the journal is: a folder for each world of the demo, else one for all."""
        return self.demo.record.journal_folder if self.demo is not None else state_dir()

    def close(self) -> None:
        """Let go of the demo server, if there is one."""
        if self.demo is not None:
            self.demo.close()


AWS_FILES: Final = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
"""The variables that name other files than the user's own for AWS's programs."""

ACCOUNT: Final = Stack(name="account")
"""The account itself, before it is known what it holds: whose credentials, which region."""

FIRST_STEPS: Final = "look around with --demo, or write a stack file: groundskeeper init (docs/stack-files.md)."


def stack_folder() -> Path:
    """The folder of the operator's stack files."""
    return config_dir() / "stacks"


def open_workspace(options: Options) -> Workspace:
    """Read settings and stack files, and join the demo where it is asked for. May start a process; may block.

    ``--stack`` takes a stack's name or the path of its file. Raises `UsageError`, `StackError`,
    `SettingsError`, `DemoError`.
    """
    from console.stack_files.thresholds import check_thresholds

    options = options.checked()
    settings = load_settings()
    demo = _demo(options)
    paths = list(demo.stack_files) if demo else sorted(stack_folder().glob("*.toml"))
    if options.stack and options.stack.endswith(".toml"):
        paths = [Path(options.stack)]
        options = replace(options, stack=load(paths[0]).name)
    stacks: list[Stack] = []
    files: dict[str, Path] = {}
    told: dict[str, Told] = {}
    broken: list[Clean] = []
    for path in paths:
        try:
            stack, said = load_told(path)
            check_thresholds(stack, str(path))
            if stack.name in files:
                raise StackError(f"{path}: the name {stack.name!r} is taken by {files[stack.name]}. Give it another.")
        except StackError as error:
            # A colleague's broken file must not keep the other stacks from being looked at.
            if len(paths) == 1 or path.stem == options.stack:
                raise
            broken.append(clean(error))
            continue
        stacks.append(stack)
        files[stack.name] = path
        told[stack.name] = said
    return Workspace(options, settings, tuple(stacks), files, demo, tuple(broken), told)


def _demo(options: Options) -> Demo | None:
    """The embedded AWS: where ``--demo`` asks for it, or where the endpoint given is this user's demo server."""
    from console.demo import record

    endpoint = options.endpoint_url or dict(of_environment(os.environ)).get(FOR_ALL)
    if not options.demo:
        known = record.read() if endpoint else None
        if known is None or known.url.rstrip("/") != (endpoint or "").rstrip("/") or record.alive() is None:
            return None
    from console.demo.attach import attach_or_start_blocking
    from console.demo.options import SEED
    from console.demo.options import ServerOptions as DemoOptions

    seed = SEED if options.seed is None else options.seed
    return attach_or_start_blocking(DemoOptions(scenario=options.scenario, now=options.now, seed=seed))
