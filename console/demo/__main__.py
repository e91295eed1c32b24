"""``python -m console.demo``: the demo server by itself, also as consoles start it."""

from __future__ import annotations

import argparse
import os
import sys

from console.demo.options import SEED, STACKS, ServerOptions


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m console.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stacks", default=",".join(STACKS))
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--linger", type=float)
    parser.add_argument("--scenario")
    parser.add_argument("--now", metavar="MOMENT")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--about", action="store_true")
    parser.add_argument("--detach", type=int, metavar="FD", help=argparse.SUPPRESS)
    given = parser.parse_args()
    stacks = tuple(filter(None, given.stacks.split(",")))
    options = ServerOptions(given.port, stacks, given.time_scale, given.linger, given.scenario, given.now, given.seed)
    if given.detach is not None and os.fork():
        os._exit(0)  # the child goes on alone; whoever waits for it reads its end of the pipe
    from console.demo import server

    if given.about:
        sys.stdout.write(server.about())
        return 0
    if given.detach is None:
        return server.run(options)
    return server.run(options, lambda: os.close(given.detach))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Taking the heap of an emulator apart object by object would take half a second for nothing.
    os._exit(code)
