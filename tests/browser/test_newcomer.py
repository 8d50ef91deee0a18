"""A supplier that nobody knows yet, in a real browser: from the log-in page to its first answered request, with the operator's side of it.

Clicks, fields and letters are counted, and a person's time is estimated from them by the keystroke-level model (Card, Moran, Newell 1980):
a key 0.28 s, pointing 1.1 s, a button 0.2 s, a hand to the mouse or back 0.4 s, making up one's mind 1.35 s. Every word of every page is read
once: 238 words a minute in English (Brysbaert 2019), 357 letters in Japanese (Trauzettel-Klosinski 2012); a Japanese letter is three keys.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page
from tests.attacks.rich import totp
from tests.browser.furnished import Furnished
from tests.browser.looking import PICTURES, Clicks, Sight, Way
from tests.browser.test_supplier import drop
from tests.web.test_joining import PASSWORD, letter_to
from tests.world import CHECKS, PART_HEADER, fresh_corporate_number
from tests.world import PASSWORD as OPERATORS

from ashiato.domain.imports import TABLES, TableKind
from ashiato.domain.imports.template import BEGINS, EXAMPLE
from ashiato.plumbing.spreadsheet import Sheet, read, write

Look = Callable[..., Awaitable[Sight]]
WAYS = [Way("en", "dark", 1280), Way("ja", "light", 1280)]
KEY, POINT, BUTTON, HAND, MIND = 0.28, 1.1, 0.2, 0.4, 1.35
WORDS_A_MINUTE, LETTERS_A_MINUTE, KEYS_A_LETTER = 238, 357, 3


@dataclass(kw_only=True)
class Hand(Clicks):
    """A hand whose fields and letters are counted too, and eyes that read every page once."""

    sight: Sight
    ja: bool = False
    fields: int = 0
    keys: int = 0
    read: set[str] = field(default_factory=set)
    counted: dict[str, dict[str, Any]] = field(default_factory=dict)
    _begun: tuple[int, int, int, float] = (0, 0, 0, 0.0)
    _words: int = 0

    async def write(self, selector: str, text: str) -> None:
        """Types into a field."""
        await self.page.fill(selector, text)
        self.typed(text)

    def typed(self, text: str) -> None:
        self.fields += 1
        self.keys += sum(1 if letter.isascii() else KEYS_A_LETTER for letter in text)

    async def tick(self, selector: str) -> None:
        """Sets a tick: a click that leads nowhere."""
        self.count += 1
        await self.page.locator(selector).first.check()

    async def looks(self, where: str = "#main") -> str:
        """Reads the lines of the page, or of a part of it, that were not read before."""
        text = await self.page.locator(where).first.inner_text()
        fresh = {line.strip() for line in text.splitlines() if line.strip()} - self.read
        self.read |= fresh
        self._words += sum(len(line) if self.ja else len(line.split()) for line in fresh)
        return text

    def begin(self) -> None:
        self._begun, self._words = (self.count, self.fields, self.keys, time.monotonic()), 0

    def ends(self, step: str) -> None:
        """Notes what a step took, and what it would take a person."""
        clicks, fields, keys, since = self._begun
        clicks, fields, keys = self.count - clicks, self.fields - fields, self.keys - keys
        hands = clicks * (MIND + POINT + BUTTON) + fields * (MIND + POINT + HAND) + keys * KEY
        eyes = self._words / (LETTERS_A_MINUTE if self.ja else WORDS_A_MINUTE) * 60
        self.counted[step] = {"clicks": clicks, "fields": fields, "keys": keys, "read": self._words, "person_seconds": round(hands + eyes),
                              "machine_seconds": round(time.monotonic() - since, 1)}  # fmt: skip
        self.begin()

    def total(self, what: str) -> int:
        return int(sum(step[what] for step in self.counted.values()))


def filled(template: bytes, hand: Hand) -> bytes:
    """The template with the rows of its own examples in two of its sheets, the coloured cells typed; the part that was asked about stands in it."""
    sheets = read(template)
    assert [row[0] for row in sheets[list(TABLES).index(TableKind.PARTS) + 1].rows[1:]] == ["CELL-1"]
    for place, kind in enumerate(TABLES, 1):
        if kind in BEGINS:
            row = [EXAMPLE[kind][column.field] if column.required or column.field in BEGINS[kind] else "" for column in TABLES[kind]]
            for cell in filter(None, row):
                hand.typed(cell)
            sheets[place] = Sheet(sheets[place].name, [*sheets[place].rows[:1], row])
    return write(sheets)


async def loaded(page: Page, selector: str) -> bytes:
    """The file that a click saves."""
    async with page.expect_download() as download:
        await page.locator(selector).first.click()
    return await asyncio.to_thread(Path(await (await download.value).path()).read_bytes)


async def applies(hand: Hand, number: str, address: str) -> None:
    page = hand.page
    await hand.looks()
    await hand.on("a[href='/apply']")
    await hand.looks()
    for name, text in (
        ("name", f"加茂電池 {number}"),
        ("number", number),
        ("domain", f"{number}.example"),
        ("admin_name", "加茂 葵"),
        ("admin_email", address),
    ):
        await hand.write(f"input[name={name}]", text)
    await hand.tick("input[name=accepted]")
    await hand.on("#main button.p")
    assert "/applications/" in page.url
    assert "_ashiato-challenge" in await hand.looks()
    hand.ends("apply")


async def chooses_a_password_and_a_factor(hand: Hand, link: str) -> None:
    page = hand.page
    await page.goto(link, wait_until="networkidle")
    hand.count += 1  # on the letter's link
    await hand.looks()
    await hand.write("input[name=password]", PASSWORD)
    await hand.on("#main button.p")
    assert await page.is_visible("#first"), "somebody new is shown where to begin"
    await hand.looks()
    for width, theme in ((360, "dark"), (1280, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        await hand.sight.sound()
        await hand.sight.picture(f"newcomer-first-{width}-{'ja' if hand.ja else 'en'}")
    hand.ends("password")
    await hand.on("#first ~ ol a[href='/account']")
    await hand.looks()
    await hand.on("form[action='/account/codes-app'] button")
    await hand.looks()
    secret = next(code for code in await page.locator("#main code").all_text_contents() if re.fullmatch("[A-Z2-7]{32}", code))
    await hand.write("input[name=code]", totp(secret, datetime.now(UTC)))
    await hand.on("#main button.p")
    assert await page.locator("#main li code").count() == 10
    await hand.looks("#main > p")  # the codes themselves are kept, not read
    await hand.on("#main a.btn.p")
    hand.ends("second factor")


async def imports(hand: Hand) -> None:
    page = hand.page
    await hand.on("nav a[href='/']")
    assert "✓" in await page.inner_text("#first ~ ol")
    hand.count += 1
    template = await loaded(page, "#first ~ ol a[download]")
    await drop(hand, filled(template, hand), "template.xlsx")
    await page.wait_for_load_state("networkidle")
    assert not await page.locator("#bad").count(), "the template's own examples are right"
    await hand.looks()
    await hand.on("#main form:has(input[value=all]) button")
    await hand.looks()
    hand.ends("import")


async def answers(hand: Hand, request_id: str) -> None:
    await hand.on(f"#next ~ ul a.btn[href='/requests/{request_id}']")
    await hand.looks()
    for step in ("link", "footprint", "answer"):
        await hand.on(f"form[action='/requests/{request_id}/{step}'] button")
        await hand.looks()
    hand.ends("answer")


async def admits(hand: Hand, number: str) -> None:
    """The operator, from its own first page: the checklist with a reason, then in."""
    page = hand.page
    await hand.write("input[name=email]", "operator@ashiato.test")
    await hand.write("input[name=password]", OPERATORS)
    await hand.on("#main button.p")
    mine = f"section.company:has-text('{number}') a.btn.p"
    while not await page.locator(mine).count():
        await hand.on("#main > p > a.btn")
    await hand.looks()
    await hand.on(mine)
    case = page.url
    await hand.looks()
    for item in CHECKS:
        await hand.tick(f"input[value='{item}']")
    await hand.write("section:has(#items) input[name=reason]", "Called back at the number of the register.")
    await hand.on("#main button.p")
    assert page.url == case, "the operator stays with the company"
    await hand.write("section:has(#next) input[name=reason]", "Welcome.")
    await hand.on("button[value=admitted]")
    hand.ends("admission")


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_from_nobody_to_the_first_answer(furnished: Furnished, lookers: Any, way: Way) -> None:
    world, home = furnished.world, furnished.world.tools.settings.home
    number = fresh_corporate_number()
    address = f"{uuid4().hex[:8]}@{number}.example"
    hands: dict[str, Hand] = {}
    for name in ("supplier", "operator"):
        context = await lookers.browser.new_context(viewport={"width": way.width, "height": 900}, locale="ja-JP" if way.language == "ja" else "en-GB")
        sight = Sight(await context.new_page(), furnished.address)
        sight.watch()
        await sight.page.goto(f"{furnished.address}/login", wait_until="networkidle")
        hands[name] = Hand(sight.page, sight=sight, ja=way.language == "ja")
        hands[name].begin()
    supplier, operator = hands["supplier"], hands["operator"]
    try:
        await applies(supplier, number, address)
        followed = re.search(r"/applications/\S+", letter_to(home, address))
        assert followed, "who closes the page finds it again in a letter"
        await supplier.page.goto(furnished.address + followed[0])
        operator.begin()
        await admits(operator, number)
        invited = re.search(r"/invitations/\S+", letter_to(home, address))
        assert invited
        buyer = await world.company(f"Hikari Packs {way.language}")
        await buyer.import_tables(parts=[PART_HEADER, ["CELL-B", "Cell", "kg", "", number, "CELL-1", ""]])
        asked = (await buyer.ask("CELL-B"))["request_id"]
        supplier.begin()
        await chooses_a_password_and_a_factor(supplier, furnished.address + invited[0])
        await imports(supplier)
        await answers(supplier, asked)
        assert (await buyer.get(f"/requests/{asked}/answer"))["release"]["product"]["part_number"] == "CELL-1"
        await supplier.page.goto(f"{furnished.address}/", wait_until="networkidle")
        assert not await supplier.page.is_visible("#first"), "begun"
        assert (supplier.total("clicks"), supplier.total("fields")) == (17, 27), "as docs/how-to/join.md counts them"
        assert (operator.total("clicks"), operator.total("fields")) == (9, 4)
        assert supplier.total("person_seconds") < 600, "as docs/how-to/join.md estimates it"
        assert supplier.sight.trouble == operator.sight.trouble == []
    finally:
        PICTURES.mkdir(parents=True, exist_ok=True)
        found = {name: hand.counted for name, hand in hands.items()}
        (PICTURES / f"newcomer-{way.language}.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
        for name, hand in hands.items():
            await hand.page.screenshot(path=PICTURES / f"newcomer-{name}-{way.language}.png", full_page=True)
            await hand.page.context.close()
