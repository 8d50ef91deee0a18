"""Companies and people: the nouns, their states, and what may follow what."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ashiato.kernel.errors import Flaw, Kind, Refusal, absent, conflict, invalid
from ashiato.kernel.ids import ClientId, CompanyId, CorporateNumber, PersonId, SiteId

SHORTEST_PASSWORD = 12
_LONGEST_TEXT = 200
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63}){1,8}")
# Controls, what turns the direction of writing, and what takes no place: what a name holds of these shows to nobody, and makes it another name.
# Not among them: variation selectors, by which names of people and places are written in Japan.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e007f]"
)
_JOINERS = re.compile("[\u200c\u200d]")  # between the letters of some scripts, and the parts of some signs


class CompanyKind(StrEnum):
    """What a participant does here."""

    MEMBER = "member"  # makes or buys parts
    VERIFIER = "verifier"  # checks what members declare
    ASSOCIATION = "association"  # of an industry: sees aggregates over its members
    OPERATOR = "operator"  # runs the infrastructure, sees no value


class CompanyState(StrEnum):
    """How far a company's admission has come. Only an admitted company can do anything."""

    APPLIED = "applied"
    VERIFIED = "verified"
    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    DECLINED = "declined"
    LEFT = "left"  # of its own will: see the slice `leaving`


TRANSITIONS: dict[CompanyState, frozenset[CompanyState]] = {
    CompanyState.APPLIED: frozenset({CompanyState.VERIFIED, CompanyState.DECLINED}),
    CompanyState.VERIFIED: frozenset({CompanyState.ADMITTED, CompanyState.DECLINED}),
    CompanyState.ADMITTED: frozenset({CompanyState.SUSPENDED}),
    CompanyState.SUSPENDED: frozenset({CompanyState.ADMITTED}),
    CompanyState.DECLINED: frozenset(),
    CompanyState.LEFT: frozenset(),
}


def check_transition(present: CompanyState, wanted: CompanyState) -> None:
    """Refuses (`conflict`) a state that does not follow the present one."""
    if wanted not in TRANSITIONS[present]:
        possible = ", ".join(sorted(TRANSITIONS[present])) or "nothing"
        raise conflict("company.transition", f"A company that is {present} cannot become {wanted}.", f"It can become: {possible}.")


class FactorPolicy(StrEnum):
    """Who needs a second factor."""

    OPTIONAL = "optional"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"


class Role(StrEnum):
    """What a person may do within its company."""

    CLERK = "clerk"  # enters data, asks, drafts answers
    APPROVER = "approver"  # releases and declares
    COMPANY_ADMIN = "company_admin"  # looks after people and systems
    VERIFIER = "verifier"  # reads everything of its company, changes nothing
    OPERATOR = "operator"  # admits and suspends companies
    PARTNER = "partner"  # a program that exchanges footprints from system to system, and does nothing else


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, or a program (`client_id`) of a company that is admitted at this moment."""

    company_id: CompanyId
    kind: CompanyKind
    roles: frozenset[Role]
    person_id: PersonId | None = None
    client_id: ClientId | None = None
    second_factor: bool = False  # the person has one
    proven_at: datetime | None = None  # when it was given last in this session


@dataclass(frozen=True, slots=True)
class Company:
    """A participant as others may see it."""

    company_id: CompanyId
    kind: str
    name: str
    corporate_number: str | None
    country: str
    state: str
    lei: str | None = None
    duns: str | None = None
    bpn: str | None = None

    @property
    def number(self) -> str | None:
        """The number by which others name it in trades: the first of those that it stated."""
        return self.corporate_number or self.lei or self.bpn or self.duns


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in."""

    person_id: PersonId
    email: str
    display_name: str
    roles: list[str]
    active: bool


@dataclass(frozen=True, slots=True)
class Client:
    """A program that can fetch tokens."""

    client_id: ClientId
    name: str
    roles: list[str]
    active: bool
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """A place where parts are made."""

    site_id: SiteId
    code: str
    name: str
    country: str
    address: str


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site as a company states it."""

    code: str
    name: str
    country: str
    address: str = ""
    extra: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """A company that asks to be admitted, with its first administrator.

    Without a password the administrator is invited once the company is admitted. `terms`: the digest of the terms that were accepted.
    """

    name: str
    country: str
    corporate_number: CorporateNumber | None
    admin_email: str
    admin_name: str
    password: str
    kind: CompanyKind = CompanyKind.MEMBER
    lei: str | None = None
    duns: str | None = None
    bpn: str | None = None
    address: str = ""
    phone: str = ""
    website: str = ""
    sites: tuple[NewSite, ...] = ()
    terms: str | None = None
    domain: str | None = None


def normal_email(email: str) -> str:
    """The one spelling of an address: NFKC, lower case, no spaces around it."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def text_flaw(field: str, text: str, longest: int = _LONGEST_TEXT, *, lines: bool = False) -> Flaw | None:
    """What is wrong with a short text: empty, too long, or with characters that nobody sees, of which the suggestion is free.

    `lines`: it may have several, and signs that are joined of others.
    """
    if not text.strip():
        return Flaw(field, "text.empty", "Nothing is written here.")
    if len(text) > longest:
        return Flaw(field, "text.long", f"At most {longest} characters fit here.")
    given = text.replace("\r\n", "\n") if lines else text
    plain = _UNSEEN.sub(lambda found: found[0] if lines and found[0] == "\n" else "", given if lines else _JOINERS.sub("", given))
    if plain != given:
        return Flaw(field, "text.control", "Control characters, and others that nobody sees, are not accepted.", plain)
    return None


def account_flaws(email: str, display_name: str, password: str | None) -> list[Flaw]:
    """What is wrong with a new account. Without a password: with one whose person is invited to choose it."""
    flaws = [flaw for flaw in (text_flaw("display_name", display_name), password_flaw(password) if password is not None else None) if flaw]
    if _EMAIL.fullmatch(email) is None:
        flaws.append(Flaw("email", "email.form", "This is not an e-mail address."))
    return flaws


def password_flaw(password: str) -> Flaw | None:
    """What is wrong with a password: length alone counts (NIST SP 800-63B section 5.1.1)."""
    if SHORTEST_PASSWORD <= len(password) <= _LONGEST_TEXT:
        return None
    return Flaw("password", "password.length", f"A password has {SHORTEST_PASSWORD} to {_LONGEST_TEXT} characters.")


def check_application(application: Application, *, founding: bool = False) -> None:
    """Refuses (`invalid`, field by field) an application that cannot be considered; `founding` that of the operator itself."""
    flaws = account_flaws(application.admin_email, application.admin_name, application.password or None)
    flaws += [flaw for flaw in (text_flaw("name", application.name),) if flaw]
    optional = {"address": application.address, "phone": application.phone, "website": application.website}
    flaws += [flaw for field, text in optional.items() if text and (flaw := text_flaw(field, text))]
    if not re.fullmatch("[A-Z]{2}", application.country):
        flaws.append(Flaw("country", "country.form", "Write the two letters of ISO 3166-1, such as JP."))
    if application.country == "JP" and application.corporate_number is None and not founding:
        flaws.append(Flaw("corporate_number", "corporate_number.missing", "A Japanese company states its corporate number (13 digits)."))
    named = application.corporate_number or application.lei or application.duns or application.bpn
    if application.country != "JP" and application.kind is CompanyKind.MEMBER and not named and not founding:
        words = "A company states a number that its customers can name it by: LEI, D-U-N-S or BPN."
        flaws.append(Flaw("lei", "number.missing", words))
    if application.kind is CompanyKind.OPERATOR and not founding:
        flaws.append(Flaw("kind", "kind.operator", "The operator is not admitted; it is set up with the installation.", "member"))
    if flaws:
        raise invalid("application", "The application cannot be considered yet.", "Correct the fields named here.", *flaws)


def unidentified() -> Refusal:
    """The one answer to every wrong credential, whatever is wrong with it."""
    return Refusal(Kind.UNIDENTIFIED, "credentials", "The credentials are not valid.", "Log in again, or ask for a new token.")


def absent_company() -> Refusal:
    """No such company, or none that the asker may see."""
    return absent("company")
