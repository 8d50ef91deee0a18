"""The SQL of where criteria stand."""

from ashiato.domain.governance.model import Standing
from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


async def standings(work: Work) -> list[Standing]:
    """Where the pinned operator's criteria stand."""
    query = "SELECT criterion, state, owner, note, changed_at FROM criterion_state WHERE company_id = %(me)s"
    return await rows(work.connection, Standing, query, {"me": work.tenant})


async def put(work: Work, standing: Standing) -> None:
    """Keeps where a criterion stands."""
    await run(
        work.connection,
        """
        INSERT INTO criterion_state (company_id, criterion, state, owner, note, changed_at)
        VALUES (%(me)s, %(criterion)s, %(state)s, %(owner)s, %(note)s, %(now)s)
        ON CONFLICT (company_id, criterion) DO UPDATE
        SET state = excluded.state, owner = excluded.owner, note = excluded.note, changed_at = excluded.changed_at
        """,
        {
            "me": work.tenant, "criterion": standing.criterion, "state": standing.state, "owner": standing.owner, "note": standing.note,
            "now": standing.changed_at,
        },
    )  # fmt: skip
