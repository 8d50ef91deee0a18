"""Units, amounts and figures: what people write is understood exactly, or refused with what was probably meant."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.quantity import (
    UNITS,
    Dimension,
    Quantity,
    Unit,
    parse_amount,
    parse_intensity,
    parse_unit,
    plain,
    present,
    settle,
)

units = st.sampled_from(sorted(UNITS.values(), key=lambda unit: unit.symbol))
amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)
figures = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(digits), exponent)),
    st.sampled_from([0, 1]),
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.integers(-30, 10),
)


def refused(text: str, parse=parse_amount) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse(text)
    assert caught.value.kind is Kind.INVALID
    return caught.value


def suggested(text: str, parse=parse_amount) -> str | None:
    return refused(text, parse).flaws[0].suggestion


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("kg", "kg"), ("KG", "kg"), ("Kg", "kg"), (" kg ", "kg"), ("ｋｇ", "kg"), ("㎏", "kg"), ("キログラム", "kg"), ("ｷﾛｸﾞﾗﾑ", "kg"),
        ("kilogram", "kg"), ("g", "g"), ("グラム", "g"), ("mg", "mg"), ("㎎", "mg"), ("t", "t"), ("T", "t"), ("トン", "t"), ("ton", "t"),
        ("tonne", "t"), ("kWh", "kWh"), ("KWH", "kWh"), ("kwh", "kWh"), ("ｋＷｈ", "kWh"), ("キロワット時", "kWh"), ("MWh", "MWh"), ("mwh", "MWh"),
        ("MJ", "MJ"), ("メガジュール", "MJ"), ("l", "l"), ("L", "l"), ("litre", "l"), ("リットル", "l"), ("m3", "m3"), ("m³", "m3"), ("㎥", "m3"),
        ("立方メートル", "m3"), ("m²", "m2"), ("㎡", "m2"), ("平方メートル", "m2"), ("tkm", "tkm"), ("t·km", "tkm"), ("トンキロ", "tkm"), ("km", "km"),
        ("㎞", "km"), ("時間", "h"), ("piece", "piece"), ("個", "piece"), ("台", "piece"), ("枚", "piece"), ("本", "piece"), ("pcs", "piece"),
        ("square-meter", "m2"), ("cubic-meter", "m3"), ("ton-kilometer", "tkm"),
    ],
)  # fmt: skip
def test_units_are_understood_in_english_japanese_and_full_width(written: str, symbol: str) -> None:
    assert parse_unit(written).symbol == symbol


@given(units)
def test_every_unit_is_understood_as_it_is_spelled(unit: Unit) -> None:
    assert parse_unit(unit.symbol) is unit
    assert parse_unit(str(unit).translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})) is unit, "full-width"


@pytest.mark.parametrize(("written", "nearest"), [("kgg", "kg"), ("kiwh", "kWh"), ("キログラ", "kg"), ("peice", "piece")])
def test_an_unknown_unit_is_refused_with_the_nearest_known(written: str, nearest: str) -> None:
    assert suggested(written, parse_unit) == nearest


@pytest.mark.parametrize("written", ["", "   ", "%", "円", "kg/m3", "furlong per fortnight", "\x00"])
def test_what_is_no_unit_is_refused(written: str) -> None:
    assert refused(written, parse_unit).code == "unit.unknown"


@pytest.mark.parametrize("written", ["Mg", "MG", "Ｍｇ"])
def test_a_megagram_is_never_taken_for_a_milligram(written: str) -> None:
    assert suggested(written, parse_unit) == "t"
    assert suggested(f"{written} CO2e/kg", lambda unit: parse_intensity(Decimal(1), unit)) == "t CO2e/kg"


@given(amounts, units, units)
def test_conversions_go_there_and_back(amount: Decimal, unit: Unit, other: Unit) -> None:
    quantity = Quantity(amount, unit)
    if unit.dimension is not other.dimension:
        assert refused("", lambda _: quantity.in_unit(other)).code == "unit.no_conversion"
        return
    there = quantity.in_unit(other)
    back = Quantity(there, other).in_unit(unit)
    assert settle(back) == settle(amount)
    assert there * other.in_base == pytest.approx(amount * unit.in_base, rel=Decimal("1e-25"))


@given(amounts, units, units, st.decimals(min_value="0.001", max_value=1000, places=3))
def test_a_mass_leads_from_pieces_to_kilograms_and_back(amount: Decimal, unit: Unit, other: Unit, mass: Decimal) -> None:
    if (unit.dimension is Dimension.MASS) == (other.dimension is Dimension.MASS):
        return
    there = Quantity(amount, unit).in_unit(other, mass)
    assert settle(Quantity(there, other).in_unit(unit, mass)) == settle(amount)


def test_a_mass_is_that_of_one_declared_unit() -> None:
    piece, kg, g = UNITS["piece"], UNITS["kg"], UNITS["g"]
    assert Quantity(Decimal(3), piece).in_unit(g, Decimal("0.5")) == 1500
    assert Quantity(Decimal(1500), g).in_unit(piece, Decimal("0.5")) == 3
    assert Quantity(Decimal(2), kg).in_unit(g, Decimal(7)) == 2000, "within one dimension the mass says nothing"


@pytest.mark.parametrize("mass", [None, Decimal(0), Decimal(-1)])
def test_without_a_positive_mass_there_is_no_way(mass: Decimal | None) -> None:
    refusal = refused("", lambda _: Quantity(Decimal(1), UNITS["piece"]).in_unit(UNITS["kg"], mass))
    assert refusal.code == "unit.no_conversion"
    assert "mass" in refusal.remedy


def test_neither_dimension_nor_mass_leads_from_energy_to_length() -> None:
    refusal = refused("", lambda _: Quantity(Decimal(1), UNITS["kWh"]).in_unit(UNITS["m"], Decimal(1)))
    assert refusal.flaws[0].suggestion == "m"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", "0"), ("12", "12"), ("-3.5", "-3.5"), ("+7", "7"), (".5", "0.5"), ("5.", "5"), ("1,200", "1200"), ("1,234,567.89", "1234567.89"),
        ("-1,200.5", "-1200.5"), ("１，２００", "1200"), ("１２．５", "12.5"), ("−4", "-4"), ("－４", "-4"), (" 42 ", "42"), ("1 200", "1200"), ("1\u00a0200", "1200"),
        ("1e3", "1000"), ("2.5E-4", "0.00025"), ("1,200e2", "120000"), ("007", "7"),
    ],
)  # fmt: skip
def test_amounts_are_understood_as_people_write_them(written: str, number: str) -> None:
    assert parse_amount(written) == Decimal(number)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,2O0", "1200"), ("l2", "12"), ("1O.5", "10.5"), ("I5", "15"), ("S", "5"), ("3B", "38"),
        ("1,2", "1.2"), ("0,123", "0.123"), ("1234,567", "1234.567"), ("1.234,567", "1234.567"), ("1,23,456", "123456"), ("12 34", "1234"), ("3,5", "3.5"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_the_number_probably_meant(written: str, meant: str) -> None:
    """A comma that is no thousands separator is never dropped: 0,123 read as 123 would be wrong a thousandfold, without a word."""
    refusal = refused(written)
    assert refusal.code == "number.form"
    assert refusal.flaws[0].suggestion == meant


@pytest.mark.parametrize(
    "written", ["", "abc", "1.2.3", "--1", "1e", "1/2", "½", "NaN", "inf", "-Infinity", "0x1F", "1_000", "12kg", "10²", "10%", "\x00", "٣,"]
)
def test_what_is_no_number_is_refused(written: str) -> None:
    assert refused(written).code == "number.form"


@pytest.mark.parametrize("written", ["1e31", "1e-31", "1" + "0" * 31, "1e99", "-1e99", "1e-99", "0." + "1" * 45, "1e-51", "1" * 25 + "." + "1" * 25])
def test_a_number_beyond_what_can_be_kept_is_refused(written: str) -> None:
    assert refused(written).code in ("number.range", "number.form")


@given(st.integers(0, 10**15), st.integers(0, 10**6 - 1))
def test_thousands_separators_and_widths_change_nothing(whole: int, fraction: int) -> None:
    spelled = f"{whole}.{fraction:06d}"
    grouped = f"{whole:,}.{fraction:06d}"
    assert parse_amount(spelled) == parse_amount(grouped) == Decimal(spelled)
    assert parse_amount(grouped.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})) == Decimal(spelled)


@given(figures)
def test_an_amount_is_read_exactly_or_refused(figure: Decimal) -> None:
    if abs(figure.adjusted()) >= 30 or -figure.as_tuple().exponent > 30:
        with pytest.raises(Refusal, match=r"out of range|not a number"):
            parse_amount(f"{figure}e40" if figure else "1e40")
        return
    assert parse_amount(str(figure)) == figure
    assert Decimal(plain(figure)) == figure


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = parse_amount(text)
    except Refusal as refusal:
        suggestion = refusal.flaws[0].suggestion
        assert suggestion is None or parse_amount(suggestion).is_finite(), "a suggestion is itself accepted"
    else:
        assert number.is_finite()


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    try:
        parse_unit(text)
    except Refusal as refusal:
        suggestion = refusal.flaws[0].suggestion
        assert suggestion is None or suggestion in UNITS


@pytest.mark.parametrize(
    ("amount", "unit", "kg", "per"),
    [
        ("582", "g CO2e/kWh", "0.582", "kWh"), ("0.5", "kg CO2e/kWh", "0.5", "kWh"), ("2", "t CO2e/t", "2000", "t"), ("1", "kgCO2eq/kg", "1", "kg"),
        ("1", "kg-CO2/kWh", "1", "kWh"), ("1", "t-CO2e/MWh", "1000", "MWh"), ("3", "kg CO₂e/m³", "3", "m3"), ("3", "ｋｇ－ＣＯ２ｅ／ｋｇ", "3", "kg"),
        ("3", "kg CO2e per kg", "3", "kg"), ("3", "kg CO2-eq/トン", "3", "t"), ("3", "kgCO2e/個", "3", "piece"), ("10", "mg CO2e/g", "0.00001", "g"),
        ("1", "kg GHG/kg", "1", "kg"), ("1", "CO2e/kg", "1", "kg"), ("4", "g CO2 equivalent/tkm", "0.004", "tkm"), ("1", "KG CO2E/KWH", "1", "kWh"),
    ],
)  # fmt: skip
def test_intensities_are_kilograms_per_something(amount: str, unit: str, kg: str, per: str) -> None:
    intensity = parse_intensity(Decimal(amount), unit)
    assert (intensity.kg_co2e, intensity.per.symbol) == (Decimal(kg), per)


@pytest.mark.parametrize("unit", ["", "kg", "kg CO2e", "kWh/kg", "円/kg", "lb CO2e/kg", "kg CO2e/", "/", "kilo CO2e/kg"])
def test_what_is_no_intensity_is_refused(unit: str) -> None:
    assert refused(unit, lambda text: parse_intensity(Decimal(1), text)).code == "unit.not_intensity"


def test_an_intensity_per_an_unknown_unit_is_refused() -> None:
    assert refused("kg CO2e/kgg", lambda text: parse_intensity(Decimal(1), text)).code == "unit.unknown"


@given(figures)
def test_plain_spells_a_figure_once(figure: Decimal) -> None:
    spelled = plain(figure)
    assert Decimal(spelled) == figure
    assert plain(Decimal(spelled)) == spelled
    assert "e" not in spelled.casefold()
    assert spelled == "0" or spelled.lstrip("-") != "0", "there is one zero"
    if "." in spelled:
        assert not spelled.endswith(("0", "."))


@given(figures, figures)
def test_equal_figures_have_one_spelling(one: Decimal, other: Decimal) -> None:
    assert (plain(one) == plain(other)) == (one == other)


@given(figures)
def test_settling_twice_is_settling_once(figure: Decimal) -> None:
    settled = settle(figure)
    assert settle(settled) == settled
    assert plain(settled) == plain(settle(Decimal(plain(settled))))
    assert len(settled.as_tuple().digits) <= 15
    assert not settled.is_zero() or not settled.is_signed(), "minus zero is zero"
    if figure:
        assert abs(settled / figure - 1) <= Decimal("1e-14")


@given(figures)
def test_settling_keeps_signs(figure: Decimal) -> None:
    assert settle(-figure) == -settle(figure)


@given(figures, st.integers(1, 12))
def test_presenting_keeps_so_many_digits(figure: Decimal, significant: int) -> None:
    shown = Decimal(present(figure, significant))
    assert len(shown.normalize().as_tuple().digits) <= significant
    if figure:
        assert abs(shown / figure - 1) <= Decimal(10) ** (1 - significant)
    assert "e" not in present(figure, significant).casefold()


def test_half_goes_to_even() -> None:
    assert settle(Decimal("1.000000000000005")) == Decimal("1.00000000000000")
    assert settle(Decimal("1.000000000000015")) == Decimal("1.00000000000002")
    assert present(Decimal("0.12345"), 4) == "0.1234"


def test_no_unit_is_spelled_like_another() -> None:
    spelled = [unicodedata.normalize("NFKC", symbol) for symbol in UNITS]
    assert len(set(spelled)) == len(UNITS)
    assert all(unit.in_base > 0 for unit in UNITS.values())
