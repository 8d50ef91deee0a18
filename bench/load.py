"""A load generator in a process of its own: a job as JSON on standard input, what was measured as JSON on standard output.

`http`: keep-alive clients over raw sockets. `attack`: clients that send anything, count what they are told, and connect again. `sql`: as many
tasks over one pool of psycopg, each job one pipeline, which is one transaction and one round trip: the fastest that psycopg can do.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from psycopg_pool import AsyncConnectionPool

_WARMING = 0.15  # of the time, or of the jobs
Deed = Callable[[Any], Awaitable[bool]]


async def http_client(job: dict[str, Any]) -> Deed:
    """A client on a connection of its own; whether each request was answered with success. Told that it is busy, it repeats."""
    reader, writer = await asyncio.open_connection(job["host"], job["port"])

    async def send(request: str) -> bool:
        while True:
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length[15:]))
            if head[9:12] != b"503":
                return head[9:10] == b"2"
            job["busy"] = job.get("busy", 0) + 1

    return send


async def attacker(job: dict[str, Any]) -> Deed:
    """A client that does not mind how it is answered, or that it is hung up on; `job["told"]` counts the status of each answer."""
    told: dict[str, int] = job.setdefault("told", {})

    async def send(request: str) -> bool:
        try:
            reader, writer = await asyncio.open_connection(job["host"], job["port"])
            try:
                writer.write(request.encode("utf-8", "surrogateescape"))
                status = (await reader.readuntil(b"\r\n"))[9:12].decode()
            finally:
                writer.close()
        except (OSError, asyncio.IncompleteReadError):
            status = "none"
        told[status] = told.get(status, 0) + 1
        return True

    return send


def sql_client(pool: AsyncConnectionPool[Any], pin: str) -> Deed:
    """A task over the pool; the pipeline is its transaction, durable when it ends."""

    async def send(statements: list[tuple[str, dict[str, Any]]]) -> bool:
        async with pool.connection() as connection, connection.pipeline():
            cursors = [await connection.execute(query, params) for query, params in [(pin, None), *statements]]
        for cursor in cursors:
            if cursor.description:
                await cursor.fetchall()
        return True

    return send


async def work(deed: Deed, waiting: Iterator[Any], until: float, pause: float, taken: list[tuple[float, float, bool]]) -> None:
    """Does one job after the other, noting when each began and how long it took."""
    for job in waiting:
        start = time.perf_counter()
        if start > until:
            return
        good = await deed(job)
        taken.append((start, time.perf_counter() - start, good))
        if pause:
            await asyncio.sleep(pause)


def endless(jobs: list[Any]) -> Iterator[Any]:
    while True:
        yield from jobs


CLIENTS = {"http": http_client, "attack": attacker}


async def measured(job: dict[str, Any]) -> dict[str, Any]:
    """Throughput, median, 95th and 99th percentile once everything is warm."""
    async with AsyncConnectionPool(
        job.get("url", ""), min_size=0, max_size=job.get("pool", 1), open=False, kwargs={"autocommit": True, "prepare_threshold": 2}
    ) as pool:
        deeds = [await CLIENTS[job["kind"]](job) if job["kind"] in CLIENTS else sql_client(pool, job["pin"]) for _ in range(job["clients"])]
        waiting = iter(job["jobs"]) if job["once"] else endless(job["jobs"])
        taken: list[tuple[float, float, bool]] = []
        until = time.perf_counter() + job["seconds"]
        await asyncio.gather(*(work(deed, waiting, until, job.get("pause", 0), taken) for deed in deeds))
    taken.sort()
    warm = taken[int(len(taken) * _WARMING) :]
    lasted = max(start + took for start, took, _ in warm) - warm[0][0]
    times = sorted(took for _, took, _ in warm)
    return {
        "per_second": len(warm) / lasted, "median_ms": 1000 * times[len(times) // 2], "p95_ms": 1000 * times[int(len(times) * 0.95)],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "busy": job.get("busy", 0), "wrong": sum(not good for _, _, good in taken), "done": len(taken), "told": job.get("told", {}),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(json.load(sys.stdin)))))
