"""Released footprints as messages of version 3, and messages as footprints of other systems (pure, round trip tested).

`pcf` is cradle to gate. What an EU battery declaration needs beyond it (stages, method, what makes it a draft) stands in an extension.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from pydantic import Field, ValidationError

from ashiato.domain import footprint
from ashiato.domain.exchange import Foreign, Loss, Standing
from ashiato.gateways.pact.loss import of_import
from ashiato.gateways.pact.naming import Issuer, measure, unit_meant
from ashiato.gateways.pact.v3.wire import SPEC_VERSION, CarbonFootprint, DataQualityIndicators, ProductFootprint
from ashiato.gateways.pact.wire import Extension, Model, Name, Number, Rule
from ashiato.kernel.errors import conflict
from ashiato.kernel.quantity import CONTEXT

GATE = (footprint.model.Stage.RAW_MATERIALS, footprint.model.Stage.PRODUCTION)
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_VALID_YEARS = 3
_COMMENT = (
    "Fossil carbon content and exempted emissions are not determined: their members are required and hold 0. Emissions are not "
    "told apart by origin: the fossil figure holds all of them. Data quality is rated from 1 (best) to 5."
)
LOST = (
    Loss("schema", "The name of Ashiato's own form."),
    Loss("supplier.country", "Where a company is registered does not say where the product is made, and PACT has no member for it."),
    Loss("coverage", "PACT has no member for how many suppliers of which tier have answered."),
)
UNKNOWN = (
    Loss("pcf.fossilCarbonContent", "Not known here; the member is required and holds 0."),
    Loss("pcf.exemptedEmissionsPercent", "Not known here; the member is required and holds 0."),
    Loss("pcf.fossilGhgEmissions", "Emissions are not told apart by origin here: holds all of them."),
    Loss("pcf.pcfIncludingBiogenicUptake", "Biogenic uptake is not accounted for here: holds the figure without it."),
)
USED = frozenset({
    "id", "precedingPfIds", "created", "status", "validityPeriodStart", "validityPeriodEnd", "companyName", "companyIds", "productIds",
    "productNameCompany", "pcf.declaredUnitOfMeasurement", "pcf.declaredUnitAmount", "pcf.productMassPerDeclaredUnit",
    "pcf.referencePeriodStart", "pcf.referencePeriodEnd", "pcf.pcfExcludingBiogenicUptake", "pcf.productOrSectorSpecificRules",
    "pcf.crossSectoralStandards", "pcf.primaryDataShare", "pcf.dqi.technologicalDQR", "pcf.dqi.geographicalDQR", "pcf.dqi.temporalDQR",
})  # fmt: skip
_WHY = {
    "pcf.pcfIncludingBiogenicUptake": "A roll-up counts without biogenic uptake.",
    "pcf.fossilGhgEmissions": "A part of the footprint that is not counted apart.",
    "pcf.geographyCountry": "Kept with the document; a released footprint names no place.",
}


class _Period(Protocol):
    @property
    def referencePeriodEnd(self) -> datetime: ...  # noqa: N802 — spelled as the standard spells it


class Dated(Protocol):
    """What says from when to when it is valid, in any version."""

    @property
    def validityPeriodStart(self) -> datetime | None: ...  # noqa: N802
    @property
    def validityPeriodEnd(self) -> datetime | None: ...  # noqa: N802
    @property
    def pcf(self) -> _Period: ...


class BatteryData(Model):
    """What an EU battery footprint says beyond `pcf`: kg CO2e per declared unit by stage of EU 2023/1542 Annex II(4), and how it came about."""

    version: int
    declaredUnit: Name
    massKg: Number | None = None
    method: Name
    stages: dict[footprint.model.Stage, Number]
    total: Number
    primaryDataShare: Number | None = None
    obstacles: list[Name]
    qualityScale: Name = "1-5"
    dqr: Number | None = None
    partNumber: Name
    validUntil: date
    withheld: list[Name] | None = None  # what the supplier keeps to itself
    lost: list[Name] = Field(default_factory=list)


def message(release: footprint.package.Release, issuer: Issuer, status: Literal["Active", "Deprecated"]) -> ProductFootprint:
    """A release as its recipient's system reads it. Refuses (`invalid`) a unit, (`conflict`) a negative figure that PACT cannot say."""
    unit, amount = measure(release.declared_unit)
    carbon = sum((release.stages.get(stage, _ZERO) for stage in GATE), _ZERO)
    if carbon < 0:
        raise conflict("pact.negative", "PACT has no word for a footprint below nothing.", "Hand it over in Ashiato.")
    return ProductFootprint(
        id=release.release_id,
        specVersion=SPEC_VERSION,
        precedingPfIds=[release.supersedes] if release.supersedes else None,
        created=_first(release.released_on),
        status=status,
        validityPeriodStart=_first(release.released_on),
        validityPeriodEnd=_last(release.valid_until),
        companyName=release.supplier.name,
        companyIds=issuer.company(release.supplier.company_id, release.supplier.corporate_number),
        productDescription=release.product.name,
        productIds=[issuer.product(release.supplier.company_id, release.product.part_number)],
        productNameCompany=release.product.name,
        comment=_COMMENT,
        pcf=_carbon(release, unit, amount, carbon),
        extensions=[Extension(specVersion="2.0.0", dataSchema=issuer.extension, data=_extension(release).model_dump(mode="json", exclude_none=True))],
    )


def _carbon(release: footprint.package.Release, unit: str, amount: Decimal, carbon: Decimal) -> CarbonFootprint:
    quality, share = release.quality, _share(release)
    return CarbonFootprint(
        declaredUnitOfMeasurement=unit,
        declaredUnitAmount=amount,
        productMassPerDeclaredUnit=release.mass_kg if release.mass_kg is not None else amount if unit == "kilogram" else _ZERO,
        referencePeriodStart=_first(release.period.start),
        referencePeriodEnd=_last(release.period.end),
        pcfExcludingBiogenicUptake=carbon,
        pcfIncludingBiogenicUptake=carbon,
        fossilCarbonContent=_ZERO,
        fossilGhgEmissions=carbon,
        ipccCharacterizationFactors=["AR6"],
        crossSectoralStandards=["PEF"],
        productOrSectorSpecificRules=[
            Rule(operator="Other", ruleNames=[release.method], otherOperatorName="European Commission, Joint Research Centre")
        ],
        exemptedEmissionsPercent=_ZERO,
        primaryDataShare=CONTEXT.multiply(share, _HUNDRED) if share is not None else None,
        dqi=DataQualityIndicators(technologicalDQR=quality.ter, geographicalDQR=quality.ger, temporalDQR=quality.tir) if quality else None,
    )


def _share(release: footprint.package.Release) -> Decimal | None:
    return None if "primary_data_share" in (release.withheld or ()) else release.primary_data_share


def _extension(release: footprint.package.Release) -> BatteryData:
    return BatteryData(
        version=release.version, declaredUnit=release.declared_unit, massKg=release.mass_kg, method=release.method, stages=release.stages,
        total=release.total, primaryDataShare=_share(release), obstacles=list(release.obstacles), dqr=release.dqr,
        partNumber=release.product.part_number, validUntil=release.valid_until,
        withheld=list(release.withheld) if release.withheld is not None else None, lost=[loss.member for loss in (*LOST, *UNKNOWN)],
    )  # fmt: skip


def _first(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _last(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def foreign(told: ProductFootprint) -> tuple[Foreign | None, tuple[Loss, ...]]:
    """A message as a footprint of another system, with what is lost on the way; None where its unit has no meaning here."""
    losses = tuple(of_import(told, USED, _WHY))
    unit = unit_meant(told.pcf.declaredUnitOfMeasurement)
    if unit is None:
        return None, losses
    pcf, battery = told.pcf, battery_of(told.extensions)
    starts, ends = validity(told)
    found = Foreign(
        footprint_id=str(told.id), preceding=tuple(str(one) for one in told.precedingPfIds or ()), created=told.created,
        status=Standing.ACTIVE if told.status == "Active" else Standing.DEPRECATED, valid_from=starts, valid_until=ends,
        company_name=told.companyName,
        company_ids=tuple(told.companyIds), product_ids=tuple(told.productIds), product_name=told.productNameCompany, unit=unit,
        amount=pcf.declaredUnitAmount, mass_kg=pcf.productMassPerDeclaredUnit or None, start=pcf.referencePeriodStart.astimezone(UTC).date(),
        end=pcf.referencePeriodEnd.astimezone(UTC).date(), carbon=pcf.pcfExcludingBiogenicUptake,
        share=CONTEXT.divide(pcf.primaryDataShare, _HUNDRED) if pcf.primaryDataShare is not None else None,
        quality=footprint.model.Quality(pcf.dqi.technologicalDQR, pcf.dqi.geographicalDQR, pcf.dqi.temporalDQR) if pcf.dqi else None,
        rules=(*(name for rule in pcf.productOrSectorSpecificRules or () for name in rule.ruleNames), *pcf.crossSectoralStandards),
        method=battery.method if battery else None, stages=dict(battery.stages) if battery else None,
        obstacles=tuple(battery.obstacles) if battery else (),
    )  # fmt: skip
    return found, losses if battery is None else tuple(loss for loss in losses if loss.member != "extensions")


def battery_of(extensions: list[Extension] | None) -> BatteryData | None:
    """What the battery extension among these says, if there is one that can be read."""
    for extension in extensions or ():
        if extension.dataSchema.endswith("/pact/extensions/battery/1.0.0.json"):
            try:
                return BatteryData.model_validate(extension.data)
            except ValidationError:
                return None
    return None


def validity(told: Dated) -> tuple[datetime, datetime]:
    """From when to when a footprint is valid: as it says, else for three years from the end of its reference period."""
    starts = told.validityPeriodStart or told.pcf.referencePeriodEnd
    return starts, told.validityPeriodEnd or _later(told.pcf.referencePeriodEnd)


def _later(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year + _VALID_YEARS)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + _VALID_YEARS, day=28) + timedelta(days=1)


__all__ = ["GATE", "LOST", "UNKNOWN", "BatteryData", "battery_of", "foreign", "message", "validity"]
