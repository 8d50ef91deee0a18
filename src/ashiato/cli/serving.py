"""An installation's processes: server, database, worker; started in this order, kept running, the database stopped last.

The server is started first, for it takes the longest; it waits, with its port still closed, until the database is up to date.

What ends by itself or is killed is started again alone, while the others go on: whoever works meanwhile waits for that one only.

While they start and stop, SIGINT and SIGTERM are noted and wait; in between each of them raises KeyboardInterrupt.
"""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, Self

import httpx
import structlog
from pydantic import SecretStr

from ashiato.kernel.errors import Kind, Refusal, conflict, invalid
from ashiato.plumbing.settings import PREFIX, Settings

_START_SECONDS = 180  # on a machine that does much else, starting takes more than a minute
_STOP_SECONDS = 15
_LOOK_SECONDS = 0.1
_TOO_MANY, _TOO_SOON_SECONDS = 5, 20.0  # what ends so often in so short a time would end again
_HEADER_MILLISECONDS = 5000
_STANDARD_ERROR = 2
_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"  # of prometheus_client
_PREPARING, _DRAINING = "preparing", "draining"  # files among the counters: the server waits for the database; it is about to stop
_READY = ("/livez", "/api/v1/methods")

log = structlog.get_logger()


@dataclass
class Child:
    """A process of the installation, the leader of a group of its own, with the signal that ends it in good order."""

    name: str
    ending: signal.Signals
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.start()

    def stop(self, *, at_once: bool) -> None:
        """Ends it and all that it started; by force if it takes too long, or `at_once`, which suits what serves nobody yet."""
        if self.process.poll() is None and not at_once:
            self.process.send_signal(self.ending)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ended(self) -> bool:
        """Whether it has ended by itself or was killed."""
        return self.process.poll() is not None

    def revive(self) -> None:
        """Starts it again, without what the former one has left running."""
        self.stop(at_once=True)
        self.process = self.start()


@dataclass(frozen=True)
class Installation:
    """A running installation: where it answers, and its processes."""

    url: str
    children: list[Child]
    chosen: Settings

    def keep(self) -> str:
        """Starts again whatever ends by itself or is killed; the name of what ends again and again, or cannot be started."""
        from ashiato.plumbing import postgres  # noqa: PLC0415 — --help does without a database

        endings: dict[str, list[float]] = {}
        held = []  # what stands for a server that was started again
        while True:
            for child in self.children:
                if child.ended():
                    if _hopeless(endings, child.name):
                        return child.name
                    child.revive()
            if postgres.ended(self.chosen):
                if _hopeless(endings, "database"):
                    return "database"
                try:
                    held.append(postgres.revive(self.chosen))
                except postgres.ServerUnavailableError as error:
                    log.error("the database cannot be started again", error=str(error))
                    return "database"
            time.sleep(_LOOK_SECONDS)


def _hopeless(endings: dict[str, list[float]], name: str) -> bool:
    """Notes that something has ended; whether it has done so too often lately."""
    now = time.monotonic()
    lately = endings[name] = [*(instant for instant in endings.get(name, []) if now - instant < _TOO_SOON_SECONDS), now]
    log.error("a process ended and is started again", process=name, endings=len(lately))
    return len(lately) >= _TOO_MANY


@dataclass
class _Interruptions:
    """SIGINT and SIGTERM: noted while `waiting`, else a KeyboardInterrupt. Outside the main thread nothing is changed."""

    waiting: bool = True
    noted: bool = False
    before: dict[signal.Signals, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, self._arrived) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _arrived(self, _: int, __: FrameType | None) -> None:
        self.noted = True
        if not self.waiting:
            raise KeyboardInterrupt

    def heed(self) -> None:
        """Raises KeyboardInterrupt if one has arrived."""
        if self.noted:
            raise KeyboardInterrupt


@contextlib.contextmanager
def serving(chosen: Settings, log: Path | None = None) -> Iterator[str]:
    """The address of an installation that runs for as long as the block lasts. `log`: where its processes write, else standard error."""
    with installation(chosen, log) as running:
        yield running.url


@contextlib.contextmanager
def installation(chosen: Settings, log: Path | None = None) -> Iterator[Installation]:
    """An installation, up to date and answering, for as long as the block lasts.

    Refuses (`conflict`) a port that is taken and processes that do not start, (`unavailable`) a database that cannot be reached.
    """
    refuse_taken_port(chosen.host, chosen.port)
    _refuse_half_a_certificate(chosen)
    with _Interruptions() as interruptions, _written_to(log) as output:
        try:
            with _processes(chosen, output, interruptions, f"Read {log}." if log else "What it wrote above says why.") as running:
                yield running
        except Refusal:
            interruptions.heed()  # Ctrl-C also reaches what prepares the database, whose end is no failure then
            raise


@contextlib.contextmanager
def _processes(chosen: Settings, output: int, interruptions: _Interruptions, why: str) -> Iterator[Installation]:
    from ashiato.plumbing import postgres  # noqa: PLC0415 — --help does without a database

    interruptions.heed()
    url = address(chosen.host, chosen.port, secure=chosen.tls_certificate is not None)
    environment = _environment(chosen, url, postgres.owner_url(chosen))
    server, worker = (partial(Child, name, ending, partial(_start, command, environment, output)) for name, command, ending in _programs(chosen))
    preparing = Path(environment[_COUNTERS]) / _PREPARING
    preparing.touch()
    children = [server()]
    answered = False
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(database(chosen))
            preparing.unlink()
            running = Installation(url, children, chosen)
            _await_answer(running, interruptions, why)
            answered = True
            children.append(worker())  # nothing took time from the server while it started
            interruptions.waiting = False
            interruptions.heed()
            yield running
        finally:
            interruptions.waiting = True
            if answered:
                _drain(chosen, environment)
            for child in children:
                child.stop(at_once=not answered)


@contextlib.contextmanager
def database(chosen: Settings) -> Iterator[str]:
    """The owner's connection string of the database, up to date, with its server up for as long as the block lasts."""
    from ashiato.plumbing import migrations, postgres  # noqa: PLC0415 — --help does without a database

    try:
        with postgres.running(chosen) as owner_url:
            migrations.migrate(chosen, owner_url)
            yield owner_url
    except (postgres.ServerUnavailableError, migrations.ChangedMigrationError) as error:
        raise Refusal(Kind.UNAVAILABLE, "database", str(error)) from error


def _refuse_half_a_certificate(chosen: Settings) -> None:
    """Refuses (`invalid`) a certificate without its key, a key without its certificate, and what cannot be read as either."""
    pair = [("certificate", chosen.tls_certificate), ("key", chosen.tls_key)]
    missing = [name for name, path in pair if path is None]
    if len(missing) == 1:
        raise invalid("tls.half", f"The {missing[0]} for https is missing.", "State ASHIATO_TLS_CERTIFICATE and ASHIATO_TLS_KEY, or neither.")
    if not missing:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(str(chosen.tls_certificate), str(chosen.tls_key), password="")
        except OSError as error:  # an SSLError is one
            raise invalid(
                "tls.unreadable", f"The certificate and its key cannot be used: {error}.", "Name PEM files that belong together."
            ) from error


def address(host: str, port: int, *, secure: bool = False) -> str:
    """Where a server that is bound to `host` can be reached from this machine."""
    scheme = "https" if secure else "http"
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 — read here, not bound
    return f"{scheme}://[{reachable}]:{port}" if ":" in reachable else f"{scheme}://{reachable}:{port}"


def refuse_taken_port(host: str, port: int) -> None:
    """Refuses (`conflict`) an address that another program is bound to, and one that cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # an address in TIME_WAIT is free
        try:
            trial.bind((host, port))
        except OSError as error:
            raise conflict(
                "port.taken", f"Port {port} on {host} cannot be used: {error.strerror}.", "Stop the program that uses it, or choose another --port."
            ) from error


@contextlib.contextmanager
def _written_to(log: Path | None) -> Iterator[int]:
    if log is None:
        yield _STANDARD_ERROR
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        yield file.fileno()


def _environment(chosen: Settings, url: str, owner_url: str) -> dict[str, str]:
    """The variables of the processes: exactly these settings, whatever stands in our own environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    stated = {PREFIX + name.upper(): _spelled(value) for name, value in chosen if value is not None and name != "database_url"}
    stated[PREFIX + "HOME"] = str(chosen.home.resolve())
    stated[_COUNTERS] = str(_counters(chosen.home.resolve()))
    if "public_url" not in chosen.model_fields_set:
        stated[PREFIX + "PUBLIC_URL"] = url
    return inherited | stated | {"DATABASE_URL": owner_url}


def _counters(home: Path) -> Path:
    """An empty folder for the counters of this run's processes; those of runs that are over are taken away."""
    folder = home / "counters"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for run in folder.iterdir():
        if run.name == str(os.getpid()) or not Path(f"/proc/{run.name}").exists():
            shutil.rmtree(run, ignore_errors=True)
    own = folder / str(os.getpid())
    own.mkdir(mode=0o700)
    return own


def _drain(chosen: Settings, environment: dict[str, str]) -> None:
    """Tells who watches that this server is about to stop, and gives them time to see it."""
    (Path(environment[_COUNTERS]) / _DRAINING).touch()
    time.sleep(chosen.drain_seconds)


def _spelled(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _programs(chosen: Settings) -> list[tuple[str, list[str], signal.Signals]]:
    server = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--log-level", "warning"]
    server += ["--host", chosen.host, "--port", str(chosen.port), "--workers", str(chosen.processes)]
    server += [
        "--http1-header-read-timeout",
        str(_HEADER_MILLISECONDS),
        "--workers-kill-timeout",
        str(_STOP_SECONDS - 5),
        *_secured(chosen),
        "ashiato.server:create",
    ]
    return [("server", server, signal.SIGTERM), ("worker", [sys.executable, "-m", "ashiato.worker"], signal.SIGTERM)]


def _secured(chosen: Settings) -> list[str]:
    if chosen.tls_certificate is None or chosen.tls_key is None:
        return []
    return ["--ssl-certificate", str(chosen.tls_certificate.resolve()), "--ssl-keyfile", str(chosen.tls_key.resolve())]


def _start(command: list[str], environment: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """A process in a group of its own, so that Ctrl-C reaches only us; it does not outlive us either."""
    tether = [sys.executable, "-I", "-S", str(Path(__file__).with_name("tether.py")), str(os.getpid())]
    return subprocess.Popen(
        [*tether, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
    )  # fmt: skip


def _await_answer(running: Installation, interruptions: _Interruptions, why: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    # our own server on this machine, asked whether it is up: whose certificate it shows does not matter here
    with httpx.Client(base_url=running.url, timeout=_START_SECONDS, trust_env=False, verify=False) as probe:  # noqa: S501
        while time.monotonic() < deadline:
            interruptions.heed()
            for child in running.children:
                if child.ended():
                    raise Refusal(Kind.CONFLICT, "serving.died", f"The {child.name} ended while it started.", why)
            if _answers(probe):
                return
            time.sleep(_LOOK_SECONDS)
    raise Refusal(Kind.CONFLICT, "serving.slow", f"The server does not answer after {_START_SECONDS} seconds.", why)


def _answers(probe: httpx.Client) -> bool:
    try:
        return any(probe.get(path).status_code == HTTPStatus.OK for path in _READY)
    except httpx.HTTPError:
        return False
