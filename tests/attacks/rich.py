"""Two companies that have done everything once, so that no table is empty and every route has something to answer with."""

import asyncio
import base64
import functools
import hmac
import struct
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from tests import chain_world, ouranos_world, pact_world
from tests.world import (
    FACTOR_HEADER,
    INVENTORY_HEADER,
    METHOD,
    PART_HEADER,
    PASSWORD,
    STRUCTURE_HEADER,
    TERMS,
    Member,
    World,
    factor,
    log_in,
    workbook,
)

from ashiato import verifier, worker
from ashiato.domain import diligence, exchange, governance, leaving, notifications, participants
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.gateways.pact.carrier import Carrier, understood
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.outbound import Outbound
from ashiato.plumbing.unit_of_work import Work

SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()
OPINION = {"standard": "ISO 14064-3:2019", "level": "limited", "conclusion": "qualified", "words": "But for one meter."}
CIRCULARITY_HEADER = ["Part number", "Material", "Material mass (kg)", "A", "R1", "R2", "Ev", "Erec"]


@dataclass
class Company:
    """A member with what it owns, by kind of identifier."""

    member: Member
    owns: dict[str, str] = field(default_factory=dict)
    cosignature: dict[str, Any] = field(default_factory=dict)
    colleague: Member | None = None  # a clerk with a second factor


@dataclass
class Rich:
    """A buyer, a supplier whose answer it has, and a rival that neither of them knows."""

    world: World
    buyer: Company
    supplier: Company
    rival: Company


async def furnish(world: World, name: str, supplier: Member | None) -> Company:
    """A company with a site, factors, parts, a structure, a battery, inventories, people, a program, a footprint and a declaration."""
    member = await world.company(name)
    tag = uuid4().hex[:6].upper()
    bought = [["CELL", "Cell", "kg", "", supplier.number if supplier else "", "S-CELL", "MEAN"]]
    await member.import_tables(
        sites=[["Site code", "Site name", "Country"], [f"SITE-{tag}", "Works", "JP"]],
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("MEAN", "20")],
        parts=[[*PART_HEADER, "Site"], ["PACK", "Pack", "piece", "", "", "", "", f"SITE-{tag}"], *([*row, ""] for row in bought)],
        structure=[STRUCTURE_HEADER, ["PACK", "CELL", "2", "kg"]],
        batteries=[["Part number", "Vehicle category", "Chemistry", "Delivered energy (kWh)"], ["PACK", "M1", "NMC", "28800"]],
        inventory=[INVENTORY_HEADER, ["PACK", "production", "power", "10", "kWh", "POWER", "own", "energy"]],
        circularity=[CIRCULARITY_HEADER, ["PACK", "Al", "1", "0.2", "0", "0.9", "MEAN", "MEAN"]],
    )
    owned = Company(member)
    owned.owns["part_id"] = await member.part_id("PACK")
    owned.owns["bought_part_id"] = await member.part_id("CELL")
    colleague = {"email": f"colleague@{tag}.test", "display_name": "Colleague", "password": "correct horse battery staple", "roles": ["clerk"]}
    await member.put(f"/parts/{owned.owns['part_id']}/particulars", {"country": "JP"})
    await member.put("/release-policy", {"margin": "0.1", "action": "warn"})
    owned.owns["person_id"] = (await member.post("/people", colleague))["id"]
    owned.owns["proof_id"] = (await member.post("/control-proofs", {"kind": "certificate", "subject": f"{tag}.example"}))["proof_id"]
    await member.post(f"/people/{owned.owns['person_id']}/invitation")
    await sign_on(world, owned, tag)
    owned.owns["client_id"] = (await member.post("/clients", {"name": "Program", "roles": ["clerk"]}))["client_id"]
    owned.owns["footprint_id"] = (await member.compute("PACK"))["footprint_id"]
    owned.owns["declaration_id"] = (await member.post("/declarations", {"footprint_id": owned.owns["footprint_id"]}))["declaration_id"]
    owned.owns["evidence_id"] = await proof_of(owned)
    owned.owns["support_id"] = (await member.post("/support-requests", {"subject": f"Help {tag}", "words": "The file is refused."}))["support_id"]
    owned.owns["company_id"] = member.company_id
    owned.owns["draft_id"] = await member.hand_in(workbook(parts=[PART_HEADER, [f"WAITS-{tag}", "", "kg", "", "", "", ""]]))
    return owned


async def sign_on(world: World, owned: Company, tag: str) -> None:
    """The company's colleague with a second factor, and the company's provider of identities, through which the colleague came once."""
    member, sso, control = owned.member, participants.sso, participants.control
    colleague = Member(member.client, member.name, member.number, member.company_id, f"colleague@{tag}.test")
    answer = await member.client.post("/api/v1/sessions", json={"email": colleague.email, "password": "correct horse battery staple"})
    member.client.cookies.clear()
    colleague.token = answer.json()["token"]
    fresh = await colleague.post("/second-factors", {"name": "Phone"})
    code = totp(fresh["secret"], world.tools.works.clock.now())
    await colleague.post(f"/second-factors/{fresh['factor_id']}/confirmation", {"code": code})
    owned.owns["factor_id"], owned.colleague = fresh["factor_id"], colleague
    owned.owns["session_id"] = (await member.get("/sessions"))["items"][0]["session_id"]
    company_id, domain = UUID(member.company_id), f"{tag.lower()}.test"

    async def proven(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, company_id)
        proof = await control.state(work, control.ControlKind.DOMAIN, domain)
        await control.keep(work, control.Shown(proof.proof_id, "dns"))

    await world.tools.works.run(proven)
    stated = {"issuer": f"https://login.{domain}", "client_id": "ashiato", "client_secret": "secret", "domain": domain}
    owned.owns["provider_id"] = (await member.post("/identity-providers", stated))["provider_id"]
    metadata = sso.Metadata(stated["issuer"], stated["issuer"], stated["issuer"], stated["issuer"], names_itself=False)

    async def came(work: Work) -> None:
        offered = await sso.offered(work, UUID(owned.owns["provider_id"]))
        begun = await sso.begin(work, offered, metadata, "/", "http://testserver")
        state = parse_qs(urlsplit(begun.address).query)["state"][0]
        back = await sso.take(work, state, begun.browser)
        await sso.begin(work, offered, metadata, "/", "http://testserver")
        told = sso.Told("subject", colleague.email.lower(), by_more=True)
        await sso.arrive(work, back, told, timedelta(hours=1), participants.FactorPolicy.OPTIONAL, "")

    await world.tools.works.run(came)


def totp(secret: str, now: datetime) -> str:
    """The code of a shared secret (base32) at an instant, by RFC 6238 and nothing of ours."""
    moment = struct.pack(">Q", int(now.timestamp()) // 30)
    found = hmac.new(base64.b32decode(secret), moment, "sha1").digest()
    start = found[-1] & 15
    return f"{(struct.unpack('>I', found[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


async def proof_of(owned: Company) -> str:
    """A file that proves the company's declaration."""
    sent = {"file": ("meter.txt", f"{owned.member.name} read its meter.".encode())}
    evidence_id = str((await owned.member.post("/evidence", files=sent))["evidence_id"])
    await owned.member.post(f"/evidence/{evidence_id}/links", {"subject_kind": "declaration", "subject_id": owned.owns["declaration_id"]})
    return evidence_id


async def trade(buyer: Company, supplier: Company) -> None:
    """The buyer asks, the supplier answers with its pack per kilogram, the buyer reads; then the buyer asks again."""
    await supplier.member.import_tables(
        parts=[PART_HEADER, ["S-CELL", "Cell", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["S-CELL", "production", "power", "3", "kWh", "POWER", "own", "energy"]],
    )
    asked = await buyer.member.ask("CELL")
    await supplier.member.answer(asked["request_id"], "S-CELL")
    await buyer.member.get(f"/requests/{asked['request_id']}/answer")
    buyer.owns["request_id"] = asked["request_id"]
    supplier.owns["grant_id"] = (await supplier.member.get("/grants"))["items"][0]["grant_id"]
    supplier.owns["answered_part_id"] = await supplier.member.part_id("S-CELL")


async def listening(company: Company) -> None:
    """A system listens, somebody wants mail, and both have something to get."""
    member = company.member
    await member.put("/notification-preference", {"mail": True, "language": "en"})
    company.owns["view_id"] = (await member.post("/views", {"list": "requests", "name": "Late ones", "filters": "late=1"}))["view_id"]
    company.owns["webhook_id"] = (await member.post("/webhooks", {"address": "https://listener.example/events"}))["webhook_id"]
    company.owns["delivery_id"] = (await member.post(f"/webhooks/{company.owns['webhook_id']}/test"))["delivery_id"]


async def prepared(asker: Company, answerer: Company) -> None:
    """An answer waits for a second person."""
    request_id = (await asker.member.ask("SCRAP"))["request_id"]
    await answerer.member.put(f"/requests/{request_id}/link", {"part_id": answerer.owns["part_id"]})
    asked = {"footprint_id": answerer.owns["footprint_id"], "requests": [request_id]}
    answerer.owns["approval_id"] = (await answerer.member.post("/approvals", asked))["approval_id"]


async def over_the_japanese_interface(world: World, buyer: Member, supplier: Member) -> None:
    """The buyer asks, the supplier answers, discloses and certifies, so that none of the interface's tables is empty."""
    key = await ouranos_world.issue_key(world)
    sides = [await ouranos_world.joined(world, key, member) for member in (buyer, supplier)]
    await ouranos_world.answered(*sides)
    await ouranos_world.certified(*sides)
    await ouranos_world.settle(world)


async def over_due_diligence(world: World, buyer: Company, supplier: Company) -> None:
    """Both answer a questionnaire, state materials, ask and answer each other, are named on a path, are complained about and report."""
    for company, part, origin in ((supplier, "S-CELL", chain_world.COBALT), (buyer, "CELL", chain_world.COBALT | {"country": ""})):
        member = company.member
        company.owns["assessment_id"] = (await chain_world.assessed(member))["assessment_id"]
        await chain_world.stated(member, part, [chain_world.content("cobalt", "0.12")], [origin])
        risk = {"kind": "finding", "category": "child_labour", "severity": "high", "likelihood": "likely", "title": "Found", "material": "cobalt"}
        company.owns["risk_id"] = (await member.post("/risks", risk))["risk_id"]
        body = {"category": "noise", "words": "It is loud.", "company_number": member.number, "contact": "a neighbour"}
        assert (await member.client.post("/api/v1/grievances", json=body)).status_code == 201
        company.owns["grievance_id"] = (await member.get("/received-grievances"))["items"][0]["grievance_id"]
        other = supplier if company is buyer else buyer
        asked = {"mediator": other.member.number, "words": "Please mediate."}
        await member.put(f"/received-grievances/{company.owns['grievance_id']}/mediator", asked)
        other.owns["mediated_id"] = company.owns["grievance_id"]
        await member.post(f"/received-grievances/{company.owns['grievance_id']}/steps", {"state": "acknowledged", "words": "Read."})
    for company in (buyer, supplier):
        await begun(world, company)
    await supplier.member.import_tables(
        parts=[PART_HEADER, ["SCRAP", "Scrap", "piece", "5", buyer.member.number, "PACK", "MEAN"]],
        structure=[STRUCTURE_HEADER, ["S-CELL", "SCRAP", "0.01", "piece"]],
    )
    for asker, part, answerer, sold in ((buyer, "CELL", supplier, "S-CELL"), (supplier, "SCRAP", buyer, "PACK")):
        request_id = await chain_world.asked(asker.member, part)
        statement = await chain_world.answered(answerer.member, request_id, sold, standing=answerer is supplier)
        asker.owns["diligence_request_id"], answerer.owns["statement_id"] = request_id, statement["statement_id"]
        await asker.member.get(f"/requests/{request_id}/statement")
    for asker, part, answerer in ((buyer, "PACK", supplier), (supplier, "S-CELL", buyer)):
        path = {"kind": "path", "part_id": await asker.member.part_id(part), "subject": "cobalt"}
        root_id = (await asker.member.post("/probes", path))["root_id"]
        asker.owns["root_id"] = answerer.owns["asked_root_id"] = root_id
        await chain_world.settle(world)
        await answerer.member.put(f"/received-probes/{root_id}/consent", {"consent": True})
        await chain_world.settle(world)
        await asker.member.get(f"/probes/{root_id}")
        proof = {"scheme": "S", "issuer": "I", "scope": "all", "summary": "good", "valid_from": "2026-01-01", "valid_until": "2027-01-01"}
        await asker.member.post("/verifications", proof)
        asker.owns["report_id"] = (await asker.member.post("/reports", {"year": 2026, "parts": [asker.owns["part_id"]]}))["report_id"]


async def begun(world: World, company: Company) -> None:
    """A sheet of a questionnaire that is not sent."""

    async def save(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(company.member.company_id))
        actor = Actor(CompanyId(UUID(company.member.company_id)), CompanyKind.MEMBER, frozenset({Role.CLERK}))
        await diligence.sheets.save(work, actor, diligence.assessments.Given("material", {"used": True}, {}, "cobalt"))

    await world.tools.works.run(save)


async def over_pact(world: World, buyer: Company, supplier: Company) -> None:
    """Both state their systems and accounts; events, deliveries and a footprint wait, so that none of the exchange's tables is empty."""
    sides = [(buyer, supplier), (supplier, buyer)]
    for company, other in sides:
        await company.member.put("/pact/endpoint", {"address": "https://partner.example/pact"})
        await company.member.put(f"/pact/partners/{other.member.company_id}", {"account": "a", "secret": "s"})
        company.owns["partner_id"] = other.member.company_id
    await buyer.member.post(f"/pact/partners/{supplier.member.company_id}/fetches", {})
    door = await pact_world.caller(world, buyer.member, supplier.member)
    urn = f"urn:pact:testserver:product-id:{supplier.member.company_id}:UNHEARD-OF"
    assert (await door.send(pact_world.event(3, pact_world.CREATED, {"productId": [urn]}))).status_code == 200
    tools = world.tools
    while await Carrier(tools.works, tools.seal, Outbound(), tools.settings).handle_once():
        pass

    async def keep(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(buyer.member.company_id))
        told = understood({"id": "x"}, 3)
        await exchange.received.keep(work, UUID(supplier.member.company_id), told, None, tools.seal)

    await tools.works.run(keep)
    buyer.owns["received_id"] = (await buyer.member.get("/pact/received"))["items"][0]["received_id"]


async def over_verification(world: World, verifier: Member, *companies: Company) -> None:
    """Each shows its footprint to a verifier, who reads it, asks and signs."""
    for company in companies:
        footprint_id = company.owns["footprint_id"]
        room = {"verifier": verifier.number, "title": "Yearly", "footprints": [footprint_id], "until": SOON}
        company.owns["verifier_number"] = verifier.number
        company.owns["room_id"] = room_id = (await company.member.post("/rooms", room))["room_id"]
        await verifier.get(f"/rooms/{room_id}/footprints/{footprint_id}")
        await verifier.post(f"/rooms/{room_id}/notes", {"footprint_id": footprint_id, "place": "PACK#1", "kind": "question", "words": "Which meter?"})
        signed = await verifier.post(f"/rooms/{room_id}/opinions", OPINION | {"footprint_id": footprint_id})
        company.owns["opinion_id"] = signed["opinion"]["opinion_id"]


async def leaving_home(world: World, companies: list[Company]) -> None:
    """Each takes its data along, brings them back, announces that it leaves and stays, so that none of the tables of leaving is empty."""
    tools = world.tools
    storage = leaving.Storage(tools.settings.home, tools.files, tools.seal, tools.log_key, timedelta(days=tools.settings.bundle_days))
    for company in companies:
        company.owns["bundle_id"] = (await company.member.post("/bundles"))["bundle_id"]
        await company.member.post("/departure")
        await company.member.delete("/departure")
    await worker.move_once(tools.works, storage, "")
    packed = await companies[0].member.call("GET", f"/bundles/{companies[0].owns['bundle_id']}/content")
    await companies[0].member.post("/received-bundles", content=packed.content)
    await worker.move_once(tools.works, storage, "")


async def build(world: World) -> Rich:
    supplier = await furnish(world, "Kamo Cells", None)
    buyer = await furnish(world, "Hikari Packs", supplier.member)
    await trade(buyer, supplier)
    others = await furnish(world, "Tsubasa Materials", None)
    rival = await furnish(world, "Rival Packs", others.member)
    await trade(rival, others)
    rival.owns["grant_id"] = others.owns["grant_id"]
    await buyer.member.call("GET", "/me", headers={"Idempotency-Key": "x"})
    for company in (buyer, supplier, others, rival):
        body = {"email": f"{uuid4().hex}@key.test", "display_name": "Keyed", "password": "correct horse battery", "roles": ["clerk"]}
        await company.member.call("POST", "/people", json=body, headers={"Idempotency-Key": str(uuid4())})
    await over_the_japanese_interface(world, buyer.member, supplier.member)
    await over_the_japanese_interface(world, rival.member, others.member)
    await over_due_diligence(world, buyer, supplier)
    await over_due_diligence(world, rival, others)
    for answerer, asker in ((buyer, supplier), (rival, others)):
        await prepared(asker, answerer)
    for company in (buyer, supplier, rival):
        await listening(company)
        await world.tools.works.run(functools.partial(notifications.reminders.remind, company_id=UUID(company.member.company_id)))
    await over_pact(world, buyer, supplier)
    await over_pact(world, rival, others)
    await over_an_association(world, "Battery Association", buyer, supplier)
    await over_an_association(world, "Pack Association", rival, others)
    await over_verification(world, await world.company("Rich Assurance", "verifier"), buyer, supplier, rival, others)
    await leaving_home(world, [buyer, supplier, rival])
    while await worker.follow_once(world.tools.works, world.tools.log_key):
        pass
    for company in (buyer, supplier, rival):
        company.owns["fact_id"] = next(fact["fact_id"] for fact in await company.member.every("/facts") if fact["kind"] == "import.registered")
    published = await over_the_operator(world)
    await asked_by_the_operator(world, buyer, supplier, rival)
    told = await buyer.member.get("/log/checkpoint")
    body = cosignature(told)
    await buyer.member.post("/log/cosignatures", body)
    for company in (buyer, supplier, rival):
        company.owns["transparency_report_id"] = published
        company.owns["leaf_hash"] = (await company.member.get(f"/log/receipts/{company.owns['fact_id']}"))["leaf_hash"]
        company.cosignature = body
    return Rich(world, buyer, supplier, rival)


async def over_the_operator(world: World) -> str:
    """The operator has entered an incident, published a report (its identifier) and said where a criterion stands; a probe and a restore were noted."""
    await world.operator.post("/register-entries", {"kind": "incident", "title": "Slow disk", "details": "An hour."})
    today = datetime.now(UTC).date()
    report = await world.operator.post("/transparency-reports", {"period_start": today.isoformat(), "period_end": today.isoformat()})
    await world.operator.put("/criteria/safety", {"state": "prepared", "owner": "Security office"})
    sample = governance.transparency.Sample("/readyz", answered=True, milliseconds=3, every_seconds=60)
    await world.tools.works.run(lambda work: governance.transparency.note_sample(work, sample))
    drill = governance.transparency.Drill(datetime.now(UTC), "2026-11-01T00:00:00+00:00", 7, 0)
    await world.tools.works.run(lambda work: governance.transparency.note_drill(work, drill))
    return str(report["report_id"])


async def asked_by_the_operator(world: World, *companies: Company) -> None:
    """A person of the operator's asked to read what these have released, and took it back."""
    email = f"{uuid4().hex}@operator.test"
    await world.operator.post("/people", {"email": email, "display_name": "Guard", "password": PASSWORD, "roles": ["operator"]})
    guard = Member(world.client, world.operator.name, "", world.operator.company_id, email)
    await log_in(guard)
    fresh, now = await guard.post("/second-factors", {"name": "Phone"}), world.tools.works.clock.now()
    await guard.post(f"/second-factors/{fresh['factor_id']}/confirmation", {"code": totp(fresh["secret"], now)})
    await guard.post("/sessions/current/proof", {"code": totp(fresh["secret"], now + timedelta(seconds=30))})
    for company in companies:
        body = {"company_id": company.member.company_id, "purpose": "incident", "reason": "Was it read?", "hours": 1}
        company.owns["access_id"] = (await guard.post("/break-glass", body))["access_id"]
        await guard.post(f"/break-glass/{company.owns['access_id']}/refusal")


_BRIEF = timedelta(seconds=4)  # long enough for all to contribute, short enough to wait for


async def over_an_association(world: World, name: str, *companies: Company) -> Member:
    """An association that these are members of: a survey that is drawn, one that is open, a set of factors that they adopt."""
    association = await world.company(name, "association")
    for company in companies:
        await association.post("/memberships", {"company_id": company.member.company_id})
        await company.member.put(f"/memberships/{association.company_id}/confirmation", {})
        company.owns["party_id"] = association.company_id
    today = datetime.now(UTC)
    period = {"period_start": f"{today.year}-01-01", "period_end": f"{today.year}-12-31"}
    about = {"title": "Packs", "category": "pack", "declared_unit": "piece", "method": METHOD}
    brief, long = [
        (await association.post("/surveys", period | about | {"measure": measure, "closes_at": (today + lasting).isoformat()}))["survey_id"]
        for measure, lasting in (("footprint", _BRIEF), ("coverage", timedelta(days=30)))
    ]
    factors = {"kind": "factors", "code": "GRID", "title": "Grid factors", "factors": [FACTOR]}
    publication_id = (await association.post("/publications", factors))["publication_id"]
    for company in companies:
        company.owns |= {"survey_id": long, "publication_id": publication_id}
        for survey_id in (brief, long):
            await company.member.put(f"/surveys/{survey_id}/contribution", {"part_id": company.owns["part_id"]})
        await company.member.put(f"/publications/{publication_id}/adoption", {})

    async def publish(work: Work) -> None:
        """Two contributors are too few: what a published figure rests on is laid into the table past the rules."""
        await work.pin(Viewpoint.AGGREGATOR, UUID(association.company_id))
        await work.connection.execute(
            "INSERT INTO published_cell VALUES (%s, %s, 'mean', 'coverage', ARRAY['a', 'b', 'c', 'd', 'e'], ARRAY[1, 1, 1, 1, 1])",
            [association.company_id, long],
        )

    await world.tools.works.run(publish)
    await asyncio.sleep(max(0.0, (today + _BRIEF - datetime.now(UTC)).total_seconds()))
    await worker.draw_once(world.tools.works)
    return association


FACTOR = {"code": "GRID-A", "name": "Grid", "kg_co2e": "0.4", "per": "kWh", "year": 2024, "geography": "JP", "source": "association",
          "citation": "https://example.org", "licence": "CC0", "electricity_basis": "consumption_mix"}  # fmt: skip


def cosignature(told: dict[str, Any]) -> dict[str, Any]:
    """A witness's word on a checkpoint, as a member sends it."""
    private = bytes(range(32))
    line = verifier.cosign(verifier.read_note(told["note"]), "witness.example", private, int(time.time()))
    return {"tree_size": told["tree_size"], "verifier_key": verifier.witness_key("witness.example", private), "line": line}


def bodies(company: Company) -> dict[str, Any]:
    """A body for every route that takes one, naming this company's own things."""
    owns = company.owns
    due = "2027-01-01T00:00:00Z"
    return {
        "POST /sessions": {"email": "nobody@nowhere.test", "password": "not the password"},
        "POST /companies": {
            "name": "X",
            "country": "DE",
            "bpn": f"BPNL{uuid4().hex[:12].upper()}",
            "admin_email": "a@x.test",
            "admin_name": "A",
            "password": "correct horse battery",
        },
        "POST /sessions/second-factor": {"code": "000000"},
        "POST /sessions/current/proof": {"code": "000000"},
        "POST /second-factors": {"name": "Phone"},
        "POST /second-factors/{factor_id}/confirmation": {"code": "000000"},
        "POST /passkeys": {"name": "Key", "credential": {}},
        "POST /identity-providers": {"issuer": "https://login.x.test", "client_id": "x", "client_secret": "x", "domain": "unproven.test"},
        "POST /candidacy": {"secret": "x"},
        "POST /candidacy/terms": {"secret": "x", "digest": TERMS},
        "POST /candidacy/proofs": {"secret": "x", "subject": "x.example"},
        "POST /candidacy/proofs/{proof_id}/verification": {"secret": "x"},
        "POST /invitations/acceptance": {"secret": "x", "password": "correct horse battery"},
        "POST /terms/acceptance": {"digest": TERMS},
        "POST /control-proofs": {"subject": "x.example"},
        "POST /control-proofs/{proof_id}/verification": {"chain": "x", "signature": "x"},
        "POST /companies/{company_id}/checks": {"items": ["register"], "reason": "because"},
        "POST /companies/{company_id}/state": {"state": "suspended", "reason": "because"},
        "POST /people": {"email": f"{uuid4().hex}@x.test", "display_name": "X", "password": "correct horse battery", "roles": ["clerk"]},
        "PATCH /people/{person_id}": {"roles": ["clerk"]},
        "POST /applications": {"name": "X", "networks": ["192.0.2.0/24"]},
        "POST /clients": {"name": "X", "roles": ["clerk"]},
        "PUT /parts/{part_id}/structure": {"components": [{"part_number": "CELL", "amount": "2", "unit": "kg"}]},
        "PUT /parts/{part_id}/particulars": {"names": ["urn:gtin:4712345060507"], "country": "JP", "known": {"biogenic_uptake": "-0.1"}},
        "POST /rooms": {
            "verifier": owns.get("verifier_number", "7000012050002"),
            "footprints": [owns.get("footprint_id", str(uuid4()))],
            "until": SOON,
        },
        "POST /rooms/{room_id}/notes": {
            "footprint_id": owns.get("footprint_id", str(uuid4())),
            "place": "PACK#1",
            "kind": "reply",
            "words": "Hall 2.",
        },
        "POST /rooms/{room_id}/opinions": OPINION | {"footprint_id": owns.get("footprint_id", str(uuid4()))},
        "POST /requests": {"part_id": owns.get("bought_part_id"), "method": METHOD, "due_at": due},
        "POST /parts/{part_id}/requests": {"method": METHOD, "due_at": due},
        "PUT /requests/{request_id}/link": {"part_id": owns.get("part_id")},
        "POST /requests/{request_id}/rejection": {"reason": "because"},
        "POST /requests/{request_id}/cancellation": {"reason": "because"},
        "PUT /release-policy": {"margin": "0.1", "action": "warn"},
        "PUT /notification-preference": {"mail": True, "language": "ja"},
        "POST /views": {"list": "parts", "name": "Cells", "filters": "q=cell"},
        "POST /webhooks": {"address": "https://listener.example/events"},
        "POST /approvals": {"footprint_id": owns.get("footprint_id"), "requests": [owns.get("request_id", str(uuid4()))]},
        "POST /approvals/{approval_id}/return": {"reason": "because"},
        "POST /answers": {"footprint_id": owns.get("footprint_id"), "requests": [owns.get("request_id", str(uuid4()))]},
        "PUT /pact/endpoint": {"address": "https://partner.example/pact"},
        "PUT /pact/partners/{partner_id}": {"account": "a", "secret": "s"},
        "POST /pact/partners/{partner_id}/fetches": {},
        "POST /pact/inquiries": {"request_id": owns.get("open_request_id", owns.get("request_id", str(uuid4())))},
        "POST /pact/publications": {"request_id": owns.get("request_id", str(uuid4()))},
        "POST /pact/received/{received_id}/acceptance": {"request_id": owns.get("request_id", str(uuid4()))},
        "POST /parts/{part_id}/footprints": {"method": METHOD, "period_start": "2025-04-01", "period_end": "2026-03-31"},
        "POST /parts/{part_id}/scenario": {"changes": [{"kind": "electricity", "factor": "POWER"}]},
        "POST /parts/{part_id}/uncertainty": {"draws": 100},
        "POST /log/cosignatures": company.cosignature,
        "POST /evidence/{evidence_id}/links": {"subject_kind": "declaration", "subject_id": owns.get("declaration_id", str(uuid4()))},
        "POST /evidence/{evidence_id}/grants": {"request_id": owns.get("request_id", str(uuid4()))},
        "POST /declarations": {"footprint_id": owns.get("footprint_id")},
        "POST /assessments": {"questionnaire": "company", "answers": chain_world.GOOD_ANSWERS},
        "POST /assessments/examination": {"questionnaire": "company", "answers": chain_world.GOOD_ANSWERS},
        "PUT /parts/{part_id}/materials": {"contents": [chain_world.content("nickel", "0.1")]},
        "POST /statements": {"part_id": owns.get("part_id"), "requests": [owns.get("diligence_request_id", str(uuid4()))]},
        "POST /risks": {"kind": "red_flag", "category": "air", "severity": "low", "likelihood": "rare", "title": "Dust"},
        "POST /risks/{risk_id}/steps": {"state": "assessed", "note": "looked at"},
        "POST /probes": {"kind": "screening", "part_id": owns.get("part_id"), "subject": "country:CN", "purpose": "sanctions", "reason": "asked"},
        "PUT /received-probes/{root_id}/consent": {"consent": True},
        "POST /grievances": {"category": "air", "words": "Dust.", "company_number": company.member.number},
        "POST /grievances/followed": {"code": "NOSUCHCODE2345678923"},
        "POST /grievances/responses": {"code": "NOSUCHCODE2345678923", "words": "More."},
        "POST /received-grievances/{grievance_id}/steps": {"state": "investigating", "words": "Looking."},
        "PUT /received-grievances/{grievance_id}/mediator": {"mediator": "operator", "words": "Please mediate."},
        "POST /mediations/{grievance_id}/notes": {"words": "Let us meet."},
        "POST /grievances/mediators": {"code": "NOSUCHCODE2345678923", "mediator": "operator", "words": "Please."},
        "POST /verifications": {"scheme": "S", "issuer": "I", "scope": "x", "summary": "x", "valid_from": "2026-01-01", "valid_until": "2026-12-31"},
        "POST /parts/{part_id}/evidence-bundle": {"papers": []},
        "POST /break-glass": {"company_id": company.member.company_id, "purpose": "incident", "reason": "R", "hours": 1},
        "POST /support-requests": {"subject": "S", "words": "W"},
        "POST /support-requests/{support_id}/words": {"words": "More."},
        "POST /support-requests/{support_id}/closing": {"words": "Solved."},
        "POST /register-entries": {"kind": "incident", "title": "I", "details": "D"},
        "POST /register-entries/{entry_id}/outcome": {"outcome": "done"},
        "POST /transparency-reports": {"period_start": "2026-01-01", "period_end": "2026-12-31"},
        "PUT /criteria/{criterion}": {"state": "open", "owner": "O"},
        "POST /memberships": {"company_id": company.member.company_id},
        "POST /surveys": {"title": "S", "measure": "coverage", "period_start": "2026-01-01", "period_end": "2026-12-31", "closes_at": due},
        "PUT /surveys/{survey_id}/contribution": {"part_id": owns.get("part_id")},
        "POST /publications": {"kind": "factors", "code": "GRID", "title": "Grid", "factors": [FACTOR]},
        "POST /reports": {"year": 2026, "parts": [owns.get("part_id")]},
    }
