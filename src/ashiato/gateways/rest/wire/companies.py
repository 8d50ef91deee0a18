"""Messages about companies, their people, programs and sites."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from ashiato.gateways.rest.wire.words import Email, In, LongText, NewPassword, Out, Password, RoleName, Text


class ApplicationIn(In):
    """A company that asks to be admitted."""

    name: Text
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    corporate_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")] | None = None
    kind: Literal["member", "verifier"] = "member"
    admin_email: Email
    admin_name: Text
    password: NewPassword


class ApplicationOut(Out):
    """The applicant's identifier and where its admission stands."""

    company_id: UUID
    state: str


class CompanyOut(Out):
    """A participant."""

    company_id: UUID
    kind: str
    name: str
    corporate_number: str | None
    country: str
    state: str


class MoveIn(In):
    """A step of a company's admission, with the reason that it will read."""

    state: Literal["verified", "admitted", "suspended", "declined"]
    reason: LongText


class LoginIn(In):
    """A person's account."""

    email: Email
    password: Password


class SessionOut(Out):
    """A session: send `token` as a bearer token, or let the browser keep the cookie."""

    token: str
    expires_at: datetime
    company_id: UUID


class TokenOut(Out):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 — the kind of token, not a secret
    expires_in: int


class MeOut(Out):
    """Who is asking."""

    company: CompanyOut
    roles: list[str]
    person_id: UUID | None
    client_id: UUID | None


class PersonIn(In):
    """A colleague's account."""

    email: Email
    display_name: Text
    password: NewPassword
    roles: list[RoleName]


class PersonChangeIn(In):
    """What changes of a colleague's account; absent members stay."""

    roles: list[RoleName] | None = None
    active: bool | None = None


class PersonOut(Out):
    """Somebody who can log in."""

    person_id: UUID
    email: str
    display_name: str
    roles: list[str]
    active: bool


class ClientIn(In):
    """A program that shall fetch tokens."""

    name: Text
    roles: list[Literal["clerk", "approver", "verifier", "partner"]]


class ClientSecretOut(Out):
    """The program's credentials; the secret is told once."""

    client_id: UUID
    secret: str


class ClientOut(Out):
    """A program."""

    client_id: UUID
    name: str
    roles: list[str]
    active: bool
    registered_at: datetime


class IdOut(Out):
    """The identifier of what was made."""

    id: UUID


class SiteOut(Out):
    """A place where parts are made."""

    site_id: UUID
    code: str
    name: str
    country: str
    address: str


class KeyOut(Out):
    """A key to sign with, by its thumbprint (RFC 7638)."""

    key_id: str
