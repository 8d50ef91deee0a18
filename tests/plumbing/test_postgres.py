"""The embedded server: shared by its holders, stopped by the last, and not to be stopped by a killed predecessor.

As root, the essential part is run a second time as an ordinary user.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ashiato.plumbing import postgres
from ashiato.plumbing.postgres import ServerUnavailableError
from ashiato.plumbing.settings import Settings

ROOT = Path(__file__).parents[2]
SYSTEM_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PR_SET_CHILD_SUBREAPER = 36
ESSENTIAL = (
    "test_it_starts_and_stops_twice_and_keeps_its_data",
    "test_the_last_of_two_holders_stops_it",
    "test_a_killed_holder_leaves_a_server_that_the_next_one_takes_over",
    "test_a_killed_server_is_started_again_with_all_that_was_acknowledged",
    "test_it_listens_on_a_socket_only",
    "test_a_long_home_gets_a_short_socket_folder",
)


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One initialised home for all tests of this module: each must leave it stopped."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    yield folder
    assert postmaster(folder) is None, "no server outlives its holders"
    shutil.rmtree(folder)


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    yield folder
    shutil.rmtree(folder)


def postmaster(home: Path) -> psutil.Process | None:
    """The live server of this home, found without the code under test: a postgres in that folder whose parent is none."""
    data = (home / "postgres" / "data").resolve()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == data and process.status() != psutil.STATUS_ZOMBIE:
                parent = process.parent()
                if parent is None or not parent.name().startswith("postgres"):
                    return process
    return None


class Holder:
    """Another process that holds the server."""

    def __init__(self, home: Path) -> None:
        path = os.pathsep.join([str(ROOT / "src"), *(entry for entry in sys.path if entry)])
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("holder.py"), home],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the holder did not get its server"

    def leave(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.process.stdout.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stdout.close()


def ask(url: str, query: str, *params: object) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query, params)
        return cursor.fetchone()[0] if cursor.description else None


def note(url: str, text: str) -> None:
    ask(url, "CREATE TABLE IF NOT EXISTS noted (text text PRIMARY KEY)")
    ask(url, "INSERT INTO noted VALUES (%s) ON CONFLICT DO NOTHING", text)


def noted(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {text for (text,) in connection.execute("SELECT text FROM noted")}


def test_it_starts_and_stops_twice_and_keeps_its_data(home: Path) -> None:
    for text in ("first", "second"):
        with postgres.running(Settings(home=home)) as url:
            note(url, text)
            assert postmaster(home) is not None
        assert postmaster(home) is None
    with postgres.running(Settings(home=home)) as url:
        assert {"first", "second"} <= noted(url)


def test_the_last_of_two_holders_stops_it(home: Path) -> None:
    first, second = Holder(home), Holder(home)
    server = postmaster(home)
    first.leave()
    assert postmaster(home) == server, "the first to leave is not the last"
    note(second.url, "while the second holds")
    second.leave()
    assert postmaster(home) is None


def test_two_holders_of_one_process_count_as_two(home: Path) -> None:
    with postgres.running(Settings(home=home)) as outer:
        with postgres.running(Settings(home=home)) as inner:
            assert inner == outer
        assert ask(outer, "SELECT 1") == 1
    assert postmaster(home) is None


def test_many_at_once_get_one_server(fresh_home: Path) -> None:
    path = os.pathsep.join([str(ROOT / "src"), *(entry for entry in sys.path if entry)])
    command = [sys.executable, Path(__file__).with_name("holder.py"), fresh_home]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}) for _ in range(4)
    ]
    urls = {process.stdout.readline().strip() for process in started}
    assert len(urls) == 1
    assert urls != {""}
    for process in started:
        process.communicate(timeout=30)
        assert process.returncode == 0
    assert postmaster(fresh_home) is None


def test_a_killed_holder_leaves_a_server_that_the_next_one_takes_over(home: Path) -> None:
    holder = Holder(home)
    note(holder.url, "before the kill")
    server = postmaster(home)
    holder.kill()
    with postgres.running(Settings(home=home)) as url:
        assert postmaster(home) == server, "the running server is taken over, not a second one started"
        assert "before the kill" in noted(url)
    assert postmaster(home) is None, "and the last to leave stops it although another had started it"


def test_a_killed_server_is_started_again_with_all_that_was_acknowledged(home: Path) -> None:
    holder = Holder(home)
    for place in range(20):
        note(holder.url, f"acknowledged {place}")
    server = postmaster(home)
    server.send_signal(signal.SIGKILL)
    holder.kill()
    assert (home / "postgres" / "data" / "postmaster.pid").exists(), "it leaves its lock"
    with postgres.running(Settings(home=home)) as url:
        assert postmaster(home).pid != server.pid
        assert {f"acknowledged {place}" for place in range(20)} <= noted(url)


def test_a_server_that_is_a_zombie_blocks_nobody(home: Path) -> None:
    """The trap: its parent still lives and has not waited for it, so that its number is taken for a running server."""
    holder = Holder(home)
    note(holder.url, "before the zombie")
    server = postmaster(home)
    server.send_signal(signal.SIGKILL)
    until(lambda: server.status() == psutil.STATUS_ZOMBIE)
    with postgres.running(Settings(home=home)) as url:
        assert "before the zombie" in noted(url)
        holder.leave()
        assert ask(url, "SELECT 1") == 1, "a holder that leaves does not stop the other's server"


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: only Linux lets a test adopt orphans")
def test_leaving_does_not_wait_for_a_parent_that_reaps_nobody(home: Path) -> None:
    starter, other = Holder(home), Holder(home)
    adopt(True)
    try:
        starter.leave()  # the server is this test's now, which does not wait for it
        server = postmaster(home)
        began = time.monotonic()
        other.leave()
        assert time.monotonic() - began < 20
        until(lambda: server.status() == psutil.STATUS_ZOMBIE)
    finally:
        adopt(False)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(server.pid, 0)


@pytest.mark.parametrize("content", ["{own}\n", "1\n", "999999999\n", "-5\n", "zero\n", "", "\x00\xff"])
def test_a_strangers_number_in_the_lock_blocks_nobody(home: Path, content: str) -> None:
    if not (home / "postgres" / "data").exists():
        with postgres.running(Settings(home=home)):
            pass
    lock = home / "postgres" / "data" / "postmaster.pid"
    lock.write_text(content.format(own=os.getpid()), encoding="latin-1")
    with postgres.running(Settings(home=home)) as url:
        assert ask(url, "SELECT 1") == 1


def test_another_installations_server_is_let_alone(home: Path, fresh_home: Path) -> None:
    with postgres.running(Settings(home=home)) as ours:
        lock = fresh_home / "postgres" / "data" / "postmaster.pid"
        with postgres.running(Settings(home=fresh_home)) as theirs:
            note(theirs, "theirs")
            assert theirs != ours
        lock.write_text(f"{postmaster(home).pid}\n")  # their stale lock names our running server
        with postgres.running(Settings(home=fresh_home)) as theirs:
            assert noted(theirs) == {"theirs"}
        assert ask(ours, "SELECT 1") == 1


def test_an_interrupted_setup_is_done_again(fresh_home: Path) -> None:
    leftover = fresh_home / "postgres" / "data.half"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18\n")
    with postgres.running(Settings(home=fresh_home)) as url:
        assert ask(url, "SELECT 1") == 1
    assert not leftover.exists()


def test_it_listens_on_a_socket_only(home: Path) -> None:
    with postgres.running(Settings(home=home)) as url:
        server = postmaster(home)
        assert [place for place in server.net_connections("inet") if place.status == psutil.CONN_LISTEN] == []
        assert ask(url, "SHOW listen_addresses") == ""
        socket_folder = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
        assert socket_folder.stat().st_mode & 0o077 == 0, "nobody else passes into the folder of the socket"


def test_the_owner_is_no_superuser(home: Path) -> None:
    with postgres.running(Settings(home=home)) as url:
        assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert ask(url, "SHOW data_checksums") == "on"
        assert ask(url, "SHOW fsync") == ask(url, "SHOW synchronous_commit") == "on"


def test_secrets_are_readable_by_their_user_only(home: Path) -> None:
    with postgres.running(Settings(home=home)):
        pass
    kept = list((home / "secrets").iterdir())
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert (home / "secrets").stat().st_mode & 0o077 in (0, 0o001)
    assert not list((home / "postgres").glob("password.*")), "the password file is gone"


def test_a_long_home_gets_a_short_socket_folder(fresh_home: Path) -> None:
    long_home = fresh_home / ("a" * 60) / ("b" * 60)
    with postgres.running(Settings(home=long_home)) as url:
        host = psycopg.conninfo.conninfo_to_dict(url)["host"]
        assert ask(url, "SELECT 1") == 1
        assert host.startswith(tempfile.gettempdir())
        assert len(host) < 80
    with postgres.running(Settings(home=long_home)) as url:
        assert psycopg.conninfo.conninfo_to_dict(url)["host"] == host, "the same place every time"
    shutil.rmtree(host)


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root can lay such a trap for itself")
@pytest.mark.parametrize("trap", ["link", "stranger"])
def test_a_socket_folder_that_somebody_else_laid_is_refused(fresh_home: Path, trap: str) -> None:
    """The folder in /tmp has a name that others can compute: what already stands there is not taken over."""
    long_home = fresh_home / ("c" * 60) / ("d" * 60)
    with postgres.running(Settings(home=long_home)) as url:
        place = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
    shutil.rmtree(place)
    target = fresh_home / "target"
    target.mkdir()
    before = target.stat().st_uid
    if trap == "link":
        place.symlink_to(target)
    else:
        place.mkdir()
        os.chown(place, pwd.getpwnam("nobody").pw_uid, -1)
    try:
        with pytest.raises(ServerUnavailableError, match=str(place)), postgres.running(Settings(home=long_home)):
            pass
        assert target.stat().st_uid == before
    finally:
        place.unlink() if place.is_symlink() else place.rmdir()


def test_data_of_another_version_is_refused_with_the_way_out(fresh_home: Path) -> None:
    with postgres.running(Settings(home=fresh_home)):
        pass
    version = fresh_home / "postgres" / "data" / "PG_VERSION"
    made_by = version.read_text()
    version.write_text("12\n")
    with pytest.raises(ServerUnavailableError, match=r"PostgreSQL 12.*ASHIATO_POSTGRES_BIN"), postgres.running(Settings(home=fresh_home)):
        pass
    version.write_text(made_by)


def test_a_server_that_does_not_start_says_why(fresh_home: Path) -> None:
    with postgres.running(Settings(home=fresh_home)):
        pass
    with (fresh_home / "postgres" / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("\nno_such_parameter = 1\n")
    with pytest.raises(ServerUnavailableError, match="no_such_parameter"), postgres.running(Settings(home=fresh_home)):
        pass


def test_a_folder_without_programs_is_refused(fresh_home: Path) -> None:
    with (
        pytest.raises(ServerUnavailableError, match="DATABASE_URL"),
        postgres.running(Settings(home=fresh_home, postgres_bin=fresh_home)),
    ):
        pass


def test_a_server_of_ones_own_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, fresh_home: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with postgres.running(Settings(home=fresh_home)) as url:
        assert url == "postgresql://elsewhere/db"
    assert not any(fresh_home.iterdir())


@pytest.mark.skipif(not SYSTEM_PROGRAMS.exists(), reason=f"NOT TESTED: no system PostgreSQL in {SYSTEM_PROGRAMS}")
def test_the_systems_programs_serve_as_well(fresh_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASHIATO_POSTGRES_BIN", str(SYSTEM_PROGRAMS))
    for text in ("one", "two"):
        with postgres.running(Settings(home=fresh_home)) as url:
            assert str(ask(url, "SHOW server_version")).startswith("15.")
            note(url, text)
    with postgres.running(Settings(home=fresh_home)) as url:
        assert noted(url) == {"one", "two"}


def test_an_ordinary_user_needs_no_rights() -> None:
    """As root: the essential tests of this file again, under an account that owns nothing but its home."""
    if os.geteuid() != 0:
        pytest.skip("this run is an ordinary user's already")
    account = next(pwd.getpwnam(name) for name in ("nobody", "daemon"))
    interpreter = reachable_interpreter(account)
    own_home = Path(tempfile.mkdtemp(prefix="user-"))
    os.chown(own_home, account.pw_uid, account.pw_gid)
    environment = {
        "HOME": str(own_home), "TMPDIR": str(own_home), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *(entry for entry in sys.path if "site-packages" in entry)]),
    }  # fmt: skip
    wanted = [f"{Path(__file__).relative_to(ROOT)}::{name}" for name in ESSENTIAL]
    told = subprocess.run(
        [interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest", *wanted],
        user=account.pw_uid, group=account.pw_gid, extra_groups=[], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    shutil.rmtree(own_home)
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-2000:]
    assert f"{len(ESSENTIAL)} passed" in told.stdout


def reachable_interpreter(account: pwd.struct_passwd) -> str:
    """A Python of this very version that the account may start: this one, or the system's."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                [candidate, "-c", ""], user=account.pw_uid, group=account.pw_gid, extra_groups=[], check=True, cwd="/", capture_output=True
            )
            return candidate
    pytest.skip(f"NOT TESTED as an ordinary user: {account.pw_name} can start no Python {version}")


def adopt(orphans: bool) -> None:
    """Whether processes whose parent ends become children of this one (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    assert ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0) == 0


def until(holds, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.02)
