"""Simulated suppliers and the insiders who receive their releases: recipes drawn at random, released version after version."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import numpy as np
from tests.domain.packages import MAKER, METHOD, PERIOD, SUPPLIER, TODAY

from ashiato.domain.footprint.calculation import calculate
from ashiato.domain.footprint.inference import Disclosed, Inference, assured, inferences
from ashiato.domain.footprint.model import DataSource, FactorStanding, Flow, Quality, Stage
from ashiato.domain.footprint.package import (
    SCHEMA,
    Component,
    Factor,
    Line,
    Package,
    PartInput,
    Product,
    Release,
    Secondary,
    SignedRelease,
)  # fmt: skip
from ashiato.domain.footprint.release import coarsened, draw_up

Judge = Callable[[Sequence[Disclosed], float], bool]
UNIT = {Flow.INPUT: "kg", Flow.ENERGY: "kWh", Flow.WASTE: "kg", Flow.EMISSION: "kg", Flow.CREDIT: "kg"}


def figure(draw: random.Random, low: float, high: float) -> Decimal:
    return Decimal(f"{10 ** draw.uniform(np.log10(low), np.log10(high)):.4g}")


def quality(draw: random.Random) -> Quality:
    return Quality(*(Decimal(draw.randint(1, 5)) for _ in range(3)))


def factor(draw: random.Random, per: str, code: str, public: float) -> Factor:
    standing = FactorStanding.PUBLISHED if draw.random() < public else draw.choice([FactorStanding.SUPPLIER, FactorStanding.MEASURED])
    return Factor(code, code, figure(draw, 0.2, 20), per, 2024, "GLO", "s", "c", "l", standing, None, quality(draw))


def line(draw: random.Random, number: int) -> Line:
    flow = draw.choices([Flow.INPUT, Flow.ENERGY, Flow.WASTE, Flow.CREDIT], [6, 4, 1, 0.2])[0]
    stage = draw.choices(list(Stage), [60, 40, 1, 1])[0]
    amount = figure(draw, 0.05, 5)
    known = factor(draw, UNIT[flow], f"F{number}", 0.8)
    rated = quality(draw) if draw.random() < 0.2 else None
    source = draw.choice(list(DataSource))
    return Line(number, stage, f"activity {number}", -amount if flow is Flow.CREDIT else amount, UNIT[flow], flow, source, "", known, rated)


def bought(draw: random.Random, number: str) -> PartInput:
    part = PartInput(number, f"bought {number}", "kg", "bought", Decimal(1), asked=True)
    if draw.random() < 0.5:
        return replace(part, secondary=Secondary(factor(draw, "kg", f"S{number}", 0.8), Stage.RAW_MATERIALS, "not asked"))
    stages = {stage: figure(draw, 0.1, 5) for stage in Stage}
    release = Release("s", "r", 1, SUPPLIER, Product(number, number), "kg", METHOD, PERIOD, TODAY, TODAY, stages, sum(stages.values(), Decimal(0)),
                      Decimal(draw.randint(0, 4)) / 4, (), (), None, quality(draw))  # fmt: skip
    return replace(part, answer=SignedRelease(release, "jws", {}))


def recipe(draw: random.Random) -> Package:
    """A product of up to ten lines, perhaps with bought parts and a part of its own making."""
    parts = [bought(draw, f"B{place}") for place in range(draw.choice([0, 0, 0, 1]))]
    inner: list[PartInput] = []
    if draw.random() < 0.15:
        inner = [PartInput("INNER", "Inner", "kg", "made", Decimal(1), tuple(line(draw, number) for number in range(1, 3)))]
    inside = tuple(Component(part.part_number, figure(draw, 0.1, 2), "kg") for part in (*parts, *inner))
    lines = tuple(line(draw, number) for number in range(1, draw.randint(2, 10) + 1))
    mass = sum((each.amount for each in lines if each.flow is Flow.INPUT and each.stage in (Stage.RAW_MATERIALS, Stage.PRODUCTION)), Decimal(0))
    mass += sum((each.amount for each in inside), Decimal(0))
    top = PartInput("P", "Product", "piece", "made", mass if mass and draw.random() < 0.6 else None, lines, (), inside)
    return Package(SCHEMA, METHOD, MAKER, "P", PERIOD, TODAY, (*parts, *inner, top))


def next_year(draw: random.Random, package: Package) -> Package:
    """The same product with some other amounts, and factors of another year."""

    share = draw.choice([0, 0.2, 0.5])

    def renewed(each: Line) -> Line:
        changed = replace(each, amount=each.amount * Decimal("1.1")) if draw.random() < 0.2 else each
        if draw.random() < share and each.factor is not None:
            return replace(changed, factor=replace(each.factor, kg_co2e=each.factor.kg_co2e * figure(draw, 0.7, 1.3)))
        return changed

    return replace(package, parts=tuple(replace(part, lines=tuple(renewed(each) for each in part.lines)) for part in package.parts))


def disclose(package: Package, version: int = 1) -> Disclosed:
    return Disclosed(package, draw_up(package, calculate(package), UUID(int=version), version, TODAY, None))


def coarse(disclosed: Disclosed) -> Disclosed:
    return replace(disclosed, release=coarsened(disclosed.release))


def with_all_before(disclosed: Sequence[Disclosed], margin: float) -> bool:
    """Whether the recipe stays open: the auditor's own judgement."""
    return min(assured(disclosed).values(), default=1) >= margin


def forgetting(disclosed: Sequence[Disclosed], margin: float) -> bool:
    """The canary: an auditor that forgets what was released before."""
    return min(assured(disclosed[-1:]).values(), default=1) >= margin


@dataclass(frozen=True)
class Story:
    """What a supplier released over some years under a policy of coarsening and holding, and what the insider could tell in the end."""

    released: list[Disclosed]
    held: int
    told: list[Inference]


def live(seed: str, margin: float, judge: Judge = with_all_before) -> Story:
    """One supplier and one insider, replayed from a seed."""
    draw = random.Random(seed)
    package = recipe(draw)
    released: list[Disclosed] = []
    held = 0
    for version in range(1, draw.randint(1, 4) + 1):
        fine = disclose(package, version)
        for candidate in (fine, coarse(fine)):
            if judge([*released, candidate], margin):
                released.append(candidate)
                break
        else:
            held += 1
        package = next_year(draw, package)
    return Story(released, held, inferences(released))
