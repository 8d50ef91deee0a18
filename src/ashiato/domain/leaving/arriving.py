"""Taking up a bundle from another installation: verified first, then table by table, a page a transaction, so that it goes on where it broke off."""

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import IO, Any
from uuid import UUID

from ashiato import verifier
from ashiato.domain.leaving import catalogue_store as catalogue
from ashiato.domain.leaving import facts, store
from ashiato.domain.leaving.catalogue_store import Shape
from ashiato.domain.leaving.contents import CONTENTS, PARTY_COLUMNS, Arrival
from ashiato.domain.leaving.model import Bundle, BundleState, CarriedRecord, Direction, Job, Reason
from ashiato.domain.leaving.packing import Storage
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import Kind, Refusal, conflict
from ashiato.plumbing import bundles as files
from ashiato.plumbing import sealed_files
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.sealed_stream import NotSealedError
from ashiato.plumbing.unit_of_work import Work, Works

_PAGE = 500
_MOST_TOLD = 100


async def receive(work: Work, actor: Actor, bundle_id: UUID, received: tuple[str, int, bytes], kept_for: timedelta) -> Bundle:
    """Notes a bundle that the company's administrator has sent: digest, size and sealed key. The worker takes it up.

    Its bytes are kept for `kept_for`.

    The same bytes as one that waits or is done: that one is told, unless partners may have arrived since; then it is taken up again.
    """
    require(actor, Deed.ADMINISTER)
    await store.add(work, bundle_id, Direction.IN, kept_for, received)
    work.record(facts.received(bundle_id, received[0]))
    found = await store.bundle(work, bundle_id)
    if found is None:
        raise conflict("bundle", "The bundle is gone.", "Send it again.")
    return found


async def carried(work: Work, actor: Actor, after: str | None, limit: int) -> list[CarriedRecord]:
    """What the company has brought along and has no place here, with the reasons; for its administrator."""
    require(actor, Deed.ADMINISTER)
    return await store.carried(work, after, limit)


async def take_up(works: Works, job: Job, storage: Storage, trusted: tuple[str, ...]) -> None:
    """Takes a bundle up, as far as it was not taken up yet. What is wrong with it is noted with the bundle, and nothing of it is taken up.

    `trusted`: verifier keys of the installations whose bundles are taken; this one's own is among them.
    """

    async def alone(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, job.company_id)
        if await store.hold(work, job.bundle_id):
            found = await store.bundle(work, job.bundle_id)
            if found is not None and found.state == BundleState.WAITING and found.sealed_key is not None:
                await _take_up(works, found, found.sealed_key, storage, trusted)

    await works.run(alone, read_only=True)


async def _take_up(works: Works, found: Bundle, sealed_key: bytes, storage: Storage, trusted: tuple[str, ...]) -> None:
    try:
        key = storage.seal.open(sealed_key, found.purpose)
        with files.unsealed(storage.home, found.bundle_id, key, found.purpose) as plain:
            await _Arrival(works, found, storage, plain).go(trusted)
    except (NotSealedError, OSError, Refusal, zipfile.BadZipFile, KeyError, ValueError) as error:
        told = {"findings": [{"code": error.code, "message": error.message}]} if isinstance(error, Refusal) else {}
        code = error.code if isinstance(error, Refusal) else "bundle.damaged"
        await works.run(lambda work: _fail(work, found, told, code))


async def _fail(work: Work, found: Bundle, report: dict[str, Any], code: str) -> None:
    await work.pin(Viewpoint.MEMBER, found.company_id)
    await store.settle(work, found, BundleState.FAILED, report, code)


@dataclass(frozen=True, slots=True)
class _Became:
    """What became of a page: registered now, there already, carried along by reason, grants that were closed."""

    taken_up: int
    there: int
    aside: Counter[str]
    closed: list[dict[str, str]]


@dataclass
class _Arrival:
    """A bundle while it is taken up."""

    works: Works
    found: Bundle
    storage: Storage
    plain: IO[bytes]
    known: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    async def go(self, trusted: tuple[str, ...]) -> None:
        verified = verifier.verify_company_bundle(self.plain, verifier.Trust(keys=trusted))
        if verified.findings or verified.manifest is None:
            findings = [{"code": each.code, "where": each.where, "message": each.message} for each in verified.findings[:_MOST_TOLD]]
            code = findings[0]["code"] if findings else "bundle.form"
            await self.works.run(lambda work: _fail(work, self.found, {"findings": findings}, code))
            return
        self.plain.seek(0)
        manifest = verified.manifest
        shapes = await self.works.run(lambda work: self._begin(work, manifest))
        tables: dict[str, Any] = dict(self.found.place.get("tables", {}))
        with zipfile.ZipFile(self.plain) as archive:
            for shape in shapes:
                for origin in ("own", "received"):
                    name = f"{origin}/{shape.name}.jsonl"
                    if name in archive.namelist() and name not in tables:
                        tables[name] = await self._table(archive, shape, origin)
                        await self.works.run(partial(self._note_place, dict(tables)))
        report = _report(tables) | {"from": {"log": manifest["platform"]["log"], "made_at": manifest["made_at"]}}
        await self.works.run(lambda work: self._finish(work, report, manifest))

    async def _begin(self, work: Work, manifest: dict[str, Any]) -> list[Shape]:
        """Who is who here, by corporate number. Refuses (`denied`) the bundle of another company."""
        await work.pin(Viewpoint.MEMBER, self.found.company_id)
        numbers = {party["corporate_number"]: party["company_id"] for party in manifest["parties"] if party["corporate_number"]}
        self.names = {party["company_id"]: party["name"] for party in manifest["parties"]}
        here = await catalogue.here(work, list(numbers))
        number = manifest["company"]["corporate_number"]
        if number is None or here.get(number) != self.found.company_id:
            raise Refusal(
                Kind.DENIED, "bundle.owner", "This is the bundle of another company.",
                "A bundle is taken up by the company with the same corporate number.",
            )  # fmt: skip
        self.known = {numbers[each]: str(company_id) for each, company_id in here.items()}
        return await catalogue.shapes(work, list(CONTENTS))

    async def _table(self, archive: zipfile.ZipFile, shape: Shape, origin: str) -> dict[str, Any]:
        """Takes up a table, page by page; what became of its records."""
        told: dict[str, Any] = {"taken_up": 0, "there": 0, "aside": {}, "closed_grants": []}
        live = origin == "own" and CONTENTS[shape.name].arrival is Arrival.LIVE
        reason = Reason.ANOTHERS if origin == "received" else Reason.NOT_TAKEN_UP
        with archive.open(f"{origin}/{shape.name}.jsonl") as lines:
            while page := [json.loads(line) for line in islice(lines, _PAGE)]:
                if live:
                    ready = [await self._with_bytes(archive, shape, record) for record in page]
                    became = await self.works.run(partial(self._take, shape, ready))
                else:
                    became = await self.works.run(partial(self._aside, origin, shape, [(record, reason) for record in page]))
                told = {"taken_up": told["taken_up"] + became.taken_up, "there": told["there"] + became.there,
                        "aside": dict(Counter(told["aside"]) + became.aside), "closed_grants": told["closed_grants"] + became.closed}  # fmt: skip
        return told

    async def _take(self, shape: Shape, page: list[dict[str, Any]], work: Work) -> "_Became":
        """Registers what has a place here, and carries the rest along."""
        await work.pin(Viewpoint.MEMBER, self.found.company_id)
        mapped = [(record, self._mapped(shape, record, work)) for record in page]
        here = [(record, told) for record, told in mapped if told is not None]
        absent = Reason.GRANT_CLOSED if shape.name == "data_grant" else Reason.COUNTERPARTY_ABSENT
        asides = [(record, absent) for record, told in mapped if told is None]
        before = await catalogue.there(work, shape, [told for _, told in here]) if here else set()
        fresh = [each for place, each in enumerate(here) if place not in before]
        count = await catalogue.put(work, shape, [told for _, told in fresh]) if fresh else 0
        placed = set(range(len(fresh))) if count == len(fresh) else await catalogue.there(work, shape, [told for _, told in fresh])
        asides += [(record, self._why(shape)) for place, (record, _) in enumerate(fresh) if place not in placed]
        at_home = [record for place, (record, _) in enumerate(fresh) if place in placed] + [here[place][0] for place in sorted(before)]
        await store.uncarry(work, [_record_id("own", shape, record) for record in at_home])
        became = await self._aside("own", shape, asides, work)
        closed = [record for record, reason in asides if reason is Reason.GRANT_CLOSED and record.get("revoked_at") is None]
        for record in closed:
            work.record(facts.grant_closed(self.found.bundle_id, record["grant_id"]))
        told = [
            {"grant_id": each["grant_id"], "subject_kind": each["subject_kind"], "grantee": self.names.get(each["grantee_id"], "")} for each in closed
        ]
        return _Became(count, len(before), became.aside, told)

    @staticmethod
    def _why(shape: Shape) -> Reason:
        return Reason.UNLINKED if shape.links else Reason.TAKEN

    def _mapped(self, shape: Shape, record: dict[str, Any], work: Work) -> str | None:
        """The record with the identifiers that companies have here, as JSON; None where it names one that is not here."""
        told = {name: record.get(name) for name in shape.names}
        told["company_id"] = str(self.found.company_id)
        for name in PARTY_COLUMNS & told.keys():
            if told[name] is not None:
                told[name] = self.known.get(str(told[name]))
                if told[name] is None:
                    return None
        if shape.name == "signing_key":
            told["retired_at"] = told["retired_at"] or work.now.isoformat()
        elif shape.name == "release_policy":
            told["coalitions"] = [[self.known[party] for party in each if party in self.known] for each in record["coalitions"]]
        return json.dumps(told, ensure_ascii=False)

    async def _with_bytes(self, archive: zipfile.ZipFile, shape: Shape, record: dict[str, Any]) -> dict[str, Any]:
        """The record of a file with its bytes kept here: evidence sealed anew, a file of the Japanese interface by its digest."""
        if shape.name == "evidence_item":
            record |= {"stored": record.get("digest"), "sealed_key": None}
            if f"evidence/{record['evidence_id']}" in archive.namelist():
                plain = archive.read(f"evidence/{record['evidence_id']}")
                kept = await sealed_files.keep(self.storage.files, self.storage.seal, plain, self.found.company_id)
                record |= {"stored": kept.stored, "sealed_key": f"\\x{kept.sealed_key.hex()}"}
        elif shape.name == "evidence_file" and record["digest"]:
            with archive.open(f"files/{record['file_id']}") as file:
                await self.storage.files.keep(_blocks(file), int(record["size"]))
        return record

    async def _aside(self, origin: str, shape: Shape, asides: list[tuple[dict[str, Any], Reason]], work: Work) -> "_Became":
        await work.pin(Viewpoint.MEMBER, self.found.company_id)
        kept = [(_record_id(origin, shape, record), json.dumps(_plain(record), ensure_ascii=False), str(reason)) for record, reason in asides]
        if kept:
            await store.carry(work, origin, shape.name, kept)
        return _Became(0, 0, Counter(str(reason) for _, reason in asides), [])

    async def _note_place(self, tables: dict[str, Any], work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, self.found.company_id)
        await store.put_place(work, self.found.bundle_id, {"tables": tables})

    async def _finish(self, work: Work, report: dict[str, Any], manifest: dict[str, Any]) -> None:
        await work.pin(Viewpoint.MEMBER, self.found.company_id)
        await store.settle(work, self.found, BundleState.DONE, report)
        work.record(facts.arrived(self.found.bundle_id, self.found.digest or "", manifest["platform"]["log"]))


def _record_id(origin: str, shape: Shape, record: dict[str, Any]) -> str:
    """The record's name among those that are carried along: the same whenever it is brought again."""
    key = json.dumps([record.get(name) for name in shape.key])
    return f"{origin}/{shape.name}/{hashlib.sha256(key.encode()).hexdigest()}"


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("sealed_key", "stored")}


def _report(tables: dict[str, Any]) -> dict[str, Any]:
    """What became of a bundle's records, in sums."""
    asides: Counter[str] = Counter()
    for told in tables.values():
        asides += Counter(told["aside"])
    return {
        "taken_up": {name.split("/")[1].removesuffix(".jsonl"): told["taken_up"] for name, told in tables.items() if told["taken_up"]},
        "there": sum(told["there"] for told in tables.values()),
        "aside": dict(asides),
        "closed_grants": [each for told in tables.values() for each in told["closed_grants"]][:_MOST_TOLD],
    }


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while block := file.read(1 << 20):
        yield block
