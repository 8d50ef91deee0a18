"""Logging in and out, and where a log-in leads."""

from collections.abc import Callable
from dataclasses import replace

import httpx
from tests.web.browser import SITE, Browser, Page
from tests.web.chain import cell_maker, pack_maker
from tests.world import PASSWORD, World

from ashiato import app as composition
from ashiato.gateways.rest import Tools

Browse = Callable[..., Browser]


async def test_a_person_logs_in_and_out(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    assert browser.response.status_code == 200
    assert "Kamo Cells" in browser.page.text
    assert "Kamo Cells admin" in browser.page.text
    secret = browser.client.cookies["ashiato_session"]

    await browser.submit("/logout")
    assert browser.address == "/login"
    assert "ashiato_session" not in browser.client.cookies
    browser.client.cookies.set("ashiato_session", secret)
    await browser.get("/")
    assert browser.address == "/login", "the session ended on the server too"
    assert (await world.client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})).status_code == 401


async def test_the_session_is_the_one_of_the_rest_interface(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    browser.client.cookies.set("ashiato_session", cells.token)
    assert (await browser.get("/")).status_code == 200
    assert browser.address == "/"


async def test_the_sessions_cookie_is_kept_from_scripts_and_other_sites(world: World, tools: Tools, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.get("/login")
    answer = await browser.send("/login", {"email": cells.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie, "the tests' site is plain http"

    encrypted = replace(tools, settings=tools.settings.model_copy(update={"public_url": "https://ashiato.example"}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(encrypted)), base_url=SITE) as client:
        answer = await client.post("/login", data={"email": cells.email, "password": PASSWORD}, headers={"Origin": "https://ashiato.example"})
    assert "secure" in answer.headers["set-cookie"].casefold()


async def test_wrong_credentials_get_one_answer_and_keep_the_address(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    pages = []
    for email, password in ((cells.email, "wrong password"), ("nobody@example.test", PASSWORD)):
        browser = browse()
        answer = await browser.log_in(email, password)
        assert answer.status_code == 401
        assert browser.page.form("/login").fields["email"] == email
        assert browser.page.form("/login").fields["password"] == ""
        assert "ashiato_session" not in browser.client.cookies
        pages.append(answer.text.replace(email, "…"))
    assert pages[0] == pages[1]


async def test_a_company_that_is_not_admitted_cannot_log_in(world: World, browse: Browse) -> None:
    applicant = await world.apply("Nagara Recycling")
    browser = browse()
    assert (await browser.log_in(applicant.email)).status_code == 401
    await world.move(applicant, "verified")
    assert (await browser.log_in(applicant.email)).status_code == 401
    await world.move(applicant, "admitted")
    assert (await browser.log_in(applicant.email)).status_code == 200
    await world.move(applicant, "suspended")
    await browser.get("/")
    assert browser.address == "/login"


async def test_who_is_not_logged_in_is_led_to_the_form_and_back(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    for path in ("/", "/?page=2", "/parts/0b5a7c0e-5a3b-4d55-8a0e-0c5b8d6f1a2b", "/requests/0b5a7c0e-5a3b-4d55-8a0e-0c5b8d6f1a2b"):
        browser = browse()
        answer = await browser.client.get(path)
        assert answer.status_code == 303
        await browser.get(path)
        assert browser.address == "/login"
        await browser.submit("/login", email=cells.email, password=PASSWORD)
        assert browser.response.url == f"{SITE}{path}"


ELSEWHERE = [
    "//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/ /evil.example", "javascript:alert(1)",
    "http:/evil.example", "evil.example", "", "/\n//evil.example", "///evil.example", "/\u3000evil", "/login?next=/", "/logout", "%2F%2Fevil.example",
]  # fmt: skip


async def test_nobody_is_led_to_another_site(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    for there in ELSEWHERE:
        await browser.get("/login", params={"next": there})
        assert browser.page.form("/login").fields["next"] == "/", there
    for there in ELSEWHERE[:5]:
        answer = await browser.send("/login", {"email": cells.email, "password": PASSWORD, "next": there})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/", there


ELSEWHERES_HEADERS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


async def test_forms_of_other_sites_are_refused(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    for said in ELSEWHERES_HEADERS:
        for action, fields in (("/login", {"email": cells.email, "password": PASSWORD}), ("/logout", {})):
            answer = await browser.send(action, fields, **said)
            assert answer.status_code == 403, said
            assert "another site" in answer.text
    await browser.get("/")
    assert browser.address == "/", "the session is still open"


async def test_a_form_that_is_sent_after_the_session_ended_leads_back_to_its_page(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    path = f"/parts/{await cells.part_id('CELL-1')}"
    await browser.get(path)
    browser.client.cookies.clear()
    action = f"{path}/footprints"
    fields = browser.page.form(action).fields
    kept = Page((await browser.send(action, fields)).text).form("/login").fields
    assert kept["next"] == path
    elsewhere = Page((await browser.send(action, fields, Referer=f"https://evil.example{path}")).text).form("/login").fields
    assert elsewhere["next"] in ("", "/")


async def test_a_form_that_meets_an_ended_session_is_sent_after_logging_in(world: World, browse: Callable[..., Browser]) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    path = f"/requests/{(await packs.ask('CELL-B'))['request_id']}"
    browser = browse("ja")
    await browser.log_in(cells.email)
    await browser.get(path)
    fields = browser.page.form(f"{path}/rejection").fields | {"reason": "理由は <こちら> です"}
    browser.client.cookies.delete("ashiato_session")
    met = await browser.send(f"{path}/rejection", fields)
    assert met.status_code == 200
    assert "入力内容は保持しています" in met.text
    form = Page(met.text).form("/login")
    wrong = await browser.send("/login", form.fields | {"email": cells.email, "password": "not this one at all"})
    assert Page(wrong.text).form("/login").fields["kept"] == form.fields["kept"], "also through a mistyped password"
    again = await browser.send("/login", form.fields | {"email": cells.email, "password": PASSWORD})
    assert (await packs.get(path))["state"] == "asked", "nothing is sent without a click"
    kept = Page(again.text).form(f"{path}/rejection").fields
    assert kept["reason"] == "理由は <こちら> です"
    assert (await browser.send(f"{path}/rejection", kept)).status_code == 303
    assert (await packs.get(path))["reply"] == "理由は <こちら> です"


async def test_what_is_kept_leads_nowhere_else(world: World, browse: Callable[..., Browser]) -> None:
    cells = await cell_maker(world)
    browser = browse()
    for spelled in ('["https://evil.example/x", []]', '["//evil.example", []]', '["/logout", []]', "{}", "[[[[", '["/x", [["a"]]]'):
        answer = await browser.send("/login", {"email": cells.email, "password": PASSWORD, "next": "/", "kept": spelled})
        assert answer.status_code == 303, spelled


async def test_a_person_reads_times_where_they_are(world: World, browse: Browse) -> None:
    cells = await world.company("Zone Cells")
    browser = browse("ja")
    await browser.log_in(cells.email)
    await browser.get("/account")
    assert "JST" in browser.page.text, "a company in Japan"
    await browser.submit("/account/time-zone", zone="Europe/Berlin")
    assert "JST" not in browser.page.text
    assert "CE" in browser.page.text
    refused = await browser.send("/account/time-zone", browser.page.form("/account/time-zone").fields | {"zone": "Mars/Olympus"})
    assert refused.status_code == 422
    other = browse("en")
    await other.log_in((await world.company("Other Zone")).email)
    await other.get("/account")
    assert "JST" in other.page.text, "for oneself alone"
