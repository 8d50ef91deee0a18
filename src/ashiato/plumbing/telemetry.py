"""What a process tells those who run it: structured logs (one JSON object a line on standard error) and counters; never a value of a company."""

import contextlib
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import prometheus_client
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from ashiato.plumbing import tracing

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where the processes of one installation put their counters together
PREPARING = "preparing"  # a file in there: the database is not up to date yet
DRAINING = "draining"  # another: this server is about to stop
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ROUTES_OF_NO_NAME = "(none)"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_UNTOLD = frozenset({"/livez", "/readyz", "/metrics"})  # asked every few seconds
_SERVER_ERROR = 500

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

REQUESTS = Counter("ashiato_requests", "Requests that were answered, by route and status.", ["method", "route", "status"])
SECONDS = Histogram(
    "ashiato_request_seconds", "How long answers took.", ["route"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
)
FACTS_LOGGED = Counter("ashiato_facts_logged", "Facts that were put into the transparency log.")
FAILURES = Counter("ashiato_worker_failures", "What the worker could not do and tries again, by its work.", ["work"])
LAST_ROUND = Gauge("ashiato_worker_last_round_seconds", "When the worker last went round, in seconds of 1970.", ["work"], multiprocess_mode="max")

log = structlog.get_logger()


def without_values(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An entry whose failure, if it has one, is told by its types and places alone: messages of exceptions quote what was sent or stored."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_places(error))
    return event


def _places(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        state = getattr(error, "sqlstate", None)
        yield f"{type(error).__module__}.{type(error).__qualname__}{f' ({state})' if state else ''}"
        yield from (f"  {place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(error.__traceback__))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def configure(level: str = "info") -> None:
    """Sets the process's logs up once, at the start of a program."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # collisions are repeated, and told if they do not end
    logging.getLogger("psycopg.pool").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def asked_by(company_id: object) -> None:
    """Notes, for the log lines of this request, whose it is: a company's random identifier, never its name."""
    structlog.contextvars.bind_contextvars(tenant=str(company_id))


def preparing() -> bool:
    """Whether this server's database is not up to date yet."""
    return _said(PREPARING)


def draining() -> bool:
    """Whether this server is about to stop and wants nothing more."""
    return _said(DRAINING)


def _said(word: str) -> bool:
    return SHARED in os.environ and (Path(os.environ[SHARED]) / word).exists()


def metrics() -> bytes:
    """The counters of all processes of this installation, as Prometheus reads them."""
    if SHARED not in os.environ:
        return prometheus_client.generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return prometheus_client.generate_latest(registry)


class Told:
    """Counts every request and logs it by its route, with an identifier; a caller's own X-Request-Id is taken and sent back.

    A route is told as its description names it: no identifier, no query, nothing that was sent. A request that found none counts as such.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        own = given if _REQUEST_ID.fullmatch(given) else ""
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=own or uuid4().hex)
        status, began = _SERVER_ERROR, time.perf_counter()

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if own:
                    message["headers"] = [*message.get("headers", []), (b"x-request-id", own.encode())]
            await send(message)

        with tracing.request({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"}) as span:
            try:
                await self._application(scope, receive, sent)
            finally:
                _tell(scope, status, time.perf_counter() - began, span)


def _tell(scope: Scope, status: int, seconds: float, span: Any) -> None:
    found = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")  # with the prefixes that it was mounted under
    route = str(getattr(found, "path", _ROUTES_OF_NO_NAME))
    method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    tracing.told(span, method, route, status)
    if route not in _UNTOLD:
        with contextlib.suppress(OSError):  # whoever read the logs is gone: requests are answered all the same
            log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))
