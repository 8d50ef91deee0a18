"""Routes: logging in, tokens for programs, who am I."""

import base64
import binascii
from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request, Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import SESSION_COOKIE, AtDesk, AtGate
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.second_factors import opened
from ashiato.gateways.rest.wire.companies import CompanyOut, LoginIn, MeOut, SessionOut, TokenOut
from ashiato.kernel.errors import invalid
from ashiato.plumbing.unit_of_work import Work

router = routes_about("access")


@router.post("/sessions", status_code=201)
async def log_in(body: LoginIn, desk: AtGate, response: Response) -> SessionOut:
    """Opens a session for a person. Where a second factor is there or wanted, the session waits for it."""
    lifetime = timedelta(hours=desk.tools.settings.session_hours)
    policy, label = participants.FactorPolicy(desk.tools.settings.second_factor), desk.request.headers.get("user-agent", "")
    session = await desk.tools.works.run(lambda work: participants.access.log_in(work, body.email, body.password, lifetime, policy, label))
    if session is None:
        raise participants.model.unidentified()
    if session.pending:
        return opened(session)
    secure = desk.tools.settings.public_url.startswith("https:")
    response.set_cookie(SESSION_COOKIE, session.secret, httponly=True, secure=secure, samesite="lax", max_age=int(lifetime.total_seconds()))
    return opened(session)


@router.delete("/sessions/current", status_code=204, response_class=Response)
async def log_out(desk: AtDesk) -> Response:
    """Ends the session that the request was made with."""

    async def verb(work: Work, _: Actor) -> None:
        await participants.access.log_out(work, _session_secret(desk.request))

    response = await desk.write(verb)
    response.delete_cookie(SESSION_COOKIE)
    return response


def _session_secret(request: Request) -> str:
    _, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer or request.cookies.get(SESSION_COOKIE, "")


@router.get("/me", response_model=MeOut)
async def me(desk: AtDesk) -> Response:
    """Who the credentials name."""

    async def verb(work: Work, actor: Actor) -> MeOut:
        company = await participants.admission.own_company(work, actor)
        return MeOut(company=CompanyOut.model_validate(company), roles=sorted(actor.roles), person_id=actor.person_id, client_id=actor.client_id)

    return await desk.read(verb)


oauth = routes_about("access", under="")


@oauth.post("/oauth/token")
async def token(desk: AtGate, grant_type: Annotated[str, Form(max_length=100)]) -> TokenOut:
    """An access token for a program (RFC 6749 section 4.4); client id and secret as HTTP Basic."""
    if grant_type != "client_credentials":
        raise invalid("oauth.grant_type", "Only client_credentials are accepted here.", "Send grant_type=client_credentials.")
    client_id, secret = _basic(desk.request)
    client, company = await desk.tools.works.run(lambda work: participants.access.client_of(work, client_id, secret))
    issued = desk.tools.tokens.issue(client, company, desk.tools.works.clock.now())
    return TokenOut(access_token=issued.access_token, expires_in=issued.expires_in)


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ""
    client_id, separator, secret = decoded.partition(":")
    if scheme.casefold() != "basic" or not separator:
        raise participants.model.unidentified()
    return client_id, secret


@oauth.get("/.well-known/jwks.json")
async def jwks(desk: AtDesk) -> dict[str, object]:
    """The keys that verify access tokens (RFC 7517)."""
    return desk.tools.tokens.jwks


@oauth.get("/.well-known/oauth-authorization-server")
async def authorization_server(desk: AtDesk) -> dict[str, object]:
    """Where and how tokens are issued (RFC 8414)."""
    issuer = desk.tools.settings.public_url
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "response_types_supported": [],
    }
