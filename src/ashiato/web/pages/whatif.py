"""What if: a product's present figure beside what it would be with some changes. The address holds them; nothing is written."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import footprint, products, trade
from ashiato.domain.participants import Actor
from ashiato.domain.products import Part
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.errors import Flaw, Kind, Refusal, invalid
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, journey

router = journey()
MOST = 20
_CARRIERS = 0.01
_LONGEST = 500
_CHOICES = 200
Text = Annotated[str, Query(max_length=200)]
Stated = Annotated[list[Annotated[str, Query(max_length=_LONGEST)]], Query(alias="c", max_length=MOST, default_factory=list)]


class Sort(StrEnum):
    """What can be changed on the page."""

    ELECTRICITY = "electricity"
    SECONDARY = "secondary"
    ANSWER = "answer"
    AMOUNT = "amount"
    COMPONENT = "component"
    FACTOR = "factor"
    VALUE = "value"


FIELDS: dict[Sort, tuple[str, ...]] = {  # in the order in which the address holds them
    Sort.ELECTRICITY: ("factor",),
    Sort.SECONDARY: ("part", "factor"),
    Sort.ANSWER: ("part", "request"),
    Sort.AMOUNT: ("part", "line", "amount"),
    Sort.COMPONENT: ("part", "component", "amount", "unit"),
    Sort.FACTOR: ("factor", "by"),
    Sort.VALUE: ("factor", "amount"),
}


@dataclass(frozen=True, slots=True)
class Stating:
    """One change as the address holds it, in its words, and the address without it."""

    sort: Sort
    told: dict[str, str]
    text: str
    without: str


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """The page."""

    template: ClassVar[str] = "what_if.html"
    part: Part
    method: str
    stated: list[Stating]
    scenario: footprint.analyses.Scenario | None
    trouble: Refusal | None  # why a change cannot be made, or why there is no present figure
    carriers: tuple[footprint.analyses.Carrier, ...]
    present: dict[tuple[str, int], footprint.package.Line]  # the lines among them, by part number and line
    parts: list[Part]
    electricity: list[footprint.model.StoredFactor]
    factors: list[footprint.model.StoredFactor]
    answers: list[RequestView]


@router.get("/parts/{part_id:uuid}/what-if")
async def what_if(
    visit: AtDoor, part_id: UUID, stated: Stated, method: Annotated[str, Query(max_length=100)] = "", sort: Sort | None = None,
    part: Text = "", line: Text = "", component: Text = "", amount: Text = "", unit: Text = "", factor: Text = "", by: Text = "", request: Text = "",
) -> Response:  # fmt: skip
    """A product as it is and as it would be. A change that was filled in leads to the address that holds it too."""
    path = f"/parts/{part_id}/what-if"
    if sort is not None:
        written = {"part": part, "line": line, "component": component, "amount": amount, "unit": unit, "factor": factor, "by": by, "request": request}
        added = json.dumps([sort, *(written[name].strip() for name in FIELDS[sort])], ensure_ascii=False, separators=(",", ":"))
        return RedirectResponse(_address(path, method, [*stated, added]), 303)
    read = [_read(text) for text in stated]
    statings = [
        Stating(kind, told, text, _address(path, method, [other for place, other in enumerate(stated) if place != at]))
        for at, (text, (kind, told)) in enumerate(zip(stated, read, strict=True))
    ]

    async def verb(work: Work, actor: Actor) -> WhatIfPage:
        top = await products.part(work, actor, PartId(part_id))
        newest = await footprint.history.versions(work, actor, top.part_id, 1)
        rules = method or (newest[0].method if newest else next(iter(footprint.methods.all_methods())))
        return await _page(work, actor, top, rules, statings)

    return await visit.show(verb, notes=True)


async def _page(work: Work, actor: Actor, top: Part, method: str, stated: list[Stating]) -> WhatIfPage:
    scenario: footprint.analyses.Scenario | None = None
    trouble: Refusal | None = None
    carriers: tuple[footprint.analyses.Carrier, ...] = ()
    present: dict[tuple[str, int], footprint.package.Line] = {}
    try:
        standing = await footprint.analyses.standing(work, actor, top.part_id, method)
        carriers = (await standing.contribution(_CARRIERS)).activities.carriers
        shown = {(carrier.part_number, carrier.line) for carrier in carriers}
        present = {(part.part_number, line.line): line for part in standing.parts for line in part.lines if (part.part_number, line.line) in shown}
        scenario = await standing.scenario(work, actor, [_change(each) for each in stated])
    except Refusal as refusal:
        if refusal.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        trouble = refusal
    named = list(dict.fromkeys(carrier.part_number for carrier in carriers))
    parts = sorted((await products.parts_by_number(work, named)).values(), key=lambda part: part.part_number)
    factors = await footprint.inventory.factors(work, actor, None, _CHOICES)
    return WhatIfPage(
        part=top,
        method=method,
        stated=stated,
        scenario=scenario,
        trouble=trouble,
        carriers=carriers,
        present=present,
        parts=parts,
        electricity=[factor for factor in factors if factor.electricity_basis],
        factors=factors,
        answers=await trade.requests(work, actor, sent=True, states=[RequestState.ANSWERED], after=None, limit=_CHOICES),
    )


def _address(path: str, method: str, stated: list[str]) -> str:
    query = [*((("method", method),) if method else ()), *(("c", text) for text in stated)]
    return f"{path}?{urlencode(query)}" if query else path


def _read(text: str) -> tuple[Sort, dict[str, str]]:
    """What the address holds of one change. Refuses (`invalid`) what this page never wrote."""
    try:
        sort, *told = json.loads(text)
        kind = Sort(sort)
        if all(isinstance(each, str) for each in told) and len(told) == len(FIELDS[kind]):
            return kind, dict(zip(FIELDS[kind], told, strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> Refusal:
    return invalid("scenario", "This address holds no change that can be read.", "Begin again from the product's page.")


def _change(stated: Stating) -> footprint.analyses.Change:
    told = stated.told
    match stated.sort:
        case Sort.ELECTRICITY:
            return footprint.analyses.ChangeElectricity(told["factor"])
        case Sort.SECONDARY:
            return footprint.analyses.TakeSecondary(told["part"], told["factor"])
        case Sort.ANSWER:
            return footprint.analyses.TakeAnswer(told["part"], RequestId(_identifier(told["request"])))
        case Sort.AMOUNT:
            return footprint.analyses.ChangeAmount(told["part"], int(_figure(told["line"], "line")), _figure(told["amount"], "amount"))
        case Sort.COMPONENT:
            return footprint.analyses.ChangeComponent(told["part"], told["component"], _figure(told["amount"], "amount"), told["unit"])
        case Sort.FACTOR:
            return footprint.analyses.ChangeFactor(told["factor"], told["by"])
        case Sort.VALUE:
            return footprint.analyses.ChangeFactor(told["factor"], None, _figure(told["amount"], "amount"))


def _figure(text: str, field: str) -> Decimal:
    try:
        figure = Decimal(text)
    except InvalidOperation as error:
        raise _flawed(field, f"{text!r} is no figure.") from error
    if not figure.is_finite() or abs(figure.adjusted()) > 30:  # noqa: PLR2004 — what can be registered
        raise _flawed(field, f"{text!r} is no figure that can be registered.")
    return figure


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise _flawed("request", "Choose one of the answers.") from error


def _flawed(field: str, message: str) -> Refusal:
    return invalid("scenario", message, "Correct it.", Flaw(field, "scenario.figure", message))
