"""For whoever watches the process: is it alive, can it work."""

import structlog
from fastapi import Response
from fastapi.responses import PlainTextResponse

from ashiato.plumbing import migrations
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, journey

router = journey()
log = structlog.get_logger()


@router.api_route("/livez", methods=["GET", "HEAD"])
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def ready(visit: AtDoor) -> Response:
    """The database answers, and its schema is the one that this code knows."""

    async def verb(work: Work) -> bool:
        return await migrations.up_to_date(work.connection)

    try:
        current = await visit.tools.works.run(verb, read_only=True)
    except Exception as error:  # noqa: BLE001 — whatever it is, this process cannot work now
        log.warning("not ready", error=type(error).__name__)
        return PlainTextResponse("not ready", 503)
    return PlainTextResponse("ok") if current else PlainTextResponse("the schema is behind the code: ashiato migrate", 503)
