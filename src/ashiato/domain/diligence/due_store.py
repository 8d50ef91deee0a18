"""The SQL of what is due."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ashiato.plumbing.db import rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Due:
    """Something of the company's that has a day: what kind, which one, in words, and by when."""

    kind: str
    subject_id: UUID
    title: str
    due_on: date


async def due(work: Work, until: date, limit: int) -> list[Due]:
    """What of the pinned company's is due on or before a day, the most urgent first; what was renewed or settled is not.

    Each kind has an index in the order of its days; whether something newer took its place is looked up for each that is told (`OFFSET 0`).
    """
    return await rows(
        work.connection,
        Due,
        """
        SELECT kind, subject_id, title, due_on FROM (
            (SELECT 'assessment' AS kind, assessment_id AS subject_id, questionnaire || coalesce(' ' || nullif(subject_id, ''), '') AS title,
                    valid_until AS due_on
             FROM assessment AS given WHERE company_id = %(me)s AND valid_until <= %(until)s AND NOT EXISTS (
                 SELECT FROM assessment AS newer
                 WHERE newer.company_id = %(me)s AND newer.questionnaire = given.questionnaire AND newer.subject_id = given.subject_id
                   AND newer.assessed_at > given.assessed_at OFFSET 0)
             ORDER BY valid_until LIMIT %(limit)s)
            UNION ALL
            (SELECT 'risk', risk_id, title, deadline FROM risk WHERE company_id = %(me)s AND state <> 'closed' AND deadline <= %(until)s
             ORDER BY deadline LIMIT %(limit)s)
            UNION ALL
            (SELECT 'grievance', grievance_id, category, due_at::date FROM grievance
             WHERE company_id = %(me)s AND due_at < %(until)s::date + 1 ORDER BY due_at LIMIT %(limit)s)
            UNION ALL
            (SELECT 'verification', verification_id, scheme, valid_until FROM verification AS found
             WHERE company_id = %(me)s AND valid_until <= %(until)s AND NOT EXISTS (
                 SELECT FROM verification AS newer
                 WHERE newer.company_id = %(me)s AND newer.scheme = found.scheme AND newer.scope = found.scope
                   AND newer.valid_until > found.valid_until OFFSET 0)
             ORDER BY valid_until LIMIT %(limit)s)
            UNION ALL
            (SELECT 'audit', part_id, refined, min(audit_until) FROM (
                 SELECT part_id, coalesce(nullif(refiner, ''), refiner_cid) AS refined, audit_until FROM material_origin
                 WHERE company_id = %(me)s AND audit_until <= %(until)s ORDER BY audit_until LIMIT %(limit)s
             ) AS audited GROUP BY part_id, refined)
        ) AS every
        ORDER BY due_on, kind, subject_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "until": until, "limit": limit},
    )


async def consents_due(work: Work, until: date, limit: int) -> list[Due]:
    """The paths on or before a day on which somebody waits for the pinned company's word, the most urgent first. Those decided on are passed over."""
    return await rows(
        work.connection,
        Due,
        """
        SELECT 'consent' AS kind, root_id AS subject_id, min(subject) AS title, min(due_at)::date AS due_on FROM (
            SELECT root_id, subject, due_at FROM probe
            WHERE supplier_id = %(me)s AND kind = 'path' AND due_at < %(until)s::date + 1 AND NOT EXISTS (
                SELECT FROM path_consent WHERE path_consent.company_id = %(me)s AND path_consent.root_id = probe.root_id OFFSET 0)
            ORDER BY due_at LIMIT %(limit)s
        ) AS asked GROUP BY root_id ORDER BY due_on, root_id
        """,
        {"me": work.tenant, "until": until, "limit": limit},
    )
