"""A name server on loopback, over UDP and TCP, that answers as it is told; also as no honest one does."""

import contextlib
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Reply = Callable[[dns.message.Message], bytes | None]


@dataclass
class NameServer:
    """What it knows: TXT records by name, each of one or more strings. `says`: by name, what it answers instead; None is silence."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    says: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)  # over what, and for which name
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes, over: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append((over, name))
        if name in self.says:
            return self.says[name](query)
        response = self.response(query)
        limit = 512 if over == "udp" else 65535
        whole = response.to_wire(max_size=65535)
        if len(whole) <= limit:
            return whole
        cut = dns.message.make_response(query)
        cut.flags |= dns.flags.TC
        return cut.to_wire()

    def response(self, query: dns.message.Message) -> dns.message.Message:
        """The honest answer."""
        response = dns.message.make_response(query)
        name = query.question[0].name
        while (alias := self.aliases.get(name.to_text(omit_final_dot=True).lower())) is not None:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", f"{alias}."))
            name = response.answer[-1][0].target
        found = self.texts.get(name.to_text(omit_final_dot=True).lower())
        if found is None and not response.answer:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if found:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *found))
        return response


def with_code(code: dns.rcode.Rcode) -> Reply:
    """An answer that is only a code, such as SERVFAIL."""

    def reply(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.set_rcode(code)
        return response.to_wire()

    return reply


@contextlib.contextmanager
def serving() -> Iterator[NameServer]:
    """A name server for as long as the block lasts."""
    found = NameServer()

    class OverUdp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            if (answer := found.answer(wire, "udp")) is not None:
                sock.sendto(answer, self.client_address)

    class OverTcp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, struct.error):
                (length,) = struct.unpack(">H", self.request.recv(2))
                if (answer := found.answer(self.request.recv(length), "tcp")) is not None:
                    self.request.sendall(struct.pack(">H", len(answer)) + answer)

    udp, tcp = _at_one_port(OverUdp, OverTcp)
    found.port = udp.server_address[1]
    with udp, tcp:
        for server in (udp, tcp):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield found
        finally:
            udp.shutdown()
            tcp.shutdown()


def _at_one_port(
    over_udp: type[socketserver.BaseRequestHandler], over_tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
    """At a port that is free for both: what is free for one may be another program's for the other."""
    for _ in range(100):
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), over_tcp)
        try:
            return socketserver.ThreadingUDPServer(tcp.server_address, over_udp), tcp
        except OSError:
            tcp.server_close()
    raise OSError("no port is free for both")
