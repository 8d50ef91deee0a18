"""Spans over OTLP/HTTP (OpenTelemetry), where OTEL_EXPORTER_OTLP_ENDPOINT names a collector; otherwise nothing is loaded and nothing is sent.

Three kinds: a request by its route, a transaction inside one, a round of the worker's that found something to do. Attributes are routes,
methods, statuses and counts: no identifier, no address with one in it, no message of an error, no value. Everything else is
OpenTelemetry's own: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER` and the like.
"""

import functools
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
P = ParamSpec("P")
Attribute = str | int | bool


@dataclass(slots=True)
class _Running:
    """What this process traces with, if it does."""

    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


_running = _Running()


def configure(process: str) -> None:
    """Begins to trace this process (`server`, `worker`) where a collector is named; at its start, once it is forked."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 — where it is wanted only
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = {SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", "ashiato"), "ashiato.process": process}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _running.provider, _running.tracer = provider, provider.get_tracer("ashiato")


def close() -> None:
    """Sends what is left, and ends tracing."""
    if _running.provider is not None:
        _running.provider.shutdown()
    _running.provider = _running.tracer = None


@contextmanager
def request(headers: Mapping[str, str]) -> Iterator["Span | None"]:
    """A request's span, part of the caller's trace where it sends one (W3C traceparent); `told` names it once its route is known."""
    if _running.tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    parent = TraceContextTextMapPropagator().extract(dict(headers))
    with _running.tracer.start_as_current_span(
        "request", context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


def told(span: "Span | None", method: str, route: str, status: int) -> None:
    """Names a request's span by its route and tells how it was answered."""
    if span is None:
        return
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= 500:  # noqa: PLR2004 — the server's fault
        span.set_status(StatusCode.ERROR)


@contextmanager
def inside(name: str, **attributes: Attribute) -> Iterator[Callable[[str, Attribute], None]]:
    """A span inside a request's; outside of one there is none. What is yielded adds an attribute."""
    if _running.tracer is None:
        yield _ignore
        return
    from opentelemetry.trace import get_current_span  # noqa: PLC0415

    if not get_current_span().is_recording():
        yield _ignore
        return
    with _running.tracer.start_as_current_span(name, attributes=attributes, record_exception=False, set_status_on_exception=False) as span:
        yield span.set_attribute


def _ignore(_: str, __: Attribute) -> None: ...


def job(name: str) -> Callable[[Callable[P, Awaitable[int]]], Callable[P, Awaitable[int]]]:
    """Traces a round of the worker's that did something: how long it took, and how much was done. Rounds that find nothing leave no span."""

    def around(verb: Callable[P, Awaitable[int]]) -> Callable[P, Awaitable[int]]:
        @functools.wraps(verb)
        async def traced(*args: P.args, **kwargs: P.kwargs) -> int:
            began = time.time_ns()
            done = await verb(*args, **kwargs)
            if done and _running.tracer is not None:
                _running.tracer.start_span(f"job {name}", start_time=began, attributes={"ashiato.done": done}).end()
            return done

        return traced

    return around
