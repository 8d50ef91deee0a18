"""A questionnaire by mouse: opened, only what is open is looked at, sent; with scripts every change is saved by itself."""

from collections.abc import Awaitable, Callable

from tests.browser.furnished import Furnished
from tests.browser.looking import Clicks, Sight, Way
from tests.chain_world import GOOD_ANSWERS

Look = Callable[..., Awaitable[Sight]]


async def test_last_years_answers_are_sent_again_in_two_clicks(look: Look, furnished: Furnished) -> None:
    """From the list: open, send (facts of the field: open, only the unanswered, submit)."""
    supplier = furnished.people["supplier"]
    await supplier.post("/assessments", {"questionnaire": "company", "answers": GOOD_ANSWERS})
    sight = await look("supplier", "/questionnaires", Way("ja", "light", 1280))
    clicks = Clicks(sight.page)
    await clicks.on('a.btn[href="/questionnaires/company"]')
    assert await sight.page.locator("fieldset.question .chip.info").count() == len(GOOD_ANSWERS), "each is marked as last time's"
    await clicks.on("#main button.p")
    assert "67" in await sight.page.locator(".big").inner_text()
    assert (clicks.count, sight.trouble) == (2, [])


async def test_what_follows_from_an_answer_is_asked_at_once_and_nothing_is_lost(look: Look) -> None:
    sight = await look("supplier", "/questionnaires/material?subject=nickel", Way("en", "dark", 360))
    await sight.page.locator("label.choice").first.click()
    await sight.page.locator("#q-cahra").wait_for()
    assert await sight.page.locator("section[aria-labelledby=open] fieldset").count() == 5
    await sight.page.reload()
    assert await sight.page.locator("section[aria-labelledby=open] fieldset").count() == 5, "it was saved without a button"
    assert sight.trouble == []
