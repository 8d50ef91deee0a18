"""Routes: the second factor of people, their sessions, and their company's provider of identities."""

from datetime import timedelta
from uuid import UUID

from fastapi import Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import SESSION_COOKIE, AtDesk, AtGate, Desk
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.companies import SessionOut
from ashiato.gateways.rest.wire.second_factors import (
    ConfirmIn,
    FactorIn,
    FreshTotpOut,
    GivenIn,
    OpenSessionOut,
    OptionsOut,
    PasskeyIn,
    ProviderIn,
    ProviderOut,
    RecoveryOut,
    SecondFactorOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import Kind, Refusal, invalid
from ashiato.kernel.ids import PersonId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("access")


def _secret(desk: Desk) -> str:
    _, _, bearer = desk.request.headers.get("authorization", "").partition(" ")
    return bearer or desk.request.cookies.get(SESSION_COOKIE, "")


def _site(desk: Desk) -> participants.factors.Site:
    return participants.factors.Site.of(desk.tools.settings.public_url)


def _lifetime(desk: Desk) -> timedelta:
    return timedelta(hours=desk.tools.settings.session_hours)


async def _person(work: Work, desk: Desk) -> tuple[Actor, bool]:
    """Who asks, and whether the session waits for a second factor: setting one up is what it may do."""
    try:
        return await desk.enter(work), False
    except Refusal as refusal:
        if refusal.kind is not Kind.UNIDENTIFIED:
            raise
    actor = await participants.factors.enter_waiting(work, _secret(desk))
    if actor.second_factor:
        raise participants.model.unidentified()  # it is to be given, not added to
    return actor, True


def opened(session: participants.access.Session) -> SessionOut:
    """A fresh session as it is told."""
    return SessionOut(
        token=session.secret, expires_at=session.expires_at, company_id=session.company_id, pending=session.pending, set_up=session.set_up
    )


@router.post("/sessions/second-factor", status_code=201)
async def finish(body: GivenIn, desk: AtGate) -> SessionOut:
    """Gives the second factor to a session that waits for it (its token as bearer); the answer holds the session that is open."""
    given = participants.factors.Given(body.code, body.assertion)
    tools = desk.tools
    session = await tools.works.run(lambda work: participants.factors.finish(work, _secret(desk), given, tools.seal, _site(desk), _lifetime(desk)))
    if session is None:
        raise participants.model.unidentified()
    return opened(session)


@router.post("/sessions/second-factor/options")
async def asked(desk: AtGate) -> OptionsOut:
    """What a browser is told to sign with a passkey, for a session that waits."""

    async def verb(work: Work) -> OptionsOut:
        actor = await participants.factors.enter_waiting(work, _secret(desk))
        return OptionsOut(options=await participants.factors.passkey_asked(work, actor, _secret(desk), _site(desk)))

    return await desk.tools.works.run(verb)


@router.post("/sessions/current/proof", status_code=204, response_class=Response)
async def step_up(body: GivenIn, desk: AtDesk) -> Response:
    """Gives the second factor once more, for critical deeds in the next quarter of an hour."""
    given = participants.factors.Given(body.code, body.assertion)

    async def verb(work: Work) -> bool:
        actor = await desk.enter(work)
        return await participants.factors.step_up(work, actor, _secret(desk), given, desk.tools.seal, _site(desk))

    if not await desk.tools.works.run(verb):
        raise invalid("factor.code", "This is not the code of this moment.", "Compare the clock of your phone, then type the next code.")
    return Response(None, 204)


@router.get("/sessions", response_model=Page[OpenSessionOut])
async def sessions(desk: AtDesk) -> Response:
    """Where one is logged in, the newest first."""

    async def verb(work: Work, actor: Actor) -> Page[OpenSessionOut]:
        return Page(items=[OpenSessionOut.model_validate(each) for each in await participants.factors.sessions(work, actor, _secret(desk))])

    return await desk.read(verb)


@router.delete("/sessions/{session_id}", status_code=204, response_class=Response)
async def end_session(session_id: UUID, desk: AtDesk) -> Response:
    """Ends one of the own sessions, from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.factors.end_session(work, actor, session_id)

    return await desk.write(verb)


@router.get("/second-factors", response_model=Page[SecondFactorOut])
async def factors(desk: AtDesk) -> Response:
    """The own second factors that work."""

    async def verb(work: Work, actor: Actor) -> Page[SecondFactorOut]:
        return Page(items=[SecondFactorOut.model_validate(each) for each in await participants.factors.listed(work, actor)])

    return await desk.read(verb)


@router.post("/second-factors", status_code=201)
async def add(body: FactorIn, desk: AtDesk) -> FreshTotpOut:
    """Adds an app for codes (TOTP); its secret is told in this answer only, and counts once a code was confirmed."""

    async def verb(work: Work) -> FreshTotpOut:
        actor, _ = await _person(work, desk)
        return FreshTotpOut.model_validate(await participants.factors.add_totp(work, actor, body.name, desk.tools.seal))

    return await desk.tools.works.run(verb)


@router.post("/second-factors/{factor_id}/confirmation")
async def confirm(factor_id: UUID, body: ConfirmIn, desk: AtDesk) -> RecoveryOut:
    """Takes an app for codes into use by its first code."""

    async def verb(work: Work) -> tuple[list[str], bool]:
        actor, waits = await _person(work, desk)
        return await participants.factors.confirm_totp(work, actor, factor_id, body.code, desk.tools.seal), waits

    return await _set_up(desk, *await desk.tools.works.run(verb))


async def _set_up(desk: Desk, codes: list[str], waits: bool) -> RecoveryOut:
    if not waits:
        return RecoveryOut(codes=codes)
    session = await desk.tools.works.run(lambda work: participants.factors.finish_setup(work, _secret(desk), _lifetime(desk)))
    return RecoveryOut(codes=codes, session=opened(session))


@router.post("/passkeys/options")
async def passkey_options(desk: AtDesk) -> OptionsOut:
    """What a browser is told to make a passkey of."""

    async def verb(work: Work) -> OptionsOut:
        actor, _ = await _person(work, desk)
        return OptionsOut(options=await participants.factors.passkey_wanted(work, actor, _secret(desk), _site(desk)))

    return await desk.tools.works.run(verb)


@router.post("/passkeys", status_code=201)
async def add_passkey(body: PasskeyIn, desk: AtDesk) -> RecoveryOut:
    """Keeps a passkey that a browser made after asking for its options."""

    async def verb(work: Work) -> tuple[list[str], bool]:
        actor, waits = await _person(work, desk)
        return await participants.factors.add_passkey(work, actor, _secret(desk), body.name, body.credential, _site(desk)), waits

    return await _set_up(desk, *await desk.tools.works.run(verb))


@router.delete("/second-factors/{factor_id}", status_code=204, response_class=Response)
async def remove(factor_id: UUID, desk: AtDesk) -> Response:
    """Takes an own second factor away, shortly after one was given."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.factors.remove(work, actor, factor_id)

    return await desk.write(verb)


@router.post("/recovery-codes", status_code=201, response_model=RecoveryOut)
async def recovery(desk: AtDesk) -> Response:
    """Fresh recovery codes, told in this answer only; earlier ones open nothing any more."""

    async def verb(work: Work, actor: Actor) -> RecoveryOut:
        return RecoveryOut(codes=await participants.factors.fresh_codes(work, actor))

    return await desk.write(verb, 201, secret=True)


@router.delete("/people/{person_id}/second-factors", status_code=204, response_class=Response)
async def reset(person_id: UUID, desk: AtDesk) -> Response:
    """Takes all second factors of a colleague who lost them away, and ends the colleague's sessions."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.factors.reset(work, actor, PersonId(person_id))

    return await desk.write(verb)


@router.get("/identity-providers", response_model=Page[ProviderOut])
async def providers(desk: AtDesk) -> Response:
    """The own company's providers of identities, by domain."""

    async def verb(work: Work, actor: Actor) -> Page[ProviderOut]:
        return Page(items=[ProviderOut.model_validate(each) for each in await participants.sso.listed(work, actor)])

    return await desk.read(verb)


@router.post("/identity-providers", status_code=201, response_model=ProviderOut)
async def state_provider(body: ProviderIn, desk: AtDesk) -> Response:
    """States the provider through which people with addresses of a proven domain log in, in place of the one before."""

    async def verb(work: Work, actor: Actor) -> ProviderOut:
        kept = await participants.sso.state(work, actor, body.issuer, body.client_id, body.client_secret, body.domain, desk.tools.seal)
        return ProviderOut.model_validate(kept)

    return await desk.write(verb, 201)


@router.delete("/identity-providers/{provider_id}", status_code=204, response_class=Response)
async def close_provider(provider_id: UUID, desk: AtDesk) -> Response:
    """Nobody logs in through the provider any more."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.sso.close(work, actor, provider_id)

    return await desk.write(verb)
