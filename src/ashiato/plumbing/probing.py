"""Asking the installation's own server from outside its process, as its users do. It goes to this machine alone, past no name and no proxy."""

import time
from dataclasses import dataclass
from datetime import datetime

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


def certificate_until(chosen: Settings) -> datetime | None:
    """Until when the server's own certificate is good; None where it answers plain http, behind a proxy that keeps one."""
    if chosen.tls_certificate is None:
        return None
    return x509.load_pem_x509_certificate(chosen.tls_certificate.read_bytes()).not_valid_after_utc


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
