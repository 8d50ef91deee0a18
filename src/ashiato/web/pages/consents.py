"""Consent along paths, and questions to the whole chain: what is asked of the company, what it asked, what came of it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor, Deed
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import PER_PAGE, Place, Rows, moment_and_id, newest_first
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_Kind = diligence.probes.ProbeKind


@dataclass(frozen=True, slots=True)
class Consents:
    """What reached the company, and what it asked itself, newest first."""

    template: ClassVar[str] = "consents.html"
    paths: Rows[diligence.probes.Reached]
    screenings: Rows[diligence.probes.Reached]
    asked: Rows[diligence.probes.Root]
    may_decide: bool


@dataclass(frozen=True, slots=True)
class OneQuestion:
    """A question of the company's own with the answer so far."""

    template: ClassVar[str] = "probe.html"
    asked: diligence.probes.Asked


@router.get("/consents")
async def consents(visit: AtDoor, paths: Place = "", screenings: Place = "", asked: Place = "") -> Response:
    """Consent that is asked for, screenings that the company was part of, its own questions."""

    async def verb(work: Work, actor: Actor) -> View:
        reached = []
        for kind, name, start in ((_Kind.PATH, "paths", paths), (_Kind.SCREENING, "screenings", screenings)):
            found = await diligence.probes.reached(work, actor, kind, moment_and_id(start), PER_PAGE + 1, newest=True)
            reached.append(newest_first(found, lambda each: (each.probe.asked_at, each.probe.probe_id), "/consents", name))
        once_each = {each.probe.root_id: each for each in reached[0].rows}
        own = await diligence.probes.listed(work, actor, moment_and_id(asked), PER_PAGE + 1, newest=True)
        roots = newest_first(own, lambda root: (root.asked_at, root.root_id), "/consents", "asked")
        waiting_first = sorted(once_each.values(), key=lambda each: each.decision is not None)
        return Consents(Rows(waiting_first, reached[0].more), reached[1], roots, may(actor, Deed.ANSWER))

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
