"""Addresses that lead inside: none of them is connected to, however it is spelled, and whatever a name stands for."""

import asyncio
import ipaddress
import json
import socket
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import assurance
from tests.attacks import alone

from ashiato.plumbing.outbound import Outbound, OutboundError, networks

OUT = Outbound(own="https://centre.example", seconds=2)
LITERAL = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.000.000.001", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "169.254.169.254",
    "169.254.0.1", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.8", "192.0.2.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
    "[::127.0.0.1]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fd12:3456::1]", "[ff02::1]", "[ff05::2]", "[2001:db8::1]", "[100::1]",
    "[2002:7f00:1::]", "[2002:0a00:1::]", "[2002:a9fe:a9fe::]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]", "[2001:0:7f00:1::]", "[2001:10::1]", "[::ffff:0:127.0.0.1]", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.",
]  # fmt: skip
SPELLED = [
    "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:70/_", "dict://127.0.0.1:11211/", "//example.org/", "example.org",
    "javascript:alert(1)", "data:text/plain,x", "ldap://example.org", "https://", "https:///x", "https://user@example.org/", "https://user:pass@127.0.0.1/",
    "https://example.org@127.0.0.1/", "https://127.0.0.1#@example.org/", "https://127.0.0.1\\@example.org/", "https://example.org\\.evil.org/",
    "https://exa mple.org/", "https://example.org/\r\nHost: inside", "https://example.org/\x00", "https://example.org\t.evil/", "https://ｅxample.org/",
    "https://127。0。0。1/", "https://①②⑦.0.0.1/", "https://ⓛocalhost/", "https://example.org:22/", "https://example.org:25/", "https://example.org:80/", "https://example.org:6379x/",
    "https://example.org:99999/", "https://example.org:0/", "https://-example.org/", "https://example..org/", "https://exa_mple.org/", "https://[fe80::1%25eth0]/",
    "https://%31%32%37.0.0.1/", "https://centre.example/", "https://CENTRE.example:443/api", "https://centre.example./", "https://" + "a" * 64 + ".org/", "https://" + "a." * 130 + "org/", "",
]  # fmt: skip


def test_the_vectors_are_many() -> None:
    assert len(set(LITERAL)) + len(set(SPELLED)) >= 100


@pytest.fixture
async def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every attempt to open a connection, while the attempt goes on as ever."""
    opened: list[Any] = []
    genuine = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        opened.append(address)
        genuine(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return opened


@pytest.mark.parametrize("host", LITERAL)
async def test_an_address_that_leads_inside_is_refused(connections: list[Any], host: str) -> None:
    with pytest.raises(OutboundError) as refused:
        await OUT.call("GET", f"https://{host}:8443/3/footprints")
    assert refused.value.code in ("outbound.network", "outbound.host", "outbound.address", "outbound.unknown_host")
    assert [address for address in connections if address[1] == 8443] == []


def test_no_packet_is_sent() -> None:
    """Counted where every packet to any address arrives, for whatever an address is spelled like or a name stands for."""
    started = alone.command()
    if started is None:
        pytest.skip("ABSENT: no network namespace can be made here, so packets are not counted")
    addresses = [f"https://{host}:8443/3/footprints" for host in [*LITERAL, *alone.NAMED]] + SPELLED
    ran = subprocess.run(
        [*started, sys.executable, "-m", "tests.attacks.alone"], input=json.dumps(addresses).encode(), capture_output=True, check=True
    )
    told = json.loads(ran.stdout)
    assert told["reached"] == []
    assert len(told["public"]) == len(alone.PUBLIC), "the namespace counts: packets to public addresses are sent"
    assert len(told["careless"]) >= 60, "and most of these addresses would be reached"
    caught = f"a way out that checks no network: packets for {len(told['careless'])} of them"
    assurance.report(assurance.Outcome("SSRF", f"{len(addresses)} addresses and names", None, "0 packets in a network namespace", caught), full=True)


@pytest.mark.parametrize("address", SPELLED)
async def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(OutboundError):
        OUT.check(address)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_only_public_addresses_are_allowed(address: Any) -> None:
    if not address.is_global:
        assert not OUT.allows(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"), st.sampled_from(["::ffff:0:0", "64:ff9b::", "::"]))
def test_a_private_address_inside_another_is_still_private(inner: ipaddress.IPv4Address, prefix: str) -> None:
    assert not OUT.allows(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(inner)))
    assert not OUT.allows(ipaddress.IPv6Address(0x2002 << 112 | int(inner) << 80))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses_are_allowed(address: str) -> None:
    """The canary: not everything is refused."""
    assert OUT.allows(ipaddress.ip_address(address))
    OUT.check(f"https://[{address}]/" if ":" in address else f"https://{address}/")


async def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for two addresses, one of them inside."""

    async def both(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(OutboundError) as refused:
        await OUT.vet("https://both.example/")
    assert refused.value.code == "outbound.network"


async def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch, connections: list[Any]) -> None:
    """A name that stands for a public address at first and for an inner one later: what was vetted is what is connected to."""
    asked: list[str] = []

    async def changing(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.9" if len(asked) == 1 else "127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", changing)
    target = await OUT.vet("https://changing.example:8443/x")
    assert (target.address, target.host, asked) == ("203.0.114.9", "changing.example", ["changing.example"])


def test_networks_are_allowed_by_name_only() -> None:
    allowing = Outbound(networks=networks("127.0.0.0/8, fd00::/8"))
    assert allowing.allows(ipaddress.ip_address("127.0.0.1"))
    assert allowing.allows(ipaddress.ip_address("fd00::1"))
    assert not allowing.allows(ipaddress.ip_address("10.0.0.1"))
    assert not allowing.allows(ipaddress.ip_address("::1"))
