"""Two servers behind a proxy that asks /readyz are restarted one after the other while requests come in: none of them fails."""

import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import free_port

from ashiato.plumbing import postgres
from ashiato.plumbing.settings import Settings

LOOK_SECONDS = 0.3
DRAIN_SECONDS = 3


class Proxy:
    """Passes connections on to a server that says it is ready, as a proxy in front of an installation does."""

    def __init__(self, servers: list[int]) -> None:
        self.servers, self.ready, self.going = servers, list(servers), True
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        for work in (self._look, self._accept):
            threading.Thread(target=work, daemon=True).start()

    def _look(self) -> None:
        while self.going:
            self.ready = [port for port in self.servers if answers(port)]
            time.sleep(LOOK_SECONDS)

    def _accept(self) -> None:
        for turn in itertools.count():
            try:
                caller, _ = self.listening.accept()
            except OSError:  # closed
                return
            ready = self.ready or self.servers
            threading.Thread(target=self._serve, args=(caller, ready[turn % len(ready)]), daemon=True).start()

    def _serve(self, caller: socket.socket, port: int) -> None:
        with caller, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=self._pass, args=(server, caller), daemon=True)
            back.start()
            self._pass(caller, server)
            back.join()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.going = False
        self.listening.close()


def answers(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    return False


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("ASHIATO_")}
    home = tmp_path / "home"
    yield kept | {"ASHIATO_HOME": str(home), "ASHIATO_LOG_LEVEL": "error", "ASHIATO_DRAIN_SECONDS": str(DRAIN_SECONDS)}
    with postgres.running(Settings(home=home, database_url=None)):
        pass


def start(environment: dict[str, str], port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ashiato.cli", "serve", "--json", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["process"] == process.pid
    return process


def end(process: subprocess.Popen[str]) -> int:
    """Asks a server to end; the code that it ends with."""
    with process:
        process.terminate()
        return process.wait(60)


def load(proxy: Proxy, going: threading.Event, told: list[object]) -> None:
    while going.is_set():
        try:
            told.append(httpx.get(f"http://127.0.0.1:{proxy.port}/api/v1/log/leaves", timeout=30, headers={"Connection": "close"}).status_code)
        except httpx.HTTPError as error:
            told.append(repr(error))
        time.sleep(0.02)


@pytest.mark.long
def test_servers_are_restarted_one_after_the_other_and_no_request_fails(environment: dict[str, str]) -> None:
    ports = [free_port(), free_port()]
    servers = [start(environment, port) for port in ports]
    proxy, going, told = Proxy(ports), threading.Event(), []
    going.set()
    callers = [threading.Thread(target=load, args=(proxy, going, told)) for _ in range(3)]
    try:
        for caller in callers:
            caller.start()
        for place, port in enumerate(ports):
            before = len(told)
            assert end(servers[place]) == 0
            servers[place] = start(environment, port)
            while port not in proxy.ready:
                time.sleep(0.05)
            assert len(told) > before, "requests came in all the while"
        answered = len(told)
        going.clear()
        for caller in callers:
            caller.join(60)
        assert answered > 50
        assert [each for each in told if each != 200] == []

        # the canary: a server that is ended without a word, under the same load
        going.set()
        last = threading.Thread(target=load, args=(proxy, going, told))
        last.start()
        proxy.going = False
        end(servers[0])
        time.sleep(1)
        going.clear()
        last.join(60)
    finally:
        going.clear()
        proxy.close()
        for server in servers:
            end(server)
    assert [each for each in told if each != 200], "whoever does not ask /readyz sees failures"
