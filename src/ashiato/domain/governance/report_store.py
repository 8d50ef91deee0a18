"""The SQL of the transparency report: what is counted in the log, samples of probes, drills, and the reports themselves.

What is counted reads as the follower: kinds and instants of facts, never whose they are beyond telling companies apart.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Availability:
    """How often an endpoint was asked and answered in a time, how often it should have been asked, and its slowest hundredth."""

    endpoint: str
    asked: int
    answered: int
    expected: int
    p99_milliseconds: int


@dataclass(frozen=True, slots=True)
class Drill:
    """A restore that was compared with what was backed up."""

    drilled_at: datetime
    backup_point: str
    seconds: int
    differences: int


@dataclass(frozen=True, slots=True)
class Signed:
    """What the newest checkpoint says, and how many were signed in a time."""

    tree_size: int
    root_hash: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was signed."""

    report_id: UUID
    period_start: date
    period_end: date
    document: str
    note: str
    drawn_at: datetime


async def newest_checkpoint(work: Work) -> Signed | None:
    """What the log's key signed last: size, root and note."""
    query = "SELECT tree_size, root_hash, note, signed_at FROM log_checkpoint ORDER BY tree_size DESC LIMIT 1"
    return await row(work.connection, Signed, query, {})


async def checkpoints_in(work: Work, begin: datetime, end: datetime) -> int:
    """How many checkpoints were signed in a time."""
    query = "SELECT count(*) FROM log_checkpoint WHERE signed_at >= %(begin)s AND signed_at < %(end)s"
    return int(await value(work.connection, query, {"begin": begin, "end": end}))


async def facts_by_kind(work: Work, size: int, begin: datetime, end: datetime) -> dict[str, int]:
    """How many of the first `size` leaves' facts were recorded in a time, by kind."""
    cursor = await work.connection.execute(
        """
        SELECT outbox.kind, count(*) FROM log_leaf JOIN outbox USING (company_id, fact_id)
        WHERE log_index < %(size)s AND recorded_at >= %(begin)s AND recorded_at < %(end)s GROUP BY outbox.kind ORDER BY outbox.kind COLLATE "C"
        """,
        {"size": size, "begin": begin, "end": end},
    )
    return dict(await cursor.fetchall())


async def states_by_log(work: Work, size: int) -> dict[str, int]:
    """In which state the log leaves each company that it names, as its first `size` leaves tell: how many in each."""
    cursor = await work.connection.execute(
        """
        SELECT state, count(*) FROM (
            SELECT DISTINCT ON (coalesce(subject ->> 'company_id', company_id::text)) split_part(outbox.kind, '.', 2) AS state
            FROM log_leaf JOIN outbox USING (company_id, fact_id)
            WHERE log_index < %(size)s
              AND outbox.kind IN ('company.applied', 'company.verified', 'company.admitted', 'company.suspended', 'company.declined', 'leaving.left')
            ORDER BY coalesce(subject ->> 'company_id', company_id::text), log_index DESC
        ) AS newest GROUP BY state ORDER BY state
        """,
        {"size": size},
    )
    return dict(await cursor.fetchall())


async def companies(work: Work) -> dict[tuple[str, str], int]:
    """How many companies of each kind are in each state."""
    cursor = await work.connection.execute("SELECT kind, state, count(*) FROM company GROUP BY kind, state ORDER BY kind, state")
    return {(kind, state): count for kind, state, count in await cursor.fetchall()}


async def answer_times(work: Work, size: int, begin: datetime, end: datetime) -> list[tuple[str, float]]:
    """(supplier, seconds from being asked to the first answer) of each request that was first answered in a time."""
    cursor = await work.connection.execute(
        """
        SELECT answered.company_id::text, extract(epoch FROM answered.at - asked.recorded_at)::float8 FROM (
            SELECT outbox.company_id, subject ->> 'request_id' AS request_id, subject ->> 'buyer_id' AS buyer_id, min(recorded_at) AS at
            FROM log_leaf JOIN outbox USING (company_id, fact_id)
            WHERE log_index < %(size)s AND outbox.kind = 'request.answered' GROUP BY 1, 2, 3
        ) AS answered
        JOIN (
            SELECT subject ->> 'request_id' AS request_id, subject ->> 'buyer_id' AS buyer_id, min(recorded_at) AS recorded_at
            FROM log_leaf JOIN outbox USING (company_id, fact_id)
            WHERE log_index < %(size)s AND outbox.kind = 'request.asked' GROUP BY 1, 2
        ) AS asked USING (request_id, buyer_id)
        WHERE answered.at >= %(begin)s AND answered.at < %(end)s
        """,
        {"size": size, "begin": begin, "end": end},
    )
    return [(supplier, seconds) for supplier, seconds in await cursor.fetchall()]


_SUPPORT = """
    SELECT subject ->> 'support_id' AS support_id,
           min(outbox.company_id::text) FILTER (WHERE outbox.kind = 'support.opened') AS company,
           min(recorded_at) FILTER (WHERE outbox.kind = 'support.opened') AS opened_at,
           min(recorded_at) FILTER (WHERE outbox.kind IN ('support.answered', 'support.closed')) AS ended_at
    FROM log_leaf JOIN outbox USING (company_id, fact_id)
    WHERE log_index < %(size)s AND outbox.kind IN ('support.opened', 'support.answered', 'support.closed') GROUP BY 1
"""


async def support_times(work: Work, size: int, begin: datetime, end: datetime) -> list[tuple[str, float]]:
    """(company, seconds from its opening to the first answer) of each request for support that was first answered, or closed, in a time."""
    cursor = await work.connection.execute(
        f"""
        SELECT company, extract(epoch FROM ended_at - opened_at)::float8 FROM ({_SUPPORT}) AS request
        WHERE company IS NOT NULL AND ended_at >= %(begin)s AND ended_at < %(end)s
        """,
        {"size": size, "begin": begin, "end": end},
    )
    return [(company, seconds) for company, seconds in await cursor.fetchall()]


async def unanswered_support(work: Work, size: int, end: datetime) -> int:
    """How many requests for support nobody had answered at the end of a time."""
    cursor = await work.connection.execute(
        f"SELECT count(*) FROM ({_SUPPORT}) AS request WHERE opened_at < %(end)s AND (ended_at IS NULL OR ended_at >= %(end)s)",
        {"size": size, "end": end},
    )
    (found,) = await cursor.fetchone() or (0,)
    return int(found)


async def asked_and_answered(work: Work, size: int, begin: datetime, end: datetime) -> tuple[int, int]:
    """How many requests were asked in a time and not taken back, and how many of them have been answered, as the first leaves tell."""
    cursor = await work.connection.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE answered) FROM (
            SELECT subject ->> 'request_id', subject ->> 'buyer_id', bool_or(outbox.kind = 'request.answered') AS answered,
                   bool_or(outbox.kind = 'request.cancelled') AS cancelled,
                   min(recorded_at) FILTER (WHERE outbox.kind = 'request.asked') AS asked_at
            FROM log_leaf JOIN outbox USING (company_id, fact_id)
            WHERE log_index < %(size)s AND outbox.kind IN ('request.asked', 'request.answered', 'request.cancelled') GROUP BY 1, 2
        ) AS each WHERE NOT cancelled AND asked_at >= %(begin)s AND asked_at < %(end)s
        """,
        {"size": size, "begin": begin, "end": end},
    )
    asked, answered = await cursor.fetchone() or (0, 0)
    return asked, answered


async def availability(work: Work, begin: datetime, end: datetime) -> list[Availability]:
    """How each endpoint answered in a time. From its first sample on it should have been asked at each interval: what is missing was not up."""
    return await rows(
        work.connection,
        Availability,
        """
        SELECT endpoint, count(*)::int AS asked, (count(*) FILTER (WHERE answered))::int AS answered,
               greatest(count(*), floor(extract(epoch FROM least(%(end)s, %(now)s) - min(probed_at)) / max(every_seconds)))::int AS expected,
               coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY milliseconds) FILTER (WHERE answered), 0)::int AS p99_milliseconds
        FROM probe_sample WHERE probed_at >= %(begin)s AND probed_at < %(end)s GROUP BY endpoint ORDER BY endpoint
        """,
        {"begin": begin, "end": end, "now": work.now},
    )


async def add_sample(work: Work, endpoint: str, answered: bool, milliseconds: int, every_seconds: int) -> None:
    """Keeps what a probe saw."""
    await run(
        work.connection,
        """
        INSERT INTO probe_sample (endpoint, probed_at, answered, milliseconds, every_seconds)
        VALUES (%(endpoint)s, %(now)s, %(answered)s, %(milliseconds)s, %(every)s)
        """,
        {"endpoint": endpoint, "now": work.now, "answered": answered, "milliseconds": milliseconds, "every": every_seconds},
    )


async def add_drill(work: Work, drill: Drill) -> None:
    """Keeps how a restore compared."""
    await run(
        work.connection,
        "INSERT INTO restore_drill (drilled_at, backup_point, seconds, differences) VALUES (%(at)s, %(point)s, %(seconds)s, %(differences)s)",
        {"at": drill.drilled_at, "point": drill.backup_point, "seconds": drill.seconds, "differences": drill.differences},
    )


async def drills(work: Work, begin: datetime, end: datetime) -> list[Drill]:
    """The restores that were compared in a time."""
    query = """
        SELECT drilled_at, backup_point, seconds, differences FROM restore_drill
        WHERE drilled_at >= %(begin)s AND drilled_at < %(end)s ORDER BY drilled_at"""
    return await rows(work.connection, Drill, query, {"begin": begin, "end": end})


async def waiting_times(work: Work, begin: datetime, end: datetime) -> list[tuple[str, str, float]]:
    """(company, kind, seconds from its application to its admission) of each company that was first admitted in a time."""
    cursor = await work.connection.execute(
        """
        SELECT company.company_id::text, company.kind, extract(epoch FROM admitted.at - company.applied_at)::float8
        FROM company JOIN (
            SELECT company_id, min(changed_at) AS at FROM standing WHERE to_state = 'admitted' GROUP BY company_id
        ) AS admitted USING (company_id)
        WHERE admitted.at >= %(begin)s AND admitted.at < %(end)s ORDER BY 1
        """,
        {"begin": begin, "end": end},
    )
    return [(company_id, kind, seconds) for company_id, kind, seconds in await cursor.fetchall()]


async def admitted_at(work: Work) -> datetime | None:
    """When the pinned company was first admitted."""
    found: datetime | None = await value(
        work.connection, "SELECT min(changed_at) FROM standing WHERE company_id = %(me)s AND to_state = 'admitted'", {"me": work.tenant}
    )
    return found


async def add(work: Work, report: Report) -> None:
    """Keeps a signed report of the pinned operator's."""
    await run(
        work.connection,
        """
        INSERT INTO transparency_report (company_id, report_id, period_start, period_end, document, note, drawn_at)
        VALUES (%(me)s, %(report_id)s, %(begin)s, %(end)s, %(document)s, %(note)s, %(now)s)
        """,
        {
            "me": work.tenant, "report_id": report.report_id, "begin": report.period_start, "end": report.period_end,
            "document": report.document, "note": report.note, "now": report.drawn_at,
        },
    )  # fmt: skip


_REPORT = "SELECT report_id, period_start, period_end, document, note, drawn_at FROM transparency_report"


async def report(work: Work, report_id: UUID) -> Report | None:
    """A published report by its identifier, with its signature."""
    return await row(work.connection, Report, f"{_REPORT} WHERE report_id = %(report_id)s", {"report_id": report_id})


async def reports(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Report]:
    """The reports, oldest first, from after the given one."""
    instant, report_id = after or (None, None)
    return await rows(
        work.connection,
        Report,
        f"""
        {_REPORT} {"WHERE (drawn_at, report_id) > (%(instant)s, %(report_id)s)" if after else ""} ORDER BY drawn_at, report_id LIMIT %(limit)s
        """,
        {"instant": instant, "report_id": report_id, "limit": limit},
    )


async def newest(work: Work) -> Report | None:
    """The newest report that the pinned company may see."""
    return await row(work.connection, Report, f"{_REPORT} ORDER BY drawn_at DESC, report_id DESC LIMIT 1", {})
