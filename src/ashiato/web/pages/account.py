"""The own account: second factors, recovery codes, and where one is logged in."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

import segno
from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.origin import local
from ashiato.web.pages.login import given_by, made_by_browser, opened, site, waiting
from ashiato.web.render import page
from ashiato.web.route import AtDoor, AtGate, Once, View, Visit, journey

router = journey()
Line = Annotated[str, Form(max_length=200)]
Credential = Annotated[str, Form(max_length=20_000)]


@dataclass(frozen=True, slots=True)
class Account:
    """The own second factors and sessions. `codes_left`: recovery codes."""

    template: ClassVar[str] = "account.html"
    factors: list[participants.factors.Factor]
    codes_left: int
    sessions: list[participants.factors.OpenSession]
    time_zone: str
    zones: tuple[str, ...] = participants.accounts.TIME_ZONES


@dataclass(frozen=True, slots=True)
class FreshFactor:
    """A shared secret, told once, and its picture; `action` takes the first code.

    `passkey`: what the browser is told to make one of instead, as JSON.
    """

    template: ClassVar[str] = "factor_new.html"
    fresh: participants.factors.FreshTotp
    picture: str
    action: str
    passkey: str = ""


@dataclass(frozen=True, slots=True)
class FreshPasskey:
    """What the browser is told to make a passkey of, as JSON."""

    template: ClassVar[str] = "passkey_new.html"
    options: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """Recovery codes, told once."""

    template: ClassVar[str] = "recovery.html"
    codes: list[str]
    there: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The second factor once more, for a critical deed. `wrong`: what was (`code`, `passkey`), or nothing."""

    template: ClassVar[str] = "confirmation.html"
    there: str
    wrong: str
    options: str | None


@router.get("/account")
async def account(visit: AtDoor) -> Response:
    """The own second factors and sessions."""

    async def verb(work: Work, actor: Actor) -> View:
        found = participants.factors
        sessions = await found.sessions(work, actor, visit.session or "")
        known = await work.one(participants.access.named(actor))
        return Account(await found.listed(work, actor), await found.codes_left(work, actor), sessions, (known and known.time_zone) or "")

    return await visit.show(verb)


@router.post("/account/time-zone")
async def choose_time_zone(visit: AtDoor, zone: Annotated[str, Form(max_length=64)], once: Once) -> Response:
    """In which time zone the person reads instants; nothing: in the company's."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.accounts.choose_time_zone(work, actor, zone)

    return await visit.act(verb, "/account#time", once)


@router.post("/account/codes-app")
async def add_app(visit: AtDoor, name: Line) -> Response:
    """Adds an app for codes; its secret is on this page only."""

    async def verb(work: Work) -> participants.factors.FreshTotp:
        return await participants.factors.add_totp(work, await visit.enter(work), name.strip(), visit.tools.seal)

    return _fresh(visit, await visit.tools.works.run(verb), "/account/codes-app")


def _fresh(visit: Visit, fresh: participants.factors.FreshTotp, action: str, passkey: str = "") -> Response:
    picture = segno.make(fresh.address, error="m").svg_data_uri(scale=4, border=2)
    return page(visit.request, "factor_new.html", FreshFactor(fresh, picture, f"{action}/{fresh.factor_id}", passkey))


@router.post("/account/codes-app/{factor_id:uuid}")
async def confirm_app(visit: AtDoor, factor_id: UUID, code: Line) -> Response:
    """Takes an app for codes into use, and shows recovery codes with the first factor."""

    async def verb(work: Work) -> list[str]:
        return await participants.factors.confirm_totp(work, await visit.enter(work), factor_id, code, visit.tools.seal)

    return _told(visit, await visit.tools.works.run(verb))


def _told(visit: Visit, codes: list[str]) -> Response:
    return page(visit.request, "recovery.html", Recovery(codes, "/account")) if codes else RedirectResponse("/account", 303)


@router.get("/account/passkey")
async def wanted(visit: AtDoor) -> Response:
    """The page on which the browser makes a passkey."""

    async def verb(work: Work) -> dict[str, Any]:
        return await participants.factors.passkey_wanted(work, await visit.enter(work), visit.session or "", site(visit))

    return page(visit.request, "passkey_new.html", FreshPasskey(json.dumps(await visit.tools.works.run(verb))))


@router.post("/account/passkey")
async def add_passkey(visit: AtDoor, name: Line, credential: Credential) -> Response:
    """Keeps a passkey, and shows recovery codes with the first factor."""
    made = made_by_browser(credential)

    async def verb(work: Work) -> list[str]:
        return await participants.factors.add_passkey(work, await visit.enter(work), visit.session or "", name.strip(), made, site(visit))

    return _told(visit, await visit.tools.works.run(verb))


@router.post("/account/factors/{factor_id:uuid}/removal")
async def remove(visit: AtDoor, factor_id: UUID, once: Once) -> Response:
    """Takes a second factor away."""
    return await visit.act(lambda work, actor: participants.factors.remove(work, actor, factor_id), "/account", once)


@router.post("/account/recovery-codes")
async def recovery(visit: AtDoor) -> Response:
    """Fresh recovery codes, on this page only."""

    async def verb(work: Work) -> list[str]:
        return await participants.factors.fresh_codes(work, await visit.enter(work))

    return _told(visit, await visit.tools.works.run(verb))


@router.post("/account/sessions/{session_id:uuid}/end")
async def end(visit: AtDoor, session_id: UUID, once: Once) -> Response:
    """Ends one of the own sessions."""
    return await visit.act(lambda work, actor: participants.factors.end_session(work, actor, session_id), "/account", once)


async def _confirmation(visit: Visit, there: str, wrong: str = "") -> Response:
    async def verb(work: Work) -> dict[str, Any] | None:
        actor = await visit.enter(work)
        if not any(factor.kind == "passkey" for factor in await participants.factors.listed(work, actor)):
            return None
        return await participants.factors.passkey_asked(work, actor, visit.session or "", site(visit))

    options = await visit.tools.works.run(verb)
    shown = Confirmation(there, wrong, json.dumps(options) if options else None)
    return page(visit.request, "confirmation.html", shown, status=422 if wrong else 200)


@router.get("/account/confirmation")
async def confirmation(visit: AtDoor, there: Annotated[str | None, Query(alias="next", max_length=2000)] = None) -> Response:
    """The second factor once more, before a critical deed."""
    return await _confirmation(visit, local(there))


@router.post("/account/confirmation")
async def confirm(
    visit: AtDoor, code: Line = "", credential: Credential = "", there: Annotated[str | None, Form(alias="next", max_length=2000)] = None
) -> Response:
    """Takes the second factor; critical deeds go through for a quarter of an hour."""
    given = given_by(code, credential)

    async def verb(work: Work) -> bool:
        actor = await visit.enter(work)
        return await participants.factors.step_up(work, actor, visit.session or "", given, visit.tools.seal, site(visit))

    if not await visit.tools.works.run(verb):
        return await _confirmation(visit, local(there), given.kind)
    return RedirectResponse(local(there), 303)


@router.get("/login/set-up")
async def set_up(visit: AtDoor) -> Response:
    """The first second factor, where the installation wants one: it is set up before anything else opens."""

    async def verb(work: Work) -> tuple[participants.factors.FreshTotp, dict[str, Any]]:
        actor, factors = await participants.factors.enter_waiting(work, waiting(visit)), participants.factors
        options = await factors.passkey_wanted(work, actor, waiting(visit), site(visit))
        return await factors.add_totp(work, actor, "1", visit.tools.seal), options

    fresh, options = await visit.tools.works.run(verb)
    return _fresh(visit, fresh, "/login/set-up", json.dumps(options))


@router.post("/login/set-up/{factor_id:uuid}")
async def finish_set_up(visit: AtGate, factor_id: UUID, code: Line) -> Response:
    """Takes an app for codes into use and opens the session; the recovery codes are on this page only."""

    async def confirm(work: Work, actor: Actor) -> list[str]:
        return await participants.factors.confirm_totp(work, actor, factor_id, code, visit.tools.seal)

    return await _set_up(visit, confirm)


@router.post("/login/set-up/passkey")
async def finish_with_passkey(visit: AtGate, name: Line, credential: Credential) -> Response:
    """Keeps a passkey as the first second factor and opens the session; the recovery codes are on this page only."""
    made = made_by_browser(credential)

    async def confirm(work: Work, actor: Actor) -> list[str]:
        return await participants.factors.add_passkey(work, actor, waiting(visit), name.strip(), made, site(visit))

    return await _set_up(visit, confirm)


async def _set_up(visit: Visit, confirm: Callable[[Work, Actor], Awaitable[list[str]]]) -> Response:
    """Opens the session of who has confirmed a first factor, and shows its recovery codes; what is wrong leads back to setting it up."""
    secret, tools = waiting(visit), visit.tools

    async def verb(work: Work) -> list[str]:
        return await confirm(work, await participants.factors.enter_waiting(work, secret))

    try:
        codes = await tools.works.run(verb)
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return RedirectResponse("/login/set-up", 303)
    session = await tools.works.run(lambda work: participants.factors.finish_setup(work, secret, timedelta(hours=tools.settings.session_hours)))
    carrying = opened(visit, session, "/")
    response = page(visit.request, "recovery.html", Recovery(codes, "/"))
    response.raw_headers.extend(header for header in carrying.raw_headers if header[0] == b"set-cookie")
    return response
