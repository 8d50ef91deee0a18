"""Analysing a product of the company's as it stands now. Nothing is written but that an answer was read for the first time."""

import asyncio
from collections.abc import Sequence

from ashiato.domain.footprint import answering
from ashiato.domain.footprint.analyses.contribution import Contribution, contribution
from ashiato.domain.footprint.analyses.scenario import Change, ChangeElectricity, ChangeFactor, Known, Scenario, TakeAnswer, TakeSecondary, scenario
from ashiato.domain.footprint.analyses.uncertainty import StatedSpread, Uncertainty, uncertainty
from ashiato.domain.footprint.calculation import answered_otherwise
from ashiato.domain.footprint.gathering import factors_of, gather_product
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.package import PartInput, SignedRelease
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import Kind, Refusal, conflict
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing.unit_of_work import Work


async def contribution_of(work: Work, actor: Actor, part_id: PartId, method_id: str, cut: float) -> Contribution:
    """Which of the company's parts and activities, and which suppliers, carry how much of a product's present figure.

    Refuses (`absent`) what is not the company's, (`conflict`) answers under another method, (`invalid`) a cut outside 0.001 to 1.
    """
    rules = method(method_id)
    return await asyncio.to_thread(contribution, await _product(work, actor, part_id, rules), rules, cut)


async def uncertainty_of(
    work: Work, actor: Actor, part_id: PartId, method_id: str, draws: int, seed: int | None, stated: Sequence[StatedSpread]
) -> Uncertainty:
    """How uncertain a product's present figure is, by its data-quality ratings and what the caller states.

    Refuses (`absent`) what is not the company's, (`conflict`) answers under another method, (`invalid`) a number of draws outside
    100 to 10,000, and spreads of what the product does not hold.
    """
    rules = method(method_id)
    return await asyncio.to_thread(uncertainty, await _product(work, actor, part_id, rules), rules, draws, seed, stated)


async def scenario_of(work: Work, actor: Actor, part_id: PartId, method_id: str, changes: Sequence[Change]) -> Scenario:
    """A product's present figure beside what it would be with these changes. They are not made.

    Refuses (`absent`) what is not the company's, (`conflict`) answers under another method, (`invalid`), each by its field, changes
    that cannot be made.
    """
    rules = method(method_id)
    parts = await _product(work, actor, part_id, rules)
    codes = {change.factor for change in changes if isinstance(change, TakeSecondary | ChangeElectricity)}
    codes |= {change.by for change in changes if isinstance(change, ChangeFactor) and change.by is not None}
    answers = {change.request_id: await _answer(work, actor, change.request_id) for change in changes if isinstance(change, TakeAnswer)}
    known = Known(await factors_of(work, codes, rules), {request_id: answer for request_id, answer in answers.items() if answer is not None})
    return await asyncio.to_thread(scenario, parts, changes, known, rules)


async def _product(work: Work, actor: Actor, part_id: PartId, rules: Method) -> tuple[PartInput, ...]:
    require(actor, Deed.READ)
    parts = await gather_product(work, actor, part_id, rules)
    flaws = [flaw for part in parts for flaw in answered_otherwise(part, rules.id)]
    if flaws:
        raise conflict("footprint.method", "Figures of different methods are never added.", "Ask these suppliers under this method.", *flaws)
    return parts


async def _answer(work: Work, actor: Actor, request_id: RequestId) -> SignedRelease | None:
    try:
        return (await answering.answered(work, actor, request_id)).released
    except Refusal as refusal:
        if refusal.kind is Kind.ABSENT:
            return None
        raise
