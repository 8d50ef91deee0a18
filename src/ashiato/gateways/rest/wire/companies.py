"""Messages about companies, their people, programs and sites."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.gateways.rest.wire.words import Email, In, LongText, NewPassword, Out, Password, RoleName, Text, storable

OptionalText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), storable]


class SiteIn(In):
    """A place where parts are made."""

    code: Text
    name: Text
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    address: OptionalText = ""


class ApplicationIn(In):
    """A company that asks to be admitted.

    A company outside Japan states an LEI, a D-U-N-S number or a BPN. `terms`: the digest of the terms that it accepts; `domain`: one that it
    will prove to control. Without a password the first administrator is invited by mail when the company is admitted.
    """

    name: Text
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    corporate_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")] | None = None
    lei: Text | None = None
    duns: Text | None = None
    bpn: Text | None = None
    kind: Literal["member", "verifier", "association"] = "member"
    address: OptionalText = ""
    phone: OptionalText = ""
    website: OptionalText = ""
    sites: Annotated[list[SiteIn], Field(max_length=50)] = Field(default_factory=list)
    admin_email: Email
    admin_name: Text
    password: NewPassword | None = None
    terms: Text | None = None
    domain: Text | None = None


class ApplicationOut(Out):
    """The applicant's identifier, where its admission stands, and the secret by which it is followed (told once)."""

    company_id: UUID
    state: str
    secret: str


class CompanyOut(Out):
    """A participant."""

    company_id: UUID
    kind: str
    name: str
    corporate_number: str | None
    country: str
    state: str
    lei: str | None = None
    duns: str | None = None
    bpn: str | None = None


class MoveIn(In):
    """A step of a company's admission, with the reason that it will read. `checks`: items of the checklist that are ticked with it."""

    state: Literal["verified", "admitted", "suspended", "declined"]
    reason: LongText
    checks: Annotated[list[Text], Field(max_length=50)] = Field(default_factory=list)


class LoginIn(In):
    """A person's account."""

    email: Email
    password: Password


class SessionOut(Out):
    """A session: send `token` as a bearer token, or let the browser keep the cookie.

    `pending`: it opens nothing until a second factor is given to it (`/sessions/second-factor`), or set up where there is none (`set_up`).
    """

    token: str
    expires_at: datetime
    company_id: UUID
    pending: bool = False
    set_up: bool = False


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
    """A colleague's account. Without a password the colleague is invited by mail."""

    email: Email
    display_name: Text
    password: NewPassword | None = None
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
