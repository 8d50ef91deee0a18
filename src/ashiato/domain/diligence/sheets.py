"""Answering a questionnaire on a sheet: what is still open first, last time's answers filled in and marked, saved with every change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from ashiato.domain import evidence, participants
from ashiato.domain.diligence import assessment_store as store
from ashiato.domain.diligence import assessments, scoring
from ashiato.domain.diligence.assessments import Given, Stored
from ashiato.domain.diligence.questionnaires import Question, Questionnaire, all_questionnaires, questionnaire
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Entry", "Sheet", "Standing", "open_sheet", "overview", "save", "send"]

_FILES = 200  # of the company's newest, offered as evidence


@dataclass(frozen=True, slots=True)
class Entry:
    """A question that is asked, with its answer so far. `last`: it is last time's, and was not touched.

    `demands`: the answer needs a file. `flaw`: what is wrong with it, once something was given or the sheet was to be sent.
    """

    question: Question
    answer: Json
    files: tuple[UUID, ...]
    last: bool
    demands: bool
    flaw: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A questionnaire for one subject as it stands. `open` are the entries that still need something, `done` the others."""

    asked: Questionnaire
    subject_id: str
    open: tuple[Entry, ...]
    done: tuple[Entry, ...]
    score: scoring.Score
    files: tuple[evidence.items.Item, ...]
    saved_at: datetime | None
    last: Stored | None

    def complete(self) -> bool:
        """Whether it can be sent."""
        return not self.open


@dataclass(frozen=True, slots=True)
class Standing:
    """How one questionnaire stands for one subject: how it came out last, whether that counts still, whether a sheet is begun."""

    asked: Questionnaire
    subject_id: str
    subject: str
    last: Stored | None
    counts: bool
    begun: bool


async def overview(work: Work, actor: Actor) -> list[Standing]:
    """Every questionnaire for the company and its sites, and for the materials that were answered about, in their order."""
    require(actor, Deed.READ)
    sites = [(str(site.site_id), site.name) for site in await participants.accounts.sites(work, actor)]
    last = {(each.questionnaire, each.subject_id): each for each in await store.newest_of_all(work)}
    begun = set(await store.drafts(work))
    today, found = work.now.date(), []
    for asked in all_questionnaires().values():
        known = [subject for name, subject in {*last, *begun} if name == asked.id]
        subjects = {"company": [("", "")], "site": sites}.get(asked.subject) or [(code, code) for code in sorted(set(known))]
        for subject_id, named in subjects:
            given = last.get((asked.id, subject_id))
            counts = given is not None and given.valid_until >= today
            found.append(Standing(asked, subject_id, named, given, counts, (asked.id, subject_id) in begun))
    return found


async def open_sheet(work: Work, actor: Actor, questionnaire_id: str, subject_id: str, *, checked: bool = False) -> Sheet:
    """The sheet as it stands; `checked`: every flaw is told, as if it were sent. Refuses (`invalid`) an unknown questionnaire or subject."""
    require(actor, Deed.READ)
    asked = questionnaire(questionnaire_id)
    await assessments.check_subject(work, actor, asked, subject_id)
    before = await assessments.prefill(work, actor, questionnaire_id, subject_id)
    draft = await store.draft(work, asked.id, subject_id)
    given = _given(asked, before, draft)
    items = tuple(item for item in await evidence.items.newest(work, None, _FILES) if item.removed_at is None and not _expired(item, work.now.date()))
    entries = _entries(asked, given, before if draft is None else Given(asked.id, _untouched(before, draft), {}, subject_id), items, work.now.date(),
                       checked=checked)  # fmt: skip
    fitting = {name: answer for name, answer in given.answers.items() if answer is not None}
    return Sheet(
        asked, subject_id, tuple(entry for entry in entries if _waits(entry)), tuple(entry for entry in entries if not _waits(entry)),
        scoring.score(asked, fitting), items, draft.changed_at if draft else None, await store.newest(work, asked.id, subject_id),
    )  # fmt: skip


def _expired(item: evidence.items.Item, day: date) -> bool:
    return item.expires_on is not None and item.expires_on < day


def _given(asked: Questionnaire, before: Given, draft: store.Draft | None) -> Given:
    if draft is None:
        return before
    files = {name: [UUID(str(one)) for one in cast(list[Json], named)] for name, named in draft.evidence.items()}
    return Given(asked.id, {**before.answers, **draft.answers}, {**before.evidence, **files}, before.subject_id)


def _untouched(before: Given, draft: store.Draft) -> Mapping[str, Json]:
    return {name: answer for name, answer in before.answers.items() if name not in draft.answers or draft.answers[name] == answer}


def _waits(entry: Entry) -> bool:
    missing = entry.answer is None and not entry.question.optional
    return missing or entry.flaw is not None or (entry.demands and not entry.files)


def _entries(asked: Questionnaire, given: Given, before: Given, items: tuple[evidence.items.Item, ...], day: date, *, checked: bool) -> list[Entry]:
    known = {item.evidence_id for item in items}
    answers = {name: answer for name, answer in given.answers.items() if answer is not None}
    files = {name: tuple(one for one in named if one in known) for name, named in given.evidence.items()}
    flaws = {flaw.field: flaw.message for flaw in scoring.flaws(asked, answers, {name for name, named in files.items() if named}, day)}
    entries = []
    for question in asked.asked(answers):
        answer = answers.get(question.id)
        told = flaws.get(f"answers.{question.id}") if answer is not None or checked else None
        demands = question.evidence is not None and question.evidence.met(answer)
        last = answer is not None and before.answers.get(question.id) == answer
        entries.append(Entry(question, answer, files.get(question.id, ()), last, demands, told or flaws.get(f"evidence.{question.id}")))
    return entries


async def save(work: Work, actor: Actor, given: Given) -> None:
    """Keeps what is on a sheet so far, whatever it is worth; what it does not name stays as it was saved.

    Refuses (`invalid`) an unknown questionnaire or subject.
    """
    require(actor, Deed.ENTER_DATA)
    asked = questionnaire(given.questionnaire)
    await assessments.check_subject(work, actor, asked, given.subject_id)
    files: dict[str, Json] = {name: [str(one) for one in named] for name, named in given.evidence.items()}
    kept = await store.draft(work, asked.id, given.subject_id)
    answers = {**(kept.answers if kept else {}), **given.answers}
    files = {**(kept.evidence if kept else {}), **files}
    await store.put_draft(work, store.Draft(asked.id, given.subject_id, answers, files, work.now))


async def send(work: Work, actor: Actor, given: Given) -> Stored | None:
    """Saves a sheet and, where nothing on it is missing or wrong, answers the questionnaire with it. None: something has to be corrected."""
    await save(work, actor, given)
    sheet = await open_sheet(work, actor, given.questionnaire, given.subject_id, checked=True)
    if not sheet.complete():
        return None
    entries = (*sheet.open, *sheet.done)
    answers = {entry.question.id: entry.answer for entry in entries if entry.answer is not None}
    files = {entry.question.id: [*entry.files] for entry in entries if entry.files}
    try:
        stored = await assessments.assess(work, actor, Given(given.questionnaire, answers, files, given.subject_id))
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return None
    await store.drop_draft(work, given.questionnaire, given.subject_id)
    return stored
