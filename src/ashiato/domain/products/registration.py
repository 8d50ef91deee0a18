"""Registering whole catalogues, as files state them: rows that have passed their checks."""

from collections.abc import Iterable

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import staging_store, store
from ashiato.domain.products.model import BatteryModel, Changes, NewPart
from ashiato.domain.products.structure import knots, surely_acyclic
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Columns
from ashiato.plumbing.unit_of_work import Work

in_order_of_ids = staging_store.in_order_of_ids
links = store.numbers_of_structure
outlines = staging_store.outlines

__all__ = ["battery_models", "in_order_of_ids", "knots", "links", "outlines", "parts", "parts_by_columns", "structure", "surely_acyclic"]


async def parts(work: Work, actor: Actor, stated: Iterable[NewPart]) -> Changes:
    """Registers parts or changes those with the same part number; what changed. The parts have passed their checks."""
    require(actor, Deed.ENTER_DATA)
    return await staging_store.put_parts(work, stated)


async def parts_by_columns(work: Work, actor: Actor, stated: Iterable[Columns], progress: Progress) -> Changes:
    """Registers very many parts as `parts` does: tables with the columns of `NewPart`."""
    require(actor, Deed.ENTER_DATA)
    return await staging_store.put_parts_by_columns(work, stated, progress)


async def structure(work: Work, actor: Actor, components: Iterable[Columns], progress: Progress) -> Changes:
    """Gives each parent named here exactly these components: tables with the columns of `NewComponent`, whose rows have passed their checks."""
    require(actor, Deed.ENTER_DATA)
    return await staging_store.replace_structure(work, components, progress)


async def battery_models(work: Work, actor: Actor, models: list[BatteryModel]) -> Changes:
    """States what batteries some registered parts are."""
    require(actor, Deed.ENTER_DATA)
    return await store.put_battery_models(work, models) if models else Changes()
