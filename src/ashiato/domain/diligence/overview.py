"""What a company sees of one part's chain: shares by material, what is wrong where, how much of the chain has spoken, and what it follows from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.diligence import assessments, gathering
from ashiato.domain.diligence.gathering import Chain
from ashiato.domain.diligence.model import WORST_FIRST, Masses, Material, Place, PlaceKind, Tier
from ashiato.domain.diligence.risk import RiskState
from ashiato.domain.participants import Actor
from ashiato.domain.products import Sourcing
from ashiato.domain.trade import Inquiry
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.kernel.quantity import settle
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Basis", "Overview", "Sighted", "Traced", "of_part", "worst_open"]


@dataclass(frozen=True, slots=True)
class Traced:
    """Of one material in one declared unit: kilograms, and the shares of it with known country, known refiner, audited refiner."""

    material: Material
    mass_kg: Decimal
    country_share: Decimal
    refiner_share: Decimal
    audited_share: Decimal


@dataclass(frozen=True, slots=True)
class Sighted:
    """A place with something wrong and the way to it: an own part, its direct supplier, and the request whose answer tells it.

    Nothing beyond the direct supplier has a name. Without a way it is in the company itself.
    """

    place: Place
    part_number: str | None = None
    supplier: str | None = None
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures follow from: statements by bought part, parts with materials stated, entries of the register, answered questionnaires."""

    statements: Mapping[str, UUID]
    requests: Mapping[str, UUID]
    parts: tuple[UUID, ...]
    risks: tuple[UUID, ...]
    assessments: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """One part's chain at a glance. `unasked` and `silent`: bought parts that nobody was asked about, or about which nobody answered."""

    part_id: UUID
    part_number: str
    name: str
    declared_unit: str
    materials: tuple[Traced, ...]
    places: tuple[Sighted, ...]
    worst: Sighted | None
    coverage: tuple[Tier, ...]
    unasked: tuple[str, ...]
    silent: tuple[str, ...]
    basis: Basis


async def of_part(work: Work, actor: Actor, part_id: PartId) -> Overview:
    """The present view of a part's chain. First readings of suppliers' answers are recorded for them. Refuses (`absent`) another's part."""
    chain = await gathering.chain(work, actor, part_id)
    names = await participants.names_of(work, [inquiry.supplier_id for inquiry in chain.inquiries.values()])
    rated = await assessments.in_force(work, work.now.date())
    bought = [part for part in chain.parts.values() if part.sourcing == Sourcing.BOUGHT]
    places = tuple(_sighted(chain, each.place, each.via, names) for each in chain.found())
    return Overview(
        chain.top.part_id, chain.top.part_number, chain.top.name, chain.top.declared_unit,
        tuple(traced(material, masses) for material, masses in chain.masses().items()), places, worst_open(places), chain.coverage(),
        tuple(sorted(part.part_number for part in bought if part.part_id not in chain.inquiries)),
        tuple(sorted(part.part_number for part in bought if part.part_id in chain.inquiries and part.part_id not in chain.answers)),
        _basis(chain, tuple(each.assessment_id for each in rated)),
    )  # fmt: skip


def _sighted(chain: Chain, place: Place, via: UUID | None, names: Mapping[CompanyId, str]) -> Sighted:
    if via is None:
        return Sighted(place)
    part_id = PartId(via)
    inquiry: Inquiry = chain.inquiries[part_id]
    return Sighted(place, chain.parts[part_id].part_number, names.get(inquiry.supplier_id), inquiry.request_id)


def _basis(chain: Chain, assessed: tuple[UUID, ...]) -> Basis:
    numbers = {part_id: part.part_number for part_id, part in chain.parts.items()}
    return Basis(
        {numbers[part_id]: UUID(signed.statement.statement_id) for part_id, signed in chain.answers.items()},
        {numbers[part_id]: inquiry.request_id for part_id, inquiry in chain.inquiries.items()},
        tuple(sorted({*chain.origins, *chain.contents})), tuple(risk.risk_id for risk in chain.risks), assessed,
    )  # fmt: skip


def traced(material: Material, masses: Masses) -> Traced:
    """Masses as shares of the material's whole mass (pure)."""
    whole = masses.total if masses.total > 0 else Decimal(1)
    country, refiner, audited = (settle(mass / whole) for mass in (masses.country, masses.refiner, masses.audited))
    return Traced(material, settle(masses.total), country, refiner, audited)


def worst_open(places: tuple[Sighted, ...]) -> Sighted | None:
    """The gravest finding that is not closed, the nearest among equals (pure)."""
    findings = [each for each in places if each.place.kind is PlaceKind.FINDING and each.place.state != RiskState.CLOSED]
    return min(findings, key=lambda each: (_rank(each.place), each.place.tier, str(each.place.material), str(each.part_number)), default=None)


def _rank(place: Place) -> int:
    return WORST_FIRST.index(place.severity) if place.severity else len(WORST_FIRST)
