"""A certificate authority of its own, and systems of partners elsewhere: real HTTPS servers on loopback that do as they are told."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TOKEN = "partner-token"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Authority:
    """A certificate authority, with its certificate in a file."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self._signed(_name("Test authority"), self.key, datetime.now(UTC) + timedelta(days=2), None)
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime, host: str | None) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(_name("Test authority")).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(until - timedelta(days=30)).not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )  # fmt: skip
        if host is None:
            usage = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False)  # fmt: skip
            builder = builder.add_extension(usage, critical=True)
        else:
            named = x509.IPAddress(ip_address(host)) if host[-1].isdigit() else x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([named]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, *, expired: bool = False, host: str = "127.0.0.1") -> tuple[Path, Path]:
        """Files of a certificate and of its key, for a server on loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        until = datetime.now(UTC) + timedelta(days=-1 if expired else 2)
        certificate = self._signed(_name("Partner"), key, until, host)
        stem = f"{certificate.serial_number:x}"
        paths = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return paths


@dataclass
class Answer:
    """What a system elsewhere answers; `slow` seconds between head and body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0


@dataclass
class System:
    """A partner's system: it issues tokens, lists and serves footprints, takes events; whatever is put into `says` it says instead."""

    certificate: tuple[Path, Path]
    version: int = 3
    footprints: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    says: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    account: tuple[str, str] = ("ashiato", "a secret of the partner's")
    page: int = 2
    front: int = 0  # the port at which others reach it, where that is not its own
    server: ThreadingHTTPServer = field(init=False)

    def __enter__(self) -> Self:
        system = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                system.respond(self, b"")

            def do_POST(self) -> None:
                system.respond(self, self.rfile.read(int(self.headers.get("content-length", "0"))))

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign] # who hangs up is part of the tests
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.front or self.server.server_address[1]}"

    def respond(self, call: BaseHTTPRequestHandler, body: bytes) -> None:
        path = urlsplit(call.path).path
        self.asked.append((call.command, call.path))
        answer = self.says[path]() if path in self.says else self._usual(call, path, body)
        content = answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else json.dumps(answer.body).encode()
        try:
            call.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content))}.items() | answer.headers.items():
                call.send_header(name, value)
            call.end_headers()
            time.sleep(answer.slow)
            call.wfile.write(content)
        except (OSError, ssl.SSLError):
            call.close_connection = True

    def _usual(self, call: BaseHTTPRequestHandler, path: str, body: bytes) -> Answer:
        base = f"/{self.version}"
        if path == "/auth/token":
            expected = base64.b64encode(":".join(self.account).encode()).decode()
            good = call.headers.get("authorization") == f"Basic {expected}" and parse_qs(body.decode()) == {"grant_type": ["client_credentials"]}
            return (
                Answer(200, {"access_token": TOKEN, "token_type": "bearer", "expires_in": 600}) if good else Answer(400, {"error": "invalid_client"})
            )
        if path == "/.well-known/openid-configuration":
            return Answer(404, {"code": "NotFound", "message": "no"})
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"code": "BadRequest", "message": "no token"})
        if path == f"{base}/events":
            self.events.append(json.loads(body))
            return Answer(200)
        if path == f"{base}/footprints":
            start = int(parse_qs(urlsplit(call.path).query).get("offset", ["0"])[0])
            more = (
                {"Link": f'<{self.address}{base}/footprints?offset={start + self.page}>; rel="next"'}
                if start + self.page < len(self.footprints)
                else {}
            )
            return Answer(200, {"data": self.footprints[start : start + self.page]}, more)
        found = [one for one in self.footprints if path == f"{base}/footprints/{one.get('id')}"]
        return Answer(200, {"data": found[-1]}) if found else Answer(404, {"code": "NotFound", "message": "no such footprint"})
