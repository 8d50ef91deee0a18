"""An installation's server as it runs: the application in a process of its own, over TLS with a certificate of the test's authority."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from tests.elsewhere import Authority

from ashiato.gateways.rest import Tools

_START_SECONDS = 60


@contextlib.contextmanager
def serving(tools: Tools, owner_url: str, authority: Authority, log: Path, level: str = "error") -> Iterator[str]:
    """The https address of a server of this installation, for as long as the block lasts."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    certificate, key = authority.issue()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--log-level", "warning", "--host", "127.0.0.1",
               "--port", str(port), "--ssl-certificate", str(certificate), "--ssl-keyfile", str(key), "ashiato.server:create"]  # fmt: skip
    stated = {
        "ASHIATO_HOME": str(tools.settings.home),
        "ASHIATO_PUBLIC_URL": tools.settings.public_url,
        "DATABASE_URL": owner_url,
        "ASHIATO_LOG_LEVEL": level,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | stated, stdout=output, stderr=output)
        try:
            address = f"https://127.0.0.1:{port}"
            _await(process, address, authority)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _await(process: subprocess.Popen[bytes], address: str, authority: Authority) -> None:
    import ssl  # noqa: PLC0415

    deadline = time.monotonic() + _START_SECONDS
    with httpx.Client(verify=ssl.create_default_context(cafile=str(authority.file)), trust_env=False) as probe:
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if probe.get(f"{address}/api/v1/methods").is_success:
                    return
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer at {address}")
