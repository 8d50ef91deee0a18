"""The printed checks of the field: circular footprint formula, functional unit, data-quality rating.

The figures stand here as well, so that nothing outside the repository is needed; where the shared vectors are at hand, every one of
them is computed too. Their rows for state of certified energy, recycling, MACR, V2X and GREET belong to slices that do not exist yet.
"""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SHARED

from ashiato.domain.footprint.circular import CircularParameters, check, circular_footprint
from ashiato.domain.footprint.methods import all_methods, method
from ashiato.domain.footprint.model import Quality
from ashiato.domain.footprint.package import Battery
from ashiato.domain.footprint.quality import rating, weighted
from ashiato.kernel.errors import Refusal

VECTORS = SHARED / "standards" / "carbon" / "test_vectors.json"
LATER = {"soce", "greet2024_check_kg_per_kWh", "greet_assembly_gwp_AR6_g_per_kWh", "recycling", "macr_45X", "v2x_virtual_km"}
SYMBOLS = {
    "A": "a", "B": "b", "R1": "r1", "R2": "r2", "R3": "r3", "Ev": "ev", "Erec": "erec", "ErecEoL": "erec_eol", "Evstar": "ev_star",
    "Qsin_Qp": "qsin_qp", "Qsout_Qp": "qsout_qp", "EER": "eer", "LHV": "lhv", "Xheat": "xer_heat", "Xelec": "xer_elec",
    "ESEheat": "ese_heat", "ESEelec": "ese_elec", "ED": "ed",
}  # fmt: skip
PRINTED: list[dict[str, Any]] = [
    {"name": "Al_primary", "args": {"R1": "0", "R2": "0.9", "A": "0.2", "Ev": "16", "Erec": "0.7", "ErecEoL": "0.7", "Evstar": "16", "ED": "0.02"},
     "raw_stage": "16", "eol_material": "-11.016", "energy": "0", "disposal": "0.002", "total": "4.986"},
    {"name": "Ni_20pct_recycled", "args": {"R1": "0.2", "R2": "0.9", "A": "0.2", "Ev": "20", "Erec": "6", "ErecEoL": "6", "Evstar": "20", "ED": "0.02"},
     "raw_stage": "19.44", "eol_material": "-10.08", "energy": "0", "disposal": "0.002", "total": "9.362"},
    {"name": "PP_incinerated", "args": {"R1": "0", "R2": "0", "R3": "0.45", "A": "0.5", "Ev": "2", "Erec": "0.5", "ErecEoL": "0.5", "Evstar": "2",
     "Qsout_Qp": "0.9", "EER": "2.5", "LHV": "43", "Xheat": "0.28", "Xelec": "0.11", "ESEheat": "0.07", "ESEelec": "0.12", "ED": "0.05"},
     "raw_stage": "2", "eol_material": "0", "energy": "0.49032", "disposal": "0.0275", "total": "2.51782"},
]  # fmt: skip
DRAFT_ACT = "DA-EV-draft-2024-04"


def vectors() -> dict[str, Any]:
    if not VECTORS.exists():
        pytest.skip(f"NOT TESTED against the shared vectors: {VECTORS} is not there")
    return json.loads(VECTORS.read_text(), parse_float=Decimal)


def check_vector(vector: dict[str, Any]) -> None:
    parameters = CircularParameters(**{SYMBOLS[symbol]: Decimal(value) for symbol, value in vector["args"].items()})
    check(parameters)
    result = circular_footprint(parameters)
    assert result.material == Decimal(vector["raw_stage"])
    assert result.end_of_life_material == Decimal(vector["eol_material"])
    assert result.energy == Decimal(vector["energy"])
    assert result.disposal == Decimal(vector["disposal"])
    assert result.material + result.end_of_life == Decimal(vector["total"])


@pytest.mark.parametrize("vector", PRINTED, ids=lambda vector: vector["name"])
def test_the_circular_formula_gives_the_printed_terms(vector: dict[str, Any]) -> None:
    check_vector(vector)


def test_every_shared_vector_of_the_circular_formula_holds() -> None:
    listed = vectors()["cff_synthetic"]
    assert {vector["name"] for vector in listed} >= {vector["name"] for vector in PRINTED}
    for vector in listed:
        check_vector(vector)


def test_no_shared_vector_is_overlooked() -> None:
    assert set(vectors()) == {"functional_unit", "cff_synthetic", "dqr"} | LATER, "a new kind of vector wants its test"


shares = st.decimals(0, 1, places=3)
emissions = st.decimals(0, 100, places=3)


@given(shares, emissions, emissions, shares)
def test_a_material_neither_recycled_nor_burnt_is_plain(a: Decimal, ev: Decimal, erec: Decimal, ed: Decimal) -> None:
    result = circular_footprint(CircularParameters(a, Decimal(0), Decimal(0), ev, erec, erec, ev, ed))
    assert (result.material, result.end_of_life_material, result.energy, result.disposal) == (ev, 0, 0, ed)


@given(shares, shares, emissions, emissions)
def test_over_its_lives_recycling_is_counted_once(a: Decimal, r1: Decimal, ev: Decimal, erec: Decimal) -> None:
    """What is recycled at the end is the next one's input: with R1 = R2 the allocation A decides nothing."""
    one = circular_footprint(CircularParameters(a, r1, r1, ev, erec, erec, ev))
    total = one.material + one.end_of_life_material
    assert total == ev + r1 * (erec - ev)


@given(shares, emissions, emissions)
def test_allocation_slides_between_input_and_output(r: Decimal, ev: Decimal, erec: Decimal) -> None:
    cut_off = circular_footprint(CircularParameters(Decimal(1), r, r, ev, erec, erec, ev))
    end_of_life = circular_footprint(CircularParameters(Decimal(0), r, r, ev, erec, erec, ev))
    assert cut_off.end_of_life_material == 0
    assert cut_off.material == (1 - r) * ev + r * erec
    assert end_of_life.material == ev
    assert end_of_life.end_of_life_material == r * (erec - ev)


@pytest.mark.parametrize("share", ["a", "b", "r1", "r2", "r3", "qsin_qp", "qsout_qp"])
@pytest.mark.parametrize("value", ["-0.001", "1.001"])
def test_a_share_outside_zero_to_one_is_refused(share: str, value: str) -> None:
    stated = {"a": Decimal(0), "r1": Decimal(0), "r2": Decimal(0)} | {share: Decimal(value)}
    with pytest.raises(Refusal) as caught:
        check(CircularParameters(**stated, ev=Decimal(1), erec=Decimal(1), erec_eol=Decimal(1), ev_star=Decimal(1)))
    assert share in {flaw.field for flaw in caught.value.flaws}


def test_nothing_is_recycled_and_burnt_at_once() -> None:
    one = Decimal(1)
    with pytest.raises(Refusal) as caught:
        check(CircularParameters(one, one, Decimal("0.6"), one, one, one, one, r3=Decimal("0.5")))
    assert [flaw.code for flaw in caught.value.flaws] == ["circular.sum"]


@pytest.mark.parametrize(
    ("usable", "category", "years", "km", "energy", "emissions", "per_kwh"),
    [
        ("60", "M1", "8", None, "28800", "4500", "0.15625"),
        ("60", "M1", "8", "160000", "28800", None, None),
        ("60", "M1", "8", "100000", "18000", "4500", "0.25"),
        ("300", "N3", "8", None, "600000", None, None),
        ("60", "M1", None, None, "18000", None, None),  # five years where no warranty is stated
        ("60", "M1", None, "100000", "18000", None, None),
    ],
)
def test_the_functional_unit_is_a_kilowatt_hour_delivered(
    usable: str, category: str, years: str | None, km: str | None, energy: str, emissions: str | None, per_kwh: str | None
) -> None:
    facts = Battery(category, "NMC", Decimal(usable), Decimal(years) if years else None, Decimal(km) if km else None)
    total = method(DRAFT_ACT).total_energy_kwh(facts)
    assert total == Decimal(energy)
    if emissions is not None and per_kwh is not None:
        assert Decimal(emissions) / total == Decimal(per_kwh)


def test_every_shared_vector_of_the_functional_unit_holds() -> None:
    for vector in vectors()["functional_unit"]:
        years, km = vector.get("warranty_years", vector["years"]), vector.get("warranty_km")
        facts = Battery(vector["category"], "NMC", Decimal(vector["usable_kWh"]), Decimal(years), Decimal(km) if km else None)
        rules = method(DRAFT_ACT)
        total = rules.total_energy_kwh(facts)
        assert total == vector["E_total_kWh"]
        if "FEqC" in vector:
            assert rules.cycles_per_year[vector["category"]] == vector["FEqC"]
        if "CFB_kg_per_kWh" in vector:
            assert vector["ghg_total_kg"] / total == vector["CFB_kg_per_kWh"]
        if "CFB_for_4500kg" in vector:
            assert Decimal(4500) / total == vector["CFB_for_4500kg"]


@pytest.mark.parametrize(
    ("method_id", "facts", "missing"),
    [
        (DRAFT_ACT, Battery("M1", "NMC"), "usable energy"),
        (DRAFT_ACT, Battery("other", "NMC", Decimal(60)), "category other"),
        ("JRC-CFB-EV-2023-06", Battery("M1", "NMC", Decimal(60), Decimal(8)), "energy delivered"),
    ],
)
def test_a_battery_of_which_too_little_is_stated_is_refused(method_id: str, facts: Battery, missing: str) -> None:
    with pytest.raises(Refusal, match=missing):
        method(method_id).total_energy_kwh(facts)


def test_every_method_is_complete() -> None:
    for rules in all_methods().values():
        assert rules.gwp["CO2"] == 1
        assert 0 < rules.cut_off < 1
        assert rules.electricity
        assert rules.source
        assert set(rules.unverified) <= {
            "energy_rule",
            "cut_off",
            "electricity",
            "credits",
            "classes",
            "gwp",
            "cycles_per_year",
            "km_per_year",
            "years_without_warranty",
        }
        assert rules.performance_class(Decimal(1)) is None, "no classes are adopted"
        assert [bound for _, bound in rules.classes] == sorted(bound for _, bound in rules.classes)


def test_an_unknown_method_is_refused_with_the_known() -> None:
    with pytest.raises(Refusal, match=DRAFT_ACT):
        method("PEFCR-9999")


def test_the_rating_is_the_mean_of_three() -> None:
    assert rating(Quality(Decimal(2), Decimal(1), Decimal(3))) == 2


def test_ratings_are_weighted_by_emissions() -> None:
    parts = [(Decimal(3000), Quality(*[Decimal("1.6")] * 3)), (Decimal(1500), Quality(*[Decimal(3)] * 3))]
    found = weighted(parts)
    assert found is not None
    assert rating(found).quantize(Decimal("0.000001")) == Decimal("2.066667")


def test_every_shared_vector_of_the_rating_holds() -> None:
    for vector in vectors()["dqr"]:
        if "weighted" in vector:
            found = weighted((Decimal(part["kg"]), Quality(*[Decimal(part["DQR"])] * 3)) for part in vector["weighted"])
            assert found is not None
            assert abs(rating(found) - vector["DQR_total"]) < Decimal("0.000001")
        else:
            assert rating(Quality(*(Decimal(vector[name]) for name in ("TeR", "GeR", "TiR")))) == vector["DQR"]


ratings = st.decimals(1, 5, places=2)
qualities = st.builds(Quality, ratings, ratings, ratings)


@given(st.lists(st.tuples(st.decimals(-1000, 1000, places=3), qualities), max_size=8))
def test_a_weighted_rating_lies_between_its_parts(parts: list[tuple[Decimal, Quality]]) -> None:
    found = weighted(parts)
    counted = [quality for amount, quality in parts if amount]
    assert (found is None) == (not counted)
    if found is not None:
        for name in ("ter", "ger", "tir"):
            stated = [getattr(quality, name) for quality in counted]
            assert min(stated) - Decimal("1e-20") <= getattr(found, name) <= max(stated) + Decimal("1e-20")


@given(st.lists(st.tuples(st.decimals(0, 1000, places=3), qualities), min_size=1, max_size=6), st.randoms())
def test_the_order_of_the_parts_does_not_matter(parts, random) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    one, other = weighted(parts), weighted(shuffled)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert abs(rating(one) - rating(other)) < Decimal("1e-20")


def test_nothing_emitted_has_no_rating() -> None:
    assert weighted([]) is None
    assert weighted([(Decimal(0), Quality(Decimal(1), Decimal(1), Decimal(1)))]) is None
