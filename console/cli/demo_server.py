"""``groundskeeper demo-server``: the embedded AWS on its own, for other programs to talk to."""

from __future__ import annotations

import argparse

from console.options import Options


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument("--port", type=int, default=0, metavar="N", help="the port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--stacks", metavar="A,B", help="only these stacks")
    parser.add_argument("--time-scale", type=float, default=1.0, metavar="X", help="let X seconds pass in one")
    parser.add_argument("--linger", type=float, metavar="S", help="end S seconds after the last console has gone")
    parser.add_argument("--about", action="store_true", help="say what is simulated, and end")


def run(args: argparse.Namespace, options: Options) -> int:
    """Serve, or say what the demo is made of."""
    from console.cli.output import write
    from console.demo import server
    from console.demo.options import SEED, STACKS
    from console.demo.options import ServerOptions as DemoOptions

    if args.about:
        write(server.about())
        return 0
    names = tuple(args.stacks.split(",")) if args.stacks else STACKS
    seed = SEED if options.seed is None else options.seed
    return server.run(DemoOptions(args.port, names, args.time_scale, args.linger, options.scenario, options.now, seed))
