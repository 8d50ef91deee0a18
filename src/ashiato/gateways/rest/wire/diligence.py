"""Messages about due diligence: questionnaires, materials and origins, statements, risks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, Field, StringConstraints

from ashiato.domain import diligence
from ashiato.domain.diligence import Custody, Material, RiskCategory, Severity
from ashiato.gateways.rest.wire.words import Day, Figure, In, LongText, Out, StatedFigure, Text, storable

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), storable]
Listed = Annotated[list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=50)]
Spelled = bool | int | Annotated[str, StringConstraints(max_length=1000), storable] | Listed


class QuestionnaireOut(Out):
    """A questionnaire with its questions, conditions, demanded evidence and the points of its rules."""

    id: str
    version: str
    subject: str
    valid_months: int
    status: str
    unverified: list[str]
    title: dict[str, Any]
    sections: dict[str, Any]
    questions: list[dict[str, Any]]


class AssessmentIn(In):
    """Answers by question, files that prove them, and what they are about: a site's or a material's identifier, or nothing."""

    questionnaire: Text
    subject: ShortText = ""
    answers: Annotated[dict[str, Spelled], Field(max_length=200)]
    evidence: Annotated[dict[str, Annotated[list[UUID], Field(max_length=20)]], Field(max_length=200, default_factory=dict)]


class PrefillOut(Out):
    """What was answered last time, as far as it fits today's questions."""

    questionnaire: str
    subject: Annotated[str, Field(validation_alias=AliasChoices("subject", "subject_id"))]
    answers: dict[str, Any]
    evidence: dict[str, list[UUID]]


class ScoreOut(Out):
    """Points with the question that earned each; they sum to the score. `raised`: the risks that answers speak of."""

    questionnaire: str
    version: str
    points: int
    of_points: int
    lines: list[dict[str, Any]]
    raised: list[dict[str, Any]]


class AssessmentOut(Out):
    """An answered questionnaire with its score."""

    assessment_id: UUID
    questionnaire: str
    version: str
    subject_kind: str
    subject: Annotated[str, Field(validation_alias=AliasChoices("subject", "subject_id"))]
    points: int
    of_points: int
    assessed_at: datetime
    valid_until: date
    answers: dict[str, Any]
    score: dict[str, Any]


class ContentIn(In):
    """So many kilograms of a material in one declared unit; of what goes in, the share that is lost in the making."""

    material: Material
    mass_kg: StatedFigure
    loss_share: StatedFigure = Decimal(0)


class OriginIn(In):
    """Where some of a material comes from. What is not known is left out."""

    material: Material
    mass_kg: StatedFigure
    form: ShortText = ""
    country: ShortText = ""
    region: ShortText = ""
    mine: ShortText = ""
    refiner: ShortText = ""
    refiner_cid: ShortText = ""
    custody: Custody = Custody.UNKNOWN
    recycled: bool = False
    audit_scheme: ShortText = ""
    audit_until: Day | None = None
    refiner_country: ShortText = ""


class MaterialsIn(In):
    """What one declared unit of a part holds, and where it comes from as far as the company brings it in itself."""

    contents: Annotated[list[ContentIn], Field(max_length=100, default_factory=list)]
    origins: Annotated[list[OriginIn], Field(max_length=1000, default_factory=list)]


class ContentOut(Out):
    """A material's mass in one declared unit."""

    material: Material
    mass_kg: Figure
    loss_share: Figure


class OriginOut(Out):
    """Where some of a material comes from."""

    material: Material
    mass_kg: Figure
    form: str
    country: str
    region: str
    mine: str
    refiner: str
    refiner_cid: str
    custody: Custody
    recycled: bool
    audit_scheme: str
    audit_until: date | None
    refiner_country: str


class MaterialsOut(Out):
    """What the company states of a part."""

    contents: list[ContentOut]
    origins: list[OriginOut]


class RedFlagOut(Out):
    """What an origin points to, with the indicator's source."""

    code: str
    material: Material
    category: RiskCategory
    severity: Severity
    likelihood: diligence.risk.Likelihood
    words: str
    words_ja: str
    citation: str
    year: int | None


class OverviewOut(Out):
    """A part's chain: shares by material, places, the worst open finding, coverage by tier, and what it follows from."""

    part_id: UUID
    part_number: str
    overview: dict[str, Any]


class StatementOut(Out):
    """Exactly what a buyer would see."""

    statement: dict[str, Any]


class StatementAnswerIn(In):
    """Which part's statement answers which requests; `standing`: renewed by itself when what it rests on changes."""

    part_id: UUID
    requests: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    standing: bool = False


class StatementAnswerOut(Out):
    """What a supplier handed over: its statement, the digest, the signature, and how many it supersedes."""

    request_id: UUID
    statement: dict[str, Any]
    digest: str
    signature: dict[str, Any]
    superseded: int


class BasisOut(Out):
    """What one of the own statements follows from."""

    basis: dict[str, Any]


class RiskIn(In):
    """A risk to be taken into the register."""

    kind: diligence.risk.RiskKind
    category: RiskCategory
    severity: Severity
    likelihood: diligence.risk.Likelihood
    title: Text
    description: LongText = ""
    part_id: UUID | None = None
    material: Material | None = None
    source: ShortText = ""


class RiskStepIn(In):
    """A step of a risk: its new state, why, and what is set anew on the way."""

    state: diligence.risk.RiskState
    note: LongText
    severity: Severity | None = None
    likelihood: diligence.risk.Likelihood | None = None
    owner: Text | None = None
    plan: LongText | None = None
    deadline: Day | None = None


class RiskOut(Out):
    """An entry of the register; `weight` is severity times likelihood, 1 to 16."""

    risk_id: UUID
    kind: str
    part_id: UUID | None = None
    material: str | None = None
    category: str
    severity: str
    likelihood: str
    weight: int
    title: str
    description: str
    source: str
    state: str
    owner: str
    plan: str
    deadline: date | None = None
    overdue: bool
    opened_at: datetime
    changed_at: datetime


class StepOut(Out):
    """A step that a risk took, and why."""

    ordinal: int
    state: str
    note: str
    taken_at: datetime


class ProbeIn(In):
    """What is asked of everybody above a part: `path` (subject: a material), or `screening` (country:CN, region:CN-XJ, smelter:CID003255,
    company: and a corporate number) for a listed purpose, with the reason, which is logged.
    """

    kind: Literal["path", "screening"]
    part_id: UUID
    subject: Text
    purpose: Text = "traceability"
    reason: LongText = ""


class ProbeOut(Out):
    """A question to the chain with its answer so far. `names`: a path's companies, once all of them have consented."""

    root_id: UUID
    kind: str
    part_id: UUID
    subject: str
    purpose: str
    asked_at: datetime
    due_at: datetime
    answer: str
    asked: int
    answered: int
    state: str
    names: list[dict[str, Any]]


class ProbeItemOut(Out):
    """A question to the chain in a list."""

    root_id: UUID
    kind: str
    part_id: UUID
    subject: str
    purpose: str
    reason: str
    asked_at: datetime
    due_at: datetime


class ReceivedProbeOut(Out):
    """A question that reached the company with a request of a buyer's; `decision` is its own on a path."""

    root_id: UUID
    request_id: UUID
    kind: str
    subject: str
    purpose: str
    asker: str
    decision: str | None
    asked_at: datetime
    due_at: datetime


class ConsentIn(In):
    """Whether the company consents to be named to the asker of a path. Refusing after consent takes it back."""

    consent: bool


class CellErrorOut(Out):
    """What is wrong in one cell of a workbook, or was read otherwise than it is written, and what to do. `value`: what it holds."""

    sheet: str
    cell: str
    code: str
    message: str
    suggestion: str | None
    value: str


class TemplateOut(Out):
    """What a minerals template says, what is wrong with it by sheet and cell, and what is stated of the part now.

    `errors` refuse the file; `notes` do not. `origins`: what it says, or would say, of the part's stated contents.
    """

    kind: str
    company: str
    smelters: int
    complete: list[str]
    errors: list[CellErrorOut]
    notes: list[CellErrorOut]
    origins: list[OriginOut]
    saved: bool
    stated: MaterialsOut


class ReminderOut(Out):
    """Something with a day: `subject_id` names the assessment, question, risk, grievance, verification or part."""

    kind: str
    subject_id: UUID
    title: str
    due_on: date
    overdue: bool


class IncidentOut(Out):
    """A message in the words of CX-0144."""

    incident: dict[str, Any]


class PaperIn(In):
    """A kept file that goes into a bundle: what it shows, and of what."""

    evidence_id: UUID
    kind: diligence.interchange.bundle.PaperKind
    about: Text


class BundleIn(In):
    """The papers of a bundle of evidence."""

    papers: Annotated[list[PaperIn], Field(max_length=200, default_factory=list)]
