"""Properties of the roll-up and of scores: masses are kept, coverage is monotone, points sum."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ashiato.domain.diligence import scoring
from ashiato.domain.diligence.model import Content, Masses, Material, Origin, PlaceKind
from ashiato.domain.diligence.questionnaires import Questionnaire, all_questionnaires
from ashiato.domain.diligence.risk import red_flags
from ashiato.domain.diligence.rollup import TOLERANCE, Edge, Node, balanced, roll_up

DAY = date(2026, 11, 23)
SLACK = Decimal("1e-20")  # of divisions in fifty digits, compared in twenty-eight
PACK, CELL, FOIL = (UUID(int=number) for number in (1, 2, 3))
masses = st.decimals("0.001", "1000", places=3)
shares = st.decimals("0", "0.9", places=2)
origins = st.builds(
    Origin, st.sampled_from(list(Material)[:3]), masses, country=st.sampled_from(["", "CD", "CL"]), refiner_cid=st.sampled_from(["", "CID003255"]),
    audit_scheme=st.just("RMAP"), audit_until=st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
)  # fmt: skip
contents = st.lists(st.builds(Content, st.sampled_from(list(Material)[:3]), masses, shares), max_size=3, unique_by=lambda content: content.material)


@st.composite
def chains(draw: st.DrawFn) -> tuple[dict[UUID, Node], list[Edge]]:
    """A pack of cells and foil, both bought, with whatever is stated of each."""
    nodes = {part: Node(part, part != PACK, tuple(draw(contents)), tuple(draw(st.lists(origins, max_size=3)))) for part in (PACK, CELL, FOIL)}
    return nodes, [Edge(PACK, part, draw(masses)) for part in (CELL, FOIL)]


@given(chains())
def test_no_share_exceeds_the_whole(chain: tuple[dict[UUID, Node], list[Edge]]) -> None:
    for found in roll_up(PACK, *chain, DAY).materials.values():
        assert all(0 <= share <= found.total + SLACK for share in (found.country, found.refiner, found.audited))


@given(chains())
def test_mass_is_neither_made_nor_lost(chain: tuple[dict[UUID, Node], list[Edge]]) -> None:
    """What is stated is what the part holds; where nothing is stated, it holds what goes in."""
    nodes, edges = chain
    amounts = {edge.child_id: edge.amount for edge in edges}
    for material, found in roll_up(PACK, nodes, edges, DAY).materials.items():
        told = {part: sum((c.mass_kg for c in node.contents if c.material == material), Decimal(0)) for part, node in nodes.items()}
        brought = {part: sum((o.mass_kg for o in node.origins if o.material == material), Decimal(0)) for part, node in nodes.items()}
        below = sum((amounts[part] * (told[part] or brought[part]) for part in (CELL, FOIL)), Decimal(0))
        assert found.total == (told[PACK] or brought[PACK] + below)


@given(chains(), st.integers(0, 2), st.data())
def test_what_becomes_known_never_lowers_coverage(chain: tuple[dict[UUID, Node], list[Edge]], which: int, data: st.DataObject) -> None:
    nodes, edges = chain
    part = (PACK, CELL, FOIL)[which]
    if not nodes[part].origins:
        return
    place = data.draw(st.integers(0, len(nodes[part].origins) - 1))
    lines = list(nodes[part].origins)
    lines[place] = replace(lines[place], country=lines[place].country or "AU", refiner_cid="CID000001", audit_until=date(2030, 1, 1))
    before, after = roll_up(PACK, nodes, edges, DAY), roll_up(PACK, nodes | {part: replace(nodes[part], origins=tuple(lines))}, edges, DAY)
    for material, found in before.materials.items():
        now = after.materials[material]
        assert now.total == found.total
        assert now.country >= found.country - SLACK
        assert now.refiner >= found.refiner - SLACK
        assert now.audited >= found.audited - SLACK


@given(masses, masses, shares)
def test_a_balance_breaks_where_less_was_bought_than_sold(sold: Decimal, bought: Decimal, loss: Decimal) -> None:
    known, missing = balanced(Content(Material.COBALT, sold, loss), Masses(bought, bought))
    left = bought * (1 - loss)
    assert (missing > 0) == (left < sold)
    assert abs(known.country + missing * sold - sold) < Decimal("1e-20"), "what is not covered counts as unknown"


def test_a_break_is_told_at_its_tier_and_not_within_the_tolerance() -> None:
    def found(sold: str) -> list[tuple[int, PlaceKind]]:
        node = Node(PACK, False, (Content(Material.COBALT, Decimal(sold)),))
        cell = Node(CELL, True, (), (Origin(Material.COBALT, Decimal(1), country="CL"),))
        return [(each.place.tier, each.place.kind) for each in roll_up(PACK, {PACK: node, CELL: cell}, [Edge(PACK, CELL, Decimal(1))], DAY).found]

    assert found("1") == found(str(1 + TOLERANCE / 2)) == []
    assert found("1.02") == [(0, PlaceKind.IMBALANCE)]


def test_where_a_supplier_is_silent_no_balance_is_struck() -> None:
    nodes = {
        PACK: Node(PACK, False, (Content(Material.COBALT, Decimal(1)),)),
        CELL: Node(CELL, True),
        FOIL: Node(FOIL, True, (), (Origin(Material.COBALT, Decimal("0.1"), country="CL"),)),
    }
    rolled = roll_up(PACK, nodes, [Edge(PACK, CELL, Decimal(1)), Edge(PACK, FOIL, Decimal(1))], DAY)
    assert rolled.found == ()
    assert rolled.materials[Material.COBALT].country == Decimal("0.1")


def answers_to(asked: Questionnaire) -> st.SearchStrategy[dict]:
    by_type = {
        "boolean": lambda _: st.booleans(), "integer": lambda _: st.integers(0, 30), "share": lambda _: st.sampled_from(["0", "0.5", "0.8", "1"]),
        "date": lambda _: st.dates().map(date.isoformat), "text": lambda _: st.just("somewhere"), "choice": lambda question: st.sampled_from(question.choices),
        "categories": lambda _: st.lists(st.sampled_from(["air", "water", "child_labour"]), unique=True),
    }  # fmt: skip
    whole = st.fixed_dictionaries({question.id: by_type[question.type](question) for question in asked.questions})
    return whole.map(lambda answers: {question.id: answers[question.id] for question in asked.asked(answers)})


@given(
    st.sampled_from(sorted(all_questionnaires())).flatmap(lambda name: answers_to(all_questionnaires()[name]).map(lambda answers: (name, answers)))
)
def test_points_sum_to_the_score_and_explain_it(drawn: tuple[str, dict]) -> None:
    asked, answers = all_questionnaires()[drawn[0]], drawn[1]
    assert [
        flaw
        for flaw in scoring.flaws(asked, answers, {question.id for question in asked.questions}, DAY)
        if flaw.code not in ("evidence.missing", "answer.past")
    ] == []
    found = scoring.score(asked, answers)
    assert found.points == sum(line.points for line in found.lines)
    assert found.of_points == sum(line.of_points for line in found.lines)
    assert all(0 <= line.points <= line.of_points and line.en and line.ja for line in found.lines)
    assert {line.question for line in found.lines} <= {question.id for question in asked.asked(answers)}
    assert scoring.prefilled(asked, answers, date.min) == answers, "the same answers fit the same questions next time"


def test_evidence_is_demanded_where_the_rule_demands_it_and_conditions_count() -> None:
    site = all_questionnaires()["site"]
    answers = {"minimum_age": 15, "hazardous_age": 18, "age_verification": "papers", "cases_found": 2, "cases_remediated": 2, "schooling": True,
               "monitoring": True, "site_visits": 1, "is_mine": False, "protective_equipment": True}  # fmt: skip
    assert [flaw.field for flaw in scoring.flaws(site, answers, set(), DAY)] == ["evidence.cases_remediated"]
    assert scoring.flaws(site, answers, {"cases_remediated"}, DAY) == []
    none_found = answers | {"cases_found": 0}
    assert {flaw.code for flaw in scoring.flaws(site, none_found, set(), DAY)} == {"answer.not_asked"}
    assert [(raised.question, raised.severity) for raised in scoring.score(site, answers).raised] == [("cases_found", "severe")]
    assert scoring.flaws(site, answers | {"cases_found": True}, {"cases_remediated"}, DAY)[0].code in ("answer.type", "answer.not_asked")


def test_the_questionnaires_hold_all_categories_in_two_languages() -> None:
    company = all_questionnaires()["company"]
    assert {question.section for question in company.questions} >= {
        "step1",
        "step2",
        "step3",
        "step4",
        "step5",
        "forced_labour",
        "health",
        "grievance",
    }
    assert all(
        question.words.en and question.words.ja and question.words.en != question.words.ja
        for each in all_questionnaires().values()
        for question in each.questions
    )
    assert json.dumps(company.status)


def test_a_day_that_is_past_is_told_and_not_filled_in_again() -> None:
    company = all_questionnaires()["company"]
    answers = {"third_party_audit": True, "audit_until": "2026-11-22"}
    told = {flaw.field: flaw.code for flaw in scoring.flaws(company, answers, set(), DAY)}
    assert told["answers.audit_until"] == "answer.past"
    assert scoring.prefilled(company, answers, DAY) == {"third_party_audit": True}
    assert "answers.audit_until" not in {flaw.field for flaw in scoring.flaws(company, answers | {"audit_until": "2026-11-23"}, set(), DAY)}


def test_an_audit_that_has_run_out_is_flagged_with_what_to_do() -> None:
    origin = Origin(Material.COBALT, Decimal(1), country="CL", refiner_cid="CID003255", audit_scheme="RMAP", audit_until=date(2026, 11, 22))
    (flag,) = red_flags([origin], [], DAY)
    assert (flag.code, "new one" in flag.words) == ("audit.expired", True)
    assert red_flags([replace(origin, audit_until=DAY)], [], DAY) == []
