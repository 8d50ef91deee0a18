"""A company takes all its data along into a second, empty installation: digests are equal, receipts verify; lies are refused; leaving takes away."""

import contextlib
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from tests.attacks import rich
from tests.attacks.rich import Company, Rich
from tests.world import PASSWORD, TERMS, Member, World, log_in

from ashiato import app as composition
from ashiato import verifier, worker
from ashiato.domain import leaving
from ashiato.domain.leaving import contents
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal, conflict
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import bundles, migrations
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.db import Viewpoint, app_password
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work


def storage(tools: Tools) -> leaving.Storage:
    return leaving.Storage(tools.settings.home, tools.files, tools.seal, tools.log_key, timedelta(days=tools.settings.bundle_days))


async def settle(tools: Tools, trusted: str = "") -> None:
    while await worker.follow_once(tools.works, tools.log_key):
        pass
    while await worker.move_once(tools.works, storage(tools), trusted):
        pass


@dataclass
class Elsewhere:
    """A second installation: another database, another home, another log."""

    tools: Tools
    world: World

    async def member(self, like: Member, **more: Any) -> Member:
        """The same company, by its corporate number, admitted here."""
        email = f"admin@{like.number}.elsewhere.test"
        body = {
            "name": like.name,
            "country": "JP",
            "corporate_number": like.number,
            "admin_email": email,
            "admin_name": "A",
            "password": PASSWORD,
            "terms": TERMS,
        }
        answer = await self.world.client.post("/api/v1/companies", json=body | more)
        assert answer.is_success, answer.text
        member = Member(self.world.client, like.name, like.number, answer.json()["company_id"], email)
        for state in ("verified", "admitted"):
            await self.world.move(member, state)
        await log_in(member)
        return member

    async def bring(self, member: Member, content: bytes, trusted: str) -> Any:
        """What became of a bundle that the company brings along."""
        sent = await member.post("/received-bundles", content=content, headers={"content-type": "application/zip"})
        await settle(self.tools, trusted)
        return await member.get(f"/bundles/{sent['bundle_id']}")


@pytest.fixture(scope="module")
async def elsewhere(chosen: Settings, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Elsewhere]:
    secret = SecretStr(app_password(chosen))  # two installations on one server share its roles
    settings = Settings(home=tmp_path_factory.mktemp("elsewhere"), public_url="http://elsewhere", log_level="error", database_app_password=secret)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ashiato_elsewhere")
        connection.execute("CREATE DATABASE ashiato_elsewhere")
    url = make_conninfo(owner_url, dbname="ashiato_elsewhere")
    migrations.migrate(settings, url)
    async with contextlib.AsyncExitStack() as stack:
        tools = await stack.enter_async_context(composition.tools(settings, url))
        transport = httpx.ASGITransport(composition.build(tools))
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://elsewhere"))
        yield Elsewhere(tools, await World.begin(tools, client))


async def counts(tools: Tools, company_id: str) -> dict[str, int]:
    """How many records of each table are a company's."""

    async def verb(work: Work) -> dict[str, int]:
        await work.pin(Viewpoint.MEMBER, UUID(company_id))
        query = "SELECT name FROM unnest(%s::text[]) AS name WHERE has_column_privilege('ashiato.' || name, 'company_id', 'SELECT')"
        cursor = await work.connection.execute(query, [[*contents.CONTENTS, *(contents.LEFT_OUT.keys() - {"application", "log_leaf"})]])
        names, found = [name for (name,) in await cursor.fetchall()], {}
        for name in names:
            cursor = await work.connection.execute(f"SELECT count(company_id) FROM {name} WHERE company_id = %s", [company_id])
            found[name] = (await cursor.fetchone())[0]
        return found

    return await tools.works.run(verb, read_only=True)


async def look(tools: Tools, company_id: str, query: str) -> list[Any]:
    async def verb(work: Work) -> list[Any]:
        await work.pin(Viewpoint.MEMBER, UUID(company_id))
        return await (await work.connection.execute(query, [company_id])).fetchall()

    return await tools.works.run(verb, read_only=True)


async def packed(tools: Tools, member: Member) -> bytes:
    """The company's bundle."""
    ordered = await member.post("/bundles")
    await settle(tools)
    told = await member.get(f"/bundles/{ordered['bundle_id']}")
    assert told["state"] == "done", told
    response = await member.call("GET", f"/bundles/{ordered['bundle_id']}/content")
    assert response.status_code == 200
    assert hashlib.sha256(response.content).hexdigest() == told["digest"]
    half = await member.call("GET", f"/bundles/{ordered['bundle_id']}/content", headers={"Range": "bytes=1000-"})
    assert (half.status_code, half.content) == (206, response.content[1000:])
    return response.content


async def test_a_bundle_ends_when_its_time_is_over(world: World, tools: Tools) -> None:
    """Until when, its company is told; then the worker takes its bytes and its key away, and that is a fact. Another one stays."""
    member = await world.company("Ending Works")
    await packed(tools, member)
    await packed(tools, member)
    over, stays = await member.every("/bundles")
    lasting = datetime.fromisoformat(over["kept_until"]) - datetime.fromisoformat(over["settled_at"])
    assert lasting == timedelta(days=tools.settings.bundle_days)

    async def be_late(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(member.company_id))
        query = "UPDATE bundle SET kept_until = %s WHERE company_id = %s AND bundle_id = %s"
        await work.connection.execute(query, [work.now - timedelta(seconds=1), member.company_id, over["bundle_id"]])

    await tools.works.run(be_late)
    await settle(tools)
    told = await member.every("/bundles")
    assert [each["state"] for each in told] == ["removed", "done"]
    assert [bundles.path_of(tools.settings.home, UUID(each["bundle_id"])).exists() for each in told] == [False, True]
    assert (await member.call("GET", f"/bundles/{over['bundle_id']}/content")).status_code == 409
    assert (await member.call("GET", f"/bundles/{stays['bundle_id']}/content")).status_code == 200
    keys = await look(tools, member.company_id, "SELECT sealed_key IS NULL FROM bundle WHERE company_id = %s ORDER BY requested_at")
    assert keys == [(True,), (False,)]
    await settle(tools)
    ended = [fact for fact in await member.every("/facts") if fact["kind"] == "leaving.bundle_ended"]
    assert [fact["subject"] for fact in ended] == [{"bundle_id": over["bundle_id"]}], "once"
    page = await member.client.get("/company", headers={"Cookie": f"ashiato_session={member.token}", "Accept-Language": "en"})
    assert f"/api/v1/bundles/{stays['bundle_id']}/content" in page.text
    assert f"/api/v1/bundles/{over['bundle_id']}/content" not in page.text
    assert "&lt;" not in page.text, "a moment is a moment, not its markup"


@pytest.mark.parametrize("direction", ["taken along", "brought along"])
async def test_how_long_a_bundle_is_kept_is_said_when_it_is_noted(world: World, tools: Tools, direction: str) -> None:
    """By the installation's setting, for both ways; the table's own default says nothing."""
    member, days = await world.company("Keeping Works"), timedelta(days=3)
    actor = Actor(CompanyId(UUID(member.company_id)), CompanyKind.MEMBER, frozenset({Role.COMPANY_ADMIN}))
    kept: list[timedelta] = []

    async def note(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(member.company_id))
        received = ("0" * 64, 1, b"key")
        noted = await (leaving.order(work, actor, days) if direction == "taken along" else leaving.receive(work, actor, uuid4(), received, days))
        kept.append(noted.kept_until - noted.requested_at)
        raise conflict("test", "Not to be kept.", "Nothing.")

    with pytest.raises(Refusal, match="Not to be kept"):
        await tools.works.run(note)
    assert kept == [days]


@pytest.fixture(scope="module")
async def request_id(two_companies: Rich) -> str:
    """An answered request of these tests alone: others may have ended the grant behind the one that all share."""
    asked = await two_companies.buyer.member.ask("CELL")
    await two_companies.supplier.member.answer(asked["request_id"], "S-CELL")
    return asked["request_id"]


@pytest.fixture(scope="module")
async def bundle(two_companies: Rich, request_id: str, tools: Tools) -> bytes:
    return await packed(tools, two_companies.supplier.member)


def opened(bundle: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bundle))


def table(bundle: bytes, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in opened(bundle).read(name).splitlines()]


def findings(bundle: bytes, *keys: str) -> list[str]:
    return [each.code for each in verifier.verify_company_bundle(io.BytesIO(bundle), verifier.Trust(keys=keys)).findings]


async def test_a_bundle_holds_all_that_the_company_may_read(two_companies: Rich, tools: Tools, bundle: bytes) -> None:
    me = two_companies.supplier.member.company_id
    manifest = json.loads(opened(bundle).read("manifest.json"))
    counted = {file["name"]: file.get("records") for file in manifest["files"]}
    present = await counts(tools, me)
    for name in contents.CONTENTS:
        if name != "outbox":  # that the bundle was made is a fact more
            assert counted[f"own/{name}.jsonl"] == present[name], name
    assert counted["received/request.jsonl"], "what the buyer asked"
    assert findings(bundle, tools.log_key.verifier_key) == []
    proofs = json.loads(opened(bundle).read("log.json"))
    assert verifier.verify_bundle(proofs, verifier.Trust(keys=(tools.log_key.verifier_key,))) == []
    assert len(proofs["entries"]) > 20
    told = {name: opened(bundle).read(name) for name in opened(bundle).namelist() if name.endswith(".jsonl")}
    for name, content in told.items():
        for forbidden in (
            b'"password_hash":',
            b'"secret_hash":',
            b'"token_hash":',
            b'"sealed":',
            b'"sealed_key":',
            b'"reporter_key":',
            b'"contact":',
        ):
            assert forbidden not in content, (name, forbidden)
    evidence = table(bundle, "own/evidence_item.jsonl")
    assert evidence
    for item in evidence:
        assert hashlib.sha256(opened(bundle).read(f"evidence/{item['evidence_id']}")).hexdigest() == item["digest"]


FROZEN = ("footprint", "release_snapshot", "declaration", "published_declaration", "part", "part_structure", "inventory_line", "emission_factor",
          "site", "assessment", "risk", "diligence_statement", "diligence_snapshot", "material_origin", "evidence_link", "battery_model")  # fmt: skip


async def test_a_company_moves_and_everything_is_as_it_was(
    two_companies: Rich, tools: Tools, request_id: str, bundle: bytes, elsewhere: Elsewhere
) -> None:
    supplier = two_companies.supplier.member
    trusted = tools.log_key.verifier_key
    moved = await elsewhere.member(supplier)
    told = await elsewhere.bring(moved, bundle, trusted)
    assert told["state"] == "done", told
    assert told["report"]["closed_grants"], "the buyer is not here"
    assert {"grant_closed", "counterparty_absent", "not_taken_up", "anothers", "unlinked"} <= set(told["report"]["aside"])
    again = await packed(elsewhere.tools, moved)
    for name in FROZEN:
        before, after = (sorted(json.dumps({k: v for k, v in row.items() if k != "company_id"}, sort_keys=True) for row in table(each, f"own/{name}.jsonl"))
                         for each in (bundle, again))  # fmt: skip
        assert before == after, name
        assert before, name
    for item in table(again, "own/evidence_item.jsonl"):
        assert hashlib.sha256(opened(again).read(f"evidence/{item['evidence_id']}")).hexdigest() == item["digest"]
    verification = await moved.get(f"/declarations/{two_companies.supplier.owns['declaration_id']}")
    assert verification
    kinds = {fact["kind"] for fact in await moved.every("/facts")}
    assert {"leaving.arrived", "leaving.grant_closed", "leaving.received"} <= kinds
    carried = await moved.every("/carried-records")
    assert {"request", "data_grant", "person"} <= {each["kind"] for each in carried}
    repeated = await elsewhere.bring(moved, bundle, trusted)
    assert repeated["report"]["taken_up"] == {}, "twice changes nothing"
    assert len(await moved.every("/carried-records")) == len(carried)

    buyer = two_companies.buyer.member
    arrived = await elsewhere.member(buyer)
    theirs = await elsewhere.bring(arrived, await packed(tools, buyer), trusted)
    assert theirs["state"] == "done", theirs
    assert theirs["report"]["taken_up"]["request"], "the supplier is here: what was asked is asked here"
    reunited = await elsewhere.bring(moved, bundle, trusted)
    assert {"answer", "request_link", "data_grant"} <= set(reunited["report"]["taken_up"])
    assert len(await moved.every("/carried-records")) < len(carried)
    before, after = [await member.get(f"/requests/{request_id}/answer") for member in (buyer, arrived)]
    assert after["release"] == before["release"]


def changed(bundle: bytes, edit: Any) -> bytes:
    """The bundle with its files edited: name → bytes, in a new archive."""
    files = {name: opened(bundle).read(name) for name in opened(bundle).namelist()}
    edit(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def lies(bundle: bytes) -> dict[str, tuple[str, bytes]]:
    """Wrong bundles by what is wrong with them, each with the reason that it is refused for."""

    def one_byte(files: dict[str, bytes]) -> None:
        files["own/part.jsonl"] = files["own/part.jsonl"].replace(b"Cell", b"Sell", 1)

    def missing(files: dict[str, bytes]) -> None:
        del files["own/part.jsonl"]

    def one_more(files: dict[str, bytes]) -> None:
        files["own/extra.jsonl"] = b"{}\n"

    def climbing(files: dict[str, bytes]) -> None:
        files["../../etc/cron"] = b"* * * * *"

    def older(files: dict[str, bytes]) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b"company-bundle/1", b"company-bundle/0")

    def manifest(files: dict[str, bytes]) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b'"country":"JP"', b'"country":"US"', 1)

    def unsigned(files: dict[str, bytes]) -> None:
        files["manifest.note"] = files["manifest.note"].split(b"\n\n")[0]

    def bomb(files: dict[str, bytes]) -> None:
        files["own/part.jsonl"] = bytes(50 << 20)

    edits = {"bundle.changed": one_byte, "bundle.missing": missing, "bundle.stranger": one_more, "bundle.entry": climbing, "bundle.version": older,
             "bundle.signature": manifest, "bundle.signer": unsigned, "bundle.too_large": bomb}  # fmt: skip
    made = {edit.__name__: (code, changed(bundle, edit)) for code, edit in edits.items()}
    return made | {"no archive": ("bundle.form", b"PK\x03\x04" + bytes(100)), "cut": ("bundle.form", bundle[: len(bundle) // 2])}


async def test_a_wrong_bundle_is_refused_with_its_reason(two_companies: Rich, tools: Tools, bundle: bytes, elsewhere: Elsewhere) -> None:
    key = tools.log_key.verifier_key
    assert findings(changed(bundle, lambda files: None), key) == [], "the canary: packed again without a lie, it is a good one"
    for name, (code, wrong) in lies(bundle).items():
        assert code in findings(wrong, key), name
    assert findings(bundle, elsewhere.tools.log_key.verifier_key) == ["bundle.signer"], "another installation's"
    stranger = await elsewhere.world.company("Stranger")
    for wrong, trusted, code in ((lies(bundle)["one_byte"][1], key, "bundle.changed"), (bundle, "", "bundle.signer"), (bundle, key, "bundle.owner")):
        told = await elsewhere.bring(stranger, wrong, trusted)
        assert (told["state"], told["trouble"]) == ("failed", code), told
    assert await stranger.every("/parts") == []
    assert await stranger.every("/carried-records") == []


async def test_a_departure_that_stands_is_told_although_the_clock_was_set_back(world: World, frozen: httpx.AsyncClient, clock: FrozenClock) -> None:
    member = await world.company("Hesitant Cells")
    leaving_again = replace(member, client=frozen)
    await leaving_again.post("/departure")
    await leaving_again.delete("/departure")
    clock.instant -= timedelta(minutes=5)
    await leaving_again.post("/departure")
    assert (await leaving_again.get("/departure"))["state"] == "announced"
    assert (await leaving_again.call("POST", "/departure")).json()["code"] == "departure.announced"
    await leaving_again.delete("/departure")
    assert (await leaving_again.get("/departure"))["state"] == "cancelled"


async def test_a_company_leaves_and_what_others_rely_on_stays(world: World, tools: Tools) -> None:
    supplier: Company = await rich.furnish(world, "Leaving Cells", None)
    buyer: Company = await rich.furnish(world, "Staying Packs", supplier.member)
    await rich.trade(buyer, supplier)
    open_request = await buyer.member.ask("CELL", message="again")
    before = await buyer.member.get(f"/requests/{buyer.owns['request_id']}/answer")
    await settle(tools)
    receipt = await supplier.member.get("/log/receipts", params={"limit": 200})
    assert (await supplier.member.get("/departure"))["state"] == "none"
    await supplier.member.post("/departure")
    assert (await supplier.member.call("POST", "/departure")).json()["code"] == "departure.announced"
    await supplier.member.delete("/departure")
    await supplier.member.post("/departure")
    await settle(tools)
    assert (await supplier.member.call("GET", "/me")).status_code == 200, "within the time of grace nothing is taken away"
    me = supplier.member.company_id
    before_leaving = await counts(tools, me)
    await supplier.member.delete("/departure")
    administrator = Actor(CompanyId(UUID(me)), CompanyKind.MEMBER, frozenset({Role.COMPANY_ADMIN}))

    async def at_once(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(me))
        await leaving.announce(work, administrator, timedelta(0))

    await tools.works.run(at_once)
    await settle(tools)
    assert (await supplier.member.call("GET", "/me")).status_code == 401
    after = await counts(tools, me)
    kept = {name for name, count in after.items() if count}
    allowed = {name for name, content in contents.CONTENTS.items() if content.remains is not contents.Remains.TAKEN_AWAY} | set(contents.STAYS)
    assert kept <= allowed
    assert before_leaving["inventory_line"]
    assert not after["inventory_line"]
    assert not after["person"]
    ((left,),) = await look(tools, me, "SELECT string_agg(p::text, '') FROM part p WHERE company_id = %s")
    frozen = await look(tools, me, "SELECT DISTINCT package, result, breakdown FROM footprint WHERE company_id = %s")
    assert "S-CELL" not in left
    assert frozen == [("", "", None)]
    assert await buyer.member.get(f"/requests/{buyer.owns['request_id']}/answer") == before, "what was granted is still there"
    told = await buyer.member.get(f"/requests/{open_request['request_id']}")
    assert told["state"] == "rejected"
    assert "left" in told["reply"]
    for each in receipt["items"]:
        found = await buyer.member.client.get(f"/api/v1/log/inclusion/{each['leaf_hash']}")
        assert found.status_code == 200, "every leaf is still in the log"
    assert (await buyer.member.client.get(f"/api/v1/published-declarations/{supplier.owns['declaration_id']}")).status_code == 200
