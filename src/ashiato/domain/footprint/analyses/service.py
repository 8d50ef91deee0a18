"""Analysing a product of the company's as it stands now. Nothing is written but that an answer was read for the first time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ashiato.domain import products, trade
from ashiato.domain.footprint import answering
from ashiato.domain.footprint.analyses.asking import Worth
from ashiato.domain.footprint.analyses.contribution import Contribution, contribution
from ashiato.domain.footprint.analyses.difference import Difference, difference
from ashiato.domain.footprint.analyses.scenario import Change, ChangeElectricity, ChangeFactor, Known, Scenario, TakeAnswer, TakeSecondary, scenario
from ashiato.domain.footprint.analyses.uncertainty import StatedSpread, Uncertainty, uncertainty
from ashiato.domain.footprint.breakdown import ToAsk
from ashiato.domain.footprint.calculation import answered_otherwise
from ashiato.domain.footprint.gathering import factors_of, gather_product
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.package import Package, PartInput, SignedRelease
from ashiato.domain.footprint.service import Footprint
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.trade import Inquiry, RequestState
from ashiato.kernel.errors import Kind, Refusal, conflict
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Standing:
    """A product as it stands now, gathered once for whatever is asked of it in one transaction."""

    parts: tuple[PartInput, ...]
    rules: Method

    async def contribution(self, cut: float) -> Contribution:
        """As `contribution_of`."""
        return await asyncio.to_thread(contribution, self.parts, self.rules, cut)

    async def scenario(self, work: Work, actor: Actor, changes: Sequence[Change]) -> Scenario:
        """As `scenario_of`."""
        codes = {change.factor for change in changes if isinstance(change, TakeSecondary | ChangeElectricity)}
        codes |= {change.by for change in changes if isinstance(change, ChangeFactor) and change.by is not None}
        answers = {change.request_id: await _answer(work, actor, change.request_id) for change in changes if isinstance(change, TakeAnswer)}
        told = {request_id: answer for request_id, answer in answers.items() if answer is not None}
        return await asyncio.to_thread(scenario, self.parts, changes, Known(await factors_of(work, codes, self.rules), told), self.rules)


async def standing(work: Work, actor: Actor, part_id: PartId, method_id: str) -> Standing:
    """A product of the company's. Refuses (`absent`) what is not the company's, (`conflict`) answers under another method."""
    rules = method(method_id)
    return Standing(await _product(work, actor, part_id, rules), rules)


async def contribution_of(work: Work, actor: Actor, part_id: PartId, method_id: str, cut: float) -> Contribution:
    """Which of the company's parts and activities, and which suppliers, carry how much of a product's present figure.

    Refuses (`absent`) what is not the company's, (`conflict`) answers under another method, (`invalid`) a cut outside 0.001 to 1.
    """
    return await (await standing(work, actor, part_id, method_id)).contribution(cut)


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
    return await (await standing(work, actor, part_id, method_id)).scenario(work, actor, changes)


def uncertainty_within(package: Package, draws: int) -> Uncertainty:
    """How uncertain the footprint of a frozen package is; the same package gives the same."""
    return uncertainty(package.parts, method(package.method), draws, None)


@dataclass(frozen=True, slots=True)
class Asking:
    """A bought part with what asking for it is worth, and where the asking stands. `open`: it can be asked about now."""

    part: products.Part
    worth: Worth
    inquiry: Inquiry | None
    expired: bool  # its supplier's answer counts no longer

    @property
    def open(self) -> bool:
        """Whether a request can be sent: its supplier is named and no request waits for an answer."""
        waiting = self.inquiry is not None and self.inquiry.state in (RequestState.ASKED, RequestState.LINKED)
        return self.part.supplier_number is not None and not waiting

    @property
    def proposed(self) -> bool:
        """Whether to ask is proposed: nothing that counts is there."""
        return self.open and (not self.worth.answered or self.expired)


async def whom_to_ask(work: Work, actor: Actor, worthy: Sequence[ToAsk]) -> list[Asking]:
    """What is worth asking about, in this order, with where the asking stands now."""
    require(actor, Deed.READ)
    parts = await products.parts_by_number(work, [each.worth.part_number for each in worthy])
    inquiries = await trade.inquiries(work, [part.part_id for part in parts.values()])
    return [
        Asking(part, each.worth, inquiries.get(part.part_id), (each.until or date.max) < work.now.date())
        for each in worthy
        if (part := parts.get(each.worth.part_number)) is not None and part.sourcing == products.Sourcing.BOUGHT
    ]


async def difference_of(actor: Actor, earlier: Footprint, later: Footprint, most: int) -> Difference:
    """What the later of two footprints of a part has otherwise. Refuses (`conflict`) those under different methods or units."""
    require(actor, Deed.READ)
    return await asyncio.to_thread(difference, earlier.package, earlier.result, later.package, later.result, most)


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
