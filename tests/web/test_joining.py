"""From the application to the first log-in, as somebody new does it with pages alone; and the operator's side of it."""

import email
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.attacks.rich import totp
from tests.web.browser import Browser
from tests.web.chain import cell_maker, pack_maker
from tests.world import CHECKS, TERMS, World, fresh_corporate_number

Browse = Callable[..., Browser]
PASSWORD = "a sentence that nobody guesses"


def letter_to(home: Path, address: str) -> str:
    """The text of the newest letter to somebody."""
    found = [email.message_from_bytes(path.read_bytes()) for path in sorted((home / "mail").iterdir(), key=lambda path: path.stat().st_mtime)]
    return next(one.get_payload(decode=True).decode() for one in reversed(found) if one["To"] == address)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_supplier_applies_follows_joins_and_is_asked(world: World, browse: Browse, language: str) -> None:
    """A supplier abroad, known by its LEI, without a corporate number: it ends with a request that its customer put to that LEI."""
    person = browse(language)
    address = f"{uuid4().hex}@anoden.example"
    lei = fresh_lei()
    await person.get("/login")
    assert "/apply" in person.page.links
    await person.get("/apply")
    written = {
        "name": "Anoden GmbH",
        "country": "DE",
        "number": lei[:-1] + ("0" if lei[-1] != "0" else "1"),
        "admin_name": "Ada Voss",
        "admin_email": address,
    }
    wrong = await person.submit("/apply", **written, accepted="")
    assert wrong.status_code == 422
    assert person.page.form("/apply").fields["name"] == "Anoden GmbH", "nothing typed is lost"
    await person.submit("/apply", **written | {"number": lei}, accepted="")
    assert person.address.startswith("/applications/")
    here = person.address
    assert {"en": "Next: the applicant", "ja": "申請者の対応"}[language] in person.page.text
    await person.submit(f"{here}/terms")
    assert person.address == here
    await person.submit(f"{here}/domains", domain="anoden.example")
    assert "_ashiato-challenge.anoden.example" in person.page.text

    await admitted(world, browse(), lei, address)
    await person.get(here)
    assert "welcome" in person.page.text

    link = re.search(r"/invitations/\S+", letter_to(world.tools.settings.home, address))[0]
    await person.get(link)
    assert "Anoden GmbH" in person.page.text
    short = await person.submit(link, password="short")
    assert short.status_code == 422
    await person.submit(link, password=PASSWORD)
    assert person.address == "/"
    assert "Anoden GmbH" in person.page.text
    assert (await person.get(link)).status_code == 404, "once"
    await person.get("/operator-deeds")
    assert "called back at the number of the register" in person.page.text
    assert "Operator" in person.page.text, "named"

    buyer = await world.company("Hikari Packs")
    await buyer.import_tables(
        parts=[["Part number", "Part name", "Declared unit", "Supplier number", "Supplier part number"], ["ANODE", "Anode", "kg", lei, "A-1"]]
    )
    asked = await buyer.ask("ANODE")
    await person.get(f"/requests/{asked['request_id']}")
    assert person.response.status_code == 200
    assert "Hikari Packs" in person.page.text


async def admitted(world: World, operator: Browser, lei: str, address: str) -> None:
    """The operator reads what was stated, is refused as long as something is missing, ticks, verifies and admits."""
    await operator.log_in(world.operator.email)
    company_id = next(each["company_id"] for each in await world.operator.every("/companies", state="applied") if each["lei"] == lei)
    case = f"/companies/{company_id}"
    await operator.get(case)
    assert lei in operator.page.text
    assert address in operator.page.text
    refused = await operator.send(f"{case}/state", {"state": "verified", "reason": "seen", "once": uuid4().hex})
    assert refused.status_code == 409, "something is missing"
    for item in CHECKS:
        await operator.get(case)
        await operator.send(f"{case}/state", {"state": "verified", "reason": f"looked at {item}", "once": uuid4().hex, "checks": item})
    await world.operator.post(f"{case}/checks", {"items": CHECKS, "reason": "called back at the number of the register"})
    await operator.get(case)
    await operator.submit(f"{case}/state", state="verified", reason="all is there")
    await operator.get(case)
    await operator.submit(f"{case}/state", state="admitted", reason="welcome")


def fresh_lei() -> str:
    """An LEI that no other test uses (ISO 7064 MOD 97-10)."""
    stem = uuid4().hex[:18].upper()
    value = int("".join(str(int(letter, 36)) for letter in stem + "00"))
    return f"{stem}{98 - value % 97:02}"


async def test_a_wrong_link_and_a_used_one_look_alike(browse: Browse) -> None:
    browser = browse()
    for path in ("/applications/x", "/applications/" + "x" * 43, "/invitations/x", "/invitations/" + "y" * 43):
        assert (await browser.get(path)).status_code == 404


async def test_the_second_factor_stands_before_the_pages(world: World, browse: Browse) -> None:
    company = await world.company("Factor Pages")
    browser = browse()
    await browser.log_in(company.email)
    await browser.get("/account")
    await browser.submit("/account/codes-app", name="Phone")
    secret = next(word for word in browser.page.text.split() if re.fullmatch("[A-Z2-7]{32}", word))
    action = next(form.action for form in browser.page.forms if form.action.startswith("/account/codes-app/"))
    await browser.submit(action, code=totp(secret, datetime.now(UTC)))
    codes = re.findall(r"[0-9a-f]{8}-[0-9a-f]{8}", browser.page.text)
    assert len(codes) == 10

    other = browse("ja")
    await other.log_in(company.email)
    assert other.address == "/login/second-factor"
    await other.get("/")
    assert other.address == "/login", "nothing is open yet"
    await other.log_in(company.email)
    assert (await other.submit("/login/second-factor", code="000000")).status_code == 401
    await other.submit("/login/second-factor", code=codes[0])
    assert other.address == "/"
    assert "Factor Pages" in other.page.text
    await other.get("/account")
    assert "パスワード" in other.page.text
    ended = next(form for form in other.page.forms if form.action.endswith("/end"))
    await other.submit(ended.action)
    await browser.get("/")
    assert browser.address == "/login", "ended from the other browser"


async def test_a_critical_deed_leads_to_the_confirmation(world: World, browse: Browse) -> None:
    company = await world.company("Step Pages")
    fresh = await company.post("/second-factors", {"name": "Phone"})
    await company.post(f"/second-factors/{fresh['factor_id']}/confirmation", {"code": totp(fresh["secret"], datetime.now(UTC))})
    browser = browse()
    browser.client.cookies.set("ashiato_session", company.token)
    await browser.get("/account")
    await browser.submit(f"/account/factors/{fresh['factor_id']}/removal")
    assert browser.address == "/account/confirmation"
    assert (await browser.submit("/account/confirmation", code="000000")).status_code == 422


async def test_the_operator_finds_one_request_and_both_parties_see_it(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B", message="CANARY of the message")
    operator = browse()
    await operator.log_in(world.operator.email)
    for path in ("/operator/health", "/operator/rules", "/operator/rules?ja=true", f"/companies/{cells.company_id}", "/account"):
        assert (await operator.get(path)).status_code == 200, path
        for hidden in ("CANARY", "CELL-1", "secret nickel", request["request_id"]):
            assert hidden not in operator.response.text
    await operator.get("/operator/request")
    await operator.submit("/operator/request", request_id="nonsense", reason="call 7")
    assert "There is no request" in operator.page.text
    await operator.submit("/operator/request", request_id=request["request_id"], reason="call 7")
    assert packs.name in operator.page.text
    assert cells.name in operator.page.text
    for hidden in ("CANARY", "CELL-B", "CELL-1"):
        assert hidden not in operator.response.text
    member = browse()
    await member.log_in(cells.email)
    for path in ("/operator/health", "/operator/request", "/operator/rules", f"/companies/{cells.company_id}"):
        assert (await member.get(path)).status_code == 403, path


async def test_an_application_states_its_terms_by_digest(world: World) -> None:
    number = fresh_corporate_number()
    body = {"name": "X", "country": "JP", "corporate_number": number, "admin_email": f"a@{number}.test", "admin_name": "A"}
    assert (await world.client.post("/api/v1/companies", json=body | {"terms": "sha256:other"})).json()["code"] == "terms.changed"
    secret = (await world.client.post("/api/v1/companies", json=body | {"terms": TERMS})).json()["secret"]
    found = (await world.client.post("/api/v1/candidacy", json={"secret": secret})).json()
    assert (found["next"], found["acceptances"][0]["digest"]) == ("applicant", TERMS), "the domain is still to be proven"
