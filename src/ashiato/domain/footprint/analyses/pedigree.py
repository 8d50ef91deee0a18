"""How far a figure may be off, from its data-quality ratings: the pedigree approach, with its numbers in `pedigree.toml` (pure)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import hypot, log

from ashiato.domain.footprint.model import DataSource, Quality


@dataclass(frozen=True, slots=True)
class Pedigree:
    """ln GSD by rating 1 to 5 for each criterion, and of amounts by their source, with the provenance of these numbers."""

    source: str
    citation: str
    unverified: tuple[str, ...]
    ter: tuple[float, ...]
    ger: tuple[float, ...]
    tir: tuple[float, ...]
    activity: dict[DataSource, float]

    def spread(self, quality: Quality) -> float:
        """ln GSD of a figure with these ratings: the criteria's variances add up. Between two ratings it is interpolated."""
        return hypot(_between(self.ter, float(quality.ter)), _between(self.ger, float(quality.ger)), _between(self.tir, float(quality.tir)))


def _between(spreads: tuple[float, ...], rating: float) -> float:
    below = min(max(int(rating), 1), len(spreads) - 1)
    return spreads[below - 1] + (rating - below) * (spreads[below] - spreads[below - 1])


@cache
def pedigree() -> Pedigree:
    """The numbers of this installation."""
    stated = tomllib.loads(resources.files(__package__).joinpath("pedigree.toml").read_text(encoding="utf-8"))
    criteria = {name: tuple(log(float(gsd)) for gsd in stated[name]) for name in ("ter", "ger", "tir")}
    activity = {DataSource(name): log(float(gsd)) for name, gsd in stated["activity"].items()}
    return Pedigree(stated["source"], stated["citation"], tuple(stated["unverified"]), **criteria, activity=activity)
