"""The application, composed: which implementations, which gateways, in which order."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI

from ashiato import __version__, web
from ashiato.gateways import ouranos, pact, rest
from ashiato.gateways.rest import Tools
from ashiato.plumbing import patience, settings, telemetry, tracing
from ashiato.plumbing.buckets import files_of
from ashiato.plumbing.clock import FrozenClock, RandomIds, SeededIds, SystemClock
from ashiato.plumbing.db import app_url, pool
from ashiato.plumbing.keys import LogKey, Seal, TokenKey
from ashiato.plumbing.limits import Limits
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Works

_LOOK_SECONDS = 0.02
_COLLECTING = (50_000, 20, 50)  # an import makes a million objects, none of them in a circle: Python's own 700 looks through them all the time


@asynccontextmanager
async def tools(chosen: Settings, owner_url: str) -> AsyncIterator[Tools]:
    """What a server process works with, its pool open for as long as the block lasts."""
    connections = pool(app_url(chosen, owner_url), chosen.pool_size)
    clock = FrozenClock(datetime.fromisoformat(chosen.frozen_clock)) if chosen.frozen_clock else SystemClock()
    ids = SeededIds(chosen.ids_seed) if chosen.ids_seed else RandomIds()
    await connections.open()
    gc.set_threshold(*_COLLECTING)
    try:
        yield Tools(
            settings=chosen,
            works=Works(connections, clock, ids),
            files=files_of(chosen),
            seal=Seal(chosen.home),
            tokens=TokenKey(chosen.home, chosen.public_url),
            log_key=LogKey.of(chosen.home, chosen.public_url),
            spell=pact.spelling(chosen.public_url),
            limits=Limits(chosen.requests_per_minute, strangers_per_minute=chosen.strangers_per_minute, hops=chosen.forwarded_hops),
        )
    finally:
        await connections.close()


def build(running: Tools | None = None) -> FastAPI:
    """The application; without tools of its own it opens them when the server starts it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if running is not None:
            yield
            return
        chosen = settings.load()
        telemetry.configure(chosen.log_level)
        tracing.configure("server")
        if chosen.database_url is None:
            raise RuntimeError("a server process is started by `ashiato serve`, which knows the database")
        while telemetry.preparing():  # noqa: ASYNC110 — a file tells it, of another process
            await asyncio.sleep(_LOOK_SECONDS)
        async with tools(chosen, chosen.database_url.get_secret_value()) as opened:
            app.state.tools = opened
            yield
        tracing.close()

    app = FastAPI(title="Ashiato", version=__version__, openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    if running is not None:
        app.state.tools = running
    app.add_middleware(patience.Patience)
    app.add_middleware(telemetry.Told)
    rest.install(app)
    ouranos.install(app)
    pact.install(app)
    web.install(app)
    return app
