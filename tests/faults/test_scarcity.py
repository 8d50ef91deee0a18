"""What there is too little of: connections, room on the disk, memory. Whoever asks is told to come again, nothing is changed, and once there is
enough again the same request has its one effect.
"""

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql
from tests.faults.rows import between, stored
from tests.plumbing.hostile_evidence import PDF
from tests.world import Member, World

from ashiato import app as composition
from ashiato.gateways.rest import Tools
from ashiato.plumbing import blobs, db
from ashiato.plumbing.db import APPLICATION_ROLE, SCHEMA
from ashiato.plumbing.settings import Settings

LITTLE = 256 * 1024  # bytes of a disk
SCARCE = {
    "the disk is full": "53100",
    "memory has run out": "53200",
    "a limit is reached": "53400",
    "a file cannot be read": "58030",
    "the server is being stopped": "57P01",
}  # as the database says it, in its own codes


def told_to_come_again(answer: httpx.Response, code: str = "busy") -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), answer.text
    assert answer.json()["code"] == code
    assert int(answer.headers["retry-after"]) > 0


@dataclass
class Asking:
    """A company that says what domain is its own, again and again under one key."""

    member: Member
    owner_url: str

    async def ask(self, key: str, subject: str) -> httpx.Response:
        return await self.member.call("POST", "/control-proofs", json={"kind": "domain", "subject": subject}, headers={"Idempotency-Key": key})

    async def once_only(self, key: str, subject: str) -> None:
        """That the request succeeds now, and to one effect."""
        for _ in range(2):
            assert (await self.ask(key, subject)).status_code == 201
        assert [item["subject"] for item in (await self.member.get("/control-proofs"))["items"]].count(subject) == 1


@pytest.fixture
async def asking(world: World, owner_url: str) -> Asking:
    return Asking(await world.company("Scarce Works"), owner_url)


@contextmanager
def saying(owner_url: str, company_id: str, code: str) -> Iterator[None]:
    """For the block the database says this to whatever the company writes."""
    name = sql.Identifier(SCHEMA, f"scarce_{uuid4().hex[:8]}")
    trigger, table = sql.Identifier(f"scarce_{uuid4().hex[:8]}"), sql.Identifier(SCHEMA, "control_proof")
    body = sql.SQL("CREATE FUNCTION {} () RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'scarce' USING ERRCODE = {}; END $$")
    fires = sql.SQL("CREATE TRIGGER {} BEFORE INSERT ON {} FOR EACH ROW WHEN (NEW.company_id = {}) EXECUTE FUNCTION {} ()")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(body.format(name, sql.Literal(code)))
        connection.execute(fires.format(trigger, table, sql.Literal(company_id), name))
        try:
            yield
        finally:
            connection.execute(sql.SQL("DROP FUNCTION {} () CASCADE").format(name))


@pytest.mark.parametrize("what", SCARCE)
async def test_what_the_database_lacks_is_told_and_leaves_nothing(asking: Asking, what: str) -> None:
    key, subject = str(uuid4()), f"{uuid4().hex[:8]}.test"
    before = await stored(asking.owner_url, asking.member.company_id)
    with saying(asking.owner_url, asking.member.company_id, SCARCE[what]):
        told_to_come_again(await asking.ask(key, subject))
        assert (await asking.member.call("GET", "/control-proofs")).status_code == 200, "who reads is served"
    assert between(before, await stored(asking.owner_url, asking.member.company_id)) == {}
    await asking.once_only(key, subject)


@contextmanager
def no_more_connections(owner_url: str) -> Iterator[None]:
    """For the block the database lets the application in no more; those who are in stay. It says what it says of `max_connections`."""
    limit, role = sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}"), sql.Identifier(APPLICATION_ROLE)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(limit.format(role, sql.Literal(0)))
        try:
            yield
        finally:
            connection.execute(limit.format(role, sql.Literal(-1)))


async def test_that_no_connection_can_be_had_is_told_and_passes(
    asking: Asking, tools: Tools, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a server process that has none yet. One that has some serves on."""
    monkeypatch.setattr(db, "_WAIT_SECONDS", 0.5)
    key, subject = str(uuid4()), f"{uuid4().hex[:8]}.test"
    url = db.app_url(chosen, asking.owner_url)
    own = db.pool(url, 2)
    app = composition.build(replace(tools, works=replace(tools.works, pool=own)))
    before = await stored(asking.owner_url, asking.member.company_id)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            late = replace(asking, member=replace(asking.member, client=client))
            with no_more_connections(asking.owner_url):
                with pytest.raises(psycopg.OperationalError, match="too many connections"):
                    await psycopg.AsyncConnection.connect(url)
                await own.open(wait=False)
                told_to_come_again(await late.ask(key, subject))
                assert (await asking.member.call("GET", "/me")).status_code == 200
            assert between(before, await stored(asking.owner_url, asking.member.company_id)) == {}
            for _ in range(300):
                if (await late.ask(key, subject)).status_code != 503:
                    break
                await asyncio.sleep(0.2)
            await late.once_only(key, subject)
    finally:
        await own.close()


@contextmanager
def little_disk(folder: Path) -> Iterator[None]:
    """A disk of a quarter of a megabyte at this place, for the block. Skips, loudly, where nothing may be mounted."""
    folder.mkdir(parents=True)
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={LITTLE}", "none", folder], check=False, capture_output=True).returncode:
        pytest.skip("ABSENT: the right to mount, so that no disk was full")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(path: Path) -> None:
    """Writes until there is no room left."""
    with path.open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass


async def test_a_full_disk_takes_no_file_and_loses_none(asking: Asking, tools: Tools, tmp_path: Path) -> None:
    key, content = {"Idempotency-Key": str(uuid4())}, PDF + b"% 2\n%%EOF\n"
    folder = tmp_path / "home" / "files"
    app = composition.build(replace(tools, files=blobs.Folder(tmp_path / "home")))
    with little_disk(folder):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            member = replace(asking.member, client=client)

            async def send(content: bytes, headers: dict[str, str]) -> httpx.Response:
                return await member.call("POST", "/evidence", files={"file": ("meter.pdf", content)}, headers=headers)

            first = await send(PDF, {})
            assert first.status_code == 201, first.text
            fill(folder / "filler")
            before = await stored(asking.owner_url, member.company_id)
            told_to_come_again(await send(content, key), "files.unkept")
            assert between(before, await stored(asking.owner_url, member.company_id)) == {}
            assert list(folder.glob(".*")) == [], "nothing is left of it"
            assert (await member.call("GET", f"/evidence/{first.json()['evidence_id']}/content")).content == PDF, "what is there is read"
            (folder / "filler").unlink()
            sent = [await send(content, key) for _ in range(2)]
            assert [answer.status_code for answer in sent] == [201, 201]
            assert sent[0].content == sent[1].content
            assert len((await member.get("/evidence"))["items"]) == 2


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
async def test_a_disk_that_says_so_late_is_told_alike(world: World, tools: Tools, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    """Some tell it only when they are to make durable what they took."""

    def fails(_: int) -> None:
        raise OSError(error, os.strerror(error))

    member = await world.company("Late Disk Works")
    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", fails)
        told_to_come_again(await member.call("POST", "/evidence", files={"file": ("meter.pdf", PDF)}), "files.unkept")
    assert (await member.get("/evidence"))["items"] == []
    assert (await member.call("POST", "/evidence", files={"file": ("meter.pdf", PDF)})).status_code == 201
