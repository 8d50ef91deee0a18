"""Starts a program that shall not outlive the one that started it, even when that one is killed: `tether.py PARENT PROGRAM …`."""

import contextlib
import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1  # Linux, prctl(2); elsewhere the program is started without


def main() -> None:
    """Becomes the program, which is told to end when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell may have started us deaf to it
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 — our own program


if __name__ == "__main__":
    main()
