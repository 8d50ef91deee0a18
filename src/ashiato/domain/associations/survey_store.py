"""The SQL of surveys: what associations and members see, and what the aggregator reads and writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ashiato.domain.associations.model import Contribution, Outcome, Survey
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work

_SURVEY = "company_id, survey_id, title, measure, category, declared_unit, method, period_start, period_end, opened_at, closes_at"
_CONTRIBUTION = "association_id, survey_id, part_id, amount, contributed_at"


async def add(work: Work, survey: Survey) -> None:
    """Keeps a fresh survey of the pinned association."""
    await run(
        work.connection,
        f"""
        INSERT INTO survey ({_SURVEY}) VALUES (%(me)s, %(survey_id)s, %(title)s, %(measure)s, %(category)s, %(declared_unit)s, %(method)s,
                                               %(period_start)s, %(period_end)s, %(opened_at)s, %(closes_at)s)
        """,
        {
            "me": work.tenant, "survey_id": survey.survey_id, "title": survey.title, "measure": survey.measure, "category": survey.category,
            "declared_unit": survey.declared_unit, "method": survey.method, "period_start": survey.period_start,
            "period_end": survey.period_end, "opened_at": survey.opened_at, "closes_at": survey.closes_at,
        },
    )  # fmt: skip


async def surveys(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Survey]:
    """The surveys that the pinned company sees, oldest first, from after the given one."""
    instant, survey_id = after or (None, None)
    return await rows(
        work.connection,
        Survey,
        f"""
        SELECT {_SURVEY} FROM survey {"WHERE (opened_at, survey_id) > (%(instant)s, %(survey_id)s)" if after else ""}
        ORDER BY opened_at, survey_id LIMIT %(limit)s
        """,
        {"instant": instant, "survey_id": survey_id, "limit": limit},
    )


async def survey(work: Work, survey_id: UUID) -> Survey | None:
    """A survey that the pinned company sees."""
    return await row(work.connection, Survey, f"SELECT {_SURVEY} FROM survey WHERE survey_id = %(survey_id)s", {"survey_id": survey_id})


async def outcomes(work: Work, survey_ids: list[UUID]) -> list[Outcome]:
    """What came of these surveys, as far as the pinned company sees it."""
    return await rows(
        work.connection,
        Outcome,
        "SELECT survey_id, published, contributors, mean, middle, drawn_at FROM survey_result WHERE survey_id = ANY(%(survey_ids)s)",
        {"survey_ids": survey_ids},
    )


async def own(work: Work, survey_ids: list[UUID]) -> list[Contribution]:
    """The pinned company's own figures in these surveys."""
    return await rows(
        work.connection,
        Contribution,
        f"SELECT {_CONTRIBUTION} FROM contribution WHERE company_id = %(me)s AND survey_id = ANY(%(survey_ids)s)",
        {"me": work.tenant, "survey_ids": survey_ids},
    )


async def put_contribution(work: Work, kept: Contribution) -> None:
    """Keeps the pinned company's figure, in the place of an earlier one."""
    await run(
        work.connection,
        f"""
        INSERT INTO contribution (company_id, {_CONTRIBUTION})
        VALUES (%(me)s, %(association_id)s, %(survey_id)s, %(part_id)s, %(amount)s, %(now)s)
        ON CONFLICT (company_id, association_id, survey_id)
        DO UPDATE SET part_id = excluded.part_id, amount = excluded.amount, contributed_at = excluded.contributed_at
        """,
        {
            "me": work.tenant, "association_id": kept.association_id, "survey_id": kept.survey_id, "part_id": kept.part_id,
            "amount": kept.amount, "now": kept.contributed_at,
        },
    )  # fmt: skip


async def take_back(work: Work, survey_id: UUID) -> int:
    """Forgets the pinned company's figure in a survey; how many that were."""
    return await run(
        work.connection,
        "DELETE FROM contribution WHERE company_id = %(me)s AND survey_id = %(survey_id)s",
        {"me": work.tenant, "survey_id": survey_id},
    )


async def next_closed(work: Work, now: datetime) -> Survey | None:
    """The survey that closed first and of which nothing was drawn yet."""
    return await row(
        work.connection,
        Survey,
        f"""
        SELECT {_SURVEY} FROM survey
        WHERE closes_at <= %(now)s AND NOT EXISTS (
            SELECT FROM survey_result WHERE survey_result.company_id = survey.company_id AND survey_result.survey_id = survey.survey_id
        )
        ORDER BY closes_at, survey_id LIMIT 1
        """,
        {"now": now},
    )


async def contributed(work: Work, survey: Survey) -> dict[str, Decimal]:
    """Each figure of a survey by whose it is: a company, or a company's part."""
    cursor = await work.connection.execute(
        """
        SELECT company_id || coalesce('/' || part_id, '') AS party, amount FROM contribution
        WHERE association_id = %(association_id)s AND survey_id = %(survey_id)s ORDER BY 1
        """,
        {"association_id": survey.company_id, "survey_id": survey.survey_id},
    )
    return dict(await cursor.fetchall())


async def cells(work: Work, measure: str) -> list[dict[str, Decimal]]:
    """What every figure of a measure that was ever published rests on, of all associations, in the order of their publishing."""
    cursor = await work.connection.execute(
        """
        SELECT columns, amounts FROM published_cell JOIN survey_result USING (company_id, survey_id)
        WHERE measure = %(measure)s ORDER BY drawn_at, company_id, survey_id, statistic
        """,
        {"measure": measure},
    )
    return [dict(zip(columns, amounts, strict=True)) for columns, amounts in await cursor.fetchall()]


async def keep_outcome(work: Work, outcome: Outcome) -> None:
    """Keeps what came of a survey of the pinned association."""
    await run(
        work.connection,
        """
        INSERT INTO survey_result (company_id, survey_id, published, contributors, mean, middle, drawn_at)
        VALUES (%(me)s, %(survey_id)s, %(published)s, %(contributors)s, %(mean)s, %(middle)s, %(drawn_at)s)
        """,
        {
            "me": work.tenant, "survey_id": outcome.survey_id, "published": outcome.published, "contributors": outcome.contributors,
            "mean": outcome.mean, "middle": outcome.middle, "drawn_at": outcome.drawn_at,
        },
    )  # fmt: skip


async def keep_cells(work: Work, survey: Survey, drawn: Sequence[tuple[str, Mapping[str, Decimal]]]) -> None:
    """Keeps what the published figures of a survey rest on."""
    for statistic, cell in drawn:
        await run(
            work.connection,
            """
            INSERT INTO published_cell (company_id, survey_id, statistic, measure, columns, amounts)
            VALUES (%(me)s, %(survey_id)s, %(statistic)s, %(measure)s, %(columns)s, %(amounts)s)
            """,
            {
                "me": work.tenant, "survey_id": survey.survey_id, "statistic": statistic, "measure": survey.measure,
                "columns": list(cell), "amounts": list(cell.values()),
            },
        )  # fmt: skip
