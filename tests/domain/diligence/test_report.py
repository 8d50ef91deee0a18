"""The yearly report: what it says, whom it does not name, what its figures follow from, on paper."""

import json

import httpx
import pypdfium2
import pytest
from tests.chain_world import COBALT, GOOD_ANSWERS, Chain, chain, content, settle, stated
from tests.plumbing.hostile_evidence import PDF
from tests.world import World

from ashiato.kernel.digest import canonical
from ashiato.plumbing import keys


@pytest.fixture(scope="module")
async def built(world: World) -> Chain:
    made = await chain(world, cathode_cobalt="0.135")
    file = (await made.packs.call("POST", "/evidence", files={"file": ("policy.txt", b"We publish our policy.")})).json()["evidence_id"]
    answers = GOOD_ANSWERS | {"policy": True, "policy_categories": ["child_labour"]}
    await made.packs.post("/assessments", {"questionnaire": "company", "answers": answers, "evidence": {"policy": [file]}})
    assert (await made.packs.call("DELETE", f"/evidence/{file}")).json()["code"] == "evidence.retained"
    return made


async def drawn(built: Chain) -> dict:
    return await built.packs.post("/reports", {"year": 2026, "parts": [await built.packs.part_id("PACK")]})


async def test_it_is_signed_and_public_and_names_no_supplier(built: Chain, client: httpx.AsyncClient) -> None:
    report = await drawn(built)
    public = (await client.get(f"/api/v1/published-reports/{report['report_id']}")).json()
    assert public["document"] == report["document"]
    assert keys.verifies(canonical(public["document"]), keys.Signature(**public["signature"]))
    for member in (built.cells, built.cathodes, built.refiner):
        assert member.name not in json.dumps(public)
        assert member.company_id not in json.dumps(public)
    (product,) = public["document"]["step2"]["products"]
    assert [(place["kind"], place["tier"]) for place in product["places"]] == [("imbalance", 2)]
    assert (await built.cells.call("GET", f"/reports/{report['report_id']}")).status_code == 404


async def test_each_figure_is_followed_by_whoever_may_see_and_by_nobody_else(built: Chain) -> None:
    report = await drawn(built)
    followed = 0
    for figure, addresses in report["basis"].items():
        section, _, name = figure.removeprefix("/").partition("/")
        assert name.split("/")[0] in report["document"][section]
        for address in addresses:
            assert (await built.packs.call("GET", address)).status_code == 200, address
            if address != "/verifications":
                allowed = (await built.cells.call("GET", address)).status_code
                assert allowed == (200 if "/requests/" in address else 404), "the supplier itself reads what it stated, nothing else"
                assert (await built.refiner.call("GET", address)).status_code == 404
            followed += 1
    assert followed >= 12
    assert set(figures_of(report["document"])) <= set(report["basis"]), "every figure has something behind it"
    score = report["document"]["step1"]["questionnaires"][0]
    behind, file = report["basis"]["/step1/questionnaires/0"]
    assert (await built.packs.call("GET", f"{file}/content")).content == b"We publish our policy."
    kept = await built.packs.get(behind)
    assert (kept["points"], sum(line["points"] for line in kept["score"]["lines"])) == (score["points"], score["points"])


def figures_of(document: dict) -> list[str]:
    """Where a report holds figures: one address for each list or number of the steps, each product and questionnaire apart."""
    found = [f"/step1/questionnaires/{place}" for place, _ in enumerate(document["step1"]["questionnaires"])]
    for place, product in enumerate(document["step2"]["products"]):
        found += [f"/step2/products/{place}/{name}" for name in product if name not in ("part_number", "name", "declared_unit")]
    return found + [f"/step3/{name}" for name in document["step3"] if name != "since"] + ["/step4/verifications", "/step5/grievances"]


async def test_what_is_due_is_told_with_its_day(built: Chain) -> None:
    risk = {"kind": "finding", "category": "water", "severity": "low", "likelihood": "rare", "title": "Late plan"}
    risk_id = (await built.cells.post("/risks", risk))["risk_id"]
    plan = {"note": "x", "owner": "o", "plan": "p", "deadline": "2026-01-01"}
    await built.cells.post(f"/risks/{risk_id}/steps", {"state": "assessed", "note": "x"})
    await built.cells.post(f"/risks/{risk_id}/steps", {"state": "mitigating"} | plan)
    proof = {"scheme": "S", "issuer": "I", "scope": "x", "summary": "x", "valid_from": "2025-01-01", "valid_until": "2025-12-31"}
    await built.cells.post("/verifications", proof)
    body = {"category": "air", "words": "Dust.", "company_number": built.cells.number}
    assert (await built.cells.client.post("/api/v1/grievances", json=body)).status_code == 201
    soon = [(each["kind"], each["overdue"]) for each in (await built.cells.get("/reminders"))["items"]]
    assert soon == [("verification", True), ("risk", True), ("grievance", False)]
    later = {each["kind"] for each in (await built.cells.get("/reminders", params={"days": 400}))["items"]}
    assert later == {"verification", "risk", "grievance", "assessment"}
    await built.cells.post("/verifications", proof | {"valid_until": "2099-12-31"})
    await built.cells.post(f"/risks/{risk_id}/steps", {"state": "closed", "note": "done"})
    assert [each["kind"] for each in (await built.cells.get("/reminders"))["items"]] == ["grievance"], "what is renewed or settled is due no more"
    assert (await built.refiner.get("/reminders"))["items"] == []


async def test_an_audit_that_runs_out_and_a_consent_that_is_waited_for_are_due_once_each(world: World) -> None:
    own = await chain(world)
    origins = [COBALT | {"mass_kg": "0.06", "mine": mine, "audit_until": day} for mine, day in (("One", "2026-01-31"), ("Other", "2025-12-31"))]
    await stated(own.refiner, "HYDROXIDE", [content("cobalt", "0.12")], origins)
    part_id = await own.packs.part_id("PACK")
    root_id = (await own.packs.post("/probes", {"kind": "path", "part_id": part_id, "subject": "cobalt"}))["root_id"]
    await settle(world)
    params = {"days": 100}
    told = {each["kind"]: each for each in (await own.refiner.get("/reminders", params=params))["items"]}
    assert (told["audit"]["title"], told["audit"]["due_on"], told["audit"]["overdue"]) == ("Wakasa", "2025-12-31", True)
    assert told["audit"]["subject_id"] == await own.refiner.part_id("HYDROXIDE")
    consent = (await own.cells.get("/reminders", params=params))["items"]
    assert [(each["kind"], each["subject_id"], each["title"]) for each in consent] == [("consent", root_id, "cobalt")]
    await own.cells.put(f"/received-probes/{root_id}/consent", {"consent": True})
    assert (await own.cells.get("/reminders", params=params))["items"] == []


async def test_a_verification_is_part_of_it(built: Chain) -> None:
    file = await built.packs.call("POST", "/evidence", files={"file": ("approval.pdf", PDF)})
    stated = {
        "scheme": "Article 51",
        "issuer": "Notified Body 0000",
        "scope": "cobalt",
        "summary": "Conforms.",
        "valid_from": "2026-01-01",
        "valid_until": "2027-12-31",
    }
    await built.packs.post("/verifications", stated | {"evidence_id": file.json()["evidence_id"]})
    report = await drawn(built)
    assert report["document"]["step4"]["verifications"] == [stated]
    _, address = report["basis"]["/step4/verifications"]
    assert (await built.packs.get(address))["item"]["name"] == "approval.pdf"
    assert (await built.packs.call("GET", f"{address}/content")).content == PDF
    assert (await built.cells.call("GET", address)).status_code == 404
    backwards = stated | {"valid_until": "2025-01-01"}
    assert (await built.packs.call("POST", "/verifications", json=backwards)).status_code == 422


@pytest.mark.parametrize(("language", "words"), [("en", "Masses do not add up"), ("ja", "質量収支の不一致")])
async def test_it_reads_as_a_document_in_two_languages(built: Chain, client: httpx.AsyncClient, language: str, words: str) -> None:
    report = await drawn(built)
    paper = await client.get(f"/api/v1/published-reports/{report['report_id']}/document", params={"lang": language})
    assert paper.headers["content-type"] == "application/pdf"
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper.content)).split())
    assert words in text
    assert built.cathodes.name not in text
    assert built.packs.name in text
