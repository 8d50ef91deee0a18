"""A request is answered, declined or taken back entirely through the forms; the buyer reads what was released and nothing else."""

import asyncio
import re
from collections.abc import Callable

from tests import chain_world
from tests.web.browser import Browser
from tests.web.chain import cell_maker, due, pack_maker
from tests.world import PASSWORD, World

Browse = Callable[..., Browser]


async def test_a_supplier_answers_through_the_forms_and_the_buyer_reads(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B", message="For fiscal year 2025, please.", **due(9))
    path = f"/requests/{request['request_id']}"

    supplier = browse()
    await supplier.log_in(cells.email)
    await supplier.get(path)
    assert "Request from Hikari Packs" in supplier.page.text
    assert "For fiscal year 2025, please." in supplier.page.text
    assert supplier.page.form(f"{path}/link").fields["part_id"] == await cells.part_id("CELL-1"), "the number that is asked about is proposed"
    assert not any(form.action in (f"{path}/answer", f"{path}/footprint") for form in supplier.page.forms)
    await supplier.submit(f"{path}/link")
    assert "In work" in supplier.page.text
    await supplier.submit(f"{path}/footprint", start="2025-04-01", end="2026-03-31")
    seen = supplier.page.text.split("Exactly what Hikari Packs would see")[1].split("Release to")[0]
    assert "14 kg CO₂e/kg" in seen
    shown, _, told = supplier.response.text.partition('aria-labelledby="told"')
    assert "secret nickel" not in shown.partition('aria-labelledby="preview"')[2], "the buyer sees no line"
    assert "could tell secret nickel (CELL-1)" in told, "and the supplier sees what could be inferred"
    released = await supplier.submit(f"{path}/answer")
    assert released.status_code == 200
    assert "✓ Answered" in supplier.page.text
    fact = re.search(r'Recorded\. <a href="/receipts/([0-9a-f-]{36})"', supplier.response.text)
    assert fact, "what a form recorded has its receipt beside the next page"
    await supplier.get(f"/receipts/{fact[1]}")
    assert "Hash of the leaf" in supplier.page.text
    assert "Recorded." not in supplier.page.text, "told once"
    await supplier.get(path)
    assert "The buyer has the newest of your figures" in supplier.page.text

    buyer = browse()
    await buyer.log_in(packs.email)
    await buyer.get(path)
    text = buyer.page.text
    assert "Answer of Kamo Cells" in text
    for stated in ("14 kg CO₂e/kg", "Prismatic cell (CELL-1)", "28.6 %", "1 Apr 2025 – 31 Mar 2026", "31 Mar 2029"):
        assert stated in text
        assert stated in supplier.page.text, "the supplier saw it before"
    assert "sha256:" in text
    answer = await packs.get(f"{path}/answer")
    assert answer["digest"] in text
    assert answer["signature"]["jws"] in text
    for hidden in ("secret nickel", "electricity", "ELEC", await cells.part_id("CELL-1")):
        assert hidden not in buyer.response.text


async def test_a_form_sent_twice_acts_once(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    path = f"/requests/{request['request_id']}"
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get(path)
    await browser.submit(f"{path}/link")
    await browser.submit(f"{path}/footprint", start="2025-04-01", end="2026-03-31")
    fields = browser.page.form(f"{path}/answer").fields
    answers = await asyncio.gather(*(browser.send(f"{path}/answer", fields) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert (await packs.get(f"{path}/answer"))["superseded"] == 0

    second = await packs.ask("CELL-B", **due(30))
    path = f"/requests/{second['request_id']}"
    await browser.get(path)
    fields = browser.page.form(f"{path}/rejection").fields | {"reason": "Answered before"}
    for _ in range(2):
        assert (await browser.send(f"{path}/rejection", fields)).status_code == 303
    refused = await browser.send(f"{path}/rejection", fields | {"reason": "Another reason"})
    assert refused.status_code == 409
    assert "The request has moved on meanwhile" in refused.text


async def test_a_clerk_prepares_and_an_approver_releases(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    path = f"/requests/{request['request_id']}"
    clerk = {"email": f"clerk@{cells.number}.test", "display_name": "Mei Clerk", "password": PASSWORD, "roles": ["clerk"]}
    await cells.post("/people", clerk)
    browser = browse()
    await browser.log_in(clerk["email"])
    assert "Mei Clerk" in browser.page.text
    await browser.get(path)
    await browser.submit(f"{path}/link")
    await browser.submit(f"{path}/footprint", start="2025-04-01", end="2026-03-31")
    assert "An approver of your company releases it" in browser.page.text
    footprints = await cells.get(f"/parts/{await cells.part_id('CELL-1')}/footprints")
    once = browser.page.form(f"{path}/link").fields["once"]
    refused = await browser.send(f"{path}/answer", {"footprint_id": footprints["items"][0]["footprint_id"], "once": once})
    assert refused.status_code == 403
    assert "Your role does not allow this" in refused.text
    assert (await packs.call("GET", f"{path}/answer")).status_code == 404


async def test_a_supplier_declines_with_a_reason(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    path = f"/requests/{request['request_id']}"
    supplier, buyer = browse(), browse()
    await supplier.log_in(cells.email)
    await supplier.get(path)
    empty = await supplier.submit(f"{path}/rejection", reason="  ")
    assert empty.status_code == 422
    assert "Please state the reason" in supplier.page.text
    assert path in supplier.page.links
    await supplier.get(path)
    await supplier.submit(f"{path}/rejection", reason="We do not make it any more.")
    assert "! Rejected" in supplier.page.text
    await buyer.log_in(packs.email)
    await buyer.get(path)
    assert "We do not make it any more." in buyer.page.text


async def test_a_buyer_takes_a_request_back(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    path = f"/requests/{request['request_id']}"
    buyer, supplier = browse(), browse()
    await buyer.log_in(packs.email)
    await buyer.get(path)
    assert "Kamo Cells has not answered yet" in buyer.page.text
    await buyer.submit(f"{path}/cancellation", reason="Asked the wrong plant.")
    assert "Cancelled: Asked the wrong plant." in buyer.page.text
    await supplier.log_in(cells.email)
    assert "Nothing waits for you" in supplier.page.text
    await supplier.get(path)
    assert [form.action for form in supplier.page.forms] == ["/logout", "/search"]


async def test_a_withdrawn_answer_is_gone_for_the_buyer(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await cells.answer(request["request_id"], "CELL-1")
    buyer = browse()
    await buyer.log_in(packs.email)
    await buyer.get(f"/requests/{request['request_id']}")
    assert "14 kg CO₂e/kg" in buyer.page.text
    grants = await cells.get("/grants")
    await cells.delete(f"/grants/{grants['items'][0]['grant_id']}")
    await buyer.get(f"/requests/{request['request_id']}")
    assert "The supplier has withdrawn the answer" in buyer.page.text
    assert "14 kg" not in buyer.page.text


async def test_a_request_for_due_diligence_is_not_answered_with_a_footprint(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request_id = await chain_world.asked(packs, "CELL-B")
    for member in (packs, cells):
        browser = browse()
        await browser.log_in(member.email)
        page = await browser.get(f"/requests/{request_id}")
        assert page.status_code == 200
        assert "Human rights and environment" in browser.page.text
        actions = {form.action.rpartition("/")[2] for form in browser.page.forms}
        assert actions >= ({"cancellation"} if member is packs else {"link", "rejection"})
        assert not actions & {"answer", "footprint", "approval"}


async def test_what_is_foreign_looks_like_what_is_absent(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    stranger = await cell_maker(world, "Nagara Cells")
    request = await packs.ask("CELL-B")
    computed = await cells.compute("CELL-1")
    browser = browse()
    await browser.log_in(stranger.email)
    await browser.get(f"/parts/{await stranger.part_id('CELL-1')}")
    once = browser.page.form(f"/parts/{await stranger.part_id('CELL-1')}/footprints").fields["once"]
    nowhere = "6f1e2d3c-0000-4000-8000-000000000000"
    for foreign, absent in (
        (f"/requests/{request['request_id']}", f"/requests/{nowhere}"),
        (f"/parts/{await cells.part_id('CELL-1')}", f"/parts/{nowhere}"),
        (f"/parts/{await packs.part_id('CELL-B')}", "/parts/not-an-identifier"),
    ):
        pages = [await browser.get(path) for path in (foreign, absent)]
        assert [page.status_code for page in pages] == [404, 404]
        bare = [page.text.replace(path, "…") for page, path in zip(pages, (foreign, absent), strict=True)]
        assert bare[0] == bare[1]
    for identifier in (request["request_id"], nowhere):
        for deed, fields in (
            ("link", {"part_id": await stranger.part_id("CELL-1")}),
            ("footprint", {"start": "2025-04-01", "end": "2026-03-31"}),
            ("answer", {"footprint_id": computed["footprint_id"]}),
            ("rejection", {"reason": "no"}),
            ("cancellation", {"reason": "no"}),
        ):
            answer = await browser.send(f"/requests/{identifier}/{deed}", {**fields, "once": once})
            assert answer.status_code == 404
            assert "There is nothing here that you can see" in answer.text
    assert (await packs.get(f"/requests/{request['request_id']}"))["state"] == "asked"


async def test_the_wrong_side_cannot_act(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    path = f"/requests/{request['request_id']}"
    buyer = browse()
    await buyer.log_in(packs.email)
    await buyer.get(path)
    once = buyer.page.form(f"{path}/cancellation").fields["once"]
    answer = await buyer.send(f"{path}/link", {"part_id": await packs.part_id("PACK-1"), "once": once})
    assert answer.status_code == 409
    answer = await buyer.send(f"{path}/cancellation", {"reason": "no once"})
    assert answer.status_code == 422


async def test_what_one_prepares_another_approves(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    await cells.put("/release-policy", {"margin": "0.1", "action": "warn", "second_person": True})
    boss = {"email": f"boss@{cells.number}.test", "display_name": "Ren Boss", "password": PASSWORD, "roles": ["approver"]}
    await cells.post("/people", boss)
    path = f"/requests/{(await packs.ask('CELL-B'))['request_id']}"
    first, second = browse(), browse("ja")
    await first.log_in(cells.email)
    await first.get(path)
    await first.submit(f"{path}/link")
    await first.submit(f"{path}/footprint", start="2025-04-01", end="2026-03-31")
    assert not any(form.action == f"{path}/answer" for form in first.page.forms), "nobody releases alone"
    fields = first.page.form(f"{path}/approval").fields
    alone = await first.send(f"{path}/answer", {"footprint_id": fields["footprint_id"], "once": fields["once"]})
    assert alone.status_code == 409
    assert "A second person has to approve it" in alone.text
    await first.submit(f"{path}/approval", note="Please look at the power.")
    assert "Send this address" in first.page.text
    assert not any(form.action.endswith("/approval/release") for form in first.page.forms)
    own = await first.send(f"{path}/approval/release", {"approval_id": (await cells.get("/approvals"))["items"][0]["approval_id"], "once": "x" * 20})
    assert "You prepared this yourself" in own.text

    await second.log_in(boss["email"])
    await second.get(path)
    assert "Please look at the power." in second.page.text
    assert "承認して Hikari Packs に開示する" in second.page.text
    await second.submit(f"{path}/approval/return", reason="Which meter?")
    await first.get(path)
    assert "Ren Boss has given it back: Which meter?" in first.page.text
    await first.submit(f"{path}/approval", note="Meter C-1.")
    await second.get(path)
    await second.submit(f"{path}/approval/release")
    assert (await packs.get(f"{path}/answer"))["release"]["total"]
    assert [item["state"] for item in (await cells.get("/approvals"))["items"]] == ["approved", "returned"]


async def test_the_same_answer_goes_to_others_after_a_preview(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    others = await pack_maker(world, cells)
    path = f"/requests/{(await packs.ask('CELL-B'))['request_id']}"
    waiting = (await others.ask("CELL-B"))["request_id"]
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get(path)
    await browser.submit(f"{path}/link")
    await browser.submit(f"{path}/footprint", start="2025-04-01", end="2026-03-31")
    await browser.submit(f"{path}/answer")
    assert f"{path}/others" in browser.page.links
    await browser.get(f"{path}/others")
    assert "Exactly what each of them would see" in browser.page.text
    assert browser.page.form(f"{path}/others").fields["request"] == waiting
    await browser.submit(f"{path}/others")
    assert (await others.get(f"/requests/{waiting}/answer"))["release"]["release_id"] == (await packs.get(f"{path}/answer"))["release"]["release_id"]
    await browser.get(path)
    assert f"{path}/others" not in browser.page.links


async def test_a_part_is_created_where_it_is_asked_about(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    path = f"/requests/{(await packs.ask('CELL-B'))['request_id']}"
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get(path)
    taken = await browser.send(f"{path}/part", browser.page.form(f"{path}/part").fields)
    assert taken.status_code == 409, "the number that is asked about is a part's already"
    await browser.submit(f"{path}/part", part_number="CELL-NEW", name="New cell")
    assert "In work" in browser.page.text
    part = (await cells.get("/parts", params={"part_number": "CELL-NEW"}))["items"][0]
    assert (part["declared_unit"], part["sourcing"]) == ("kg", "made")
