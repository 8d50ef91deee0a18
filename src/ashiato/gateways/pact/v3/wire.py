"""The data model of version 3, spelled as the standard spells it (PACT Technical Specifications 3.0.3, OpenAPI)."""

from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ashiato.gateways.pact.wire import (
    Extension,
    Instant,
    Model,
    Name,
    Names,
    NotNegative,
    NotPositive,
    Number,
    Positive,
    Region,
    Rule,
    Source,
    Text,
    Uri,
    Urns,
)  # fmt: skip

SPEC_VERSION = "3.0.3"
UnitName = Literal[
    "liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter", "piece", "hour", "megabit second"
]  # fmt: skip
Coverage = Literal["PCF calculation model", "PCF program", "product level"]
COVERAGES = get_args(Coverage)
GEOGRAPHY = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")


class DataQualityIndicators(Model):
    """Technological, geographical and temporal representativeness; 1 (best) to 5 by the methodology, unbounded by the schema."""

    technologicalDQR: Number
    geographicalDQR: Number
    temporalDQR: Number


class Verification(Model):
    """Who verified what, and when."""

    coverage: Coverage | None = None
    providerName: Text | None = None
    completedAt: Instant | None = None
    standardName: Text | None = None
    comments: Text | None = None


class CarbonFootprint(Model):
    """What one declared unit of a product emits, cradle to gate, in kg CO2e."""

    declaredUnitOfMeasurement: UnitName
    declaredUnitAmount: Positive
    productMassPerDeclaredUnit: Number
    referencePeriodStart: Instant
    referencePeriodEnd: Instant
    geographyRegionOrSubregion: Region | None = None
    geographyCountry: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    geographyCountrySubdivision: Annotated[str, StringConstraints(pattern="^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    boundaryProcessesDescription: Text | None = None
    pcfExcludingBiogenicUptake: Number
    pcfIncludingBiogenicUptake: Number
    fossilCarbonContent: NotNegative
    biogenicCarbonContent: NotNegative | None = None
    recycledCarbonContent: NotNegative | None = None
    fossilGhgEmissions: NotNegative
    landUseChangeGhgEmissions: NotNegative | None = None
    landCarbonLeakage: NotNegative | None = None
    landManagementFossilGhgEmissions: NotNegative | None = None
    landManagementBiogenicCO2Emissions: NotNegative | None = None
    landManagementBiogenicCO2Removals: NotPositive | None = None
    biogenicCO2Uptake: NotPositive | None = None
    biogenicNonCO2Emissions: NotNegative | None = None
    landAreaOccupation: NotNegative | None = None
    aircraftGhgEmissions: NotNegative | None = None
    packagingEmissionsIncluded: bool | None = None
    packagingGhgEmissions: NotNegative | None = None
    packagingBiogenicCarbonContent: NotNegative | None = None
    outboundLogisticsGhgEmissions: NotNegative | None = None
    ccsTechnologicalCO2CaptureIncluded: bool | None = None
    ccsTechnologicalCO2Capture: NotPositive | None = None
    technologicalCO2CaptureOrigin: Text | None = None
    technologicalCO2Removals: NotPositive | None = None
    ccuCarbonContent: NotNegative | None = None
    ccuCalculationApproach: Literal["Cut-off", "Credit"] | None = None
    ccuCreditCertification: Uri | None = None
    ipccCharacterizationFactors: Annotated[list[Annotated[str, StringConstraints(pattern=r"^AR\d{1,3}$")]], Field(min_length=1, max_length=20)]
    crossSectoralStandards: Names
    productOrSectorSpecificRules: Annotated[list[Rule], Field(min_length=1, max_length=100)] | None = None
    exemptedEmissionsPercent: Number
    exemptedEmissionsDescription: Text | None = None
    allocationRulesDescription: Text | None = None
    secondaryEmissionFactorSources: Annotated[list[Source], Field(min_length=1, max_length=500)] | None = None
    primaryDataShare: Number | None = None
    dqi: DataQualityIndicators | None = None
    verification: Verification | None = None

    @model_validator(mode="after")
    def _one_geography(self) -> Self:
        if sum(getattr(self, name) is not None for name in GEOGRAPHY) > 1:
            raise PydanticCustomError("geography", "at most one of region, country and subdivision is stated")
        return self


class ProductFootprint(Model):
    """The footprint of a product."""

    id: UUID
    specVersion: Annotated[str, StringConstraints(pattern=r"^\d{1,5}\.\d{1,5}\.\d{1,5}(-\d{8})?$")]
    precedingPfIds: Annotated[list[UUID], Field(min_length=1, max_length=500)] | None = None
    created: Instant
    status: Literal["Active", "Deprecated"]
    validityPeriodStart: Instant | None = None
    validityPeriodEnd: Instant | None = None
    companyName: Name
    companyIds: Urns
    productDescription: Text
    productIds: Urns
    productClassifications: Urns | None = None
    productNameCompany: Name
    comment: Text | None = None
    pcf: CarbonFootprint
    extensions: Annotated[list[Extension], Field(max_length=50)] | None = None
