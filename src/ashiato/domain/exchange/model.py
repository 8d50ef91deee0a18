"""Footprints of other systems, and what is lost on the way from them and to them (pure)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ashiato.domain import footprint
from ashiato.kernel.errors import Flaw

FARTHEST_YEARS = 10
_LARGEST = Decimal(10) ** 9  # kg CO2e per unit: more than any product's
_HEAVIEST = Decimal(10) ** 7
_SHARES = (Decimal(0), Decimal(1))
_SCALE = (Decimal(1), Decimal(5))


class ReceivedState(StrEnum):
    """What became of a footprint that another system sent."""

    WAITING = "waiting"  # for somebody to look at it
    QUARANTINED = "quarantined"  # implausible: nothing can be made of it
    ACCEPTED = "accepted"  # answers a request
    SUPERSEDED = "superseded"  # a newer one took its place, or its owner deprecated it
    DECLINED = "declined"  # by the recipient


class Standing(StrEnum):
    """What its owner says of a footprint."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Loss:
    """A member that could not be carried over, or not as it is, and why."""

    member: str
    why: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A footprint that another system computed, in Ashiato's words. None where the other system says nothing.

    `carbon` is kg CO2e per `amount` of `unit`, cradle to gate and without biogenic uptake; `stages` are there only if the sender says them.
    """

    footprint_id: str
    preceding: tuple[str, ...]
    created: datetime
    status: Standing
    valid_from: datetime
    valid_until: datetime
    company_name: str
    company_ids: tuple[str, ...]
    product_ids: tuple[str, ...]
    product_name: str
    unit: str
    amount: Decimal
    mass_kg: Decimal | None
    start: date
    end: date
    carbon: Decimal
    share: Decimal | None
    quality: footprint.model.Quality | None
    rules: tuple[str, ...]
    method: str | None
    stages: dict[footprint.model.Stage, Decimal] | None
    obstacles: tuple[str, ...]
    particulars: footprint.describing.Particulars | None = None
    assurance: footprint.package.Assurance | None = None


def implausible(foreign: Foreign, today: date) -> list[Flaw]:
    """What nobody should count with: each is a reason for the quarantine."""
    checks = [
        (foreign.carbon < 0, "carbon", "exchange.negative", "A footprint without removals is not negative."),
        (abs(foreign.carbon) > _LARGEST * foreign.amount, "carbon", "exchange.huge", "No product emits that much."),
        (foreign.amount <= 0, "amount", "exchange.amount", "The declared amount is not positive."),
        (
            foreign.mass_kg is not None and not 0 <= foreign.mass_kg <= _HEAVIEST * foreign.amount,
            "mass",
            "exchange.mass",
            "No product has this mass.",
        ),
        (foreign.end < foreign.start, "period", "exchange.period", "The reference period ends before it starts."),
        (foreign.start > today, "period", "exchange.future", "The reference period has not begun."),
        (foreign.end.year < today.year - FARTHEST_YEARS, "period", "exchange.old", f"The reference period ended over {FARTHEST_YEARS} years ago."),
        (foreign.valid_until < foreign.valid_from, "validity", "exchange.validity", "It ends to be valid before it begins."),
        (foreign.share is not None and not _within(foreign.share, _SHARES), "share", "exchange.share", "A share lies between 0 and 100 percent."),
        (_rated_out_of_scale(foreign.quality), "quality", "exchange.quality", "A rating lies between 1 and 5."),
        (foreign.footprint_id in foreign.preceding, "preceding", "exchange.cycle", "A footprint does not precede itself."),
        (not _stages_fit(foreign), "stages", "exchange.stages", "The stages do not add up to the footprint."),
    ]
    return [Flaw(field, code, message) for wrong, field, code, message in checks if wrong]


def _within(figure: Decimal, bounds: tuple[Decimal, Decimal]) -> bool:
    return bounds[0] <= figure <= bounds[1]


def _rated_out_of_scale(quality: footprint.model.Quality | None) -> bool:
    return quality is not None and not all(_within(rating, _SCALE) for rating in (quality.ter, quality.ger, quality.tir))


def _stages_fit(foreign: Foreign) -> bool:
    if foreign.stages is None:
        return True
    gate = sum(
        (foreign.stages.get(stage, Decimal(0)) for stage in (footprint.model.Stage.RAW_MATERIALS, footprint.model.Stage.PRODUCTION)), Decimal(0)
    )
    return abs(gate - foreign.carbon) <= Decimal("0.001") * max(abs(foreign.carbon), Decimal("0.001"))


def chain_is_cyclic(start: str, preceding: dict[str, tuple[str, ...]]) -> bool:
    """Whether a footprint comes again among those that precede it."""
    seen: set[str] = set()
    waiting = list(preceding.get(start, ()))
    while waiting:
        one = waiting.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            waiting += preceding.get(one, ())
    return False
