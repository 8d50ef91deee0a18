"""Consent along paths, and questions to the whole chain: what is asked of the company, what it asked, what came of it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor, Deed
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Place, Rows, moment_and_id, newest_first
from ashiato.web.route import AtDoor, Once, View, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import words_for

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


@router.get("/consents.{kind}")
async def consents_as_file(visit: AtDoor, kind: FileKind) -> Response:
    """What reached the company, consent and screenings, as a file."""
    t = words_for(visit.request)

    async def verb(work: Work, actor: Actor) -> list[diligence.probes.Reached]:
        return [
            one
            for each in (_Kind.PATH, _Kind.SCREENING)
            for one in await diligence.probes.reached(work, actor, each, None, MOST_IN_A_FILE, newest=True)
        ]

    def said(code: str | None) -> str:
        return diligence.document.spoken(code, t.written) if code else ""

    headings = ("probe.kind", "probe.subject", "buyer", "screen.purpose", "asked_at", "due_at", "state")
    rows: list[tuple[object, ...]] = [
        (t("consents.paths") if one.probe.kind == _Kind.PATH else t("screenings"), said(one.probe.subject), one.asker, said(one.probe.purpose),
         one.probe.asked_at, one.probe.due_at, said(one.decision))
        for one in await visit.look(verb)
    ]  # fmt: skip
    return await as_file(Table("consents", tuple(Column(t(key)) for key in headings), rows), kind)


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
