"""Declaring from the pages: what is missing leads to where it is mended, the preview is what is published, then it is signed."""

from collections.abc import Callable

from tests.web.browser import Browser
from tests.web.chain import cell_maker, pack_maker
from tests.world import World

Browse = Callable[..., Browser]


async def test_what_is_missing_comes_first_and_leads_to_where_it_is_mended(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, standing="estimate")
    cell = f"/parts/{await cells.part_id('CELL-1')}"
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get(f"{cell}/declaration")
    assert "! needed State the part as a battery model" in browser.page.text
    assert f"{cell}/declaration" not in {form.action for form in browser.page.forms}, "nothing to sign"
    packs = await pack_maker(world, cells)
    path = f"/parts/{await packs.part_id('PACK-1')}"
    buyer = browse()
    await buyer.log_in(packs.email)
    await buyer.get(f"{path}/declaration")
    assert "! needed Compute the footprint" in buyer.page.text
    assert f"{path}#compute" in buyer.page.links


async def test_what_was_previewed_is_what_everybody_reads(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    await packs.compute("PACK-1")
    path = f"/parts/{await packs.part_id('PACK-1')}"
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(path)
    assert f"{path}/declaration" in browser.page.links
    await browser.get(f"{path}/declaration?conformity=DoC-7&study=https://example.com/study")
    assert browser.page.flaws == []
    assert "Nothing: this figure can be declared." in browser.page.text
    assert "not stated Manufacturing plant of the part" in browser.page.text
    foreseen = browser.page.text.partition("Exactly what everybody will see")[2].partition("Sign and publish")[0]
    assert "DoC-7" in foreseen
    sign = next(form for form in browser.page.forms if form.method == "post" and form.action == f"{path}/declaration")
    answer = await browser.send(f"{path}/declaration", sign.fields)
    assert answer.status_code == 303
    await browser.get(f"{path}/declaration")
    assert "✓ newest" in browser.page.text
    (public,) = {link for link in browser.page.links if link.startswith("/declarations/") and "." not in link}
    for language in ("en", "ja"):
        paper = await browser.get(f"{public}.pdf?lang={language}")
        assert paper.content.startswith(b"%PDF")
    visitor = browse()
    page = await visitor.get(public)
    assert page.status_code == 200
    assert " ".join(foreseen.split()).replace("✓ Signed ", "")[-400:-60] in visitor.page.text, "the preview tells no more and no less"
    assert "<script" not in page.text
    assert len(page.content) < 20_000


async def test_only_who_may_declare_is_offered_to_sign(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    computed = await packs.compute("PACK-1")
    email = f"clerk-{packs.company_id[:8]}@w.test"
    await packs.post("/people", {"email": email, "display_name": "Clerk", "password": "correct horse battery staple", "roles": ["clerk"]})
    path = f"/parts/{await packs.part_id('PACK-1')}/declaration"
    browser = browse()
    await browser.log_in(email)
    await browser.get(path)
    assert "An approver of your company signs it." in browser.page.text
    answer = await browser.send(path, {"once": "0123456789abcdef0123", "footprint_id": computed["footprint_id"]})
    assert answer.status_code == 403
