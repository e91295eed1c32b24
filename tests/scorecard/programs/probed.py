"""The console with instruments, and if asked with poisoned answers: probed.py [console's arguments]."""

from __future__ import annotations

import os
import sys

from console.__main__ import main
from tests.scorecard.programs import poison, probe

if __name__ == "__main__":
    probe.install()
    if seed := os.environ.get("GK_POISON"):
        poison.install(seed)
    sys.exit(main())
