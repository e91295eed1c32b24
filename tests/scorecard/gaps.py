"""What the instruments of a console wrote: gaps of its loop, threads, calls."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Gaps:
    """How often a turn of the loop came so many milliseconds late."""

    counts: Counter[int]
    stuck: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: Path, since: float = 0.0) -> Gaps:
        """All that was written since a time."""
        counts: Counter[int] = Counter()
        stuck: list[str] = []
        for line in lines(path, since):
            counts.update({int(gap): count for gap, count in line["gaps"].items()})
            stuck += line["stuck"]
        return cls(counts, tuple(stuck))

    @property
    def longest(self) -> int:
        """The longest gap in milliseconds."""
        return max(self.counts, default=0)

    def percentile(self, per_cent: float) -> int:
        """The gap that so many per cent of the turns do not exceed."""
        left = self.counts.total() * per_cent / 100
        for gap in sorted(self.counts):
            left -= self.counts[gap]
            if left <= 0:
                return gap
        return self.longest


def lines(path: Path, since: float = 0.0) -> list[dict[str, Any]]:
    """The lines that were written since a time; the last one may be half written."""
    found = [json.loads(text) for text in path.read_text().splitlines(keepends=True) if text.endswith("\n")]
    return [line for line in found if line["at"] >= since]
