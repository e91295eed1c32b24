"""The program: opens the console, or runs a subcommand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from console.cli.parser import STOPPED, fault_exit, make_parser, meant, options_of, usage_exit
from console.options import Options
from console.process import streams


def main(argv: list[str] | None = None) -> int:
    """Start Groundskeeper; gives the exit code."""
    words = sys.argv[1:] if argv is None else argv
    streams.occupy()
    streams.take_any_text()
    if argv is None:
        streams.lose_what_stderr_does_not_take()
    return ended(lambda: _start(words), meant(words))


def ended(start: Callable[[], int], command: str | None) -> int:
    """The exit code, however it ends: what nobody handled goes to a crash file, and never looks like a verdict."""
    try:
        code = start()
    except SystemExit as end:  # of the parser
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        code = STOPPED
    except BaseException as error:  # noqa: BLE001 - the program ends, also where asyncio was cancelled
        from console.process.crash import tell, write_crash

        write_crash(error)
        tell()
        code = fault_exit(command)
    if why := streams.unwritten():
        sys.stderr.write(f"groundskeeper: stdout could not be written ({why}).\n")
        return usage_exit(command) if code == 0 else code
    return code


def _start(words: Sequence[str]) -> int:
    args = make_parser(words).parse_args(words)
    options = options_of(args)
    if args.command:
        from console.cli.run import run_command

        return run_command(args, options)
    return _console(options)


def _console(options: Options) -> int:
    """Open the console where there is a terminal; the demo's health as text where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from console.cli.run import no_terminal

        return no_terminal(options)
    from console.launch import run_console

    return run_console(options)


if __name__ == "__main__":
    from groundskeeper.origins import refused, refused_exit

    sys.exit(refused_exit() if refused() else main())
