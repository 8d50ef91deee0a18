"""The operator's page: admission, and nothing of what companies do."""

from collections.abc import Callable

from tests.web.browser import Browser
from tests.web.chain import cell_maker, declared, pack_maker
from tests.world import CHECKS, World

from ashiato.web.words import CATALOGUE

Browse = Callable[..., Browser]


async def turn_to(operator: Browser, state: str, name: str) -> None:
    """Opens the list of the companies in a state and turns its pages until one names the company."""
    await operator.get(f"/?state={state}")
    turned: set[str] = set()
    while name not in operator.page.text:
        further = next(link for link in reversed(operator.page.links) if "after=" in link and link not in turned)  # the last: others keep the place
        turned.add(further)
        await operator.get(further)


async def test_the_operator_admits_through_the_forms(world: World, browse: Browse) -> None:
    applicant = await world.apply("Oita Graphite")
    action = f"/companies/{applicant.company_id}/state"
    operator, person = browse(), browse()
    await operator.log_in(world.operator.email)
    await turn_to(operator, "applied", "Oita Graphite")
    await world.operator.post(f"/companies/{applicant.company_id}/checks", {"items": CHECKS, "reason": "looked up"})
    empty = await operator.submit(action, state="verified", reason=" ")
    assert empty.status_code == 422
    for before, state in (("applied", "verified"), ("verified", "admitted"), ("admitted", "suspended"), ("suspended", "admitted")):
        await turn_to(operator, before, "Oita Graphite")
        answer = await operator.submit(action, state=state, reason="Register entry checked")
        assert answer.status_code == 200
        assert operator.address == "/"
    assert (await person.log_in(applicant.email)).status_code == 200

    await turn_to(operator, "admitted", "Oita Graphite")
    once = operator.page.form(action).fields["once"]
    refused = await operator.send(action, {"state": "declined", "reason": "too late", "once": once})
    assert refused.status_code == 409
    assert "state has changed meanwhile" in refused.text


async def test_the_operator_declines_with_a_reason(world: World, browse: Browse) -> None:
    applicant = await world.apply("Paper Company")
    operator = browse("ja")
    await operator.log_in(world.operator.email)
    await turn_to(operator, "applied", "Paper Company")
    await operator.submit(f"/companies/{applicant.company_id}/state", state="declined", reason="登記を確認できません")
    await turn_to(operator, "declined", "Paper Company")
    assert not any(form.action.endswith(f"{applicant.company_id}/state") for form in operator.page.forms)


async def test_the_operator_sees_no_figure_and_no_inventory(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await cells.answer(request["request_id"], "CELL-1")
    declaration_id = await declared(packs)
    operator = browse()
    await operator.log_in(world.operator.email)
    for path in ("/", "/?state=admitted", "/?state=applied", "/?state=suspended", "/?state=declined", "/?state=verified"):
        answer = await operator.get(path)
        assert answer.status_code == 200
        for hidden in ("CO₂e", "secret nickel", "CELL-1", "PACK-1", declaration_id, request["request_id"]):
            assert hidden not in answer.text
    for path in (f"/parts/{await cells.part_id('CELL-1')}", f"/requests/{request['request_id']}", "/parts/6f1e2d3c-0000-4000-8000-000000000000"):
        answer = await operator.get(path)
        assert answer.status_code == 403
        assert "CELL" not in answer.text


def told(operator: Browser) -> set[str]:
    """What the page says that the installation needs."""
    return {english for key, (english, _) in CATALOGUE.items() if key.startswith("trouble.") and english in operator.page.text}


async def test_the_first_page_says_what_the_installation_needs_and_rules_can_be_looked_at(world: World, browse: Browse) -> None:
    operator = browse()
    await operator.log_in(world.operator.email)
    await operator.get("/operator/health")
    needed = told(operator)
    await operator.get("/")
    assert told(operator) == needed
    assert len([link for link in operator.page.links if "health" in link]) == 1 + len(needed), "each leads there, beside the side bar's"
    await operator.get("/operator/rules")
    assert operator.page.text.count(" questions ") == 3, "each questionnaire can be looked at"
    assert "Does top management oversee due diligence?" in operator.page.text


async def test_members_move_nobody(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    applicant = await world.apply("Somebody")
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get(f"/parts/{await cells.part_id('CELL-1')}")
    once = browser.page.form(f"/parts/{await cells.part_id('CELL-1')}/footprints").fields["once"]
    answer = await browser.send(f"/companies/{applicant.company_id}/state", {"state": "verified", "reason": "mine", "once": once})
    assert answer.status_code == 403
    await browser.get("/?state=applied")
    assert "Somebody" not in browser.page.text
