"""Search: any piece of a name, in any width and case, over what the company may see and nothing else."""

from collections.abc import Callable

import pytest
from tests.web.browser import Browser
from tests.web.chain import cell_maker, declared, pack_maker
from tests.world import PART_HEADER, World

Browse = Callable[..., Browser]


async def test_all_that_the_company_may_see_is_found_by_any_piece_of_its_name(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, "セル製造株式会社")
    packs = await pack_maker(world, cells, "Ｗｉｄｅ Packs")
    request = await packs.ask("CELL-B", item="角形セル １号", item_number="KS-1")
    declaration_id = await declared(packs)
    sent = {"file": ("検針票 2026.txt", b"Read.")}
    evidence_id = (await packs.post("/evidence", files=sent))["evidence_id"]
    buyer, supplier, stranger = browse(), browse("ja"), browse()
    for browser, member in ((buyer, packs), (supplier, cells), (stranger, await cell_maker(world, "Nobody's Cells"))):
        await browser.log_in(member.email)
    for text, address in (
        ("セル", f"/requests/{request['request_id']}"), ("角形ｾﾙ 1", f"/requests/{request['request_id']}"), ("ks-1", f"/requests/{request['request_id']}"),
        ("製造", f"/requests?side=sent&partner={cells.company_id}"), ("TRACTION", f"/parts/{await packs.part_id('PACK-1')}"),
        ("pack-1", f"/declarations/{declaration_id}"), ("針票", f"/evidence/{evidence_id}"), ("ディリジェンス", "/questionnaires/company"), (request["request_id"], f"/requests/{request['request_id']}"),
    ):  # fmt: skip
        for path in ("/search", "/search/found"):
            await buyer.get(path, params={"q": text})
            assert address in [link.replace("&amp;", "&") for link in buyer.page.links], text
    await supplier.get("/search", params={"q": "wide"})
    assert f"/requests?partner={packs.company_id}" in supplier.page.links
    assert "取引先" in supplier.page.text
    for text in ("Wide", "角形", request["request_id"], "針票", "TRACTION"):
        await stranger.get("/search", params={"q": text})
        assert f"Nothing that you may see holds “{text}”." in stranger.page.text


async def test_the_rest_of_many_is_in_their_list(world: World, browse: Browse) -> None:
    maker = await world.company("Maker of Many")
    await maker.import_tables(parts=[PART_HEADER, *([f"M-{place:02}", f"Many <{place}>", "kg", "", "", "", ""] for place in range(9))])
    browser = browse()
    await browser.log_in(maker.email)
    await browser.get("/search?q=many")
    assert browser.page.text.count("Many <") == 6
    assert "/parts?q=many" in browser.page.links
    assert browser.page.flaws == []


@pytest.mark.parametrize("text", ["", "  ", "%", "'", "\\", "x" * 200])
async def test_no_text_breaks_it(world: World, browse: Browse, text: str) -> None:
    browser = browse()
    await browser.log_in((await world.company("Empty House")).email)
    assert (await browser.get("/search", params={"q": text})).status_code == 200
    assert browser.page.flaws == []


async def test_the_operator_finds_nothing_of_a_company(world: World, browse: Browse) -> None:
    await cell_maker(world)
    browser = browse()
    await browser.log_in(world.operator.email)
    for path in ("/search?q=cell", "/search/found?q=cell"):
        assert (await browser.get(path)).status_code == 200
        assert "Prismatic" not in browser.response.text
    assert (await browser.get("/parts")).status_code == 403
    assert (await browser.get("/requests")).status_code == 403


async def test_an_identifier_leads_the_operator_to_where_one_request_is_looked_up(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, "Sought Cells")
    request = await (await pack_maker(world, cells, "Sought Packs")).ask("CELL-B")
    browser = browse()
    await browser.log_in("operator@ashiato.test")
    await browser.get("/search/found", params={"q": request["request_id"]})
    (link,) = [link for link in browser.page.links if link.startswith("/operator/request")]
    await browser.get(link)
    assert browser.page.form("/operator/request").fields["request_id"] == request["request_id"]
    assert "Sought" not in browser.page.text, "nothing is told before a reason is given"
    await browser.submit("/operator/request", reason="ticket 7")
    assert "Sought Packs" in browser.page.text
