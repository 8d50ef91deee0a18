"""Where materials come from, country by country, as far as a company may know: its own origins, and paths that have opened to it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from babel import Locale

from ashiato.domain import sharing
from ashiato.domain.diligence import origin_store, probe_store
from ashiato.domain.diligence.model import Material
from ashiato.domain.diligence.risk import Indicator, indicators
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import Selection, SubjectKind
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Spot", "atlas", "centre", "centres", "named"]


@dataclass(frozen=True, slots=True)
class Spot:
    """One material from one country (empty: not known): how many own parts name it, how many companies on open paths, what sources say of it."""

    country: str
    material: Material
    parts: int
    refiners: int
    named: int
    indicators: tuple[Indicator, ...]


async def atlas(work: Work, actor: Actor, material: Material | None) -> list[Spot]:
    """Of all materials, or of one. Reading names on open paths is recorded for their companies, as wherever they are read."""
    require(actor, Deed.READ)
    own = {(spot.country, spot.material): spot for spot in await origin_store.spots(work)}
    named: dict[tuple[str, str], int] = {}
    found = await probe_store.names_for_asker(work)
    reaches = await sharing.reach_all(work, actor, Selection.of(SubjectKind.PATH_NAME, [name.root_id for name in found])) if found else {}
    for name in found:
        if name.root_id in reaches:
            for key in {(str(origin["country"]), str(origin["material"])) for origin in name.origins()}:
                named[key] = named.get(key, 0) + 1
    spots = []
    for country, code in sorted({*own, *named}):
        if material is None or code == material:
            there = own.get((country, code))
            said = tuple(each for each in indicators() if country and each.area[:2] == country and (not each.materials or code in each.materials))
            counts = (there.parts, there.refiners) if there else (0, 0)
            spots.append(Spot(country, Material(code), *counts, named.get((country, code), 0), said))
    return spots


@cache
def centres() -> dict[str, tuple[float, float]]:
    """Where every configured country's dot stands."""
    stated = tomllib.loads((resources.files(__package__ or "") / "centroids.toml").read_text(encoding="utf-8"))
    return {code: (latitude, longitude) for code, (latitude, longitude) in stated.items()}


def centre(country: str) -> tuple[float, float] | None:
    """Where a country's dot stands: latitude and longitude in degrees; None where no place is configured."""
    return centres().get(country)


def named(country: str, language: str) -> str:
    """A country's code with its name in a language, as the Unicode CLDR has it."""
    name = Locale.parse(language).territories.get(country)
    return f"{name} ({country})" if name else country
