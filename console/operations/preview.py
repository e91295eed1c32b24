"""Steps as the shell commands that would do the same."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from console.aws.target import Target
from console.operations.secret import Secret
from console.operations.step_values import Blob, Result, parts_of, shown
from console.text import clean

# Where the aws command line's words differ from the API's (its customizations, version 1.42).
_SERVICE: Final = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}
_ARGUMENT: Final = {
    ("sns", "subscribe", "endpoint"): "notification-endpoint",
    ("eks", "update_cluster_version", "version"): "kubernetes-version",
    ("eks", "update_nodegroup_version", "version"): "kubernetes-version",
}
# A whole stream is given by its path, any other blob with fileb://.
_STREAMED: Final = frozenset({("s3", "put_object", "body")})
_READ_BY_THE_CLI: Final = re.compile(r"(file|fileb|https?)://")
_ESCAPED: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"}
_WORD: Final = re.compile(r"[\w./:@%+=][\w./:@%+=,-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shell:
    """Where the commands are meant to be run: the same profile, region and endpoint as the console's own calls."""

    target: Target

    def aws(self, service: str, words: Iterable[str], region: str | None = None) -> str:
        """An aws command of words that are quoted already."""
        target = self.target
        own = (("AWS_CONFIG_FILE", target.config_file), ("AWS_SHARED_CREDENTIALS_FILE", target.credentials_file))
        files = [*target.variables, *own]
        flags = (
            ("--profile", target.profile),
            ("--region", target.region_of(service, region)),
            ("--endpoint-url", target.endpoint_of(service)),
        )
        before = [f"{name}={quote(str(path))}" for name, path in files if path]
        after = [f"{flag} {quote(value)}" for flag, value in flags if value]
        return " ".join([*before, "aws", _SERVICE.get(service, service), *words, *after])


def call_words(service: str, operation: str, params: Mapping[str, Any]) -> list[str]:
    """The words of a call: ``update-service --cluster c --desired-count 3``, quoted for a shell."""
    from botocore import xform_name  # not before a plan is shown: the first frame does not wait for it

    words = [operation.replace("_", "-")]
    if any(isinstance(value, str) and _READ_BY_THE_CLI.match(value) for value in params.values()):
        return [*words, "--cli-input-json", quote_json(params)]
    for member, value in params.items():
        name = xform_name(member, "-")
        name = _ARGUMENT.get((service, operation, name), name)
        words += _argument(name, value, streamed=(service, operation, name) in _STREAMED)
    return words


def _argument(name: str, value: Any, *, streamed: bool) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    if isinstance(value, Blob):
        return [f"--{name}", quote(str(value.path) if streamed else repr(value))]
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, str) and _WORD.fullmatch(v) for v in value):
        return [f"--{name}", *value]
    if isinstance(value, (Mapping, list, tuple)):
        return [f"--{name}", quote_json(value)]
    if isinstance(value, str) and value.startswith("-"):
        return [f"--{name}={quote(value)}"]
    return [f"--{name}", quote(value)]


def quote(value: object) -> str:
    """One value as one word of a shell: a variable where it is not known, escaped where it cannot be shown."""
    if isinstance(value, (Secret, Result)):
        return f'"{value!r}"'
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if clean(text, limit=len(text)) == text:
        return shlex.quote(text)
    return f"$'{''.join(_ESCAPED.get(char) or _escaped(char) for char in text)}'"


def _escaped(char: str) -> str:
    """A character as bash's ``$'...'`` writes it; never ``\\x``, which means a byte there."""
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_json(value: Any) -> str:
    """A structure as JSON in one word of a shell, with variables in it where values are not known."""
    text = json.dumps(shown(value), default=str)
    quoted = text.replace("'", "'\"'\"'")
    variables = {repr(part) for part in parts_of(value) if isinstance(part, (Secret, Result))}
    for variable in sorted(variables, key=len, reverse=True):
        quoted = quoted.replace(f'"{variable}"', f'"\'"{variable}"\'"')
    return f"'{quoted}'"
