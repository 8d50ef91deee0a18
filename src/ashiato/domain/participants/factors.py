"""The second factor: codes from an app (TOTP, RFC 6238), passkeys (WebAuthn level 3), recovery codes; and the sessions of a person.

A log-in that needs one more factor gets a session that opens nothing else. Each code is taken once: a time step that was used, and every one
before it, is used up.
"""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import webauthn
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ashiato.domain.participants import access, facts, store
from ashiato.domain.participants import factor_store as kept
from ashiato.domain.participants.factor_store import Factor, OpenSession
from ashiato.domain.participants.model import Actor, CompanyKind, Role, text_flaw, unidentified
from ashiato.kernel.errors import absent, conflict, denied, invalid
from ashiato.kernel.ids import CompanyId, PersonId
from ashiato.plumbing import keys
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Factor", "OpenSession", "Site"]

_DIGITS, _STEP = 6, 30
_SLACK = 1  # time steps that a clock may be off
_SECRET = 20  # bytes, RFC 4226 section 4 R6
_CODES = 10
_WRONG_CODES = 5
_LOCKED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Site:
    """The site that passkeys belong to: its host's name, and its origin."""

    host: str
    origin: str

    @staticmethod
    def of(public_url: str) -> "Site":
        """The site at this address."""
        rest = public_url.split("://", 1)[-1]
        return Site(rest.split("/")[0].split(":")[0], public_url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class FreshTotp:
    """A shared secret, told once: for an app by hand (base32) or as a QR code (otpauth)."""

    factor_id: UUID
    secret: str
    address: str


async def enter_waiting(work: Work, secret: str) -> Actor:
    """The person behind a session that waits for a second factor. It has no role: it can set a factor up, or give one, and nothing else."""
    found = await kept.waiting(work, keys.secret_hash(secret))
    if found is None:
        raise unidentified()
    await work.pin(_viewpoint(found.kind), found.company_id)
    return Actor(CompanyId(found.company_id), CompanyKind(found.kind), frozenset(), PersonId(found.person_id), second_factor=found.second_factor)


def _viewpoint(kind: str) -> Viewpoint:
    return Viewpoint.OPERATOR if kind == CompanyKind.OPERATOR else Viewpoint.MEMBER


def _person(actor: Actor) -> PersonId:
    if actor.person_id is None:
        raise denied("person", "Programs have no second factor.", "Log in as a person.")
    return actor.person_id


async def listed(work: Work, actor: Actor) -> list[Factor]:
    """The own factors that work."""
    return [factor for factor in await kept.factors(work, _person(actor)) if factor.confirmed_at]


async def codes_left(work: Work, actor: Actor) -> int:
    """How many recovery codes are left."""
    return await kept.codes_left(work, _person(actor))


async def add_totp(work: Work, actor: Actor, name: str, seal: Seal) -> FreshTotp:
    """A fresh shared secret; it counts once a code of it was given (`confirm_totp`). Refuses a name that is none."""
    person_id = _person(actor)
    _check_may_add(work, actor)
    flaw = text_flaw("name", name)
    if flaw:
        raise invalid("factor", "The factor needs a name.", "Write where the app is, such as “phone”.", flaw)
    account = await store.person(work, person_id)
    secret, factor_id = secrets.token_bytes(_SECRET), work.new_id()
    await kept.add_totp(work, person_id, factor_id, name, seal.seal(secret, f"totp {factor_id}"))
    address = TOTP(secret, _DIGITS, SHA1(), _STEP).get_provisioning_uri(account.email if account else "", "Ashiato")  # noqa: S303 — RFC 6238's default, which every app knows
    return FreshTotp(factor_id, base64.b32encode(secret).decode(), address)


def _check_may_add(work: Work, actor: Actor) -> None:
    """Whoever has a factor gives it before adding another: else a stolen session could."""
    if actor.second_factor:
        require_fresh(actor, work.now)


async def confirm_totp(work: Work, actor: Actor, factor_id: UUID, code: str, seal: Seal) -> list[str]:
    """Takes a shared secret into use; fresh recovery codes, told once, for the first factor. Refuses (`invalid`) a wrong code."""
    person_id = _person(actor)
    _check_may_add(work, actor)
    factor = await kept.factor(work, person_id, factor_id)
    if factor is None or factor.kind != "totp" or factor.confirmed_at:
        raise absent("factor")
    if not await _totp_given(work, factor, code, seal):
        raise invalid("factor.code", "This is not the code of this moment.", "Compare the clock of your phone, then type the next code.")
    return await _taken_into_use(work, person_id)


async def _taken_into_use(work: Work, person_id: PersonId) -> list[str]:
    await kept.settle(work, person_id)
    work.record(facts.account_changed("person.factor_added", person_id))
    return await _fresh_codes(work, person_id) if not await kept.codes_left(work, person_id) else []


async def fresh_codes(work: Work, actor: Actor) -> list[str]:
    """Fresh recovery codes, told once; earlier ones open nothing any more."""
    require_fresh(actor, work.now)
    return await _fresh_codes(work, _person(actor))


async def _fresh_codes(work: Work, person_id: PersonId) -> list[str]:
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(_CODES)]
    await kept.put_codes(work, person_id, [keys.secret_hash(code) for code in codes])
    return codes


async def remove(work: Work, actor: Actor, factor_id: UUID) -> None:
    """Takes an own factor away, after one was given a short while ago."""
    require_fresh(actor, work.now)
    person_id = _person(actor)
    if not await kept.remove(work, person_id, factor_id):
        raise absent("factor")
    await kept.settle(work, person_id)
    work.record(facts.account_changed("person.factor_removed", person_id))


async def reset(work: Work, actor: Actor, person_id: PersonId) -> None:
    """Administrator: takes all factors of a colleague who lost them away, and ends the colleague's sessions."""
    if Role.COMPANY_ADMIN not in actor.roles:
        raise denied("role", "Your roles do not allow you to look after accounts.", "Ask your company's administrator.")
    require_fresh(actor, work.now)
    if person_id == actor.person_id:
        raise conflict("person.self", "You cannot change your own account.", "Ask another administrator of your company.")
    if await store.person(work, person_id) is None:
        raise absent("person")
    await kept.remove_all(work, person_id)
    await kept.settle(work, person_id)
    await store.close_sessions_of(work, person_id)
    work.record(facts.account_changed("person.factor_removed", person_id))


def require_fresh(actor: Actor, now: datetime) -> None:
    """Refuses (`denied`, step_up) a critical deed of who has a second factor and has not given it for a quarter of an hour."""
    access.require_fresh(actor, now)


# Passkeys


async def passkey_wanted(work: Work, actor: Actor, secret: str, site: Site) -> dict[str, Any]:
    """What a browser is told to make a passkey of (PublicKeyCredentialCreationOptions)."""
    _check_may_add(work, actor)
    person_id = _person(actor)
    account = await store.person(work, person_id)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Ashiato",
        user_id=person_id.bytes,
        user_name=account.email if account else "",
        user_display_name=account.display_name if account else "",
        exclude_credentials=await _known(work, person_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    await kept.keep_challenge(work, keys.secret_hash(secret), options.challenge)
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


async def add_passkey(work: Work, actor: Actor, secret: str, name: str, credential: dict[str, Any], site: Site) -> list[str]:
    """Keeps a passkey; fresh recovery codes, told once, for the first factor. Refuses (`invalid`) what the browser was not asked for."""
    _check_may_add(work, actor)
    challenge = await kept.challenge(work, keys.secret_hash(secret))
    try:
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge or b"", expected_rp_id=site.host, expected_origin=site.origin
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise invalid("factor.passkey", "This passkey was not made for this page.", "Reload the page and try again.") from error
    person_id = _person(actor)
    if any(factor.credential_id == made.credential_id for factor in await kept.factors(work, person_id)):
        raise conflict("factor.passkey_known", "This passkey is kept already.", "Use another one.")
    await kept.keep_challenge(work, keys.secret_hash(secret), None)
    await kept.add_passkey(work, person_id, name, made.credential_id, made.credential_public_key, made.sign_count)
    return await _taken_into_use(work, person_id)


async def passkey_asked(work: Work, actor: Actor, secret: str, site: Site) -> dict[str, Any]:
    """What a browser is told to sign with one of the person's passkeys (PublicKeyCredentialRequestOptions)."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, allow_credentials=await _known(work, _person(actor)), user_verification=UserVerificationRequirement.PREFERRED
    )
    await kept.keep_challenge(work, keys.secret_hash(secret), options.challenge)
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


async def _known(work: Work, person_id: PersonId) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=factor.credential_id) for factor in await kept.factors(work, person_id) if factor.credential_id]


# Giving a factor


@dataclass(frozen=True, slots=True)
class Given:
    """A second factor as it is given: a code of six digits, a recovery code, or what a passkey signed."""

    code: str | None = None
    assertion: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        """Whether it is a `code` or a `passkey`."""
        return "code" if self.assertion is None else "passkey"


async def finish(work: Work, secret: str, given: Given, seal: Seal, site: Site, lifetime: timedelta) -> access.Session | None:
    """The session of who gave a second factor to one that waited, under a fresh secret; None for a wrong one, which is counted.

    Refuses (`unidentified`) a session that does not wait.
    """
    waiting = await kept.waiting(work, keys.secret_hash(secret))
    if waiting is None or not waiting.second_factor:
        raise unidentified()
    account = store.Account(waiting.company_id, waiting.person_id, "", None)
    fresh = await access.begin(work, account, lifetime, method=waiting.method, label=waiting.label, pending=True)
    await work.pin(_viewpoint(waiting.kind), waiting.company_id)
    if not await _given(work, PersonId(waiting.person_id), keys.secret_hash(secret), given, seal, site):
        await store.close_session(work, keys.secret_hash(fresh.secret))
        return None
    await store.close_session(work, keys.secret_hash(secret))
    await store.forgive(work, account)
    await kept.prove_session(work, keys.secret_hash(fresh.secret))
    return replace(fresh, pending=False)


async def finish_setup(work: Work, secret: str, lifetime: timedelta) -> access.Session:
    """The session of who has just set up the first factor in one that waited for it."""
    waiting = await kept.waiting(work, keys.secret_hash(secret))
    if waiting is None:
        raise unidentified()
    account = store.Account(waiting.company_id, waiting.person_id, "", None)
    fresh = await access.begin(work, account, lifetime, method=waiting.method, label=waiting.label, pending=True)
    await work.pin(_viewpoint(waiting.kind), waiting.company_id)
    await store.close_session(work, keys.secret_hash(secret))
    await store.forgive(work, account)
    await kept.prove_session(work, keys.secret_hash(fresh.secret))
    return replace(fresh, pending=False)


async def step_up(work: Work, actor: Actor, secret: str, given: Given, seal: Seal, site: Site) -> bool:
    """Whether a second factor was given once more, for critical deeds in the next quarter of an hour. A wrong one is counted."""
    right = await _given(work, _person(actor), keys.secret_hash(secret), given, seal, site)
    if right:
        await kept.prove_session(work, keys.secret_hash(secret))
    return right


async def _given(work: Work, person_id: PersonId, token_hash: bytes, given: Given, seal: Seal, site: Site) -> bool:
    """Whether the factor is right. After five wrong ones in a row none is taken for a quarter of an hour."""
    if await kept.locked(work, person_id):
        return False
    right = await _right(work, person_id, token_hash, given, seal, site)
    if not right and work.tenant:
        await store.note_failed_login(work, store.Account(work.tenant, person_id, "", None), _WRONG_CODES, work.now + _LOCKED)
    return right


async def _right(work: Work, person_id: PersonId, token_hash: bytes, given: Given, seal: Seal, site: Site) -> bool:
    factors = [factor for factor in await kept.factors(work, person_id) if factor.confirmed_at]
    if given.assertion is not None:
        return await _passkey_given(work, factors, await kept.challenge(work, token_hash), given.assertion, site)
    code = "".join((given.code or "").split())
    for factor in factors:
        if factor.kind == "totp" and await _totp_given(work, factor, code, seal):
            return True
    if await kept.use_code(work, person_id, keys.secret_hash(code.casefold())):
        work.record(facts.account_changed("person.recovery_used", person_id))
        return True
    return False


async def _totp_given(work: Work, factor: Factor, code: str, seal: Seal) -> bool:
    secret = seal.open(factor.sealed or b"", f"totp {factor.factor_id}")
    totp, present = TOTP(secret, _DIGITS, SHA1(), _STEP), int(work.now.timestamp()) // _STEP  # noqa: S303 — RFC 6238's default
    for step in range(present - _SLACK, present + _SLACK + 1):
        if hmac.compare_digest(totp.generate(step * _STEP), code.encode()):
            return bool(await kept.use(work, factor.factor_id, step))
    return False


async def _passkey_given(work: Work, factors: list[Factor], challenge: bytes | None, assertion: dict[str, Any], site: Site) -> bool:
    try:
        used = base64.urlsafe_b64decode(str(assertion["rawId"]) + "==")
        factor = next(each for each in factors if each.credential_id == used)
        shown = webauthn.verify_authentication_response(
            credential=assertion,
            expected_challenge=challenge or secrets.token_bytes(32),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=factor.public_key or b"",
            credential_current_sign_count=factor.last_count,
        )
    except (WebAuthnException, StopIteration, ValueError, KeyError, TypeError):
        return False
    return bool(await kept.use(work, factor.factor_id, shown.new_sign_count))


# Sessions


async def sessions(work: Work, actor: Actor, secret: str) -> list[OpenSession]:
    """Where the acting person is logged in, the newest first."""
    return await kept.sessions(work, _person(actor), keys.secret_hash(secret))


async def end_session(work: Work, actor: Actor, session_id: UUID) -> None:
    """Ends one of the own sessions, from the next request on."""
    if not await kept.end_session(work, _person(actor), session_id):
        raise absent("session")
    work.record(facts.account_changed("person.session_ended", _person(actor)))
