"""What every answer carries, what failures look like, and whether the process can work."""

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
from tests.web.browser import Browser, Page
from tests.web.chain import cell_maker, declared, due, pack_maker
from tests.world import World

from ashiato import app as composition
from ashiato.gateways.rest import Tools
from ashiato.plumbing.db import pool
from ashiato.plumbing.unit_of_work import Works
from ashiato.web import static

Browse = Callable[..., Browser]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def check_headers(answer: httpx.Response) -> None:
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_every_page_is_sound_and_carries_its_headers_in_both_languages(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, standing="estimate")
    packs = await pack_maker(world, cells)
    await world.apply("Somebody who waits")
    late, other = await packs.ask("CELL-B", **due(-3)), await pack_maker(world, cells, "Mino Packs")
    rejected = await other.ask("CELL-B")
    await cells.post(f"/requests/{rejected['request_id']}/rejection", {"reason": "no"})
    declaration_id = await declared(packs)
    await cells.compute("CELL-1")
    for language in ("en", "ja"):
        visitor, supplier, buyer, operator = (browse(language) for _ in range(4))
        for browser, member in ((supplier, cells), (buyer, packs), (operator, world.operator)):
            await browser.log_in(member.email)
        asked = f"/requests/{late['request_id']}"
        for browser, path, private in (
            (visitor, "/login", True),
            (visitor, f"/declarations/{declaration_id}", False),
            (visitor, "/nothing/here", True),
            (supplier, "/", True),
            (supplier, asked, True),
            (supplier, f"/parts/{await cells.part_id('CELL-1')}", True),
            (supplier, "/parts/6f1e2d3c-0000-4000-8000-000000000000", True),
            (buyer, "/", True),
            (buyer, asked, True),
            (buyer, f"/parts/{await packs.part_id('PACK-1')}", True),
            (buyer, f"/parts/{await packs.part_id('CELL-B')}", True),
            (buyer, f"/parts/{await packs.part_id('PACK-1')}?band=true", True),
            (buyer, f"/parts/{await packs.part_id('PACK-1')}/structure?find=cell", True),
            (buyer, f"/parts/{await packs.part_id('PACK-1')}/ask?part={await packs.part_id('CELL-B')}", True),
            (operator, "/", True),
            (operator, "/?state=admitted", True),
        ):
            answer = await browser.get(path)
            check_headers(answer)
            assert browser.page.flaws == [], path
            assert browser.page.language == language
            assert (answer.headers["cache-control"] == "private, no-store") == private
            assert "<h1>" in answer.text
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
        await cells.answer(late["request_id"], "CELL-1") if language == "en" else None


async def test_redirects_files_and_probes_carry_the_headers_too(browse: Browse) -> None:
    client = browse().client
    for path in ("/", static.address("ashiato.css"), static.address("mark.svg"), "/livez", "/readyz"):
        check_headers(await client.get(path))
    style = await client.get(static.address("ashiato.css"))
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    assert (await client.get(static.address("htmx.min.js"))).headers["content-type"] == "text/javascript; charset=utf-8"
    plain = await client.get(static.address("ashiato.css"), headers={"Accept-Encoding": "identity"})
    assert plain.content == style.content
    assert style.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    for font in re.findall(r'url\("([^"]+)"\)', (await client.get(static.address("fonts.css"))).text):
        found = await client.get(f"/static/{font}")
        assert found.headers["content-type"] == "font/woff2"
        assert found.content.startswith(b"wOF2")
    for path in ("/static/nothing.css", "/static/..%2fwords/shell.json", "/static/../words/shell.json"):
        assert (await client.get(path)).status_code == 404


async def test_failures_are_pages_for_those_who_read_pages_and_problems_for_programs(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    path = "/parts/6f1e2d3c-0000-4000-8000-000000000000"
    assert (await browser.client.get(path)).headers["content-type"].startswith("text/html")
    assert (await browser.client.get(path, headers={"Accept": "application/json"})).headers["content-type"] == "application/problem+json"
    for path in ("/api/v1/parts/x", "/oauth/nothing", "/.well-known/nothing"):
        answer = await browser.client.get(path)
        assert answer.headers["content-type"] == "application/problem+json", path
    assert (await browser.client.get("/nothing", headers={"Accept": "*/*"})).headers["content-type"] == "application/problem+json"
    wrong = await browser.client.put("/login")
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["allow"] or "GET" in wrong.headers["allow"]
    assert "This address does not work that way" in wrong.text


async def test_forms_that_are_too_large_or_malformed_are_refused(browse: Browse) -> None:
    browser = browse()
    assert (await browser.send("/logout", {"email": "x" * 100_000})).status_code == 413
    assert (await browser.send("/login", {"email": "a@b.example", "password": "x" * 2**20})).status_code == 413, "more than a form that is kept"
    assert (await browser.send("/login", {"email": "a@b.example", "password": "x" * 1000})).status_code == 422
    assert (await browser.send("/login", {"email": "a@b.example"})).status_code == 422
    answer = await browser.send("/login", {"email": "a\x00@b.example", "password": "x"})
    assert answer.status_code == 422
    assert Page(answer.text).flaws == []


async def test_what_nobody_foresaw_is_a_page_that_tells_nothing(tools: Tools) -> None:
    app = composition.build(tools)

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("the secret of the house")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.get("/boom", headers={"Accept": "text/html", "Accept-Language": "ja"})
        assert answer.status_code == 500
        assert "システム側で問題が起きました" in answer.text
        assert "secret" not in answer.text
        check_headers(answer)
        assert (await client.get("/boom")).json()["code"] == "internal"


async def test_the_probes_tell_whether_the_process_lives_and_whether_it_can_work(tools: Tools, browse: Browse) -> None:
    client = browse().client
    for path in ("/livez", "/readyz"):
        assert (await client.get(path)).text == "ok"
        assert (await client.head(path)).status_code == 200
    nowhere = replace(tools, works=Works(pool("postgresql://127.0.0.1:1/nowhere", 1), tools.works.clock, tools.works.ids))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(nowhere)), base_url="http://testserver") as stranded:
        assert (await stranded.get("/livez")).status_code == 200
        assert (await stranded.get("/readyz")).status_code == 503


async def test_no_address_holds_a_secret(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    browser = browse()
    await browser.log_in(cells.email)
    secret = browser.client.cookies["ashiato_session"]
    for path in ("/", f"/requests/{request['request_id']}", f"/parts/{await cells.part_id('CELL-1')}"):
        answer = await browser.get(path)
        assert secret not in answer.text
        assert all(link.startswith(("/", "#")) for link in browser.page.links)
