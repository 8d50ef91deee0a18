"""What differs in version 2: figures that are numbers, units without pieces, quality on a scale of its own (pure, round trip tested)."""

from datetime import UTC
from decimal import Decimal
from typing import cast

from ashiato.domain.exchange import Foreign, Loss, Standing
from ashiato.gateways.pact.loss import of_import
from ashiato.gateways.pact.naming import unit_meant
from ashiato.gateways.pact.v2.wire import SPEC_VERSION, CarbonFootprint, ProductFootprint, UnitName
from ashiato.gateways.pact.v3 import mapping as v3
from ashiato.gateways.pact.v3 import wire as v3_wire
from ashiato.kernel.errors import invalid
from ashiato.kernel.quantity import CONTEXT

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
LOST = (
    *v3.LOST,
    Loss("quality", "Version 2 rates from 1 to 3 and demands five ratings; ours are three, from 1 to 5, and are not rescaled."),
)
UNKNOWN = (
    Loss("productCategoryCpc", "Not known here; the member is required and says so."),
    Loss("pcf.fossilCarbonContent", "Not known here; the member is required and holds 0."),
    Loss("pcf.biogenicCarbonContent", "Not known here; the member is required and holds 0."),
    Loss("pcf.exemptedEmissionsPercent", "Not known here; the member is required and holds 0."),
    Loss("pcf.packagingEmissionsIncluded", "Not known here; the member is required and says no."),
    Loss("pcf.fossilGhgEmissions", "Emissions are not told apart by origin here: holds all of them."),
    Loss("pcf.crossSectoralStandardsUsed", "EU rules are no choice here: says the ISO standard that they rest on."),
)
USED = frozenset({
    "id", "precedingPfIds", "created", "status", "validityPeriodStart", "validityPeriodEnd", "companyName", "companyIds", "productIds",
    "productNameCompany", "pcf.declaredUnit", "pcf.unitaryProductAmount", "pcf.productMassPerDeclaredUnit", "pcf.pCfExcludingBiogenic",
    "pcf.referencePeriodStart", "pcf.referencePeriodEnd", "pcf.productOrSectorSpecificRules", "pcf.crossSectoralStandardsUsed",
    "pcf.primaryDataShare",
})  # fmt: skip
_WHY = {"pcf.dqi": "Version 2 rates on a scale of its own, from 1 to 3, which is not rescaled."}
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
    every = told.model_dump(exclude={"pcf", "specVersion", "comment"}, exclude_none=True)
    return ProductFootprint(
        **every, specVersion=SPEC_VERSION, version=battery.version if battery else 0, productCategoryCpc="unknown", comment=told.comment or "",
        pcf=CarbonFootprint(
            declaredUnit=unit, unitaryProductAmount=amount, productMassPerDeclaredUnit=pcf.productMassPerDeclaredUnit,
            pCfExcludingBiogenic=pcf.pcfExcludingBiogenicUptake, fossilGhgEmissions=pcf.fossilGhgEmissions,
            fossilCarbonContent=pcf.fossilCarbonContent, biogenicCarbonContent=_ZERO, packagingEmissionsIncluded=False,
            characterizationFactors="AR6", ipccCharacterizationFactorsSources=pcf.ipccCharacterizationFactors,
            crossSectoralStandardsUsed=["ISO Standard 14044"], crossSectoralStandards=pcf.crossSectoralStandards,
            productOrSectorSpecificRules=pcf.productOrSectorSpecificRules, boundaryProcessesDescription="Cradle to gate",
            referencePeriodStart=pcf.referencePeriodStart, referencePeriodEnd=pcf.referencePeriodEnd,
            exemptedEmissionsPercent=pcf.exemptedEmissionsPercent, exemptedEmissionsDescription="Not determined",
            primaryDataShare=pcf.primaryDataShare,
        ),
    )  # fmt: skip


def foreign(told: ProductFootprint) -> tuple[Foreign | None, tuple[Loss, ...]]:
    """A message as a footprint of another system, with what is lost on the way; None where its unit has no meaning here."""
    losses = tuple(of_import(told, USED, _WHY))
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
        obstacles=tuple(battery.obstacles) if battery else (),
    )  # fmt: skip
    return found, losses if battery is None else tuple(loss for loss in losses if loss.member != "extensions")
