"""The present figures of many of the company's parts at once, for lists and comparisons: drafts, in floats, never stored."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ashiato.domain import products
from ashiato.domain.footprint.calculation import PartFigure, alone, declared_units
from ashiato.domain.footprint.gathering import gather_parts
from ashiato.domain.footprint.lanes import Floats, Ints
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.model import Stage
from ashiato.domain.footprint.package import PartInput
from ashiato.domain.footprint.rollup import network, roll_up
from ashiato.domain.footprint.snapshot import network_of
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

_STAGES = tuple(Stage)
_ABSOLUTE, _PRIMARY, _MISSING = len(_STAGES), len(_STAGES) + 1, len(_STAGES) + 2
_TER = len(_STAGES) + 3
_COLUMNS = _TER + 3


@dataclass(frozen=True, slots=True)
class DraftFigure:
    """One part's present figure in kg CO2e per declared unit. `complete` is false where a bought part has no value at all."""

    part_number: str
    name: str
    declared_unit: str
    sourcing: str
    stages: dict[Stage, float]
    total: float
    primary_data_share: float
    dqr: float | None
    complete: bool


async def drafts(work: Work, actor: Actor, method_id: str, shown: Collection[PartId], structures: Path) -> dict[PartId, DraftFigure]:
    """The figures as of now of these parts, as far as they are the company's.

    The structure comes from its snapshot in the folder; inventories, and answers as far as their grants reach now, are read for what
    goes into these parts and nothing else. Refuses (`conflict`) what one of them cannot be computed from.
    """
    require(actor, Deed.READ)
    rules, wanted = method(method_id), set(shown)
    whole = await products.snapshot.structure_snapshot(work, actor, structures)
    structure = await asyncio.to_thread(products.snapshot.beneath, whole, wanted)
    part_ids = structure.part_ids
    known = {part.part_id: part for part in (await products.parts_by_id(work, [*part_ids])).values()}
    inputs = {part.part_number: part for part in await gather_parts(work, actor, known, [], rules)}
    own = own_figures([inputs[known[part_id].part_number] for part_id in part_ids], rules)
    totals = roll_up(network_of(structure), own)
    rows = {part_id: row for part_id, row in zip(part_ids, totals, strict=True) if part_id in wanted}
    return {part_id: drafted(inputs[known[part_id].part_number], row) for part_id, row in rows.items()}


def totals_of(inputs: tuple[PartInput, ...], rules: Method) -> Floats:
    """What `own_figures` are with all that goes into each part, one row a part."""
    return roll_up(network(len(inputs), *links_of(inputs)), own_figures(inputs, rules))


def own_figures(inputs: Sequence[PartInput], rules: Method) -> Floats:
    """One row a part: the four stages, Σ|contribution|, its primary part, a mark for missing values, and the weighted ratings."""
    own = np.zeros((len(inputs), _COLUMNS))
    for row, part in enumerate(inputs):
        own[row] = _row(part, alone(part, rules))
    return own


def links_of(inputs: tuple[PartInput, ...]) -> tuple[Ints, Ints, Floats]:
    """Parent, child (places among the inputs) and declared units of the child in one of the parent, link by link."""
    place = {part.part_number: row for row, part in enumerate(inputs)}
    links = [(part, component) for part in inputs for component in part.components]
    parent = np.array([place[part.part_number] for part, _ in links], np.int64)
    child = np.array([place[component.part_number] for _, component in links], np.int64)
    amount = np.array([float(declared_units(component, inputs[place[component.part_number]])) for _, component in links])
    return parent, child, amount


def without_value(part: PartInput) -> bool:
    """Whether a part is bought and has neither an answer nor a stand-in: a figure that it goes into is not complete."""
    return part.sourcing == products.Sourcing.BOUGHT and part.answer is None and part.secondary is None


def _row(part: PartInput, figure: PartFigure) -> list[float]:
    quality = figure.quality
    weights = [float(figure.absolute * rating) for rating in (quality.ter, quality.ger, quality.tir)] if quality else [0.0, 0.0, 0.0]
    stages = [float(figure.total(stage)) for stage in _STAGES]
    return [*stages, float(figure.absolute), float(figure.primary), float(without_value(part)), *weights]


def drafted(part: PartInput, row: Floats) -> DraftFigure:
    """The figure that a part's row of totals spells."""
    absolute = float(row[_ABSOLUTE])
    return DraftFigure(
        part_number=part.part_number,
        name=part.name,
        declared_unit=part.declared_unit,
        sourcing=part.sourcing,
        stages={stage: float(row[place]) for place, stage in enumerate(_STAGES)},
        total=float(row[: len(_STAGES)].sum()),
        primary_data_share=float(row[_PRIMARY]) / absolute if absolute else 0.0,
        dqr=float(row[_TER:].sum()) / 3 / absolute if absolute else None,
        complete=not row[_MISSING] > 0,
    )
