"""Logging in and out: by password and second factor, or through the company's own provider of identities."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import participants
from ashiato.kernel.errors import Kind, Refusal, invalid
from ashiato.plumbing import outbound
from ashiato.plumbing.unit_of_work import Work
from ashiato.web import keeping
from ashiato.web.origin import local
from ashiato.web.render import page
from ashiato.web.route import SESSION_COOKIE, AtDoor, AtGate, Login, Visit, journey

router = journey()
WAITING_COOKIE = "ashiato_waiting"  # a session that waits for a second factor
SIGN_ON_COOKIE = "ashiato_sign_on"  # which browser began a log-in through a provider
_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Again:
    """What was typed before the session ended, to be sent now."""

    template: ClassVar[str] = "again.html"
    kept: keeping.KeptForm


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The second factor's form. `wrong`: what was (`code`, `passkey`), or nothing; `options`: what a passkey is asked to sign, as JSON."""

    template: ClassVar[str] = "second_factor.html"
    there: str
    wrong: str
    options: str | None


@dataclass(frozen=True, slots=True)
class SignOn:
    """Through which companies' providers somebody with this address can log in."""

    template: ClassVar[str] = "sign_on.html"
    email: str
    there: str
    offered: dict[UUID, str]


@router.get("/login")
async def form(
    visit: AtDoor, there: Annotated[str | None, Query(alias="next", max_length=2000)] = None, refused: Literal["sso"] | None = None
) -> Response:
    """The form; with a word for who comes from the company's own login in vain."""
    return page(visit.request, "login.html", Login("", local(there), wrong=False, turned_away=refused is not None))


@router.post("/login", max_body_size=1024 * 1024)
async def log_in(
    visit: AtGate,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=200)],
    there: Annotated[str | None, Form(alias="next", max_length=2000)] = None,
    kept: Annotated[str, Form(max_length=4 * keeping.LONGEST)] = "",
) -> Response:
    """Opens a session; whatever is wrong with the credentials gets the same words."""
    lifetime, policy, label = _lifetime(visit), _policy(visit), _label(visit)
    session = await visit.tools.works.run(lambda work: participants.access.log_in(work, email, password, lifetime, policy, label))
    if session is None:
        return page(visit.request, "login.html", Login(email, local(there), wrong=True, kept=keeping.read(kept)), status=401)
    return opened(visit, session, local(there), keeping.read(kept) if kept else None)


def _lifetime(visit: Visit) -> timedelta:
    return timedelta(hours=visit.tools.settings.session_hours)


def _policy(visit: Visit) -> participants.FactorPolicy:
    return participants.FactorPolicy(visit.tools.settings.second_factor)


def _label(visit: Visit) -> str:
    return visit.request.headers.get("user-agent", "")


def opened(visit: Visit, session: participants.access.Session, there: str, form: keeping.KeptForm | None = None) -> Response:
    """Leads on with the cookie: to the page that was wanted, to what was typed before (`form`), or to the second factor."""
    if session.pending:
        step = "/login/set-up" if session.set_up else "/login/second-factor"
        waits = RedirectResponse(f"{step}?next={quote(there, safe='')}", 303)
        waits.set_cookie(WAITING_COOKIE, session.secret, httponly=True, secure=visit.secure, samesite="lax", max_age=_MINUTES, path="/login")
        return waits
    response: Response = page(visit.request, Again.template, Again(form)) if form else RedirectResponse(there, 303)
    age = int(_lifetime(visit).total_seconds())
    response.set_cookie(SESSION_COOKIE, session.secret, httponly=True, secure=visit.secure, samesite="lax", max_age=age)
    response.delete_cookie(WAITING_COOKIE, path="/login", httponly=True, secure=visit.secure, samesite="lax")
    return response


def waiting(visit: Visit) -> str:
    """The secret of the session that waits; empty for nobody's."""
    return visit.request.cookies.get(WAITING_COOKIE, "")


def site(visit: Visit) -> participants.factors.Site:
    """The site that passkeys belong to."""
    return participants.factors.Site.of(visit.tools.settings.public_url)


async def _second_step(visit: Visit, there: str, wrong: str = "") -> Response:
    async def verb(work: Work) -> dict[str, Any] | None:
        actor = await participants.factors.enter_waiting(work, waiting(visit))
        known = await participants.factors.listed(work, actor)
        if not any(factor.kind == "passkey" for factor in known):
            return None
        return await participants.factors.passkey_asked(work, actor, waiting(visit), site(visit))

    options = await visit.tools.works.run(verb)
    shown = SecondStep(there, wrong, json.dumps(options) if options else None)
    return page(visit.request, "second_factor.html", shown, status=401 if wrong else 200)


@router.get("/login/second-factor")
async def second_step(visit: AtDoor, there: Annotated[str | None, Query(alias="next", max_length=2000)] = None) -> Response:
    """The second factor's form. Whose session does not wait any more logs in again."""
    return await _second_step(visit, local(there))


@router.post("/login/second-factor")
async def give(
    visit: AtGate,
    code: Annotated[str, Form(max_length=40)] = "",
    credential: Annotated[str, Form(max_length=20_000)] = "",
    there: Annotated[str | None, Form(alias="next", max_length=2000)] = None,
) -> Response:
    """Takes the second factor; a wrong one is counted, and told without more words."""
    given = given_by(code, credential)
    tools = visit.tools
    session = await tools.works.run(lambda work: participants.factors.finish(work, waiting(visit), given, tools.seal, site(visit), _lifetime(visit)))
    if session is None:
        return await _second_step(visit, local(there), given.kind)
    return opened(visit, session, local(there))


def given_by(code: str, credential: str) -> participants.factors.Given:
    """What a form gives as a second factor. Refuses (`invalid`) what a browser did not make."""
    if not credential:
        return participants.factors.Given(code)
    return participants.factors.Given(assertion=made_by_browser(credential))


def made_by_browser(credential: str) -> dict[str, Any]:
    """What a browser's script laid into the form. Refuses (`invalid`) what it did not make."""
    try:
        found = json.loads(credential)
    except (ValueError, RecursionError) as error:
        raise invalid("factor.passkey", "This passkey was not made for this page.", "Reload the page and try again.") from error
    return found if isinstance(found, dict) else {}


@router.get("/login/sso")
async def sign_on(
    visit: AtDoor,
    email: Annotated[str, Query(max_length=254)] = "",
    there: Annotated[str | None, Query(alias="next", max_length=2000)] = None,
) -> Response:
    """Through whose provider an address can log in: by its domain alone."""

    async def verb(work: Work) -> dict[UUID, str]:
        found = await participants.sso.for_address(work, email)
        return await participants.sso.names(work, found)

    offered = await visit.tools.works.run(verb, read_only=True) if email else {}
    return page(visit.request, "sign_on.html", SignOn(email, local(there), offered))


@router.get("/login/sso/callback")
async def come_back(
    visit: AtDoor,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """Whoever comes back from a provider is logged in as the person that the provider names; everybody else is told alike, on the form."""
    try:
        return await _came_back(visit, state, code, iss)
    except Refusal as refusal:
        if refusal.kind is not Kind.UNIDENTIFIED:
            raise
        return RedirectResponse("/login?refused=sso", 303)


async def _came_back(visit: Visit, state: str, code: str, iss: str | None) -> Response:
    tools, browser = visit.tools, visit.request.cookies.get(SIGN_ON_COOKIE, "")
    came = await tools.works.run(lambda work: participants.sso.take(work, state, browser))
    calls = outbound.of(tools.settings)
    told = await participants.sso.redeem(came, code, iss, tools.seal, calls, tools.settings.public_url, tools.works.clock.now())
    lifetime, policy, label = _lifetime(visit), _policy(visit), _label(visit)
    session = await tools.works.run(lambda work: participants.sso.arrive(work, came, told, lifetime, policy, label))
    response = opened(visit, session, local(came.there))
    response.delete_cookie(SIGN_ON_COOKIE, path="/login/sso", httponly=True, secure=visit.secure, samesite="lax")
    return response


@router.get("/login/sso/{provider_id:uuid}")
async def go(visit: AtDoor, provider_id: UUID, there: Annotated[str | None, Query(alias="next", max_length=2000)] = None) -> Response:
    """Sends the browser to the provider."""
    tools = visit.tools
    offered = await tools.works.run(lambda work: participants.sso.offered(work, provider_id), read_only=True)
    metadata = await participants.sso.discover(offered.issuer, outbound.of(tools.settings))
    begun = await tools.works.run(lambda work: participants.sso.begin(work, offered, metadata, local(there), tools.settings.public_url))
    response = RedirectResponse(begun.address, 303)
    response.set_cookie(SIGN_ON_COOKIE, begun.browser, httponly=True, secure=visit.secure, samesite="lax", max_age=_MINUTES, path="/login/sso")
    return response


@router.post("/logout")
async def log_out(visit: AtDoor) -> Response:
    """Ends the session. Whose session has ended already is logged out all the same."""

    async def verb(work: Work) -> None:
        await visit.enter(work)
        await participants.access.log_out(work, visit.session or "")

    try:
        await visit.tools.works.run(verb)
    except Refusal as refusal:
        if refusal.kind is not Kind.UNIDENTIFIED:
            raise
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, secure=visit.secure, samesite="lax")
    return response
