"""The SQL of answered questionnaires."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.kernel.digest import Json
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Stored:
    """A questionnaire as it was answered. `answers`: by question, `value` and the identifiers of files as `evidence`."""

    assessment_id: UUID
    questionnaire: str
    version: str
    subject_kind: str
    subject_id: str
    answers: dict[str, Json]
    score: dict[str, Json]
    points: int
    of_points: int
    assessed_at: datetime
    valid_until: date

    def evidence(self) -> list[UUID]:
        """The files that prove the answers, each once."""
        named = [UUID(str(one)) for answer in self.answers.values() for one in cast(dict[str, list[Json]], answer)["evidence"]]
        return [*dict.fromkeys(named)]


_ASSESSMENT = """
    SELECT assessment_id, questionnaire, version, subject_kind, subject_id, answers, score, points, of_points, assessed_at, valid_until
    FROM assessment
"""


async def add(work: Work, stored: Stored) -> None:
    """Keeps an answered questionnaire."""
    await run(
        work.connection,
        """
        INSERT INTO assessment (company_id, assessment_id, questionnaire, version, subject_kind, subject_id, answers, score, points, of_points,
                                assessed_at, valid_until)
        VALUES (%(me)s, %(assessment_id)s, %(questionnaire)s, %(version)s, %(subject_kind)s, %(subject_id)s, %(answers)s, %(score)s, %(points)s,
                %(of_points)s, %(assessed_at)s, %(valid_until)s)
        """,
        {
            "me": work.tenant, "assessment_id": stored.assessment_id, "questionnaire": stored.questionnaire, "version": stored.version,
            "subject_kind": stored.subject_kind, "subject_id": stored.subject_id, "answers": Jsonb(stored.answers), "score": Jsonb(stored.score),
            "points": stored.points, "of_points": stored.of_points, "assessed_at": stored.assessed_at, "valid_until": stored.valid_until,
        },
    )  # fmt: skip


async def one(work: Work, assessment_id: UUID) -> Stored | None:
    """One of the pinned company's answered questionnaires."""
    query = f"{_ASSESSMENT} WHERE company_id = %(me)s AND assessment_id = %(assessment_id)s"
    return await row(work.connection, Stored, query, {"me": work.tenant, "assessment_id": assessment_id})


async def newest(work: Work, questionnaire: str, subject_id: str) -> Stored | None:
    """How the pinned company answered a questionnaire last for a subject."""
    return await row(
        work.connection,
        Stored,
        f"""{_ASSESSMENT} WHERE company_id = %(me)s AND questionnaire = %(questionnaire)s AND subject_id = %(subject_id)s
            ORDER BY assessed_at DESC, assessment_id LIMIT 1""",
        {"me": work.tenant, "questionnaire": questionnaire, "subject_id": subject_id},
    )


async def in_force(work: Work, day: date) -> list[Stored]:
    """The newest of each questionnaire and subject that still counts on a day, of the thousand that count longest."""
    query = f"{_ASSESSMENT} WHERE company_id = %(me)s AND valid_until >= %(day)s ORDER BY valid_until DESC LIMIT 1000"
    counting = await rows(work.connection, Stored, query, {"me": work.tenant, "day": day})
    newest = {(each.questionnaire, each.subject_id): each for each in sorted(counting, key=lambda each: (each.assessed_at, each.assessment_id))}
    return [newest[key] for key in sorted(newest)]


async def listed(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Stored]:
    """The pinned company's answered questionnaires, oldest first."""
    assessed_at, assessment_id = after or (None, None)
    return await rows(
        work.connection,
        Stored,
        f"""{_ASSESSMENT} WHERE company_id = %(me)s
            {"AND (assessed_at, assessment_id) > (%(assessed_at)s, %(assessment_id)s)" if after else ""}
            ORDER BY assessed_at, assessment_id LIMIT %(limit)s""",
        {"me": work.tenant, "assessed_at": assessed_at, "assessment_id": assessment_id, "limit": limit},
    )


async def newest_of_all(work: Work) -> list[Stored]:
    """How the pinned company answered each questionnaire last for each subject, of the thousand newest."""
    query = f"{_ASSESSMENT} WHERE company_id = %(me)s ORDER BY assessed_at DESC, assessment_id LIMIT 1000"
    newest: dict[tuple[str, str], Stored] = {}
    for each in await rows(work.connection, Stored, query, {"me": work.tenant}):
        newest.setdefault((each.questionnaire, each.subject_id), each)
    return [*newest.values()]


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers that are not sent yet, by question; None where an answer was taken away. `evidence`: identifiers of files."""

    questionnaire: str
    subject_id: str
    answers: dict[str, Json]
    evidence: dict[str, Json]
    changed_at: datetime


async def draft(work: Work, questionnaire: str, subject_id: str) -> Draft | None:
    """What the pinned company has on a sheet that it has not sent."""
    return await row(
        work.connection,
        Draft,
        """
        SELECT questionnaire, subject_id, answers, evidence, changed_at FROM assessment_draft
        WHERE company_id = %(me)s AND questionnaire = %(questionnaire)s AND subject_id = %(subject_id)s
        """,
        {"me": work.tenant, "questionnaire": questionnaire, "subject_id": subject_id},
    )


async def drafts(work: Work) -> list[tuple[str, str]]:
    """Which sheets (questionnaire, subject) the pinned company has begun and not sent."""
    query = "SELECT questionnaire, subject_id FROM assessment_draft WHERE company_id = %(me)s ORDER BY 1, 2"
    return [(name, subject) for name, subject in await (await work.connection.execute(query, {"me": work.tenant})).fetchall()]


async def put_draft(work: Work, draft: Draft) -> None:
    """Keeps what is on a sheet, in place of what was."""
    await run(
        work.connection,
        """
        INSERT INTO assessment_draft (company_id, questionnaire, subject_id, answers, evidence, changed_at)
        VALUES (%(me)s, %(questionnaire)s, %(subject_id)s, %(answers)s, %(evidence)s, %(changed_at)s)
        ON CONFLICT (company_id, questionnaire, subject_id) DO UPDATE
        SET answers = excluded.answers, evidence = excluded.evidence, changed_at = excluded.changed_at
        """,
        {
            "me": work.tenant, "questionnaire": draft.questionnaire, "subject_id": draft.subject_id, "answers": Jsonb(draft.answers),
            "evidence": Jsonb(draft.evidence), "changed_at": draft.changed_at,
        },
    )  # fmt: skip


async def drop_draft(work: Work, questionnaire: str, subject_id: str) -> None:
    """Takes a sheet away that was sent."""
    params = {"me": work.tenant, "questionnaire": questionnaire, "subject_id": subject_id}
    query = "DELETE FROM assessment_draft WHERE company_id = %(me)s AND questionnaire = %(questionnaire)s AND subject_id = %(subject_id)s"
    await run(work.connection, query, params)
