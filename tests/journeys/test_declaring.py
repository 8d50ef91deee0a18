"""From a draft that is refused to a declaration that anybody can check, in JSON and on paper."""

import copy
import io
import json

import pypdfium2
import zxingcpp
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

from ashiato.domain import footprint
from ashiato.kernel.digest import parse

BATTERY_HEADER = ["Part number", "Vehicle category", "Chemistry", "Usable energy (kWh)", "Delivered energy (kWh)"]


async def pack_maker(world: World, *, housing: str = "published") -> Member:
    packs = await world.company("Hikari Packs")
    await packs.import_tables(
        factors=[
            FACTOR_HEADER,
            factor("ELEC", "0.1", "kg CO2e/kWh", basis="consumption_mix"),
            factor("AL", "10", standing=housing),
            factor("CELL-AVG", "20"),
        ],
        parts=[PART_HEADER, ["PACK-1", "Traction battery", "kg", "1", "", "", ""], ["CELL-B", "Cell", "kg", "", "", "", "CELL-AVG"]],
        structure=[STRUCTURE_HEADER, ["PACK-1", "CELL-B", "0.8", "kg"]],
        inventory=[
            INVENTORY_HEADER,
            ["PACK-1", "production", "electricity", "3", "kWh", "ELEC", "own", "energy"],
            ["PACK-1", "production", "housing", "0.2", "kg", "AL", "own", "input"],
        ],
        batteries=[BATTERY_HEADER, ["PACK-1", "M1", "NMC111", "", "150"]],
    )
    return packs


async def test_a_draft_names_the_lines_that_make_it_one(world: World) -> None:
    packs = await pack_maker(world, housing="estimate")
    computed = await packs.compute("PACK-1")
    assert computed["draft"]
    refused = await packs.call("POST", "/declarations", json={"footprint_id": computed["footprint_id"]})
    assert refused.status_code == 409
    assert refused.json()["code"] == "declaration.draft"
    assert [(flaw["field"], flaw["code"]) for flaw in refused.json()["flaws"]] == [("PACK-1 line 2", "estimate")]


async def test_a_declaration_is_verified_from_its_file_alone(world: World) -> None:
    packs = await pack_maker(world)
    computed = await packs.compute("PACK-1")
    declared = await packs.post("/declarations", {"footprint_id": computed["footprint_id"]})
    file = declared["file"]
    assert file["declaration"]["result"]["per_kwh"]["kg_co2e_per_kwh"] == "0.122"
    assert footprint.declaration.verify(parse(json.dumps(file))) == []

    public = (await world.client.get(f"/api/v1/published-declarations/{declared['declaration_id']}")).json()["file"]
    assert "package" not in public
    assert footprint.declaration.verify(parse(json.dumps(public))) == []

    altered = copy.deepcopy(file)
    altered["package"]["parts"][1]["lines"][0]["amount"] = "2"
    where = {difference.where for difference in footprint.declaration.verify(altered)}
    assert {"/package", "/declaration/result/per_kwh/kg_co2e_per_kwh", "/declaration/result/total"} <= where


async def test_the_paper_says_what_the_file_says_in_both_languages(world: World) -> None:
    packs = await pack_maker(world)
    computed = await packs.compute("PACK-1")
    declared = await packs.post("/declarations", {"footprint_id": computed["footprint_id"]})
    found = await world.tools.works.run(lambda work: footprint.declaring.published_declaration(work, declared["declaration_id"]), read_only=True)
    for language, words in (("en", "By life-cycle stage"), ("ja", "ライフサイクル段階別")):
        paper = footprint.document.declaration_pdf(found, declared["url"], language)
        assert paper == footprint.document.declaration_pdf(found, declared["url"], language)
        document = pypdfium2.PdfDocument(io.BytesIO(paper))
        text = document[0].get_textpage().get_text_bounded()
        assert words in text
        assert "0.122" in text
        picture = document[0].render(scale=3).to_numpy()
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [declared["url"]]
        document.close()
