"""Two servers behind a proxy that asks /readyz are replaced by the next version, one after the other, while companies read and write.

No request fails, and what was acknowledged is there afterwards, once. Two ways: the next version is this code with a step of the schema more,
and the version before is what the history of this repository holds: code and schema of the newest commit with fewer steps. The steps between
are applied while the older servers go on. That older code bears each step, tests/plumbing/test_migrations.py holds one by one.
"""

import asyncio
import contextlib
import io
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import threading
import time
import venv
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests import assurance
from tests.cli.conftest import free_port
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, PASSWORD, Member, World, factor, log_in

from ashiato import __version__
from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.settings import Settings

LOOK_SECONDS = 0.3
DRAIN_SECONDS = 3
PYTHON = "PYTHON_OF_THIS_VERSION"


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

    def await_ready(self, port: int) -> None:
        """Waits until a server is sent requests."""
        deadline = time.monotonic() + 60
        while port not in self.ready:
            assert time.monotonic() < deadline
            time.sleep(0.05)

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


ROOT = Path(__file__).parents[2]
OPERATOR = "operator@centre.example"
BOUGHT = 400  # parts that the buyer can ask for, one request each
STEP = """-- A column more, and a table of its own.
-- Safe while older code runs: it names neither.
ALTER TABLE part ADD COLUMN planted text NOT NULL DEFAULT 'as before';
CREATE TABLE planted (company_id uuid PRIMARY KEY REFERENCES company);
"""


def next_version(folder: Path) -> dict[str, str]:
    """The code of the next version, laid into a folder: it has another number, and a step of the schema more. The variables that name it."""
    shutil.copytree(ROOT / "src" / "ashiato", folder / "src" / "ashiato", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "migrations", folder / "migrations")
    (folder / "migrations" / f"{len(migrations.all_migrations()) + 1:04}_planted.sql").write_text(STEP)
    (folder / "src" / "ashiato" / "__init__.py").write_text('"""The next version."""\n\n__version__ = "9.9.9"\n')
    return python_of(folder)


def python_of(folder: Path) -> dict[str, str]:
    """The variable that names a Python for the code in this folder: what it starts by itself, cut off from all variables, is this code's too."""
    venv.create(folder / "env", symlinks=True)
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    (packages / "this_version.pth").write_text(f"{folder / 'src'}\n{sysconfig.get_path('purelib')}\n")
    return {PYTHON: str(folder / "env" / "bin" / "python")}


def git(*arguments: str) -> bytes:
    """What git says of this repository; nothing where there is none."""
    with contextlib.suppress(OSError):
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else b""
    return b""


def before_the_last_steps() -> tuple[str, list[str]]:
    """The newest commit whose schema is this one's without its last steps, and the names of those; ROLLING_FROM names another commit."""
    present = {step.name: step.digest for step in migrations.all_migrations()}
    seen: set[bytes] = set()
    for commit in [os.environ["ROLLING_FROM"]] if "ROLLING_FROM" in os.environ else git("log", "--format=%H").decode().split():
        tree = git("rev-parse", f"{commit}:migrations")
        if tree in seen:
            continue
        seen.add(tree)
        names = [Path(path).stem for path in git("ls-tree", "--name-only", commit, "migrations/").decode().split() if path.endswith(".sql")]
        if 0 < len(names) < len(present) and sorted(names) == sorted(present)[: len(names)]:
            return commit, sorted(present)[len(names) :]
    return "", []


def earlier_version(folder: Path, commit: str) -> dict[str, str]:
    """The code of an earlier commit, laid into a folder; only its number is another. The variables that name it."""
    folder.mkdir()
    content = git("archive", commit, "src/ashiato", "migrations")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
    stated = folder / "src" / "ashiato" / "__init__.py"
    stated.write_text(re.sub(r'__version__ = "[^"]*"', '__version__ = "0.0.1"', stated.read_text()))
    return python_of(folder)


def found(environment: dict[str, str]) -> None:
    """Founds the operator, by the code that the variables name: it knows its own schema."""
    command = [
        environment.get(PYTHON, sys.executable),
        "-m",
        "ashiato.cli",
        "init",
        "--email",
        OPERATOR,
        "--name",
        "Operator",
        "--company",
        "Centre",
        "--json",
    ]
    subprocess.run(command, env=environment | {"ASHIATO_PASSWORD": PASSWORD}, capture_output=True, check=True)


def start(environment: dict[str, str], port: int) -> subprocess.Popen[str]:
    command = [environment.get(PYTHON, sys.executable), "-m", "ashiato.cli", "serve", "--json", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["process"] == process.pid
    return process


def end(process: subprocess.Popen[str]) -> int:
    """Asks a server to end; the code that it ends with."""
    with process:
        process.terminate()
        return process.wait(60)


def migrate(environment: dict[str, str]) -> str:
    """Brings the schema up to date, beside the servers that run; its last step."""
    command = [environment.get(PYTHON, sys.executable), "-m", "ashiato.cli", "migrate", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    return str(json.loads(done.stdout)["schema"])


def version_at(port: int) -> str:
    return str(httpx.get(f"http://127.0.0.1:{port}/api/v1/openapi.json", timeout=30).json()["info"]["version"])


@dataclass
class Load:
    """Companies that read and write until they are stopped, each request once; what was acknowledged is in the journal, under its key."""

    buyer: Member
    supplier: Member
    going: bool = True
    reads: int = 0
    imports: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # by key: the part's number, the answer
    answers: dict[str, tuple[dict[str, Any], bytes]] = field(default_factory=dict)  # by key: what was sent, the answer
    asked: dict[str, str] = field(default_factory=dict)  # by request: the part that it asks for
    failed: list[str] = field(default_factory=list)

    async def once(self, member: Member, method: str, path: str, **options: Any) -> httpx.Response | None:
        """One request, not repeated whatever comes back; None where it failed."""
        try:
            response = await member.call(method, path, **options)
        except httpx.HTTPError as error:
            self.failed.append(f"{method} {path}: {error!r}")
            return None
        if not response.is_success:
            self.failed.append(f"{method} {path}: {response.status_code} {response.text[:300]}")
            return None
        return response

    async def read(self) -> None:
        while self.going:
            for path in ("/log/leaves", "/parts", "/requests?direction=sent"):
                self.reads += await self.once(self.buyer, "GET", path) is not None
            await asyncio.sleep(0.01)

    async def register(self) -> None:
        """The supplier imports files of one part each."""
        while self.going:
            key, number = str(uuid4()), f"NEW-{uuid4().hex}"
            response = await self.once(self.supplier, "POST", "/imports", files=file_of(number), headers={"Idempotency-Key": key})
            if response is not None:
                self.imports[key] = (number, response.content)
            await asyncio.sleep(0.01)

    async def trade(self, parts: list[str], sold_id: str, footprint_id: str) -> None:
        """The buyer asks for one part after the other; the supplier links and answers."""
        for part_id in parts:
            if not self.going:
                return
            body = {"part_id": part_id, "method": METHOD, "due_at": "2099-01-01T00:00:00Z"}
            asked = await self.once(self.buyer, "POST", "/requests", json=body, headers={"Idempotency-Key": str(uuid4())})
            if asked is None:
                continue
            request_id = asked.json()["request_id"]
            self.asked[request_id] = part_id
            link = {"part_id": sold_id}
            if await self.once(self.supplier, "PUT", f"/requests/{request_id}/link", json=link, headers={"Idempotency-Key": str(uuid4())}) is None:
                continue
            key, sent = str(uuid4()), {"footprint_id": footprint_id, "requests": [request_id]}
            response = await self.once(self.supplier, "POST", "/answers", json=sent, headers={"Idempotency-Key": key})
            if response is not None:
                self.answers[key] = (sent, response.content)

    async def lost(self) -> list[str]:
        """What was acknowledged and is not there, is there twice, or is answered otherwise when it is sent again under its key."""
        kept = [part["part_number"] for part in await self.supplier.every("/parts")]
        gone = [number for number, _ in self.imports.values() if kept.count(number) != 1]
        states = {found["request_id"]: found["state"] for found in await self.buyer.every("/requests", direction="sent")}
        gone += [request_id for request_id in self.asked if request_id not in states]
        gone += [sent["requests"][0] for sent, _ in self.answers.values() if states.get(sent["requests"][0]) != "answered"]
        for key, (number, content) in list(self.imports.items())[::5]:
            again = await self.supplier.call("POST", "/imports", files=file_of(number), headers={"Idempotency-Key": key})
            gone += [f"{number} again: {again.text[:200]}"] if again.content != content else []
        for key, (sent, content) in list(self.answers.items())[::5]:
            again = await self.supplier.call("POST", "/answers", json=sent, headers={"Idempotency-Key": key})
            gone += [f"{sent} again: {again.text[:200]}"] if again.content != content else []
        return gone


def file_of(number: str) -> dict[str, tuple[str, bytes]]:
    return {"file": ("part.csv", (",".join(PART_HEADER) + f"\n{number},Part,kg,,,,\n").encode())}


@contextlib.asynccontextmanager
async def companies(proxy: Proxy) -> AsyncIterator[tuple[Load, Callable[[], list[Awaitable[None]]]]]:
    """A buyer and its supplier, admitted through the proxy, and the work that they are ready to do side by side."""
    limits = httpx.Limits(max_keepalive_connections=0)  # each request is a connection of its own, which the proxy sends where it is ready
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{proxy.port}", timeout=60, limits=limits) as client:
        operator = Member(client, "Centre", "", "", OPERATOR)
        await log_in(operator)
        world = World(None, client, operator)  # type: ignore[arg-type] — it is spoken to from outside only
        supplier, buyer = await world.company("Kamo Cells"), await world.company("Hikari Packs")
        await supplier.import_tables(
            factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
            parts=[PART_HEADER, ["S-CELL", "Cell", "kg", "", "", "", ""]],
            inventory=[INVENTORY_HEADER, ["S-CELL", "production", "power", "3", "kWh", "POWER", "own", "energy"]],
        )
        rows = [[f"CELL-{number}", "Cell", "kg", "", supplier.number, f"S-{number}", ""] for number in range(BOUGHT)]
        await buyer.import_tables(parts=[PART_HEADER, *rows])
        footprint_id = (await supplier.compute("S-CELL"))["footprint_id"]
        sold_id, parts = await supplier.part_id("S-CELL"), [part["part_id"] for part in await buyer.every("/parts")]
        load = Load(buyer, supplier)
        yield (
            load,
            lambda: [
                load.read(),
                load.read(),
                load.register(),
                load.trade(parts[::2], sold_id, footprint_id),
                load.trade(parts[1::2], sold_id, footprint_id),
            ],
        )


@dataclass
class Exchange:
    """Servers that were exchanged under load, one after the other, and what the load has seen."""

    ports: list[int]
    servers: list[subprocess.Popen[str]]
    proxy: Proxy
    load: Load

    @property
    def result(self) -> str:
        """The line's words, once nothing failed and nothing is lost."""
        load = self.load
        writes = len(load.imports) + len(load.asked) + 2 * len(load.answers)
        return f"0 of {load.reads} reads and {writes} writes failed; 0 acknowledged lost or twice"


@contextlib.asynccontextmanager
async def exchanged(older: dict[str, str], later: dict[str, str], last_step: str, versions: tuple[str, str]) -> AsyncIterator[Exchange]:
    """Two servers of the older code with their schema; the later code's steps are applied beside them; then they are exchanged under load."""
    ports = [free_port(), free_port()]
    servers = [await asyncio.to_thread(start, older, port) for port in ports]
    proxy = Proxy(ports)
    try:
        await asyncio.to_thread(found, older)
        async with companies(proxy) as (load, work):
            tasks = [asyncio.ensure_future(each) for each in work()]
            before = [version_at(port) for port in ports]
            await asyncio.sleep(3)
            assert await asyncio.to_thread(migrate, later) == last_step
            so_far = len(load.imports)
            await asyncio.sleep(3)
            assert len(load.imports) > so_far, "the older servers go on writing under the newer schema"
            for place, port in enumerate(ports):
                assert await asyncio.to_thread(end, servers[place]) == 0
                counts = (len(load.imports), load.reads)
                servers[place] = await asyncio.to_thread(start, later, port)
                await asyncio.to_thread(proxy.await_ready, port)
                assert len(load.imports) > counts[0], "companies wrote all the while"
                assert load.reads > counts[1], "and read"
            await asyncio.sleep(3)
            load.going = False
            await asyncio.gather(*tasks)
            assert (before, [version_at(port) for port in ports]) == ([versions[0]] * 2, [versions[1]] * 2)
            assert load.failed == []
            assert min(len(load.imports), len(load.answers)) > 30
            assert await load.lost() == []
            yield Exchange(ports, servers, proxy, load)
    finally:
        proxy.close()
        for server in servers:
            await asyncio.to_thread(end, server)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_next_version_takes_over_while_companies_read_and_write(environment: dict[str, str], tmp_path: Path) -> None:
    later = environment | next_version(tmp_path / "next")
    last_step = f"{len(migrations.all_migrations()) + 1:04}_planted"
    async with exchanged(environment, later, last_step, (__version__, "9.9.9")) as done:
        load, proxy, result = done.load, done.proxy, done.result

        # the canaries: a server that ends without a word fails requests, and what is not there is told
        load.going, proxy.going = True, False
        task = asyncio.ensure_future(load.read())
        await asyncio.to_thread(end, done.servers[0])
        await asyncio.sleep(1)
        load.going = False
        await task
        assert load.failed, "whoever does not ask /readyz sees failures"
        proxy.servers = proxy.ready = done.ports[1:]
        load.imports["lie"] = ("NEVER-SENT", b"")
        assert "NEVER-SENT" in await load.lost()
    assurance.report(
        assurance.Outcome(
            "rolling upgrade under load", "2 servers, 5 callers", None, result, "a server ended without draining; a lie in the journal"
        ),
        full=True,
    )


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_this_version_takes_over_from_the_code_of_an_earlier_commit(environment: dict[str, str], tmp_path: Path) -> None:
    commit, steps = before_the_last_steps()
    if not commit:
        reason = "ABSENT: the history of this repository: no server of truly older code was exchanged. Clone it with its history."
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    older = environment | earlier_version(tmp_path / "earlier", commit)
    async with exchanged(older, environment, steps[-1], ("0.0.1", __version__)) as done:
        result = done.result
        done.load.imports["lie"] = ("NEVER-SENT", b"")
        assert "NEVER-SENT" in await done.load.lost()
    size = f"2 servers, 5 callers, from {commit[:7]}, {len(steps)} step{'s' if len(steps) > 1 else ''} of the schema"
    assurance.report(assurance.Outcome("rolling upgrade from earlier code", size, None, result, "a lie in the journal"), full=True)
