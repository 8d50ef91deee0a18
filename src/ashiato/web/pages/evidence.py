"""Evidence: what there is, what expires, adding a file, what it proves, to whom it was handed over, removing it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import File, Form, Query, Response, UploadFile

from ashiato.domain import evidence, footprint, participants, products, sharing, trade
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Part
from ashiato.domain.sharing import SeenGrant, Subject, SubjectKind
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing import screening, sealed_files, turns
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE
from ashiato.web.route import AtDoor, Once, Visit, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import words_for

router = journey()
_LARGEST_FORM = 101 * 1024 * 1024  # bytes: the largest file, and the form around it
_PER_PAGE = 50
_SOON = timedelta(days=60)
_CHOICES = 100
_Proven = footprint.evidencing.Proven


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """The page. `expiring`: what proves nothing any more, or soon will not."""

    template: ClassVar[str] = "evidence.html"
    items: list[evidence.items.Item]
    expiring: list[evidence.items.Item]
    today: date
    before: tuple[datetime, UUID] | None
    may_add: bool


@dataclass(frozen=True, slots=True)
class Proves:
    """One thing that a file proves, and the page of it."""

    kind: str
    name: str
    line: int
    address: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One file."""

    template: ClassVar[str] = "evidence_item.html"
    described: footprint.evidencing.Described
    today: date
    proves: list[Proves]
    handed: list[tuple[SeenGrant, str]]
    answered: list[RequestView]
    linked_answers: list[RequestView]
    declarations: list[tuple[UUID, datetime]]
    may_change: bool
    may_hand_over: bool
    may_erase: bool

    @property
    def removable(self) -> bool:
        """Whether it need not be kept any longer."""
        return self.described.retained_until is None or self.described.retained_until <= self.today


@router.get("/evidence")
async def overview(visit: AtDoor, before: datetime | None = None, last: Annotated[UUID | None, Query(alias="id")] = None) -> Response:
    """The own company's files, newest first, those that expire above them."""
    start = (before, last) if before is not None and last is not None else None

    async def verb(work: Work, actor: Actor) -> EvidencePage:
        found = await footprint.evidencing.newest(work, actor, start, _PER_PAGE)
        more = (found[-1].added_at, found[-1].evidence_id) if len(found) == _PER_PAGE else None
        today = work.now.date()
        expiring = await footprint.evidencing.expiring(work, actor, today + _SOON, _PER_PAGE)
        return EvidencePage(found, expiring, today, more, may(actor, Deed.ENTER_DATA))

    return await visit.show(verb)


@router.get("/evidence.{kind}")
async def overview_as_file(visit: AtDoor, kind: FileKind) -> Response:
    """The list of files as a file."""
    t, found = words_for(visit.request), await visit.look(lambda work, actor: footprint.evidencing.newest(work, actor, None, MOST_IN_A_FILE))
    headings = ("evidence.name", "evidence.added", "evidence.expires_on", "evidence.removed", "evidence.size.bytes", "digest.file")
    rows: list[tuple[object, ...]] = [(one.name, one.added_at, one.expires_on, one.removed_at, one.size, one.digest) for one in found]
    return await as_file(Table("evidence", tuple(Column(t(key), key == "evidence.size.bytes") for key in headings), rows), kind)


@router.post("/evidence", max_body_size=_LARGEST_FORM)
async def add(
    visit: AtDoor,
    file: Annotated[UploadFile, File()],
    once: Once,
    expires_on: Annotated[str, Form(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = "",
    personal: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Keeps a file as evidence. The same bytes again change nothing: the file that is there is shown."""
    extension = evidence.items.check_name(file.filename or "")
    sender = await visit.look(_adder)
    limit = visit.tools.settings.upload_limit_mb * 1024 * 1024
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise invalid("file.too_large", f"A file has at most {visit.tools.settings.upload_limit_mb} MB.", "Divide it.")
    media_type = await turns.FILES.take(screening.screen, extension, file.content_type or "", content)
    until = date.fromisoformat(expires_on) if expires_on else None
    digest = hashlib.sha256(content).hexdigest()
    new = evidence.items.NewItem(file.filename or "", media_type, digest, len(content), personal == "yes", until)
    kept = await sealed_files.keep(visit.tools.files, visit.tools.seal, content, sender.company_id)
    used = False

    async def verb(work: Work, actor: Actor) -> None:
        nonlocal used
        used = used or (await footprint.evidencing.add(work, actor, new, kept)).stored == kept.stored

    response = await visit.act(verb, f"/evidence#d{digest[:16]}", once, told=f"{new.name} {digest}")
    if not used:  # the company had it; where a write failed it stays, for nobody knows how far that came
        await visit.tools.files.discard(kept.stored)
    return response


async def _adder(work: Work, actor: Actor) -> Actor:
    require(actor, Deed.ENTER_DATA)
    return actor


@router.get("/evidence/{evidence_id:uuid}")
async def item(visit: AtDoor, evidence_id: UUID) -> Response:
    """One of the own company's files: what it proves, who may read it, until when it is kept."""

    async def verb(work: Work, actor: Actor) -> ItemPage:
        described = await footprint.evidencing.described(work, actor, evidence_id)
        answered = await trade.requests(work, actor, sent=False, states=[RequestState.ANSWERED], after=None, limit=_CHOICES)
        declarations = await footprint.history.newest_declarations(work, actor, _CHOICES)
        handed = await sharing.seen_of(work, actor, Subject(SubjectKind.EVIDENCE, evidence_id))
        names = await participants.names_of(work, [grant.grantee_id for grant in handed])
        linked = {link.subject_id for link in described.links if link.subject_kind == _Proven.ANSWER}
        return ItemPage(
            described=described,
            today=work.now.date(),
            proves=await _proves(work, described, answered),
            handed=[(grant, names.get(grant.grantee_id, "")) for grant in handed],
            answered=[view for view in answered if view.request.request_id not in linked],
            linked_answers=[view for view in answered if view.request.request_id in linked],
            declarations=[(each.declaration_id, each.declared_at) for each in declarations],
            may_change=may(actor, Deed.ENTER_DATA),
            may_hand_over=may(actor, Deed.ANSWER),
            may_erase=may(actor, Deed.ADMINISTER),
        )

    return await visit.show(verb)


async def _proves(work: Work, described: footprint.evidencing.Described, answered: list[RequestView]) -> list[Proves]:
    parts = await products.parts_by_id(work, [link.subject_id for link in described.links if link.subject_kind == _Proven.INVENTORY_LINE])
    requests = {view.request.request_id: view for view in answered}
    found = []
    for link in described.links:
        part: Part | None = parts.get(link.subject_id)
        view = requests.get(RequestId(link.subject_id))
        match link.subject_kind:
            case _Proven.INVENTORY_LINE:
                found.append(Proves(link.subject_kind, f"{part.name} ({part.part_number})" if part else "", link.line, f"/parts/{link.subject_id}"))
            case _Proven.ANSWER:
                told = f"{view.request.item} ({view.buyer})" if view else ""
                found.append(Proves(link.subject_kind, told, 0, f"/requests/{link.subject_id}"))
            case _Proven.DECLARATION:
                found.append(Proves(link.subject_kind, "", 0, f"/declarations/{link.subject_id}"))
            case _:  # due diligence, which has pages of its own
                found.append(Proves(link.subject_kind, "", 0, ""))
    return found


@router.post("/evidence/{evidence_id:uuid}/links")
async def link(
    visit: AtDoor,
    evidence_id: UUID,
    kind: Annotated[footprint.evidencing.Proven, Form()],
    once: Once,
    subject: Annotated[UUID | None, Form()] = None,
    part_number: Annotated[str, Form(max_length=200)] = "",
    line: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Says what a file proves: a line of a part's inventory, an answer, a declaration."""

    async def verb(work: Work, actor: Actor) -> None:
        named = subject
        if kind is _Proven.INVENTORY_LINE:
            part = (await products.parts_by_number(work, [part_number.strip()])).get(part_number.strip())
            named = PartId(part.part_id) if part else None
        if named is None:
            raise absent("item")
        await footprint.evidencing.link(work, actor, evidence_id, kind, named, line)

    return await visit.act(verb, f"/evidence/{evidence_id}", once)


@router.post("/evidence/{evidence_id:uuid}/handover")
async def hand_over(visit: AtDoor, evidence_id: UUID, request_id: Annotated[UUID, Form()], once: Once) -> Response:
    """Lets the buyer of an answered request read a file that is linked to that answer."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.evidencing.hand_over(work, actor, evidence_id, RequestId(request_id), None)

    return await visit.act(verb, f"/evidence/{evidence_id}", once)


@router.post("/evidence/{evidence_id:uuid}/removal")
async def remove(visit: AtDoor, evidence_id: UUID, once: Once) -> Response:
    """Removes a file that need not be kept any longer; its digest stays."""
    return await _without(visit, evidence_id, once, erase=False)


@router.post("/evidence/{evidence_id:uuid}/erasure")
async def erase(visit: AtDoor, evidence_id: UUID, once: Once) -> Response:
    """Erases a file that holds personal data, whatever it supports; its digest stays. For administrators."""
    return await _without(visit, evidence_id, once, erase=True)


async def _without(visit: Visit, evidence_id: UUID, once: str, *, erase: bool) -> Response:
    gone: list[str] = []

    async def verb(work: Work, actor: Actor) -> None:
        deed = footprint.evidencing.erase if erase else footprint.evidencing.remove
        gone.append((await deed(work, actor, evidence_id)).stored)

    response = await visit.act(verb, f"/evidence/{evidence_id}", once)
    for stored in gone:  # the encrypted bytes go once it is durable that their key is gone
        await visit.tools.files.discard(stored)
    return response
