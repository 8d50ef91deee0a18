"""Footprints that companies state in four figures, and what follows from them over a structure (pure).

Own and component share, each of pre-processing (raw-material acquisition included) and of main production, per unit of the part;
quality by process. Totals are amount × emission over the components, with no conversion of units, as the Japanese interface has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from uuid import UUID

from ashiato.kernel.quantity import round_up

DECIMALS = 5
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Technological, geographical and temporal representativeness, on whatever scale the company uses; None where it states none."""

    ter: Decimal | None = None
    ger: Decimal | None = None
    tir: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """What one process emits per unit of the part: in the company's own sites and with its components, and how good the figures are."""

    production: Decimal | None
    component: Decimal | None
    quality: Ratings


@dataclass(frozen=True, slots=True)
class Statement:
    """What a company states of a part. `unit` is the symbol of the unit that the figures are per."""

    part_id: UUID
    statement_id: UUID
    unit: str
    pre: Process
    main: Process


@dataclass(frozen=True, slots=True)
class Answer:
    """What a supplier released for a bought part: None where it does not disclose it."""

    unit: str | None
    pre: Decimal | None
    main: Decimal | None
    pre_quality: Ratings
    main_quality: Ratings


@dataclass(frozen=True, slots=True)
class Component:
    """So much of a part in one unit of another. `answered`: its supplier's answer counts, where there is one."""

    parent_id: UUID
    part_id: UUID
    amount: Decimal
    answered: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Both processes with all that goes into the part, rounded up to five decimals."""

    pre: Process
    main: Process


class Accounts:
    """All that totals follow from: statements, components and answers of one company, by part."""

    def __init__(self, statements: Iterable[Statement], components: Iterable[Component], answers: Mapping[UUID, Answer]) -> None:
        self._statements = {statement.part_id: statement for statement in statements}
        self._answers = answers
        self._components: dict[UUID, list[Component]] = {}
        for component in components:
            self._components.setdefault(component.parent_id, []).append(component)
        self._known: dict[tuple[UUID, bool], _Sum] = {}

    def totals(self, part_id: UUID) -> Totals:
        """The part's own statement with everything that goes into it."""
        return Totals(self._sum(part_id, main=False).process(), self._sum(part_id, main=True).process())

    def _sum(self, part_id: UUID, *, main: bool) -> "_Sum":
        key = (part_id, main)
        if key not in self._known:
            own = _stated(self._statements.get(part_id), main=main)
            below = (self._portion(component, main=main) for component in self._components.get(part_id, ()))
            self._known[key] = reduce(_Sum.with_component, below, own)
        return self._known[key]

    def _portion(self, component: Component, *, main: bool) -> "_Sum":
        answer = self._answers.get(component.part_id) if component.answered else None
        if answer is None:
            return self._sum(component.part_id, main=main).times(component.amount)
        figure, quality = (answer.main, answer.main_quality) if main else (answer.pre, answer.pre_quality)
        return _weighed(figure or _ZERO, _ZERO, quality).times(component.amount)


@dataclass(frozen=True, slots=True)
class _Sum:
    """Emissions with their ratings: each as the sum of rating × emission, and of the emissions that have such a rating."""

    production: Decimal
    component: Decimal
    rated: tuple[tuple[Decimal, Decimal], ...]

    def times(self, amount: Decimal) -> "_Sum":
        rated = tuple((amount * weight, amount * emission) for weight, emission in self.rated)
        return _Sum(amount * self.production, amount * self.component, rated)

    def with_component(self, other: "_Sum") -> "_Sum":
        """Both together; all that the other emits was emitted for a component."""
        rated = tuple((weight + more, emission + also) for (weight, emission), (more, also) in zip(self.rated, other.rated, strict=True))
        return _Sum(self.production, self.component + other.production + other.component, rated)

    def process(self) -> Process:
        means = [round_up(weight / emission, DECIMALS) if emission else None for weight, emission in self.rated]
        return Process(round_up(self.production, DECIMALS), round_up(self.component, DECIMALS), Ratings(*means))


def _stated(statement: Statement | None, *, main: bool) -> _Sum:
    if statement is None:
        return _weighed(_ZERO, _ZERO, Ratings())
    process = statement.main if main else statement.pre
    return _weighed(process.production or _ZERO, process.component or _ZERO, process.quality)


def _weighed(production: Decimal, component: Decimal, quality: Ratings) -> _Sum:
    emission = production + component
    ratings = (quality.ter, quality.ger, quality.tir)
    return _Sum(production, component, tuple((rating * emission, emission) if rating is not None else (_ZERO, _ZERO) for rating in ratings))
