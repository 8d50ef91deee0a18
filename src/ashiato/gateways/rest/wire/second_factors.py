"""Messages about second factors, sessions and single sign-on."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from ashiato.gateways.rest.wire.companies import SessionOut
from ashiato.gateways.rest.wire.words import In, Out, Text, storable

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), storable]


class GivenIn(In):
    """A second factor: the code of this moment, a recovery code, or what a passkey signed (AuthenticationResponseJSON)."""

    code: Code | None = None
    assertion: dict[str, Any] | None = None


class FactorIn(In):
    """An app for codes that shall count as a second factor."""

    name: Text


class FreshTotpOut(Out):
    """The shared secret, told once: by hand (base32), or as the content of a QR code. It counts once a code was confirmed."""

    factor_id: UUID
    secret: str
    address: str


class ConfirmIn(In):
    """The first code."""

    code: Code


class RecoveryOut(Out):
    """Recovery codes, each good for one log-in, told once. `session`: the one that is open now, where setting up was what it waited for."""

    codes: list[str]
    session: SessionOut | None = None


class SecondFactorOut(Out):
    """A second factor that works."""

    factor_id: UUID
    kind: str
    name: str
    added_at: datetime
    last_used_at: datetime | None


class PasskeyIn(In):
    """A passkey that a browser made (RegistrationResponseJSON)."""

    name: Text
    credential: dict[str, Any]


class OptionsOut(Out):
    """What a browser's `navigator.credentials` is told, as JSON."""

    options: dict[str, Any]


class OpenSessionOut(Out):
    """Where one is logged in. `method`: password, sso or invitation; `present`: this very session."""

    session_id: UUID
    method: str
    label: str
    created_at: datetime
    expires_at: datetime
    proven_at: datetime | None
    present: bool


class ProviderIn(In):
    """A company's provider of identities (OpenID Connect) for addresses of a domain that it has proven."""

    issuer: Annotated[str, StringConstraints(max_length=400), storable]
    client_id: Text
    client_secret: Annotated[str, StringConstraints(min_length=1, max_length=1000), storable]
    domain: Text


class ProviderOut(Out):
    """A provider; its client's secret is told to nobody."""

    provider_id: UUID
    issuer: str
    client_id: str
    domain: str
    stated_at: datetime
    active: bool
