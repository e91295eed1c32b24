"""Credentials: lines 7, 8 and 9."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from console.demo.credentials import access_key, section
from console.demo.world import ACCOUNT
from tests.bench.server import ROOT
from tests.pty.harness import Terminal
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.gaps import Gaps
from tests.scorecard.rig import CONSOLE, FOUND, PROGRAMS, Rig
from tests.scorecard.walk import quit_console, settle
from tests.unit.aws.test_credentials import LEGACY, NOWHERE, ROLE, SECRET, SESSION, STATIC, printed, soon
from tests.unit.widgets.test_output_guard import OURS

SOON = 5.0
FRAME = re.compile(rb"\x1b\[\?2026h.*?\x1b\[\?2026l", re.DOTALL)
DEMO_SSO = SESSION.replace("shop", "mra-mines", 1).replace(
    "sso_role_name = Operator\n", "sso_role_name = Operator\nregion = eu-west-1\n"
)


@dataclass(frozen=True)
class Case:
    """A way in which credentials fail: the AWS config, what the operator must be told, and what is special about it."""

    name: str
    config: str
    says: str
    process: str = ""
    token: str = ""
    answer: tuple[int, str, dict[str, str]] | None = None
    environment: dict[str, str] = field(default_factory=dict)


def _error(code: str, message: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return 403, f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>", headers


AGO = (datetime.now(UTC) - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
CASES = (
    Case("none", "", "No AWS credentials were found."),
    Case("profile missing", "[profile other]\nregion = eu-west-1\n", "shop"),
    Case("SSO never logged in", SESSION, "Nobody has signed in"),
    Case("SSO never logged in, legacy form", LEGACY, "Nobody has signed in"),
    Case("SSO expired", SESSION, "The SSO sign-in has expired.", token="corp"),
    Case("SSO expired, legacy form", LEGACY, "The SSO sign-in has expired.", token="https://shop.awsapps.com/start"),
    Case("source_profile wrong", "[profile shop]\nrole_arn = x\nsource_profile = gone\n", "gone"),
    Case("config file broken", "[profile shop\n", "Mend the AWS config file"),
    Case("half of the keys", "[profile shop]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n", "incomplete"),
    Case("credential_process fails", "", "ended with status 3", f"sys.stderr.write({SECRET!r}); sys.exit(3)"),
    Case("credential_process prints junk", "", "not JSON", f"print('junk ' + {SECRET!r})"),
    Case("credential_process hangs", "", "did not answer within 15 s", "time.sleep(600)"),
    Case("credential_process returns expired", "", "had already expired", printed(Expiration=soon(hours=-1))),
    Case("no region", STATIC, "No AWS region is set.", environment={"AWS_REGION": ""}),
    Case("expired mid-way", STATIC, "does not accept the credentials", answer=_error("ExpiredToken", "Expired")),
    Case("clock skew", STATIC, "ahead of AWS", answer=_error("SignatureDoesNotMatch", "Signature expired", Date=AGO)),
    Case("MFA on assume-role", ROLE, "MFA code"),
)


@line(7, "the table of credential cases, terminal and none", "each named, 0 tracebacks, 0 bytes outside the UI", 300)
def credentials(rig: Rig) -> Outcome:
    """Each case with the real program: on a terminal until it says what is wrong, and as ``health`` without one."""
    wrong: list[str] = []
    for case in CASES:
        with _home(rig, case) as (home, environment):
            wrong += [f"{case.name}, terminal: {what}" for what in _on_terminal(rig, case, environment)]
            wrong += [f"{case.name}, none: {what}" for what in _without(case, environment)]
            secrets = [path.name for path in home.rglob("*") if path.is_file() and _leaks(path)]
            wrong += [f"{case.name}: the secret is in {name}" for name in secrets]
    return with_notes(Outcome(True, f"{len(CASES)} cases twice, {len(wrong)} wrong"), wrong)


def _leaks(path: Path) -> bool:
    given = path.name in ("aws-config", "process.py") or path.parent.name == "cache"
    return not given and SECRET.encode() in path.read_bytes()


@contextmanager
def _home(rig: Rig, case: Case) -> Iterator[tuple[Path, dict[str, str]]]:
    """The home of an operator whose credentials fail in a way."""
    home = rig.fresh("credentials")
    config = case.config
    if case.process:
        (home / "process.py").write_text(f"import json, os, sys, time\n{case.process}\n")
        config = f"[profile shop]\ncredential_process = {sys.executable} -S {home / 'process.py'}\n"
    if case.token:
        write_token(home, case.token, -1)
    (home / "aws-config").write_text(config)
    (home / "aws-credentials").write_text("")
    names = {
        "AWS_CONFIG_FILE": str(home / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "aws-credentials"),
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "" if case.token else NOWHERE,
        **({"AWS_PROFILE": "shop"} if case.name != "none" else {}),
        **case.environment,
    }
    with serving({"": case.answer} if case.answer else {}) as url:
        if case.answer:
            names["AWS_ENDPOINT_URL"] = url
        yield home, {**rig.bare(home), **{name: value for name, value in names.items() if value}}


def write_token(home: Path, key: str, hours: float) -> None:
    """A token of SSO where botocore keeps it."""
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    token = {"accessToken": SECRET, "expiresAt": soon(hours=hours), "startUrl": "x", "region": "eu-west-1"}
    (folder / f"{sha1(key.encode()).hexdigest()}.json").write_text(json.dumps(token))


def _on_terminal(rig: Rig, case: Case, environment: dict[str, str]) -> Iterator[str]:
    with rig.terminal([*CONSOLE], environment) as terminal:
        try:
            terminal.wait_for(lambda there: case.says in _words(there), 25)
        except AssertionError as error:
            yield f"{case.says!r} is not said: {' '.join(str(error).split())[:300]}"
        settle(terminal, 0.3)
        quit_console(terminal)
        raw = bytes(terminal.raw)
    if stray := outside(raw):
        yield f"outside the UI: {stray[:80]!r}"
    if b"Traceback" in raw or SECRET.encode() in raw:
        yield "a traceback or the secret was shown"


def _words(terminal: Terminal) -> str:
    """The screen as running text, frames of boxes left out."""
    return " ".join(re.sub(r"[│┃▌]", " ", terminal.text()).split())


def outside(raw: bytes) -> str:
    """What was written besides the frames of the console and the sequences of its terminal driver."""
    first = raw.find(b"\x1b[?2026h")
    return OURS.sub("", FRAME.sub(b"", raw[max(first, 0) :]).decode("utf-8", "replace")).strip()


def _without(case: Case, environment: dict[str, str]) -> Iterator[str]:
    done = subprocess.run(
        [*CONSOLE, "health", "--json"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if case.says not in done.stderr + done.stdout:
        yield f"{case.says!r} is not said: {done.stderr[:300]!r}"
    if done.returncode != 3:
        yield f"ended with {done.returncode}"
    if "Traceback" in done.stderr or SECRET in done.stderr + done.stdout:
        yield f"a traceback or the secret was printed: {done.stderr[-300:]!r}"
    if len(done.stderr.splitlines()) > 2:
        yield f"more than a sentence: {done.stderr[:300]!r}"


@line(8, "MFA modal", "heartbeat gap < 250 ms")
def mfa(rig: Rig) -> Outcome:
    """A role that asks for a code: the modal is opened, a wrong form and then a code are typed, and health is there."""
    home, probe = rig.fresh("mfa"), rig.folder / "mfa.jsonl"
    probe.unlink(missing_ok=True)
    environment = {**with_demo(rig, home, ROLE.replace("shop", "mra-mines", 1)), "GK_PROBE": str(probe)}
    with rig.terminal([sys.executable, str(PROGRAMS / "probed.py")], environment) as terminal:
        terminal.wait_for("six digits", 20)
        settle(terminal, 1.5)
        terminal.press(*"12345", "enter")
        terminal.wait_for("An MFA code is six digits", 10)
        terminal.press("6", "enter")
        begun = time.monotonic()
        terminal.wait_for(FOUND, 20)
        took = time.monotonic() - begun
        settle(terminal, 1.5)
        quit_console(terminal)
        stray = outside(bytes(terminal.raw))
    gaps = Gaps.of(probe)
    notes = [f"outside the UI: {stray[:80]!r}"] if stray else []
    figure = f"longest {gaps.longest} ms, health {took:.1f} s after the code"
    return with_notes(Outcome(gaps.longest < 250, figure), notes)


@line(9, "SSO renewed elsewhere", "works again < 5 s, no restart")
def sso(rig: Rig) -> Outcome:
    """The token ends; another program signs in and writes a new one; nobody presses a key."""
    home = rig.fresh("sso")
    keys = {
        "accessKeyId": access_key(ACCOUNT), "secretAccessKey": SECRET, "sessionToken": "t",
        "expiration": int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000),
    }  # fmt: skip
    granted = 200, json.dumps({"roleCredentials": keys}), {"Content-Type": "application/json"}
    write_token(home, "corp", -1)
    with serving({"/federation/credentials": granted}) as url:
        environment = {**with_demo(rig, home, DEMO_SSO), "AWS_ENDPOINT_URL_SSO": url}
        with rig.terminal([*CONSOLE], environment) as terminal:
            terminal.wait_for(lambda there: "The SSO sign-in has expired." in _words(there), 20)
            settle(terminal, 1, 10)
            write_token(home, "corp", 1)
            begun = time.monotonic()
            terminal.wait_for(FOUND, 30)
            took = time.monotonic() - begun
            quit_console(terminal)
    return Outcome(took < SOON, f"{took:.1f} s from the token to the health of the stack")


def with_demo(rig: Rig, home: Path, config: str) -> dict[str, str]:
    """An operator of the demo's first stack, whose profile is signed in otherwise."""
    environment = rig.operator(home, rig.demo.url)
    for path in (home / "config" / "stacks").glob("*.toml"):
        if path.stem != "mra-mines":
            path.unlink()
    (home / "aws-config").write_text(config)
    (home / "aws-credentials").write_text(section("base", ACCOUNT))
    names = {
        "AWS_CONFIG_FILE": str(home / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "aws-credentials"),
        "PYTHONPATH": str(ROOT),
    }
    return {**environment, **names}


@contextmanager
def serving(answers: dict[str, tuple[int, str, dict[str, str]]]) -> Iterator[str]:
    """A server on loopback that answers paths with what is given; the empty path is every other."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            status, body, headers = answers.get(path) or answers.get("", (404, "{}", {}))
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            pass

        do_GET = do_POST = _answer  # noqa: N815

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
