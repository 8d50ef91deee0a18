"""A server process on loopback, for tests that need what only a real one has."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import httpx


def free_port() -> int:
    """A port that nobody listens at, for a server whose settings name its own address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(target: str, environment: dict[str, str], ready: str, port: int | None = None) -> Iterator[str]:
    """A server process for as long as the block lasts; its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--log-level", "error", "--port", str(port), target]
    told = tempfile.TemporaryFile()  # noqa: SIM115 — closed when the process has ended
    process = subprocess.Popen(command, env={"ASHIATO_STRANGERS_PER_MINUTE": "0", **os.environ, **environment}, stdout=told, stderr=told)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 180
        while True:
            assert process.poll() is None, f"the server ended: {_last(told)}"
            assert time.monotonic() < deadline, "the server does not answer"
            try:
                if httpx.get(address + ready).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(20)
        told.close()


def _last(told: IO[bytes]) -> str:
    """The end of what a process has said."""
    told.seek(0)
    return told.read().decode(errors="replace")[-2000:]
