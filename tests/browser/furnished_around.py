"""What stands around two companies' work in the furnished world: a verifier's room, evidence, grants, versions, an association, the operator's reports."""

import re
from datetime import UTC, datetime, timedelta

from tests import chain_world
from tests.attacks.rich import totp
from tests.attacks.test_single_sign_on import prove
from tests.web.test_exchanging import arrives, cell
from tests.web.test_joining import letter_to
from tests.world import METHOD, PASSWORD, Member, World, log_in

from ashiato import worker

OPINION = {
    "standard": "ISO 14064-3:2019",
    "level": "limited",
    "conclusion": "qualified",
    "words": "Hall 2 has no meter of its own. ホール2に専用計器なし。",
}


async def verified(world: World, supplier: Member, buyer: Member) -> tuple[Member, dict[str, str]]:
    """A verifier in the middle of a room: evidence behind a line, a tick, a question, an opinion signed."""
    verifier = await world.company("みらい保証株式会社", "verifier")
    pack = await buyer.part_id("PACK-1")
    earlier = await buyer.compute("PACK-1")
    computed = await buyer.post(f"/parts/{pack}/footprints", {"method": METHOD, "period_start": "2025-01-01", "period_end": "2025-12-31"})
    footprint_id = computed["footprint_id"]
    sent = {"file": ("検針票 hall 2.txt", b"The meter of hall 2 reads 3 kWh a pack.")}
    evidence = (await buyer.post("/evidence", files=sent))["evidence_id"]
    await buyer.post(f"/evidence/{evidence}/links", {"subject_kind": "inventory_line", "subject_id": pack, "line": 1})
    until = (datetime.now(UTC) + timedelta(days=60)).isoformat()
    room = (await buyer.post("/rooms", {"verifier": verifier.number, "title": "FY 2025", "footprints": [footprint_id], "until": until}))["room_id"]
    for note in ({"place": "PACK-1#1", "kind": "tick"}, {"place": "PACK-1#2", "kind": "question", "words": "Which meter? どの計器ですか。"}):
        await verifier.post(f"/rooms/{room}/notes", {"footprint_id": footprint_id} | note)
    signed = await verifier.post(f"/rooms/{room}/opinions", OPINION | {"footprint_id": footprint_id})
    grants = (await supplier.get("/grants"))["items"]
    return verifier, {
        "earlier": earlier["footprint_id"], "footprint": footprint_id, "evidence": evidence, "room": room, "grant": grants[0]["grant_id"],
        "opinion": signed["opinion"]["opinion_id"], "verifier_number": verifier.number,
    }  # fmt: skip


async def associated(world: World, supplier: Member, buyer: Member) -> Member:
    """An association with two members, an open survey and factors on offer."""
    association = await world.company("電池工業会", "association")
    for member in (supplier, buyer):
        await association.post("/memberships", {"company_number": member.number})
    await supplier.put(f"/memberships/{association.company_id}/confirmation", {})
    period = {"period_start": "2026-01-01", "period_end": "2026-12-31", "closes_at": (datetime.now(UTC) + timedelta(days=30)).isoformat()}
    await association.post(
        "/surveys", period | {"title": "セル 2026", "measure": "footprint", "category": "cell", "declared_unit": "kg", "method": METHOD}
    )
    return association


async def received(world: World, supplier: Member, buyer: Member) -> str:
    """A footprint that the supplier's own system has sent to the buyer."""
    await buyer.put(f"/pact/partners/{supplier.company_id}", {"account": "hikari", "secret": "a secret of theirs"})
    await arrives(world, buyer, supplier, cell(11))
    return str((await buyer.get("/pact/received"))["items"][0]["received_id"])


async def reported(world: World, supplier: Member) -> dict[str, str]:
    """Reports: the supplier's questionnaire once answered, the operator's to the public; a fact in the log."""
    assessment = await chain_world.assessed(supplier)
    while await worker.follow_once(world.tools.works, world.tools.log_key):
        pass
    today = datetime.now(UTC).date().isoformat()
    report = await world.operator.post("/transparency-reports", {"period_start": today, "period_end": today})
    await world.operator.post("/register-entries", {"kind": "incident", "title": "Slow disk", "details": "An hour."})
    await world.operator.put("/criteria/safety", {"state": "prepared", "owner": "Security office"})
    fact = next(fact["fact_id"] for fact in await supplier.every("/facts") if fact["kind"] == "import.registered")
    return {"assessment": assessment["assessment_id"], "transparency": report["report_id"], "fact": fact}


async def helped(world: World, supplier: Member) -> dict[str, str]:
    """A request for support that the operator answered, and one that waits."""
    asked = {"subject": "ファイルが取り込めません。 The file is refused.", "words": "Cell C3 of 部品.xlsx.\nWhat is wrong with it?"}
    support = (await supplier.post("/support-requests", asked))["support_id"]
    await world.operator.post(f"/support-requests/{support}/words", {"words": "kgg is no unit: write kg."})
    await supplier.post("/support-requests", {"subject": "Second", "words": "It waits."})
    return {"support": support}


async def signed_on(world: World, buyer: Member) -> dict[str, str]:
    """The buyer's provider of identities, which does not answer, for a domain that it has proven; another domain is still to be proven."""
    domain = f"{buyer.number}.test"
    await prove(world.tools, buyer, domain)
    await buyer.post("/control-proofs", {"kind": "domain", "subject": f"akatsuki.{domain}"})
    stated = {"issuer": f"https://login.{domain}", "client_id": "ashiato", "client_secret": "secret", "domain": domain}
    return {"signed_on": domain, "provider": (await buyer.post("/identity-providers", stated))["provider_id"]}


async def opened(world: World, supplier: Member) -> tuple[Member, dict[str, str]]:
    """One of the operator's two persons who have agreed to read what the supplier has released, each with a second factor."""
    one, other = [await guarded(world, f"{name}@operator.test") for name in ("misaki", "itsuki")]
    asked = {"company_id": supplier.company_id, "purpose": "authority_order", "reason": "裁判所命令 第12号", "hours": 4}
    access = (await one.post("/break-glass", asked))["access_id"]
    await other.post(f"/break-glass/{access}/approval")
    return one, {"glass": access}


async def guarded(world: World, email: str) -> Member:
    """A person of the operator's who has logged in with both factors."""
    operator = world.operator
    await operator.post("/people", {"email": email, "display_name": email.partition("@")[0], "password": PASSWORD, "roles": ["operator"]})
    found = Member(operator.client, operator.name, operator.number, operator.company_id, email)
    await log_in(found)
    fresh = await found.post("/second-factors", {"name": "Phone"})
    code = totp(fresh["secret"], world.tools.works.clock.now())
    recovery = (await found.post(f"/second-factors/{fresh['factor_id']}/confirmation", {"code": code}))["codes"]
    await log_in(found)
    found.token = (await found.post("/sessions/second-factor", {"code": recovery[0]}))["token"]
    return found


async def asked_along_the_chain(world: World, supplier: Member, buyer: Member) -> dict[str, str]:
    """Another buyer's question where its cobalt comes from, which waits for the consent of those on the way."""
    await chain_world.answered(supplier, await chain_world.asked(buyer, "CELL-B"), "CELL-1")
    root = await buyer.post("/probes", {"kind": "path", "part_id": await buyer.part_id("PACK-1"), "subject": "cobalt"})
    await chain_world.settle(world)
    return {"root": root["root_id"]}


async def awaited(world: World, buyer: Member) -> tuple[Member, dict[str, str]]:
    """A colleague whose log-in waits for the second factor, and one who is invited."""
    colleague = Member(buyer.client, buyer.name, buyer.number, buyer.company_id, f"guarded@{buyer.number}.test")
    await buyer.post("/people", {"email": colleague.email, "display_name": "Guarded", "password": PASSWORD, "roles": ["clerk"]})
    await log_in(colleague)
    fresh = await colleague.post("/second-factors", {"name": "Phone"})
    await colleague.post(f"/second-factors/{fresh['factor_id']}/confirmation", {"code": totp(fresh["secret"], world.tools.works.clock.now())})
    await log_in(colleague)
    invited = f"invited@{buyer.number}.test"
    await buyer.post("/people", {"email": invited, "display_name": "招待された人", "roles": ["clerk"]})
    link = re.search(r"/invitations/(\S+)", letter_to(world.tools.settings.home, invited))
    assert link, "an invitation is a letter"
    return colleague, {"invitation": link[1]}
