"""What a supplier releases of a footprint: totals by stage, quality, coverage; nothing of the recipe (pure)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ashiato.domain.footprint.calculation import Result
from ashiato.domain.footprint.package import Package, Product, Release, encode
from ashiato.kernel.digest import canonical

SCHEMA = "ashiato/footprint-release/1"
_VALID_YEARS = 3  # after the end of the reporting period, where nothing else is stated (PACT v3, validity of a footprint)


def draw_up(package: Package, result: Result, release_id: UUID, version: int, released_on: date, supersedes: UUID | None) -> Release:
    """The release of a computed footprint, exactly as every recipient will see it."""
    product = next(part for part in package.parts if part.part_number == package.product)
    return Release(
        schema=SCHEMA,
        release_id=str(release_id),
        version=version,
        supplier=package.manufacturer,
        product=Product(product.part_number, product.name),
        declared_unit=result.declared_unit,
        method=result.method,
        period=package.period,
        released_on=released_on,
        valid_until=valid_until(package.period.end),
        stages={stage: figure.total for stage, figure in result.stages.items()},
        total=result.total,
        primary_data_share=result.primary_data_share,
        coverage=result.coverage,
        obstacles=tuple(sorted({obstacle.code for obstacle in result.obstacles})),
        mass_kg=product.mass_kg,
        quality=result.quality,
        dqr=result.dqr,
        supersedes=str(supersedes) if supersedes else None,
    )


def coarsened(release: Release) -> Release:
    """The same without what tells amounts apart and nobody adds up: ratings and the primary-data share."""
    return replace(release, quality=None, dqr=None, primary_data_share=Decimal(0), withheld=("primary_data_share", "quality"))


def payload(release: Release) -> bytes:
    """The canonical bytes that are hashed and signed."""
    return canonical(encode(release))


def valid_until(end: date) -> date:
    """The day after which figures of a period that ended then are out of date."""
    return _years_after(end, _VALID_YEARS)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)
