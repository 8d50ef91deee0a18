"""Single sign-on against a real provider on loopback: who comes in, and every way in which an answer is not the one that was asked for."""

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.elsewhere import Answer, Authority, System
from tests.web.browser import Browser
from tests.world import PASSWORD, Member, World

from ashiato import app as composition
from ashiato.domain import participants
from ashiato.gateways.rest import Tools
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

CLIENT, SECRET = "ashiato at kamo", "the client's secret"


@dataclass
class Login(System):
    """A small provider of identities; `claims` and `key` are what its next token says and is signed with."""

    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1", "use": "sig"}))
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    signed_with: Any = None
    challenge: str = ""

    def _usual(self, call: BaseHTTPRequestHandler, path: str, body: bytes) -> Answer:
        if path == "/.well-known/openid-configuration":
            there = self.address
            return Answer(body={"issuer": there, "authorization_endpoint": f"{there}/authorize", "token_endpoint": f"{there}/token", "jwks_uri": f"{there}/keys",
                                "authorization_response_iss_parameter_supported": True})  # fmt: skip
        if path == "/keys":
            return Answer(body={"keys": [self.key.as_dict(private=False)]})
        form = {name: value[0] for name, value in parse_qs(body.decode()).items()}
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if path != "/token" or call.headers.get("authorization") != f"Basic {expected}" or form.get("code") != "good" or verifier != self.challenge:
            return Answer(400, {"error": "invalid_grant"})
        header = {"alg": "ES256", "kid": "1"} | self.header
        token = jwt.encode(header, {name: value for name, value in self.claims.items() if value is not None}, self.signed_with or self.key,
                           algorithms=["ES256", "HS256", "RS256", "none"])  # fmt: skip
        return Answer(body={"id_token": token, "access_token": "x", "token_type": "Bearer"})


@dataclass
class House:
    """A company with its provider, and how its people are sent there and back."""

    company: Member
    domain: str
    email: str
    login: Login
    provider_id: str
    open: Callable[[], Browser]

    async def go(self) -> tuple[Browser, dict[str, str]]:
        """A browser that was sent to the provider, and what it was sent with. The provider's usual token is prepared."""
        browser = self.open()
        await browser.get("/login/sso", params={"email": f"anybody@{self.domain.upper()}"})
        (link,) = [link for link in browser.page.links if link.startswith("/login/sso/")]
        answer = await browser.client.get(link)
        assert answer.status_code == 303
        return browser, self.expected(answer.headers["location"])

    def expected(self, address: str) -> dict[str, str]:
        """What somebody is sent to the provider with; its usual token for them is prepared."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        self.login.challenge, now = asked["code_challenge"], int(time.time())
        self.login.header, self.login.signed_with = {}, None
        self.login.claims = {
            "iss": self.login.address,
            "aud": CLIENT,
            "sub": "subject-1",
            "email": self.email,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
        }
        return asked

    async def back(self, browser: Browser, state: str, **more: str) -> bool:
        """Whether the browser is logged in when it comes back."""
        sent = {"state": state, "code": "good", "iss": self.login.address} | more
        await browser.get("/login/sso/callback", params={name: value for name, value in sent.items() if value})
        return browser.address == "/" and self.company.name in browser.page.text


@pytest.fixture(scope="module")
async def house(world: World, tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    settings = tools.settings.model_copy(update={"outbound_networks": "127.0.0.0/8", "outbound_authorities": authority.file})
    transport = httpx.ASGITransport(composition.build(replace(tools, settings=settings)))
    company = await world.company("Sign-on Works")
    domain = f"{uuid4().hex[:8]}.test"
    email = f"ada@{domain}"
    await company.post("/people", {"email": email, "display_name": "Ada", "roles": ["clerk"]})
    await prove(tools, company, domain)
    with Login(authority.issue()) as login:
        stated = {"issuer": login.address, "client_id": CLIENT, "client_secret": SECRET, "domain": domain}
        provider_id = (await company.post("/identity-providers", stated))["provider_id"]
        yield House(company, domain, email, login, provider_id, lambda: Browser(transport))


async def prove(tools: Tools, company: Member, domain: str) -> None:
    control = participants.control

    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(company.company_id))
        proof = await control.state(work, control.ControlKind.DOMAIN, domain)
        await control.keep(work, control.Shown(proof.proof_id, "dns"))

    await tools.works.run(verb)


async def test_a_person_comes_in_through_the_companys_login(house: House) -> None:
    browser, asked = await house.go()
    assert asked["code_challenge_method"] == "S256"
    assert await house.back(browser, asked["state"])
    await browser.get("/account")
    assert "your company’s login" in browser.page.text
    again, asked = await house.go()
    house.login.claims["email"] = f"renamed@{house.domain}"
    assert await house.back(again, asked["state"]), "the subject counts, not the address"


NOW = int(datetime.now(UTC).timestamp())
WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "other"}, "no nonce": {"nonce": None}, "another audience": {"aud": "another client"}, "no audience": {"aud": None},
    "a list with others": {"aud": [CLIENT, "another"]}, "another party": {"azp": "another"}, "another issuer": {"iss": "https://evil.example"},
    "an issuer with a suffix": {"iss": "SUFFIX"}, "no issuer": {"iss": None}, "over": {"exp": NOW - 4000}, "no end": {"exp": None}, "old": {"iat": NOW - 7200},
    "of tomorrow": {"iat": NOW + 86_400}, "no subject": {"sub": None}, "an empty subject": {"sub": ""}, "a number": {"sub": 7},
    "not verified": {"sub": "stranger", "email_verified": False}, "another domain": {"sub": "stranger", "email": "ada@elsewhere.test"},
    "nobody's address": {"sub": "stranger", "email": "NOBODY"}, "somebody else's": {"sub": "second subject"},
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_is_not_exactly_right_opens_nothing(house: House, wrong: str) -> None:
    first, asked = await house.go()
    assert await house.back(first, asked["state"]), "the canary: the right one does"
    browser, asked = await house.go()
    changes = dict(WRONG[wrong])
    if changes.get("iss") == "SUFFIX":
        changes["iss"] = f"{house.login.address}/"
    if changes.get("email") == "NOBODY":
        changes["email"] = f"nobody@{house.domain}"
    house.login.claims |= changes
    assert not await house.back(browser, asked["state"])


async def test_a_token_signed_by_another_key_opens_nothing(house: House) -> None:
    published = json.dumps(house.login.key.as_dict(private=False)).encode()
    for header, key in (
        ({}, ECKey.generate_key("P-256", {"kid": "1"})), ({"alg": "HS256"}, OctKey.import_key(published)), ({"alg": "none"}, house.login.key),
        ({"alg": "RS256"}, RSAKey.generate_key(2048)), ({"kid": "unknown"}, house.login.key),
    ):  # fmt: skip
        browser, asked = await house.go()
        house.login.header, house.login.signed_with = header, key
        assert not await house.back(browser, asked["state"]), header


async def test_an_answer_is_taken_once_from_the_browser_and_the_provider_that_were_asked(house: House) -> None:
    browser, asked = await house.go()
    thief = house.open()
    assert not await house.back(thief, asked["state"]), "another browser: login forgery"
    assert not await house.back(browser, "made up")
    assert not await house.back(browser, asked["state"], iss="https://evil.example"), "mix-up"
    assert not await house.back(browser, asked["state"]), "used up by the attempt"
    browser, asked = await house.go()
    assert not await house.back(browser, asked["state"], iss=""), "the provider names itself, so silence is somebody else's"
    browser, asked = await house.go()
    assert not await house.back(browser, asked["state"], code="stolen")
    browser, asked = await house.go()
    house.login.challenge = "of another log-in"
    assert not await house.back(browser, asked["state"]), "PKCE"
    browser, asked = await house.go()
    assert await house.back(browser, asked["state"])
    browser.client.cookies.delete("ashiato_session")
    assert not await house.back(browser, asked["state"]), "replayed"


async def test_only_the_own_people_by_a_proven_domain(world: World, tools: Tools, house: House) -> None:
    other = await world.company("Unproven Works")
    stated = {"issuer": house.login.address, "client_id": CLIENT, "client_secret": SECRET, "domain": house.domain}
    refused = await other.call("POST", "/identity-providers", json=stated)
    assert (refused.status_code, refused.json()["code"]) == (409, "sso.domain")
    await other.post("/people", {"email": house.email, "display_name": "Ada there", "roles": ["clerk"]})
    browser, asked = await house.go()
    assert await house.back(browser, asked["state"])
    assert "Unproven Works" not in browser.page.text
    assert (await other.call("POST", "/identity-providers", json=stated | {"issuer": "http://plain.test"})).status_code == 422


async def test_an_administrator_states_tries_and_closes_it_on_the_page(world: World, tools: Tools, house: House) -> None:
    company = await world.company("Page Sign-on Works")
    domain, other = f"{uuid4().hex[:8]}.test", f"{uuid4().hex[:8]}.test"
    email = f"hana@{domain}"
    await company.post("/people", {"email": email, "display_name": "Hana", "password": PASSWORD, "roles": ["clerk"]})
    browser = house.open()
    await browser.log_in(company.email)
    await browser.get("/company")
    assert browser.page.flaws == []
    assert "/company/providers" not in [form.action for form in browser.page.forms], "a domain comes first"
    await browser.submit("/company/domains", domain=domain.upper())
    assert f"_ashiato-challenge.{domain}" in browser.page.text
    proof = next(form.action for form in browser.page.forms if form.action.startswith("/company/domains/"))
    looked = await browser.submit(proof)
    assert looked.status_code == 409, "nobody has put the challenge there"
    assert f"The challenge of {domain} was not found." in browser.page.text
    await prove(tools, company, domain)
    await browser.get("/company")
    assert proof not in [form.action for form in browser.page.forms]
    assert "http://testserver/login/sso/callback" in browser.page.text
    written = {"issuer": house.login.address, "client_id": CLIENT, "client_secret": SECRET}
    assert (await browser.submit("/company/providers", **written, domain=other)).status_code == 409
    await browser.get("/company")
    assert (await browser.submit("/company/providers", **written | {"issuer": "http://plain.test"})).status_code == 422
    await browser.get("/company")
    await browser.submit("/company/providers", **written)
    assert browser.address == "/company"
    assert house.login.address in browser.page.text
    assert SECRET not in browser.response.text
    (tried,) = [link for link in browser.page.links if link.startswith("/login/sso/")]
    theirs = House(company, domain, email, house.login, tried.rpartition("/")[2], house.open)
    person, asked = await theirs.go()
    assert await theirs.back(person, asked["state"])
    await person.get("/company")
    assert house.login.address not in person.page.text, "a clerk reads nothing of it"
    form = browser.page.form(f"/company/providers/{theirs.provider_id}/end").fields
    assert (await person.send(f"/company/providers/{theirs.provider_id}/end", form)).status_code == 403
    await browser.submit(f"/company/providers/{theirs.provider_id}/end")
    assert tried not in browser.page.links
    assert (await house.open().get(tried)).status_code == 404


async def test_a_certificate_is_not_proven_by_a_domains_record(world: World, tools: Tools, house: House) -> None:
    company = await world.company("Certified Works")
    proof = await company.post("/control-proofs", {"kind": "certificate", "subject": "certified.test"})
    browser = house.open()
    await browser.log_in(company.email)
    await browser.get("/company")
    answer = await browser.send(f"/company/domains/{proof['proof_id']}", {"once": uuid4().hex})
    assert answer.status_code == 404


async def test_a_suspended_company_and_a_closed_provider_end_it(world: World, house: House) -> None:
    browser, asked = await house.go()
    await world.move(house.company, "suspended")
    assert not await house.back(browser, asked["state"])
    await world.move(house.company, "admitted")
    browser, asked = await house.go()
    await house.company.delete(f"/identity-providers/{house.provider_id}")
    assert not await house.back(browser, asked["state"])
    again = house.open()
    await again.get("/login/sso", params={"email": house.email})
    assert "No company logs in this way" in again.page.text
    assert (await again.get(f"/login/sso/{house.provider_id}")).status_code == 404
