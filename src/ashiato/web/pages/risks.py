"""The register of risks: what stands in it, what changed since the last report, one button for each step that a risk can take."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import Form, Query, Response
from pydantic import BeforeValidator

from ashiato.domain import diligence, products
from ashiato.domain.diligence import Material, RiskCategory, Severity
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.kernel.digest import Json
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Place, Rows, by_place, moment_and_id
from ashiato.web.route import AtDoor, Once, View, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import Words, words_for

router = journey()
State = Literal["open", "identified", "assessed", "mitigating", "disengaging", "closed"]
Category = Annotated[str, Query(max_length=40)]
_CHANGES = 30
_OPEN = "open"
Line = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=3000)]


def _nothing(value: object) -> object:
    return None if value == "" else value


MaybeMaterial = Annotated[Material | None, BeforeValidator(_nothing), Form()]
MaybeDay = Annotated[date | None, BeforeValidator(_nothing), Form()]


@dataclass(frozen=True, slots=True)
class Entry:
    """A risk with its weight, and whether its deadline has passed."""

    risk: diligence.register.Risk
    weight: int
    overdue: bool

    def place(self) -> str:
        """Where a page goes on that ends with it."""
        return f"{self.weight}/{self.risk.opened_at.astimezone(UTC).isoformat()}/{self.risk.risk_id}"


@dataclass(frozen=True, slots=True)
class Register:
    """The register, gravest first; `changes` since the last report, or of all time where there is none."""

    template: ClassVar[str] = "risks.html"
    kinds: ClassVar[tuple[diligence.register.RiskKind, ...]] = tuple(diligence.register.RiskKind)
    categories: ClassVar[tuple[RiskCategory, ...]] = tuple(RiskCategory)
    severities: ClassVar[tuple[Severity, ...]] = tuple(Severity)
    likelihoods: ClassVar[tuple[diligence.register.Likelihood, ...]] = tuple(diligence.register.Likelihood)
    materials: ClassVar[tuple[Material, ...]] = tuple(Material)
    states: ClassVar[tuple[str, ...]] = (_OPEN, *diligence.register.RiskState)
    entries: Rows[Entry]
    changes: list[tuple[diligence.register.Step, str]]
    since: date | None
    state: str
    category: str
    may_enter: bool


@dataclass(frozen=True, slots=True)
class OneRisk:
    """An entry with what happened to it and the steps that are possible."""

    template: ClassVar[str] = "risk.html"
    severities: ClassVar[tuple[Severity, ...]] = tuple(Severity)
    likelihoods: ClassVar[tuple[diligence.register.Likelihood, ...]] = tuple(diligence.register.Likelihood)
    entry: Entry
    steps: list[diligence.register.Step]
    possible: tuple[diligence.register.RiskState, ...]
    incident: dict[str, Json]
    may_enter: bool


@router.get("/risks")
async def register(visit: AtDoor, state: State = "open", category: Category = "", after: Place = "") -> Response:
    """The own register, filtered by state and category, gravest first."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await _entries(work, actor, state, category, after, PER_PAGE + 1)
        entries = by_place(found, Entry.place, "/risks", state=state, category=category, after=after)
        since = await diligence.reports.last_day(work, actor)
        changes = await diligence.register.last_steps(work, actor, since or date.min, _CHANGES)
        return Register(entries, changes, since, state, category, may(actor, Deed.ENTER_DATA))

    return await visit.show(verb)


@router.get("/risks.{kind}")
async def register_as_file(visit: AtDoor, kind: FileKind, state: State = "open", category: Category = "", after: Place = "") -> Response:
    """The same rows as a file, with what each entry says on its own page."""

    async def verb(work: Work, actor: Actor) -> tuple[list[Entry], dict[UUID, Part]]:
        found = await _entries(work, actor, state, category, after, MOST_IN_A_FILE)
        return found, await products.parts_by_id(work, [entry.risk.part_id for entry in found if entry.risk.part_id])

    return await as_file(_table(*await visit.look(verb), words_for(visit.request)), kind)


async def _entries(work: Work, actor: Actor, state: State, category: str, after: str, limit: int) -> list[Entry]:
    wanted = [each for each in diligence.register.RiskState if _wanted(each, state)]
    return [_entry(work, risk) for risk in await diligence.register.shown(work, actor, wanted, category, _place(after), limit)]


def _table(entries: list[Entry], parts: dict[UUID, Part], t: Words) -> Table:
    headings = ("risk.title", "risk.kind", "category", "material", "severity", "likelihood", "risk.weight", "state", "risk.owner", "risk.deadline",
                "risk.plan", "risk.description", "part", "risk.opened")  # fmt: skip

    def said(code: str | None) -> str:
        return diligence.document.spoken(code, t.written) if code else ""

    rows: list[tuple[object, ...]] = []
    for entry in entries:
        risk, part = entry.risk, parts.get(entry.risk.part_id) if entry.risk.part_id else None
        rows.append((
            risk.title, said(risk.kind), said(risk.category), said(risk.material), said(risk.severity), said(risk.likelihood), entry.weight,
            said(risk.state), risk.owner, risk.deadline, risk.plan, risk.description, part.part_number if part else "", risk.opened_at,
        ))  # fmt: skip
    return Table("risks", tuple(Column(t(key), key == "risk.weight") for key in headings), rows)


def _place(after: str) -> tuple[int, datetime, UUID] | None:
    """Where a page of the register begins. Refuses (`invalid`) what no page's end gave."""
    weight, _, rest = after.partition("/")
    found = moment_and_id(rest if weight.isdecimal() else after)
    return (int(weight), *found) if found else None


def _wanted(each: diligence.register.RiskState, state: str) -> bool:
    return each == state or (state == _OPEN and each is not diligence.register.RiskState.CLOSED)


def _entry(work: Work, risk: diligence.register.Risk) -> Entry:
    return Entry(risk, risk.weight(), risk.overdue(work.now.date()))


@router.post("/risks")
async def identify(visit: AtDoor, kind: Annotated[diligence.register.RiskKind, Form()], category: Annotated[RiskCategory, Form()],
                   severity: Annotated[Severity, Form()], likelihood: Annotated[diligence.register.Likelihood, Form()], title: Line, once: Once,
                   material: MaybeMaterial = None, description: Long = "") -> Response:  # fmt: skip
    """Takes a risk of the whole company into the register."""

    async def verb(work: Work, actor: Actor) -> None:
        found = diligence.register.NewRisk(kind, category, severity, likelihood, title.strip(), description.strip(), material=material)
        await diligence.register.identify(work, actor, found)
        await diligence.answering.renew_above(work, actor, None, visit.tools.seal)

    return await visit.act(verb, "/risks", once)


@router.get("/risks/{risk_id:uuid}")
async def one(visit: AtDoor, risk_id: UUID) -> Response:
    """One entry of the own register."""

    async def verb(work: Work, actor: Actor) -> View:
        risk = await diligence.register.one(work, actor, risk_id)
        possible = tuple(
            state for state in diligence.register.RiskState if state in diligence.risk.TRANSITIONS[diligence.register.RiskState(risk.state)]
        )
        steps, incident = await diligence.register.steps(work, actor, risk_id), await diligence.register.incident_of(work, actor, risk_id)
        return OneRisk(_entry(work, risk), steps, possible, incident, may(actor, Deed.ENTER_DATA))

    return await visit.show(verb)


@router.post("/risks/{risk_id:uuid}/steps")
async def move(visit: AtDoor, risk_id: UUID, state: Annotated[diligence.register.RiskState, Form()], note: Long, once: Once,
               severity: Annotated[Severity | None, Form()] = None,
               likelihood: Annotated[diligence.register.Likelihood | None, Form()] = None, owner: Line = "", plan: Long = "",
               deadline: MaybeDay = None) -> Response:  # fmt: skip
    """Takes an entry one step further."""

    async def verb(work: Work, actor: Actor) -> None:
        moved = await diligence.register.move(
            work, actor, risk_id, diligence.register.Move(state, note.strip(), severity, likelihood, owner.strip(), plan.strip(), deadline)
        )
        part_id = PartId(moved.part_id) if moved.part_id else None
        await diligence.answering.renew_above(work, actor, part_id, visit.tools.seal)

    return await visit.act(verb, f"/risks/{risk_id}", once)
