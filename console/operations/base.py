"""What an Operation is: a change, named as in the catalogue, whose fields are its parameters."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True)
class Operation:
    """A change that the console can make."""

    name: ClassVar[str]

    def params(self) -> dict[str, Any]:
        """The parameters by field name, without those that are at their default."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def cli(self, stack: str) -> str:
        """The command that would do this from a shell."""
        words = ["groundskeeper", "apply", self.name, "--stack", stack]
        for name, value in self.params().items():
            words += [
                f"--{name.replace('_', '-')}",
                str(value).lower() if isinstance(value, bool) else str(value),
            ]
        return shlex.join(words)
