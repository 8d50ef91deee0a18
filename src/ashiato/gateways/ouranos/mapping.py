"""Between the interface's messages and the domain's nouns, both ways (pure)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from ashiato.domain import footprint, participants, trade
from ashiato.domain.products import Designated, Sourcing
from ashiato.gateways.ouranos.wire import (
    MOST,
    CfpModel,
    CfpType,
    DqrType,
    DqrValue,
    GhgUnit,
    OperatorAttribute,
    OperatorModel,
    PartsModel,
    PlantAttribute,
    PlantModel,
    RequestStatus,
    ResponseState,
    StatusModel,
    TradeModel,
    UnitName,
)

statements = footprint.statements
JAPAN = timezone(timedelta(hours=9))
NEW = UUID(int=0)
NOT_STATED = "-"  # where the interface demands a text and the company has none
LONGEST_ITEM = 50
UNITS: dict[UnitName, str] = {
    "liter": "l", "kilogram": "kg", "cubic-meter": "m3", "kilowatt-hour": "kWh", "megajoule": "MJ", "ton-kilometer": "tkm",
    "square-meter": "m2", "unit": "piece",
}  # fmt: skip
NAMES: dict[str, UnitName] = {symbol: name for name, symbol in UNITS.items()}
GHG_UNITS: dict[str, GhgUnit] = {symbol: f"kgCO2e/{name}" for name, symbol in UNITS.items()}  # type: ignore[misc]
_SYMBOLS = {unit: symbol for symbol, unit in GHG_UNITS.items()}


def operator(profile: participants.directory.Profile) -> OperatorModel:
    """A company; one without a public number is told by a dash."""
    return OperatorModel(
        operatorId=profile.company_id, operatorName=profile.name, operatorAddress=profile.address,
        openOperatorId=profile.corporate_number or NOT_STATED, operatorAttribute=OperatorAttribute(globalOperatorId=profile.global_id),
    )  # fmt: skip


def can_be_told(plant: participants.directory.Plant) -> bool:
    """Whether the interface has room for a site: its code must end in six digits."""
    return 6 <= len(plant.code) <= 26 and plant.code[-6:].isascii() and plant.code[-6:].isdigit()  # noqa: PLR2004 — the interface's limits


def plant_model(plant: participants.directory.Plant, operator_id: UUID) -> PlantModel:
    """A site."""
    return PlantModel(
        plantId=plant.site_id, operatorId=operator_id, plantName=plant.name, plantAddress=plant.address, openPlantId=plant.code,
        plantAttribute=PlantAttribute(globalPlantId=plant.global_id),
    )  # fmt: skip


def plant(model: PlantModel) -> participants.directory.Plant:
    """The site that a message states."""
    return participants.directory.Plant(model.plantId, model.openPlantId, model.plantName, model.plantAddress, model.plantAttribute.globalPlantId)


def designated(model: PartsModel, sourcing: Sourcing) -> Designated:
    """The part that a message states; the zero identifier where it names none."""
    notes = [model.partsAddInfo1, model.partsAddInfo2, model.partsAddInfo3]
    unit = UNITS[model.amountRequiredUnit] if model.amountRequiredUnit else None
    return Designated(
        model.traceId or NEW,
        model.plantId,
        model.partsName,
        model.supportPartsName,
        model.partsLabelName,
        notes,
        unit,
        model.terminatedFlag,
        sourcing,
    )


def parts_model(part: Designated, operator_id: UUID, amount: Decimal | None = None) -> PartsModel | None:
    """A part, with an amount where it goes into another one; None where the interface has no room for its name."""
    if len(part.item) > LONGEST_ITEM:
        return None
    return PartsModel(
        traceId=part.part_id, operatorId=operator_id, plantId=part.site_id, partsName=part.item, supportPartsName=part.supplement,
        terminatedFlag=part.terminal, amountRequired=amount, amountRequiredUnit=NAMES.get(part.unit or ""), partsLabelName=part.label,
        partsAddInfo1=part.notes[0], partsAddInfo2=part.notes[1], partsAddInfo3=part.notes[2],
    )  # fmt: skip


def due(day: date) -> datetime:
    """The last moment of a day in Japan."""
    return datetime.combine(day, time(23, 59, 59), JAPAN)


def day_of(moment: datetime) -> date:
    """The day in Japan."""
    return moment.astimezone(JAPAN).date()


def trade_model(dealing: trade.dealings.Dealing) -> TradeModel:
    """The link of a request. A side that shows no part is told by the request's own identifier, which leads nowhere else."""
    linked = dealing.state in ("linked", "answered")
    return TradeModel(
        tradeId=dealing.request_id, downstreamOperatorId=dealing.buyer_id, upstreamOperatorId=dealing.supplier_id,
        downstreamTraceId=dealing.downstream_part_id or dealing.request_id,
        upstreamTraceId=(dealing.upstream_part_id or dealing.request_id) if linked else None,
    )  # fmt: skip


_STATES: dict[str, ResponseState] = {
    "asked": "NOT_COMPLETED",
    "linked": "NOT_COMPLETED",
    "answered": "COMPLETED",
    "rejected": "REJECT",
    "cancelled": "CANCEL",
}


def status_model(dealing: trade.dealings.Dealing) -> StatusModel:
    """How far a request has come. Nothing is counted above one that was rejected."""
    standing = dealing.state in ("asked", "linked", "answered")
    completed = dealing.completed if dealing.completed is not None else int(dealing.state == "answered")
    return StatusModel(
        statusId=dealing.request_id, tradeId=dealing.request_id, message=dealing.message, replyMessage=dealing.reply or None, requestType="CFP",
        responseDueDate=day_of(dealing.due_at).isoformat(),
        requestStatus=RequestStatus.model_construct(
            cfpResponseStatus=_STATES[dealing.state],
            tradeTreeStatus="TERMINATED" if standing and dealing.terminated else "UNTERMINATED",
            completedCount=completed if standing else 0, completedCountModifiedAt=dealing.completed_changed_at or dealing.asked_at,
            tradesCount=(dealing.trades or 1) if standing else 0, tradesCountModifiedAt=dealing.trades_changed_at or dealing.asked_at,
        ),
    )  # fmt: skip


def shown_part(dealing: trade.dealings.Dealing) -> PartsModel:
    """The buyer's part as the supplier may see it, without any amount; where the buyer shows none, what it calls the thing."""
    if dealing.shown_site_id is not None and dealing.shown_item is not None and dealing.downstream_part_id is not None:
        notes = dealing.shown_notes or [None, None, None]
        part = Designated(
            dealing.downstream_part_id, dealing.shown_site_id, dealing.shown_item, dealing.shown_supplement, dealing.shown_label, notes,
            dealing.shown_unit, bool(dealing.shown_terminal), Sourcing.BOUGHT,
        )  # fmt: skip
    else:
        item, label = (dealing.named_number or dealing.named_item)[:LONGEST_ITEM], dealing.named_item[:LONGEST_ITEM]
        part = Designated(
            dealing.request_id,
            dealing.request_id,
            item,
            None,
            label,
            [None, None, None],
            dealing.named_unit,
            terminal=False,
            sourcing=Sourcing.BOUGHT,
        )
    model = parts_model(part, dealing.buyer_id)
    if model is None:
        raise ValueError("a part is shown under a name of at most fifty characters")
    return model


STATED: tuple[CfpType, ...] = ("preProduction", "mainProduction", "preComponent", "mainComponent")


def quality_type(kind: CfpType) -> DqrType:
    """The quality that belongs to a figure: that of its process."""
    process = "pre" if kind.startswith("pre") else "main"
    ending = next((ending for ending in ("Total", "Response") if kind.endswith(ending)), "")
    return f"{process}Processing{ending}"  # type: ignore[return-value]


def statement(models: Sequence[CfpModel]) -> statements.Statement:
    """What four figures of one part state; they have passed their checks."""
    by_kind: dict[str, CfpModel] = {model.cfpType: model for model in models}
    pre, main = (
        statements.Process(by_kind[production].ghgEmission, by_kind[component].ghgEmission, _ratings(by_kind[production].dqrValue))
        for production, component in (("preProduction", "preComponent"), ("mainProduction", "mainComponent"))
    )
    return statements.Statement(models[0].traceId, models[0].cfpId or NEW, _SYMBOLS[models[0].ghgDeclaredUnit], pre, main)


def _ratings(value: DqrValue) -> statements.Ratings:
    return statements.Ratings(value.TeR, value.GeR, value.TiR)


def cfp_models(shown: statements.Shown) -> list[CfpModel]:
    """What is known of a part's footprint: what its company states, the totals over its structure, its supplier's answer."""
    found: list[CfpModel] = []
    if shown.statement is not None:
        one = shown.statement
        found += stated_models(one)
        if shown.totals is not None:
            found += _four(one.part_id, one.statement_id, one.unit, (shown.totals.pre, shown.totals.main), "Total")
    if shown.answer is not None:
        found += _response(shown.part, shown.answer)
    return found


def stated_models(one: statements.Statement) -> list[CfpModel]:
    """The four figures that a company states."""
    return _four(one.part_id, one.statement_id, one.unit, (one.pre, one.main), "")


def _four(part_id: UUID, cfp_id: UUID, unit: str, processes: tuple[statements.Process, statements.Process], ending: str) -> list[CfpModel]:
    if unit not in GHG_UNITS:
        return []
    pre, main = processes
    figures = {"preProduction": (pre.production, pre), "mainProduction": (main.production, main),
               "preComponent": (pre.component, pre), "mainComponent": (main.component, main)}  # fmt: skip
    return [
        _model(part_id, cfp_id, unit, f"{kind}{ending}", figure, process.quality)  # type: ignore[arg-type]
        for kind, (figure, process) in figures.items()
    ]


def _response(part: Designated, answer: statements.Answer) -> list[CfpModel]:
    unit = answer.unit if answer.unit in GHG_UNITS else part.unit if part.unit in GHG_UNITS else "piece"
    return [
        _model(part.part_id, None, unit, "preProductionResponse", answer.pre, answer.pre_quality),
        _model(part.part_id, None, unit, "mainProductionResponse", answer.main, answer.main_quality),
    ]


def _model(part_id: UUID, cfp_id: UUID | None, unit: str, kind: CfpType, figure: Decimal | None, quality: statements.Ratings) -> CfpModel:
    ter, ger, tir = (_room(rating) for rating in (quality.ter, quality.ger, quality.tir))
    return CfpModel(
        cfpId=cfp_id, traceId=part_id, ghgEmission=_room(figure), ghgDeclaredUnit=GHG_UNITS[unit], cfpType=kind, dqrType=quality_type(kind),
        dqrValue=DqrValue(TeR=ter, GeR=ger, TiR=tir),
    )  # fmt: skip


def _room(figure: Decimal | None) -> Decimal | None:
    """The figure where the interface has room for it: from nothing to 99999.99999."""
    return figure if figure is not None and 0 <= figure <= MOST else None
