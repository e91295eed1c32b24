"""What kind of file system a folder lies on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_NETWORK: Final = frozenset("nfs nfs4 cifs smb3 smbfs 9p afs ceph glusterfs lustre fuse.sshfs fuse.glusterfs".split())
_LOCAL: Final = frozenset("ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs tmpfs ramfs overlay".split())
_MOUNTS: Final = Path("/proc/self/mountinfo")


def network_filesystem(folder: Path, mounts: Path = _MOUNTS) -> str | None:
    """The kind of network file system that a folder lies on, such as ``nfs4``; None on a local one.

    Also None where the system does not tell (it has no ``/proc/self/mountinfo``).
    """
    kind = _kind(folder, mounts)
    return kind if kind in _NETWORK else None


def is_local(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether a folder surely lies on a file system of this machine alone, so that all its processes see its locks."""
    return _kind(folder, mounts) in _LOCAL


def _kind(folder: Path, mounts: Path) -> str:
    """The kind of the file system; empty where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = folder.resolve()
    best, kind = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(before.split()[4].replace("\\040", " "))
        # A later line of the same mount point lies above an earlier one.
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split()[0]
    return kind
