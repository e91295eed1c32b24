"""The program, with a main thread whose waits in the kernel no signal ends: as if each came just before a wait.

``python -m tests.gate.deaf`` takes the words of ``python -m console``.
"""

from __future__ import annotations

import signal
import sys
import threading

from console.__main__ import main

if __name__ == "__main__":
    # The kernel gives a signal to a thread that does not block it; the interpreter's handlers run in the main thread.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    sys.exit(main())
