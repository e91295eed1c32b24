"""Whether this machine is one of AWS's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_SYS: Final = Path("/sys")
_TELLS: Final = (
    # Nitro and bare metal name their maker; Xen says "Xen" there, and has a BIOS of 4.11.amazon.
    ("class/dmi/id/sys_vendor", re.compile(r"amazon ec2", re.IGNORECASE)),
    ("class/dmi/id/bios_vendor", re.compile(r"amazon ec2", re.IGNORECASE)),
    ("class/dmi/id/bios_version", re.compile(r"\.amazon\b", re.IGNORECASE)),
    ("class/dmi/id/board_asset_tag", re.compile(r"i-[0-9a-f]{8,17}$")),
    # Xen without DMI, as paravirtual instances are (EC2 user guide, "Detect whether a host is an EC2 instance").
    ("hypervisor/uuid", re.compile(r"ec2", re.IGNORECASE)),
)
"""Files by which a kernel tells, below ``/sys``, and how what stands in them begins or reads on AWS."""


def is_on_aws(root: Path = _SYS) -> bool:
    """Whether the hardware says that it is an EC2 instance, of whatever generation. `root` is where ``/sys`` is."""
    return any(_told(root / name, pattern) for name, pattern in _TELLS)


def _told(file: Path, pattern: re.Pattern[str]) -> bool:
    try:
        text = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return False
    return bool(pattern.search(text) if "version" in file.name else pattern.match(text))
