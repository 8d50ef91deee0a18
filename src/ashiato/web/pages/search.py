"""Looking for something that the company may see, by any piece of its name or number, or by its identifier."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import Query, Response
from markupsafe import Markup

from ashiato.domain import diligence, evidence, footprint, participants, products, trade
from ashiato.domain.participants import Actor, CompanyKind
from ashiato.domain.trade import RequestView
from ashiato.kernel.ids import PartId, RequestId
from ashiato.kernel.wording import folded
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import addressed, narrowed_to
from ashiato.web.route import AtDoor, Visit, journey
from ashiato.web.words import Words, words_for

router = journey()
_EACH = 6  # of a kind on the page; the rest is in its list
KINDS = ("views", "parts", "received", "sent", "partners", "declared", "evidence", "questionnaires", "request")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found, and where it stands."""

    name: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more`: the list that holds the rest."""

    kind: str
    hits: list[Hit]
    more: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The page."""

    template: ClassVar[str] = "search.html"
    text: str
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class Piece(Found):
    """The same without anything around it, for the palette."""

    template: ClassVar[str] = "search_found.html"


@router.get("/search")
async def search(visit: AtDoor, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """A page with what holds these letters."""
    return await _search(visit, q.strip(), Found)


@router.get("/search/found")
async def found(visit: AtDoor, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What holds these letters, alone."""
    return await _search(visit, q.strip(), Piece)


async def _search(visit: Visit, text: str, shape: type[Found]) -> Response:
    t = words_for(visit.request)

    async def verb(work: Work, actor: Actor) -> Found:
        if actor.kind is CompanyKind.OPERATOR:
            return shape(text, _for_operator(text))
        views = await _views(work, actor, text)
        if text:
            await work.ask_ahead(_asks(text, work.now))
        return shape(text, [*views, *(await _groups(work, actor, text, t) if text else [])])

    return await visit.show(verb)


def _requests(text: str, *, sent: bool) -> trade.lists.RequestsWanted:
    try:
        return trade.lists.RequestsWanted(sent, request_ids=(RequestId(UUID(text)),))
    except ValueError:
        return trade.lists.RequestsWanted(sent, text=text, backwards=True)


def _asks(text: str, now: datetime) -> list[Question[Any]]:
    return [
        *products.asked.listed(products.lists.PartsWanted(text), None, _EACH + 1),
        *trade.asked.listed(_requests(text, sent=False), now, None, _EACH + 1),
        *trade.asked.listed(_requests(text, sent=True), now, None, _EACH + 1),
        *trade.asked.partners(text, _EACH + 1),
        *evidence.items.asked_named(text, _EACH + 1),
    ]


async def _groups(work: Work, actor: Actor, text: str, t: Words) -> list[Group]:
    parts = await products.lists.listed(work, actor, products.lists.PartsWanted(text), None, _EACH + 1)
    received = await trade.lists.listed(work, actor, _requests(text, sent=False), None, _EACH + 1)
    sent = await trade.lists.listed(work, actor, _requests(text, sent=True), None, _EACH + 1)
    partners = await trade.lists.partners(work, actor, text, _EACH + 1)
    files = await evidence.items.named(work, text, _EACH + 1)
    if len(parts) <= _EACH:  # all there are; else it is quickly found which of the many are declared
        declared = await footprint.declaring.declared_among(work, actor, [PartId(part.part_id) for part in parts], _EACH + 1)
    else:
        declared = await footprint.declaring.declared_of(work, actor, text, None, _EACH + 1)
    groups = [
        _group("parts", [Hit(part.name, part.part_number, f"/parts/{part.part_id}") for part in parts], addressed("/parts", q=text)),
        _group("received", [_request(view, view.buyer, t) for view in received], addressed("/requests", q=text, sort="-due")),
        _group("sent", [_request(view, view.supplier, t) for view in sent], addressed("/requests", side="sent", q=text, sort="-due")),
        _group("partners", [Hit(one.name, "", _trade_with(one)) for one in partners]),
        _group("declared", [Hit(one.name, one.part_number, f"/declarations/{one.declaration_id}") for one in declared], _declarations(text)),
        _group("questionnaires", _questionnaires(text, t.language)),
        _group("evidence", [Hit(item.name, "", f"/evidence/{item.evidence_id}") for item in files]),
    ]
    return [group for group in groups if group.hits]


async def _views(work: Work, actor: Actor, text: str) -> list[Group]:
    """Views under a name that holds the letters; before any is written, all of them."""
    wanted = folded(text)
    found = [
        Hit(view.name, "", narrowed_to(view.list, view.filters))
        for view in await participants.views.listed(work, actor)
        if wanted in folded(view.name)
    ]
    return [Group("views", found, None)] if found else []


def _questionnaires(text: str, language: str) -> list[Hit]:
    """Questionnaires whose title or name holds the letters, in either language; those about sites and materials are answered from their list."""
    found = []
    for one in diligence.questionnaires.all_questionnaires().values():
        if any(folded(text) in folded(spelled) for spelled in (one.id, one.title.en, one.title.ja)):
            title = one.title.ja if language == "ja" else one.title.en
            found.append(Hit(title, one.version, f"/questionnaires/{one.id}" if one.subject == "company" else "/questionnaires"))
    return found


def _for_operator(text: str) -> list[Group]:
    """The operator sees no company's affairs: an identifier leads to the page on which one request is looked up, with a reason."""
    try:
        identifier = UUID(text)
    except ValueError:
        return []
    return [Group("request", [Hit(str(identifier), "", addressed("/operator/request", id=identifier))], None)]


def _group(kind: str, hits: list[Hit], more: str | None = None) -> Group:
    return Group(kind, hits[:_EACH], more if len(hits) > _EACH else None)


def _request(view: RequestView, partner: str, t: Words) -> Hit:
    """With what is asked for, its state and its day: a product is asked about again and again."""
    request = view.request
    subject = t("footprint" if request.subject_kind == trade.SubjectKind.FOOTPRINT else "rights")
    told = (request.item_number, partner, subject, t(f"request_state.{request.state}"), t.day(request.due_at))
    return Hit(request.item, Markup(" · ").join(word for word in told if word), f"/requests/{request.request_id}")


def _trade_with(partner: trade.lists.Partner) -> str:
    return addressed("/requests", side="sent" if partner.asked else "", partner=partner.company_id)


def _declarations(text: str) -> str:
    return addressed("/declarations", q=text)
