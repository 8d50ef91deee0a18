"""Grievances: complaining and following without login; what the company concerned does; what a mediator is told and says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import diligence, participants
from ashiato.domain.diligence import RiskCategory
from ashiato.domain.participants import Actor, CompanyKind, Deed
from ashiato.kernel.errors import Kind, Refusal, invalid
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Place, Rows, moment_and_id, newest_first
from ashiato.web.render import page
from ashiato.web.route import AtDoor, AtGate, Once, View, Visit, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import reporters_words, words_for

router = journey()
Number = Annotated[str, Form(max_length=20)]
Said = Annotated[str, Form(max_length=6000)]
Code = Annotated[str, Form(max_length=60)]


@dataclass(frozen=True, slots=True)
class Complaining:
    """The form for everybody; with what was typed where something has to be corrected, or with the code once it is taken in."""

    template: ClassVar[str] = "complain.html"
    categories: ClassVar[tuple[RiskCategory, ...]] = tuple(RiskCategory)
    number: str = ""
    category: str = ""
    words: str = ""
    contact: str = ""
    trouble: Refusal | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Following:
    """What has become of a grievance, for who has its code; without one, where to type it."""

    template: ClassVar[str] = "follow.html"
    code: str = ""
    found: diligence.grievances.Followed | None = None
    trouble: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The grievances about the own company, and what it was asked to mediate."""

    template: ClassVar[str] = "grievances.html"
    received: Rows[diligence.grievances.Grievance]
    mediations: Rows[diligence.mediation.Mediated]
    number: str
    operator: bool


@dataclass(frozen=True, slots=True)
class OneGrievance:
    """A grievance about the own company with the steps that are possible."""

    template: ClassVar[str] = "grievance.html"
    found: diligence.grievances.Followed
    steps: tuple[diligence.grievances.GrievanceState, ...]
    late: bool
    may_step: bool
    may_ask: bool


@dataclass(frozen=True, slots=True)
class OneMediation:
    """What a mediator was told and said."""

    template: ClassVar[str] = "mediation.html"
    found: diligence.mediation.Mediated


@router.get("/grievances/new")
async def form(visit: AtDoor, company: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The form, open to everybody."""
    return page(visit.request, Complaining.template, Complaining(number=company), reporters=True)


@router.post("/grievances/new")
async def complain(
    visit: AtGate,
    number: Number = "",
    category: Annotated[str, Form(max_length=40)] = "",
    words: Said = "",
    contact: Annotated[str, Form(max_length=600)] = "",
) -> Response:
    """Takes a grievance in and shows its code, once."""
    typed = Complaining(number.strip(), category, words.strip(), contact.strip())
    try:
        if category not in set(RiskCategory):
            raise invalid("grievance", "Say what it is about.")
        found = diligence.grievances.NewGrievance(
            typed.number, RiskCategory(category), typed.words, reporters_words(visit.request).language, typed.contact
        )
        code = await visit.tools.works.run(lambda work: diligence.grievances.complain(work, found, visit.tools.seal))
    except Refusal as refusal:
        return page(visit.request, typed.template, replace(typed, trouble=_mendable(refusal)), status=422, reporters=True)
    return page(visit.request, Complaining.template, Complaining(code=code), reporters=True)


def _mendable(refusal: Refusal) -> Refusal:
    """What the reporter can correct on the form; everything else is shown as a page of its own."""
    if refusal.kind not in (Kind.INVALID, Kind.ABSENT):
        raise refusal
    return refusal


@router.get("/grievances/follow")
async def where(visit: AtDoor) -> Response:
    """Where the code is typed."""
    return page(visit.request, Following.template, Following(), reporters=True)


@router.post("/grievances/follow")
async def follow(visit: AtGate, code: Code) -> Response:
    """What has become of the grievance of a code. The code travels in the form: it stands in no address and no log."""
    return await _followed(visit, code, lambda work: diligence.grievances.follow(work, code))


@router.post("/grievances/respond")
async def respond(visit: AtGate, code: Code, words: Said) -> Response:
    """The reporter adds something."""
    return await _followed(visit, code, lambda work: diligence.grievances.respond(work, code, words.strip()))


@router.post("/grievances/mediate")
async def ask_as_reporter(visit: AtGate, code: Code, words: Said, number: Number = "", contact: Annotated[bool, Form()] = False) -> Response:
    """The reporter asks the operator, or the member with this number, to mediate."""
    ask, mediator = diligence.mediation.report_to, number.strip() or diligence.mediation.OPERATOR
    return await _followed(visit, code, lambda work: ask(work, code, mediator, words.strip(), contact=contact))


async def _followed(visit: Visit, code: str, verb: Callable[[Work], Awaitable[diligence.grievances.Followed]]) -> Response:
    try:
        found = await visit.tools.works.run(verb)
    except Refusal as refusal:
        return page(visit.request, Following.template, Following(trouble=_mendable(refusal)), status=422, reporters=True)
    return page(visit.request, Following.template, Following(code, found), reporters=True)


@router.get("/grievances")
async def received(visit: AtDoor, after: Place = "", mediated: Place = "") -> Response:
    """The grievances about the own company, and its mediations; for the operator the mediations alone."""

    async def verb(work: Work, actor: Actor) -> View:
        asked = await diligence.mediation.listed(work, actor, moment_and_id(mediated), PER_PAGE + 1, newest=True)
        mediations = newest_first(asked, lambda each: (each.mediation.asked_at, each.mediation.grievance_id), "/grievances", "mediated")
        if actor.kind is CompanyKind.OPERATOR:
            return Received(Rows([], None), mediations, "", operator=True)
        company = await participants.admission.own_company(work, actor)
        listed = await diligence.grievances.listed(work, actor, moment_and_id(after), PER_PAGE + 1, newest=True)
        filed = newest_first(listed, lambda each: (each.received_at, each.grievance_id), "/grievances", "after")
        return Received(filed, mediations, company.corporate_number or "", operator=False)

    return await visit.show(verb)


@router.get("/grievances.{kind}")
async def received_as_file(visit: AtDoor, kind: FileKind) -> Response:
    """The grievances about the own company as a file; nothing of who reported them is in it."""
    t = words_for(visit.request)
    found = await visit.look(lambda work, actor: diligence.grievances.listed(work, actor, None, MOST_IN_A_FILE, newest=True))
    headings = ("category", "state", "grievance.received", "grievance.next_by", "grievance.identifier")
    rows: list[tuple[object, ...]] = [
        (
            diligence.document.spoken(one.category, t.written),
            diligence.document.spoken(one.state, t.written),
            one.received_at,
            one.due_at,
            one.grievance_id,
        )
        for one in found
    ]
    return await as_file(Table("grievances", tuple(Column(t(key)) for key in headings), rows), kind)


@router.get("/grievances/{grievance_id:uuid}")
async def grievance(visit: AtDoor, grievance_id: UUID) -> Response:
    """One grievance about the own company."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await diligence.grievances.one(work, actor, grievance_id)
        state, due = diligence.grievances.GrievanceState(found.grievance.state), found.grievance.due_at
        steps = tuple(each for each in diligence.grievances.GrievanceState if each in diligence.grievances.TRANSITIONS[state])
        return OneGrievance(found, steps, due is not None and due < work.now, may(actor, Deed.ENTER_DATA), may(actor, Deed.ANSWER))

    return await visit.show(verb)


@router.post("/grievances/{grievance_id:uuid}/steps")
async def step(visit: AtDoor, grievance_id: UUID, state: Annotated[diligence.grievances.GrievanceState, Form()], words: Said, once: Once) -> Response:
    """The company takes the grievance one step further."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.grievances.move(work, actor, grievance_id, state, words.strip())

    return await visit.act(verb, f"/grievances/{grievance_id}", once)


@router.post("/grievances/{grievance_id:uuid}/mediator")
async def ask_as_company(visit: AtDoor, grievance_id: UUID, words: Said, once: Once, number: Number = "") -> Response:
    """The company asks the operator, or the member with this number, to mediate."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.mediation.hand_over(work, actor, grievance_id, number.strip() or diligence.mediation.OPERATOR, words.strip())

    return await visit.act(verb, f"/grievances/{grievance_id}", once)


@router.get("/mediations/{grievance_id:uuid}")
async def mediation(visit: AtDoor, grievance_id: UUID) -> Response:
    """What the own company, or the operator, was told as a mediator."""

    async def verb(work: Work, actor: Actor) -> View:
        return OneMediation(await diligence.mediation.one(work, actor, grievance_id, visit.tools.seal))

    return await visit.show(verb)


@router.post("/mediations/{grievance_id:uuid}/notes")
async def say(visit: AtDoor, grievance_id: UUID, words: Said, once: Once) -> Response:
    """The mediator says something to both sides."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.mediation.say(work, actor, grievance_id, words.strip(), visit.tools.seal)

    return await visit.act(verb, f"/mediations/{grievance_id}", once)
