"""Passkeys in a real browser with an authenticator of its own: made, given, refused, cancelled, taken away."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.async_api import CDPSession, Page, Route
from tests.browser.furnished import Furnished
from tests.browser.looking import Lookers, Sight, Way
from tests.serving import free_port, serving
from tests.world import PASSWORD, Member

from ashiato.plumbing.settings import Settings

WAYS = [Way("en", "light", 1280), Way("ja", "dark", 360)]
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
          "automaticPresenceSimulation": True}  # fmt: skip
MAKE, GIVE = "form[data-passkey=create] button[data-ask]", "form[data-passkey=get] button[data-ask]"


@pytest.fixture(scope="module")
def site(furnished: Furnished, chosen: Settings, owner_url: str) -> AsyncIterator[str]:
    """The installation at an address that passkeys can belong to: a name, where browsers see a secure context."""
    port = free_port()
    public = f"http://localhost:{port}"
    environment = {"DATABASE_URL": owner_url, "ASHIATO_HOME": str(chosen.home), "ASHIATO_PUBLIC_URL": public, "ASHIATO_LOG_LEVEL": "error"}
    with serving("ashiato.server:create", environment, "/livez", port):
        yield public


@dataclass
class Holder:
    """Somebody at a browser whose machine can hold passkeys."""

    sight: Sight
    company: Member
    debugger: CDPSession
    device: str

    @property
    def page(self) -> Page:
        return self.sight.page

    async def open(self, path: str) -> None:
        await self.page.goto(self.sight.site + path, wait_until="networkidle")

    async def password(self) -> None:
        """Types address and password, as far as they lead."""
        await self.open("/login")
        await self.page.fill("input[name=email]", self.company.email)
        await self.page.fill("input[name=password]", PASSWORD)
        await self.press("#main button.p")

    async def press(self, selector: str) -> None:
        """Presses what sends a form, perhaps after the authenticator was asked."""
        async with self.page.expect_navigation(wait_until="networkidle"):
            await self.page.click(selector)

    async def log_out(self) -> None:
        await self.page.context.clear_cookies()

    async def make(self, name: str) -> None:
        await self.open("/account/passkey")
        await self.page.fill("input[name=name]", name)
        await self.page.click(MAKE)

    async def set_up(self) -> None:
        """Logs in and makes the first passkey."""
        await self.password()
        await self.make("Laptop")
        await self.page.wait_for_selector("#main li code")

    async def told(self) -> str:
        """Which of the reasons why no passkey was given the page shows."""
        shown = self.page.locator("[data-failed]:visible")
        await shown.first.wait_for()
        assert await shown.count() == 1
        return str(await shown.get_attribute("data-failed"))

    async def tell(self, method: str, **more: Any) -> dict[str, Any]:
        return dict(await self.debugger.send(f"WebAuthn.{method}", {"authenticatorId": self.device} | more))

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.sight.site)


@pytest.fixture
async def holder(site: str, furnished: Furnished, lookers: Lookers) -> AsyncIterator[Callable[..., Any]]:
    contexts = []

    async def holder(way: Way = WAYS[0], address: str = site, *, script: bool = True) -> Holder:
        context = await lookers.browser.new_context(
            viewport={"width": way.width, "height": 800}, locale="ja-JP" if way.language == "ja" else "en-GB", color_scheme=way.theme,
            reduced_motion="reduce", java_script_enabled=script,
        )  # fmt: skip
        contexts.append(context)
        sight = Sight(await context.new_page(), address)
        sight.watch()
        debugger = await context.new_cdp_session(sight.page)
        await debugger.send("WebAuthn.enable")
        device = (await debugger.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE}))["authenticatorId"]
        return Holder(sight, await furnished.world.company("Passkey Works"), debugger, device)

    yield holder
    for context in contexts:
        await context.close()


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_passkey_is_made_logs_in_confirms_and_is_taken_away(holder: Callable[..., Any], way: Way) -> None:
    somebody = await holder(way)
    page, sight = somebody.page, somebody.sight
    await somebody.password()
    await somebody.open("/account/passkey")
    assert not await page.is_visible("[data-without]")
    await sight.sound()
    await sight.picture(f"passkey-make-{way}")
    await somebody.make("Laptop")
    await page.wait_for_selector("#main li code")
    assert await page.locator("#main li code").count() == 10, "recovery codes come with the first factor"

    await somebody.log_out()
    await somebody.password()
    assert somebody.path.startswith("/login/second-factor")
    await sight.sound()
    await sight.picture(f"passkey-give-{way}")
    await somebody.press(GIVE)
    assert somebody.path == "/", "no code was typed"

    await somebody.open("/account/confirmation?next=%2Faccount")
    await somebody.press(GIVE)
    assert somebody.path == "/account"
    assert "Laptop" in await page.inner_text("#main table")
    await somebody.press("form[action$='/removal'] button")
    assert "Laptop" not in await page.inner_text("#main")
    await somebody.log_out()
    await somebody.password()
    assert somebody.path == "/", "the password is all that is left"
    assert sight.trouble == []


@pytest.fixture(scope="module")
def strict(furnished: Furnished, chosen: Settings, owner_url: str) -> AsyncIterator[str]:
    """The same, as an installation that lets nobody in by a password alone."""
    port = free_port()
    public = f"http://localhost:{port}"
    environment = {"DATABASE_URL": owner_url, "ASHIATO_HOME": str(chosen.home), "ASHIATO_PUBLIC_URL": public, "ASHIATO_SECOND_FACTOR": "everybody",
                   "ASHIATO_LOG_LEVEL": "error"}  # fmt: skip
    with serving("ashiato.server:create", environment, "/livez", port):
        yield public


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_where_a_second_factor_is_a_duty_a_passkey_fulfils_it(holder: Callable[..., Any], strict: str, way: Way) -> None:
    """At the first log-in, instead of an app for codes; what another has made opens nothing before."""
    somebody = await holder(way, strict)
    page, sight = somebody.page, somebody.sight
    await somebody.password()
    assert somebody.path.startswith("/login/set-up")
    await sight.sound()
    await sight.picture(f"passkey-set-up-{way}")
    await page.route("**/login/set-up/passkey", flipped("clientDataJSON"))
    await somebody.press(MAKE)
    assert somebody.path == "/login/set-up", "what the authenticator did not say is not taken"
    await page.unroute("**/login/set-up/passkey")
    await page.click(MAKE)
    await page.wait_for_selector("#main li code")
    assert await page.locator("#main li code").count() == 10
    await somebody.press("#main a.btn.p")
    assert somebody.path == "/"
    await somebody.log_out()
    await somebody.password()
    assert somebody.path.startswith("/login/second-factor")
    await somebody.press(GIVE)
    assert somebody.path == "/", "no code was typed"
    assert sight.trouble == []


def flipped(field: str) -> Callable[[Route], Any]:
    """On the way to the server one byte of what the authenticator said becomes another."""

    async def send(route: Route) -> None:
        form = {name: value[0] for name, value in parse_qs(route.request.post_data or "", keep_blank_values=True).items()}
        given = json.loads(form["credential"])
        content = bytearray(base64.urlsafe_b64decode(given["response"][field] + "=="))
        content[-1] ^= 1
        given["response"][field] = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
        await route.continue_(post_data=urlencode(form | {"credential": json.dumps(given)}))

    return send


@pytest.mark.parametrize("field", ["signature", "authenticatorData"])
async def test_what_the_authenticator_did_not_sign_opens_nothing(holder: Callable[..., Any], field: str) -> None:
    somebody = await holder()
    await somebody.set_up()
    await somebody.log_out()
    await somebody.password()
    await somebody.page.route("**/login/second-factor", flipped(field))
    async with somebody.page.expect_response("**/login/second-factor") as answer:
        await somebody.page.click(GIVE)
    assert (await answer.value).status == 401
    assert "This passkey was not accepted" in await somebody.page.inner_text("#wrong")
    await somebody.sight.sound()
    await somebody.page.unroute("**/login/second-factor")
    await somebody.press(GIVE)
    assert somebody.path == "/", "the page with the refusal asks anew, and takes the right one"


async def test_another_persons_passkey_opens_nothing(holder: Callable[..., Any]) -> None:
    somebody, thief = await holder(), await holder()
    await somebody.set_up()
    await thief.set_up()
    (theirs,) = (await thief.tell("getCredentials"))["credentials"]
    await somebody.tell("clearCredentials")
    await somebody.tell("addCredential", credential=theirs)
    await somebody.log_out()
    await somebody.password()
    await somebody.page.evaluate(
        "() => { const form = document.querySelector('form[data-passkey]'), options = JSON.parse(form.dataset.options);"
        " delete options.allowCredentials; form.dataset.options = JSON.stringify(options); }"
    )
    async with somebody.page.expect_response("**/login/second-factor") as answer:
        await somebody.page.click(GIVE)
    assert (await answer.value).status == 401
    await somebody.page.wait_for_selector("#wrong")


async def test_a_copy_that_counts_behind_opens_nothing(holder: Callable[..., Any]) -> None:
    """WebAuthn section 7.2 step 21: a count that does not grow tells of an authenticator that was copied."""
    somebody = await holder()
    await somebody.set_up()
    (copied,) = (await somebody.tell("getCredentials"))["credentials"]
    await somebody.open("/account/confirmation")
    await somebody.press(GIVE)
    await somebody.log_out()
    await somebody.tell("clearCredentials")
    await somebody.tell("addCredential", credential=copied)
    await somebody.password()
    await somebody.press(GIVE)
    assert await somebody.page.is_visible("#wrong")


async def test_who_gives_none_is_told_why_and_can_try_again(holder: Callable[..., Any]) -> None:
    somebody = await holder()
    page = somebody.page
    await somebody.set_up()
    await somebody.open("/account/confirmation")
    await somebody.press(GIVE)
    await somebody.make("The same again")
    assert await somebody.told() == "known"
    await somebody.log_out()
    await somebody.password()

    await page.evaluate(
        "() => { const form = document.querySelector('form[data-passkey]');"
        " form.dataset.options = JSON.stringify({ ...JSON.parse(form.dataset.options), timeout: 5000 }); }"
    )
    await somebody.tell("setAutomaticPresenceSimulation", enabled=False)
    await page.click(GIVE)
    assert await page.is_disabled(GIVE), "asked once at a time"
    assert await somebody.told() == "cancelled", "nobody touched it in time"
    await somebody.sight.sound()
    await somebody.sight.picture("passkey-cancelled")
    await somebody.tell("setAutomaticPresenceSimulation", enabled=True)
    (kept,) = (await somebody.tell("getCredentials"))["credentials"]
    await somebody.tell("clearCredentials")
    await page.click(GIVE)
    assert await somebody.told() == "cancelled", "browsers do not tell that a device has none"
    assert somebody.sight.trouble == [], "a person who gives none is no mistake of the page"

    await somebody.tell("addCredential", credential=kept)
    await somebody.press(GIVE)
    assert somebody.path == "/"


async def test_a_mistake_of_the_page_is_not_called_a_cancellation(holder: Callable[..., Any], site: str) -> None:
    somebody = await holder()
    await somebody.set_up()
    await somebody.open("/account/confirmation")
    await somebody.page.evaluate("() => { document.querySelector('form[data-passkey]').dataset.options = '{}'; }")
    await somebody.page.click(GIVE)
    assert await somebody.told() == "failed"
    assert [each for each in somebody.sight.trouble if "console" in each], "who looks after the site finds it on the console"

    elsewhere = await holder(address=site.replace("localhost", "127.0.0.1"))
    await elsewhere.password()
    await elsewhere.make("Laptop")
    assert await elsewhere.told() == "elsewhere"


async def test_without_script_the_page_says_what_to_do_instead(holder: Callable[..., Any]) -> None:
    somebody = await holder(script=False)
    await somebody.password()
    await somebody.open("/account/passkey")
    assert await somebody.page.is_visible("[data-without]")
    assert not await somebody.page.is_visible(MAKE)
