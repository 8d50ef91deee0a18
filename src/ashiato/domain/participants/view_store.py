"""The SQL of saved views."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list as its owner has narrowed it: which one, under which name, and the filters as its address spells them."""

    view_id: UUID
    list: str
    name: str
    filters: str
    saved_at: datetime


_VIEWS = "SELECT view_id, list, name, filters, saved_at FROM saved_view WHERE company_id = %(me)s AND person_id = %(person_id)s"


async def views(work: Work, person_id: UUID) -> list[SavedView]:
    """The views of one of the pinned company's people, by list and name."""
    return await rows(work.connection, SavedView, f"{_VIEWS} ORDER BY list, name", {"me": work.tenant, "person_id": person_id})


async def view(work: Work, person_id: UUID, view_id: UUID) -> SavedView | None:
    """One of them."""
    query = f"{_VIEWS} AND view_id = %(view_id)s"
    return await row(work.connection, SavedView, query, {"me": work.tenant, "person_id": person_id, "view_id": view_id})


async def count(work: Work, person_id: UUID) -> int:
    """How many there are."""
    query = "SELECT count(*) FROM saved_view WHERE company_id = %(me)s AND person_id = %(person_id)s"
    return int(await value(work.connection, query, {"me": work.tenant, "person_id": person_id}))


async def put_view(work: Work, person_id: UUID, kept: SavedView) -> SavedView:
    """Keeps a view, in the place of one of the same name on the same list; the one that stands then."""
    found = await row(
        work.connection,
        SavedView,
        """
        INSERT INTO saved_view (company_id, person_id, view_id, list, name, filters, saved_at)
        VALUES (%(me)s, %(person_id)s, %(view_id)s, %(list)s, %(name)s, %(filters)s, %(saved_at)s)
        ON CONFLICT (company_id, person_id, list, name) DO UPDATE SET filters = excluded.filters, saved_at = excluded.saved_at
        RETURNING view_id, list, name, filters, saved_at
        """,
        {"me": work.tenant, "person_id": person_id, "view_id": kept.view_id, "list": kept.list, "name": kept.name, "filters": kept.filters,
         "saved_at": kept.saved_at},
    )  # fmt: skip
    assert found is not None
    return found


async def remove_view(work: Work, person_id: UUID, view_id: UUID) -> int:
    """Forgets a view; how many that were."""
    query = "DELETE FROM saved_view WHERE company_id = %(me)s AND person_id = %(person_id)s AND view_id = %(view_id)s"
    return await run(work.connection, query, {"me": work.tenant, "person_id": person_id, "view_id": view_id})


async def remove_views(work: Work, person_id: UUID) -> int:
    """Forgets all views of somebody who is erased."""
    query = "DELETE FROM saved_view WHERE company_id = %(me)s AND person_id = %(person_id)s"
    return await run(work.connection, query, {"me": work.tenant, "person_id": person_id})
