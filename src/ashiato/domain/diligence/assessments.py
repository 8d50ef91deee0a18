"""Answering questionnaires: checked, scored, kept with the version of the rules; filled in from last time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from ashiato.domain import evidence, participants
from ashiato.domain.diligence import assessment_store as store
from ashiato.domain.diligence import facts, register, scoring
from ashiato.domain.diligence.assessment_store import Stored
from ashiato.domain.diligence.law import law
from ashiato.domain.diligence.model import Material, Rating
from ashiato.domain.diligence.questionnaires import Questionnaire, questionnaire
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import Flaw, absent, invalid
from ashiato.kernel.frozen import encode
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Given", "Stored", "assess", "check_subject", "examine", "in_force", "listed", "newest", "one", "prefill", "rating"]


@dataclass(frozen=True, slots=True)
class Given:
    """Answers by question, and the files that prove them. `subject_id`: a site's or a material's; empty for the company."""

    questionnaire: str
    answers: Mapping[str, Json]
    evidence: Mapping[str, list[UUID]]
    subject_id: str = ""


async def examine(work: Work, actor: Actor, given: Given) -> scoring.Score:
    """What answers would score, each point explained. Nothing is kept. Refuses what `assess` refuses."""
    require(actor, Deed.READ)
    asked = questionnaire(given.questionnaire)
    await _check(work, actor, asked, given)
    return scoring.score(asked, given.answers)


async def assess(work: Work, actor: Actor, given: Given) -> Stored:
    """Keeps answers with their score; what they say of risks is taken into the register, unless it stands there already.

    Refuses (`invalid`) an unknown questionnaire or subject, answers that are missing, mistyped, not asked or without demanded evidence,
    and evidence that is not the company's; each by field.
    """
    require(actor, Deed.ENTER_DATA)
    asked = questionnaire(given.questionnaire)
    await _check(work, actor, asked, given)
    result = scoring.score(asked, given.answers)
    answers = {name: cast(Json, {"value": value, "evidence": [str(one) for one in given.evidence.get(name, [])]})
               for name, value in given.answers.items()}  # fmt: skip
    stored = Stored(
        work.new_id(), asked.id, asked.version, asked.subject, given.subject_id, answers, cast(dict[str, Json], encode(result)), result.points,
        result.of_points, work.now, scoring.valid_until(asked, work.now.date()),
    )  # fmt: skip
    await store.add(work, stored)
    files = {evidence_id for named in given.evidence.values() for evidence_id in named}
    await evidence.items.hold(work, files, "assessment", stored.assessment_id, law().kept_until(work.now.date()))
    work.record(facts.assessed(stored.assessment_id, asked.id))
    for raised in result.raised:
        source = f"assessment:{asked.id}:{given.subject_id}:{raised.question}"
        material = Material(given.subject_id) if asked.subject == "material" else None
        found = register.NewRisk(
            register.RiskKind.FINDING, raised.category, raised.severity, register.Likelihood.LIKELY, raised.en, raised.ja, material=material,
            source=source,
        )  # fmt: skip
        await register.take_in(work, actor, found)
    return stored


async def _check(work: Work, actor: Actor, asked: Questionnaire, given: Given) -> None:
    named = {evidence_id for files in given.evidence.values() for evidence_id in files}
    day = work.now.date()
    kept = await evidence.items.present(work, named)
    expired = {evidence_id: item for evidence_id, item in kept.items() if item.expires_on is not None and item.expires_on < day}
    proving = kept.keys() - expired.keys()
    flaws = scoring.flaws(asked, given.answers, {name for name, files in given.evidence.items() if proving & set(files)}, day)
    flaws += [Flaw(f"evidence.{name}", "evidence.unknown", "There is no such file of yours, or it was removed.")
              for name, files in given.evidence.items() if set(files) - kept.keys()]  # fmt: skip
    flaws += [Flaw(f"evidence.{name}", "evidence.expired", f"“{expired[each].name}” expired on {expired[each].expires_on}: add one that is valid.")
              for name, files in given.evidence.items() for each in files if each in expired]  # fmt: skip
    subject_flaw = await _subject_flaw(work, actor, asked, given.subject_id)
    flaws += [subject_flaw] if subject_flaw else []
    if flaws:
        raise invalid("assessment", "The questionnaire is not complete.", "Correct what is named here; nothing was saved.", *flaws)


async def check_subject(work: Work, actor: Actor, asked: Questionnaire, subject_id: str) -> None:
    """Refuses (`invalid`) a subject that a questionnaire cannot be answered for."""
    flaw = await _subject_flaw(work, actor, asked, subject_id)
    if flaw:
        raise invalid("assessment", "This cannot be answered about.", "Choose a questionnaire and what it is about.", flaw)


async def _subject_flaw(work: Work, actor: Actor, asked: Questionnaire, subject_id: str) -> Flaw | None:
    match asked.subject:
        case "company":
            return Flaw("subject", "assessment.subject", "The company itself needs no identifier.") if subject_id else None
        case "material":
            known = subject_id in {material.value for material in Material}
            return None if known else Flaw("subject", "assessment.subject", f"Name one of {', '.join(Material)}.")
        case _:
            known = subject_id in {str(site.site_id) for site in await participants.accounts.sites(work, actor)}
            return None if known else Flaw("subject", "assessment.subject", "Name a site of your own by its identifier.")


async def prefill(work: Work, actor: Actor, questionnaire_id: str, subject_id: str) -> Given:
    """The answers of last time, as far as they fit today's questions, with evidence that is there and valid; empty where there are none."""
    require(actor, Deed.READ)
    asked = questionnaire(questionnaire_id)
    before = await store.newest(work, asked.id, subject_id)
    if before is None:
        return Given(asked.id, {}, {}, subject_id)
    said = {name: cast(dict[str, Json], answer) for name, answer in before.answers.items()}
    day = work.now.date()
    fitting = scoring.prefilled(asked, {name: answer["value"] for name, answer in said.items()}, day)
    named = {name: [UUID(str(one)) for one in cast(list[Json], said[name]["evidence"])] for name in fitting}
    kept = await evidence.items.present(work, {one for files in named.values() for one in files})
    good = {one for one, item in kept.items() if item.expires_on is None or item.expires_on >= day}
    return Given(asked.id, fitting, {name: still for name, files in named.items() if (still := [one for one in files if one in good])}, subject_id)


async def one(work: Work, actor: Actor, assessment_id: UUID) -> Stored:
    """One of the company's answered questionnaires. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await store.one(work, assessment_id)
    if found is None:
        raise absent("assessment")
    return found


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Stored]:
    """The company's answered questionnaires, oldest first."""
    require(actor, Deed.READ)
    return await store.listed(work, after, limit)


async def newest(work: Work, questionnaire_id: str, subject_id: str = "") -> Stored | None:
    """How the pinned company answered a questionnaire last for a subject."""
    return await store.newest(work, questionnaire_id, subject_id)


async def in_force(work: Work, day: date) -> list[Stored]:
    """What the pinned company answered last on each subject, as far as it counts on a day."""
    return await store.in_force(work, day)


def rating(stored: Stored | None, day: date) -> Rating | None:
    """How a questionnaire came out, while it counts."""
    if stored is None or stored.valid_until < day:
        return None
    return Rating(stored.questionnaire, stored.version, stored.points, stored.of_points, stored.valid_until)
