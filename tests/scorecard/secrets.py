"""Secrets: line 19."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from console.demo.credentials import access_key
from console.demo.world import ACCOUNT
from tests.bench.server import ROOT
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.credentials import with_demo
from tests.scorecard.rig import CONSOLE, FOUND, PROGRAMS, Rig
from tests.scorecard.secret_flows import LOOKED_FOR, Flows, occurrences
from tests.scorecard.walk import settle, walk
from tests.unit.aws.test_credentials import ROLE, SECRET

CODE = "739151"
CRASHES = 2
SENTINELS = {
    "plain": "sentinel that nothing gives away",
    "key": "sentinelKEYsentinelKEYsentinelKEY0000000",
    "token": "IQoJb3JpZ2luX2VjsentinelTOKEN" + "sentinel0" * 12,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZW50aW5lbCJ9.sentinelJWTsentinel",
    "password": "sentinel-Pa55word",
    "pem": "-----BEGIN PRIVATE KEY-----\nc2VudGluZWxQRU1zZW50aW5lbA==\n-----END PRIVATE KEY-----",
}


@line(19, "sentinel secrets, every flow, forced crashes", "0 occurrences", 900)
def secrets(rig: Rig) -> Outcome:
    """Keys, tokens, an MFA code and what crashes hold: on the terminal, in files, in what other programs are given."""
    home = rig.fresh("secrets")
    given = {home / "aws-config", home / "aws-credentials"}
    environment = with_demo(rig, home, ROLE.replace("shop", "mra-mines", 1))
    session = f"[{{}}]\naws_access_key_id = {access_key(ACCOUNT)}\naws_secret_access_key = {SECRET}\n"
    token = f"aws_session_token = {SENTINELS['token']}\n"
    (home / "aws-credentials").write_text(session.format("base") + token + session.format("other") + token)
    environment["GK_SENTINELS"] = json.dumps(SENTINELS)
    shown, after_code = _crash(rig, environment, "ctrl+t")
    by_worker, _ = _crash(rig, environment, "ctrl+y")
    printed = _printed({**environment, "AWS_SECRET_ACCESS_KEY": SENTINELS["key"]})
    places = {"the terminal": shown + by_worker, "the subcommands": printed}
    places |= {str(path.relative_to(home)): path.read_bytes() for path in _files(home) if path not in given}
    looked_for = {SECRET, *SENTINELS.values(), base64.b64encode(SENTINELS["password"].encode()).decode()}
    found = [
        f"{value[:20]}... in {place}" for place, text in places.items() for value in looked_for if _in(value, text)
    ]
    found += ["the MFA code on the terminal after its modal"] * (CODE.encode() in after_code)
    found += [
        f"the MFA code in {place}" for place, text in places.items() if place != "the terminal" and _in(CODE, text)
    ]
    crashes = [path for path in _files(home) if "crash" in path.name]
    if len(crashes) < CRASHES:
        found.append(f"{len(crashes)} of {CRASHES} crashes were written down")
    for path in crashes:
        if stat.S_IMODE(path.stat().st_mode) != 0o600:
            found.append(f"{path.name} can be read by others")
        path.unlink()
    flows = Flows(rig)
    flows.run()
    found += occurrences(flows)
    figure = (
        f"{len(found)} of {len(looked_for) + len(LOOKED_FOR)} secrets in {len(places) + len(flows.places)} places and "
        f"{len(flows.programs)} programs; only AWS's session-manager-plugin has one in its environment, as it must"
    )
    return with_notes(Outcome(True, figure), found)


def _crash(rig: Rig, environment: dict[str, str], key: str) -> tuple[bytes, bytes]:
    """All that a console wrote to its terminal, and what of it came after the code was given."""
    with rig.terminal([sys.executable, str(PROGRAMS / "crashing.py")], environment) as terminal:
        terminal.wait_for("six digits", 20)
        terminal.press(*CODE, "enter")
        terminal.wait_for(FOUND, 20)
        settle(terminal, 0.5)
        given = len(terminal.raw)
        walk(terminal, rows=5, quiet=0.05)
        terminal.press(key)
        code = terminal.wait_exit()
        if code != 1:
            raise AssertionError(f"it ended with {code}")
        raw = bytes(terminal.raw)
    return raw, raw[given:]


def _printed(environment: dict[str, str]) -> bytes:
    """What the subcommands print that show most."""
    printed = b""
    for words in (["health", "--json"], ["doctor"], ["stacks"], ["journal", "--json"], ["operations", "--json"]):
        done = subprocess.run(
            [*CONSOLE, *words], env=environment, cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
        )
        printed += done.stdout + done.stderr
    return printed


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if path.is_file())


def _in(secret: str, text: bytes) -> bool:
    """Whether a secret stands in what was written, also with its lines broken."""
    flat = b"".join(text.split())
    return any("".join(part.split()).encode() in flat for part in (secret, *secret.split("\n")[1:2]) if part)
