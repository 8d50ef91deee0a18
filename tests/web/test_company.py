"""The own company's page: policy in words, people and programs for administrators only."""

import re
from collections.abc import Callable

from tests.web.browser import Browser
from tests.web.chain import cell_maker
from tests.web.test_joining import letter_to
from tests.world import PASSWORD, World

from ashiato.gateways.rest import Tools

Browse = Callable[..., Browser]


async def test_an_administrator_changes_a_colleagues_roles_and_others_see_no_people(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    email = f"clerk-{cells.company_id[:8]}@w.test"
    await cells.post("/people", {"email": email, "display_name": "加茂 一郎", "password": PASSWORD, "roles": ["clerk"]})
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get("/company")
    assert browser.page.flaws == []
    assert "Before a release that would tell an amount to closer than ±10 %, you are warned." in browser.page.text
    (form,) = [form for form in browser.page.forms if form.action.startswith("/company/people/")]
    clerk = browse("ja")
    await clerk.log_in(email)
    await clerk.get("/company")
    assert cells.email not in clerk.page.text
    assert (await clerk.send(form.action, {"once": form.fields["once"], "roles": "approver", "active": "yes"})).status_code == 403
    answer = await browser.send(form.action, {"once": form.fields["once"], "roles": "approver", "active": "no"})
    assert answer.status_code == 303
    await browser.get("/company")
    assert "加茂 一郎 clerk" in browser.page.text
    assert "! closed" in browser.page.text
    await clerk.get("/company")
    assert clerk.address == "/login", "a closed account is out at the next request"
    other = browse()
    await other.log_in((await cell_maker(world, "Other Cells")).email)
    await other.get("/company")
    assert email not in other.page.text
    assert (await other.send(form.action, {"once": "0123456789abcdef0123", "roles": "approver", "active": "yes"})).status_code == 404


async def test_an_administrator_changes_the_policy_and_coalitions_stay(world: World, browse: Browse) -> None:
    cells, one, other = [await cell_maker(world, name) for name in ("Policy Cells", "One Packs", "Other Packs")]
    await cells.put("/release-policy", {"margin": "0.125", "action": "warn", "coalitions": [[one.number, other.number]], "second_person": False})
    email = f"clerk-{cells.company_id[:8]}@p.test"
    await cells.post("/people", {"email": email, "display_name": "Clerk", "password": PASSWORD, "roles": ["clerk"]})
    browser = browse("ja")
    await browser.log_in(cells.email)
    await browser.get("/company")
    form = browser.page.form("/company/policy")
    assert form.fields["margin"] == "12.5"
    written = form.fields | {"margin": "5", "action": "hold", "second_person": "true"}
    assert (await browser.send("/company/policy", written)).headers["location"] == "/company#policy"
    await browser.get("/company")
    assert "±5 %" in browser.page.text
    found = await cells.get("/release-policy")
    assert (found["margin"], found["action"], found["second_person"]) == ("0.05", "hold", True)
    assert [set(members) for members in found["coalitions"]] == [{"One Packs", "Other Packs"}]
    clerk = browse("en")
    await clerk.log_in(email)
    await clerk.get("/company")
    assert "/company/policy" not in [form.action for form in clerk.page.forms]
    assert (await clerk.send("/company/policy", form.fields)).status_code == 403
    assert (await browser.send("/company/policy", form.fields | {"margin": "26"})).status_code == 422


async def test_an_administrator_invites_a_colleague_who_chooses_a_password(world: World, tools: Tools, browse: Browse) -> None:
    cells = await cell_maker(world, "Inviting Cells")
    email = f"new-{cells.company_id[:8]}@w.test"
    browser = browse("ja")
    await browser.log_in(cells.email)
    await browser.get("/company")
    fields = browser.page.form("/company/people").fields | {"name": "加茂 花子", "email": email, "roles": "approver"}
    assert (await browser.send("/company/people", fields)).headers["location"] == "/company#people"
    assert (await browser.send("/company/people", fields)).status_code == 303, "the same form sent twice has one effect"
    await browser.get("/company")
    assert browser.page.flaws == []
    assert browser.page.text.count("加茂 花子") == 1
    assert (await browser.send("/company/people", fields | {"once": "0123456789abcdef0123"})).status_code == 422, "the address has an account"
    link = re.search(r"/invitations/\S+", letter_to(tools.settings.home, email))
    colleague = browse()
    await colleague.get(link[0])
    await colleague.submit(colleague.page.forms[0].action, password=PASSWORD)
    assert "Inviting Cells" in colleague.page.text
    assert (
        await colleague.send("/company/people", {"once": "0123456789abcdef0123", "name": "X", "email": "x@w.test", "roles": "clerk"})
    ).status_code == 403
