"""Messages and nouns carry the same both ways; every published example is one of our messages."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.ouranos.standard import at_hand, examples, operations

from ashiato.domain.footprint.statements import Answer, Process, Ratings, Shown, Statement, Totals
from ashiato.domain.participants.directory import Plant, Profile
from ashiato.domain.products import Sourcing
from ashiato.domain.products.designations import Designated
from ashiato.domain.trade.dealings import Dealing
from ashiato.gateways.ouranos import errors, mapping, wire
from ashiato.kernel.errors import Kind
from ashiato.kernel.quantity import UNITS

IDS = st.uuids(version=4)
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=50)
MAYBE = st.none() | TEXT
FIGURES = st.decimals(0, Decimal("99999.99999"), places=5).map(lambda figure: Decimal(str(float(figure))))
UNIT_NAMES = st.sampled_from(sorted(mapping.UNITS))
RATINGS = st.builds(wire.DqrValue, TeR=st.none() | FIGURES, GeR=st.none() | FIGURES, TiR=st.none() | FIGURES)
PARTS = st.builds(
    wire.PartsModel, amountRequired=st.none(), amountRequiredUnit=st.none() | UNIT_NAMES, operatorId=IDS, partsName=TEXT.filter(bool), plantId=IDS,
    supportPartsName=MAYBE, terminatedFlag=st.booleans(), traceId=IDS, partsLabelName=MAYBE, partsAddInfo1=MAYBE, partsAddInfo2=MAYBE,
    partsAddInfo3=MAYBE,
)  # fmt: skip
PLANTS = st.builds(
    wire.PlantModel, plantId=IDS, operatorId=IDS, plantName=TEXT.filter(bool), plantAddress=TEXT.filter(bool),
    openPlantId=st.from_regex(r"[A-Z0-9]{0,20}[0-9]{6}", fullmatch=True), plantAttribute=st.builds(wire.PlantAttribute, globalPlantId=MAYBE),
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 — Hypothesis wants bare limits


def over_the_wire(model: Any) -> Any:
    """The message as it comes back from JSON, in which a number is a double."""
    return type(model).model_validate(json.loads(model.model_dump_json()))


@given(PARTS)
def test_a_part_survives_both_ways(model: wire.PartsModel) -> None:
    assert mapping.parts_model(mapping.designated(over_the_wire(model), Sourcing.MADE), model.operatorId) == model


@given(PARTS, FIGURES)
def test_an_amount_survives_the_wire(model: wire.PartsModel, amount: Decimal) -> None:
    told = mapping.parts_model(mapping.designated(model, Sourcing.BOUGHT), model.operatorId, amount)
    assert over_the_wire(told).amountRequired == amount


@given(PLANTS)
def test_a_plant_survives_both_ways(model: wire.PlantModel) -> None:
    plant = mapping.plant(over_the_wire(model))
    assert mapping.can_be_told(plant)
    assert mapping.plant_model(plant, model.operatorId) == model


@given(IDS, IDS, UNIT_NAMES, st.lists(st.none() | FIGURES, min_size=4, max_size=4), RATINGS, RATINGS)
def test_four_figures_survive_both_ways(
    trace: Any, cfp: Any, unit: str, figures: list[Decimal | None], pre: wire.DqrValue, main: wire.DqrValue
) -> None:
    models = [
        wire.CfpModel(
            cfpId=cfp, traceId=trace, ghgEmission=figure, ghgDeclaredUnit=f"kgCO2e/{unit}", cfpType=kind, dqrType=mapping.quality_type(kind),
            dqrValue=pre if kind.startswith("pre") else main,
        )
        for kind, figure in zip(mapping.STATED, figures, strict=True)
    ]  # fmt: skip
    assert mapping.stated_models(mapping.statement([over_the_wire(model) for model in models])) == models


@given(st.dates(date(2000, 1, 1), date(2200, 12, 31)))
def test_a_due_date_is_a_day_in_japan(day: date) -> None:
    assert mapping.day_of(mapping.due(day)) == day
    assert mapping.day_of(mapping.due(day).astimezone(UTC)) == day


DEALINGS = st.builds(
    Dealing, buyer_id=IDS, request_id=IDS, supplier_id=IDS, state=st.sampled_from(["asked", "linked", "answered", "rejected"]), message=TEXT,
    reply=TEXT, asked_at=MOMENTS, due_at=MOMENTS, named_item=TEXT.filter(bool), named_number=TEXT, named_unit=st.sampled_from(sorted(UNITS)),
    downstream_part_id=st.none() | IDS, upstream_part_id=st.none() | IDS, shown_site_id=st.none() | IDS, shown_item=st.none() | TEXT.filter(bool),
    shown_supplement=MAYBE, shown_label=MAYBE, shown_notes=st.none() | st.lists(MAYBE, min_size=3, max_size=3),
    shown_unit=st.none() | st.sampled_from(sorted(UNITS)), shown_terminal=st.none() | st.booleans(), trades=st.none() | st.integers(1, 99),
    completed=st.none() | st.integers(0, 99), terminated=st.none() | st.booleans(), trades_changed_at=st.none() | MOMENTS,
    completed_changed_at=st.none() | MOMENTS,
)  # fmt: skip


@given(DEALINGS)
def test_whatever_stands_between_two_companies_can_be_told(dealing: Dealing) -> None:
    status, trade, part = mapping.status_model(dealing), mapping.trade_model(dealing), mapping.shown_part(dealing)
    for model in (status, trade, part):
        assert over_the_wire(model).model_dump_json() == model.model_dump_json()
    assert part.amountRequired is None
    assert (trade.upstreamTraceId is None) == (dealing.state in ("asked", "rejected"))
    state = status.requestStatus
    assert state.completedCount <= 99
    if dealing.state == "rejected":
        assert (state.tradeTreeStatus, state.completedCount, state.tradesCount) == ("UNTERMINATED", 0, 0)


@given(
    st.builds(
        Profile,
        company_id=IDS,
        name=TEXT.filter(bool),
        address=TEXT.filter(bool),
        corporate_number=st.none() | st.just("1234567890123"),
        global_id=MAYBE,
        state=st.just("admitted"),
    )
)
def test_every_company_can_be_told(profile: Profile) -> None:
    assert over_the_wire(mapping.operator(profile)) == mapping.operator(profile)


def test_what_there_is_no_room_for_is_left_out() -> None:
    part = Designated(uuid4(), uuid4(), "x" * 51, None, None, [None, None, None], "t", False, "made")
    assert mapping.parts_model(part, uuid4()) is None
    assert (
        mapping.parts_model(Designated(uuid4(), uuid4(), "x", None, None, [None, None, None], "t", False, "made"), uuid4()).amountRequiredUnit is None
    )
    assert not mapping.can_be_told(Plant(uuid4(), "KYOTO", "Kyoto", "Kyoto", None))
    process = Process(Decimal(100_000), Decimal(0), Ratings())
    statement = Statement(part.part_id, uuid4(), "kg", process, process)
    shown = Shown(part, statement, Totals(process, process), Answer("t", Decimal(1), None, Ratings(), Ratings()))
    told = mapping.cfp_models(shown)
    assert [model.ghgEmission for model in told if model.cfpType == "preProductionTotal"] == [None]
    assert [model.ghgDeclaredUnit for model in told if model.cfpType.endswith("Response")] == ["kgCO2e/unit", "kgCO2e/unit"]


def test_every_unit_of_the_interface_is_one_of_ours() -> None:
    assert set(mapping.UNITS.values()) <= set(UNITS)
    assert len(set(mapping.UNITS.values())) == len(mapping.UNITS) == 8


def test_the_table_of_refusals_is_total() -> None:
    assert set(errors.STATUS) == set(Kind)
    assert set(errors.STATUS.values()) <= set(errors.WORDS)


MODELS: dict[tuple[str, str], Any] = {
    ("operator", ""): wire.OperatorModel, ("plant", ""): wire.PlantModel, ("parts", ""): wire.PartsModel,
    ("partsStructure", ""): wire.PartsStructureModel, ("tradeRequest", "GET"): wire.TradeModel, ("tradeRequest", "PUT"): wire.TradeRequestModel,
    ("tradeResponse", "GET"): wire.TradeResponseModel, ("tradeResponse", "PUT"): wire.TradeModel, ("status", ""): wire.StatusModel,
    ("cfp", ""): wire.CfpModel, ("cfpCertification", ""): wire.CfpCertificationModel, ("/auth/login", ""): wire.LoginOutputModel,
    ("/auth/refresh", ""): wire.RefreshOutputModel,
}  # fmt: skip
MISSPELLED = "upsreamOperatorId"  # in the published example of a request


def published() -> list[tuple[str, str, Any]]:
    """(method, what it is about, example): of bodies and of good answers."""
    found = []
    for method, about, operation in operations():
        found += [(method, about, value) for value in examples(operation.get("requestBody", {}).get("content", {}))]
        for status, told in operation["responses"].items():
            if int(status) < 300:
                found += [(method, about, value) for value in examples(told.get("content", {}))]
    return found


@at_hand
def test_every_published_example_is_one_of_our_messages() -> None:
    found = published()
    assert len(found) > 50
    for method, about, value in found:
        model = MODELS.get((about, "")) or MODELS[about, method]
        text = json.dumps(value).replace(MISSPELLED, "upstreamOperatorId")
        adapter = TypeAdapter(list[model] if isinstance(value, list) else model)
        read = adapter.validate_python(json.loads(text))
        told = json.loads(adapter.dump_json(read))
        assert contained(json.loads(text), told), (method, about, value)


def contained(stated: Any, told: Any) -> bool:
    """Whether all that is stated is told again; more may be told."""
    if isinstance(stated, dict):
        return all(name in told and contained(value, told[name]) for name, value in stated.items())
    if isinstance(stated, list):
        return len(stated) == len(told) and all(contained(*pair) for pair in zip(stated, told, strict=True))
    return stated == told


@at_hand
def test_every_published_failure_has_a_form_that_ours_have() -> None:
    failures = [value for _, _, operation in operations() for status, told in operation["responses"].items() if int(status) >= 400
                for value in examples(told.get("content", {}))]  # fmt: skip
    assert len(failures) > 150
    for value in failures:
        wire.ErrorModel.model_validate(value)


def test_an_example_that_lost_something_would_be_noticed() -> None:
    """The canary."""
    assert not contained({"a": [1, {"b": 2}]}, {"a": [1, {}]})
    with pytest.raises(ValidationError):
        wire.PartsModel.model_validate({"partsName": 1})
