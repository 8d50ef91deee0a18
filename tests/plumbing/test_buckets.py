"""Files in a folder and in a bucket: the same contract; what is refused, what an outage does, and that a backup holds them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from tests.plumbing import buckets as stores
from tests.plumbing.hostile_evidence import PDF
from tests.world import World

from ashiato import app as composition
from ashiato.cli.upkeep import _file_flaws
from ashiato.domain import evidence
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import backups, blobs
from ashiato.plumbing.buckets import files_of
from ashiato.plumbing.settings import Settings

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def store() -> Iterator[stores.Store]:
    with stores.running() as opened:
        yield opened


@pytest.fixture
def bucket(store: stores.Store, tmp_path: Path) -> Settings:
    return store.settings(Settings(home=tmp_path))


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, store: stores.Store, tmp_path: Path) -> blobs.Files:
    chosen = Settings(home=tmp_path)
    return files_of(chosen if request.param == "folder" else store.settings(chosen))


async def told(content: bytes, *, breaks: bool = False) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), 300_000):
        yield content[begin : begin + 300_000]
    if breaks:
        raise ConnectionError("the sender has gone")


async def kept(files: blobs.Files, content: bytes) -> str:
    return (await files.keep(told(content), len(content))).digest


@pytest.mark.parametrize("size", [0, 1, 300_000, 12_000_001])
async def test_what_was_kept_comes_back_by_its_digest_once(files: blobs.Files, size: int) -> None:
    content = secrets.token_bytes(size)
    digest, again = await kept(files, content), await kept(files, content)
    assert digest == again
    assert await asyncio.to_thread(blobs.content, files, digest) == content
    assert blobs.digest_of(files, digest) == digest
    assert list(files.digests()) == [digest]
    await files.discard(digest)
    await files.discard(digest)
    assert blobs.digest_of(files, digest) is None
    with pytest.raises(FileNotFoundError):
        blobs.content(files, digest)


async def test_nothing_is_left_of_what_breaks_off_or_is_too_much(files: blobs.Files) -> None:
    with pytest.raises(ConnectionError):
        await files.keep(told(bytes(700_000), breaks=True), 10**6)
    with pytest.raises(blobs.TooLargeError):
        await files.keep(told(bytes(700_000)), 699_999)
    assert not list(files.digests())
    assert not files.leftovers()


async def test_who_has_no_key_of_the_bucket_keeps_and_reads_nothing(store: stores.Store, bucket: Settings) -> None:
    digest = await kept(files_of(bucket), b"ours")
    stranger = files_of(bucket.model_copy(update={"s3_secret_access_key": SecretStr("guessed")}))
    with pytest.raises(Refusal) as refused:
        await kept(stranger, b"theirs")
    assert (refused.value.kind, refused.value.code) == (Kind.UNAVAILABLE, "files.unreachable")
    with pytest.raises(OSError, match=digest):
        blobs.content(stranger, digest)
    assert list(store.objects(bucket).values()) == [b"ours"]


@pytest.mark.parametrize("wrong", ["https://bucket", "s3://", "s3://UPPER/x", "bucket"])
def test_what_is_no_bucket_is_no_setting(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(files=wrong)


async def test_evidence_in_a_bucket_is_encrypted_found_when_damaged_and_gone_when_removed(store: stores.Store, tools: Tools, world: World) -> None:
    chosen = store.settings(tools.settings)
    kept_there = replace(tools, settings=chosen, files=files_of(chosen))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(kept_there)), base_url="http://testserver") as client:
        member = replace(await world.company("Bucket Cells"), client=client)
        item = (await member.call("POST", "/evidence", files={"file": ("report.pdf", PDF)}, params={"personal": True})).json()
        path = f"/evidence/{item['evidence_id']}"
        assert (await member.call("GET", f"{path}/content")).content == PDF
        ((key, whole),) = store.objects(chosen).items()
        assert key.startswith("of/ours/files/")
        assert PDF[:20] not in whole

        mine = [found for found in await tools.works.run(evidence.files_kept, read_only=True) if str(found[1]) == item["evidence_id"]]
        assert await asyncio.to_thread(_file_flaws, chosen, mine) == []
        store.put(chosen, key, whole[:-1])
        assert [flaw.code for flaw in await asyncio.to_thread(_file_flaws, chosen, mine)] == ["evidence.altered"]
        damaged = await member.call("GET", f"{path}/content")
        assert (damaged.status_code, damaged.json()["code"]) == (503, "evidence.damaged")
        store.put(chosen, key, whole)

        assert (await member.call("POST", f"{path}/erasure")).status_code == 204
        assert store.objects(chosen) == {}
        assert [flaw.code for flaw in await asyncio.to_thread(_file_flaws, chosen, mine)] == ["evidence.missing"]


async def test_while_the_bucket_does_not_answer_nothing_is_recorded(store: stores.Store, tools: Tools, world: World) -> None:
    chosen = store.settings(tools.settings, s3_endpoint="http://127.0.0.1:9")
    without = replace(tools, settings=chosen, files=files_of(chosen))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(without)), base_url="http://testserver") as client:
        member = replace(await world.company("Patient Cells"), client=client)
        refused = await member.call("POST", "/evidence", files={"file": ("report.pdf", PDF)})
        assert (refused.status_code, refused.json()["code"]) == (503, "files.unreachable")
        assert (await member.get("/evidence"))["items"] == []


async def test_a_backup_holds_the_files_of_the_bucket_and_restores_them_into_a_folder(bucket: Settings, tmp_path: Path) -> None:
    digest = await kept(files_of(bucket), secrets.token_bytes(3_000_000))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "backup").mkdir()
    await asyncio.to_thread(backups._home, bucket, KEY, tmp_path / "backup")
    with backups._opened(tmp_path / "backup", "home", KEY) as archive:
        archive.extractall(tmp_path / "restored", filter="data")
    folder = blobs.Folder(tmp_path / "restored")
    assert list(folder.digests()) == [digest]
    assert blobs.digest_of(folder, digest) == digest
