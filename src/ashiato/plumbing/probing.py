"""Asking the installation's own server from outside its process, as its users do. It goes to this machine alone, past no name and no proxy."""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from cryptography import x509

from ashiato.plumbing.settings import Settings

ENDPOINTS = ("/readyz", "/login", "/api/v1/methods")  # the database, the pages, the interface
_PATIENCE_SECONDS = 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 — what it is bound to, not what we bind to
_OK = 200


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether an endpoint answered with 200 within five seconds, and how long that took."""

    endpoint: str
    answered: bool
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that the installation holds (`server`, `chain`) or trusts (`authority`), and until when it is good.

    `until` is None for a file in which there is none that can be read; `name` is then the file's.
    """

    use: str
    name: str
    until: datetime | None


def certificates(chosen: Settings) -> list[Held]:
    """Every certificate of the settings' files, the one that ends first first: the server's with its chain, and the authorities of its own
    that partners' systems may use. Nothing where it answers plain http, behind a proxy that keeps its own.
    """
    found = [*_of_file(chosen.tls_certificate, "server", "chain"), *_of_file(chosen.outbound_authorities, "authority", "authority")]
    return sorted(found, key=lambda one: (one.until is not None, one.until and one.until.timestamp()))


def _of_file(file: Path | None, first: str, others: str) -> list[Held]:
    if file is None:
        return []
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return [Held(first, file.name, None)]
    return [Held(others if place else first, _named(one), one.not_valid_after_utc) for place, one in enumerate(found)]


def _named(certificate: x509.Certificate) -> str:
    """The common name of whom it is for, else the whole of the name, else a name that it is good for."""
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if common:
        return str(common[0].value)
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return certificate.subject.rfc4514_string()
    return next(iter(str(one.value) for one in others), certificate.subject.rfc4514_string())


def own_address(chosen: Settings) -> str:
    """Where this installation's server answers on this machine."""
    host = _ANYWHERE.get(chosen.host, chosen.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{chosen.port}"


async def probe(address: str) -> list[Probed]:
    """What each endpoint did when it was asked just now."""
    found = []
    async with httpx.AsyncClient(base_url=address, timeout=_PATIENCE_SECONDS, trust_env=False) as client:
        for endpoint in ENDPOINTS:
            begun = time.monotonic()
            try:
                answered = (await client.get(endpoint)).status_code == _OK
            except httpx.HTTPError:
                answered = False
            found.append(Probed(endpoint, answered, round((time.monotonic() - begun) * 1000)))
    return found
