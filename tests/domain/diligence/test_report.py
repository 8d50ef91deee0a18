"""The yearly report: what it says, whom it does not name, what its figures follow from, on paper."""

import json

import httpx
import pypdfium2
import pytest
from tests.chain_world import Chain, assessed, chain
from tests.plumbing.hostile_evidence import PDF
from tests.world import World

from ashiato.kernel.digest import canonical
from ashiato.plumbing import keys


@pytest.fixture(scope="module")
async def built(world: World) -> Chain:
    made = await chain(world, cathode_cobalt="0.135")
    await assessed(made.packs)
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
            if address != "/received-grievances":
                allowed = (await built.cells.call("GET", address)).status_code
                assert allowed == (200 if "/requests/" in address else 404), "the supplier itself reads what it stated, nothing else"
                assert (await built.refiner.call("GET", address)).status_code == 404
            followed += 1
    assert followed >= 4
    score = report["document"]["step1"]["questionnaires"][0]
    (behind,) = report["basis"]["/step1/questionnaires"]
    kept = await built.packs.get(behind)
    assert (kept["points"], sum(line["points"] for line in kept["score"]["lines"])) == (score["points"], score["points"])


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
    (address,) = report["basis"]["/step4/verifications"]
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
