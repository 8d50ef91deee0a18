"""Quantities: exact decimal amounts with a unit of the field. This is the only place that rounds.

Declared units follow the data models that exchange footprints (PACT, Ouranos): litre, kilogram, cubic metre, kilowatt-hour,
megajoule, tonne-kilometre, square metre and piece; the others occur in inventories.
"""

import decimal
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum

from ashiato.kernel.errors import Flaw, Refusal, invalid

# Wide enough that sums and products of settled figures lose nothing that settling keeps.
CONTEXT = decimal.Context(
    prec=50,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_SETTLED_DIGITS = 15
_MAX_EXPONENT = 30
_MOST_DECIMALS = 50  # a double of 1e-30 is spelled with about so many
_MOST_DIGITS = 40


class Dimension(StrEnum):
    """What a unit measures; only units of one dimension convert into one another by themselves."""

    MASS = "mass"
    ENERGY = "energy"
    VOLUME = "volume"
    TRANSPORT = "transport"
    AREA = "area"
    LENGTH = "length"
    TIME = "time"
    AREA_TIME = "area-time"
    LENGTH_TIME = "length-time"
    PIECE = "piece"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its symbol, what it measures, and how many of the dimension's base unit it is."""

    symbol: str
    dimension: Dimension
    in_base: Decimal

    def __str__(self) -> str:
        return self.symbol


def _units(*rows: tuple[str, Dimension, str]) -> dict[str, Unit]:
    return {symbol: Unit(symbol, dimension, Decimal(in_base)) for symbol, dimension, in_base in rows}


UNITS = _units(
    ("kg", Dimension.MASS, "1"),
    ("g", Dimension.MASS, "0.001"),
    ("mg", Dimension.MASS, "0.000001"),
    ("t", Dimension.MASS, "1000"),
    ("kWh", Dimension.ENERGY, "3.6"),
    ("Wh", Dimension.ENERGY, "0.0036"),
    ("MWh", Dimension.ENERGY, "3600"),
    ("MJ", Dimension.ENERGY, "1"),
    ("kJ", Dimension.ENERGY, "0.001"),
    ("GJ", Dimension.ENERGY, "1000"),
    ("l", Dimension.VOLUME, "0.001"),
    ("m3", Dimension.VOLUME, "1"),
    ("tkm", Dimension.TRANSPORT, "1"),
    ("kgkm", Dimension.TRANSPORT, "0.001"),
    ("m2", Dimension.AREA, "1"),
    ("m", Dimension.LENGTH, "1"),
    ("km", Dimension.LENGTH, "1000"),
    ("h", Dimension.TIME, "1"),
    ("m2a", Dimension.AREA_TIME, "1"),
    ("ma", Dimension.LENGTH_TIME, "1"),
    ("piece", Dimension.PIECE, "1"),
)
KILOGRAM = UNITS["kg"]
KILOWATT_HOUR = UNITS["kWh"]

_SPELLINGS = {
    "kilogram": "kg", "kilogramme": "kg", "kgs": "kg", "キログラム": "kg", "gram": "g", "グラム": "g", "ton": "t", "tonne": "t",
    "metric ton": "t", "トン": "t", "kilowatt hour": "kWh", "kilowatt-hour": "kWh", "キロワット時": "kWh", "megajoule": "MJ",
    "メガジュール": "MJ", "liter": "l", "litre": "l", "リットル": "l", "cubic meter": "m3", "cubic-meter": "m3", "cubic metre": "m3",
    "立方メートル": "m3", "ton kilometer": "tkm", "ton-kilometer": "tkm", "tonne-kilometre": "tkm", "t·km": "tkm", "t*km": "tkm",
    "トンキロ": "tkm", "square meter": "m2", "square-meter": "m2", "square metre": "m2", "平方メートル": "m2", "meter": "m", "metre": "m",
    "メートル": "m", "kilometer": "km", "kilometre": "km", "hour": "h", "時間": "h", "square meter-year": "m2a", "meter-year": "ma",
    "unit": "piece", "pcs": "piece", "pc": "piece", "pieces": "piece", "each": "piece", "個": "piece", "台": "piece", "枚": "piece",
    "本": "piece", "ユニット": "piece",
}  # fmt: skip
_BY_SPELLING = {spelling.casefold(): UNITS[symbol] for spelling, symbol in _SPELLINGS.items()} | {
    symbol.casefold(): unit for symbol, unit in UNITS.items()
}


def parse_unit(text: str) -> Unit:
    """The unit that a person or a file means by `text`, in English or Japanese. Refuses unknown ones with the nearest known."""
    spelled = unicodedata.normalize("NFKC", text).strip()
    if spelled in UNITS:  # as it is spelled first: in LCA, Mg is a tonne
        return UNITS[spelled]
    unit = _BY_SPELLING.get(spelled.casefold())
    if unit is not None and spelled.casefold() != "mg":
        return unit
    near = ["t"] if unit is not None else get_close_matches(spelled.casefold(), list(_BY_SPELLING), n=1, cutoff=0.6)
    suggestion = _BY_SPELLING[near[0]].symbol if near else None
    flaw = Flaw("unit", "unit.unknown", f"“{text}” is not a known unit.", suggestion)
    raise invalid("unit.unknown", flaw.message, f"Write {suggestion}." if suggestion else f"Write one of {', '.join(UNITS)}.", flaw)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount of a unit."""

    amount: Decimal
    unit: Unit

    def in_unit(self, unit: Unit, mass_kg: Decimal | None = None) -> Decimal:
        """The same quantity counted in `unit`, exactly.

        `mass_kg` is the mass of one of whichever of the two units is not one of mass, where known (see `bridge`): it leads from
        pieces (or litres, square metres …) to kilograms and back. Refuses what neither the dimension nor the mass allows.
        """
        with decimal.localcontext(CONTEXT):
            if self.unit.dimension is unit.dimension:
                return self.amount * self.unit.in_base / unit.in_base
            if mass_kg is not None and mass_kg > 0:
                if self.unit.dimension is Dimension.MASS:
                    return self.amount * self.unit.in_base / mass_kg
                if unit.dimension is Dimension.MASS:
                    return self.amount * mass_kg / unit.in_base
        raise no_conversion(self.unit, unit)


def bridge(declared: Unit, mass_kg: Decimal | None) -> Decimal | None:
    """The mass that leads from a thing's declared unit to kilograms and back.

    None where the thing is declared in kilograms itself: that one of them has a mass of one says nothing of its pieces.
    """
    return None if declared.dimension is Dimension.MASS else mass_kg


def no_conversion(given: Unit, wanted: Unit) -> Refusal:
    """The refusal of a conversion that is not defined."""
    message = f"{given} cannot be converted into {wanted}."
    remedy = "State the mass of one declared unit." if Dimension.MASS in (given.dimension, wanted.dimension) else f"Write the amount in {wanted}."
    return invalid("unit.no_conversion", message, remedy, Flaw("unit", "unit.no_conversion", message, wanted.symbol))


@dataclass(frozen=True, slots=True)
class Intensity:
    """What one unit of something emits: kg CO2e per `per`."""

    kg_co2e: Decimal
    per: Unit


_INTENSITY = re.compile(r"^(?P<scale>t|kg|g|mg)?[\s-]*(?:co2(?:[\s-]*e(?:q|quivalent)?)?|ghg)?\s*(?:/|per\s|毎)\s*(?P<per>.{1,40})$", re.IGNORECASE)


def parse_intensity(amount: Decimal, unit: str) -> Intensity:
    """The emission factor that `amount` in `unit` states, e.g. 582 in `g CO2e/kWh`. Refuses units that are not kg CO2e per something."""
    spelled = unicodedata.normalize("NFKC", unit).strip().replace("₂", "2")
    found = _INTENSITY.match(spelled)
    megagram = found is not None and found["scale"] in ("Mg", "MG")  # a tonne, which must not pass for a milligram
    if found is None or megagram:
        message = f"“{unit}” is not a unit of an emission factor."
        meant = f"t CO2e/{found['per']}" if found else "kg CO2e/kg"
        raise invalid("unit.not_intensity", message, "Write, for example, kg CO2e/kWh.", Flaw("unit", "unit.not_intensity", message, meant))
    scale = UNITS[(found["scale"] or "kg").lower()]
    with decimal.localcontext(CONTEXT):
        return Intensity(amount * scale.in_base, parse_unit(found["per"]))


_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,50})?|\.\d{1,50})([eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([, ])\d{3}(\1\d{3})*(\.\d*)?([eE][+-]?\d{1,2})?")
PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")  # how nearly every number of nearly every file is written
_LETTERS_FOR_DIGITS = str.maketrans("OoIlSB", "001158")


def parse_amount(text: str) -> Decimal:
    """The number that a person wrote, exactly: full-width digits, thousands separators and either sign are understood.

    Refuses what is not one finite number, with the number probably meant where letters stand for digits (1,2O0 → 1200) or a
    comma for the decimal point (0,123 → 0.123).
    """
    if PLAIN.fullmatch(text):
        return Decimal(text)
    spelled = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    raised = any(unicodedata.decomposition(character).startswith("<super>") for character in text)
    number = None if raised else _number(spelled)
    if number is None:
        message = f"“{text}” is not a number."
        raise invalid("number.form", message, "", Flaw("amount", "number.form", message, None if raised else _probably_meant(spelled)))
    if not _can_be_kept(number):
        raise invalid("number.range", f"“{text}” is out of range.", "", Flaw("amount", "number.range", f"“{text}” is out of range."))
    return number


def _number(spelled: str) -> Decimal | None:
    plain = re.sub("[, ]", "", spelled) if _GROUPED.fullmatch(spelled) else spelled
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _can_be_kept(number: Decimal) -> bool:
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and len(digits) <= _MOST_DIGITS and exponent >= -_MOST_DECIMALS and abs(number.adjusted()) <= _MAX_EXPONENT


def _probably_meant(spelled: str) -> str | None:
    guess = spelled.translate(_LETTERS_FOR_DIGITS)
    whole, comma, fraction = guess.partition(",")
    if comma and not _GROUPED.fullmatch(guess) and "," not in fraction and "." not in fraction:
        guess = f"{whole.replace('.', '')}.{fraction}"
    guess = re.sub("[, ]", "", guess)
    number = Decimal(guess) if re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", guess) else None
    return guess if number is not None and _can_be_kept(number) else None


def settle(amount: Decimal) -> Decimal:
    """The figure as it is stored, released and declared: 15 significant digits, half to even, no trailing zeros."""
    with decimal.localcontext(CONTEXT) as context:
        context.prec = _SETTLED_DIGITS
        settled = +amount
    return settled.normalize(CONTEXT) if settled else Decimal(0)


def plain(amount: Decimal) -> str:
    """The one spelling of a figure: no exponent, no trailing zeros."""
    return format(amount.normalize(CONTEXT) if amount else Decimal(0), "f")


def present(amount: Decimal, significant: int = 4) -> str:
    """The figure as people read it, with so many significant digits."""
    with decimal.localcontext(CONTEXT) as context:
        context.prec = significant
        rounded = +amount
    return format(rounded, "f") if rounded else "0"


def round_up(amount: Decimal, decimals: int) -> Decimal:
    """The figure away from zero to so many decimals, as interfaces with fixed places ask for it."""
    with decimal.localcontext(CONTEXT):
        return amount.quantize(Decimal(1).scaleb(-decimals), rounding=decimal.ROUND_UP)
