"""Looking at pages as people do: with a real browser, in their language, on their screen, by mouse or by keyboard alone."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page
from tests.browser.furnished import Furnished

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PICTURES = Path(__file__).parents[2] / "test-artifacts/pages"
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_NOTHING_UNDER_WAY = "() => !document.querySelector('[data-island=drop] progress:not([hidden])')"  # no file that tells how far it has come
_TABS = 120  # presses within which everything on a page is reached


@dataclass(frozen=True)
class Way:
    """How a page is looked at."""

    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


@dataclass
class Sight:
    """A page that is open, and what went wrong on the way."""

    page: Page
    site: str
    status: int = 0
    trouble: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Notes what a user would not see: errors on the console, requests to other hosts, files that are not there."""
        self.page.on("console", lambda message: self.trouble.append(f"console: {message.text}") if self._wrong(message) else None)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", lambda request: None if self._ours(request.url) else self.trouble.append(f"elsewhere: {request.url}"))
        self.page.on("response", lambda answer: self.trouble.append(f"{answer.status}: {answer.url}") if self._broken(answer) else None)

    def _wrong(self, message: Any) -> bool:
        failed = "Failed to load resource" in message.text  # is seen among the answers, where the page's own status is known
        return message.type in ("error", "warning") and not failed

    def _ours(self, url: str) -> bool:
        return urlsplit(url).netloc == urlsplit(self.site).netloc or url.startswith(("data:", "blob:"))

    def _broken(self, answer: Any) -> bool:
        return answer.status >= 400 and answer.request.resource_type != "document"

    async def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA: the rule, and where."""
        await self.page.evaluate(AXE)  # through the debugger: the page's policy would let no script in
        found = await self.page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
        return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]]

    async def overflow(self) -> list[str]:
        """What sticks out of the screen on the right, where the page as a whole does."""
        return await self.page.evaluate(
            """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
            [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .slice(0, 5).map(one => one.outerHTML.slice(0, 120))"""
        )

    async def sound(self) -> None:
        """Asserts that axe-core finds nothing, that nothing sticks out, and that nothing went wrong on the way."""
        assert await self.violations() == []
        assert await self.overflow() == []
        assert self.trouble == []

    async def reached_by_keyboard(self, deed: str, presses: int = _TABS) -> bool:
        """Whether pressing Tab again and again, at most so often, comes to what the selector names."""
        await self.page.evaluate("() => document.activeElement && document.activeElement.blur()")
        for _ in range(presses):
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate("(deed) => !!document.activeElement && document.activeElement.matches(deed)", deed):
                return True
        return False

    async def picture(self, name: str) -> None:
        """Keeps what the page looks like, for people."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@dataclass
class Lookers:
    """The browser of all tests, with one context a person and a way of looking."""

    browser: Browser
    furnished: Furnished
    contexts: dict[tuple[str, Way], BrowserContext] = field(default_factory=dict)

    async def open(self, who: str, path: str, way: Way) -> Sight:
        """A page as this person sees it."""
        context = await self.context(who, way)
        sight = Sight(await context.new_page(), self.furnished.address)
        sight.watch()
        answer = await sight.page.goto(self.furnished.address + self.furnished.path(path), wait_until="load")
        sight.status = answer.status if answer else 0
        return sight

    async def context(self, who: str, way: Way) -> BrowserContext:
        """This person's browser, logged in (but for a `visitor`)."""
        if (who, way) not in self.contexts:
            context = await self.browser.new_context(
                viewport={"width": way.width, "height": 900 if way.width > 800 else 740}, locale="ja-JP" if way.language == "ja" else "en-GB",
                color_scheme="dark" if way.theme == "dark" else "light", reduced_motion="reduce",
            )  # fmt: skip
            if who != "visitor":
                token = self.furnished.people[who].token
                name = "ashiato_waiting" if who == "waiting" else "ashiato_session"  # one that waits for its second factor
                await context.add_cookies([{"name": name, "value": token, "url": self.furnished.address, "httpOnly": True}])
            self.contexts[who, way] = context
        return self.contexts[who, way]


@dataclass
class Clicks:
    """Counts what somebody's hand does: every click, every key that acts, every file that is dropped. Typing and looking are free."""

    page: Page
    count: int = 0

    async def on(self, selector: str) -> None:
        """One click on the first thing that the selector names, and whatever it loads."""
        self.count += 1
        await self.page.locator(selector).first.click()
        await self.page.wait_for_function(_NOTHING_UNDER_WAY)
        await self.page.wait_for_load_state("networkidle")

    async def press(self, key: str) -> None:
        """One key that acts."""
        self.count += 1
        await self.page.keyboard.press(key)
        await self.page.wait_for_load_state("networkidle")

    async def drop(self, selector: str, *files: Path) -> None:
        """Files laid into a field, and whatever that loads."""
        self.count += 1
        await self.page.locator(selector).first.set_input_files(list(files))
        await self.page.wait_for_load_state("networkidle")
