"""Calls of the user-authentication system: logging in, tokens, passwords; and what other systems ask of keys and tokens."""

import re
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.ouranos import errors
from ashiato.gateways.ouranos.desk import LARGEST, AtDesk, AtGate, Call
from ashiato.gateways.ouranos.errors import Fault, Part
from ashiato.gateways.ouranos.wire import (
    ApiKeyIn,
    ApiKeyOut,
    ChangePasswordModel,
    Health,
    LoginInputModel,
    LoginOutputModel,
    Nothing,
    RefreshInputModel,
    RefreshOutputModel,
    TokenIn,
    TokenOut,
)
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import keys
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["authentication"], max_body_size=LARGEST)
_KINDS_OF_CHARACTERS = ("[A-Z]", "[a-z]", "[0-9]", "[!@#$%^&*]")


def _policy(desk: AtDesk) -> participants.FactorPolicy:
    return participants.FactorPolicy(desk.tools.settings.second_factor)


@router.post("/auth/login", status_code=201, response_model=LoginOutputModel)
async def log_in(body: LoginInputModel, desk: AtGate) -> Response:
    """Opens a session: an access token for an hour, and what fetches the next one."""
    lifetime = timedelta(hours=desk.tools.settings.session_hours)

    async def verb(work: Work) -> LoginOutputModel | None:
        await desk.check_key(work)
        session = await participants.access.log_in(work, body.operatorAccountId, body.accountPassword, lifetime, _policy(desk))
        return None if session is None or session.pending else _opened(desk, session, work.now)

    opened = await desk.tools.works.run(verb)
    if opened is None:
        raise Fault(401, errors.WRONG_LOGIN, Part.AUTH)
    return desk.answer(opened, 201)


def _opened(desk: AtDesk, session: participants.access.Session, now: datetime) -> LoginOutputModel:
    token = desk.tokens.issue(session.company_id, keys.secret_hash(session.secret), now)
    return LoginOutputModel(accessToken=token, refreshToken=session.secret)


@router.post("/auth/refresh", status_code=201, response_model=RefreshOutputModel)
async def refresh(body: RefreshInputModel, desk: AtGate) -> Response:
    """Another access token of the same session."""

    async def verb(work: Work) -> RefreshOutputModel:
        await desk.check_key(work)
        actor, session = await participants.access.renew(work, body.refreshToken)
        return RefreshOutputModel(accessToken=desk.tokens.issue(actor.company_id, session, work.now))

    return desk.answer(await desk.tools.works.run(verb), 201)


@router.post("/auth/change", status_code=201, response_model=Nothing)
async def change_password(body: ChangePasswordModel, desk: AtDesk) -> Response:
    """Another password from now on; all other sessions of the account end."""
    if not all(re.search(kind, body.newPassword) for kind in _KINDS_OF_CHARACTERS):
        raise errors.flawed("newPassword: an upper-case letter, a lower-case letter, a digit and one of !@#$%^&* are needed.")

    async def verb(work: Work, actor: Actor) -> Nothing:
        await participants.access.change_password(work, actor, body.newPassword, desk.session)
        return Nothing()

    return desk.answer(await desk.write(verb), 201)


@router.post("/api/v1/systemAuth/token", response_model=TokenOut)
async def introspect_token(body: TokenIn, desk: AtDesk) -> Response:
    """For other systems: whose token it is, null for one that is not good."""

    async def verb(work: Work) -> TokenOut:
        await desk.check_key(work, "system")
        session = desk.tokens.session_hash(body.idToken, work.now)
        try:
            actor = await participants.access.enter_by_hash(work, session or b"")
        except Refusal:
            return TokenOut(operatorId=None)
        return TokenOut(operatorId=actor.company_id)

    return desk.answer(await desk.tools.works.run(verb, read_only=True))


@router.post("/api/v1/systemAuth/apiKey", response_model=ApiKeyOut)
async def introspect_key(body: ApiKeyIn, desk: AtDesk) -> Response:
    """For other systems: whether an application's key is good, and from this address."""

    async def verb(work: Work) -> ApiKeyOut:
        await desk.check_key(work, "system")
        caller = await participants.applications.caller(work, body.apiKey, body.ipAddress)
        return ApiKeyOut(isApiKeyValid=caller is not None, isIpAddressValid=caller is not None and caller.in_range)

    return desk.answer(await desk.tools.works.run(verb, read_only=True))


@router.get("/api/v1/authInfo/health", response_model=Health)
@router.get("/api/v1/datatransport/health", response_model=Health)
async def health(desk: AtDesk) -> Response:
    """Whether the system answers, its database included."""

    async def verb(_: Work) -> Health:
        return Health(isSystemHealthy=True)

    return desk.answer(await desk.tools.works.run(verb, read_only=True))
