"""Answering many requests with one workbook: written with the open requests, completed by the supplier, read again."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from ashiato.domain import footprint, products, trade
from ashiato.domain.imports.fields import Reader
from ashiato.domain.imports.report import Errors, RowError
from ashiato.domain.imports.tables import ANSWERS, AnswerKind, Table, recognise
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Part
from ashiato.domain.trade import Request, RequestState
from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.ids import PartId
from ashiato.kernel.period import Period
from ashiato.plumbing import spreadsheet
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Answering:
    """What is, or would be, released of one part, and to how many requests it is handed over that do not have it yet."""

    part_number: str
    release: footprint.package.Release
    requests: int
    handed_over: int


@dataclass(slots=True)
class Answers:
    """What came of a workbook of answers. Unless `saved` is true, nothing was."""

    file: str
    rows: int = 0
    answered: int = 0
    declined: int = 0
    unchanged: int = 0
    open: int = 0  # rows that say nothing yet
    ready: int = 0  # rows that answer or decline, whether or not that changes anything
    saved: bool = False
    answers: list[Answering] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


async def template(work: Work, actor: Actor, file: BinaryIO, *, japanese: bool = False) -> None:
    """Writes a workbook with a row for each open request that the company received, its part's number filled in where it is linked."""
    require(actor, Deed.READ)
    columns = ANSWERS[AnswerKind.ANSWERS]
    after: tuple[datetime, UUID] | None = None
    with spreadsheet.LongBook(file) as book:
        sheet = book.sheet(AnswerKind.ANSWERS.value, [column.headers[int(japanese)] for column in columns])
        while True:
            views = await trade.requests(work, actor, sent=False, states=[RequestState.ASKED, RequestState.LINKED], after=after, limit=_PAGE)
            parts = await products.parts_by_id(work, [view.own_part_id for view in views if view.own_part_id])
            for view in (view for view in views if view.request.subject_kind == trade.SubjectKind.FOOTPRINT):
                asked, part = view.request, parts.get(view.own_part_id) if view.own_part_id else None
                words = [str(asked.request_id), view.buyer, asked.item, asked.item_number, asked.declared_unit, asked.method]
                sheet.add([[*words, asked.due_at.date().isoformat(), part.part_number if part else "", ""]])
            if len(views) < _PAGE:
                return
            after = (views[-1].request.asked_at, views[-1].request.request_id)


def open_answers(content: bytes) -> Table | None:
    """The table of answers in a workbook, if there is one. Refuses (`invalid`) what `spreadsheet.scan` refuses."""
    found = [recognise(name, blocks, ANSWERS) for name, blocks in spreadsheet.scan_blocks(content)]
    return next((table for table in found if isinstance(table, Table)), None)


@dataclass(slots=True)
class _Plan:
    """What the rows of a workbook come to."""

    report: Answers
    answered: dict[tuple[PartId, str], list[Request]] = field(default_factory=dict)  # by part and method
    declined: list[tuple[Request, str]] = field(default_factory=list)
    places: dict[tuple[PartId, str], list[int]] = field(default_factory=dict)
    parts: dict[PartId, Part] = field(default_factory=dict)

    def by_method(self) -> list[tuple[str, list[footprint.bulk.Wanted]]]:
        """What is to be answered under each method. A part that is asked for under several is released under one after the other."""
        methods = dict.fromkeys(method for _, method in self.answered)
        return [
            (method, [footprint.bulk.Wanted(part_id, tuple(requests)) for (part_id, its), requests in self.answered.items() if its == method])
            for method in methods
        ]


def _certain(foreseen: footprint.bulk.Drawn | Refusal) -> footprint.bulk.Drawn:
    """What can be released. Raises the refusal of what cannot: what was released just before may hold it."""
    if isinstance(foreseen, Refusal):
        raise foreseen
    return foreseen


async def answer(
    work: Work,
    actor: Actor,
    file: str,
    table: Table | None,
    period: Period,
    seal: Seal | None,
    *,
    good_rows: bool = False,
    prepared_by: frozenset[UUID] = frozenset(),
) -> Answers:
    """Answers and declines what a workbook says, all of it or, where a row is wrong, nothing unless `good_rows` asks for it.

    Each part is computed and released once, for the period. Without a seal nothing is saved, and the values that would be released
    are told. The same workbook twice changes nothing. `prepared_by`: who has filled it in, where that is known; where the company wants a
    second person to look, it has to be somebody else who sends it.
    """
    require(actor, Deed.ANSWER)
    plan = await _planned(work, actor, file, table, period)
    if seal is not None and table is not None and (good_rows or not plan.report.errors):
        await _carry_out(work, actor, period, seal, plan, second_person=bool(prepared_by) and actor.person_id not in {None, *prepared_by})
    return plan.report


async def foresee(work: Work, actor: Actor, file: str, table: Table | None, period: Period) -> Answers:
    """What would come of a workbook, for everybody of the company: who prepares it need not be who may release. Nothing is saved."""
    require(actor, Deed.READ)
    return (await _planned(work, actor, file, table, period)).report


async def _planned(work: Work, actor: Actor, file: str, table: Table | None, period: Period) -> "_Plan":
    errors = Errors(file)
    plan = _Plan(Answers(file))
    if table is None:
        errors.add_sheet("", 1, Flaw("", "answer.workbook", "There is no table of answers here. Download the workbook anew."))
    else:
        plan.report.rows = len(table)
        await _read(work, actor, table, errors, plan)
        await _foresee(work, actor, period, table, errors, plan)
    plan.report.ready = sum(map(len, plan.answered.values())) + len(plan.declined) + plan.report.unchanged
    plan.report.errors = sorted(errors.found, key=lambda error: (error.sheet, error.row))
    return plan


async def _read(work: Work, actor: Actor, table: Table, errors: Errors, plan: _Plan) -> None:
    read = Reader(table, errors)
    ids = read.parsed("request_id", _request_id)
    numbers, reasons = read.text("part_number", required=False), read.text("reason", required=False, longest=trade.messages.LONGEST_MESSAGE)
    requests = await trade.bulk.received(work, actor, {request_id for request_id in ids if request_id})
    links = await trade.bulk.links(work, actor, requests)
    parts = await products.parts_by_number(work, sorted({number for number in numbers if number}))
    seen: set[UUID] = set()
    for place, (request_id, number, reason) in enumerate(zip(ids, numbers, reasons, strict=True)):
        if place in errors.of(table) or request_id is None:
            continue
        request = requests.get(request_id)
        if flaw := _row_flaw(request, request_id in seen, number, reason, parts):
            errors.add(table, place, flaw)
            continue
        seen.add(request_id)
        if request is not None:
            _plan(table, errors, plan, place, request, parts.get(number or ""), reason, links.get(request_id))


def _request_id(text: str) -> UUID | Flaw:
    try:
        return UUID(text)
    except ValueError:
        return Flaw("request_id", "request.form", "This is not the identifier of a request.")


def _row_flaw(request: Request | None, repeated: bool, number: str | None, reason: str | None, parts: dict[str, Part]) -> Flaw | None:
    if request is None:
        return Flaw("request_id", "request.unknown", "You received no such request.")
    if repeated:
        return Flaw("request_id", "row.repeated", "This stands in the file already.")
    if number and reason:
        return Flaw("reason", "answer.both", "Either answer with a part or decline with a reason.")
    if number and number not in parts:
        return Flaw("part_number", "part.unknown", f"There is no part {number}.")
    return None


def _plan(
    table: Table, errors: Errors, plan: _Plan, place: int, request: Request, part: Part | None, reason: str | None, linked: UUID | None
) -> None:
    """Notes what a row wants, or why it cannot be had."""
    if part is not None:
        flaw = trade.bulk.answer_flaw(request, part, linked)
        if flaw is None:
            key = (part.part_id, request.method)
            plan.parts[part.part_id] = part
            plan.answered.setdefault(key, []).append(request)
            plan.places.setdefault(key, []).append(place)
    elif reason is None:
        plan.report.open += 1
        return
    elif request.state == RequestState.REJECTED and request.reply == reason:
        plan.report.unchanged += 1
        return
    else:
        flaw = trade.bulk.decline_flaw(request, reason)
        if flaw is None:
            plan.declined.append((request, reason))
    if flaw is not None:
        errors.add(table, place, flaw)


async def _foresee(work: Work, actor: Actor, period: Period, table: Table, errors: Errors, plan: _Plan) -> None:
    """Looks what would be released of each part; a part that cannot be computed is told at all its rows."""
    had = await trade.bulk.last_answers(work, actor, [request.request_id for requests in plan.answered.values() for request in requests])
    for method, wanted in plan.by_method():
        for one, drawn in zip(wanted, await footprint.bulk.foresee(work, actor, method, period, wanted), strict=True):
            key = (one.part_id, method)
            if isinstance(drawn, Refusal):
                told = " ".join([drawn.message, *(flaw.message for flaw in drawn.flaws[:3]), drawn.remedy]).strip()
                for place in plan.places[key]:
                    errors.add(table, place, Flaw("part_number", drawn.code, told))
                del plan.answered[key]
                continue
            waiting = sum(request.request_id not in had for request in one.requests)
            plan.report.answers.append(Answering(plan.parts[one.part_id].part_number, drawn.release, len(one.requests), waiting))


async def _carry_out(work: Work, actor: Actor, period: Period, seal: Seal, plan: _Plan, *, second_person: bool) -> None:
    report = plan.report
    report.answers = []
    for method, wanted in plan.by_method():
        drawn = [_certain(one) for one in await footprint.bulk.foresee(work, actor, method, period, wanted)]
        handed = await footprint.bulk.answer(work, actor, method, drawn, seal, second_person=second_person)
        for one, (release, fresh) in zip(wanted, handed, strict=True):
            report.answers.append(Answering(plan.parts[one.part_id].part_number, release, len(one.requests), len(fresh)))
            report.answered += len(fresh)
            report.unchanged += len(one.requests) - len(fresh)
    if plan.declined:
        await trade.bulk.reject(work, actor, plan.declined)
    report.declined = len(plan.declined)
    report.saved = True
