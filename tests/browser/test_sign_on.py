"""Single sign-on in a real browser against a real small provider: its domain proven, stated on the company's page, logged in through, ended."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from playwright.async_api import Page
from tests import nameserver
from tests.attacks.test_single_sign_on import CLIENT, SECRET, Login
from tests.browser.furnished import Furnished
from tests.browser.looking import Lookers, Sight, Way
from tests.elsewhere import Answer, Authority
from tests.nameserver import NameServer
from tests.serving import free_port, serving
from tests.world import PASSWORD

from ashiato.plumbing.settings import Settings

WAYS = [Way("en", "light", 1280), Way("ja", "dark", 360)]
FORM = "form[action='/company/providers']"


@dataclass
class Portal(Login):
    """The provider with the page to which browsers are sent: whoever comes is `person`, and is sent back."""

    person: dict[str, str] = field(default_factory=dict)

    def _usual(self, call: BaseHTTPRequestHandler, path: str, body: bytes) -> Answer:
        if path != "/authorize":
            return super()._usual(call, path, body)
        asked = {name: value[0] for name, value in parse_qs(urlsplit(call.path).query).items()}
        self.challenge, now = asked["code_challenge"], int(time.time())
        self.claims = {"iss": self.address, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 300} | self.person
        back = urlencode({"state": asked["state"], "code": "good", "iss": self.address})
        return Answer(302, headers={"Location": f"{asked['redirect_uri']}?{back}"})


@dataclass
class Installation:
    """A server that may call the provider and asks the tests' name server for records."""

    address: str
    portal: Portal
    names: NameServer


@pytest.fixture(scope="module")
def installation(furnished: Furnished, chosen: Settings, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    authority, port = Authority(tmp_path_factory.mktemp("authority")), free_port()
    public = f"http://localhost:{port}"
    with nameserver.serving() as names, Portal(authority.issue()) as portal:
        environment = {
            "DATABASE_URL": owner_url, "ASHIATO_HOME": str(chosen.home), "ASHIATO_PUBLIC_URL": public, "ASHIATO_NAME_SERVERS": names.address,
            "ASHIATO_OUTBOUND_NETWORKS": "127.0.0.0/8", "ASHIATO_OUTBOUND_AUTHORITIES": str(authority.file), "ASHIATO_LOG_LEVEL": "error",
        }  # fmt: skip
        with serving("ashiato.server:create", environment, "/livez", port):
            yield Installation(public, portal, names)


@pytest.fixture
async def somebody(installation: Installation, lookers: Lookers) -> AsyncIterator[Callable[[Way], Any]]:
    """Browsers of people who are not logged in; the provider's certificate is taken as it is."""
    contexts = []

    async def open_one(way: Way) -> Sight:
        context = await lookers.browser.new_context(
            viewport={"width": way.width, "height": 800}, locale="ja-JP" if way.language == "ja" else "en-GB", color_scheme=way.theme,
            reduced_motion="reduce", ignore_https_errors=True,
        )  # fmt: skip
        contexts.append(context)
        sight = Sight(await context.new_page(), installation.address)
        sight.watch()
        return sight

    yield open_one
    for context in contexts:
        await context.close()


async def press(page: Page, selector: str) -> None:
    async with page.expect_navigation(wait_until="networkidle"):
        await page.locator(selector).first.click()


async def comes(sight: Sight, email: str) -> None:
    """From the form for the log-in with a password to the company's own."""
    page = sight.page
    await page.goto(f"{sight.site}/login", wait_until="networkidle")
    await press(page, "#main a[href^='/login/sso']")
    await sight.sound()
    await page.fill("input[name=email]", email)
    await press(page, "#main form button")


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_company_states_its_login_and_its_people_come_in_through_it(
    installation: Installation, furnished: Furnished, somebody: Callable[[Way], Any], way: Way
) -> None:
    portal, domain = installation.portal, f"{uuid4().hex[:8]}.test"
    company = await furnished.world.company(f"Sign-on Works {way.language}")
    await company.post("/people", {"email": f"ada@{domain}", "display_name": "Ada", "roles": ["clerk"]})
    admin = await somebody(way)
    page = admin.page
    await page.goto(f"{admin.site}/login", wait_until="networkidle")
    await page.fill("input[name=email]", company.email)
    await page.fill("input[name=password]", PASSWORD)
    await press(page, "#main button.p")
    await page.goto(f"{admin.site}/company", wait_until="networkidle")
    assert not await page.locator(FORM).count(), "a domain comes first"
    await page.fill("form[action='/company/domains'] input[name=domain]", domain)
    await press(page, "form[action='/company/domains'] button")
    await admin.sound()
    name, value = await page.locator("section:has(#sso) dl code").all_inner_texts()
    installation.names.texts[name] = [value]
    await press(page, "form[action^='/company/domains/'] button")
    assert f"{admin.site}/login/sso/callback" in await page.inner_text("section:has(#sso)")
    await page.select_option(f"{FORM} select[name=domain]", domain)
    for field_name, text in (("issuer", portal.address), ("client_id", CLIENT), ("client_secret", SECRET)):
        await page.fill(f"{FORM} input[name={field_name}]", text)
    await press(page, f"{FORM} button")
    assert portal.address in await page.inner_text("section:has(#sso) ul")
    await admin.sound()
    await admin.picture(f"sign-on-stated-{way}")

    person = await somebody(way)
    portal.person = {"sub": f"ada of {domain}", "email": f"ada@{domain}"}
    await comes(person, f"whoever@{domain}")
    await person.picture(f"sign-on-offered-{way}")
    await person.sound()
    await press(person.page, "#main a[href^='/login/sso/']")
    assert person.page.url == f"{person.site}/"
    assert company.name in await person.page.inner_text("h1")
    assert [where for where in person.trouble if portal.address not in where] == [], "on the way it was at the provider and nowhere else"

    stranger = await somebody(way)
    portal.person = {"sub": "nobody's", "email": f"mallory@{domain}"}
    await comes(stranger, f"mallory@{domain}")
    await press(stranger.page, "#main a[href^='/login/sso/']")
    assert company.name not in await stranger.page.inner_text("#main"), "who has no account does not come in"
    assert await stranger.page.locator("#main [role=alert]").count() == 1, "and is told so"
    assert await stranger.violations() == []
    await stranger.picture(f"sign-on-refused-{way}")
    await stranger.page.goto(f"{stranger.site}/parts", wait_until="networkidle")
    assert "/login" in stranger.page.url

    await press(page, "form[action$='/end'] button")
    ended = await somebody(way)
    await comes(ended, f"ada@{domain}")
    assert not await ended.page.locator("#main a[href^='/login/sso/']").count()
    assert await ended.page.locator("#main [role=status]").count() == 1, "no company logs in this way any more"
    assert admin.trouble == ended.trouble == []
