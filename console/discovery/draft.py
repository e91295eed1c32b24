"""A stack file as it is proposed: readable, with comments that say what each part is and what may be added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from console.services.cloudwatch.kinds import Alarms
from console.services.kinds import SECTIONS
from console.stack.found_account import Unlisted
from console.stack.stack import Stack
from console.stack.standing import NO_ENVIRONMENT
from console.stack_files.file import write
from console.text import clean

_MORE: Final = """
# What else a stack file may say (docs/stack-files.md):
#
# [[endpoints]]                        # a URL that is asked, and the status that it should answer
# url = "https://shop.example/health"
#
# [thresholds."ecs.utilisation"]       # other limits, by the name of the check
# cpu_warn = 70
#
# [backup]                             # how old the newest backup may be
# max_age_hours = 26
#
# [[contacts]]                         # whom to call
# name = "Jo"
# phone = "+44 20 7946 0000"
"""
_ALARMS: Final = """
# [alarms]                             # the CloudWatch alarms whose names begin so
# prefixes = ["shop-"]
"""


def draft(
    stack: Stack,
    origin: str,
    today: date,
    unlisted: Iterable[Unlisted] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The text of a stack file, which `parse` reads back equal; `origin` says what it was made of.

    `labels` are what people call things whose ids tell nothing.
    """
    lines = [f"# Written by groundskeeper init on {today}, from {clean(origin)}. Edit it freely.", ""]
    for each in unlisted:
        lines.append(f"# Not looked for, since {each.kind} could not be listed: {each.problem.what}")
    told: set[str] = set()
    for line in write(stack).splitlines():
        key = line.strip("[]")
        if line.startswith("[") and key in _COMMENTS and key not in told:
            told.add(key)
            lines.append(f"# {_COMMENTS[key]}")
        label = labels.get(line.partition(" = ")[2].strip('"'))
        lines.append(f"{line}   # {clean(label, limit=100)}" if label else line)
        if line.startswith("name = ") and "name" not in told:
            told.add("name")
            lines += _open_questions(stack)
    more = _MORE if stack.of(Alarms) else _ALARMS + _MORE
    return "\n".join(lines) + "\n" + more


def _open_questions(stack: Stack) -> Iterator[str]:
    """Lines to fill in for what was not said."""
    if stack.environment == NO_ENVIRONMENT:
        yield '# environment = "staging"'
    if stack.production is None:
        yield "# production = false   # until this is said, it starts read-only and asks more before a change"


_COMMENTS: Final = {section: (part.__doc__ or "").split("\n")[0] for section, part in SECTIONS.items()}
