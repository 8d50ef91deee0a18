"""Released footprints as messages of version 3, and messages as footprints of other systems (pure, round trip tested).

`pcf` is cradle to gate. What an EU battery declaration needs beyond it (stages, method, what makes it a draft) stands in an extension.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from pydantic import Field, ValidationError

from ashiato.domain import exchange, footprint
from ashiato.domain.exchange import Foreign, Loss, Standing
from ashiato.gateways.pact.loss import KEPT, TWICE, of_import
from ashiato.gateways.pact.naming import Issuer, measure, unit_meant
from ashiato.gateways.pact.v3.wire import COVERAGES, SPEC_VERSION, CarbonFootprint, DataQualityIndicators, ProductFootprint, Verification
from ashiato.gateways.pact.wire import Extension, Model, Name, Number, Rule
from ashiato.kernel.errors import conflict
from ashiato.kernel.quantity import CONTEXT

Known, NOTHING = footprint.describing.Known, footprint.describing.NOTHING
LOSSES, Form = exchange.losses.LOSSES, exchange.losses.Form
GATE = (footprint.model.Stage.RAW_MATERIALS, footprint.model.Stage.PRODUCTION)
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_VALID_YEARS = 3
_SCALE = "Data quality is rated from 1 (best) to 5."
MEMBERS = {
    Known.FOSSIL_CARBON: "fossilCarbonContent", Known.BIOGENIC_CARBON: "biogenicCarbonContent", Known.RECYCLED_CARBON: "recycledCarbonContent",
    Known.FOSSIL: "fossilGhgEmissions", Known.LAND_USE_CHANGE: "landUseChangeGhgEmissions", Known.LAND_LEAKAGE: "landCarbonLeakage",
    Known.LAND_FOSSIL: "landManagementFossilGhgEmissions", Known.LAND_BIOGENIC: "landManagementBiogenicCO2Emissions",
    Known.LAND_REMOVALS: "landManagementBiogenicCO2Removals", Known.UPTAKE: "biogenicCO2Uptake", Known.BIOGENIC_OTHER: "biogenicNonCO2Emissions",
    Known.LAND_AREA: "landAreaOccupation", Known.AIRCRAFT: "aircraftGhgEmissions", Known.PACKAGING: "packagingGhgEmissions",
    Known.PACKAGING_BIOGENIC_CARBON: "packagingBiogenicCarbonContent", Known.OUTBOUND: "outboundLogisticsGhgEmissions",
}  # fmt: skip
UNKNOWN = {
    Known.FOSSIL_CARBON: Loss("pcf.fossilCarbonContent", "Not known here; the member is required and holds 0."),
    Known.FOSSIL: Loss("pcf.fossilGhgEmissions", "Emissions are not told apart by origin here: holds all of them."),
    Known.UPTAKE: Loss("pcf.pcfIncludingBiogenicUptake", "Biogenic uptake is not accounted for here: holds the figure without it."),
}
EXEMPTED = Loss("pcf.exemptedEmissionsPercent", "Not known here; the member is required and holds 0.")
USED = frozenset({
    "id", "precedingPfIds", "created", "status", "validityPeriodStart", "validityPeriodEnd", "companyName", "companyIds", "productIds",
    "productNameCompany", "pcf.declaredUnitOfMeasurement", "pcf.declaredUnitAmount", "pcf.productMassPerDeclaredUnit",
    "pcf.referencePeriodStart", "pcf.referencePeriodEnd", "pcf.pcfExcludingBiogenicUptake", "pcf.productOrSectorSpecificRules.ruleNames",
    "pcf.crossSectoralStandards", "pcf.primaryDataShare", "pcf.dqi.technologicalDQR", "pcf.dqi.geographicalDQR", "pcf.dqi.temporalDQR",
    "productClassifications", "pcf.geographyRegionOrSubregion", "pcf.geographyCountry", "pcf.geographyCountrySubdivision",
    "pcf.boundaryProcessesDescription", "pcf.exemptedEmissionsPercent", "pcf.exemptedEmissionsDescription", "pcf.allocationRulesDescription",
    "pcf.packagingEmissionsIncluded", *(f"pcf.{member}" for member in MEMBERS.values()),
})  # fmt: skip
_WHY = {
    "pcf.pcfIncludingBiogenicUptake": "A roll-up counts without biogenic uptake.",
    "pcf.verification": "Says not who verified, or not when: it assures nothing.",
}
_VERIFICATION = frozenset(
    f"pcf.verification.{member}" for member in ("coverage", "providerName", "completedAt", "standardName", "comments")
)  # fmt: skip
DIGEST = "extensions.data.assurance.packageDigest"
_BATTERY = frozenset(f"extensions.data.{member}" for member in ("method", "stages", "obstacles", "lost"))
_EXTENDED = frozenset({"extensions.data.assurance.level", DIGEST})
_BATTERY_WHY = dict.fromkeys(
    (f"extensions.data.{member}" for member in ("declaredUnit", "massKg", "total", "primaryDataShare", "partNumber", "validUntil")), TWICE
)  # fmt: skip


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


class AssuranceData(Model):
    """How thorough a verification was, and the digest of the very package that was verified."""

    level: Name | None = None
    packageDigest: Name | None = None


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
    assurance: AssuranceData | None = None
    lost: list[Name] = Field(default_factory=list)


def message(release: footprint.package.Release, issuer: Issuer, status: Literal["Active", "Deprecated"]) -> ProductFootprint:
    """A release as its recipient's system reads it. Refuses (`invalid`) a unit, (`conflict`) a negative figure that PACT cannot say."""
    unit, amount = measure(release.declared_unit)
    carbon = sum((release.stages.get(stage, _ZERO) for stage in GATE), _ZERO)
    if carbon < 0:
        raise conflict("pact.negative", "PACT has no word for a footprint below nothing.", "Hand it over in Ashiato.")
    stated = release.particulars or NOTHING
    return ProductFootprint(
        id=release.release_id,
        specVersion=SPEC_VERSION,
        precedingPfIds=[release.supersedes] if release.supersedes else None,
        created=_first(release.released_on),
        status=status,
        validityPeriodStart=_first(release.released_on),
        validityPeriodEnd=_last(release.valid_until),
        companyName=release.supplier.name,
        companyIds=_once(issuer.company(release.supplier.company_id, release.supplier.corporate_number), stated.maker_names),
        productDescription=release.product.name,
        productIds=_once([issuer.product(release.supplier.company_id, release.product.part_number)], stated.names),
        productClassifications=list(stated.classes) or None,
        productNameCompany=release.product.name,
        comment=" ".join([*(f"{loss.member.removeprefix('pcf.')}: {loss.why}" for loss in unknown(release)), _SCALE]),
        pcf=_carbon(release, unit, amount, carbon),
        extensions=[Extension(specVersion="2.0.0", dataSchema=issuer.extension, data=_extension(release).model_dump(mode="json", exclude_none=True))],
    )


def _once(own: list[str], others: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys([*own, *others]))


def unknown(release: footprint.package.Release) -> list[Loss]:
    """The members that the standard requires and that hold something although nobody has stated it."""
    stated = release.particulars or NOTHING
    return [loss for known, loss in UNKNOWN.items() if known not in stated.known] + ([EXEMPTED] if stated.exempted_percent is None else [])


def _carbon(release: footprint.package.Release, unit: str, amount: Decimal, carbon: Decimal) -> CarbonFootprint:
    quality, share, stated = release.quality, _share(release), release.particulars or NOTHING
    required = {MEMBERS[Known.FOSSIL_CARBON]: _ZERO, MEMBERS[Known.FOSSIL]: carbon}
    return CarbonFootprint(
        **required | {MEMBERS[known]: figure for known, figure in stated.known.items()},
        declaredUnitOfMeasurement=unit,
        declaredUnitAmount=amount,
        productMassPerDeclaredUnit=release.mass_kg if release.mass_kg is not None else amount if unit == "kilogram" else _ZERO,
        referencePeriodStart=_first(release.period.start),
        referencePeriodEnd=_last(release.period.end),
        pcfExcludingBiogenicUptake=carbon,
        pcfIncludingBiogenicUptake=carbon + stated.known.get(Known.UPTAKE, _ZERO),
        geographyRegionOrSubregion=stated.region,
        geographyCountry=stated.country,
        geographyCountrySubdivision=stated.subdivision,
        boundaryProcessesDescription=stated.boundary,
        allocationRulesDescription=stated.allocation,
        packagingEmissionsIncluded=True if Known.PACKAGING in stated.known else stated.packaging_included,
        ipccCharacterizationFactors=["AR6"],
        crossSectoralStandards=["PEF"],
        productOrSectorSpecificRules=[
            Rule(operator="Other", ruleNames=[release.method], otherOperatorName="European Commission, Joint Research Centre")
        ],
        exemptedEmissionsPercent=stated.exempted_percent or _ZERO,
        exemptedEmissionsDescription=stated.exempted_because,
        primaryDataShare=CONTEXT.multiply(share, _HUNDRED) if share is not None else None,
        dqi=DataQualityIndicators(technologicalDQR=quality.ter, geographicalDQR=quality.ger, temporalDQR=quality.tir) if quality else None,
        verification=_verification(release.assurance) if release.assurance else None,
    )


def _verification(assurance: footprint.package.Assurance) -> Verification:
    coverage = assurance.coverage if assurance.coverage in COVERAGES else None
    level = f"Level of assurance: {assurance.level}." if assurance.level else ""
    return Verification(
        coverage=coverage, providerName=assurance.provider, completedAt=_first(assurance.completed_on), standardName=assurance.standard,
        comments=" ".join(filter(None, (level, assurance.comments))) or None,
    )  # fmt: skip


def _share(release: footprint.package.Release) -> Decimal | None:
    return None if "primary_data_share" in (release.withheld or ()) else release.primary_data_share


def _extension(release: footprint.package.Release) -> BatteryData:
    assured = release.assurance
    return BatteryData(
        version=release.version, declaredUnit=release.declared_unit, massKg=release.mass_kg, method=release.method, stages=release.stages,
        total=release.total, primaryDataShare=_share(release), obstacles=list(release.obstacles), dqr=release.dqr,
        partNumber=release.product.part_number, validUntil=release.valid_until,
        withheld=list(release.withheld) if release.withheld is not None else None,
        assurance=AssuranceData(level=assured.level, packageDigest=assured.package_digest) if assured else None,
        lost=[loss.member for loss in (*LOSSES[Form.PACT_3], *unknown(release))],
    )  # fmt: skip


def _first(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _last(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def foreign(told: ProductFootprint) -> tuple[Foreign | None, tuple[Loss, ...]]:
    """A message as a footprint of another system, with what is lost on the way; None where its unit has no meaning here."""
    assured = assurance_of(told)
    losses = (
        *of_import(told, USED | {"extensions"} | (_VERIFICATION if assured else frozenset()), _WHY),
        *lost_of_extensions(told.extensions, _EXTENDED if assured else frozenset()),
    )
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
        obstacles=tuple(battery.obstacles) if battery else (), particulars=particulars_of(told), assurance=assured,
    )  # fmt: skip
    return found, losses


def lost_of_extensions(extensions: list[Extension] | None, used: frozenset[str] = frozenset()) -> list[Loss]:
    """What nothing is made of among extensions: every one but the battery's, and members of that one. `used`: more that counts there."""
    lost: dict[Loss, None] = {}
    counts = True  # of several battery extensions, only the first that can be read
    for one in extensions or ():
        battery = battery_of([one]) if counts else None
        if battery is None:
            lost |= {Loss("extensions", KEPT): None}
            continue
        counts = False
        lost |= dict.fromkeys(of_import(one, frozenset({"extensions.dataSchema", "extensions.data"}), {}, "extensions."))
        lost |= dict.fromkeys(of_import(battery, _BATTERY | used, _BATTERY_WHY, "extensions.data."))
    return list(lost)


def particulars_of(told: ProductFootprint) -> footprint.describing.Particulars | None:
    """What a message states beside its figure. What Ashiato itself wrote into a member that is required is not taken for a statement."""
    pcf, battery = told.pcf, battery_of(told.extensions)
    unsaid = {member.removeprefix("pcf.") for member in battery.lost} if battery else set()
    figures = {known: getattr(pcf, member) for known, member in MEMBERS.items() if member not in unsaid}
    found = footprint.describing.Particulars(
        names=tuple(told.productIds[1:]), maker_names=tuple(told.companyIds), classes=tuple(told.productClassifications or ()),
        country=pcf.geographyCountry, subdivision=pcf.geographyCountrySubdivision, region=pcf.geographyRegionOrSubregion,
        known={known: figure for known, figure in figures.items() if figure is not None}, packaging_included=pcf.packagingEmissionsIncluded,
        exempted_percent=None if "exemptedEmissionsPercent" in unsaid else pcf.exemptedEmissionsPercent,
        exempted_because=pcf.exemptedEmissionsDescription, boundary=pcf.boundaryProcessesDescription, allocation=pcf.allocationRulesDescription,
    )  # fmt: skip
    return found if found != NOTHING else None


def assurance_of(told: ProductFootprint) -> footprint.package.Assurance | None:
    """Who verified a footprint, as far as its message says who and when."""
    said, battery = told.pcf.verification, battery_of(told.extensions)
    if said is None or not said.providerName or said.completedAt is None:
        return None
    more = battery.assurance if battery and battery.assurance else AssuranceData()
    return footprint.package.Assurance(
        said.providerName, said.standardName or "", more.level, said.completedAt.astimezone(UTC).date(), said.coverage or "", said.comments,
        more.packageDigest,
    )  # fmt: skip


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


__all__ = [
    "DIGEST", "GATE", "MEMBERS", "BatteryData", "assurance_of", "battery_of", "foreign", "lost_of_extensions", "message", "particulars_of", "unknown",
    "validity",
]  # fmt: skip
