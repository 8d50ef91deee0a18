"""Releases as messages and back: nothing is lost that is not named, in either direction."""

import dataclasses
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.pact_world import conforms

from ashiato.domain import footprint
from ashiato.domain.exchange.model import Foreign, implausible
from ashiato.domain.footprint.model import Quality, Stage
from ashiato.domain.footprint.package import Assurance, Party, Product, Release, Span, TierCoverage, decode, encode
from ashiato.domain.footprint.particulars import REMOVALS, Known, Particulars
from ashiato.gateways.pact.naming import Issuer, numbers_in
from ashiato.gateways.pact.v3 import mapping
from ashiato.gateways.pact.v3.wire import ProductFootprint
from ashiato.kernel.errors import Refusal
from ashiato.kernel.quantity import UNITS

ISSUER = Issuer("https://centre.example")
SAYABLE = sorted(set(UNITS) - {"m", "km", "m2a", "ma"})
figures = st.decimals(0, 10**6, places=6).map(lambda figure: Decimal(format(figure.normalize(), "f")))
ratings = st.integers(10, 50).map(lambda tenths: Decimal(tenths) / 10)
days = st.dates(date(2001, 1, 1), date(2150, 1, 1))
words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=30)
qualities = st.builds(Quality, ratings, ratings, ratings)


urns = st.integers(0, 9**9).map(lambda number: f"urn:pact:example.test:product:{number}")
assurances = st.none() | st.builds(
    Assurance, words, words, st.none() | st.sampled_from(["limited", "reasonable"]), days, st.sampled_from(["product level", "PCF program"]),
    st.none(), st.none() | st.just("sha256:0"),
)  # fmt: skip


@st.composite
def particulars(draw: st.DrawFn) -> Particulars:
    place = draw(st.sampled_from([{}, {"country": "JP"}, {"subdivision": "JP-23"}, {"region": "Eastern Asia"}]))
    chosen = draw(st.dictionaries(st.sampled_from(Known), figures))
    return Particulars(
        names=tuple(draw(st.lists(urns, max_size=2, unique=True))), maker_names=tuple(draw(st.sets(urns, max_size=1))), classes=tuple(draw(st.sets(urns, max_size=1))),
        known={known: -figure if known in REMOVALS else figure for known, figure in chosen.items()}, packaging_included=True if Known.PACKAGING in chosen else draw(st.none() | st.booleans()),
        exempted_percent=draw(st.none() | st.just(Decimal(3))), exempted_because=draw(st.none() | words), boundary=draw(st.none() | words), allocation=draw(st.none() | words),
        **place,
    )  # fmt: skip


@st.composite
def releases(draw: st.DrawFn) -> Release:
    start = draw(days)
    stages = draw(st.dictionaries(st.sampled_from(Stage), figures))
    return Release(
        schema="ashiato/footprint-release/1", release_id=str(draw(st.uuids(version=4))), version=draw(st.integers(1, 99)),
        supplier=Party(str(draw(st.uuids())), draw(words), draw(st.none() | st.just("7000012050002")), draw(st.sampled_from(["JP", "DE", "US"]))),
        product=Product(draw(words), draw(words)), declared_unit=draw(st.sampled_from(SAYABLE)), method=draw(st.sampled_from(["JRC-CFB-EV-2023-06", "other"])),
        period=Span(start, start + timedelta(days=draw(st.integers(0, 900)))), released_on=draw(days), valid_until=draw(days), stages=stages,
        total=sum(stages.values(), Decimal(0)), primary_data_share=draw(st.integers(0, 1000).map(lambda share: Decimal(share) / 1000)),
        coverage=tuple(draw(st.lists(st.builds(TierCoverage, st.integers(1, 5), st.integers(0, 9), st.integers(0, 9)), max_size=2))),
        obstacles=tuple(sorted(draw(st.sets(st.sampled_from(["estimate", "cut_off", "stated"]))))), mass_kg=draw(st.none() | figures.filter(bool)),
        quality=draw(st.none() | qualities), dqr=draw(st.none() | ratings), supersedes=draw(st.none() | st.uuids().map(str)),
        particulars=draw(st.none() | particulars().filter(lambda stated: stated != Particulars())), assurance=draw(assurances),
    )  # fmt: skip


def spelled(release: Release) -> Any:
    return json.loads(mapping.message(release, ISSUER, "Active").model_dump_json(exclude_none=True))


def back(told: Any) -> Release:
    """What a message says of a release, without what the loss report names."""
    pf = ProductFootprint.model_validate(told)
    data = mapping.BatteryData.model_validate(pf.extensions[0].data)
    quality = Quality(pf.pcf.dqi.technologicalDQR, pf.pcf.dqi.geographicalDQR, pf.pcf.dqi.temporalDQR) if pf.pcf.dqi else None
    corporate = [urn.rpartition(":")[2] for urn in pf.companyIds if "corporate-number" in urn]
    return Release(
        schema="", release_id=str(pf.id), version=data.version,
        supplier=Party(pf.companyIds[0].rpartition(":")[2], pf.companyName, corporate[0] if corporate else None, ""),
        product=Product(ISSUER.part_number(pf.companyIds[0].rpartition(":")[2], pf.productIds[0]), pf.productNameCompany),
        declared_unit=data.declaredUnit, method=pf.pcf.productOrSectorSpecificRules[0].ruleNames[0],
        period=Span(pf.pcf.referencePeriodStart.date(), pf.pcf.referencePeriodEnd.date()), released_on=pf.created.date(),
        valid_until=pf.validityPeriodEnd.date(), stages=data.stages, total=data.total, primary_data_share=(pf.pcf.primaryDataShare or 0) / 100, coverage=(),
        obstacles=tuple(data.obstacles), mass_kg=data.massKg, quality=quality, dqr=data.dqr,
        withheld=tuple(data.withheld) if data.withheld is not None else None,
        supersedes=str(pf.precedingPfIds[0]) if pf.precedingPfIds else None,
        particulars=told_of(mapping.particulars_of(pf), len(corporate) + 1), assurance=unlevelled(mapping.assurance_of(pf)),
    )  # fmt: skip


def told_of(stated: Particulars | None, own: int) -> Particulars | None:
    """Without the names that the installation itself has given to the company."""
    found = dataclasses.replace(stated, maker_names=stated.maker_names[own:]) if stated else Particulars()
    return found if found != Particulars() else None


def unlevelled(assured: Assurance | None) -> Assurance | None:
    """Without the words in which the level is told to those who do not read the extension."""
    return dataclasses.replace(assured, comments=None) if assured else None


def without_lost(release: Release) -> Release:
    return dataclasses.replace(release, schema="", coverage=(), supplier=dataclasses.replace(release.supplier, country=""))


@settings(max_examples=60)
@given(releases() | releases().map(footprint.release.coarsened))
def test_what_is_told_is_what_was_released(release: Release) -> None:
    told = spelled(release)
    conforms(3, "ProductFootprint", told)
    assert back(told) == without_lost(release)


FULL: dict[str, Any] = {
    "id": "f4b1225a-bd44-4c8e-861d-079e4e1dfd69", "specVersion": "3.0.1", "precedingPfIds": ["079e425a-464f-528d-341d-4a944a1dfd70"],
    "created": "2025-10-31T00:00:00Z", "status": "Active", "validityPeriodStart": "2025-11-01T00:00:00Z", "validityPeriodEnd": "2027-11-01T00:00:00Z",
    "companyName": "Rhein Zellen GmbH", "companyIds": ["urn:bpn:BPNL00000003AYRE"], "productDescription": "A cell", "productIds": ["urn:gtin:4712345060507"],
    "productClassifications": ["urn:pact:productclassification:un-cpc:4641"], "productNameCompany": "Zelle 5", "comment": "none",
    "pcf": {
        "declaredUnitOfMeasurement": "piece", "declaredUnitAmount": "10", "productMassPerDeclaredUnit": "4.5", "referencePeriodStart": "2024-01-01T00:00:00Z",
        "referencePeriodEnd": "2024-12-31T23:59:59Z", "geographyCountry": "DE", "boundaryProcessesDescription": "all", "pcfExcludingBiogenicUptake": "31.5",
        "pcfIncludingBiogenicUptake": "30", "fossilCarbonContent": "0.8", "biogenicCarbonContent": "0.1", "recycledCarbonContent": "0", "fossilGhgEmissions": "30",
        "landUseChangeGhgEmissions": "0.5", "landCarbonLeakage": "0.1", "landManagementFossilGhgEmissions": "0.1", "landManagementBiogenicCO2Emissions": "0.3",
        "landManagementBiogenicCO2Removals": "-0.2", "biogenicCO2Uptake": "-1.5", "biogenicNonCO2Emissions": "0.4", "landAreaOccupation": "0.01",
        "aircraftGhgEmissions": "0.2", "packagingEmissionsIncluded": True, "packagingGhgEmissions": "0.3", "packagingBiogenicCarbonContent": "0.1",
        "outboundLogisticsGhgEmissions": "0.6", "ccsTechnologicalCO2CaptureIncluded": True, "ccsTechnologicalCO2Capture": "-0.1",
        "technologicalCO2CaptureOrigin": "kiln", "technologicalCO2Removals": "-0.1", "ccuCarbonContent": "0.1", "ccuCalculationApproach": "Credit",
        "ccuCreditCertification": "https://example.org/c", "ipccCharacterizationFactors": ["AR6"], "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
        "productOrSectorSpecificRules": [{"operator": "PEF", "ruleNames": ["PEF 1.0"]}], "exemptedEmissionsPercent": "1", "exemptedEmissionsDescription": "few",
        "allocationRulesDescription": "mass", "secondaryEmissionFactorSources": [{"name": "ecoinvent", "version": "3.9.1"}], "primaryDataShare": "56.12",
        "dqi": {"technologicalDQR": "2.0", "geographicalDQR": "1.5", "temporalDQR": "3"},
        "verification": {"coverage": "product level", "providerName": "Auditor", "completedAt": "2025-04-08T14:47:32Z", "standardName": "ISO 14044", "comments": "ok"},
    },
    "extensions": [{"specVersion": "2.0.0", "dataSchema": "https://example.org/shipment.json", "documentation": "https://example.org/", "data": {"weight": 10}}],
}  # fmt: skip


@settings(max_examples=60)
@given(releases())
def test_what_one_installation_tells_another_understands(release: Release) -> None:
    meaning, losses = mapping.foreign(ProductFootprint.model_validate(spelled(release)))
    assert meaning is not None
    assert meaning.stages == release.stages
    assert (meaning.method, meaning.obstacles, meaning.quality, meaning.share) == (
        release.method,
        release.obstacles,
        release.quality,
        release.primary_data_share,
    )
    assert decode(Foreign, encode(meaning)) == meaning
    corporate = 2 if release.supplier.corporate_number else 1
    assert told_of(meaning.particulars, corporate) == release.particulars, "what nobody has stated does not become a statement on the way"
    assert "extensions" not in {loss.member for loss in losses}


@pytest.mark.parametrize("unit", ["m", "km", "m2a", "ma"])
@given(release=releases())
@settings(max_examples=3)
def test_a_unit_that_pact_lacks_is_refused(unit: str, release: Release) -> None:
    with pytest.raises(Refusal) as refused:
        mapping.message(dataclasses.replace(release, declared_unit=unit), ISSUER, "Active")
    assert refused.value.code == "pact.unit"


@pytest.mark.parametrize(("unit", "spelling", "amount"), [("kg", "kilogram", "1"), ("t", "kilogram", "1000"), ("g", "kilogram", "0.001"), ("kWh", "kilowatt hour", "1"), ("Wh", "megajoule", "0.0036"), ("GJ", "megajoule", "1000"), ("m3", "cubic meter", "1"), ("piece", "piece", "1"), ("kgkm", "ton kilometer", "0.001")])  # fmt: skip
@given(release=releases())
@settings(max_examples=3)
def test_units_are_spelled_as_pact_spells_them(unit: str, spelling: str, amount: str, release: Release) -> None:
    pcf = spelled(dataclasses.replace(release, declared_unit=unit))["pcf"]
    assert (pcf["declaredUnitOfMeasurement"], pcf["declaredUnitAmount"]) == (spelling, amount)


def taken(told: Any) -> tuple[Foreign, set[str]]:
    meaning, losses = mapping.foreign(ProductFootprint.model_validate(told))
    assert meaning is not None
    return meaning, {loss.member for loss in losses}


BAD = {
    "a negative footprint": {"pcfExcludingBiogenicUptake": "-1"}, "a mass below nothing": {"productMassPerDeclaredUnit": "-0.5"},
    "a share over all": {"primaryDataShare": "101"}, "a rating off the scale": {"dqi": {"technologicalDQR": "9", "geographicalDQR": "1", "temporalDQR": "1"}},
    "a period backwards": {"referencePeriodStart": "2025-01-01T00:00:00Z"}, "a period to come": {"referencePeriodStart": "2080-01-01T00:00:00Z", "referencePeriodEnd": "2081-01-01T00:00:00Z"},
    "more than the world emits": {"pcfExcludingBiogenicUptake": "9" * 30}, "a period long gone": {"referencePeriodStart": "1980-01-01T00:00:00Z", "referencePeriodEnd": "1980-12-31T00:00:00Z"},
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_the_implausible_is_named(what: str) -> None:
    meaning, _ = taken(FULL | {"pcf": FULL["pcf"] | BAD[what]})
    assert implausible(meaning, date(2026, 11, 1)), what
    assert implausible(taken(FULL)[0], date(2026, 11, 1)) == []


UNREADABLE = {
    "another unit": {"declaredUnitOfMeasurement": "kg"}, "a figure as a number": {"pcfExcludingBiogenicUptake": 1.5}, "no figure": {"fossilGhgEmissions": "NaN"},
    "an exponent": {"fossilGhgEmissions": "1e5"}, "a removal that adds": {"biogenicCO2Uptake": "1"}, "nothing of it": {"declaredUnitAmount": "0"},
    "two places": {"geographyRegionOrSubregion": "Europe"}, "no instant": {"referencePeriodEnd": "2024-12-31"}, "endless digits": {"fossilGhgEmissions": "1" * 500},
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_the_unreadable_is_refused(what: str) -> None:
    with pytest.raises(ValidationError):
        ProductFootprint.model_validate(FULL | {"pcf": FULL["pcf"] | UNREADABLE[what]})


@given(words, st.uuids())
def test_products_are_found_by_the_names_that_were_made_for_them(number: str, company: UUID) -> None:
    urn = ISSUER.product(company, number)
    assert ISSUER.part_number(company, urn) == number
    assert ISSUER.part_number(UUID(int=1), urn) is None
    assert ISSUER.part_number(company, "urn:pact:null") is None
    assert numbers_in([urn]) == {number}
