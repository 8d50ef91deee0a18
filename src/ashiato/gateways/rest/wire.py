"""The messages of the REST interface, as they are spelled on the wire. Figures are decimal strings; times are RFC 3339."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from ashiato.kernel.quantity import plain

Item = TypeVar("Item")


def _storable(text: str) -> str:
    """Lone surrogates, NUL and other control characters can be spelled in JSON and stand for nothing."""
    if any((character < " " and character not in "\n\t") or character == "\x7f" for character in text):
        raise ValueError("control characters are not accepted")
    text.encode()
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_storable)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_storable)]
Url = Annotated[str, StringConstraints(max_length=400, pattern=r"^https?://[^\s]+$"), AfterValidator(_storable)]


def _near(instant: datetime) -> datetime:
    if not 2000 <= instant.year <= 2200:  # noqa: PLR2004 — a due date, not geology
        raise ValueError("a year from 2000 to 2200 is expected")
    return instant


def _near_day(day: date) -> date:
    if not 1990 <= day.year <= 2100:  # noqa: PLR2004 — a reporting period
        raise ValueError("a year from 1990 to 2100 is expected")
    return day


Instant = Annotated[AwareDatetime, AfterValidator(_near)]
Day = Annotated[date, AfterValidator(_near_day)]
Figure = Annotated[
    Decimal,
    Field(allow_inf_nan=False, max_digits=40, decimal_places=30),
    PlainSerializer(plain, return_type=str),
]
RoleName = Literal["clerk", "approver", "company_admin", "verifier", "operator"]
StageName = Literal["raw_materials", "production", "distribution", "end_of_life"]


class In(BaseModel):
    """What comes in: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out: read from the domain's nouns."""

    model_config = ConfigDict(from_attributes=True)


class Flaw(Out):
    """One thing that is wrong with a request."""

    field: str
    code: str
    message: str
    suggestion: str | None = None


class Problem(Out):
    """RFC 9457, with a stable code and the flaws by field."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    flaws: list[Flaw] = []


class Page(Out, Generic[Item]):
    """A page of a list; `next` leads to the following one and is absent on the last."""

    items: list[Item]
    next: str | None = None


class ApplicationIn(In):
    """A company that asks to be admitted."""

    name: Text
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    corporate_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")] | None = None
    kind: Literal["member", "verifier"] = "member"
    admin_email: Annotated[str, StringConstraints(max_length=254), AfterValidator(_storable)]
    admin_name: Text
    password: Annotated[str, StringConstraints(min_length=12, max_length=200), AfterValidator(_storable)]


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

    email: Annotated[str, StringConstraints(max_length=254), AfterValidator(_storable)]
    password: Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]


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

    email: Annotated[str, StringConstraints(max_length=254), AfterValidator(_storable)]
    display_name: Text
    password: Annotated[str, StringConstraints(min_length=12, max_length=200), AfterValidator(_storable)]
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
    roles: list[Literal["clerk", "approver", "verifier"]]


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


class PartOut(Out):
    """A part of the own company's."""

    part_id: UUID
    part_number: str
    name: str
    declared_unit: str
    mass_kg: Figure | None
    sourcing: str
    supplier_number: str | None
    supplier_part_number: str | None


class ComponentIn(In):
    """So much of a part goes into one declared unit of the parent."""

    part_number: Text
    amount: Figure
    unit: Text


class StructureIn(In):
    """All components of a part."""

    components: Annotated[list[ComponentIn], Field(max_length=10_000)]


class ComponentOut(Out):
    """One link of a structure."""

    parent: str
    part_number: str
    amount: Figure
    unit: str


class StructureOut(Out):
    """A part with all of the own company's that goes into it."""

    part: PartOut
    parts: list[PartOut]
    components: list[ComponentOut]


class FactorOut(Out):
    """An emission factor with its provenance."""

    code: str
    name: str
    kg_co2e: Figure
    per_unit: str
    year: int
    geography: str
    source: str
    citation: str
    licence: str
    standing: str
    electricity_basis: str | None
    ter: int | None
    ger: int | None
    tir: int | None


class LineOut(Out):
    """An inventory line, per declared unit of its part."""

    line: int
    stage: str
    activity: str
    amount: Figure
    unit: str
    factor_code: str | None
    flow: str
    data_source: str
    evidence: str
    ter: int | None
    ger: int | None
    tir: int | None


class CircularOut(Out):
    """A material under the circular footprint formula."""

    line: int
    material: str
    mass_kg: Figure
    terms: str
    parameters: dict[str, Any]
    data_source: str
    evidence: str


class InventoryOut(Out):
    """All that one part's own share is computed from."""

    lines: list[LineOut]
    circular: list[CircularOut]
    secondary_factor: str | None


class RowErrorOut(Out):
    """Why a row of a file cannot be registered, and where it stands."""

    file: str
    sheet: str
    cell: str
    row: int
    field: str
    value: str
    code: str
    message: str
    message_ja: str
    suggestion: str | None


class TableOut(Out):
    """How many rows of a table there are, and how many can be registered."""

    kind: str
    sheet: str
    rows: int
    good: int


class ChangesOut(Out):
    """What registering did to one table."""

    new: int
    changed: int
    unchanged: int
    removed: int


class ReportOut(Out):
    """What came of a file. Unless `saved` is true, nothing was registered."""

    file: str
    digest: str
    rows: int
    good: int
    saved: bool
    changed: bool
    tables: list[TableOut]
    errors: list[RowErrorOut]
    notes: list[str]
    changes: dict[str, ChangesOut]


class ImportOut(Out):
    """A file that changed something."""

    import_id: UUID
    file_name: str
    file_digest: str
    rows_registered: int
    rows_refused: int
    changes: dict[str, Any]
    registered_at: datetime


class RequestIn(In):
    """What is asked of a supplier. The supplier is the one that the part names, unless another is given."""

    part_id: UUID
    method: Text
    due_at: Instant
    supplier_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")] | None = None
    item: Text | None = None
    item_number: Text | None = None
    message: LongText = ""


class RequestAllIn(In):
    """What is asked of all suppliers of what goes into a part."""

    method: Text
    due_at: Instant
    message: LongText = ""


class RequestOut(Out):
    """A request, as its viewer sees it."""

    request_id: UUID
    buyer: str
    supplier: str
    sent: bool
    subject: str
    item: str
    item_number: str
    declared_unit: str
    method: str
    message: str
    reply: str
    state: str
    asked_at: datetime
    due_at: datetime
    settled_at: datetime | None
    late: bool
    own_part_id: UUID | None


class LinkIn(In):
    """Which of the supplier's parts a request is about."""

    part_id: UUID


class ReasonIn(In):
    """Why; the other side reads it."""

    reason: LongText


class ComputeIn(In):
    """Under which method, and for which period (a year, or from–to)."""

    method: Text
    period_start: Day
    period_end: Day


class PreviewOut(Out):
    """Exactly what a buyer would see."""

    release: dict[str, Any]


class AnswerIn(In):
    """Which footprint answers which requests."""

    footprint_id: UUID
    requests: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class AnswerOut(Out):
    """What a supplier handed over: the release, its digest, the supplier's signature, and how many it supersedes."""

    request_id: UUID
    release: dict[str, Any]
    digest: str
    signature: dict[str, Any]
    superseded: int


class FootprintOut(Out):
    """A computed footprint. `stale` names the bought parts that newer answers exist for."""

    footprint_id: UUID
    part_id: UUID
    part_number: str
    method: str
    period_start: date
    period_end: date
    computed_at: datetime
    package_digest: str
    draft: bool
    stale: list[str]
    result: dict[str, Any]


class DraftOut(Out):
    """A part's present figure in kg CO2e per declared unit: for orientation, in floating point, never stored or declared."""

    part_number: str
    name: str
    declared_unit: str
    sourcing: str
    stages: dict[str, float]
    total: float
    primary_data_share: float
    dqr: float | None
    complete: bool


class DeclareIn(In):
    """What is added to a footprint when it is declared (EU 2023/1542 Article 7(1)(f), (g))."""

    footprint_id: UUID
    conformity_declaration_id: Text | None = None
    study_url: Url | None = None


class DeclarationOut(Out):
    """A declaration: `file` is what `ashiato declaration verify` checks."""

    declaration_id: UUID
    part_id: UUID | None
    url: str
    file: dict[str, Any]


class DeclarationItemOut(Out):
    """A declaration in a list."""

    declaration_id: UUID
    part_id: UUID
    footprint_id: UUID
    declared_at: datetime


class GrantOut(Out):
    """Who may see what of the own company's."""

    grant_id: UUID
    grantee: str
    subject_kind: str
    subject_id: UUID
    purpose: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None


class AccessOut(Out):
    """Who first read what of the own company's."""

    reader: str
    subject_kind: str
    subject_id: UUID
    first_read_at: datetime


class FactOut(Out):
    """What has happened in the own company's affairs."""

    fact_id: UUID
    kind: str
    subject: dict[str, Any]
    recorded_at: datetime


class CheckpointOut(Out):
    """The transparency log's signed state (C2SP tlog-checkpoint), and the line that verifies it."""

    tree_size: int
    root_hash: str
    note: str
    verifier_key: str
    signed_at: datetime


class MethodOut(Out):
    """A calculation method."""

    id: str
    title: str
    version: str
    status: str
    source: str
    unverified: list[str]
