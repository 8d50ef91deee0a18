"""Data quality (PEF Recommendation (EU) 2021/2279; the battery rules keep three criteria): pure arithmetic."""

from collections.abc import Iterable
from decimal import Decimal

from ashiato.domain.footprint.model import Quality


def rating(quality: Quality) -> Decimal:
    """DQR = (TeR + GeR + TiR) / 3, from 1 (best) to 5 (worst)."""
    return (quality.ter + quality.ger + quality.tir) / 3


def weighted(parts: Iterable[tuple[Decimal, Quality]]) -> Quality | None:
    """The mean of qualities, weighted by the absolute emissions they stand for; None where nothing is emitted."""
    ter = ger = tir = weight = Decimal(0)
    for emissions, quality in parts:
        share = abs(emissions)
        ter, ger, tir, weight = ter + share * quality.ter, ger + share * quality.ger, tir + share * quality.tir, weight + share
    return Quality(ter / weight, ger / weight, tir / weight) if weight else None
