"""Keep secrets out of what is written: the patterns of keys and tokens, and silence for libraries that log bodies."""

from __future__ import annotations

import logging
import re
from typing import Final

REDACTED: Final = "<redacted>"

_CREDENTIAL: Final = (
    r"pass(?:word|wd|phrase)|pwd|secret|token|credential|signature|authorization|cookie|api[_-]?key|"
    r"private[_-]?key|access[_-]?key(?![_-]?id)|bearer"
)
_SHAPES: Final = (
    # PEM private keys, also one that was cut off
    re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL),
    # JSON web tokens
    re.compile(r"\beyJ[\w-]{8,4096}\.[\w-]{8,}(?:\.[\w-]*)?"),
    # AWS access key ids; session tokens, which all begin with one of these
    re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    re.compile(r"(?<![A-Za-z0-9])(?:IQoJ|FwoG|FQoG|AQoD|AQoE)[A-Za-z0-9/+=_%-]{40,}"),
    # AWS secret access keys: 40 characters of base64 with a digit, a small and a capital letter among them
    re.compile(
        r"(?<![A-Za-z0-9/+=])(?=[A-Z0-9/+]{0,39}[a-z])(?=[a-z0-9/+]{0,39}[A-Z])(?=[A-Za-z/+]{0,39}[0-9])"
        r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    ),
)
_URL_PASSWORD: Final = re.compile(r"(?<=://)([^\s/:@'\"]{0,200}):[^\s/@'\"]{1,500}@")
_NAMED: Final = re.compile(
    rf"((?:{_CREDENTIAL})[\w-]{{0,40}}(?<!Error)(?<!Exception)[\"']?\s{{0,3}}(?:=>|[=:])\s{{0,3}}(?:b?(?=[\"'])|(?:Bearer|Basic|AWS4-HMAC-SHA256)\s+)?)"
    r"(\"(?:[^\"\\\n]|\\.){0,5000}\"?|'(?:[^'\\\n]|\\.){0,5000}'?|[^\s,;&\"')\]}]+)",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(rf"(--[\w-]{{0,40}}?(?:{_CREDENTIAL})[\w-]{{0,40}}\s{{1,3}})[^\s-]\S*", re.IGNORECASE)

_TALKATIVE: Final = ("botocore", "boto3", "aiobotocore", "aioboto3", "aiohttp", "urllib3", "s3transfer", "asyncio")
_SILENT: Final = logging.NullHandler()


def redact(text: str) -> str:
    """The text without the secrets that can be told by their shape or by the name before them.

    Found are AWS access key ids, secret keys and session tokens, JSON web tokens, PEM private keys, passwords in URLs,
    and whatever follows a name such as password, token or Authorization. A secret with neither shape nor name cannot
    be found: it must not get this far, which is what the type `Secret` is for.
    """
    for shape in _SHAPES:
        text = shape.sub(REDACTED, text)
    text = _URL_PASSWORD.sub(rf"\1:{REDACTED}@", text)
    text = _NAMED.sub(rf"\1{REDACTED}", text)
    return _OPTION.sub(rf"\1{REDACTED}", text)


def quiet_loggers() -> None:
    """Let no library write to the terminal, and none that logs requests say more than warnings.

    At DEBUG botocore logs bodies, keys included; so these loggers are pinned to WARNING and pass nothing on. A logger
    without a handler would print on the screen that is being drawn: the root gets one that prints nothing.
    """
    logging.captureWarnings(capture=True)
    logging.getLogger().addHandler(_SILENT)
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.addHandler(_SILENT)
