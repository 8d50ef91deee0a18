"""The public page of a declaration, its file and its paper."""

import io
import json
from collections.abc import Callable

import pypdfium2
from tests.web.browser import Browser
from tests.web.chain import declared, pack_maker
from tests.world import World

from ashiato.domain import footprint
from ashiato.kernel.digest import parse
from ashiato.web import static

Browse = Callable[..., Browser]
LARGEST_PAGE = 20_000  # bytes, style sheet included


async def test_anybody_reads_a_declaration(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration_id = await declared(packs)
    browser = browse()
    answer = await browser.get(f"/declarations/{declaration_id}")
    assert answer.status_code == 200
    text = browser.page.text
    file = (await packs.get(f"/declarations/{declaration_id}"))["file"]
    for stated in (
        "Traction battery", "Hikari Packs", packs.number, "0.122 kg CO₂e per kWh", "Main product production 0.01533 12.6 %", "JRC-CFB-EV-2023-06",
        "draft of the Joint Research Centre", "global warming potentials", "Manufacturing plant not stated", "Data quality (1 best, 5 worst) 2",
        "No supplier was asked", file["declaration"]["package_digest"], "ashiato declaration verify", "87.4 % of the emissions",
    ):  # fmt: skip
        assert stated in text, stated
    for hidden in ("CELL-B", "CELL-AVG", "housing", "electricity, "):
        assert hidden not in text
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=300"
    style = await browser.client.get(static.address("ashiato.css"))
    assert len(answer.content) + len(style.content) < LARGEST_PAGE


async def test_the_public_file_verifies_and_holds_no_inputs(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration_id = await declared(packs)
    browser = browse()
    answer = await browser.client.get(f"/declarations/{declaration_id}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="declaration-{declaration_id}.json"'
    assert "package" not in answer.json()
    assert footprint.declaration.verify(parse(answer.content)) == []
    await browser.get(f"/declarations/{declaration_id}")
    assert footprint.methods.method("JRC-CFB-EV-2023-06").title in browser.page.text
    assert json.dumps(answer.json()["signature"]["key"]["x"]) not in browser.response.text, "the key is named, not shown"


async def test_the_paper_comes_in_both_languages(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration_id = await declared(packs)
    for asked, accepted, words in (
        ("?lang=en", "ja", "By life-cycle stage"),
        ("?lang=ja", "en", "ライフサイクル段階別"),
        ("", "ja", "ライフサイクル段階別"),
    ):
        answer = await browse(accepted).client.get(f"/declarations/{declaration_id}.pdf{asked}")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("inline;")
        document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
        assert words in document[0].get_textpage().get_text_bounded()
        document.close()


async def test_the_page_speaks_both_languages_without_a_cookie(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration_id = await declared(packs)
    browser = browse("en")
    answer = await browser.get(f"/declarations/{declaration_id}?lang=ja")
    assert browser.page.language == "ja"
    assert "電池カーボンフットプリント宣言" in browser.page.text
    assert "set-cookie" not in answer.headers
    assert f"/declarations/{declaration_id}?lang=en" in browser.page.links
    assert f"/declarations/{declaration_id}.pdf?lang=ja" in browser.page.links


async def test_what_is_not_published_is_not_there(browse: Browse) -> None:
    for path in (
        "6f1e2d3c-0000-4000-8000-000000000000",
        "6f1e2d3c-0000-4000-8000-000000000000.json",
        "6f1e2d3c-0000-4000-8000-000000000000.pdf",
        "x",
    ):
        answer = await browse().get(f"/declarations/{path}")
        assert answer.status_code == 404
        assert "There is nothing here that you can see" in answer.text


async def test_a_study_is_linked_only_over_http(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration_id = await declared(packs, study_url="https://example.org/study", conformity_declaration_id="DoC-7")
    browser = browse()
    await browser.get(f"/declarations/{declaration_id}")
    assert "https://example.org/study" in browser.page.links
    assert "DoC-7" in browser.page.text
