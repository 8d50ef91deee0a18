"""A wire to a server elsewhere that breaks at the i-th call: nobody is there, the answer is cut, none comes, or an error comes.

What it leads to is the real server. A call is whatever waits for an answer: a request over HTTP, a step of a conversation over SMTP.
"""

import contextlib
import re
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

_HERE = "127.0.0.1"
_REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) /\S* HTTP/1\.1\r\n")
_BLOCK = 65536


class Way(StrEnum):
    """How a call fails. `CUT`: the server has done what it was asked, and its answer is reset in the middle; of the others it hears nothing."""

    REFUSED = "refused"
    CUT = "cut in the answer"
    SILENT = "silent"
    ERROR = "an error answers"


@dataclass
class Wire:
    """A relay on loopback. `begins`: whether what a caller sends begins a call; `greets`: the server speaks first, so that to connect is a call.

    `error`: what is answered in place of the server. `outside`, `inside`: TLS towards the caller and towards the server.
    """

    begins: Callable[[bytes], bool]
    error: bytes
    greets: bool = False
    outside: ssl.SSLContext | None = None
    inside: ssl.SSLContext | None = None
    behind: int = 0
    port: int = 0
    calls: int = 0
    _at: int = 0
    _way: Way | None = None
    _once: bool = False
    _listens: bool = False
    _bound: socket.socket = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self._bind()
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._silence()
        self._bound.close()

    @contextlib.contextmanager
    def broken(self, at: int, way: Way, *, once: bool = False) -> Iterator[None]:
        """For the block the i-th call fails, and every one after it unless `once`. Once nobody is there, nobody is until its end."""
        self.calls, self._at, self._way, self._once = 0, at, way, once
        if way is Way.REFUSED and at == 1:
            self._silence()
        try:
            yield
        finally:
            self._at, self._way, self.calls = 0, None, 0
            self._listen()

    def _bind(self) -> None:
        """Takes the port, which is refused to callers as long as nobody listens at it, and to other programs until it is let go."""
        self._bound = socket.socket()
        self._bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._bound.bind((_HERE, self.port))
        self.port = self._bound.getsockname()[1]

    def _listen(self) -> None:
        if not self._listens:
            self._bound.listen(32)
            self._listens = True
            threading.Thread(target=self._accept, args=(self._bound,), daemon=True).start()

    def _silence(self) -> None:
        """From here on the machine refuses whoever connects."""
        if self._listens:
            self._listens = False
            self._bound.shutdown(socket.SHUT_RDWR)
            self._bound.close()
            self._bind()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), socket.create_connection((_HERE, self.behind)) as server:
            near = self.outside.wrap_socket(caller, server_side=True) if self.outside else caller
            far = self.inside.wrap_socket(server, server_hostname=_HERE) if self.inside else server
            with near, far:
                self._relay(near, far)

    def _relay(self, caller: socket.socket, server: socket.socket) -> None:
        fails = self._begin() if self.greets else None
        if fails is Way.ERROR:
            caller.sendall(self.error)
        while True:
            for end in _speaking(caller, server):
                said = end.recv(_BLOCK)
                if not said:
                    return
                if end is server:
                    if fails is None or fails is Way.CUT:
                        caller.sendall(said if fails is None else said[: len(said) // 2])
                    if fails is Way.CUT:
                        _reset(caller)
                        return
                    continue
                if begun := self.begins(said):
                    fails = self._begin()
                if fails is Way.REFUSED:
                    _reset(caller)
                    return
                if fails is Way.ERROR and begun:
                    caller.sendall(self.error)
                if fails is None or fails is Way.CUT:
                    server.sendall(said)

    def _begin(self) -> Way | None:
        with self._lock:
            self.calls += 1
            due = self.calls == self._at or (self.calls > self._at > 0 and not self._once)
            way = self._way if due else None
            if self._way is Way.REFUSED and self.calls + 1 >= self._at:
                self._silence()
        return way


def _speaking(*ends: socket.socket) -> list[socket.socket]:
    decrypted = [end for end in ends if isinstance(end, ssl.SSLSocket) and end.pending()]
    return decrypted or select.select(ends, [], [])[0]


def _reset(end: socket.socket) -> None:
    """Ends a connection as a machine does that goes down: with a reset."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        end.close()


def over_http(behind: int = 0, *, certificate: tuple[object, object] | None = None, trust: object = None) -> Wire:
    """A wire to a server that speaks HTTP; with a certificate it speaks TLS on both sides."""
    body = b"<html>out of order</html>"
    error = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    outside = inside = None
    if certificate is not None:
        outside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        outside.load_cert_chain(*map(str, certificate))
        inside = ssl.create_default_context(cafile=str(trust))
        inside.maximum_version = ssl.TLSVersion.TLSv1_2  # a later one speaks when nothing was said, and a relay would wait for the rest
    return Wire(lambda said: _REQUEST.match(said) is not None, error, outside=outside, inside=inside, behind=behind)


def over_smtp(behind: int) -> Wire:
    """A wire to a mail server: its greeting is the first call, each command the next."""
    return Wire(lambda _: True, b"451 4.3.0 out of order\r\n", greets=True, behind=behind)
