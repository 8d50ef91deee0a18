"""Calls that are tried in a network namespace of their own, where every packet to any address arrives and is counted.

Run as a program (`unshare -rn python -m tests.attacks.alone`) it prints, as JSON, which addresses packets were sent to: by the real way out, and
by one that checks no network.
"""

import asyncio
import ipaddress
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

from ashiato.plumbing.outbound import Outbound, OutboundError

NAMED = {
    "metadata.example": ["169.254.169.254"], "inside.example": ["10.0.0.7"], "house.example": ["192.168.1.1"], "loop.example": ["127.0.0.1"],
    "six.example": ["::1"], "link.example": ["fe80::1"], "mapped.example": ["::ffff:10.0.0.1"], "nowhere.example": ["0.0.0.0"],
    "both.example": ["93.184.216.34", "10.0.0.7"], "both-in-turn.example": ["10.0.0.7", "93.184.216.34"], "six-and-four.example": ["2606:4700::1111", "127.0.0.1"],
}  # fmt: skip
PUBLIC = {"public.example": ["93.184.216.34"], "public-six.example": ["2606:4700::1111"]}
_ROUTES = (["link", "set", "lo", "up"], ["route", "add", "local", "0.0.0.0/0", "dev", "lo"], ["-6", "route", "add", "local", "::/0", "dev", "lo"])


def _ip() -> str | None:
    return shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin")  # where only root looks, too


def command() -> list[str] | None:
    """What starts a program in a network namespace of its own; None where this machine allows none, or has no `ip` to lay its routes."""
    ip, unshare = _ip(), shutil.which("unshare")
    if ip is None or unshare is None:
        return None
    alone = [unshare, "--map-root-user", "--net"]
    return alone if subprocess.run([*alone, ip, "link", "set", "lo", "up"], capture_output=True, check=False).returncode == 0 else None


def packets() -> int:
    """How many packets this namespace has seen; every one of them goes over its loopback."""
    (line,) = [line for line in Path("/proc/net/dev").read_text().splitlines() if line.strip().startswith("lo:")]
    return int(line.split(":")[1].split()[1])


async def names(host: str, port: int, **_: Any) -> list[Any]:
    """What a name stands for here, where no name server is; literal addresses are read as ever."""
    found = (NAMED | PUBLIC).get(host)
    if found is None:
        return await asyncio.to_thread(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


async def reached(out: Outbound, addresses: Iterable[str]) -> list[str]:
    """The addresses that packets were sent for."""
    found = []
    with mock.patch.object(asyncio.get_running_loop(), "getaddrinfo", names):
        for address in addresses:
            before = packets()
            with suppress(OutboundError):
                await out.call("GET", address)
            if packets() > before:
                found.append(address)
    return found


class Careless(Outbound):
    """The canary: it asks of no address where it leads."""

    def allows(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return True


def main() -> None:
    for arguments in _ROUTES:
        subprocess.run([_ip() or "ip", *arguments], check=True)
    addresses = json.load(sys.stdin)
    public = [f"https://{host}:8443/" for host in PUBLIC]
    told = {
        "reached": asyncio.run(reached(Outbound(own="https://centre.example", seconds=2), addresses)),
        "careless": asyncio.run(reached(Careless(own="https://centre.example", seconds=2), addresses)),
        "public": asyncio.run(reached(Outbound(seconds=2), public)),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
