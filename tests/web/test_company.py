"""The own company's page: policy in words, people and programs for administrators only."""

from collections.abc import Callable

from tests.web.browser import Browser
from tests.web.chain import cell_maker
from tests.world import PASSWORD, World

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
