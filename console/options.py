"""What was asked for on the command line, shared by the console and every subcommand."""

from __future__ import annotations

from dataclasses import dataclass

from console.naming.partitions import malformed


class UsageError(Exception):
    """Something asked for that cannot be; the message says what to do next. Exit code 2."""


@dataclass(frozen=True, slots=True)
class Options:
    """The shared flags; None and False where they were not given."""

    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    demo: bool = False
    scenario: str | None = None
    now: str | None = None
    seed: int | None = None
    write: bool = False
    reason: str | None = None
    read_only: bool = False
    theme: str | None = None
    screen: str | None = None

    def checked(self) -> Options:
        """The same options; raises UsageError for those that contradict each other."""
        if self.demo and (self.endpoint_url or self.profile):
            raise UsageError("--demo has an endpoint and profiles of its own: leave out --endpoint-url and --profile.")
        of_demo = {"--scenario": self.scenario, "--now": self.now, "--seed": self.seed}
        if given := [flag for flag, value in of_demo.items() if value is not None and not self.demo]:
            raise UsageError(f"{given[0]} belongs to the demo: add --demo.")
        if self.write and self.read_only:
            raise UsageError("--write and --read-only contradict each other: give one of them.")
        if self.write and not (self.reason or "").strip():
            raise UsageError('--write needs a reason for the record: add --reason "why".')
        if self.region and (problem := malformed(self.region)):
            raise UsageError(f"--region {self.region!r} {problem}")
        if self.endpoint_url and not self.endpoint_url.startswith(("http://", "https://")):
            raise UsageError(f"--endpoint-url {self.endpoint_url!r}: give a URL, such as http://127.0.0.1:5000.")
        return self
