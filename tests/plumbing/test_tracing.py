"""Spans as a collector gets them over OTLP/HTTP: what happened and how long it took, and nothing of anybody's."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.world import FACTOR_HEADER, PART_HEADER, World, factor

from ashiato import worker
from ashiato.plumbing import tracing


class Collector:
    """A collector on loopback: it keeps what it is sent."""

    def __init__(self) -> None:
        received: list[tuple[str, bytes]] = []

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> list[Any]:
        """All spans so far, in the order of their beginnings."""
        found = []
        for path, body in self.received:
            assert path == "/v1/traces"
            sent = ExportTraceServiceRequest.FromString(body)
            found += [span for resource in sent.resource_spans for scope in resource.scope_spans for span in scope.spans]
        return sorted(found, key=lambda span: int(span.start_time_unix_nano))


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    found = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.address)
    monkeypatch.delenv("OTEL_TRACES_SAMPLER", raising=False)
    tracing.configure("server")
    yield found
    tracing.close()
    found.server.shutdown()
    found.server.server_close()


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


async def test_requests_transactions_and_jobs_are_spans_without_a_value(world: World, collector: Collector) -> None:
    member = await world.company("Traced Works")
    rows = [["TRACED-PART", "Secret cell", "kg", "", "", "", "TRACED-F"]]
    await member.import_tables(factors=[FACTOR_HEADER, factor("TRACED-F", "7391046.5")], parts=[PART_HEADER, *rows])
    part_id = await member.part_id("TRACED-PART")
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await member.get(f"/parts/{part_id}/structure", headers={"traceparent": parent})
    assert (await member.call("GET", "/parts/TRACED-PART/structure")).status_code == 422
    passes = 0
    while await worker.follow_once(world.tools.works, world.tools.log_key):  # the world is shared: others' facts may wait before these
        passes += 1
    tracing.close()

    spans = collector.spans()
    asked = [span for span in spans if span.name == "GET /api/v1/parts/{part_id}/structure"]
    assert [attributes(span) for span in asked] == [
        {"http.request.method": "GET", "http.route": "/api/v1/parts/{part_id}/structure", "http.response.status_code": status}
        for status in (200, 422)
    ]
    assert (asked[0].trace_id.hex(), asked[0].parent_span_id.hex()) == tuple(parent.split("-")[1:3])
    (inner,) = [span for span in spans if span.parent_span_id == asked[0].span_id]
    assert (inner.name, attributes(inner)) == ("transaction", {"ashiato.attempts": 1})
    assert asked[0].start_time_unix_nano <= inner.start_time_unix_nano <= inner.end_time_unix_nano <= asked[0].end_time_unix_nano
    jobs = [attributes(span)["ashiato.done"] for span in spans if span.name == "job follow"]
    assert len(jobs) == passes > 0  # the last look found nothing to do, and is no span
    assert all(done > 0 for done in jobs)
    everything = b"".join(body for _, body in collector.received)
    for secret in (part_id, member.company_id, member.name, member.number, member.token, "TRACED-PART", "TRACED-F", "7391046"):
        assert secret.encode() not in everything
    assert b"Secret cell" not in everything


async def test_an_error_is_told_by_its_status_without_its_words(collector: Collector) -> None:
    """The canary of the spans: what an exception says stays here."""

    def failing() -> None:
        with tracing.request({}) as span:
            try:
                with tracing.inside("transaction"):
                    raise ValueError("the figure 7391046 is wrong")
            finally:
                tracing.told(span, "GET", "/x", 500)

    with pytest.raises(ValueError, match="7391046"):
        failing()
    tracing.close()
    assert b"7391046" not in b"".join(body for _, body in collector.received)
    assert [span.name for span in collector.spans()] == ["GET /x", "transaction"]


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    script = "import sys; from ashiato import app, worker; from ashiato.plumbing import tracing; tracing.configure('server'); print('opentelemetry.sdk' in sys.modules)"
    environment = {"PATH": "/usr/bin:/bin"}
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment).stdout == "False\n"
