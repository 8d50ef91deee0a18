"""What differs in version 2: figures that are numbers, units without pieces, quality on a scale of its own (pure, round trip tested)."""

from datetime import UTC
from decimal import Decimal
from typing import Literal, cast

from ashiato.domain import exchange, footprint
from ashiato.domain.exchange import Foreign, Loss, Standing
from ashiato.gateways.pact.loss import of_import
from ashiato.gateways.pact.naming import unit_meant
from ashiato.gateways.pact.v2.wire import SPEC_VERSION, Assurance, CarbonFootprint, ProductFootprint, UnitName
from ashiato.gateways.pact.v3 import mapping as v3
from ashiato.gateways.pact.v3 import wire as v3_wire
from ashiato.gateways.pact.wire import Extension
from ashiato.kernel.errors import invalid
from ashiato.kernel.quantity import CONTEXT

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
BOUNDARY, UNDETERMINED = "Cradle to gate", "Not determined"  # what is written where nothing is stated
_SAME = (
    "fossilGhgEmissions", "fossilCarbonContent", "aircraftGhgEmissions", "packagingGhgEmissions", "geographyRegionOrSubregion", "geographyCountry",
    "geographyCountrySubdivision", "allocationRulesDescription",
)  # fmt: skip
Known, NOTHING = footprint.describing.Known, footprint.describing.NOTHING
_LAND = ("landManagementFossilGhgEmissions", "landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals")
UNKNOWN = (
    Loss("productCategoryCpc", "Not known here; the member is required and says so."),
    Loss("pcf.biogenicCarbonContent", "Not known here; the member is required and holds 0."),
    Loss("pcf.packagingEmissionsIncluded", "Not known here; the member is required and says no."),
    Loss("pcf.boundaryProcessesDescription", "Not stated; the member is required and says cradle to gate."),
    Loss("pcf.exemptedEmissionsDescription", "Not stated; the member is required and says not determined."),
    Loss("pcf.crossSectoralStandardsUsed", "EU rules are no choice here: says the ISO standard that they rest on."),
)
MEMBERS = {
    Known.FOSSIL_CARBON: "fossilCarbonContent", Known.BIOGENIC_CARBON: "biogenicCarbonContent", Known.FOSSIL: "fossilGhgEmissions",
    Known.LAND_USE_CHANGE: "dLucGhgEmissions", Known.BIOGENIC_OTHER: "otherBiogenicGhgEmissions", Known.UPTAKE: "biogenicCarbonWithdrawal",
    Known.AIRCRAFT: "aircraftGhgEmissions", Known.PACKAGING: "packagingGhgEmissions",
}  # fmt: skip
USED = frozenset({
    "id", "precedingPfIds", "created", "status", "validityPeriodStart", "validityPeriodEnd", "companyName", "companyIds", "productIds",
    "productNameCompany", "pcf.declaredUnit", "pcf.unitaryProductAmount", "pcf.productMassPerDeclaredUnit", "pcf.pCfExcludingBiogenic",
    "pcf.referencePeriodStart", "pcf.referencePeriodEnd", "pcf.productOrSectorSpecificRules.ruleNames", "pcf.crossSectoralStandardsUsed",
    "pcf.primaryDataShare", "productClassifications", "pcf.geographyRegionOrSubregion", "pcf.geographyCountry", "pcf.geographyCountrySubdivision",
    "pcf.boundaryProcessesDescription", "pcf.exemptedEmissionsPercent", "pcf.exemptedEmissionsDescription", "pcf.allocationRulesDescription",
    "pcf.packagingEmissionsIncluded", *(f"pcf.{member}" for member in MEMBERS.values()),
})  # fmt: skip
_WHY = {
    "pcf.dqi": "Version 2 rates on a scale of its own, from 1 to 3, which is not rescaled.",
    "pcf.pCfIncludingBiogenic": "A roll-up counts without biogenic uptake.",
    "pcf.landManagementGhgEmissions": "One figure for what is told apart here.",
    "pcf.assurance": "Says not who verified, or not when: it assures nothing.",
}
_ASSURANCE = frozenset(
    f"pcf.assurance.{member}" for member in ("assurance", "coverage", "level", "providerName", "completedAt", "standardName", "comments")
)  # fmt: skip
_UNITS = frozenset(cast(tuple[str, ...], UnitName.__args__))  # type: ignore[attr-defined]


def message(told: v3_wire.ProductFootprint) -> ProductFootprint:
    """A footprint as version 2 spells it. Pieces are told by their mass; refuses (`invalid`) pieces of unknown mass, and hours."""
    pcf = told.pcf
    battery = v3.battery_of(told.extensions)
    unit, amount = pcf.declaredUnitOfMeasurement, pcf.declaredUnitAmount
    if unit not in _UNITS:
        if unit != "piece" or not pcf.productMassPerDeclaredUnit:
            raise invalid("pact.unit", f"Version 2 of PACT has no unit for {unit}.", "State the mass of one piece, or ask in version 3.")
        unit, amount = "kilogram", pcf.productMassPerDeclaredUnit
    every = told.model_dump(exclude={"pcf", "specVersion", "comment", "extensions"}, exclude_none=True)
    stated = pcf.model_dump(include=set(_SAME), exclude_none=True)
    return ProductFootprint(
        **every, specVersion=SPEC_VERSION, version=battery.version if battery else 0, productCategoryCpc="unknown", comment=told.comment or "",
        extensions=[_extension(told, one) for one in told.extensions] if told.extensions else None,
        pcf=CarbonFootprint(
            **stated,
            declaredUnit=unit, unitaryProductAmount=amount, productMassPerDeclaredUnit=pcf.productMassPerDeclaredUnit,
            pCfExcludingBiogenic=pcf.pcfExcludingBiogenicUptake,
            pCfIncludingBiogenic=pcf.pcfIncludingBiogenicUptake if pcf.biogenicCO2Uptake is not None else None,
            biogenicCarbonContent=pcf.biogenicCarbonContent or _ZERO, packagingEmissionsIncluded=pcf.packagingEmissionsIncluded or False,
            dLucGhgEmissions=pcf.landUseChangeGhgEmissions, landManagementGhgEmissions=_land(pcf),
            otherBiogenicGhgEmissions=pcf.biogenicNonCO2Emissions, biogenicCarbonWithdrawal=pcf.biogenicCO2Uptake,
            characterizationFactors="AR6", ipccCharacterizationFactorsSources=pcf.ipccCharacterizationFactors,
            crossSectoralStandardsUsed=["ISO Standard 14044"], crossSectoralStandards=pcf.crossSectoralStandards,
            productOrSectorSpecificRules=pcf.productOrSectorSpecificRules, boundaryProcessesDescription=pcf.boundaryProcessesDescription or BOUNDARY,
            referencePeriodStart=pcf.referencePeriodStart, referencePeriodEnd=pcf.referencePeriodEnd,
            exemptedEmissionsPercent=pcf.exemptedEmissionsPercent, exemptedEmissionsDescription=pcf.exemptedEmissionsDescription or UNDETERMINED,
            primaryDataShare=pcf.primaryDataShare, assurance=_assurance(told),
        ),
    )  # fmt: skip


def _land(pcf: v3_wire.CarbonFootprint) -> Decimal | None:
    told = [figure for name in _LAND if (figure := getattr(pcf, name)) is not None]
    return sum(told, _ZERO) if told else None


def _assurance(told: v3_wire.ProductFootprint) -> Assurance | None:
    said, battery = told.pcf.verification, v3.battery_of(told.extensions)
    if said is None or not said.providerName:
        return None
    level = battery.assurance.level if battery and battery.assurance else None
    return Assurance(
        assurance=True, coverage="product level" if said.coverage == "product level" else None, boundary="Cradle-to-Gate",
        level=cast(Literal["limited", "reasonable"], level) if level in ("limited", "reasonable") else None, providerName=said.providerName,
        completedAt=said.completedAt, standardName=said.standardName, comments=said.comments,
    )  # fmt: skip


def _extension(told: v3_wire.ProductFootprint, one: Extension) -> Extension:
    """The same extension; what is lost is what this version loses."""
    battery = v3.battery_of([one])
    if battery is None:
        return one
    lost = [name for name in battery.lost if name.startswith("pcf.")] + [loss.member for loss in unknown(told)]
    named = [loss.member for loss in exchange.losses.LOSSES[exchange.losses.Form.PACT_2]]
    data = battery.model_copy(update={"lost": list(dict.fromkeys([*named, *lost]))})
    return one.model_copy(update={"data": data.model_dump(mode="json", exclude_none=True)})


def unknown(told: v3_wire.ProductFootprint) -> list[Loss]:
    """The members that version 2 requires beyond version 3, and that hold something although nobody has stated it."""
    members = ("biogenicCarbonContent", "packagingEmissionsIncluded", "boundaryProcessesDescription", "exemptedEmissionsDescription")
    stated = {f"pcf.{member}": getattr(told.pcf, member) for member in members}
    return [loss for loss in UNKNOWN if stated.get(loss.member) is None]


def particulars_of(told: ProductFootprint) -> footprint.describing.Particulars | None:
    """What a message states beside its figure. What Ashiato itself wrote into a member that is required is not taken for a statement."""
    pcf, battery = told.pcf, v3.battery_of(told.extensions)
    unsaid = {member.removeprefix("pcf.") for member in battery.lost} if battery else set()
    figures = {known: getattr(pcf, member) for known, member in MEMBERS.items() if member not in unsaid}
    found = footprint.describing.Particulars(
        names=tuple(told.productIds[1:]), maker_names=tuple(told.companyIds), classes=tuple(told.productClassifications or ()),
        country=pcf.geographyCountry, subdivision=pcf.geographyCountrySubdivision, region=pcf.geographyRegionOrSubregion,
        known={known: figure for known, figure in figures.items() if figure is not None},
        packaging_included=None if "packagingEmissionsIncluded" in unsaid else pcf.packagingEmissionsIncluded,
        exempted_percent=None if "exemptedEmissionsPercent" in unsaid else pcf.exemptedEmissionsPercent,
        exempted_because=pcf.exemptedEmissionsDescription if pcf.exemptedEmissionsDescription != UNDETERMINED else None,
        boundary=pcf.boundaryProcessesDescription if pcf.boundaryProcessesDescription != BOUNDARY else None,
        allocation=pcf.allocationRulesDescription,
    )  # fmt: skip
    return found if found != NOTHING else None


def assurance_of(told: ProductFootprint) -> footprint.package.Assurance | None:
    """Who assured a footprint, as far as its message says who and when."""
    said, battery = told.pcf.assurance, v3.battery_of(told.extensions)
    if said is None or not said.assurance or not said.providerName or said.completedAt is None:
        return None
    digest = battery.assurance.packageDigest if battery and battery.assurance else None
    day = said.completedAt.astimezone(UTC).date()
    return footprint.package.Assurance(said.providerName, said.standardName or "", said.level, day, said.coverage or "", said.comments, digest)


def foreign(told: ProductFootprint) -> tuple[Foreign | None, tuple[Loss, ...]]:
    """A message as a footprint of another system, with what is lost on the way; None where its unit has no meaning here."""
    assured = assurance_of(told)
    losses = (
        *of_import(told, USED | {"extensions"} | (_ASSURANCE if assured else frozenset()), _WHY),
        *v3.lost_of_extensions(told.extensions, frozenset({v3.DIGEST} if assured else ())),
    )
    pcf, battery = told.pcf, v3.battery_of(told.extensions)
    unit = unit_meant(pcf.declaredUnit)
    if unit is None:
        return None, losses
    starts, ends = v3.validity(told)
    found = Foreign(
        footprint_id=str(told.id), preceding=tuple(str(one) for one in told.precedingPfIds or ()), created=told.created,
        status=Standing.ACTIVE if told.status == "Active" else Standing.DEPRECATED, valid_from=starts, valid_until=ends,
        company_name=told.companyName, company_ids=tuple(told.companyIds), product_ids=tuple(told.productIds),
        product_name=told.productNameCompany, unit=unit, amount=pcf.unitaryProductAmount, mass_kg=pcf.productMassPerDeclaredUnit or None,
        start=pcf.referencePeriodStart.astimezone(UTC).date(), end=pcf.referencePeriodEnd.astimezone(UTC).date(),
        carbon=pcf.pCfExcludingBiogenic, share=CONTEXT.divide(pcf.primaryDataShare, _HUNDRED) if pcf.primaryDataShare is not None else None,
        quality=None,
        rules=(*(name for rule in pcf.productOrSectorSpecificRules or () for name in rule.ruleNames), *pcf.crossSectoralStandardsUsed),
        method=battery.method if battery else None, stages=dict(battery.stages) if battery else None,
        obstacles=tuple(battery.obstacles) if battery else (), particulars=particulars_of(told), assurance=assured,
    )  # fmt: skip
    return found, losses
