"""Gathering the package of a product from what the company has registered and what its suppliers have released to it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar, cast
from uuid import UUID

from ashiato.domain import participants, products, sharing, trade
from ashiato.domain.footprint import inventory_store, store
from ashiato.domain.footprint.inventory_store import StoredCircular, StoredSecondary
from ashiato.domain.footprint.methods import Method
from ashiato.domain.footprint.model import (
    GWP_PREFIX,
    CircularTerms,
    DataSource,
    ElectricityBasis,
    FactorStanding,
    Flow,
    Quality,
    Stage,
    StoredFactor,
    StoredLine,
)
from ashiato.domain.footprint.package import (
    SCHEMA,
    Battery,
    CircularMaterial,
    Component,
    Factor,
    Line,
    Package,
    PartInput,
    Party,
    Plant,
    Release,
    Secondary,
    SignedRelease,
    Span,
    decode,
)
from ashiato.domain.participants import Actor
from ashiato.domain.products import Component as Edge
from ashiato.domain.products import Part
from ashiato.domain.sharing import Reach, Selection, SubjectKind
from ashiato.domain.trade import Inquiry, RequestState
from ashiato.kernel.digest import parse
from ashiato.kernel.errors import Flaw, conflict
from ashiato.kernel.ids import PartId, RequestId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work

Row = TypeVar("Row", StoredLine, StoredCircular)


async def gather(work: Work, actor: Actor, part_id: PartId, rules: Method, period: Period) -> Package:
    """Everything that the footprint of this part follows from, as it stands now.

    Refuses (`absent`) a part that is not the company's; (`conflict`) a line whose factor is not registered.
    """
    structure = await products.structure(work, actor, part_id)
    company = await participants.admission.own_company(work, actor)
    battery = await products.battery_model(work, part_id)
    plant = await _plant(work, actor, structure.top)
    parts = _within([structure.top.part_id], structure.parts, structure.components)
    inputs = await gather_parts(work, actor, parts, structure.components, rules)
    return _package(work, company, structure.top, rules, period, inputs, plant, battery)


async def gather_each(work: Work, actor: Actor, part_ids: list[PartId], rules: Method, period: Period) -> dict[PartId, Package]:
    """What `gather` tells of each of these parts, asked for all of them at once. Refuses what `gather` refuses of any of them."""
    known, components = await products.tree.inside_of(work, actor, part_ids)
    company = await participants.admission.own_company(work, actor)
    batteries = await products.tree.batteries(work, actor, part_ids)
    plants = {site: await _plant(work, actor, top) for top in (known[part_id] for part_id in part_ids) if (site := top.site_id)}
    edges = _of_made(known, components)
    parts = _within(part_ids, known, edges)
    inputs = {one.part_number: one for one in await gather_parts(work, actor, parts, edges, rules)}
    packages = {}
    for part_id in part_ids:
        top, order = known[part_id], _order_of(known[part_id].part_number, inputs)
        plant = plants[top.site_id] if top.site_id else None
        packages[part_id] = _package(work, company, top, rules, period, order, plant, batteries.get(top.part_number))
    return packages


def _order_of(top: str, inputs: Mapping[str, PartInput]) -> tuple[PartInput, ...]:
    """What goes into a product, itself included, in the order of its package."""
    children: dict[str, list[str]] = {}
    waiting = [top]
    while waiting:
        number = waiting.pop()
        if number not in children:
            children[number] = [component.part_number for component in inputs[number].components]
            waiting += children[number]
    return tuple(inputs[number] for number in products.children_first({number: children[number] for number in sorted(children)}))


async def _plant(work: Work, actor: Actor, top: Part) -> Plant | None:
    site = await participants.accounts.site(work, actor, top.site_id) if top.site_id else None
    return Plant(site.code, site.name, site.country) if site else None


def _package(
    work: Work, company: participants.model.Company, top: Part, rules: Method, period: Period, inputs: tuple[PartInput, ...],
    plant: Plant | None, battery: products.BatteryModel | None,
) -> Package:  # fmt: skip
    return Package(
        schema=SCHEMA,
        method=rules.id,
        manufacturer=Party(str(company.company_id), company.name, company.corporate_number, company.country),
        product=top.part_number,
        period=Span(period.start, period.end),
        computed_on=work.now.date(),
        parts=inputs,
        plant=plant,
        battery=_battery(battery),
    )


async def gather_product(work: Work, actor: Actor, part_id: PartId, rules: Method) -> tuple[PartInput, ...]:
    """What is known of a part (the last) and of all of the company's that goes into it. Refuses (`absent`) what is not the company's."""
    structure = await products.structure(work, actor, part_id)
    parts = _within([structure.top.part_id], structure.parts, structure.components)
    return await gather_parts(work, actor, parts, structure.components, rules)


def _within(tops: Iterable[PartId], parts: dict[PartId, Part], components: list[Edge]) -> dict[PartId, Part]:
    """The parts that go into these products. What went into a part before it was bought is its supplier's to say now."""
    children: dict[PartId, list[PartId]] = {}
    for edge in _of_made(parts, components):
        children.setdefault(edge.parent_id, []).append(edge.child_id)
    within: dict[PartId, Part] = {}
    waiting = list(tops)
    while waiting:
        part_id = waiting.pop()
        if part_id not in within:
            within[part_id] = parts[part_id]
            waiting += children.get(part_id, ())
    return within


def _of_made(parts: dict[PartId, Part], components: list[Edge]) -> list[Edge]:
    return [edge for edge in components if edge.parent_id in parts and parts[edge.parent_id].sourcing == products.Sourcing.MADE]


async def gather_parts(work: Work, actor: Actor, parts: dict[PartId, Part], components: list[Edge], rules: Method) -> tuple[PartInput, ...]:
    """What is known of each of these parts, children before parents, then by part number."""
    bought = [part.part_id for part in parts.values() if part.sourcing == products.Sourcing.BOUGHT]
    made = [part.part_id for part in parts.values() if part.sourcing == products.Sourcing.MADE]
    components = _of_made(parts, components)
    lines = await inventory_store.lines_of(work, list(made))
    circular = await inventory_store.circular_of(work, list(made))
    secondary = await inventory_store.secondary_of(work, list(bought))
    factors = await _factors(work, lines, circular, secondary.values(), rules)
    inquiries = await trade.inquiries(work, bought)
    answers = await _answers(work, actor, list(inquiries.values()))
    lines_by_part = _grouped(lines)
    circular_by_part = _grouped(circular)
    children: dict[PartId, list[Edge]] = {}
    for edge in components:
        children.setdefault(edge.parent_id, []).append(edge)
    return tuple(
        PartInput(
            part_number=part.part_number,
            name=part.name,
            declared_unit=part.declared_unit,
            sourcing=part.sourcing,
            mass_kg=part.mass_kg,
            lines=tuple(_line(line, factors) for line in lines_by_part.get(part.part_id, ())),
            circular=tuple(_circular(item, factors) for item in circular_by_part.get(part.part_id, ())),
            components=tuple(
                Component(parts[edge.child_id].part_number, edge.amount, edge.unit)
                for edge in sorted(children.get(part.part_id, ()), key=lambda edge: parts[edge.child_id].part_number)
            ),
            asked=part.part_id in inquiries,
            answer=answers.get(part.part_id),
            secondary=_secondary(secondary.get(part.part_id), factors, inquiries.get(part.part_id)),
        )
        for part in _children_first(parts, components)
    )


def _grouped(rows: Sequence[Row]) -> dict[UUID, list[Row]]:
    groups: dict[UUID, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.part_id, []).append(row)
    return groups


def _children_first(parts: dict[PartId, Part], components: list[Edge]) -> list[Part]:
    by_number = {part.part_number: part for part in parts.values()}
    children: dict[str, list[str]] = {number: [] for number in sorted(by_number)}
    for edge in components:
        children[parts[edge.parent_id].part_number].append(parts[edge.child_id].part_number)
    return [by_number[number] for number in products.children_first(children)]


async def _factors(
    work: Work, lines: list[StoredLine], circular: list[StoredCircular], stand_ins: Iterable[StoredSecondary], rules: Method
) -> dict[str, Factor]:
    codes = {line.factor_code for line in lines if line.factor_code}
    codes |= {code for item in circular for code in item.parameters["factors"].values()}
    codes |= {stand_in.factor_code for stand_in in stand_ins}
    known = await factors_of(work, codes, rules)
    missing = sorted(codes - set(known))
    if missing:
        flaws = [Flaw(code, "factor.unknown", f"There is no factor {code}.") for code in missing]
        raise conflict("factor.unknown", f"{len(missing)} factors are not registered.", "Import them, or correct the inventory.", *flaws)
    return known


async def factors_of(work: Work, codes: set[str], rules: Method) -> dict[str, Factor]:
    """The company's factors among these codes, and the global warming potentials of the method."""
    direct = {code for code in codes if code.startswith(GWP_PREFIX)}
    stored = await inventory_store.factors_by_code(work, sorted(codes - direct))
    potentials = {code: factor for code in direct if (factor := gwp_factor(code, rules))}
    return {code: _factor(factor) for code, factor in stored.items()} | potentials


def gwp_factor(code: str, rules: Method) -> Factor | None:
    """The global warming potential of a directly emitted gas under a method, as a factor; None for gases that it does not name."""
    gas = code.removeprefix(GWP_PREFIX)
    if gas not in rules.gwp:
        return None
    best = Quality(Decimal(1), Decimal(1), Decimal(1))
    return Factor(
        code=code, name=f"{gas}, emitted directly", kg_co2e=rules.gwp[gas], per="kg", year=2021, geography="GLO",
        source="IPCC AR6, global warming potential over 100 years (EF 3.1)", citation="https://doi.org/10.1017/9781009157896.009",
        licence="figures of IPCC AR6 WG1, table 7.15", standing=FactorStanding.PUBLISHED, quality=best,
    )  # fmt: skip


def _factor(stored: StoredFactor) -> Factor:
    return Factor(
        code=stored.code, name=stored.name, kg_co2e=stored.kg_co2e, per=stored.per_unit, year=stored.year, geography=stored.geography,
        source=stored.source, citation=stored.citation, licence=stored.licence, standing=FactorStanding(stored.standing),
        electricity_basis=ElectricityBasis(stored.electricity_basis) if stored.electricity_basis else None,
        quality=_quality(stored.ter, stored.ger, stored.tir),
    )  # fmt: skip


def _quality(ter: int | None, ger: int | None, tir: int | None) -> Quality | None:
    if ter is None or ger is None or tir is None:
        return None
    return Quality(Decimal(ter), Decimal(ger), Decimal(tir))


def _line(stored: StoredLine, factors: dict[str, Factor]) -> Line:
    return Line(
        line=stored.line, stage=Stage(stored.stage), activity=stored.activity, amount=stored.amount, unit=stored.unit, flow=Flow(stored.flow),
        data_source=DataSource(stored.data_source), evidence=stored.evidence,
        factor=factors[stored.factor_code] if stored.factor_code else None, quality=_quality(stored.ter, stored.ger, stored.tir),
    )  # fmt: skip


def _circular(stored: StoredCircular, factors: dict[str, Factor]) -> CircularMaterial:
    return CircularMaterial(
        line=stored.line, material=stored.material, mass_kg=stored.mass_kg, terms=CircularTerms(stored.terms),
        data_source=DataSource(stored.data_source), evidence=stored.evidence,
        shares={symbol: Decimal(share) for symbol, share in stored.parameters["shares"].items()},
        factors={symbol: factors[code] for symbol, code in stored.parameters["factors"].items()},
    )  # fmt: skip


def _secondary(stored: StoredSecondary | None, factors: dict[str, Factor], inquiry: Inquiry | None) -> Secondary | None:
    if stored is None:
        return None
    reasons = {
        None: "not asked",
        RequestState.REJECTED: "the supplier declined",
        RequestState.ANSWERED: "the answer was withdrawn",
    }
    state = RequestState(inquiry.state) if inquiry else None
    return Secondary(factors[stored.factor_code], Stage(stored.stage), reasons.get(state, "no answer yet"))


def _battery(model: products.BatteryModel | None) -> Battery | None:
    if model is None:
        return None
    return Battery(str(model.category), model.chemistry, model.usable_energy_kwh, model.warranty_years, model.warranty_km, model.delivered_energy_kwh)


async def _answers(work: Work, actor: Actor, inquiries: list[Inquiry]) -> dict[PartId, SignedRelease]:
    """What the suppliers handed over last, by part; nothing where the grant was withdrawn meanwhile."""
    last = {inquiry.part_id: inquiry.answer_id for inquiry in inquiries if inquiry.answer_id}
    if not last:
        return {}
    selection = Selection.of(SubjectKind.FOOTPRINT_RELEASE, list(last.values()))
    found = await released_to(work, await sharing.reach_all(work, actor, selection), selection)
    return {part_id: signed_release(found[answer_id]) for part_id, answer_id in last.items() if answer_id in found}


async def answers_now(work: Work, actor: Actor, part_numbers: list[str]) -> dict[str, str]:
    """By number of a bought part, the release that its supplier handed over last and still grants. None of their values is read."""
    bought = await products.parts_by_number(work, part_numbers) if part_numbers else {}
    numbers = {part.part_id: part.part_number for part in bought.values() if part.sourcing == products.Sourcing.BOUGHT}
    inquiries = await trade.inquiries(work, list(numbers)) if numbers else {}
    last = {inquiry.part_id: inquiry.answer_id for inquiry in inquiries.values() if inquiry.answer_id}
    granted = await sharing.granted(work, actor, Selection.of(SubjectKind.FOOTPRINT_RELEASE, list(last.values()))) if last else set()
    return {numbers[part_id]: str(answer_id) for part_id, answer_id in last.items() if answer_id in granted}


def newest_answer(request_id: RequestId) -> Selection:
    """What was handed over last in answer to a request."""
    return Selection(SubjectKind.FOOTPRINT_RELEASE, trade.asked.NEWEST_ANSWER, {"request_id": request_id})


async def released_to(work: Work, reaches: Mapping[UUID, Reach], selection: Selection) -> dict[UUID, store.Snapshot]:
    """The released values that these reaches, made for the same selection, lead to."""
    found = await work.all(store.snapshots(selection)) if reaches else []
    return {stored.release_id: stored for stored in found if stored.release_id in reaches}


def signed_release(stored: store.Snapshot) -> SignedRelease:
    """A stored snapshot as the frozen release that it spells."""
    key = {name: str(value) for name, value in cast(dict[str, str], stored.signature["key"]).items()}
    return SignedRelease(decode(Release, parse(stored.snapshot)), str(stored.signature["jws"]), key)
