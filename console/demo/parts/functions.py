"""Lambda functions."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import datetime

from console.demo.parts import access
from console.demo.parts.place import StackPlace


def function(
    place: StackPlace,
    name: str,
    runtime: str,
    *,
    memory: int,
    timeout: int,
    modified: datetime,
    handler: str = "index.handler",
    environment: dict[str, str] | None = None,
) -> str:
    """A function last changed at a moment, with a role of its own; gives its ARN."""
    allowed = {"Effect": "Allow", "Action": ["logs:*", "dynamodb:*", "s3:*"], "Resource": "*"}
    role = access.role(place, f"{name}-role", "lambda", allowed)
    made = place.backend("lambda").create_function(
        {
            "FunctionName": name,
            "Runtime": runtime,
            "Handler": handler,
            "Role": role,
            "Code": {"ZipFile": _code(name)},
            "MemorySize": memory,
            "Timeout": timeout,
            "Environment": {"Variables": environment or {}},
            "Tags": place.tags,
            "Description": f"{name} of {place.project}",
        }
    )
    made.last_modified = modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return str(made.function_arn)


def _code(name: str) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.js", f"exports.handler = async () => ({{ statusCode: 200, body: '{name}' }});\n")
    return base64.b64encode(buffer.getvalue()).decode()
