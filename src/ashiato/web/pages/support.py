"""Support: a company asks the operator for help and reads the answers; the operator has its queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import governance, participants
from ashiato.domain.participants import Actor, CompanyKind
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE
from ashiato.web.route import AtDoor, Once, View, journey
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import words_for

router = journey()
_MOST = 100
Words = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True, slots=True)
class Queue:
    """The own requests with the form, or the operator's queue: `everything` with those that are closed."""

    template: ClassVar[str] = "support.html"
    operator: bool
    everything: bool
    rows: list[governance.support.SupportRequest]
    names: dict[CompanyId, str]
    now: datetime
    more: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A request and what was said of it."""

    template: ClassVar[str] = "support_request.html"
    operator: bool
    company: str
    request: governance.support.SupportRequest
    words: list[governance.support.SupportWord]


@router.get("/support")
async def queue(visit: AtDoor, everything: Annotated[bool, Query(alias="all")] = False) -> Response:
    """What waits, the longest waiting first."""

    async def verb(work: Work, actor: Actor) -> View:
        operator = actor.kind is CompanyKind.OPERATOR
        waiting = operator and not everything
        found = await governance.support.listed(work, actor, still_open=waiting, after=None, limit=_MOST, newest=not waiting)
        names = await participants.names_of(work, sorted({each.company_id for each in found}))
        shown = sorted(found, key=lambda each: each.answered_at is not None) if waiting else found
        return Queue(operator, everything, shown, names, work.now, len(found) == _MOST)

    return await visit.show(verb)


@router.get("/support.{kind}")
async def queue_as_file(visit: AtDoor, kind: FileKind) -> Response:
    """All requests as a file, newest first; for the operator with whose they are."""
    t = words_for(visit.request)

    async def verb(work: Work, actor: Actor) -> tuple[list[governance.support.SupportRequest], dict[CompanyId, str]]:
        found = await governance.support.listed(work, actor, still_open=False, after=None, limit=MOST_IN_A_FILE, newest=True)
        return found, await participants.names_of(work, sorted({each.company_id for each in found}))

    found, names = await visit.look(verb)
    headings = ("support.subject", "registers.company", "support.opened", "support.answered_at", "support.closed_at")
    rows: list[tuple[object, ...]] = [
        (one.subject, names.get(CompanyId(one.company_id), ""), one.opened_at, one.answered_at, one.closed_at) for one in found
    ]
    return await as_file(Table("support", tuple(Column(t(key)) for key in headings), rows), kind)


@router.post("/support")
async def open_one(visit: AtDoor, subject: Annotated[str, Form(max_length=200)], words: Words, once: Once) -> Response:
    """Asks the operator for help."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.support.open_one(work, actor, subject.strip(), words.strip())

    return await visit.act(verb, "/support", once)


@router.get("/support/{support_id:uuid}")
async def one(visit: AtDoor, support_id: UUID) -> Response:
    """What was said of a request."""

    async def verb(work: Work, actor: Actor) -> View:
        heard = await governance.support.one(work, actor, support_id)
        names = await participants.names_of(work, [heard.request.company_id])
        name = names.get(CompanyId(heard.request.company_id), "")
        return Thread(actor.kind is CompanyKind.OPERATOR, name, heard.request, heard.words)

    return await visit.show(verb)


@router.post("/support/{support_id:uuid}/words")
async def add(visit: AtDoor, support_id: UUID, words: Words, once: Once) -> Response:
    """Says more of it, as either side."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.support.add(work, actor, support_id, words.strip())

    return await visit.act(verb, f"/support/{support_id}", once)


@router.post("/support/{support_id:uuid}/closing")
async def close(visit: AtDoor, support_id: UUID, words: Words, once: Once) -> Response:
    """Closes it with the reason."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.support.close(work, actor, support_id, words.strip())

    return await visit.act(verb, f"/support/{support_id}", once)
