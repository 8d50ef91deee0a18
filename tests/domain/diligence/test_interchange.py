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

from ashiato.domain.diligence.interchange import minerals, template
from ashiato.domain.diligence.model import Content, Material, Origin
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
    again = template.read_template(spreadsheet.read(exported.content))
    assert (again.errors, again.complete, {smelter.cid for smelter in again.smelters}) == ((), {Material.COBALT}, {"CID003226", "CID003212"})


JAPANESE = ["識別番号の入力列", "金属（*）", "製錬業者検索", "製錬業者名 (1)", "製錬業者所在国（*）", "製錬業者識別番号", "出所", "番地", "市", "州", "担当者", "電子メール",
            "次の手順", "鉱山の名称", "鉱山の所在国", "100%リサイクル", "備考"]  # fmt: skip


def wide(*cells: str) -> list[str]:
    """A row of the published seventeen columns: metal, name, country, number, mine, its country, recycled."""
    metal, name, country, cid, mine, mine_country, recycled = cells
    return ["", metal, "", name, country, cid, "", "", "", "", "", "", "", mine, mine_country, recycled, ""]


def read(declaration: list[list[str]], *lists: tuple[str, list[list[str]]]) -> template.Template:
    return template.read_template([spreadsheet.Sheet("Declaration", declaration), *(spreadsheet.Sheet(name, rows) for name, rows in lists)])


def test_a_japanese_template_with_merged_cells_full_width_text_and_two_lists_is_read() -> None:
    asked = [
        ["会社名(*):", "", "若狭精錬"],
        ["", "5) 製錬業者をすべて特定していますか。", "", "回答", "備考"],
        ["", "コバルト(*)", "", "はい", ""],
        ["", "ニッケル(*)", "", "いいえ", ""],
        ["", "銅", "", "", "未回答"],
    ]
    rows = [
        JAPANESE,
        wide("コバルト", "若狭精錬", "日本", "ＣＩＤ００３２５５", "", "", ""),
        wide("", "甘草精錬", "中国", "cid003212", "リサイクル", "", ""),
        wide("ニッケル", "Enko", "CHILE", "不明", "", "", ""),
    ]
    found = read(
        asked,
        ("Smelter List", [["見出し"], *rows]),
        ("Smelter List (2)", [JAPANESE, wide("コバルト", "Umicore", "België", "CID003226", "", "コンゴ民主共和国(キンシャサ)", "")]),
    )
    assert [error.cell for error in found.errors] == ["E2"], "a country in a language that the template does not have"
    assert found.company == "若狭精錬"
    assert found.complete == {Material.COBALT}
    assert [(each.material, each.country, each.cid, each.recycled) for each in found.smelters] == [
        ("cobalt", "JP", "CID003255", False), ("cobalt", "CN", "CID003212", True), ("nickel", "CL", "", False)
    ]  # fmt: skip
    assert {(note.sheet, note.cell, note.code) for note in found.notes} == {
        ("Smelter List", "B4", "smelter.merged"),
        ("Declaration", "D5", "template.unanswered"),
    }


@pytest.mark.parametrize(
    ("language", "metal", "yes"),
    [("fr", "Cobalt", "Oui"), ("de", "Kobalt", "Ja"), ("zh", "钴", "是"), ("ko", "코발트", "예"), ("tr", "Kobalt", "Evet")],
)
def test_answers_and_metals_are_known_in_the_templates_languages_and_columns_by_place(language: str, metal: str, yes: str) -> None:
    """Headings in a language that nobody has told us: the published order of the columns counts."""
    headings = [f"{language} {number}" for number in range(17)]
    found = read(
        [["6) Have you identified all of the smelters?", "Answer"], [metal, yes]],
        ("Smelter List", [headings, wide(metal, "Umicore", "BE", "CID003226", "", "", yes)]),
    )
    assert (found.errors, found.complete) == ((), {Material.COBALT})
    assert [(each.name, each.cid, each.recycled) for each in found.smelters] == [("Umicore", "CID003226", True)]


def test_what_contradicts_itself_or_is_not_read_is_said_and_taken_for_unknown() -> None:
    rows = [HEADER, ["", "Cobalt", "", "Umicore Olen", "BELGIUM", "CID003226"], ["", "Cobalt", "", "Smelter not yet identified", "", ""]]
    whole = [["Extended Minerals Reporting Template"], ["6) Have you identified all of the smelters?", "Answer"], ["Cobalt", "Yes"]]
    found = read(whole, ("Smelter List", rows), ("Mine List", [[""], [""], [""], ["Metal", "Mine"], ["Cobalt", "Kando"]]))
    assert (found.complete, [note.code for note in found.notes]) == (frozenset(), ["template.mines", "template.contradiction"])
    assert minerals.origins(found, [Content(Material.COBALT, Decimal(1))]) == []
    silent = read([["Company Name", "X"]], ("Smelter List", rows[:2]))
    assert [note.code for note in silent.notes] == ["template.question"]
    assert read([["Conflict Minerals Reporting Template"]], ("Smelter List", rows[:2])).kind == "CMRT"


MINES = ["Metal", "Name of Smelter(s) sourcing from this Mine Facility", "Mine Facility (Site) Name", "Mine Identification (e.g. CID)",
         "Source of Mine Facility Identification Number", "Mine Facility Country", "Mine Facility Street", "Mine Facility City",
         "Mine Facility Location: State / Province", "Mine Facility Contact Name", "Mine Facility Contact Email", "Proposed next steps", "Comments"]  # fmt: skip


def mined(*rows: list[str], headings: list[str] | None = None) -> template.Template:
    """What a template says whose sheet of mines has these rows: metal, smelter, mine, country."""
    listed = [[""], ["TO BEGIN:"], ["Step 1"], headings or MINES, *([row[0], row[1], row[2], "", "", row[3]] for row in rows)]
    asked = [
        ["Extended Minerals Reporting Template"],
        ["6) Have you identified all of the smelters?", "Answer"],
        ["Cobalt", "Yes"],
        ["Lithium", "Yes"],
    ]
    smelters = [
        HEADER, ["", "Cobalt", "", "Umicore Olen", "BELGIUM", "CID003226", "", "Kando", "", "No", ""],
        ["", "Cobalt", "", "Ganzhou", "CHINA", "CID003212", "", "", "", "No", ""], ["", "Lithium", "", "Enko", "CHILE", "CID003999", "", "", "", "Yes", ""],
    ]  # fmt: skip
    return read(asked, ("Smelter List", smelters), ("Mine List", listed))


def test_the_sheet_of_mines_gives_each_smelter_its_mines() -> None:
    found = mined(
        ["Cobalt", "umicore olen", "Kando", "CONGO, DEMOCRATIC REPUBLIC OF THE"], ["Cobalt", "Umicore Olen", "Murrin Murrin", "AUSTRALIA"],
        ["Cobalt", "CID003212", "", "ZAMBIA"], ["Cobalt", "Ganzhou", "", "ZAMBIA"], ["", "", "", ""],
    )  # fmt: skip
    assert (found.errors, found.notes) == ((), ())
    assert [(each.cid, each.mine, each.mine_country) for each in found.smelters] == [
        ("CID003226", "Kando", "CD"), ("CID003226", "Murrin Murrin", "AU"), ("CID003212", "", "ZM"), ("CID003999", "", ""),
    ]  # fmt: skip
    stated = minerals.origins(found, [Content(Material.COBALT, Decimal(1))])
    assert [(each.refiner_cid, each.mass_kg, each.country) for each in stated] == [
        ("CID003226", Decimal("0.25"), "CD"), ("CID003226", Decimal("0.25"), "AU"), ("CID003212", Decimal("0.5"), "ZM"),
    ], "evenly among the smelters, then among the mines of each"  # fmt: skip
    again = template.read_template(minerals.sheets_of("Supplier Co.", stated, []))
    assert set(minerals.origins(again, [Content(Material.COBALT, Decimal(1))])) == set(stated)


def test_a_smelters_own_mine_stays_beside_those_of_the_sheet_of_mines() -> None:
    found = mined(["Cobalt", "Umicore Olen", "Murrin Murrin", "AUSTRALIA"])
    assert [each.mine for each in found.smelters if each.cid == "CID003226"] == ["Kando", "Murrin Murrin"]


def test_headings_of_mines_in_an_unknown_language_are_read_by_place() -> None:
    found = mined(["钴", "Ganzhou", "Mutanda", "ZAMBIA"], headings=[f"표제 {number}" for number in range(13)])
    assert [(each.mine, each.mine_country) for each in found.smelters if each.cid == "CID003212"] == [("Mutanda", "ZM")]


def test_what_is_wrong_on_the_sheet_of_mines_is_told_by_cell() -> None:
    found = mined(
        ["Unobtainium", "Ganzhou", "X", "ZAMBIA"], ["Cobalt", "Ganzhu", "X", "ZAMBIA"], ["Cobalt", "Ganzhou", "X", "Atlantis"],
        ["Cobalt", "", "Nobody's", "ZAMBIA"], ["Lithium", "Enko", "Atacama", "CHILE"],
    )  # fmt: skip
    assert [(error.sheet, error.cell, error.code, error.suggestion) for error in found.errors] == [
        ("Mine List", "A5", "smelter.metal", "Cobalt"), ("Mine List", "B6", "mine.smelter", "Ganzhou"),
        ("Mine List", "F7", "country.form", "Write the two letters of ISO 3166-1."),
    ]  # fmt: skip
    assert [(note.cell, note.code) for note in found.notes] == [("B8", "mine.unused"), ("B9", "mine.recycled")]
    twins = [HEADER, *(["", "Cobalt", "", "Ganzhou", "CHINA", cid, "", "", "", "No", ""] for cid in ("CID003212", "CID003213"))]
    doubtful = read([["X"]], ("Smelter List", twins), ("Mine List", [MINES, ["Cobalt", "Ganzhou", "Mutanda", "", "", "ZAMBIA"]]))
    assert [(error.cell, error.code, error.suggestion) for error in doubtful.errors] == [("B2", "mine.ambiguous", "CID003212")]
    assert [each.mine for each in found.smelters] == ["Kando", "", ""], "and changes nothing"


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
    lines = [
        Origin(Material.NICKEL, Decimal(1), refiner=name, refiner_cid=cid, country=country, refiner_country="FI") for name, cid, country in drawn
    ]
    read = template.read_template(spreadsheet_of(lines))
    assert read.errors == ()
    assert read.complete == {Material.NICKEL}
    assert {smelter.country for smelter in read.smelters} == {"FI"}
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
