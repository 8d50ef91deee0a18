"""The SQL of questions that go through the whole chain, and of consent to be named."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.kernel.digest import Json
from ashiato.plumbing.db import row, rows, run, value, values
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Root:
    """A question that the pinned company put to its chain."""

    root_id: UUID
    kind: str
    part_id: UUID
    subject: str
    purpose: str
    reason: str
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Probe:
    """The question on its way from a buyer to a supplier. `told`: whether the asker's name goes with it."""

    company_id: UUID
    probe_id: UUID
    supplier_id: UUID
    request_id: UUID
    root_id: UUID
    kind: str
    subject: str
    purpose: str
    asker_id: UUID
    told: bool
    depth: int
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What a supplier answers so far, and how much of the chain above the buyer has spoken."""

    answer: str
    asked: int
    answered: int


_PROBE = """
    SELECT company_id, probe_id, supplier_id, request_id, root_id, kind, subject, purpose, asker_id, told, depth, asked_at, due_at FROM probe
"""
_ROOT = "SELECT root_id, kind, part_id, subject, purpose, reason, asked_at, due_at FROM probe_root"


async def add_root(work: Work, root: Root) -> None:
    """Keeps what the pinned company asks its chain."""
    await run(
        work.connection,
        """
        INSERT INTO probe_root (company_id, root_id, kind, part_id, subject, purpose, reason, asked_at, due_at)
        VALUES (%(me)s, %(root_id)s, %(kind)s, %(part_id)s, %(subject)s, %(purpose)s, %(reason)s, %(asked_at)s, %(due_at)s)
        """,
        {
            "me": work.tenant, "root_id": root.root_id, "kind": root.kind, "part_id": root.part_id, "subject": root.subject,
            "purpose": root.purpose, "reason": root.reason, "asked_at": root.asked_at, "due_at": root.due_at,
        },
    )  # fmt: skip


async def root(work: Work, root_id: UUID) -> Root | None:
    """One of the questions that the pinned company put to its chain."""
    return await row(work.connection, Root, f"{_ROOT} WHERE company_id = %(me)s AND root_id = %(root_id)s", {"me": work.tenant, "root_id": root_id})


async def roots(work: Work, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Root]:
    """What the pinned company asked its chain, oldest first, or newest first."""
    asked_at, root_id = after or (None, None)
    way, order = ("<", "DESC") if newest else (">", "ASC")
    return await rows(
        work.connection,
        Root,
        f"""{_ROOT} WHERE company_id = %(me)s {f"AND (asked_at, root_id) {way} (%(asked_at)s, %(root_id)s)" if after else ""}
            ORDER BY asked_at {order}, root_id {order} LIMIT %(limit)s""",
        {"me": work.tenant, "asked_at": asked_at, "root_id": root_id, "limit": limit},
    )


async def add(work: Work, probe: Probe) -> bool:
    """Asks a supplier; whether this very question was not on its way to it already."""
    return bool(
        await run(
            work.connection,
            """
            INSERT INTO probe (company_id, probe_id, supplier_id, request_id, root_id, kind, subject, purpose, asker_id, told, depth, asked_at,
                               due_at)
            VALUES (%(me)s, %(probe_id)s, %(supplier_id)s, %(request_id)s, %(root_id)s, %(kind)s, %(subject)s, %(purpose)s, %(asker_id)s, %(told)s,
                    %(depth)s, %(asked_at)s, %(due_at)s)
            ON CONFLICT (company_id, root_id, request_id) DO NOTHING
            """,
            {
                "me": work.tenant, "probe_id": probe.probe_id, "supplier_id": probe.supplier_id, "request_id": probe.request_id,
                "root_id": probe.root_id, "kind": probe.kind, "subject": probe.subject, "purpose": probe.purpose, "asker_id": probe.asker_id,
                "told": probe.told, "depth": probe.depth, "asked_at": probe.asked_at, "due_at": probe.due_at,
            },
        )
    )  # fmt: skip


async def received(work: Work, request_id: UUID) -> list[Probe]:
    """The questions that reached the pinned supplier with a request of a buyer's."""
    query = f"{_PROBE} WHERE supplier_id = %(me)s AND request_id = %(request_id)s ORDER BY asked_at, probe_id"
    return await rows(work.connection, Probe, query, {"me": work.tenant, "request_id": request_id})


async def received_of_root(work: Work, root_id: UUID) -> list[Probe]:
    """The ways on which one question reached the pinned supplier, the first before those on which it came round."""
    query = f"{_PROBE} WHERE supplier_id = %(me)s AND root_id = %(root_id)s ORDER BY asked_at, depth, probe_id"
    return await rows(work.connection, Probe, query, {"me": work.tenant, "root_id": root_id})


async def received_all(work: Work, kind: str, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Probe]:
    """The questions of a kind that reached the pinned supplier and that it may be told of, oldest first, or newest first."""
    asked_at, probe_id = after or (None, None)
    way, order = ("<", "DESC") if newest else (">", "ASC")
    return await rows(
        work.connection,
        Probe,
        f"""{_PROBE} WHERE supplier_id = %(me)s AND kind = %(kind)s AND told
            {f"AND (asked_at, probe_id) {way} (%(asked_at)s, %(probe_id)s)" if after else ""}
            ORDER BY asked_at {order}, probe_id {order} LIMIT %(limit)s""",
        {"me": work.tenant, "kind": kind, "asked_at": asked_at, "probe_id": probe_id, "limit": limit},
    )


async def roots_asked_with(work: Work, request_id: UUID) -> list[UUID]:
    """The questions that the pinned company has on their way with one of its requests."""
    query = "SELECT root_id FROM probe WHERE company_id = %(me)s AND request_id = %(request_id)s ORDER BY asked_at, root_id"
    return await values(work.connection, query, {"me": work.tenant, "request_id": request_id})


async def replies(work: Work, root_id: UUID) -> list[tuple[UUID, Reply | None]]:
    """What the pinned company's suppliers answer to a question so far, by request."""
    cursor = await work.connection.execute(
        """
        SELECT probe.request_id, probe_answer.answer, probe_answer.asked, probe_answer.answered
        FROM probe LEFT JOIN probe_answer ON probe_answer.buyer_id = probe.company_id AND probe_answer.probe_id = probe.probe_id
        WHERE probe.company_id = %(me)s AND probe.root_id = %(root_id)s ORDER BY probe.request_id
        """,
        {"me": work.tenant, "root_id": root_id},
    )
    return [(request_id, Reply(answer, asked, answered) if answer else None) for request_id, answer, asked, answered in await cursor.fetchall()]


async def reply(work: Work, probe: Probe, said: Reply) -> bool:
    """Answers a buyer, in place of what was answered before; whether that is anything new."""
    return bool(
        await run(
            work.connection,
            """
            INSERT INTO probe_answer (company_id, buyer_id, probe_id, answer, asked, answered, answered_at)
            VALUES (%(me)s, %(buyer_id)s, %(probe_id)s, %(answer)s, %(asked)s, %(answered)s, %(now)s)
            ON CONFLICT (company_id, buyer_id, probe_id) DO UPDATE
            SET answer = excluded.answer, asked = excluded.asked, answered = excluded.answered, answered_at = excluded.answered_at
            WHERE (probe_answer.answer, probe_answer.asked, probe_answer.answered)
                  IS DISTINCT FROM (excluded.answer, excluded.asked, excluded.answered)
            """,
            {
                "me": work.tenant, "now": work.now, "buyer_id": probe.company_id, "probe_id": probe.probe_id, "answer": said.answer,
                "asked": said.asked, "answered": said.answered,
            },
        )
    )  # fmt: skip


async def decision(work: Work, root_id: UUID) -> str | None:
    """Whether the pinned company consents to be named on a path; None while it has not said."""
    query = "SELECT decision FROM path_consent WHERE company_id = %(me)s AND root_id = %(root_id)s"
    found: str | None = await value(work.connection, query, {"me": work.tenant, "root_id": root_id})
    return found


async def decisions(work: Work, root_ids: list[UUID]) -> dict[UUID, str]:
    """What the pinned company has decided of these paths."""
    query = "SELECT root_id, decision FROM path_consent WHERE company_id = %(me)s AND root_id = ANY(%(root_ids)s)"
    return dict(await (await work.connection.execute(query, {"me": work.tenant, "root_ids": root_ids})).fetchall())


async def decide(work: Work, root_id: UUID, decided: str) -> None:
    """Notes what the pinned company decides of a path, in place of what it decided before."""
    await run(
        work.connection,
        """
        INSERT INTO path_consent (company_id, root_id, decision, decided_at) VALUES (%(me)s, %(root_id)s, %(decision)s, %(now)s)
        ON CONFLICT (company_id, root_id) DO UPDATE SET decision = excluded.decision, decided_at = excluded.decided_at
        """,
        {"me": work.tenant, "root_id": root_id, "decision": decided, "now": work.now},
    )


@dataclass(frozen=True, slots=True)
class Name:
    """A company on a path, with what it says of the material."""

    company_id: UUID
    root_id: UUID
    depth: int
    content: dict[str, Json]

    def origins(self) -> list[dict[str, Json]]:
        """What the company says of the material, origin by origin."""
        return cast(list[dict[str, Json]], self.content["origins"])


async def put_name(work: Work, root_id: UUID, asker_id: UUID, depth: int, content: dict[str, Json]) -> None:
    """Keeps the pinned company's name for a path's asker, who sees it once the whole path has consented."""
    await run(
        work.connection,
        """
        INSERT INTO path_name (company_id, root_id, asker_id, depth, content) VALUES (%(me)s, %(root_id)s, %(asker_id)s, %(depth)s, %(content)s)
        ON CONFLICT (company_id, root_id) DO UPDATE SET depth = excluded.depth, content = excluded.content
        """,
        {"me": work.tenant, "root_id": root_id, "asker_id": asker_id, "depth": depth, "content": Jsonb(content)},
    )


async def names_for_asker(work: Work) -> list[Name]:
    """The names on all open paths that the pinned company asked for, of the thousand nearest."""
    query = "SELECT company_id, root_id, depth, content FROM path_name WHERE asker_id = %(me)s ORDER BY depth, root_id, company_id LIMIT 1000"
    return await rows(work.connection, Name, query, {"me": work.tenant})


async def names(work: Work, root_id: UUID) -> list[Name]:
    """The names on a path that the pinned company asked for, nearest first: none before the whole path has consented."""
    return await rows(
        work.connection,
        Name,
        """
        SELECT company_id, root_id, depth, content FROM path_name
        WHERE root_id = %(root_id)s AND asker_id = %(me)s ORDER BY depth, company_id
        """,
        {"me": work.tenant, "root_id": root_id},
    )
