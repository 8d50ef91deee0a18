"""The only way out: calls to addresses that others have named. What is resolved is vetted, and what was vetted is connected to.

HTTPS alone; no address of a private, local or otherwise special network unless the installation allows the network; no redirect, no
proxy, no compression; a limit to what an answer holds and to how long it takes (OWASP, server-side request forgery prevention).
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import certifi
import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver
import httpx
from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from ashiato.plumbing.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HTTPS = 443
_WEB_PORTS = frozenset({HTTPS, *range(1024, 65536)})  # below 1024 live other protocols
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_PLAIN = re.compile(r"[!-~]{1,2000}")  # visible ASCII, no blank
_SPECIAL = ipaddress.IPv4Network("192.0.0.0/24")  # protocol assignments, some of which Python takes for public
_TRANSLATED = tuple(ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96"))


class OutboundError(Exception):
    """The call was not made, or brought nothing usable. `again`: it may succeed later."""

    def __init__(self, code: str, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.again = again


@dataclass(frozen=True, slots=True)
class Target:
    """Where a vetted call goes: the host that is meant, and the address that it is connected to."""

    url: httpx.URL
    host: str
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Outbound:
    """Calls from one installation.

    `networks`: those that it may call although they are not public; `authorities`: a file of further certificate authorities; `own`:
    its own address, which it does not call; `name_servers`: those that TXT records are asked of (address:port), empty for the machine's.
    """

    networks: tuple[Network, ...] = ()
    authorities: Path | None = None
    own: str = ""
    name_servers: str = ""
    most_bytes: int = 4_000_000
    seconds: float = 20.0

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.authorities is not None:
            context.load_verify_locations(self.authorities)
        return context

    def allows(self, address: Address) -> bool:
        """Whether an address may be connected to: public, or in a network that the installation allows."""
        inner = [address, *_embedded(address)]
        return all(any(one in network for network in self.networks if network.version == one.version) or _public(one) for one in inner)

    def check(self, text: str) -> tuple[httpx.URL, str, int]:
        """The address, its host and its port. Raises OutboundError for what is no plain https address."""
        if _PLAIN.fullmatch(text) is None or "\\" in text:
            raise OutboundError("outbound.address", "The address holds characters that do not belong there.")
        try:
            url = httpx.URL(text)
            host, port = url.host.rstrip(".").casefold(), HTTPS if url.port is None else url.port
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise OutboundError("outbound.address", "This is no address.") from error
        if url.scheme != "https":
            raise OutboundError("outbound.scheme", "Only https addresses are called.")
        if url.userinfo or url.fragment:
            raise OutboundError("outbound.address", "An address names no user and no fragment.")
        if port not in _WEB_PORTS:
            raise OutboundError("outbound.port", f"Port {port} is not called.")
        if "%" in host or (":" not in host and _HOST.fullmatch(host) is None):
            raise OutboundError("outbound.host", "The address names no host.")
        own = httpx.URL(self.own) if self.own else None
        if own is not None and (host, port) == (own.host, own.port or (HTTPS if own.scheme == "https" else 80)):
            raise OutboundError("outbound.own", "This is the platform's own address.")
        return url, host, port

    async def vet(self, text: str) -> Target:
        """The address with one of those that its host stands for, all of which are allowed. Raises OutboundError for every other."""
        url, host, port = self.check(text)
        try:
            found = await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM), self.seconds)
        except (OSError, UnicodeError) as error:
            raise OutboundError("outbound.unknown_host", f"{host} is not known.", again=True) from error
        addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
        if not addresses or not all(self.allows(ipaddress.ip_address(address.partition("%")[0])) for address in addresses):
            raise OutboundError("outbound.network", f"{host} stands in a network that is not called from here.")
        return Target(url, host, port, addresses[0])

    async def texts(self, name: str) -> list[str]:
        """The TXT records of a domain name, each in one piece; none where it has none. Raises OutboundError where nobody answers."""
        resolver = dns.asyncresolver.Resolver(configure=not self.name_servers)
        servers = [text.strip().rpartition(":") for text in self.name_servers.split(",") if text.strip()]
        if servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(host, int(port)) for host, _, port in servers]
        try:
            found = await resolver.resolve(name, "TXT", lifetime=self.seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise OutboundError("outbound.unknown_host", f"Nobody answers for {name}.", again=True) from error
        return [b"".join(record.strings).decode(errors="replace") for record in found]

    def roots(self) -> list[x509.Certificate]:
        """The certificate authorities that are trusted: the usual (Mozilla's list), and the installation's own."""
        files = [Path(certifi.where()), *([self.authorities] if self.authorities else [])]
        with warnings.catch_warnings():  # one of Mozilla's has a serial number of zero, which cryptography warns of
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return [root for file in files for root in x509.load_pem_x509_certificates(file.read_bytes())]

    async def call(
        self, method: str, text: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None, auth: tuple[str, str] | None = None
    ) -> Reply:
        """What the other side answers, whatever its status. Raises OutboundError for what it may not be, and for no answer at all."""
        target = await self.vet(text)
        host = f"[{target.host}]" if ":" in target.host else target.host
        named = host if target.port == HTTPS else f"{host}:{target.port}"
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ashiato", **(headers or {}), "Host": named}
        literal = f"[{target.address}]" if ":" in target.address else target.address
        url = target.url.copy_with(host=literal, port=target.port)
        try:
            async with (
                asyncio.timeout(self.seconds),
                httpx.AsyncClient(verify=self._trust, trust_env=False, follow_redirects=False, timeout=self.seconds) as client,
                client.stream(method, url, headers=sent, content=body, auth=auth, extensions={"sni_hostname": target.host}) as response,
            ):
                return await self._read(response)
        except TimeoutError as error:
            raise OutboundError("outbound.slow", f"{target.host} takes too long.", again=True) from error
        except ssl.SSLError as error:
            raise OutboundError("outbound.certificate", f"{target.host} does not prove who it is.", again=True) from error
        except httpx.HTTPError as error:
            if "CERTIFICATE" in str(error).upper():
                raise OutboundError("outbound.certificate", f"{target.host} does not prove who it is.", again=True) from error
            raise OutboundError("outbound.unreachable", f"{target.host} does not answer.", again=True) from error

    async def _read(self, response: httpx.Response) -> Reply:
        if response.is_redirect:
            raise OutboundError("outbound.redirect", "The other side sends us elsewhere, and we do not go.")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise OutboundError("outbound.encoding", "The answer is packed, which was not asked for.")
        body = bytearray()
        async for block in response.aiter_raw():
            body += block
            if len(body) > self.most_bytes:
                raise OutboundError("outbound.large", f"The answer holds more than {self.most_bytes} bytes.")
        return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(body))


def _public(address: Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special and (address.version != _SPECIAL.version or address not in _SPECIAL)


def _embedded(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address leads to by translation or a tunnel."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _TRANSLATED):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def networks(texts: str) -> tuple[Network, ...]:
    """The networks that a setting lists, separated by commas."""
    return tuple(ipaddress.ip_network(text.strip()) for text in texts.split(",") if text.strip())


def of(chosen: Settings) -> Outbound:
    """The calls that an installation's settings allow."""
    return Outbound(networks(chosen.outbound_networks), chosen.outbound_authorities, chosen.public_url, chosen.name_servers)
