"""The server program: `granian --factory ashiato.server:create`."""

import gc

from fastapi import FastAPI


def create() -> FastAPI:
    """The application. While it is imported and put together nothing becomes garbage, and nobody looks for any, which takes a sixth of a start.

    What was made until then stays: the collector need not walk it again and again while requests wait.
    """
    gc.disable()
    try:
        from ashiato import app  # noqa: PLC0415 — the collector rests first

        return app.build()
    finally:
        gc.freeze()
        gc.enable()
