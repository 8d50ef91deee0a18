"""The same footprints as payloads of Catena-X: PCF 7, 8 and 9, which descend from PACT 2 and 3, and a battery component's (pure).

Figures are JSON numbers there. What a payload demands and nobody here knows stands in `UNKNOWN`, with what is written instead.
"""

import dataclasses
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ashiato.domain import exchange, footprint
from ashiato.domain.exchange import Loss
from ashiato.gateways.pact.v3.mapping import battery_of
from ashiato.gateways.pact.v3.wire import ProductFootprint
from ashiato.kernel.errors import Flaw, conflict, invalid
from ashiato.kernel.quantity import CONTEXT

_REGION = Loss("geographyRegionOrSubregion", "Where no region is stated: says Global.")
_EXEMPTED = Loss("exemptedEmissionsPercent", "Where it is not stated: 0.")
_CARBON = Loss("fossilCarbonContent", "Where it is not stated: 0.")
_FOSSIL = Loss("fossilGhgEmissions", "Where emissions are not told apart by origin: holds all of them.")
_UPTAKE = Loss("pcfIncludingBiogenicUptake", "Where no biogenic uptake is stated: the figure without it.")
_PACKAGING = Loss("packagingEmissionsIncluded", "Where it is not stated: says no.")
_CUT_OFF = "Not known here: says cut-off."
_RETRO = Loss("retroOrProspectivePcfType", "Every footprint here is of a period that has been.")
Form = exchange.losses.Form
Roles = exchange.files.Roles
UNKNOWN: dict[Form, tuple[Loss, ...]] = {
    Form.PCF_7: (
        _REGION, _EXEMPTED, _FOSSIL, dataclasses.replace(_CARBON, member="extWBCSD_fossilCarbonContent"),
        dataclasses.replace(_PACKAGING, member="extWBCSD_packagingEmissionsIncluded"), Loss("extTFS_allocationWasteIncineration", _CUT_OFF),
        Loss("extWBCSD_productCodeCpc", "Not known here: says so."),
    ),
    Form.PCF_8: (
        _REGION, _EXEMPTED, _FOSSIL, _CARBON, _UPTAKE, _PACKAGING, Loss("packagingPcfIncludingBiogenicUptake", "Where it is not stated: 0."),
        Loss("massBalancingUsed", "Not known here: says no."), Loss("allocationWasteIncineration", _CUT_OFF), _RETRO,
    ),
    Form.PCF_9: (
        dataclasses.replace(_REGION, why="Where only a country is stated: says Global."), _EXEMPTED, _FOSSIL, _CARBON, _UPTAKE, _PACKAGING,
        Loss("allocationWasteIncineration", "Not known here: says cut-off, where rules of allocation are stated."), _RETRO,
    ),
    Form.COMPONENT: (Loss("stageValue", "A stage to which nothing counts holds 0."),),
}  # fmt: skip
_STAGES = {
    "stage1RawMaterialAquisitionPreProcessing": footprint.model.Stage.RAW_MATERIALS, "stage2MainProductProduction": footprint.model.Stage.PRODUCTION,
    "stage3Distribution": footprint.model.Stage.DISTRIBUTION, "stage4EndOfLifeRecycling": footprint.model.Stage.END_OF_LIFE,
}  # fmt: skip
_PER = {"kilogram": "CO2KG/KG", "piece": "CO2KG/piece"}
_MOST_EXEMPTED = {7: 5, 8: 10, 9: 10}  # percent, as each version's schema bounds it
_NO_PIECE = frozenset({"hour", "megabit second"})


def _number(figure: Decimal | None) -> float | None:
    return float(figure) if figure is not None else None


def _stated(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _head(told: ProductFootprint, version: int) -> dict[str, Any]:
    battery, spelled = battery_of(told.extensions), told.model_dump(mode="json", exclude_none=True)
    kept = ("created", "validityPeriodStart", "validityPeriodEnd", "comment", "companyName", "companyIds", "productDescription", "productIds")
    _require_few_exempted(told, version)
    return {"id": spelled["id"], "version": battery.version if battery else 0} | {name: spelled[name] for name in kept if name in spelled}


def _require_few_exempted(told: ProductFootprint, version: int) -> None:
    most = _MOST_EXEMPTED[version]
    if told.pcf.exemptedEmissionsPercent > most:
        remedy = "Take PCF 8 or 9, or hand it over in PACT." if version == min(_MOST_EXEMPTED) else "Hand it over in PACT."
        raise invalid("catenax.exempted", f"In PCF {version} at most {most} percent may be exempted.", remedy)


def _place(told: ProductFootprint) -> dict[str, Any]:
    """Where a product is made. A region is demanded; a country alone is told beside the world."""
    pcf = told.pcf
    country, subdivision = pcf.geographyCountry, pcf.geographyCountrySubdivision
    region = pcf.geographyRegionOrSubregion or "Global"
    return _stated(geographyRegionOrSubregion=region, geographyCountry=country, geographyCountrySubdivision=subdivision)


def _attestation(told: ProductFootprint) -> list[dict[str, Any]] | None:
    """Who verified it. The verified package's digest stands for the attestation's number."""
    said, battery = told.pcf.verification, battery_of(told.extensions)
    if said is None or said.completedAt is None:
        return None
    number = battery.assurance.packageDigest if battery and battery.assurance and battery.assurance.packageDigest else "not stated"
    standard = said.standardName or "not stated"
    return [{
        "attestationType": "PCF verification", "standardName": standard, "attestationStandard": standard, "attestationOfConformanceId": number,
        "providerName": said.providerName, "completedAt": _spelled(told)["verification"]["completedAt"],
    }]  # fmt: skip


def _figures(told: ProductFootprint, *members: str, **renamed: str) -> dict[str, Any]:
    """Those of these figures that are stated, under the same names or others."""
    wanted = dict(zip(members, members, strict=True)) | renamed
    return _stated(**{name: _number(getattr(told.pcf, member)) for name, member in wanted.items()})


def _packaged(told: ProductFootprint) -> bool:
    return bool(told.pcf.packagingEmissionsIncluded)


def _preceding(told: ProductFootprint) -> list[dict[str, str]] | None:
    return [{"id": str(one)} for one in told.precedingPfIds] if told.precedingPfIds else None


def _rules(told: ProductFootprint) -> list[str]:
    return [name for rule in told.pcf.productOrSectorSpecificRules or () for name in rule.ruleNames]


def _sources(told: ProductFootprint) -> list[str]:
    return [f"{source.name} {source.version}" for source in told.pcf.secondaryEmissionFactorSources or ()]


def _spelled(told: ProductFootprint) -> dict[str, Any]:
    dumped: dict[str, Any] = told.pcf.model_dump(mode="json")
    return dumped


def pcf_7(told: ProductFootprint) -> dict[str, Any]:
    """The payload of `io.catenax.pcf` 7.0.0. Refuses (`invalid`) units that it has no word for."""
    pcf, spelled = told.pcf, _spelled(told)
    if pcf.declaredUnitOfMeasurement in _NO_PIECE:
        raise invalid("catenax.unit", f"PCF 7 has no unit for {pcf.declaredUnitOfMeasurement}.", "Take PCF 8 or 9.")
    rules = [{"ruleName": name} for name in _rules(told)]
    return _head(told, 7) | _stated(
        specVersion="urn:io.catenax.pcf:datamodel:version:7.0.0", partialFullPcf="Cradle-to-gate", extWBCSD_pfStatus=told.status,
        extWBCSD_productCodeCpc="unknown", productName=told.productNameCompany,
        precedingPfIds=_preceding(told),
        pcf=_stated(
            declaredUnit=pcf.declaredUnitOfMeasurement, unitaryProductAmount=_number(pcf.declaredUnitAmount),
            productMassPerDeclaredUnit=_number(pcf.productMassPerDeclaredUnit), pcfExcludingBiogenic=_number(pcf.pcfExcludingBiogenicUptake),
            fossilGhgEmissions=_number(pcf.fossilGhgEmissions), extWBCSD_fossilCarbonContent=_number(pcf.fossilCarbonContent),
            primaryDataShare=_number(pcf.primaryDataShare), referencePeriodStart=spelled["referencePeriodStart"],
            referencePeriodEnd=spelled["referencePeriodEnd"], boundaryProcessesDescription=pcf.boundaryProcessesDescription,
            exemptedEmissionsPercent=_number(pcf.exemptedEmissionsPercent), extTFS_allocationWasteIncineration="cut-off",
            exemptedEmissionsDescription=pcf.exemptedEmissionsDescription, extWBCSD_allocationRulesDescription=pcf.allocationRulesDescription,
            extWBCSD_characterizationFactors="AR6", extWBCSD_packagingEmissionsIncluded=_packaged(told), extTFS_luGhgEmissions=_land(told),
            pcfIncludingBiogenic=_number(pcf.pcfIncludingBiogenicUptake) if pcf.biogenicCO2Uptake is not None else None,
            **_place(told),
            **_figures(
                told, "aircraftGhgEmissions", dlucGhgEmissions="landUseChangeGhgEmissions", extWBCSD_packagingGhgEmissions="packagingGhgEmissions",
                biogenicCarbonEmissionsOtherThanCO2="biogenicNonCO2Emissions", biogenicCarbonWithdrawal="biogenicCO2Uptake",
                carbonContentBiogenic="biogenicCarbonContent",
            ),
            crossSectoralStandardsUsed=[{"crossSectoralStandard": "PEF"}],
            secondaryEmissionFactorSources=[{"secondaryEmissionFactorSource": source} for source in _sources(told)],
            productOrSectorSpecificRules=[
                {"extWBCSD_operator": "Other", "extWBCSD_otherOperatorName": "JRC", "productOrSectorSpecificRules": rules}
            ] if rules else [],
        ),
    )  # fmt: skip


def pcf_8(told: ProductFootprint) -> dict[str, Any]:
    """The payload of `io.catenax.pcf` 8.0.0. Refuses (`conflict`) a footprint that is not said to be valid until some day."""
    pcf, spelled = told.pcf, _spelled(told)
    _require_end(told)
    return _head(told, 8) | _stated(
        specVersion=["urn:io.catenax.pcf:datamodel:version:8.0.0"], partialFullPcf="Cradle-to-gate", status=told.status,
        productNameCompany=told.productNameCompany, retroOrProspectivePcfType="Retrospective PCF, Prospective PCF without forerunner",
        ccsTechnologicalCO2CaptureIncluded=False, precedingPfIds=_preceding(told), productClassifications=told.productClassifications,
        attestationOfConformance=_attestation(told),
        pcf=_stated(
            declaredUnitOfMeasurement=pcf.declaredUnitOfMeasurement, declaredUnitAmount=_number(pcf.declaredUnitAmount),
            productMassPerDeclaredUnit=_number(pcf.productMassPerDeclaredUnit), pcfExcludingBiogenicUptake=_number(pcf.pcfExcludingBiogenicUptake),
            pcfIncludingBiogenicUptake=_number(pcf.pcfIncludingBiogenicUptake), fossilGhgEmissions=_number(pcf.fossilGhgEmissions),
            fossilCarbonContent=_number(pcf.fossilCarbonContent), primaryDataShare=_number(pcf.primaryDataShare),
            referencePeriodStart=spelled["referencePeriodStart"], referencePeriodEnd=spelled["referencePeriodEnd"],
            exemptedEmissionsPercent=_number(pcf.exemptedEmissionsPercent), exemptedEmissionsDescription=pcf.exemptedEmissionsDescription,
            allocationWasteIncineration="cut-off", allocationRulesDescription=pcf.allocationRulesDescription,
            boundaryProcessesDescription=pcf.boundaryProcessesDescription, ipccCharacterizationFactors="AR6",
            packagingEmissionsIncluded=_packaged(told), packagingPcfIncludingBiogenicUptake=_number(pcf.packagingGhgEmissions or Decimal(0)),
            **_place(told),
            **_figures(
                told, "biogenicNonCO2Emissions", "landUseChangeGhgEmissions", "aircraftGhgEmissions", "biogenicCO2Uptake", "biogenicCarbonContent",
                "landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals", "packagingBiogenicCarbonContent", "recycledCarbonContent",
            ),
            massBalancingUsed=False, distributionStageIncluded=False,
            crossSectoralStandards=pcf.crossSectoralStandards, productOrSectorSpecificRules=_rules(told),
            secondaryEmissionFactorSources=_sources(told), dataQualityRating=_ratings(told),
        ),
    )  # fmt: skip


def _ratings(told: ProductFootprint) -> dict[str, float] | None:
    dqi = told.pcf.dqi
    if dqi is None:
        return None
    return {"technologicalDQR": float(dqi.technologicalDQR), "geographicalDQR": float(dqi.geographicalDQR), "temporalDQR": float(dqi.temporalDQR)}


def _require_end(told: ProductFootprint) -> None:
    if told.validityPeriodEnd is None:
        raise conflict("catenax.validity", "The payload says until when it is valid, and the footprint does not.", "Take PCF 7.")


def _land(told: ProductFootprint) -> float | None:
    """Land management in one figure, where any of it is stated."""
    pcf = told.pcf
    parts = (pcf.landManagementFossilGhgEmissions, pcf.landManagementBiogenicCO2Emissions, pcf.landManagementBiogenicCO2Removals)
    found = [figure for figure in parts if figure is not None]
    return float(sum(found, Decimal(0))) if found else None


def _allocation(told: ProductFootprint) -> list[dict[str, Any]]:
    rules = told.pcf.allocationRulesDescription
    return [{"allocationWasteIncineration": "cut-off", "allocationRulesDescription": rules}] if rules else []


def pcf_9(told: ProductFootprint) -> dict[str, Any]:
    """The payload of `io.catenax.pcf` 9.0.0. Refuses (`conflict`) a footprint that is not said to be valid until some day."""
    pcf, spelled, head = told.pcf, _spelled(told), _head(told, 9)
    _require_end(told)
    product = _stated(
        productNameCompany=told.productNameCompany, productIds=told.productIds, declaredUnitOfMeasurement=pcf.declaredUnitOfMeasurement,
        declaredUnitAmount=_number(pcf.declaredUnitAmount), productMassPerDeclaredUnit=_number(pcf.productMassPerDeclaredUnit),
        productDescription=told.productDescription, productClassifications=told.productClassifications,
    )  # fmt: skip
    times = {name: head[name] for name in ("created", "validityPeriodStart", "validityPeriodEnd") if name in head}
    assessed = {
        "technology": [_stated(ccsTechnologicalCO2CaptureIncluded=False, boundaryProcessesDescription=pcf.boundaryProcessesDescription)],
        "idAndVersion": [_stated(
            id=head["id"], version=head["version"], status=told.status, retroOrProspectivePcfType="Retrospective PCF",
            precedingPfIds=_preceding(told),
        )],
        "boundarySpecifications": [_stated(
            exemptedEmissionsPercent=float(pcf.exemptedEmissionsPercent), exemptedEmissionsDescription=pcf.exemptedEmissionsDescription,
        )],
        "geography": [place] if (place := _place(told)) != {"geographyRegionOrSubregion": "Global"} else [],
        "time": [times | {"referencePeriodStart": spelled["referencePeriodStart"], "referencePeriodEnd": spelled["referencePeriodEnd"]}],
    }  # fmt: skip
    method = {
        "massBalancingInformation": [], "allocationInForeground": _allocation(told),
        "gwpCharacterizationFactorDetails": [{"ipccCharacterizationFactors": "AR6"}],
        "standards": [{"crossSectoralStandards": pcf.crossSectoralStandards, "productOrSectorSpecificRules": _rules(told)}],
    }  # fmt: skip
    quality = _stated(primaryDataShare=_number(pcf.primaryDataShare), secondaryEmissionFactorSources=_sources(told)) | (_ratings(told) or {})
    gate = _stated(
        pcfIncludingBiogenicUptake=_number(pcf.pcfIncludingBiogenicUptake), pcfExcludingBiogenicUptake=_number(pcf.pcfExcludingBiogenicUptake),
        **_figures(
            told, "fossilGhgEmissions", "biogenicNonCO2Emissions", "biogenicCO2Uptake", "landUseChangeGhgEmissions",
            "landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals", "aircraftGhgEmissions",
        ),
    )  # fmt: skip
    contents = _figures(told, "fossilCarbonContent", "biogenicCarbonContent", "packagingBiogenicCarbonContent", "recycledCarbonContent")
    packaging = _stated(packagingEmissionsIncluded=_packaged(told), packagingPcfExcludingBiogenicUptake=_number(pcf.packagingGhgEmissions))
    return _stated(attestationOfConformance=_attestation(told)) | {
        "scopeOfPcfForm": [{"specVersion": "urn:io.catenax.pcf:datamodel:version:9.0.0", "partialFullPcf": "Cradle-to-gate"}],
        "companyAndProductInformation": [
            {"companyInformation": [{"companyName": told.companyName, "companyIds": told.companyIds}], "productInformation": [product]}
        ],
        "pcfAssessmentAndMethodology": [{"dataSourcesAndQuality": [quality], "pcfAssessmentInformation": [assessed], "pcfMethodology": [method]}],
        "general": [_stated(comment=told.comment)], "carbonContent": [contents],
        "productLifeCycleStagesAndEmissions": [{
            "productionStage": [gate], "distributionStage": [{"distributionStageIncluded": False}],
            "packagingStage": [packaging],
        }],
    }  # fmt: skip


def component(told: ProductFootprint, roles: Roles) -> dict[str, Any]:
    """The payload of `io.catenax.pcf_for_battery_component_supplier` 1.0.0, per kilogram or per piece.

    Refuses (`invalid`) other units and names that are none, (`conflict`) a footprint without stages or ratings: it demands both.
    """
    battery, ratings = battery_of(told.extensions), _ratings(told)
    for name, number, form in (("legal", roles.legal, "BPNL[a-zA-Z0-9]{12}"), ("site", roles.site, "BPNS[a-zA-Z0-9]{12}")):
        if re.fullmatch(form, number) is None:
            raise invalid("catenax.bpn", f"“{number}” is no business partner number.", "", Flaw(name, "catenax.bpn", "A BPN is expected."))
    if not roles.customer_part.strip():
        raise invalid("catenax.customer_part", "A component's footprint names the customer's number of the part.", "State it.")
    if told.pcf.declaredUnitOfMeasurement not in _PER:
        raise invalid("catenax.unit", "A component's footprint is per kilogram or per piece.", "Declare the part in one of them.")
    if battery is None or ratings is None or battery.dqr is None:
        raise conflict("catenax.component", "A component's footprint has stages and ratings, and this one has not.", "Compute it here.")
    times = {"validFrom": told.validityPeriodStart or told.created, "validTo": told.validityPeriodEnd}
    amount = told.pcf.declaredUnitAmount
    stages = {name: {"stageValue": float(CONTEXT.divide(battery.stages.get(stage, Decimal(0)), amount))} for name, stage in _STAGES.items()}
    return _stated(
        pcfValues={"sharesPerStage": stages | {
            "declaredUnit": _PER[told.pcf.declaredUnitOfMeasurement], "absPcfValue": {"stageValue": float(CONTEXT.divide(battery.total, amount))},
        }},
        secondaryEmissionFactorSources=_sources(told), customerPartId=roles.customer_part, manufacturerPartId=battery.partNumber,
        technologicalRepresentativeness=ratings["technologicalDQR"], geographicalRepresentativeness=ratings["geographicalDQR"],
        timerelatedRepresentativeness=ratings["temporalDQR"], dataQualityRating=float(battery.dqr),
        primaryDataShare=_number(told.pcf.primaryDataShare),
        validityPeriod={name: moment.isoformat() for name, moment in times.items() if moment is not None}, siteIdentifier=roles.site,
        legalidentifier=roles.legal, productQualityParameter=[], contentC02Metals=[],
    )  # fmt: skip


PAYLOADS: dict[int, Callable[[ProductFootprint], dict[str, Any]]] = {7: pcf_7, 8: pcf_8, 9: pcf_9}
