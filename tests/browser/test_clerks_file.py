"""A Japanese clerk and a file, in a real browser: whatever saved it, whatever slipped, whatever came in between. Nothing is lost, each is told plainly."""

import base64
import re
from collections.abc import Awaitable, Callable

import pytest
from tests.browser.furnished import Furnished
from tests.browser.looking import Clicks, Sight, Way
from tests.browser.test_supplier import DROP, drop
from tests.domain.test_clerks_file import FILES, by_excel, clerks_rows, saved, under_headings
from tests.world import PASSWORD, Member, log_in

Look = Callable[..., Awaitable[Sight]]
Counter = Callable[[Sight], Clicks]
DAY, NIGHT = Way("ja", "light", 1280), Way("ja", "dark", 360)
TAKE = "#main form:has(input[value=suggestions]) button"
CHECK = "#corrections p button"
ALL = "#main form:has(input[value=all]) button"
LISTEN = """() => {
    const words = document.querySelector('[data-island=drop] p');
    new MutationObserver(() => heard(words.textContent)).observe(words, {childList: true});
}"""


@pytest.fixture
async def clerk(furnished: Furnished) -> Member:
    """A clerk of a company of its own."""
    member = await furnished.world.company("株式会社カモ電池")
    furnished.people[member.number] = member
    return member


def flawed(code: str) -> bytes:
    """Under merged headings, a figure with a letter for a digit."""
    rows = under_headings(clerks_rows(code))
    rows[3][2] = "1,2O0"
    return saved(rows, by_excel, merged="C2:D2")


async def factors(member: Member) -> dict[str, str]:
    return {one["code"]: one["kg_co2e"] for one in await member.every("/factors")}


@pytest.mark.parametrize("program", FILES)
async def test_the_file_is_registered_in_two_clicks_whichever_program_saved_it(clerk: Member, look: Look, clicks: Counter, program: str) -> None:
    """Excel, its web edition, Google, LibreOffice, a program; cp932 with full-width digits; headings that are merged; years of an era."""
    name, content = FILES[program](program)
    sight = await look(clerk.number, "/", DAY)
    hand = clicks(sight)
    await drop(hand, content, name)
    assert "2 行のうち 2 行は登録できます" in await sight.page.inner_text("#main")
    await hand.on(ALL)
    assert hand.count == 2
    assert await factors(clerk) == {f"{program}-A": "12.5", f"{program}-B": "1200.5"}
    assert sight.trouble == []


@pytest.mark.parametrize("way", [DAY, NIGHT], ids=str)
async def test_a_letter_for_a_digit_is_told_by_its_cell_and_mended_in_one_click(clerk: Member, look: Look, clicks: Counter, way: Way) -> None:
    sight = await look(clerk.number, "/company", way)
    hand = clicks(sight)
    await drop(hand, flawed("SLIP"), "係数.xlsx")
    told = await sight.page.inner_text("#bad ~ form")
    assert "係数!C4" in told
    assert "1,2O0" in told
    assert await factors(clerk) == {}, "nothing is saved yet"
    assert await sight.violations() == []
    assert await sight.overflow() == []
    await sight.picture(f"journey-clerk-slip-{way}")
    await hand.on(TAKE)
    assert hand.count == 2
    assert (await factors(clerk))["SLIP-A"] == "1200"
    assert sight.trouble == []


async def test_a_long_file_tells_how_far_its_rows_have_come(clerk: Member, look: Look, clicks: Counter) -> None:
    rows = "\n".join(f"LONG-{number},部品,kg" for number in range(40_000))
    sight = await look(clerk.number, "/", DAY)
    said: list[str] = []
    await sight.page.expose_function("heard", lambda words: said.append(words))  # noqa: PLW0108 — one written in Python is wanted
    await sight.page.evaluate(LISTEN)
    hand = clicks(sight)
    await drop(hand, f"部品番号,部品名,宣言単位\n{rows}".encode(), "長い.csv")
    assert any(re.fullmatch(r"読み込んでいます… [0-9]{1,2},[0-9]{3} 行|読み込んでいます… 40,001 行のうち [0-9,]+ 行", words) for words in said), said
    await sight.page.evaluate(LISTEN)
    said.clear()
    await hand.on(ALL)
    assert any(re.fullmatch(r"登録しています… 40,000 行のうち [0-9,]+ 行", words) for words in said), said
    assert "登録" in await sight.page.inner_text("h1")
    assert hand.count == 2
    assert sight.trouble == []


async def test_a_large_file_that_waits_is_counted_and_then_its_result_is_there(
    clerk: Member, furnished: Furnished, look: Look, clicks: Counter
) -> None:
    rows = "\n".join(f"WIDE-{number},部品,{'kgg' if number < 30 else 'kg'}" for number in range(40_000))
    first = await look(clerk.number, "/", DAY)
    await drop(clicks(first), f"部品番号,部品名,宣言単位\n{rows}".encode(), "大きい.csv")
    sight = await look(clerk.number, first.page.url.removeprefix(furnished.address), NIGHT)
    page, shown = sight.page, "h1:has-text('40000 行のうち')"
    await page.locator(shown).wait_for()
    assert await page.locator("[data-island=drop]").is_hidden()
    assert await page.evaluate("() => document.activeElement === document.querySelector('h1')"), "who listens is told what has come of it"
    assert await sight.overflow() == []
    presses = 0
    while not await page.evaluate("() => document.activeElement.matches('form[data-counted] button')"):
        await page.keyboard.press("Tab")
        presses += 1
    assert presses <= 3, "what can be done with the file is reached before its fields"
    await page.keyboard.press("Enter")
    await page.locator("h1:has-text('登録しました')").or_(page.locator("h1:has-text('40000 行は')")).wait_for()
    assert sight.trouble == []


async def test_the_same_file_twice_changes_nothing_and_says_so(clerk: Member, furnished: Furnished, look: Look, clicks: Counter) -> None:
    name, content = FILES["CSV"]("TWICE")
    sight = await look(clerk.number, "/", DAY)
    hand = clicks(sight)
    for round_ in range(2):
        await sight.page.goto(f"{furnished.address}/parts")
        await drop(hand, content, name)
        assert ("まったく同じファイルを登録済みです" in await sight.page.inner_text("#main")) == bool(round_)
        await hand.on(ALL)
    assert "変更はありません" in await sight.page.inner_text("#main")
    assert len(await factors(clerk)) == 2
    assert sight.trouble == []


async def test_a_file_that_is_dropped_after_the_session_ended_is_sent_once_somebody_is_there_again(clerk: Member, look: Look) -> None:
    sight = await look(clerk.number, "/", DAY)
    page, cookies = sight.page, await sight.page.context.cookies()
    await page.context.clear_cookies()
    await page.evaluate(DROP, ["係数.xlsx", base64.b64encode(flawed("LATER")).decode()])
    await page.locator("[data-island=drop] button").wait_for()
    assert "ログイン" in await page.inner_text("[data-island=drop] p")
    await page.context.add_cookies(cookies)  # logged in again in another tab
    await page.click("[data-island=drop] button")
    await page.wait_for_url("**/imports/*")
    assert "係数!C4" in await page.inner_text("#main")


async def test_a_correction_goes_through_the_log_in_when_the_session_has_ended(clerk: Member, look: Look, clicks: Counter) -> None:
    sight = await look(clerk.number, "/", DAY)
    page = sight.page
    await drop(clicks(sight), flawed("ENDED"), "係数.xlsx")
    await page.fill("#corrections input[name=value]", "1300")
    await page.context.clear_cookies()
    await page.press("#corrections input[name=value]", "Enter")  # which takes what was typed, and no suggestion
    await page.fill("input[name=email]", clerk.email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button.p")
    assert "1300" in await page.inner_text("main"), "what was typed is still there"
    await page.click("button.p")
    assert "2 行のうち 2 行は登録できます" in await page.inner_text("#main")
    await clicks(sight).on(ALL)
    assert (await factors(clerk))["ENDED-A"] == "1300"


async def test_the_second_of_two_people_is_told_who_was_faster(clerk: Member, furnished: Furnished, look: Look, clicks: Counter) -> None:
    email = f"mei@{clerk.number}.test"
    await clerk.post("/people", {"email": email, "display_name": "鈴木 芽衣", "password": PASSWORD, "roles": ["clerk"]})
    colleague = Member(clerk.client, clerk.name, clerk.number, clerk.company_id, email)
    await log_in(colleague)
    furnished.people[email] = colleague
    first = await look(clerk.number, "/", DAY)
    await drop(clicks(first), flawed("PAIR"), "係数.xlsx")
    second = await look(email, first.page.url.removeprefix(furnished.address), NIGHT)
    await first.page.fill("#corrections input[name=value]", "私の値")
    await second.page.fill("#corrections input[name=value]", "12x")
    await second.page.click(CHECK)
    await second.page.wait_for_load_state("networkidle")
    await first.page.click(CHECK)
    await first.page.locator("[role=alert]").wait_for()
    assert "鈴木 芽衣" in await first.page.inner_text("[role=alert]")
    assert await first.page.input_value("#corrections input[name=value]") == "私の値", "what was typed is still there"
    assert await first.violations() == []


async def test_the_back_button_after_sending_registers_nothing_twice(clerk: Member, look: Look, clicks: Counter) -> None:
    name, content = FILES["EXCEL"]("BACK")
    sight = await look(clerk.number, "/", DAY)
    hand = clicks(sight)
    await drop(hand, content, name)
    await hand.on(ALL)
    before = (await clerk.get("/imports"))["items"]
    await sight.page.go_back(wait_until="networkidle")
    assert "2 行のうち 2 行を登録しました" in await sight.page.inner_text("h1"), "it says that this was done"
    assert await sight.page.locator(ALL).count() == 0
    assert (await clerk.get("/imports"))["items"] == before
    assert len(await factors(clerk)) == 2
