"""Single sign-on: a company's people log in through its own provider of identities (OpenID Connect Core 1.0, authorization code with PKCE).

A provider counts for the addresses of a domain that the company has proven to control, and for the people of that company alone. Every
state is taken once, by the browser that began it (RFC 9700 section 4.7); the answer has to come from the provider that was asked (RFC 9207).
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ashiato.domain.participants import access, candidacy_store, facts, store
from ashiato.domain.participants import sso_store as kept
from ashiato.domain.participants.model import Actor, FactorPolicy, normal_email, text_flaw, unidentified
from ashiato.domain.participants.policy import Deed, require
from ashiato.domain.participants.sso_store import Offered, Provider, SignOn
from ashiato.kernel.errors import Flaw, Refusal, absent, conflict, invalid
from ashiato.plumbing import keys
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Offered", "Provider", "SignOn", "Told"]

CALLBACK = "/login/sso/callback"
_LASTS = timedelta(minutes=10)
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"]
_LONGEST_TOKEN = 20_000
_OLDEST_TOKEN = timedelta(minutes=10)
_SKEW = 60  # seconds that the provider's clock may be off
_BY_MORE = frozenset({"mfa", "hwk", "otp", "fpt", "face", "swk"})  # RFC 8176: the provider asked for a second factor
_OK = 200


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself (OpenID Connect Discovery 1.0 section 3). `names_itself`: its answers say who they come from."""

    issuer: str
    authorization: str
    token: str
    keys: str
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the secret that its cookie keeps until it comes back."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Told:
    """Whom the provider says it is: its own name for the person, the address, and whether it asked for more than one factor."""

    subject: str
    email: str
    by_more: bool


async def state(work: Work, actor: Actor, issuer: str, client_id: str, secret: str, domain: str, seal: Seal) -> Provider:
    """Keeps the company's provider for a domain, in place of the one before.

    Refuses (`conflict`) a domain that the company has not proven, (`invalid`) an issuer that is no plain https address.
    """
    require(actor, Deed.ADMINISTER)
    access.require_fresh(actor, work.now)
    flaws = [flaw for flaw in (text_flaw("client_id", client_id), text_flaw("client_secret", secret, 1000)) if flaw]
    try:
        Outbound().check(issuer)
    except OutboundError as error:
        flaws.append(Flaw("issuer", error.code, str(error)))
    if flaws:
        raise invalid("sso", "This provider cannot be kept.", "Correct the fields named here.", *flaws)
    name = domain.strip().casefold()
    if name not in await candidacy_store.proven_domains(work):
        raise conflict("sso.domain", f"Your company has not proven that it controls {name}.", "Prove the domain first.")
    standing = next((each for each in await kept.listed(work) if each.domain == name), None)
    provider_id = standing.provider_id if standing else work.new_id()
    sealed = seal.seal(secret.encode(), f"provider {provider_id}")
    found = await kept.put(work, provider_id, issuer, client_id, sealed, name)
    if found is None:
        raise conflict("sso", "The provider cannot be kept now.", "Repeat it in a moment.")
    work.record(facts.provider_changed(found.provider_id))
    return found


async def listed(work: Work, actor: Actor) -> list[Provider]:
    """The providers of the actor's company, by domain."""
    require(actor, Deed.ADMINISTER)
    return await kept.listed(work)


async def close(work: Work, actor: Actor, provider_id: UUID) -> None:
    """Nobody logs in through the provider any more, from the next log-in on."""
    require(actor, Deed.ADMINISTER)
    access.require_fresh(actor, work.now)
    if not await kept.close(work, provider_id):
        raise absent("provider")
    work.record(facts.provider_changed(provider_id))


async def for_address(work: Work, email: str) -> list[Offered]:
    """The providers for an address, by its domain alone: whether there is such a person is told by nobody."""
    return await kept.for_domain(work, normal_email(email).rpartition("@")[2])


async def offered(work: Work, provider_id: UUID) -> Offered:
    """A provider that is in use. Refuses (`absent`) every other."""
    found = await kept.offered(work, provider_id)
    if found is None:
        raise absent("provider")
    return found


async def discover(issuer: str, outbound: Outbound) -> Metadata:
    """What a provider says of itself, fetched while no transaction is open. Refuses (`conflict`) one that calls itself by another name."""
    found = await _fetch(outbound, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    try:
        known = Metadata(
            found["issuer"], found["authorization_endpoint"], found["token_endpoint"], found["jwks_uri"],
            found.get("authorization_response_iss_parameter_supported") is True,
        )  # fmt: skip
        for address in (known.authorization, known.token, known.keys):
            outbound.check(address)
    except (KeyError, TypeError, AttributeError, OutboundError) as error:
        raise _unusable() from error
    if known.issuer != issuer:
        raise _unusable()
    return known


async def begin(work: Work, provider: Offered, metadata: Metadata, there: str, public_url: str) -> Begun:
    """Sends a browser to the provider; what comes back is taken once, within ten minutes, from the same browser."""
    state, browser, nonce, verifier = (keys.new_secret() for _ in range(4))
    expires_at = work.now + _LASTS
    await kept.begin(work, provider, keys.secret_hash(state), keys.secret_hash(browser), nonce, verifier, there, expires_at)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": public_url + CALLBACK, "scope": "openid email",
        "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    return Begun(f"{metadata.authorization}{'&' if '?' in metadata.authorization else '?'}{urlencode(asked)}", browser)


async def take(work: Work, state: str, browser: str) -> SignOn:
    """The log-in that came back. Refuses (`unidentified`) an unknown, used or outlived state, and another browser's."""
    found = await kept.take(work, keys.secret_hash(state), keys.secret_hash(browser))
    if found is None:
        raise unidentified()
    return found


async def redeem(came: SignOn, code: str, named: str | None, seal: Seal, outbound: Outbound, public_url: str, now: datetime) -> Told:
    """Whom the provider says it is: fetches the identity token and judges it, while no transaction is open.

    Refuses (`unidentified`) an answer that comes from another provider than the one that was asked, and every token that is not
    exactly this provider's, for this client, for this log-in, and fresh.
    """
    metadata = await discover(came.issuer, outbound)
    if (named is None and metadata.names_itself) or (named is not None and named != came.issuer):
        raise unidentified()
    secret = seal.open(came.sealed, f"provider {came.provider_id}").decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": public_url + CALLBACK, "code_verifier": came.verifier}
    answer = await _fetch(outbound, "POST", metadata.token, form, (came.client_id, secret))
    token, held = answer.get("id_token"), await _fetch(outbound, "GET", metadata.keys)
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
        raise unidentified()
    return judged(token, held, came, now)


def judged(token: str, held: dict[str, Any], came: SignOn, now: datetime) -> Told:
    """What an identity token says, if it is good (OpenID Connect Core 1.0 section 3.1.3.7). Refuses (`unidentified`) every other alike."""
    at = int(now.timestamp())
    essential: dict[str, Any] = {name: {"essential": True} for name in ("exp", "iat", "sub")}
    rules = jwt.JWTClaimsRegistry(
        now=at, leeway=_SKEW, iss={"essential": True, "value": came.issuer}, aud={"essential": True, "value": came.client_id},
        nonce={"essential": True, "value": came.nonce}, **essential,
    )  # fmt: skip
    try:
        public = [key for key in held["keys"] if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]
        for weak in (key for key in public if key.get("crv") == "Ed25519"):
            keys.key_id(weak)  # refuses those under which anybody signs
        opened = jwt.decode(token, KeySet.import_key_set({"keys": public}), algorithms=_ALGORITHMS)
        claims = opened.claims
        rules.validate(claims)
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        subject, email = claims["sub"], normal_email(claims.get("email", ""))
        azp = claims.get("azp")
        sound = audience == [came.client_id] or azp == came.client_id
        sound = sound and azp in (None, came.client_id) and at - claims["iat"] <= _OLDEST_TOKEN.total_seconds()
        methods = claims.get("amr") or []
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise unidentified() from error
    if not (sound and isinstance(subject, str) and 0 < len(subject) <= 255 and claims.get("email_verified") is not False):  # noqa: PLR2004 — Core 1.0 section 2
        raise unidentified()
    return Told(subject, email, isinstance(methods, list) and any(method in _BY_MORE for method in methods))


async def arrive(work: Work, came: SignOn, told: Told, lifetime: timedelta, policy: FactorPolicy, label: str) -> access.Session:
    """The session of the person whom the provider named: bound at the first time by an address of the proven domain, later by subject alone.

    Where the provider asked for more than one factor, none is asked here beside it. Refuses (`unidentified`) whoever is nobody's.
    """
    account = await kept.bound(work, came, told.subject)
    fresh = account is None
    if account is None and told.email.rpartition("@")[2] == came.domain:
        account = await kept.unbound(work, came, told.email)
    if account is None:
        raise unidentified()
    if told.by_more:
        session = await access.begin(work, account, lifetime, method="sso", label=label)
    else:
        session = await access.begin_as_policy_wants(work, account, lifetime, policy, method="sso", label=label)
    if fresh:
        await kept.bind(work, came, told.subject, account.person_id)
        await work.pin(Viewpoint.MEMBER, account.company_id)
        work.record(facts.account_changed("person.signed_on", account.person_id))
    return session


async def names(work: Work, found: list[Offered]) -> dict[UUID, str]:
    """The names of the companies whose providers these are; the work takes a member's eyes."""
    await work.pin(Viewpoint.MEMBER, None)
    known = await store.names_of(work, [each.company_id for each in found])
    return {each.provider_id: known[each.company_id] for each in found if each.company_id in known}  # type: ignore[index]


async def _fetch(
    outbound: Outbound, method: str, address: str, form: dict[str, str] | None = None, auth: tuple[str, str] | None = None
) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else None
    try:
        reply = await outbound.call(method, address, headers=headers, body=urlencode(form).encode() if form else None, auth=auth)
        found = json.loads(reply.body)
    except (OutboundError, ValueError) as error:
        raise _unusable() from error
    if reply.status != _OK or not isinstance(found, dict):
        raise _unusable()
    return found


def _unusable() -> Refusal:
    return conflict("sso.provider", "Your company's login does not answer as it should.", "Tell your company's administrator, or use your password.")
