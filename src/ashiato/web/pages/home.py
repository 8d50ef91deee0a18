"""The first page: what a member has to do and what it has, what a verifier has to examine, or for the operator the companies."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import footprint, participants
from ashiato.domain.participants import Actor, CompanyKind, CompanyState
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import letters
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.origin import came_from
from ashiato.web.pages.companies import companies
from ashiato.web.pages.todo import everything, examining, todo
from ashiato.web.route import AtDoor, Once, View, journey

router = journey()
_METHOD = "JRC-CFB-EV-2023-06"  # shown unless another is chosen


@router.get("/")
async def first(
    visit: AtDoor,
    method: Annotated[str, Query(max_length=100)] = _METHOD,
    whole: Annotated[bool, Query(alias="all")] = False,
    state: CompanyState | None = None,
    after: UUID | None = None,
) -> Response:
    """The page that answers: what must I do now? `all`: all of it, and nothing else."""
    footprint.methods.method(method)

    async def verb(work: Work, actor: Actor) -> View:
        if actor.kind is CompanyKind.OPERATOR:
            return await companies(work, actor, state, CompanyId(after) if after else None, visit.tools.settings)
        if whole:
            return await everything(work, actor)
        if actor.kind is CompanyKind.VERIFIER:
            return await examining(work, actor)
        return await todo(work, actor, method, visit.tools.settings.structures)

    return await visit.show(verb, notes=True)


@router.get("/notifications")
async def notices() -> Response:
    """Where applications of the Japanese interface have their notices as a page: here the first page says what they would."""
    return RedirectResponse("/", 303)


@router.post("/companies/{company_id:uuid}/state")
async def move(
    visit: AtDoor,
    company_id: UUID,
    state: Annotated[CompanyState, Form()],
    reason: Annotated[str, Form(max_length=1000)],
    once: Once,
    checks: Annotated[list[str] | None, Form(max_length=50)] = None,
) -> Response:
    """Operator: a step of a company's admission, with the reason that it will read, and the items of the checklist that are ticked with it."""
    rules = participants.admission_rules.load(visit.tools.settings.admission_rules)
    invited: list[participants.invitations.Invitation | None] = []

    async def verb(work: Work, actor: Actor) -> None:
        moved = await participants.admission.move_company(work, actor, CompanyId(company_id), state, reason.strip(), rules, checks)
        invited[:] = [moved.invitation]

    response = await visit.act(verb, came_from(visit.request), once)
    for invitation in filter(None, invited):
        await letters.hand_over(visit.tools.settings, participants.invitations.letter(invitation, visit.tools.settings.public_url))
    return response
