"""Making a company's bundle: ordered by the company, written by the worker in one transaction, so that it shows one state of everything."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from ashiato.domain import audit, sharing
from ashiato.domain.leaving import catalogue_store as catalogue
from ashiato.domain.leaving import facts, store
from ashiato.domain.leaving.catalogue_store import Shape
from ashiato.domain.leaving.contents import CONTENTS, LEFT_OUT, OMITTED, PARTY_COLUMNS
from ashiato.domain.leaving.model import SCHEMA, Bundle, BundleState, Direction, Job, check_transition
from ashiato.domain.participants import Actor, CompanyKind, Deed, Role, require
from ashiato.domain.sharing import Selection
from ashiato.kernel.digest import canonical
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import blobs, sealed_files
from ashiato.plumbing import bundles as files
from ashiato.plumbing.bundles import BundleWriter, OpenMember
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import LogKey, Seal
from ashiato.plumbing.unit_of_work import Work

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Storage:
    """Where bundles and files lie, the keys of the installation, and how long what a company takes along can be fetched."""

    home: Path
    files: blobs.Files
    seal: Seal
    log_key: LogKey
    kept_for: timedelta


async def order(work: Work, actor: Actor, kept_for: timedelta) -> Bundle:
    """The company's administrator asks for its bundle; the worker makes it, and it is kept for `kept_for`.

    Refuses (`conflict`) a second one while one waits.
    """
    require(actor, Deed.ADMINISTER)
    if any(found.state == BundleState.WAITING and found.direction == Direction.OUT for found in await store.bundles(work, None, 10_000)):
        raise conflict("bundle.waiting", "A bundle is being made already.", "Wait until it is done.")
    bundle_id = work.new_id()
    await store.add(work, bundle_id, Direction.OUT, kept_for)
    work.record(facts.ordered(bundle_id))
    return await bundle(work, actor, bundle_id)


async def bundle(work: Work, actor: Actor, bundle_id: UUID) -> Bundle:
    """One of the company's bundles, for its administrator. Refuses (`absent`) every other."""
    require(actor, Deed.ADMINISTER)
    found = await store.bundle(work, bundle_id)
    if found is None:
        raise absent("bundle")
    return found


async def bundles(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Bundle]:
    """The company's bundles, oldest first, for its administrator."""
    require(actor, Deed.ADMINISTER)
    return await store.bundles(work, after, limit)


async def remove(work: Work, actor: Actor, bundle_id: UUID) -> Bundle:
    """Drops a bundle's key, so that its bytes are nothing any more. Refuses (`conflict`) one that still waits."""
    found = await bundle(work, actor, bundle_id)
    check_transition(BundleState(found.state), BundleState.REMOVED)
    await store.put_bytes(work, bundle_id, None, None, None)
    await store.settle(work, found, BundleState.REMOVED, dict(found.report))
    return found


async def waiting(work: Work, limit: int) -> list[Job]:
    """The bundles of all companies that wait for the worker."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.jobs(work, limit)


async def pack(work: Work, job: Job, storage: Storage) -> None:
    """Makes a bundle, with the company's eyes; what was granted to it and is read now for the first time is told to its owners."""
    await work.pin(Viewpoint.MEMBER, job.company_id)
    found = await store.claimed(work, job.bundle_id)
    if found is None or found.state != BundleState.WAITING:
        return
    key = files.new_key()
    with BundleWriter(storage.home, job.bundle_id, key, found.purpose) as writer:
        packer = _Packer(work, storage, writer)
        report = await packer.write(found)
        digest, size = writer.close()
    await store.put_bytes(work, job.bundle_id, digest, size, storage.seal.seal(key, found.purpose))
    await store.settle(work, found, BundleState.DONE, report)
    await store.keep_until(work, job.bundle_id, work.now + storage.kept_for)
    work.record(facts.packed(job.bundle_id, digest))


async def end_next(work: Work) -> UUID | None:
    """Drops the key of the next bundle whose time is over, whichever company's; its bytes may be discarded once that is durable. For the worker."""
    await work.pin(Viewpoint.FOLLOWER, None)
    job = await store.next_ended(work)
    if job is None:
        return None
    await work.pin(Viewpoint.MEMBER, job.company_id)
    found = await store.claimed(work, job.bundle_id)
    if found is None or found.state not in (BundleState.DONE, BundleState.FAILED):
        return None
    await store.put_bytes(work, job.bundle_id, None, None, None)
    await store.settle(work, found, BundleState.REMOVED, dict(found.report), found.trouble)
    work.record(facts.ended(job.bundle_id))
    return job.bundle_id


class _Packer:
    """One bundle while it is written."""

    def __init__(self, work: Work, storage: Storage, writer: BundleWriter) -> None:
        self._work, self._storage, self._writer = work, storage, writer
        self._parties: set[str] = set()

    async def write(self, found: Bundle) -> dict[str, Any]:
        """Writes every table, every file, the log's proofs, and the signed manifest; what is told of it."""
        me = str(found.company_id)
        await self._note_readings(found)
        counts: dict[str, int] = {}
        for shape in await catalogue.shapes(self._work, list(CONTENTS)):
            counts[shape.name] = await self._table(shape, own=True)
            if CONTENTS[shape.name].received:
                await self._table(shape, own=False)
        tree_size = await self._log()
        parties = await catalogue.parties(self._work, [UUID(party) for party in self._parties | {me}])
        company = next(party for party in parties if party["company_id"] == me)
        manifest: dict[str, Any] = {
            "schema": SCHEMA,
            "platform": {"log": self._storage.log_key.name, "verifier_key": self._storage.log_key.verifier_key},
            "company": company,
            "parties": parties,
            "bundle_id": str(found.bundle_id),
            "made_at": self._work.now.astimezone(UTC).isoformat(),
            "tree_size": tree_size,
            "tables": {name: content.about for name, content in CONTENTS.items()},
            "left_out": LEFT_OUT | {f"{table}.{column}": reason for (table, column), reason in OMITTED.items()},
            "files": [_described(member) for member in self._writer.members],
        }
        text = canonical(manifest)
        with self._writer.member("manifest.json") as file:
            file.write(text)
        digest = self._writer.members[-1].sha256
        with self._writer.member("manifest.note") as file:
            name = self._storage.log_key.name
            file.write(self._storage.log_key.sign_note(f"{name} company bundle\nsha256:{digest}\n").encode())
        return {"records": counts, "files": len(self._writer.members), "tree_size": tree_size}

    async def _note_readings(self, found: Bundle) -> None:
        actor = Actor(CompanyId(found.company_id), CompanyKind.MEMBER, frozenset({Role.COMPANY_ADMIN}))
        for kind, query in store.GRANTED.items():
            await sharing.reach_all(self._work, actor, Selection(kind, query, {"me": found.company_id}))

    async def _table(self, shape: Shape, *, own: bool) -> int:
        kept = shape.without({column for table, column in OMITTED if table == shape.name})
        folder = "own" if own else "received"
        with self._writer.member(f"{folder}/{shape.name}.jsonl", table=True) as file:
            async for line in catalogue.records(self._work, kept, own=own):
                file.line(line)
                record = json.loads(line)
                self._parties |= {str(record[name]) for name in (*PARTY_COLUMNS, "company_id") if record.get(name)}
        count = self._writer.members[-1].records or 0
        if shape.name == "evidence_item":
            await self._evidence(own=own)
        elif shape.name == "evidence_file" and own:
            await self._announced_files()
        return count

    async def _evidence(self, *, own: bool) -> None:
        for owner_id, evidence_id, stored, sealed_key in await store.evidence_keys(self._work, own=own):
            sealed = sealed_files.SealedFile(stored, sealed_key)
            plain = sealed_files.content(self._storage.files, self._storage.seal, sealed, owner_id)
            with self._writer.member(f"{'evidence' if own else 'received-evidence'}/{evidence_id}", stored=True) as file:
                file.write(plain)

    async def _announced_files(self) -> None:
        for file_id, digest in await store.kept_files(self._work):
            with self._writer.member(f"files/{file_id}", stored=True) as file:
                for block in self._storage.files.blocks(digest):
                    file.write(block)

    async def _log(self) -> int:
        """Every fact of the company's affairs with what proves it, in the form of `ashiato audit bundle`; how large the log is."""
        signed = await audit.checkpoint(self._work)
        with self._writer.member("log.json") as file:
            if signed is None:
                file.write(b"null")
                return 0
            lines = [{"verifier_key": each.verifier_key, "line": each.line} for each in await audit.proofs.cosignatures(self._work, signed.tree_size)]
            head = {"schema": "ashiato/log-bundle/1", "verifier_key": self._storage.log_key.verifier_key, "checkpoint": signed.note,
                    "cosignatures": lines, "earlier": None, "leaves": None}  # fmt: skip
            file.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "entries": [')
            await self._entries(file, signed.tree_size)
            file.write(b"]}")
        return signed.tree_size

    async def _entries(self, file: OpenMember, size: int) -> None:
        begun = False
        async for receipt in self._receipts(size):
            if receipt.inclusion is None or receipt.leaf_hash is None:
                continue
            entry = {
                "content": receipt.fact.content.decode() if receipt.fact.content else None, "leaf_hash": receipt.leaf_hash.hex(),
                "log_index": receipt.inclusion.log_index, "path": [node.hex() for node in receipt.inclusion.path],
            }  # fmt: skip
            file.write((b",\n" if begun else b"\n") + json.dumps(entry, ensure_ascii=False).encode())
            begun = True

    async def _receipts(self, size: int) -> AsyncIterator[audit.proofs.Receipt]:
        after = None
        while page := await audit.proofs.receipts(self._work, size, after, _PAGE):
            for receipt in page:
                yield receipt
            after = (page[-1].fact.recorded_at, page[-1].fact.fact_id)


def _described(member: files.Member) -> dict[str, Any]:
    told: dict[str, Any] = {"name": member.name, "sha256": member.sha256, "size": member.size}
    return told | ({"records": member.records} if member.records is not None else {})
