"""Opens a shell on an instance by way of AWS's plugin, as the console does: a session that is handed to a program."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.desk.shell import InstanceShell, ShellCommand, shell_command
from console.process import foreground
from tests.unit.desk.test_shell import REGION, Emulated


async def command() -> ShellCommand:
    """The command that opens it, with a session that an emulated AWS began."""
    made, app = Emulated(), web.Application()
    app.router.add_route("*", "/", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    aws = Aws(Target(region=REGION, endpoint_url=f"http://127.0.0.1:{runner.addresses[0][1]}"), Meter())
    try:
        found = await shell_command(InstanceShell("i-1"), aws)
    finally:
        await aws.close()
        await runner.cleanup()
    if not isinstance(found, ShellCommand):
        raise SystemExit(found)
    return found


if __name__ == "__main__":
    found = asyncio.run(command())
    sys.stdout.write(f"{found.explanation}\n")
    sys.stdout.write(f"ended {foreground.run(found.argv, found.env)}\n")
