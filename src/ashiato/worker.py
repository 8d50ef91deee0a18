"""The worker: follows the outbox into the transparency log. Listeners are listed here, by hand."""

import asyncio

import psycopg
import structlog

from ashiato.domain import audit
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import settings, telemetry
from ashiato.plumbing.clock import RandomIds, SystemClock
from ashiato.plumbing.db import app_url, pool
from ashiato.plumbing.keys import LogKey
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Works

_PAUSE_SECONDS = 0.2
_PAUSE_AFTER_FAILURE_SECONDS = 2.0
log = structlog.get_logger()


async def follow_once(works: Works, key: LogKey) -> int:
    """Hands the waiting facts to every listener, in one transaction; how many there were."""
    return await works.run(lambda work: audit.follow(work, key))


async def follow(chosen: Settings, owner_url: str) -> None:
    """Follows the outbox until it is cancelled. A failure is logged and tried again; nothing is skipped."""
    connections = pool(app_url(chosen, owner_url), 2)
    await connections.open()
    works, key = Works(connections, SystemClock(), RandomIds()), LogKey.of(chosen.home, chosen.public_url)
    try:
        while True:
            try:
                pause = 0.0 if await follow_once(works, key) else _PAUSE_SECONDS
            except (psycopg.Error, Refusal) as error:
                log.error("following the outbox failed", error=type(error).__name__, message=str(error))
                pause = _PAUSE_AFTER_FAILURE_SECONDS
            await asyncio.sleep(pause)
    finally:
        await connections.close()


def main() -> None:
    """`python -m ashiato.worker`, started by `ashiato serve`."""
    chosen = settings.load()
    telemetry.configure(chosen.log_level)
    if chosen.database_url is None:
        raise SystemExit("the worker is started by `ashiato serve`, which knows the database")
    try:
        asyncio.run(follow(chosen, chosen.database_url.get_secret_value()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
