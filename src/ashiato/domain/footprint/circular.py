"""The circular footprint formula (Recommendation (EU) 2021/2279, Annex I, section 4.4.8.1): pure arithmetic."""

from dataclasses import dataclass
from decimal import Decimal

from ashiato.kernel.errors import Flaw, invalid

_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class CircularParameters:
    """The formula's symbols. Emissions (ev, erec, …) are kg CO2e per kg, or per MJ for ese_heat and ese_elec; shares are 0 to 1."""

    a: Decimal
    r1: Decimal
    r2: Decimal
    ev: Decimal
    erec: Decimal
    erec_eol: Decimal
    ev_star: Decimal
    ed: Decimal = _ZERO
    b: Decimal = _ZERO
    r3: Decimal = _ZERO
    qsin_qp: Decimal = _ONE
    qsout_qp: Decimal = _ONE
    eer: Decimal = _ZERO
    lhv: Decimal = _ZERO
    xer_heat: Decimal = _ZERO
    xer_elec: Decimal = _ZERO
    ese_heat: Decimal = _ZERO
    ese_elec: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class CircularResult:
    """kg CO2e per kg of material: `material` belongs to raw materials, the other three to the end of life."""

    material: Decimal
    end_of_life_material: Decimal
    energy: Decimal
    disposal: Decimal

    @property
    def end_of_life(self) -> Decimal:
        return self.end_of_life_material + self.energy + self.disposal


def check(p: CircularParameters) -> None:
    """Refuses shares outside 0 to 1, and R2 + R3 above 1: no material is recycled and burnt at once."""
    shares = {"a": p.a, "b": p.b, "r1": p.r1, "r2": p.r2, "r3": p.r3, "qsin_qp": p.qsin_qp, "qsout_qp": p.qsout_qp}
    flaws = [Flaw(name, "circular.share", f"{name} = {value} is not between 0 and 1.") for name, value in shares.items() if not 0 <= value <= 1]
    if p.r2 + p.r3 > 1:
        flaws.append(Flaw("r3", "circular.sum", f"R2 + R3 = {p.r2 + p.r3} is more than 1."))
    if flaws:
        raise invalid("circular", "The circular footprint formula cannot be applied.", "Correct the shares named here.", *flaws)


def circular_footprint(p: CircularParameters) -> CircularResult:
    """What one kilogram of the material emits, and is credited with, by term of the formula."""
    material = (1 - p.r1) * p.ev + p.r1 * (p.a * p.erec + (1 - p.a) * p.ev * p.qsin_qp)
    end_of_life = (1 - p.a) * p.r2 * (p.erec_eol - p.ev_star * p.qsout_qp)
    energy = (1 - p.b) * p.r3 * (p.eer - p.lhv * p.xer_heat * p.ese_heat - p.lhv * p.xer_elec * p.ese_elec)
    disposal = (1 - p.r2 - p.r3) * p.ed
    return CircularResult(material, end_of_life, energy, disposal)
