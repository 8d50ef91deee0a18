"""Consent along paths, and questions to the whole chain: what is asked of the company, what it asked, what came of it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor, Deed
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_MOST = 100


@dataclass(frozen=True, slots=True)
class Consents:
    """What reached the company, and what it asked itself, newest first."""

    template: ClassVar[str] = "consents.html"
    paths: list[diligence.probes.Reached]
    screenings: list[diligence.probes.Reached]
    asked: list[diligence.probes.Root]
    may_decide: bool


@dataclass(frozen=True, slots=True)
class OneQuestion:
    """A question of the company's own with the answer so far."""

    template: ClassVar[str] = "probe.html"
    asked: diligence.probes.Asked


@router.get("/consents")
async def consents(visit: AtDoor) -> Response:
    """Consent that is asked for, screenings that the company was part of, its own questions."""

    async def verb(work: Work, actor: Actor) -> View:
        paths, screenings = [
            await diligence.probes.reached(work, actor, kind, None, _MOST)
            for kind in (diligence.probes.ProbeKind.PATH, diligence.probes.ProbeKind.SCREENING)
        ]
        once_each = {reached.probe.root_id: reached for reached in reversed(paths)}
        asked = await diligence.probes.listed(work, actor, None, _MOST)
        return Consents([*once_each.values()], screenings[::-1], asked[::-1], may(actor, Deed.ANSWER))

    return await visit.show(verb)


@router.post("/consents/{root_id:uuid}")
async def decide(visit: AtDoor, root_id: UUID, consent: Annotated[bool, Form()], once: Once) -> Response:
    """Consents to be named to the asker of a path, refuses, or takes consent back."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.probes.decide(work, actor, root_id, consent=consent)

    return await visit.act(verb, "/consents", once)


@router.get("/probes/{root_id:uuid}")
async def question(visit: AtDoor, root_id: UUID) -> Response:
    """The answer so far to one of the own questions. Reading names on an open path is recorded for their companies."""

    async def verb(work: Work, actor: Actor) -> View:
        return OneQuestion(await diligence.probes.asked(work, actor, root_id))

    return await visit.show(verb, notes=True)
