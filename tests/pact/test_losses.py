"""The loss reports are complete: every member of a release, and of a message that comes in, is carried or named; each form, both ways."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.pact.test_mapping import FULL, ISSUER, releases
from tests.pact_world import conforms

from ashiato.domain.exchange import Loss
from ashiato.domain.exchange.losses import LOSSES, Form
from ashiato.domain.footprint.model import Quality, Stage
from ashiato.domain.footprint.package import Assurance, Party, Product, Release, Span, TierCoverage
from ashiato.domain.footprint.particulars import REMOVALS, Known, Particulars
from ashiato.gateways.pact import catenax, loss
from ashiato.gateways.pact.v2 import mapping as second
from ashiato.gateways.pact.v2 import wire as second_wire
from ashiato.gateways.pact.v3 import mapping
from ashiato.gateways.pact.v3.wire import ProductFootprint

KINDS: dict[str, Any] = {"supplier": Party, "product": Product, "period": Span, "particulars": Particulars, "assurance": Assurance}


def members(shape: Any, prefix: str = "") -> Iterator[str]:
    """Every member of a frozen noun, by its path; of particulars every figure that may be known."""
    for member in dataclasses.fields(shape):
        kind = KINDS.get(member.name) if shape is Release else None
        yield from (
            members(kind, f"{member.name}.")
            if kind
            else [f"{prefix}{member.name}"]
            if member.name != "known"
            else [f"{prefix}known.{one}" for one in Known]
        )


ASSURED = Assurance("A", "S", "reasonable", date(2020, 1, 1), "product level", None, "sha256:1")


def stated_otherwise(stated: Particulars, path: str) -> Particulars:
    """The same particulars with another value for one member; a place takes the place of every other."""
    if path.startswith("known."):
        known = Known(path.removeprefix("known."))
        packaging = {"packaging_included": True} if known is Known.PACKAGING else {}
        return dataclasses.replace(stated, known=stated.known | {known: Decimal(-7) if known in REMOVALS else Decimal(7)}, **packaging)
    if path in ("country", "subdivision", "region"):
        place = {"country": "FR", "subdivision": "FR-75", "region": "Western Europe"}[path]
        return dataclasses.replace(stated, **{"country": None, "subdivision": None, "region": None, path: place})
    others: dict[str, Any] = {"packaging_included": not stated.packaging_included, "exempted_percent": Decimal("1.5")}
    if path == "packaging_included" and stated.packaging_included:
        without = {known: figure for known, figure in stated.known.items() if known is not Known.PACKAGING}
        return dataclasses.replace(stated, known=without, packaging_included=False)
    return dataclasses.replace(stated, **{path: others.get(path, ("urn:x:y",) if path in ("names", "maker_names", "classes") else f"other {path}")})


def changed(release: Release, path: str) -> Release:
    """The same release with another value for one member."""
    name, _, rest = path.partition(".")
    value = getattr(release, name)
    if name == "particulars":
        return dataclasses.replace(release, particulars=stated_otherwise(value or Particulars(), rest))
    if name == "assurance":
        other = {"level": "limited", "completed_on": date(2021, 2, 3), "coverage": "PCF program"}.get(rest, f"other {rest}")
        return dataclasses.replace(release, assurance=dataclasses.replace(ASSURED, **{rest: other}))
    if rest:
        inner = getattr(value, rest)
        other = (
            inner - timedelta(days=1)
            if isinstance(inner, date)
            else "1180301018771"
            if rest == "corporate_number"
            else str(UUID(int=9))
            if rest == "company_id"
            else f"{inner}x"
        )
        return dataclasses.replace(release, **{name: dataclasses.replace(value, **{rest: other})})
    others = {
        "schema": "x", "release_id": str(UUID(int=7)), "supersedes": str(UUID(int=8)), "declared_unit": "MJ", "method": "x", "obstacles": ("credit",),
        "coverage": (TierCoverage(1, 7, 3),), "withheld": ("quality",), "stages": {Stage.DISTRIBUTION: Decimal(77)}, "quality": Quality(Decimal(5), Decimal(5), Decimal("4.7")),
        "primary_data_share": Decimal("0.55") if release.primary_data_share != Decimal("0.55") else Decimal("0.5"),
    }  # fmt: skip
    if name in others:
        return dataclasses.replace(release, **{name: others[name]})
    fresh = value + timedelta(days=1) if isinstance(value, date) else Decimal("0.123") if value is None else value + 1
    return dataclasses.replace(release, **{name: fresh})


ROLES = catenax.Roles("BPNL00000003AYRE", "BPNS00000003AYRE", "1")


def in_form(release: Release, form: Form) -> Any:
    """A release as it goes out in a form; the names of what is lost are no part of it."""
    told = mapping.message(release, ISSUER, "Active")
    pact = told if form is Form.PACT_3 else second.message(told) if form is Form.PACT_2 else None
    if pact is not None:
        found = json.loads(pact.model_dump_json(exclude_none=True))
        found["extensions"][0]["data"].pop("lost")
        return found | {"comment": ""}
    if form is Form.COMPONENT:
        return catenax.component(told, ROLES)
    return catenax.PAYLOADS[int(form.value[-1])](told) | {"comment": "", "general": []}


PARTLY = {"stages", "assurance.comments", "assurance.level"}  # told in part, or in words among others
RATED = Quality(Decimal(2), Decimal(1), Decimal("1.5"))


def told_of(release: Release, form: Form, path: str) -> Release:
    """The release, as far as the form has words for it and a member can be told apart in it."""
    one = dataclasses.replace(release, declared_unit="kWh" if path == "declared_unit" else "kg", mass_kg=Decimal(1))
    if form is Form.COMPONENT:
        one = dataclasses.replace(
            one, declared_unit="piece" if path == "declared_unit" else "kg", quality=one.quality or RATED, dqr=one.dqr or Decimal(2)
        )
    return dataclasses.replace(one, assurance=ASSURED) if path.startswith("assurance") else one


def carried(release: Release, form: Form) -> set[str]:
    """The members of a release whose change shows in a form."""
    found = set()
    for path in members(Release):
        one = told_of(release, form, path)
        other = changed(one, path) if path != "declared_unit" or form is not Form.COMPONENT else dataclasses.replace(one, declared_unit="kg")
        if in_form(one, form) != in_form(other, form):
            found.add(path)
    return found


def unaccounted(shown: set[str], lost: set[str]) -> set[str]:
    """The members that are neither carried nor named as lost, and those that are named although they are carried."""
    return {path for path in members(Release) if (path in shown) == (path in lost) and not (path in PARTLY and path in lost)}


@pytest.mark.parametrize("form", Form)
@settings(max_examples=3)
@given(release=releases())
def test_every_member_of_a_release_is_carried_or_named(form: Form, release: Release) -> None:
    lost = {one.member for one in LOSSES[form]}
    shown = carried(release, form)
    assert unaccounted(shown, lost) == set()
    canaries = {one for one in lost if unaccounted(shown, lost - {one}) == {one}}
    assert canaries >= lost - PARTLY, "whatever name is left out of the report would be noticed"
    assert unaccounted(shown, {*lost, "product.part_number"}) == {"product.part_number"}, "and the name of what is carried"


def leaves(told: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure and word of a message with its path; lists without places."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from leaves(value, f"{prefix}.{name}" if prefix else name)
    elif isinstance(told, list) and any(isinstance(one, dict) for one in told):
        for one in told:
            yield from leaves(one, prefix)
    else:
        yield prefix, told


TRUE_OF_ALL = {
    "specVersion", "ipccCharacterizationFactors", "characterizationFactors", "extWBCSD_characterizationFactors", "ipccCharacterizationFactorsSources",
    "crossSectoralStandards", "crossSectoralStandard", "operator", "otherOperatorName", "extWBCSD_operator", "extWBCSD_otherOperatorName",
    "dataSchema", "qualityScale", "partialFullPcf", "attestationType", "ccsTechnologicalCO2CaptureIncluded", "distributionStageIncluded",
    "siteIdentifier", "legalidentifier", "customerPartId", "productQualityParameter", "contentC02Metals", "comment", "general", "status",
    "extWBCSD_pfStatus", "assurance", "boundary",
}  # fmt: skip


BARE = Release(
    schema="ashiato/footprint-release/1", release_id=str(UUID(int=1)), version=1, supplier=Party(str(UUID(int=2)), "Kamo", "7000012050002", "JP"),
    product=Product("C-50", "Cell"), declared_unit="kg", method="JRC-CFB-EV-2023-06", period=Span(date(2025, 1, 1), date(2025, 12, 31)),
    released_on=date(2026, 2, 1), valid_until=date(2027, 2, 1), stages={Stage.RAW_MATERIALS: Decimal(2), Stage.PRODUCTION: Decimal(1)},
    total=Decimal(3), primary_data_share=Decimal("0.4"), coverage=(), obstacles=("estimate",), mass_kg=Decimal(1), quality=RATED, dqr=Decimal(2),
    supersedes=str(UUID(int=3)), assurance=ASSURED,
)  # fmt: skip


@pytest.mark.parametrize("form", Form)
def test_what_a_form_says_that_no_release_does_is_named(form: Form) -> None:
    """Every member of a payload follows from the release, is true of every footprint here, or is named as what nobody has stated."""
    third = (*mapping.UNKNOWN.values(), mapping.EXEMPTED)
    known = catenax.UNKNOWN | {Form.PACT_3: third, Form.PACT_2: (*third, *second.UNKNOWN)}
    named = {one.member.rpartition(".")[2] for one in known[form]} | TRUE_OF_ALL
    others = [changed(BARE, path) for path in members(Release) if not path.startswith("particulars.") and path != "declared_unit"]
    others += [dataclasses.replace(BARE, declared_unit=unit) for unit in (("piece",) if form is Form.COMPONENT else ("piece", "t", "kWh"))]
    constant = set(map(repr, leaves(in_form(BARE, form))))
    for other in others:
        constant &= set(map(repr, leaves(in_form(other, form))))
    assert {path.rpartition(".")[2] for path, value in leaves(in_form(BARE, form)) if repr((path, value)) in constant and value != []} <= named


def test_the_loss_report_names_members_that_there_are() -> None:
    for form in Form:
        assert {one.member for one in LOSSES[form]} <= set(members(Release))
    assert all(_at(ProductFootprint, one.member) for one in (*mapping.UNKNOWN.values(), mapping.EXEMPTED))
    assert all(_at(second_wire.ProductFootprint, one.member) for one in second.UNKNOWN)


def _at(model: type[BaseModel], path: str) -> bool:
    name, _, rest = path.partition(".")
    return name in model.model_fields and (not rest or _at(model.model_fields[name].annotation, rest))


def test_the_full_example_states_every_member() -> None:
    """So that the tests of imports leave none out."""
    conforms(3, "ProductFootprint", FULL)
    conforms(2, "ProductFootprint", FULL_2)
    for model, full in ((ProductFootprint, FULL), (second_wire.ProductFootprint, FULL_2)):
        pcf = model.model_fields["pcf"].annotation
        assert set(full) == set(model.model_fields)
        assert set(pcf.model_fields) - set(full["pcf"]) == {"geographyRegionOrSubregion", "geographyCountrySubdivision"}


FULL_2: dict[str, Any] = {
    **{name: value for name, value in FULL.items() if name not in ("pcf", "specVersion")}, "specVersion": "2.3.0", "version": 3,
    "updated": "2025-11-01T00:00:00Z", "statusComment": "new", "productCategoryCpc": "4641",
    "pcf": {
        "declaredUnit": "kilogram", "unitaryProductAmount": "10", "productMassPerDeclaredUnit": "10", "pCfExcludingBiogenic": "31.5", "pCfIncludingBiogenic": "30",
        "fossilGhgEmissions": "30", "fossilCarbonContent": "0.8", "biogenicCarbonContent": "0.1", "dLucGhgEmissions": "0.5", "landManagementGhgEmissions": "0.2",
        "otherBiogenicGhgEmissions": "0.4", "iLucGhgEmissions": "0.1", "biogenicCarbonWithdrawal": "-1.5", "aircraftGhgEmissions": "0.2",
        "packagingEmissionsIncluded": True, "packagingGhgEmissions": "0.3", "characterizationFactors": "AR6", "ipccCharacterizationFactorsSources": ["AR6"],
        "crossSectoralStandardsUsed": ["ISO Standard 14067"], "crossSectoralStandards": ["ISO14067"], "biogenicAccountingMethodology": "PEF",
        "boundaryProcessesDescription": "all", "exemptedEmissionsPercent": 1, "exemptedEmissionsDescription": "few", "uncertaintyAssessmentDescription": "10 %",
        "primaryDataShare": 56.12,
        "dqi": {"coveragePercent": 80, "technologicalDQR": 2, "temporalDQR": 1.5, "geographicalDQR": 3, "completenessDQR": 1, "reliabilityDQR": 1.2},
        "assurance": {"assurance": True, "coverage": "product level", "level": "limited", "boundary": "Cradle-to-Gate", "providerName": "Auditor",
                      "completedAt": "2025-04-08T14:47:32Z", "standardName": "ISO 14044", "comments": "ok"},
        **{name: FULL["pcf"][name] for name in ("referencePeriodStart", "referencePeriodEnd", "geographyCountry", "productOrSectorSpecificRules",
                                                "secondaryEmissionFactorSources", "allocationRulesDescription")},
    },
}  # fmt: skip
BATTERY: dict[str, Any] = {
    "specVersion": "2.0.0", "dataSchema": ISSUER.extension, "documentation": "https://example.org/", "data": {
        "version": 2, "declaredUnit": "piece", "massKg": "0.45", "method": "JRC-CFB-EV-2023-06", "stages": {"raw_materials": "20", "production": "11.5"},
        "total": "31.5", "primaryDataShare": "0.5", "obstacles": ["estimate"], "qualityScale": "1-5", "dqr": "2", "partNumber": "C-50",
        "validUntil": "2027-11-01", "withheld": ["dqr"], "assurance": {"level": "limited", "packageDigest": "sha256:0"}, "lost": [], "novelty": 1,
    },
}  # fmt: skip
FOREIGN = {3: mapping.foreign, 2: second.foreign}
MODELS: dict[int, Any] = {3: ProductFootprint, 2: second_wire.ProductFootprint}
OTHER: dict[str, Any] = {
    "id": str(UUID(int=3)), "precedingPfIds": [str(UUID(int=4))], "status": "Deprecated", "companyIds": ["urn:bpn:BPNL0"], "productIds": ["urn:gtin:1"],
    "productClassifications": ["urn:x:y"], "version": 4, "pcf.declaredUnitOfMeasurement": "kilogram", "pcf.declaredUnit": "liter",
    "pcf.geographyCountry": "FR", "pcf.crossSectoralStandards": ["PEF"], "pcf.crossSectoralStandardsUsed": ["ISO Standard 14044"],
    "pcf.ccuCalculationApproach": "Cut-off", "pcf.productOrSectorSpecificRules.operator": "Other", "pcf.productOrSectorSpecificRules.ruleNames": ["x"],
    "pcf.ipccCharacterizationFactors": ["AR5"], "pcf.characterizationFactors": "AR5", "pcf.ipccCharacterizationFactorsSources": ["AR5"],
    "pcf.biogenicAccountingMethodology": "ISO", "pcf.verification.coverage": "PCF program", "pcf.assurance.coverage": "PCF system",
    "pcf.assurance.level": "reasonable", "pcf.assurance.boundary": "Gate-to-Gate", "extensions.dataSchema": "https://example.org/other.json",
    "extensions.data.obstacles": ["credit"], "extensions.data.withheld": ["quality"], "extensions.data.lost": ["pcf.fossilCarbonContent"],
    "extensions.data.validUntil": "2027-12-01", "extensions.data.version": 3,
}  # fmt: skip


def another(value: Any, path: str) -> Any:
    """Another value that a member may have."""
    if path in OTHER:
        return OTHER[path]
    if isinstance(value, bool | int | float):
        return not value if isinstance(value, bool) else 1.7
    if value.endswith("Z"):
        return value.replace("202", "201")
    if path == "specVersion":
        return f"{value}1"
    return f"{value}1"


def altered(told: Any, path: str, at: str = "") -> Any:
    """The same message with another value for one member, by its path; in lists of members, for that of each."""
    if isinstance(told, list) and any(isinstance(one, dict) for one in told):
        return [altered(one, path, at) for one in told]
    if isinstance(told, dict):
        return {name: altered(value, path, f"{at}.{name}" if at else name) for name, value in told.items()}
    return another(told, path) if at == path else told


Judged = tuple[set[str], set[str], set[str]]


def judged(told: dict[str, Any], version: int) -> Judged:
    """All members of a message; those whose change changes what it means; those that its loss report names."""
    model, foreign = MODELS[version], FOREIGN[version]
    meaning, losses = foreign(model.model_validate(told))
    assert meaning is not None
    every = {path for path, _ in leaves(told)}
    counting = {path for path in every if foreign(model.model_validate(altered(told, path)))[0] != meaning}
    return every, counting, {one.member for one in losses}


def unmade(judged: Judged, lost: set[str]) -> set[str]:
    """The members that nothing is made of although the report does not name them, or that count although it does."""
    every, counting, _ = judged
    return {path for path in every if (path in counting) == any(path == one or path.startswith(f"{one}.") for one in lost)}


@st.composite
def messages(draw: st.DrawFn, version: int) -> dict[str, Any]:
    """A message of a version with some of its optional members, and with any of the extensions."""
    model, full = MODELS[version], FULL if version == 3 else FULL_2
    told = _some(draw, model, full) | {"pcf": _some(draw, model.model_fields["pcf"].annotation, full["pcf"]), "novelty": "x"}
    for name in ("verification", "assurance"):
        if name in told["pcf"]:
            told["pcf"][name] = _some(draw, model.model_fields["pcf"].annotation.model_fields[name].annotation.__args__[0], told["pcf"][name]) | {
                "novelty": "y"
            }
    chosen = draw(st.sampled_from([[], FULL["extensions"], [BATTERY]]))
    return {name: value for name, value in told.items() if name != "extensions"} | ({"extensions": chosen} if chosen else {})


def _some(draw: st.DrawFn, model: type[BaseModel], full: dict[str, Any]) -> dict[str, Any]:
    left_out = draw(st.sets(st.sampled_from(sorted(name for name in full if not model.model_fields[name].is_required()) or [""]), max_size=4))
    return {name: value for name, value in full.items() if name not in left_out}


@pytest.mark.parametrize("version", [3, 2])
@settings(max_examples=8)
@given(data=st.data())
def test_every_member_of_a_message_is_made_something_of_or_named(version: int, data: st.DataObject) -> None:
    found = judged(data.draw(messages(version)), version)
    assert unmade(found, found[2]) == set()


@pytest.mark.parametrize("version", [3, 2])
def test_the_fullest_message_is_accounted_for(version: int) -> None:
    """And the canary: a report that leaves one name out, or names what counts, is found."""
    for more in ({}, {"extensions": [BATTERY]}):
        found = judged((FULL if version == 3 else FULL_2) | more, version)
        lost = found[2]
        assert unmade(found, lost) == set()
        for one in lost:
            missed = unmade(found, lost - {one})
            assert missed
            assert all(path == one or path.startswith(f"{one}.") for path in missed)
        assert unmade(found, {*lost, "companyName"}) == {"companyName"}


@pytest.mark.parametrize("version", [3, 2])
def test_members_of_a_later_version_are_named_wherever_they_stand(version: int) -> None:
    full = FULL if version == 3 else FULL_2
    proof = "verification" if version == 3 else "assurance"
    rules = [{**full["pcf"]["productOrSectorSpecificRules"][0], "third": "x"}]
    pcf = full["pcf"] | {"noveltyToo": "x", proof: full["pcf"][proof] | {"fourth": "x"}, "productOrSectorSpecificRules": rules}
    _, losses = FOREIGN[version](MODELS[version].model_validate(full | {"novelty": 1, "pcf": pcf}))
    lost = {one.member: one.why for one in losses}
    for path in ("novelty", "pcf.noveltyToo", f"pcf.{proof}.fourth", "pcf.productOrSectorSpecificRules.third"):
        assert lost[path] == loss.UNKNOWN


def test_of_two_extensions_the_one_that_nothing_is_made_of_is_named() -> None:
    _, losses = mapping.foreign(ProductFootprint.model_validate(FULL | {"extensions": [BATTERY, *FULL["extensions"]]}))
    assert Loss("extensions", loss.KEPT) in losses
    assert Loss("extensions.data.total", loss.TWICE) in losses
