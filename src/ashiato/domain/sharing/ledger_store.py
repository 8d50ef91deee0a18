"""The SQL of the ledger of data use."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Use:
    """What was granted to whom for which purpose, and when it was first read, if it was."""

    company_id: UUID
    grant_id: UUID
    grantee_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str
    terms: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    first_read_at: datetime | None


# What a company had counted in an association's survey: it can be taken back until the survey closes, and is read when it is drawn.
_SURVEYED = """
    UNION ALL (
        SELECT contribution.company_id, contribution.survey_id, association_id, 'survey_contribution', contribution.survey_id, 'association_survey',
               title, contributed_at, NULL, NULL, survey_result.drawn_at
        FROM contribution JOIN survey ON survey.company_id = association_id AND survey.survey_id = contribution.survey_id
        LEFT JOIN survey_result ON survey_result.company_id = association_id AND survey_result.survey_id = contribution.survey_id
        WHERE contribution.company_id = %(me)s {after}
        ORDER BY contributed_at, contribution.survey_id LIMIT %(limit)s
    )
"""


async def uses(work: Work, *, given: bool, after: tuple[datetime, UUID] | None, limit: int) -> list[Use]:
    """What the pinned company has granted or had counted, or was granted, with the first reading of each, oldest first."""
    granted_at, grant_id = after or (None, None)
    later = "AND ({}, {}) > (%(granted_at)s, %(grant_id)s)" if after else ""
    surveyed = _SURVEYED.format(after=later.format("contributed_at", "contribution.survey_id")) if given else ""
    return await rows(
        work.connection,
        Use,
        f"""
        SELECT * FROM ((
            SELECT data_grant.company_id, grant_id, grantee_id, data_grant.subject_kind, data_grant.subject_id, purpose, terms, granted_at,
                   valid_until, revoked_at, noted.first_read_at
            FROM data_grant LEFT JOIN LATERAL (
                SELECT first_read_at FROM access_record
                WHERE access_record.company_id = data_grant.company_id AND access_record.subject_kind = data_grant.subject_kind
                  AND access_record.subject_id = data_grant.subject_id AND access_record.reader_id = data_grant.grantee_id OFFSET 0
            ) AS noted ON true
            WHERE {"data_grant.company_id" if given else "grantee_id"} = %(me)s {later.format("granted_at", "grant_id")}
            ORDER BY granted_at, grant_id LIMIT %(limit)s
        ) {surveyed}) AS used
        ORDER BY granted_at, grant_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "granted_at": granted_at, "grant_id": grant_id, "limit": limit},
    )
