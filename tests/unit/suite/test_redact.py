"""Secrets are told by their shape or by the name before them, and what is no secret stays readable."""

from __future__ import annotations

import subprocess
import sys

import pytest

from console.redact import REDACTED, redact

KEY_ID = "AKIAQ3EGR7ZP2XW5LM4T"
SECRET_KEY = "k7Hq/2mZpX+9vBnC4tRw8yLs6DfGj1aEoUiQ3xMz"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEJv" + "Ab9/+x" * 40 + "=="
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcGVyYXRvciJ9.c2lnbmF0dXJlLWhlcmU"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB\nbase64lines\n-----END EC PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"key {KEY_ID} was denied", KEY_ID),
        (f"Credential={KEY_ID.replace('AKIA', 'ASIA')}/20261120/eu-west-1", KEY_ID[4:]),
        (f"used {SECRET_KEY} to sign", SECRET_KEY),
        (f'{{"SecretAccessKey": "{SECRET_KEY}"}}', SECRET_KEY),
        (f"aws_secret_access_key = {SECRET_KEY}", SECRET_KEY),
        (f"header {SESSION_TOKEN}, next", SESSION_TOKEN),
        (f"X-Amz-Security-Token: {SESSION_TOKEN[5:]}", SESSION_TOKEN[5:]),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=0f3c9a&X-Amz-Expires=60", "0f3c9a"),
        (f"Authorization: Bearer {JWT}", JWT),
        (f"id {JWT} expired", JWT),
        (PEM, "base64lines"),
        (f"cut off: {PEM[:60]}", "MHcCAQEE"),
        ("postgresql://admin:tulips4me@db.example:5432/prod", "tulips4me"),
        ("redis://:tulips4me@cache:6379", "tulips4me"),
        ("password=tulips4me", "tulips4me"),
        ("{'TemporaryPassword': 'tulips 4 me', 'UserPoolId': 'x'}", "tulips 4 me"),
        ('"client_secret" : "tul\\"ips4me"', "ips4me"),
        ("DB_PASSWORD=tulips4me DB_HOST=db", "tulips4me"),
        ("api-key => tulips4me", "tulips4me"),
        ("mysql --password tulips4me -h db", "tulips4me"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=9ab1", "9ab1"),
    ],
)
def test_the_secret_is_gone_and_the_gap_is_marked(text: str, secret: str) -> None:
    found = redact(text)
    assert secret not in found
    assert REDACTED in found
    assert redact(found) == found


@pytest.mark.parametrize(
    "text",
    [
        "ExpiredTokenException: The security token included in the request is expired",
        "NoCredentialsError: Unable to locate credentials",
        "arn:aws:ecs:eu-west-1:123456789012:service/mra-mines/frontend",
        "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        "https://console.aws.amazon.com/ecs/home?region=eu-west-1",
        "ssh://git@example.org/repository",
        "the password was changed 3 days ago",
        "i-0abc1234def567890 in subnet-0a1b2c3d4e5f67890",
        'File "console/operations/secretsmanager.py", line 12, in observe',
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_names_around_a_secret_stay() -> None:
    assert redact("postgresql://admin:tulips@db:5432/prod") == f"postgresql://admin:{REDACTED}@db:5432/prod"
    assert redact('{"Password": "tulips", "User": "ann"}') == f'{{"Password": {REDACTED}, "User": "ann"}}'


def test_libraries_log_nothing_to_the_terminal_and_no_bodies() -> None:
    code = """
import logging, warnings
from console.redact import quiet_loggers
quiet_loggers()
seen = []
class Keep(logging.Handler):
    def emit(self, record): seen.append(record)
logging.getLogger().addHandler(Keep())
logging.getLogger().setLevel(logging.DEBUG)
for name in ("botocore.endpoint", "botocore.parsers", "aiobotocore.x", "aiohttp.client", "boto3.y", "urllib3.pool"):
    logging.getLogger(name).debug("body: %s", "tulips4me")
    logging.getLogger(name).error("traceback: %s", "tulips4me")
logging.getLogger("some.library").error("heard")
logging.getLogger("asyncio").error("task was lost")
warnings.warn("not on the screen")
assert [record.getMessage().split(":")[-1].strip() for record in seen][0] == "heard", seen
assert all("tulips4me" not in record.getMessage() for record in seen)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
