"""Minerals templates as suppliers have them, incidents of Catena-X, bundles of evidence."""

import io
import json
import zipfile
from decimal import Decimal

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chain_world import Chain, chain, content, stated
from tests.conftest import SHARED
from tests.world import World, workbook

from ashiato.domain.diligence.interchange import minerals
from ashiato.domain.diligence.model import Material, Origin
from ashiato.kernel.digest import canonical, digest_of_bytes
from ashiato.plumbing import keys, spreadsheet
from ashiato.plumbing.clock import SystemClock

HEADER = ["Smelter Identification Number Input Column", "Metal (*)", "Smelter Look-up (*)", "Smelter Name (1)", "Smelter Country (*)", "Smelter Identification",
          "Source of Smelter Identification Number", 'Name of Mine(s) or if recycled or scrap sourced, enter "recycled" or "scrap"',
          "Location (Country) of Mine(s)", "Indicate if 100% of the smelter's feedstock originates from recycled or scrap sources", "Comments"]  # fmt: skip
DECLARATION = [["Extended Minerals Reporting Template"], ["Company Name (*):", "Supplier Co."], ["6) Have you identified all of the smelters supplying the minerals to your supply chain?", "Answer"],
               ["Cobalt (*)", "Yes"], ["Lithium (*)", "No"], ["7) Has all applicable information been reported?", "Answer"], ["Cobalt (*)", "Yes"], ["Lithium (*)", "Yes"]]  # fmt: skip
GOOD = [["", "Cobalt", "", "Umicore Olen", "BELGIUM", "CID003226", "RMI", "Kando", "DEMOCRATIC REPUBLIC OF THE CONGO", "No", ""],
        ["", "Cobalt", "", "Ganzhou", "CHINA", "CID003212", "RMI", "", "", "No", ""], ["", "Lithium", "", "Enko", "CHILE", "CID003999", "RMI", "", "", "No", ""]]  # fmt: skip


def emrt(rows: list[list[str]]) -> bytes:
    """A workbook of the published sheets and labels, as a supplier sends it."""
    return workbook(
        **{
            "Declaration": DECLARATION,
            "Smelter List": [["Smelter List"], ["instructions"], HEADER, *rows],
            "Mine List": [["Metal"]],
            "Product List": [["Number"]],
        }
    )


@pytest.fixture(scope="module")
async def built(world: World) -> Chain:
    return await chain(world)


async def test_an_emrt_becomes_origins(built: Chain) -> None:
    part_id = await built.refiner.part_id("HYDROXIDE")
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.1"), content("lithium", "0.05")])
    address = f"/parts/{part_id}/minerals-template"
    read = (await built.refiner.call("POST", address, files={"file": ("emrt.xlsx", emrt(GOOD))}, params={"dry_run": True})).json()
    assert (read["kind"], read["company"], read["smelters"], read["complete"], read["saved"]) == ("EMRT", "Supplier Co.", 3, ["cobalt"], False)
    assert read["stated"]["origins"] == []
    kept = (await built.refiner.call("POST", address, files={"file": ("emrt.xlsx", emrt(GOOD))})).json()["stated"]["origins"]
    assert [(line["material"], line["mass_kg"], line["country"], line["refiner_cid"]) for line in kept] == [
        ("cobalt", "0.05", "CD", "CID003226"), ("cobalt", "0.05", "", "CID003212")
    ], "not all smelters of the lithium are identified: it stays unknown"  # fmt: skip
    exported = await built.refiner.call("GET", address)
    again = minerals.read_template(spreadsheet.read(exported.content))
    assert (again.errors, again.complete, {smelter.cid for smelter in again.smelters}) == ((), {Material.COBALT}, {"CID003226", "CID003212"})


async def test_a_broken_template_is_told_by_sheet_and_cell_and_nothing_is_lost(built: Chain) -> None:
    part_id = await built.cathodes.part_id("CATHODE")
    before = await built.cathodes.get(f"/parts/{part_id}/materials")
    bad = [row[:] for row in GOOD]
    bad[0][5], bad[1][4], bad[2][1] = "CID 3226", "Kongo", "Kryptonite"
    refused = await built.cathodes.call("POST", f"/parts/{part_id}/minerals-template", files={"file": ("emrt.xlsx", emrt([*bad, GOOD[1], GOOD[1]]))})
    assert refused.status_code == 422
    told = {(flaw["field"], flaw["code"]) for flaw in refused.json()["flaws"]}
    assert told == {
        ("Smelter List!F4", "origin.cid"),
        ("Smelter List!E5", "country.form"),
        ("Smelter List!B6", "smelter.metal"),
        ("Smelter List!F8", "smelter.repeated"),
    }
    assert await built.cathodes.get(f"/parts/{part_id}/materials") == before
    empty = await built.cathodes.call("POST", f"/parts/{part_id}/minerals-template", files={"file": ("x.xlsx", workbook(notes=[["x"]]))})
    assert "Smelter List!A1" in empty.text


@given(
    st.lists(
        st.tuples(st.sampled_from(["Umicore", "Enko", "製錬所"]), st.sampled_from(["CID000001", "CID000002", ""]), st.sampled_from(["", "CL", "CD"])),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_exported_is_read_again(drawn: list[tuple[str, str, str]]) -> None:
    lines = [Origin(Material.NICKEL, Decimal(1), refiner=name, refiner_cid=cid, country=country) for name, cid, country in drawn]
    read = minerals.read_template(spreadsheet_of(lines))
    assert read.errors == ()
    assert read.complete == {Material.NICKEL}
    assert {smelter.cid or smelter.name for smelter in read.smelters} == {line.refiner_cid or line.refiner for line in lines}


def spreadsheet_of(lines: list[Origin]) -> list[spreadsheet.Sheet]:
    return minerals.sheets_of("Us", lines, [("P", "Pack")])


async def test_an_incident_keeps_to_the_published_schema(built: Chain) -> None:
    path = SHARED / "standards/catenax/io.catenax.essincident/4.0.0/EssIncident-schema.json"
    if not path.exists():
        pytest.skip(f"{path} is not here: the incident is not validated")
    validator = jsonschema_rs.Draft4Validator(json.loads(path.read_text(encoding="utf-8")))
    for category in ("child_labour", "water", "community_life", "plant_safety"):
        risk = {"kind": "finding", "category": category, "severity": "severe", "likelihood": "likely", "title": "Found", "material": "cobalt"}
        risk_id = (await built.packs.post("/risks", risk | {"part_id": await built.packs.part_id("PACK")}))["risk_id"]
        incident = (await built.packs.get(f"/risks/{risk_id}/incident"))["incident"]
        assert validator.is_valid(incident)
        assert not validator.is_valid(incident | {"incidentCategory": "Other"}), "the canary: the schema does refuse"


async def test_a_bundle_of_evidence_holds_what_its_signed_manifest_names(built: Chain) -> None:
    paper = (await built.packs.call("POST", "/evidence", files={"file": ("bill of lading.txt", b"shipped")})).json()["evidence_id"]
    address = f"/parts/{await built.packs.part_id('PACK')}/evidence-bundle"
    told = await built.packs.call("POST", address, json={"papers": [{"evidence_id": paper, "kind": "transport", "about": "CELL"}]})
    archive = zipfile.ZipFile(io.BytesIO(told.content))
    manifest = archive.read("manifest.json")
    assert keys.verifies(manifest, keys.Signature(**json.loads(archive.read("manifest.json.sig"))))
    named = json.loads(manifest)
    assert canonical(named) == manifest
    for name, digest in {**named["files"], **named["papers"]}.items():
        assert digest_of_bytes(archive.read(name)) == digest
    assert set(archive.namelist()) == {*named["files"], *named["papers"], "manifest.json", "manifest.json.sig"}
    assert json.loads(archive.read("quantities.json"))["add_up"] is True
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert built.cells.name in whole
    assert built.cathodes.name not in whole
    assert (await built.cells.call("POST", address, json={"papers": []})).status_code == 404
    part_id = await built.cells.part_id("CELL")
    stolen = await built.cells.call(
        "POST", f"/parts/{part_id}/evidence-bundle", json={"papers": [{"evidence_id": paper, "kind": "payment", "about": "x"}]}
    )
    assert stolen.status_code == 404
    assert SystemClock().now().isoformat()[:10] in named["made_at"]
