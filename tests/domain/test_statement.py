"""Totals over stated figures against a walk over every path; counts over tiers against what they mean."""

from decimal import ROUND_UP, Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashiato.domain.footprint.statement import Accounts, Answer, Component, Process, Ratings, Statement
from ashiato.domain.products import Designated, Sourcing
from ashiato.domain.trade.progress import progress_of
from ashiato.domain.trade.progress_store import Asked

PARTS = [UUID(int=each + 1) for each in range(6)]
FIGURES = st.none() | st.decimals(0, 1000, places=5)
RATINGS = st.builds(Ratings, FIGURES, FIGURES, FIGURES)
PROCESSES = st.builds(Process, FIGURES, FIGURES, RATINGS)
AMOUNTS = st.decimals(0, 100, places=5)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Statement], list[Component], dict[UUID, Answer]]:
    """A structure in which a part goes only into parts before it; some are answered, some stated, some neither."""
    statements = [Statement(part, uuid4(), "kg", draw(PROCESSES), draw(PROCESSES)) for part in PARTS if draw(st.booleans())]
    answers = {part: Answer("kg", draw(FIGURES), draw(FIGURES), draw(RATINGS), draw(RATINGS)) for part in PARTS[1:] if draw(st.booleans())}
    edges = [(parent, child) for at, parent in enumerate(PARTS) for child in PARTS[at + 1 :] if draw(st.booleans())]
    return statements, [Component(parent, child, draw(AMOUNTS), draw(st.booleans())) for parent, child in edges], answers


def walked(part: UUID, main: bool, given: tuple[list[Statement], list[Component], dict[UUID, Answer]]) -> list[tuple[Decimal, Ratings, bool]]:
    """(emission, its ratings, whether it is the part's own production) along every path below a part."""
    statements, components, answers = given
    found = []
    for statement in statements:
        if statement.part_id == part:
            process = statement.main if main else statement.pre
            found += [(process.production or Decimal(0), process.quality, True), (process.component or Decimal(0), process.quality, False)]
    for component in components:
        if component.parent_id == part:
            answer = answers.get(component.part_id) if component.answered else None
            if answer is not None:
                below = [((answer.main if main else answer.pre) or Decimal(0), answer.main_quality if main else answer.pre_quality, False)]
            else:
                below = walked(component.part_id, main, given)
            found += [(component.amount * emission, ratings, False) for emission, ratings, _ in below]
    return found


@given(accounts())
def test_totals_are_the_sum_over_all_paths(given: tuple[list[Statement], list[Component], dict[UUID, Answer]]) -> None:
    for part in PARTS:
        totals = Accounts(*given).totals(part)
        for main, process in ((False, totals.pre), (True, totals.main)):
            paths = walked(part, main, given)
            assert process.production == up(sum((emission for emission, _, own in paths if own), Decimal(0)))
            assert process.component == up(sum((emission for emission, _, own in paths if not own), Decimal(0)))
            for name in ("ter", "ger", "tir"):
                rated = [(emission, getattr(ratings, name)) for emission, ratings, _ in paths if getattr(ratings, name) is not None]
                weight = sum((emission for emission, _ in rated), Decimal(0))
                mean = sum((emission * rating for emission, rating in rated), Decimal(0)) / weight if weight else None
                told = getattr(process.quality, name)
                assert (told is None) == (mean is None)
                assert mean is None or mean <= told + Decimal("1e-20")
                assert mean is None or told - mean < Decimal("0.00001") + Decimal("1e-20")


def up(figure: Decimal) -> Decimal:
    return figure.quantize(Decimal("0.00001"), rounding=ROUND_UP)


def test_the_example_of_the_running_client() -> None:
    """Own 3 + 20, five of a child of 1.5 + 10, two of a terminal child of 1 + 2: 86.5."""
    none = Ratings()
    parent = Statement(PARTS[0], uuid4(), "kg", Process(Decimal(3), Decimal(0), none), Process(Decimal(20), Decimal(0), none))
    end = Statement(PARTS[2], uuid4(), "kg", Process(Decimal(0), Decimal(1), none), Process(Decimal(0), Decimal(2), none))
    edges = [Component(PARTS[0], PARTS[1], Decimal(5), True), Component(PARTS[0], PARTS[2], Decimal(2), False)]
    totals = Accounts([parent, end], edges, {PARTS[1]: Answer("kg", Decimal("1.5"), Decimal(10), none, none)}).totals(PARTS[0])
    assert sum([totals.pre.production, totals.pre.component, totals.main.production, totals.main.component]) == Decimal("86.5")


def part(*, terminal: bool = False, bought: bool = False) -> Designated:
    return Designated(uuid4(), uuid4(), "X", None, None, [None] * 3, "kg", terminal, Sourcing.BOUGHT if bought else Sourcing.MADE)


@pytest.mark.parametrize(
    ("terminal", "has_parts", "children", "ended", "terminated"),
    [
        (True, False, 0, 0, True),
        (False, False, 0, 0, False),
        (False, True, 0, 0, True),  # of terminal children only
        (False, True, 2, 1, False),
        (False, True, 2, 2, True),
    ],
)
def test_a_tree_ends_where_every_branch_does(terminal: bool, has_parts: bool, children: int, ended: int, terminated: bool) -> None:
    bought = [part(bought=True) for _ in range(children)]
    asked = [Asked(each.part_id, "asked", 3, 1, 2, at < ended) for at, each in enumerate(bought)]
    told = progress_of(part(terminal=terminal), bought, has_parts=has_parts, asked=asked, answered=True)
    assert (told.trades, told.completed, told.terminated) == (1 + 3 * children, 1 + children, terminated)
    assert told.tiers == (3 if children else 1)
