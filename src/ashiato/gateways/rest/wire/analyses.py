"""The messages of analyses. Figures of drafts are floating-point numbers: for orientation, never stored or declared."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ashiato.domain import footprint
from ashiato.gateways.rest.wire.footprints import DraftOut
from ashiato.gateways.rest.wire.words import In, Out, StageName, StatedFigure, Text

USUAL_METHOD = "JRC-CFB-EV-2023-06"
LineNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class CarrierOut(Out):
    """A part or an activity with what it carries, in kg CO2e per declared unit of the product. `share` is of the sum of absolute emissions.

    Tier 0 is the own company; 1+ is what comes with a bought part: its supplier and all before it, in one.
    """

    part_number: str
    name: str
    tier: Literal["0", "1+"]
    used: float
    stages: dict[str, float]
    total: float
    share: float
    kind: Literal["line", "circular", "answer", "secondary"] | None
    activity: str | None
    line: int | None


class RestOut(Out):
    """What is below the cut, together."""

    count: int
    stages: dict[str, float]
    total: float
    share: float


class RankingOut(Out):
    """The carriers above the cut, largest first, and the rest; together the total."""

    carriers: list[CarrierOut]
    rest: RestOut


class ContributionOut(Out):
    """A product's present figure, taken apart by activity, by part and by tier. `complete` is false where a bought part has no value."""

    part_number: str
    declared_unit: str
    method: str
    total: float
    stages: dict[str, float]
    tiers: dict[str, float]
    activities: RankingOut
    parts: RankingOut
    complete: bool


class TakeAnswerIn(In):
    """A bought part is valued with what answers another request of the own company's."""

    kind: Literal["answer"]
    part_number: Text
    request_id: UUID


class TakeSecondaryIn(In):
    """A bought part is valued with a factor; without a stage, in that of its present stand-in, else raw materials."""

    kind: Literal["secondary"]
    part_number: Text
    factor: Text
    stage: StageName | None = None


class ChangeComponentIn(In):
    """So much of a component goes into one declared unit of a part."""

    kind: Literal["component"]
    part_number: Text
    component: Text
    amount: StatedFigure
    unit: Text


class ChangeAmountIn(In):
    """An inventory line has another amount, in its own unit if none is given."""

    kind: Literal["amount"]
    part_number: Text
    line: LineNumber
    amount: StatedFigure
    unit: Text | None = None


class ChangeFactorIn(In):
    """Another factor takes the place of one wherever it is used in the product, or it has another value (kg CO2e per its unit)."""

    kind: Literal["factor"]
    factor: Text
    by: Text | None = None
    kg_co2e: StatedFigure | None = None


class ChangeElectricityIn(In):
    """The electricity of these parts, or of all if none is named, comes with another factor."""

    kind: Literal["electricity"]
    factor: Text
    part_numbers: list[Text] = Field(default_factory=list, max_length=1000)


ChangeIn = Annotated[
    TakeAnswerIn | TakeSecondaryIn | ChangeComponentIn | ChangeAmountIn | ChangeFactorIn | ChangeElectricityIn, Field(discriminator="kind")
]


class ScenarioIn(In):
    """Changes to try, one after another. Nothing is written."""

    method: Text = USUAL_METHOD
    changes: Annotated[list[ChangeIn], Field(max_length=footprint.analyses.MOST_CHANGES)]


class ScenarioOut(Out):
    """A product's present figure, and what it would be."""

    method: str
    before: DraftOut
    after: DraftOut


class SpreadIn(In):
    """The geometric standard deviation (1 is certain) of a factor; or of a part: of a line's amount, a component's amount, a circular
    material by its line, else of what it was answered with.
    """

    gsd: StatedFigure
    factor: Text | None = None
    part_number: Text | None = None
    line: LineNumber | None = None
    component: Text | None = None
    material: LineNumber | None = None


class UncertaintyIn(In):
    """How many draws, from which seed (one that follows from the inputs if none is given), and spreads in place of those by ratings."""

    method: Text = USUAL_METHOD
    draws: Annotated[int, Field(ge=footprint.analyses.FEWEST_DRAWS, le=footprint.analyses.MOST_DRAWS)] = footprint.analyses.USUAL_DRAWS
    seed: Annotated[int, Field(ge=0, le=footprint.analyses.LARGEST_SEED)] | None = None
    spreads: list[SpreadIn] = Field(default_factory=list, max_length=1000)


class IntervalOut(Out):
    """The present figure, and of the draws their mean, median, 5 % and 95 %; kg CO2e per declared unit."""

    figure: float
    mean: float
    median: float
    low: float
    high: float


class UncertaintyOut(Out):
    """The distribution of a product's present figure, and what it rests on. The same seed gives the same."""

    part_number: str
    declared_unit: str
    method: str
    draws: int
    seed: int
    total: IntervalOut
    stages: dict[str, IntervalOut]
    complete: bool
    source: str
    citation: str
    unverified: list[str]
