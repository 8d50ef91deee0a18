"""The data model of version 2, spelled as the standard spells it (PACT Technical Specifications 2.3.3, OpenAPI)."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints
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
    Urns,
)

SPEC_VERSION = "2.3.3"
UnitName = Literal["liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter"]


def _double(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "a number is expected")
    return Decimal(str(value))


Double = Annotated[
    Decimal, BeforeValidator(_double, json_schema_input_type=float), Field(allow_inf_nan=False), PlainSerializer(float, return_type=float)
]
Percent = Annotated[Double, Field(ge=0, le=100)]
Rating = Annotated[Double, Field(ge=1, le=3)]


class DataQualityIndicators(Model):
    """Five ratings from 1 (best) to 3, and the share of the footprint that they are about."""

    coveragePercent: Percent
    technologicalDQR: Rating
    temporalDQR: Rating
    geographicalDQR: Rating
    completenessDQR: Rating
    reliabilityDQR: Rating


class Assurance(Model):
    """Whether and by whom the footprint was assured."""

    assurance: bool
    coverage: Literal["corporate level", "product line", "PCF system", "product level"] | None = None
    level: Literal["limited", "reasonable"] | None = None
    boundary: Literal["Gate-to-Gate", "Cradle-to-Gate"] | None = None
    providerName: Text
    completedAt: Instant | None = None
    standardName: Text | None = None
    comments: Text | None = None


class CarbonFootprint(Model):
    """What one declared unit of a product emits, cradle to gate, in kg CO2e."""

    declaredUnit: UnitName
    unitaryProductAmount: Positive
    productMassPerDeclaredUnit: Number | None = None
    pCfExcludingBiogenic: Number
    pCfIncludingBiogenic: Number | None = None
    fossilGhgEmissions: NotNegative
    fossilCarbonContent: NotNegative
    biogenicCarbonContent: NotNegative
    dLucGhgEmissions: NotNegative | None = None
    landManagementGhgEmissions: Number | None = None
    otherBiogenicGhgEmissions: NotNegative | None = None
    iLucGhgEmissions: NotNegative | None = None
    biogenicCarbonWithdrawal: NotPositive | None = None
    aircraftGhgEmissions: NotNegative | None = None
    packagingEmissionsIncluded: bool
    packagingGhgEmissions: NotNegative | None = None
    characterizationFactors: Literal["AR6", "AR5"]
    ipccCharacterizationFactorsSources: Names
    crossSectoralStandardsUsed: Annotated[
        list[Literal["GHG Protocol Product standard", "ISO Standard 14067", "ISO Standard 14044"]], Field(min_length=1, max_length=10)
    ]
    crossSectoralStandards: Names | None = None
    productOrSectorSpecificRules: Annotated[list[Rule], Field(min_length=1, max_length=100)] | None = None
    biogenicAccountingMethodology: Literal["PEF", "ISO", "GHGP", "Quantis"] | None = None
    boundaryProcessesDescription: Text
    referencePeriodStart: Instant
    referencePeriodEnd: Instant
    geographyRegionOrSubregion: Region | None = None
    geographyCountry: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    geographyCountrySubdivision: Annotated[str, StringConstraints(max_length=10)] | None = None
    secondaryEmissionFactorSources: Annotated[list[Source], Field(min_length=1, max_length=500)] | None = None
    exemptedEmissionsPercent: Percent
    exemptedEmissionsDescription: Text
    allocationRulesDescription: Text | None = None
    uncertaintyAssessmentDescription: Text | None = None
    primaryDataShare: Percent | None = None
    dqi: DataQualityIndicators | None = None
    assurance: Assurance | None = None


class ProductFootprint(Model):
    """The footprint of a product."""

    id: UUID
    specVersion: Annotated[str, StringConstraints(pattern=r"^2\.\d{1,3}\.\d{1,3}(-\d{8})?$")]
    precedingPfIds: Annotated[list[UUID], Field(min_length=1, max_length=500)] | None = None
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    created: Instant
    updated: Instant | None = None
    status: Literal["Active", "Deprecated"]
    statusComment: Text | None = None
    validityPeriodStart: Instant | None = None
    validityPeriodEnd: Instant | None = None
    companyName: Name
    companyIds: Urns
    productDescription: Text
    productIds: Urns
    productClassifications: Urns | None = None
    productCategoryCpc: Text
    productNameCompany: Name
    comment: Text
    pcf: CarbonFootprint
    extensions: Annotated[list[Extension], Field(max_length=50)] | None = None
