"""For whoever watches the process: is it alive, can it work, what has it done."""

import hmac
import ipaddress
import shutil
from datetime import UTC, timedelta

import structlog
from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from ashiato.kernel.errors import absent
from ashiato.plumbing import migrations, telemetry
from ashiato.plumbing.keys import note_verifies
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Tools, journey

router = journey()
log = structlog.get_logger()
_CONTACT_HOLDS = timedelta(days=180)
LEAST_FREE = 256 * 1024 * 1024  # bytes of disk: below, a write might not become durable


@router.api_route("/livez", methods=["GET", "HEAD"])
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def ready(visit: AtDoor) -> Response:
    """The database answers with the schema that this code knows, the log's key signs, and there is room on the disk; else what is missing."""
    if telemetry.draining():
        return PlainTextResponse("stopping", 503)

    async def verb(work: Work) -> bool:
        return await migrations.up_to_date(work.connection)

    try:
        current = await visit.tools.works.run(verb, read_only=True)
    except Exception as error:  # noqa: BLE001 — whatever it is, this process cannot work now
        log.warning("not ready", error=type(error).__name__)
        return PlainTextResponse("not ready: the database does not answer", 503)
    if not current:
        return PlainTextResponse("the schema is behind the code: ashiato migrate", 503)
    trouble = _trouble(visit.tools)
    return PlainTextResponse(f"not ready: {trouble}", 503) if trouble else PlainTextResponse("ok")


def _trouble(tools: Tools) -> str | None:
    try:
        if not note_verifies(tools.log_key.sign_note("ready\n"), tools.log_key.verifier_key):
            return "the log's key does not sign"
        if shutil.disk_usage(tools.settings.home).free < LEAST_FREE:
            return "the disk is full"
    except (OSError, ValueError) as error:
        return type(error).__name__
    return None


@router.get("/metrics")
async def metrics(visit: AtDoor) -> Response:
    """Counters for Prometheus, for who asks from this machine or has the token of the settings; to everybody else there is no such page."""
    if not _may_watch(visit.request, visit.tools.settings):
        raise absent("page")
    return Response(telemetry.metrics(), media_type=telemetry.METRICS_TYPE)


@router.get("/.well-known/security.txt")
async def security(visit: AtDoor) -> Response:
    """Whom to tell of a hole (RFC 9116)."""
    chosen = visit.tools.settings
    if not chosen.security_contact:
        raise absent("page")
    expires = (visit.tools.works.clock.now() + _CONTACT_HOLDS).astimezone(UTC).replace(microsecond=0, minute=0, second=0)
    lines = [f"Contact: {chosen.security_contact}", f"Expires: {expires.isoformat()}", "Preferred-Languages: en, ja",
             f"Canonical: {chosen.public_url.rstrip('/')}/.well-known/security.txt"]  # fmt: skip
    return PlainTextResponse("\n".join(lines) + "\n")


def _may_watch(request: Request, settings: Settings) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if settings.metrics_token is not None:
        return scheme.casefold() == "bearer" and hmac.compare_digest(token.encode(), settings.metrics_token.get_secret_value().encode())
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return request.client is not None and not forwarded and _loopback(request.client.host)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
