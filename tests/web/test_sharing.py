"""Who sees what, evidence, what-if: what is granted is told in sentences and ended in two clicks; files prove; trying changes nothing."""

import csv
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from tests.web.browser import SITE, Browser
from tests.web.chain import cell_maker, declared, pack_maker
from tests.world import World

Browse = Callable[..., Browser]


async def test_a_grant_is_a_sentence_with_who_looked_and_ends_at_the_next_request(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await cells.answer(request["request_id"], "CELL-1")
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get("/sharing")
    assert browser.page.flaws == []
    sentence = (
        f"{packs.name} may see a released footprint to compute, declare and have verified the footprint of its own products until it is withdrawn."
    )
    assert sentence in browser.page.text
    assert "Prismatic cell (CELL-1), v1" in browser.page.text
    assert "not looked at yet" in browser.page.text
    await packs.compute("PACK-1")
    await browser.get("/sharing")
    assert "first read " in browser.page.text
    (grant,) = [link for link in browser.page.links if re.fullmatch(r"/sharing/[0-9a-f-]{36}", link)]
    await browser.get(grant)
    assert browser.page.flaws == []
    assert f"Exactly what {packs.name} would see 14 kg CO₂e/kg" in browser.page.text
    await browser.submit(f"{grant}/withdrawal")
    assert "! withdrawn" in browser.page.text
    assert f"{packs.name} sees nothing of it any more." in browser.page.text
    assert (await packs.call("GET", f"/requests/{request['request_id']}/answer")).status_code == 404
    await browser.get("/sharing")
    assert "Nobody sees anything of yours." in browser.page.text
    await browser.get("/sharing?ended=true")
    assert "! withdrawn" in browser.page.text
    other = browse()
    await other.log_in(packs.email)
    assert (await other.get(grant)).status_code == 404


async def test_the_ledger_of_data_use_is_a_page_and_a_file_for_both_sides(world: World, browse: Browse) -> None:
    """Who used what of whose for which purpose: the same rows on the page, in the file and on the interface; nobody else finds them."""
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await cells.answer(request["request_id"], "CELL-1")
    await packs.compute("PACK-1")
    for who, partner, direction, about in ((cells, packs, "given", "Prismatic cell (CELL-1), v1"), (packs, cells, "received", "")):
        (use,) = [each for each in await who.every("/data-uses", direction=direction) if each["subject_kind"] == "footprint_release"]
        browser = browse()
        await browser.log_in(who.email)
        await browser.get(f"/sharing/uses?direction={direction}")
        assert browser.page.flaws == []
        assert " ".join(f"{partner.name} Released footprint {about} Footprint of own products".split()) in " ".join(browser.page.text.split())
        saved = await browser.get(f"/sharing/uses.csv?direction={direction}")
        header, *rows = csv.reader(saved.text.lstrip("\ufeff").splitlines())
        assert header == ["With", "What", "About", "Purpose", "Granted", "Until", "Withdrawn", "First read", "Terms", "Identifier"]
        told = [partner.name, "Released footprint", about, "Footprint of own products", use["subject_id"]]
        assert [row[:4] + row[9:] for row in rows] == [told]
        assert rows[0][7], "it was read"
    stranger = await world.company("Ledgerless Works")
    browser = browse("ja")
    await browser.log_in(stranger.email)
    for direction in ("given", "received"):
        await browser.get(f"/sharing/uses?direction={direction}")
        assert "他社" in browser.page.text
        assert packs.name not in browser.page.text
        assert len((await browser.get(f"/sharing/uses.csv?direction={direction}")).text.splitlines()) == 1
    assert (await browser.get("/sharing/uses?after=x")).status_code == 422


async def test_what_everybody_sees_is_listed_too(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration = await declared(packs)
    browser = browse("ja")
    await browser.log_in(packs.email)
    await browser.get("/sharing")
    assert f"/declarations/{declaration}" in browser.page.links


async def send_file(browser: Browser, name: str, content: bytes, **fields: str) -> str:
    await browser.get("/evidence")
    form = browser.page.form("/evidence").fields
    data = {"once": form["once"], "expires_on": "", "personal": "no"} | fields
    headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
    answer = await browser.client.post("/evidence", data=data, files={"file": (name, content, "text/plain")}, headers=headers)
    assert answer.status_code == 303, answer.text
    await browser.get("/evidence")
    return next(link for link in browser.page.links if link.startswith("/evidence/"))


async def test_a_file_is_added_linked_handed_over_and_removed(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await cells.answer(request["request_id"], "CELL-1")
    browser = browse()
    await browser.log_in(cells.email)
    item = await send_file(browser, "meter.txt", b"8 kWh", expires_on="2099-01-01")
    again = await send_file(browser, "copy.txt", b"8 kWh")
    assert again == item, "the same bytes are one file"
    await browser.get(item)
    assert browser.page.flaws == []
    assert "Nothing yet: link it" in browser.page.text
    assert "Remove the file" in browser.page.text
    forms = [form for form in browser.page.forms if form.action == f"{item}/links"]
    line, answer = (next(form.fields for form in forms if form.fields["kind"] == kind) for kind in ("inventory_line", "answer"))
    await browser.send(f"{item}/links", line | {"part_number": "CELL-1", "line": "2"})
    await browser.send(f"{item}/links", answer | {"subject": request["request_id"]})
    await browser.get(item)
    assert "Line of an inventory: Prismatic cell (CELL-1) proves line 2 of the inventory" in browser.page.text
    assert f"Answer to a buyer: Cell, bought ({packs.name})" in browser.page.text
    assert "It supports a figure that was released or declared" in browser.page.text
    assert f"{item}/removal" not in {form.action for form in browser.page.forms}, "what must be kept is not offered for removal"
    await browser.submit(f"{item}/handover", request_id=request["request_id"])
    assert f"{packs.name} not looked at yet" in browser.page.text
    assert (await packs.call("GET", f"/evidence/{item.split('/')[-1]}/content")).content == b"8 kWh"
    await browser.get(f"/parts/{await cells.part_id('CELL-1')}")
    assert "meter.txt proves line 2 of the inventory" in browser.page.text
    stranger = browse()
    await stranger.log_in(packs.email)
    assert (await stranger.get(item)).status_code == 404


async def test_what_expires_is_named_first_and_what_may_go_goes(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    item = await send_file(browser, "old.txt", b"old", expires_on="2020-01-01")
    assert "! expired old.txt valid until 1 Jan 2020" in browser.page.text
    await browser.get(item)
    await browser.submit(f"{item}/removal")
    assert "! removed" in browser.page.text
    assert "Remove the file" not in browser.page.text


async def test_trying_a_change_writes_nothing_and_the_address_holds_it(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    await packs.compute("PACK-1")
    path = f"/parts/{await packs.part_id('PACK-1')}/what-if"
    before = await packs.get("/facts", params={"limit": 200})
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(path)
    assert browser.page.flaws == []
    assert "As it is now 18.3 kg CO₂e/kg" in browser.page.text
    assert "housing PACK-1 10.9 % 0.2 kg new amount" in browser.page.text
    await browser.get(f"{path}?sort=amount&part=PACK-1&line=1&amount=1")
    assert browser.page.flaws == []
    assert "With the changes 18.1 kg CO₂e/kg -0.200 (-1.09 %)" in browser.page.text
    held = parse_qs(urlsplit(str(browser.response.url)).query)
    assert held == {"c": ['["amount","PACK-1","1","1"]']}
    await browser.get(f"{path}?c=%5B%22amount%22%2C%22PACK-1%22%2C%221%22%2C%221%22%5D&sort=secondary&part=CELL-B&factor=AL")
    assert "With the changes 10.1 kg CO₂e/kg" in browser.page.text
    for wrong in ("sort=amount&part=PACK-1&line=1&amount=much", "sort=electricity&factor=NONE", "c=%5B%22nothing%22%5D", "c=nonsense", "c=[[[["):
        answer = await browser.get(f"{path}?{wrong}")
        assert answer.status_code in (200, 422), wrong
        assert "With the changes" not in browser.page.text, wrong
    assert await packs.get("/facts", params={"limit": 200}) == before
