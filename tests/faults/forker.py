"""Forks a writer for each line on standard input, with everything loaded, which waits to be let go: `keep HOME [nosync]` or `follow HOME URL`.

Answers `PID [BACKEND]` once it waits, and its exit status once it has ended. What a writer acknowledges it appends to HOME/said.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from ashiato.domain import audit
from ashiato.plumbing import blobs, telemetry
from ashiato.plumbing.clock import RandomIds, SystemClock
from ashiato.plumbing.db import pool
from ashiato.plumbing.keys import LogKey
from ashiato.plumbing.unit_of_work import Works

NAME = "faults.example"
_LONGEST = 10  # seconds


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def wait() -> None:
    signal.sigwait({signal.SIGUSR1})
    signal.alarm(_LONGEST)  # who hangs is ended, as an operator would


async def evidence() -> AsyncIterator[bytes]:
    for number in range(3):
        yield bytes([number]) * 9000


def keep(home: Path, ack: int, *, sync: bool) -> None:
    """Keeps a file, and acknowledges it only then."""
    if not sync:
        os.fsync = lambda _: None  # the fault that the canary has
    say(f"{os.getpid()}")
    wait()
    blob = asyncio.run(blobs.Folder(home).keep(evidence(), 10**6))
    os.write(ack, f"{blob.digest}\n".encode())


async def follow(home: Path, url: str, ack: int) -> None:
    """Follows the outbox once."""
    connections = pool(url, 1)
    await connections.open()
    async with connections.connection() as connection:
        backend = connection.info.backend_pid
    works = Works(connections, SystemClock(), RandomIds())
    say(f"{os.getpid()} {backend}")
    wait()
    try:
        count = await works.run(lambda work: audit.follow(work, LogKey.of(home, NAME)))
        os.write(ack, f"{count}\n".encode())
    finally:
        os._exit(sys.exc_info()[0] is not None)  # as a worker that fails is: nothing is tidied up


def main() -> None:
    telemetry.configure("critical")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    for line in sys.stdin:
        verb, home, *more = line.split("\t")
        ack = os.open(Path(home.strip()) / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                if verb == "keep":
                    keep(Path(home.strip()), ack, sync=not more)
                else:
                    asyncio.run(follow(Path(home), more[0].strip(), ack))
                status = 0
            except BaseException as error:  # noqa: BLE001 — whatever the fault leads to: it is told, and nothing was acknowledged
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        os.close(ack)
        say(f"ended {status}")


if __name__ == "__main__":
    main()
