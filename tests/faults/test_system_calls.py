"""Every system call of the writers of files and of the log fails once, or is the last: no corrupt state, and the next try succeeds."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests import assurance
from tests.faults import disk, strace
from tests.faults.forker import NAME
from tests.faults.strace import Forker

from ashiato.domain import audit
from ashiato.kernel.facts import Fact
from ashiato.plumbing import blobs, migrations, postgres
from ashiato.plumbing.clock import RandomIds, SystemClock
from ashiato.plumbing.db import Viewpoint, app_url, pool
from ashiato.plumbing.keys import LogKey
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

FAULTS = ("EIO", "ENOSPC", "EINTR", "KILL")
FILE_CALLS = ("openat", "write", "fsync", "rename", "mkdir", "close", "unlink")
TRACE = ("-e", f"trace={','.join(FILE_CALLS)}")


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    strace.needed()
    opened = Forker()
    yield opened
    opened.close()


def state_of(home: Path, said: list[str]) -> str:
    """What is wrong with a folder of files after a fault; nothing in most cases."""
    files = [path for path in (home / "files").rglob("*") if path.is_file() and not path.name.startswith(".")]
    folder = blobs.Folder(home)
    torn = [path.name for path in files if blobs.digest_of(folder, path.name) != path.name]
    lost = [digest for digest in said if blobs.digest_of(folder, digest) != digest]
    strays = {str(path) for path in (home / "files").glob(".*")} - set(folder.leftovers())
    return f"torn {torn}, lost {lost}, unnoticed {strays}" if torn or lost or strays else ""


def files_campaign(forker: Forker, folder: Path, most: int | None) -> tuple[int, int]:
    trial = forker.run("keep", folder / "trial", options=TRACE)
    assert trial.status == 0
    assert len(trial.said) == 1
    found = strace.cases(trial.trace, FILE_CALLS, FAULTS)
    seed = assurance.seed()
    drawn = random.Random(seed).sample(found, min(most or len(found), len(found)))
    acknowledged = 0
    for number, (name, fault, place) in enumerate(drawn):
        home = folder / str(number)
        ended = forker.run("keep", home, options=strace.inject(name, fault, place))
        acknowledged += len(ended.said)
        assert state_of(home, ended.said) == "", f"seed {seed}: {name} {place} {fault}"
        again = forker.run("keep", home, options=TRACE)
        assert (again.status, len(again.said), state_of(home, again.said)) == (0, 1, ""), f"seed {seed}: {name} {place} {fault}, then again"
    assert acknowledged < len(drawn), "some fault must have stopped a writer"
    return len(drawn), seed


def test_a_kept_file_is_durable_before_it_is_acknowledged(forker: Forker, tmp_path: Path) -> None:
    """After a power cut only synced bytes under synced names are left. The canary, a writer that skips its syncs, is caught."""
    kept = forker.run("keep", tmp_path / "synced", options=TRACE)
    survived = {Path(path).name for path in disk.survivors(kept.trace)}
    assert kept.said
    assert set(kept.said) <= survived
    careless = forker.run("keep", tmp_path / "careless", "nosync", options=TRACE)
    assert careless.said
    assert not set(careless.said) & {Path(path).name for path in disk.survivors(careless.trace)}, "the canary was not caught"


def test_no_fault_of_a_call_leaves_a_corrupt_file(forker: Forker, tmp_path: Path) -> None:
    files_campaign(forker, tmp_path, 24)


@dataclass
class Installed:
    """A database of its own, which may crash."""

    home: Path
    url: str

    async def note(self, facts: int) -> None:
        connections = pool(self.url, 1)
        await connections.open()
        works = Works(connections, SystemClock(), RandomIds())

        async def verb(work: Work) -> None:
            await work.pin(Viewpoint.VISITOR, uuid4())
            for _ in range(facts):
                work.record(Fact("test.noted", {"id": str(uuid4())}))

        try:
            await works.run(verb)
        finally:
            await connections.close()

    async def state(self) -> audit.inspection.State:
        connections = pool(self.url, 1)
        await connections.open()
        try:
            works = Works(connections, SystemClock(), RandomIds())
            return await works.run(lambda work: audit.inspection.inspect(work, LogKey.of(self.home, NAME)), read_only=True)
        finally:
            await connections.close()

    def answers(self) -> bool:
        """Waits until the server has recovered."""
        for _ in range(200):
            try:
                with psycopg.connect(self.url, connect_timeout=2):
                    return True
            except psycopg.OperationalError:
                time.sleep(0.1)
        return False


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    strace.needed()
    home = tmp_path_factory.mktemp("faults")
    chosen = Settings(home=home, database_url=None, log_level="error")
    with postgres.running(chosen) as owner_url:
        migrations.migrate(chosen, owner_url)
        yield Installed(home, make_conninfo(app_url(chosen, owner_url)))


WRITER_CALLS, SERVER_CALLS = ("sendto", "recvfrom"), ("pwrite64", "pwritev", "fdatasync", "fsync", "sendto")


async def log_campaign(forker: Forker, installed: Installed, most: int | None) -> tuple[int, int]:
    found: list[tuple[bool, tuple[str, str, int]]] = []
    for backend, names in ((False, WRITER_CALLS), (True, SERVER_CALLS)):
        await installed.note(30)
        trial = forker.run("follow", installed.home, installed.url, options=("-e", f"trace={','.join(names)}"), backend=backend)
        assert trial.said == ["30"]
        found += [(backend, case) for case in strace.cases(trial.trace, names, FAULTS)]
    seed = assurance.seed()
    drawn = random.Random(seed).sample(found, min(most or len(found), len(found)))
    held = 0
    for backend, (name, fault, place) in drawn:
        what = f"seed {seed}: {'server' if backend else 'worker'} {name} {place} {fault}"
        assert installed.answers(), what
        before = (await installed.state()).tree_size
        await installed.note(30)
        ended = forker.run("follow", installed.home, installed.url, options=strace.inject(name, fault, place), backend=backend)
        assert installed.answers(), what
        state = await installed.state()
        assert state.findings == [], f"{what}: {state.findings}"
        assert state.tree_size in (before, before + 30), f"{what}: all of a batch or nothing"
        assert not ended.said or state.tree_size == before + 30, f"{what}: an acknowledged batch is lost"
        held += state.tree_size == before
        if state.tree_size == before:
            again = forker.run("follow", installed.home, installed.url)
            assert again.said == ["30"], f"{what}, then again"
    assert held, "some fault must have stopped a batch"
    return len(drawn), seed


async def test_no_fault_of_a_call_leaves_a_corrupt_log(forker: Forker, installed: Installed) -> None:
    await log_campaign(forker, installed, 8)


async def test_damage_by_a_fault_would_be_found(installed: Installed, forker: Forker) -> None:
    """The canary: a batch of which one leaf is lost, as a torn write would leave it, is corrupt in the eyes of the inspection."""
    await installed.note(5)
    assert forker.run("follow", installed.home, installed.url).status == 0
    chosen = Settings(home=installed.home, database_url=None, log_level="error")
    with postgres.running(chosen) as owner_url, psycopg.connect(owner_url) as connection:
        connection.execute("SET LOCAL search_path = ashiato")
        connection.execute("ALTER TABLE log_leaf NO FORCE ROW LEVEL SECURITY")
        connection.execute("CREATE TABLE aside AS SELECT * FROM log_leaf WHERE log_index = 2")
        connection.execute("DELETE FROM log_leaf WHERE log_index = 2")
        connection.execute("ALTER TABLE log_leaf FORCE ROW LEVEL SECURITY")
        connection.commit()
        codes = {finding.code for finding in (await installed.state()).findings}
        connection.execute("SET LOCAL search_path = ashiato")
        connection.execute("ALTER TABLE log_leaf NO FORCE ROW LEVEL SECURITY")
        connection.execute("INSERT INTO log_leaf SELECT * FROM aside")
        connection.execute("ALTER TABLE log_leaf FORCE ROW LEVEL SECURITY")
        connection.execute("DROP TABLE aside")
        connection.commit()
    assert "log.gap" in codes
    assert (await installed.state()).findings == []


@pytest.mark.long
@pytest.mark.timeout(6_000)
async def test_every_call_of_both_writers(forker: Forker, installed: Installed, tmp_path: Path) -> None:
    files, seed = files_campaign(forker, tmp_path, None)
    batches, _ = await log_campaign(forker, installed, None)
    result = f"0 corrupt states; {files} faults of the file writer, {batches} of the log's worker and its database process"
    canary = "skipped fsync (power cut), a lost leaf"
    assurance.report(assurance.Outcome("system-call faults", "every call x EIO, ENOSPC, EINTR, KILL", seed, result, canary), full=True)
