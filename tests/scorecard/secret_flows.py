"""Flows in which secrets pass through other programs: SSO, credential_process, ssh, AWS's session-manager-plugin.

Each of them is one that notes the arguments and the environment that it was given, as /proc shows them to others.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.demo.credentials import access_key
from console.demo.world import ACCOUNT
from tests.bench.server import ROOT
from tests.scorecard.credentials import DEMO_SSO, serving, with_demo, write_token
from tests.scorecard.rig import CONSOLE, FOUND, PROGRAMS, Rig
from tests.scorecard.walk import quit_console, settle, walk
from tests.unit.aws.test_credentials import SECRET, printed, soon
from tests.unit.desk.test_shell import SECRET as SHELL_TOKEN

TOKEN = "IQoJb3JpZ2luX2VjsentinelFLOW" + "sentinel1" * 12
LOOKED_FOR = (SECRET, TOKEN, SHELL_TOKEN)

NEEDED = {("session-manager-plugin", "environ"): (SHELL_TOKEN,)}
"""Where a secret must stand: AWS's plugin takes the token of a session from AWS_SSM_START_SESSION_RESPONSE."""

_NOTE = """#!{python} -S
import json, os, sys
def read(name):
    with open("/proc/self/" + name, "rb") as file:
        return file.read().decode(errors="replace").replace("\\0", "\\n")
with open({seen!r} + "/{name}-%d" % os.getpid(), "w") as file:
    json.dump({{"name": {name!r}, "cmdline": read("cmdline"), "environ": read("environ")}}, file)
{then}
"""
_INSTANCE = """
name = "operations"
environment = "demo"
production = false
region = "us-east-1"
profile = "operations"
[[ec2]]
instance = "{instance}"
host = "ops@box"
"""


class Flows:
    """What was seen of secrets: `places` are what was written and where, `found` what must not be, in words."""

    def __init__(self, rig: Rig) -> None:
        self.places: dict[str, bytes] = {}
        self.programs: list[str] = []
        self.found: list[str] = []
        self._rig = rig
        self._home = Path()

    def run(self) -> None:
        """All of them."""
        for name, flow in (("SSO", self._sso), ("credential_process", self._process), ("ssh", self._ssh),
                           ("session-manager-plugin", self._plugin)):  # fmt: skip
            self._home = self._rig.fresh("flow")
            (self._home / "seen").mkdir()
            (self._home / "bin").mkdir()
            given = flow()
            self._programs(name)
            here = (path for path in self._home.rglob("*") if path.is_file() and not self._is_given(path, given))
            self.places |= {f"{name}: {path.relative_to(self._home)}": path.read_bytes() for path in here}

    def _is_given(self, path: Path, given: set[Path]) -> bool:
        """Whether a file is the operator's own, where the secret comes from, or a note of what a program was given."""
        return path in given or path.parent == self._home / "seen" or path.parent.name == "cache"

    def _programs(self, flow: str) -> None:
        for path in sorted((self._home / "seen").iterdir()):
            note = json.loads(path.read_text())
            self.programs.append(note["name"])
            for where in ("cmdline", "environ"):
                needed = NEEDED.get((note["name"], where), ())
                there = [secret for secret in LOOKED_FOR if secret in note[where]]
                self.found += [
                    f"{flow}: {secret[:20]}... in the {where} of {note['name']}"
                    for secret in there
                    if secret not in needed
                ]

    def _note(self, name: str, then: str = "") -> Path:
        path = self._home / "bin" / name
        path.write_text(_NOTE.format(python=sys.executable, seen=str(self._home / "seen"), name=name, then=then))
        path.chmod(0o700)
        return path

    def _shown(self, flow: str, environment: dict[str, str]) -> None:
        """The console on a terminal, all of it, and the subcommand without one."""
        with self._rig.terminal([*CONSOLE], environment) as terminal:
            terminal.wait_for(FOUND, 30)
            settle(terminal, 0.5)
            walk(terminal, rows=3, quiet=0.05)
            quit_console(terminal)
            self.places[f"{flow}: the terminal"] = bytes(terminal.raw)
        done = subprocess.run(
            [*CONSOLE, "health", "--json"], env=environment, cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=60,
        )  # fmt: skip
        self.places[f"{flow}: health"] = done.stdout + done.stderr

    def _sso(self) -> set[Path]:
        ends = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
        keys = {
            "accessKeyId": access_key(ACCOUNT),
            "secretAccessKey": SECRET,
            "sessionToken": TOKEN,
            "expiration": ends,
        }
        granted = 200, json.dumps({"roleCredentials": keys}), {"Content-Type": "application/json"}
        write_token(self._home, "corp", 1)
        with serving({"/federation/credentials": granted}) as url:
            self._shown("SSO", {**with_demo(self._rig, self._home, DEMO_SSO), "AWS_ENDPOINT_URL_SSO": url})
        return set()

    def _process(self) -> set[Path]:
        keys = printed(AccessKeyId=access_key(ACCOUNT), SessionToken=TOKEN, Expiration=soon(hours=1))
        grant = self._note("grant", keys)
        config = f"[profile mra-mines]\ncredential_process = {grant}\n"
        self._shown("credential_process", with_demo(self._rig, self._home, config))
        return {grant}

    def _ssh(self) -> set[Path]:
        self._note("ssh", 'print("inside " + sys.argv[-1]); sys.exit(3)')
        environment = self._rig.operator(self._home, self._rig.demo.url)
        keys = self._home / "aws-credentials"
        section = f"aws_access_key_id = {access_key(ACCOUNT)}\naws_secret_access_key = {SECRET}\n"
        keys.write_text(f"[operations]\n{section}aws_session_token = {TOKEN}\n")
        for path in (self._home / "config" / "stacks").iterdir():
            path.unlink()
        (self._home / "config" / "stacks" / "operations.toml").write_text(_INSTANCE.format(instance=self._instance()))
        environment |= {
            "AWS_SHARED_CREDENTIALS_FILE": str(keys), "PATH": f"{self._home / 'bin'}:{environment['PATH']}",
        }  # fmt: skip
        with self._rig.terminal([*CONSOLE], environment) as terminal:
            terminal.wait_for("x shell", 30)
            terminal.press("x")
            terminal.wait_for("The shell ended with exit code 3.", 30)
            quit_console(terminal)
            self.places["ssh: the terminal"] = bytes(terminal.raw)
        return {keys}

    def _instance(self) -> str:
        from tests.conftest import DemoServer

        ec2 = DemoServer(self._rig.demo, self._rig.environment).client("ec2", "operations")
        (reservation, *_) = ec2.describe_instances()["Reservations"]
        return str(reservation["Instances"][0]["InstanceId"])

    def _plugin(self) -> set[Path]:
        self._note("session-manager-plugin", 'print("1.2.707.0" if "--version" in sys.argv else "joined")')
        config, keys = self._home / "aws-config", self._home / "aws-credentials"
        config.write_text("")
        keys.write_text(f"[default]\naws_access_key_id = {access_key(ACCOUNT)}\naws_secret_access_key = {SECRET}\n")
        bare = self._rig.bare(self._home)
        environment = {
            **bare, "PATH": f"{self._home / 'bin'}:{bare['PATH']}", "PYTHONPATH": str(ROOT),
            "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(keys),
        }  # fmt: skip
        with self._rig.terminal([sys.executable, str(PROGRAMS / "lending.py")], environment) as terminal:
            terminal.wait_for("ended 0", 30)
            terminal.wait_exit()
            self.places["session-manager-plugin: the terminal"] = bytes(terminal.raw)
        return {config, keys}


def occurrences(flows: Flows) -> Iterator[str]:
    """Every secret where it must not be."""
    yield from flows.found
    for place, text in flows.places.items():
        flat = b"".join(text.split())
        yield from (f"{secret[:20]}... in {place}" for secret in LOOKED_FOR if secret.encode() in flat)
    for name in ("grant", "ssh", "session-manager-plugin"):
        if name not in flows.programs:
            yield f"{name} was never run"
