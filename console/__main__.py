"""The program: opens the console, or runs a subcommand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from console.cli.parser import make_parser, options_of
from console.options import Options


def main(argv: list[str] | None = None) -> int:
    """Start Groundskeeper; gives the exit code."""
    _occupy()
    words = sys.argv[1:] if argv is None else argv
    args = make_parser(words).parse_args(words)
    options = options_of(args)
    if args.command:
        from console.cli.run import run_command

        return run_command(args, options)
    return _console(options)


def _occupy() -> None:
    """Put nothing in the place of what was closed at the start: else the next file that is opened would be stdout."""
    missing = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    if not missing:
        return
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(fd, True)  # noqa: FBT003 - it has no name
    os.close(fd)
    for name in missing:
        setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115


def _console(options: Options) -> int:
    """Open the console where there is a terminal; the demo's health as text where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from console.cli.run import no_terminal

        return no_terminal(options)
    from console.launch import run_console

    return run_console(options)


if __name__ == "__main__":
    from groundskeeper.origins import refused

    sys.exit(2 if refused() else main())
