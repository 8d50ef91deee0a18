"""The SQL of the register of risks."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ashiato.domain.diligence.model import Severity
from ashiato.domain.diligence.risk import Likelihood, Risk
from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work

_RISK = """
    SELECT risk_id, kind, part_id, material, category, severity, likelihood, title, description, source, state, owner, plan, deadline,
           opened_at, changed_at
    FROM risk
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that a risk took, and why."""

    risk_id: UUID
    ordinal: int
    state: str
    note: str
    taken_at: datetime


async def add(work: Work, risk: Risk, note: str) -> None:
    """Takes a risk into the register, with its first step."""
    await run(
        work.connection,
        """
        INSERT INTO risk (company_id, risk_id, kind, part_id, material, category, severity, likelihood, title, description, source, state,
                          owner, plan, deadline, opened_at, changed_at)
        VALUES (%(me)s, %(risk_id)s, %(kind)s, %(part_id)s, %(material)s, %(category)s, %(severity)s, %(likelihood)s, %(title)s, %(description)s,
                %(source)s, %(state)s, %(owner)s, %(plan)s, %(deadline)s, %(now)s, %(now)s)
        """,
        {
            "me": work.tenant, "risk_id": risk.risk_id, "kind": risk.kind, "part_id": risk.part_id, "material": risk.material,
            "category": risk.category, "severity": risk.severity, "likelihood": risk.likelihood, "title": risk.title,
            "description": risk.description, "source": risk.source, "state": risk.state, "owner": risk.owner, "plan": risk.plan,
            "deadline": risk.deadline, "now": work.now,
        },
    )  # fmt: skip
    await _step(work, risk, note)


async def move(work: Work, risk: Risk, note: str) -> None:
    """Changes a risk's state and what is done about it, with a step that says why."""
    await run(
        work.connection,
        """
        UPDATE risk SET state = %(state)s, severity = %(severity)s, likelihood = %(likelihood)s, owner = %(owner)s, plan = %(plan)s,
                        deadline = %(deadline)s, changed_at = %(now)s
        WHERE company_id = %(me)s AND risk_id = %(risk_id)s
        """,
        {
            "me": work.tenant, "risk_id": risk.risk_id, "state": risk.state, "severity": risk.severity, "likelihood": risk.likelihood,
            "owner": risk.owner, "plan": risk.plan, "deadline": risk.deadline, "now": work.now,
        },
    )  # fmt: skip
    await _step(work, risk, note)


async def _step(work: Work, risk: Risk, note: str) -> None:
    await run(
        work.connection,
        """
        INSERT INTO risk_step (company_id, risk_id, ordinal, state, note, taken_at)
        SELECT %(me)s, %(risk_id)s, 1 + count(*), %(state)s, %(note)s, %(now)s
        FROM risk_step WHERE company_id = %(me)s AND risk_id = %(risk_id)s
        """,
        {"me": work.tenant, "risk_id": risk.risk_id, "state": risk.state, "note": note, "now": work.now},
    )


async def one(work: Work, risk_id: UUID) -> Risk | None:
    """One of the pinned company's risks."""
    return await row(work.connection, Risk, f"{_RISK} WHERE company_id = %(me)s AND risk_id = %(risk_id)s", {"me": work.tenant, "risk_id": risk_id})


async def listed(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Risk]:
    """The pinned company's risks, oldest first."""
    opened_at, risk_id = after or (None, None)
    return await rows(
        work.connection,
        Risk,
        f"""{_RISK} WHERE company_id = %(me)s {"AND (opened_at, risk_id) > (%(opened_at)s, %(risk_id)s)" if after else ""}
            ORDER BY opened_at, risk_id LIMIT %(limit)s""",
        {"me": work.tenant, "opened_at": opened_at, "risk_id": risk_id, "limit": limit},
    )


async def shown(work: Work, states: list[str], category: str, after: tuple[int, datetime, UUID] | None, limit: int) -> list[Risk]:
    """The pinned company's risks in these states and (unless it is empty) of this category, from after a place, gravest and newest first."""
    weight = "array_position(%(severities)s, severity) * array_position(%(likelihoods)s, likelihood)"  # as `risk.weight`
    on = f"AND ({weight}, opened_at, risk_id) < (%(weight)s, %(opened_at)s, %(risk_id)s)" if after else ""
    place = dict(zip(("weight", "opened_at", "risk_id"), after or (), strict=False))
    return await rows(
        work.connection,
        Risk,
        f"""{_RISK} WHERE company_id = %(me)s AND state = ANY(%(states)s) AND (%(category)s = '' OR category = %(category)s) {on}
            ORDER BY {weight} DESC, opened_at DESC, risk_id DESC LIMIT %(limit)s""",
        {"me": work.tenant, "states": states, "category": category, "limit": limit, "severities": list(Severity), "likelihoods": list(Likelihood)}
        | place,
    )


async def concerning(work: Work, part_ids: list[UUID]) -> list[Risk]:
    """The pinned company's risks that concern one of these parts, or the whole company."""
    return await rows(
        work.connection,
        Risk,
        f"{_RISK} WHERE company_id = %(me)s AND (part_id IS NULL OR part_id = ANY(%(part_ids)s)) ORDER BY opened_at, risk_id",
        {"me": work.tenant, "part_ids": part_ids},
    )


async def steps(work: Work, risk_id: UUID) -> list[Step]:
    """The steps of one of the pinned company's risks, in their order."""
    return await rows(
        work.connection,
        Step,
        "SELECT risk_id, ordinal, state, note, taken_at FROM risk_step WHERE company_id = %(me)s AND risk_id = %(risk_id)s ORDER BY ordinal",
        {"me": work.tenant, "risk_id": risk_id},
    )


async def steps_since(work: Work, day: date) -> list[Step]:
    """The steps that the pinned company's risks took from a day on, oldest first."""
    return await rows(
        work.connection,
        Step,
        """
        SELECT risk_id, ordinal, state, note, taken_at FROM risk_step
        WHERE company_id = %(me)s AND taken_at >= %(day)s ORDER BY taken_at, risk_id, ordinal
        """,
        {"me": work.tenant, "day": day},
    )


async def last_steps(work: Work, day: date, limit: int) -> list[tuple[Step, str]]:
    """The last steps that the pinned company's risks took from a day on, newest first, each with the title of its risk."""
    cursor = await work.connection.execute(
        """
        SELECT step.risk_id, step.ordinal, step.state, step.note, step.taken_at, risk.title
        FROM risk_step AS step JOIN risk ON risk.company_id = step.company_id AND risk.risk_id = step.risk_id
        WHERE step.company_id = %(me)s AND step.taken_at >= %(day)s
        ORDER BY step.taken_at DESC, step.risk_id, step.ordinal DESC LIMIT %(limit)s
        """,
        {"me": work.tenant, "day": day, "limit": limit},
    )
    return [(Step(*step), title) for *step, title in await cursor.fetchall()]


async def stands(work: Work, source: str) -> bool:
    """Whether an entry of the pinned company's that is not closed follows from a source."""
    query = "SELECT true FROM risk WHERE company_id = %(me)s AND source = %(source)s AND state <> 'closed' LIMIT 1"
    return bool(await value(work.connection, query, {"me": work.tenant, "source": source}))
