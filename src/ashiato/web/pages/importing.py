"""Importing: any file is handed in, examined at once, corrected on the page, and only then registered or answered with."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, BinaryIO, ClassVar, Literal
from uuid import UUID

from fastapi import File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse, StreamingResponse

from ashiato.domain import diligence, imports, products, trade
from ashiato.domain.imports import Correction, Draft, DraftOutline, ImportRecord
from ashiato.domain.participants import Actor, Deed
from ashiato.kernel.errors import Refusal, invalid
from ashiato.kernel.period import Period
from ashiato.plumbing import spreadsheet, turns
from ashiato.plumbing.handover import Handover
from ashiato.plumbing.progress import NDJSON, Progress, told
from ashiato.plumbing.unit_of_work import Work
from ashiato.web import errors, files
from ashiato.web.lists import MOST_IN_A_FILE
from ashiato.web.pages.examined import DraftPage, examined
from ashiato.web.pages.part import Day
from ashiato.web.pages.settled import SettledPage, settled
from ashiato.web.route import AtDoor, Once, Visit, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import words_for

router = journey()
_LARGEST_FORM = 201 * 1024 * 1024  # bytes: the largest file that waits, and the form around it
_LONGEST_NAME = 200
_RECORDS = 50
_READ_AT_ONCE = 512 * 1024  # bytes: some 15,000 rows of a table of parts; what is larger takes longer than anybody waits without a word
_HANDED_OVER = 20 * 1024 * 1024  # bytes of a file whose tables wait in memory until they are looked at, which is at once
_JUST_READ: Handover[imports.File] = Handover(seconds=30)
_MOST_NUMBERS = 200  # products that a minerals template names
Ways = Literal["all", "suggestions", "good"]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Where files are handed in: those that wait, and those that were registered."""

    template: ClassVar[str] = "imports.html"
    waiting: list[DraftOutline]
    records: list[ImportRecord]
    before: str | None  # where the list goes on
    may_import: bool
    workbook: bool  # whether a workbook of answers can be filled in


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """A large file that waits, while it is read."""

    template: ClassVar[str] = "reading.html"
    outline: DraftOutline
    address: str  # where there is, in the end, what has come of it


@router.get("/imports")
async def overview(visit: AtDoor, before: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """Hand in a file; go on with one; see what was registered."""

    async def verb(work: Work, actor: Actor) -> ImportPage:
        records = await imports.history(work, actor, _place(before), _RECORDS)
        last = records[-1] if len(records) == _RECORDS else None
        more = f"{last.registered_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{last.import_id}" if last else None
        workbook = await trade.lists.footprint_awaited(work, actor)
        return ImportPage(await imports.drafts.waiting(work, actor), records, more, may(actor, Deed.ENTER_DATA), workbook)

    return await visit.show(verb)


@router.get("/imports.{kind}")
async def overview_as_file(visit: AtDoor, kind: FileKind) -> Response:
    """The files that changed something, as a file."""
    t, found = words_for(visit.request), await visit.look(lambda work, actor: imports.history(work, actor, None, MOST_IN_A_FILE))
    headings = ("imports.file", "imports.registered_at", "imports.registered_rows", "imports.refused_rows", "digest.file")
    rows: list[tuple[object, ...]] = [(one.file_name, one.registered_at, one.rows_registered, one.rows_refused, one.file_digest) for one in found]
    return await as_file(Table("imports", tuple(Column(t(key), key.endswith("_rows")) for key in headings), rows), kind)


def _place(text: str | None) -> tuple[datetime, UUID] | None:
    if text is None:
        return None
    try:
        moment, _, import_id = text.partition("~")
        return datetime.fromisoformat(moment), UUID(import_id)
    except ValueError as error:
        raise invalid("cursor", "This is no place in the list.", "Begin again at its first page.") from error


@router.post("/imports", max_body_size=_LARGEST_FORM)
async def hand_in(visit: AtDoor, file: Annotated[UploadFile, File()]) -> Response:
    """Keeps a file and leads to what would come of it. A script (Accept: application/x-ndjson) is told how far it is read, then the address."""
    content = await file.read()
    most = visit.tools.settings.upload_limit_mb
    if len(content) > most * 1024 * 1024:
        raise invalid("file.too_large", f"A file has at most {most} MB.", "Divide it.")
    await visit.tools.works.run(visit.enter, read_only=True)  # nobody's file is opened before it is known who asks
    progress = Progress()

    async def kept() -> Response:
        opened = await turns.FILES.take(imports.open_file, _name(file.filename), content, answers_too=True, progress=progress)

        async def verb(work: Work) -> UUID:
            return await imports.drafts.keep(work, await visit.enter(work), _name(file.filename), content)

        minerals = not opened.every_table and diligence.interchange.template.is_template([*opened.notes, *(one.sheet for one in opened.unrecognised)])
        if minerals:
            return RedirectResponse(await _of_minerals(visit, content), 303)
        draft_id = await visit.tools.works.run(verb)
        if len(content) <= _HANDED_OVER:
            _JUST_READ.leave(draft_id, opened)
        return RedirectResponse(f"/imports/{draft_id}", 303)

    return await _told(visit, progress, kept())


async def _told(visit: Visit, progress: Progress, work: Coroutine[Any, Any, Response]) -> Response:
    """The answer; for a script that asks for it the lines that lead there: how far it has come, last where it leads, what it is, or its refusal."""
    return await told(visit.request.headers.get("accept", ""), progress, work, errors.as_line, StreamingResponse)


async def _of_minerals(visit: Visit, content: bytes) -> str:
    """Where a minerals template (EMRT, CMRT) is handed in: at the chain of the one own product that it names, else where it is chosen."""
    numbers = diligence.interchange.template.product_numbers(await turns.FILES.take(spreadsheet.read, content))
    found = await visit.look(lambda work, _: products.parts_by_number(work, numbers[:_MOST_NUMBERS]))
    made = [part for part in found.values() if part.sourcing == products.Sourcing.MADE]
    return f"/parts/{made[0].part_id}/minerals?led=yes" if len(made) == 1 else "/chains?led=yes"


def _name(name: str | None) -> str:
    plain = "".join(character for character in (name or "file") if character.isprintable()).strip()
    return plain.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:] or "file"


@router.get("/imports/template.xlsx")
async def template(visit: AtDoor) -> Response:
    """The workbook to fill in, in the reader's language; parts that customers ask about stand in it already."""

    async def verb(work: Work) -> list[dict[str, str]]:
        return await imports.asked_parts(work, await visit.enter(work))

    asked = await visit.tools.works.run(verb, read_only=True)
    content = await asyncio.to_thread(imports.empty_workbook, japanese=_japanese(visit.request), asked=asked)
    return files.xlsx(content, "template.xlsx")


@router.get("/imports/answers.xlsx")
async def answers_workbook(visit: AtDoor) -> Response:
    """A row for each open request that was received, in the reader's language: to be completed and handed in."""
    japanese = _japanese(visit.request)

    async def verb(work: Work, file: BinaryIO) -> None:
        await imports.answers.template(work, await visit.enter(work), file, japanese=japanese)

    return await files.written(visit, verb, "answers.xlsx")


@router.get("/imports/catalogue.xlsx")
async def catalogue(visit: AtDoor) -> Response:
    """All that the company has registered, as a workbook that can be handed in again."""

    async def verb(work: Work, file: BinaryIO) -> None:
        await imports.catalogue(work, await visit.enter(work), list(imports.TableKind), file)

    return await files.written(visit, verb, "catalogue.xlsx")


@router.get("/imports/{draft_id:uuid}")
async def draft(visit: AtDoor, draft_id: UUID, start: date | None = None, end: date | None = None, whole: bool = False) -> Response:
    """What would come of a waiting file, or what came of it. A large one is read after a page that says so, or `whole` at once."""
    size, progress = await _size(visit, draft_id), Progress()  # nobody's file is opened before it is known who asks
    if whole or NDJSON in visit.request.headers.get("accept", "") or size <= _READ_AT_ONCE:
        return await _told(visit, progress, _show(visit, draft_id, _period(start, end), progress=progress))
    there = visit.request.url.include_query_params(whole="yes")

    async def verb(work: Work, actor: Actor) -> ReadingPage:
        return ReadingPage(await imports.drafts.outline(work, actor, draft_id), f"{there.path}?{there.query}")

    return await visit.show(verb)


async def _size(visit: Visit, draft_id: UUID) -> int:
    return (await visit.look(lambda work, actor: imports.drafts.outline(work, actor, draft_id))).size


async def _show(
    visit: Visit,
    draft_id: UUID,
    period: Period | None,
    typed: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    progress: Progress | None = None,
) -> Response:
    read: list[imports.File] = []
    outline, content = await _load(visit, draft_id, read)
    file = await turns.FILES.take(imports.drafts.opened, outline, content, progress, *read) if outline.state == "open" else None

    async def verb(work: Work, actor: Actor) -> DraftPage | SettledPage:
        if file is None:
            return await settled(work, actor, outline)
        found = await imports.drafts.examine(work, actor, outline, file, period or _last_year(work.now), progress)
        earlier = await imports.drafts.earlier(work, actor, outline.file_digest)
        return examined(found, actor, period or _last_year(work.now), earlier, _japanese(visit.request), typed or {}, refusal)

    response = await visit.show(verb, notes=True)
    if refusal is not None:
        response.status_code = 409
    return response


async def _load(visit: Visit, draft_id: UUID, read: list[imports.File] | None = None) -> tuple[DraftOutline, bytes]:
    """A waiting file with its bytes; where they were read just now and `read` is there for that, with what was read instead."""

    async def verb(work: Work) -> tuple[DraftOutline, bytes]:
        actor = await visit.enter(work)
        outline = await imports.drafts.outline(work, actor, draft_id)
        left = _JUST_READ.fetch(draft_id) if read is not None else None
        if read is not None and left is not None:
            read[:] = [left]
        return outline, b"" if read else await imports.drafts.content(work, actor, draft_id)

    return await visit.tools.works.run(verb, read_only=True)


def _last_year(now: datetime) -> Period:
    return Period.of_year(now.year - 1)


def _period(start: date | None, end: date | None) -> Period | None:
    return Period(start, end) if start is not None and end is not None else None


def _japanese(request: Request) -> bool:
    return words_for(request).language == "ja"


@router.get("/imports/{draft_id:uuid}/marked.xlsx")
async def marked(visit: AtDoor, draft_id: UUID, start: date | None = None, end: date | None = None) -> Response:
    """The waiting file with its bad cells coloured, each with its reason in a comment, in the reader's language."""
    outline, content = await _load(visit, draft_id)
    file = await turns.FILES.take(imports.drafts.opened, outline, content)

    async def verb(work: Work) -> Draft:
        return await imports.drafts.examine(work, await visit.enter(work), outline, file, _period(start, end) or _last_year(work.now))

    found = await visit.tools.works.run(verb)
    corrections = [Correction(*one) for one in outline.corrections]
    told = await asyncio.to_thread(imports.marking.marked, file, content, corrections, found.errors, japanese=_japanese(visit.request))
    return files.xlsx(told, f"{outline.file_name.rpartition('.')[0] or outline.file_name}-marked.xlsx")


@router.post("/imports/{draft_id:uuid}/corrections", max_body_size=1024 * 1024)
async def correct(
    visit: AtDoor,
    draft_id: UUID,
    revision: Annotated[int, Form(ge=0)],
    once: Once,
    cell: Annotated[list[str] | None, Form(max_length=500)] = None,
    value: Annotated[list[str] | None, Form(max_length=500)] = None,
    offered: Annotated[list[str] | None, Form(max_length=500)] = None,
    take: Annotated[str, Form(max_length=500)] = "",
    start: Annotated[date | None, Form()] = None,
    end: Annotated[date | None, Form()] = None,
) -> Response:
    """Writes what was typed into the bad cells of a waiting file, and examines it again.

    `take`: the one cell whose suggestion is taken; of the others then counts what a person typed, and not what is suggested for them.
    """
    typed = dict(zip(cell or (), value or (), strict=False))
    if take:
        suggested = dict(zip(cell or (), offered or (), strict=False))
        typed = {name: text for name, text in typed.items() if text != suggested.get(name)}
        typed |= {take: suggested[take]} if take in suggested else {}
    corrections = [Correction(sheet, place, text) for name, text in typed.items() for sheet, _, place in [name.rpartition("!")]]

    async def verb(work: Work, actor: Actor, seen: DraftOutline) -> None:
        await imports.drafts.correct(work, actor, seen, corrections)

    return await _change(visit, draft_id, revision, once, verb, _period(start, end), typed)


@router.post("/imports/{draft_id:uuid}/registration")
async def register(
    visit: AtDoor,
    draft_id: UUID,
    revision: Annotated[int, Form(ge=0)],
    way: Annotated[Ways, Form()],
    once: Once,
    start: Annotated[Day | None, Form()] = None,
    end: Annotated[Day | None, Form()] = None,
) -> Response:
    """Registers a waiting file or answers with it: if nothing is wrong, with every suggestion taken, or its good rows only."""
    outline, content = await _load(visit, draft_id)
    progress = Progress()

    async def registered() -> Response:
        file = await turns.FILES.take(imports.drafts.opened, outline, content, progress) if outline.state == "open" else None

        async def verb(work: Work, actor: Actor, seen: DraftOutline) -> None:
            if file is None or seen.revision != outline.revision:
                raise await imports.drafts.overtaken(work, draft_id)
            period = _period(start, end) or _last_year(work.now)
            wanted = {"suggestions": way == "suggestions", "good_rows": way == "good"}
            await imports.drafts.carry_out(work, actor, seen, file, period, visit.tools.seal, **wanted, progress=progress)

        return await _change(visit, draft_id, revision, once, verb, _period(start, end))

    return await _told(visit, progress, registered())


@router.post("/imports/{draft_id:uuid}/discarding")
async def discard(visit: AtDoor, draft_id: UUID, revision: Annotated[int, Form(ge=0)], once: Once) -> Response:
    """Forgets a waiting file."""
    return await _change(visit, draft_id, revision, once, imports.drafts.discard, None)


async def _change(
    visit: Visit,
    draft_id: UUID,
    revision: int,
    once: str,
    change: Callable[[Work, Actor, DraftOutline], Awaitable[None]],
    period: Period | None,
    typed: dict[str, str] | None = None,
) -> Response:
    """Changes a waiting file as far as it is still as it was seen; else shows it anew, with who has changed it and what was typed."""

    async def verb(work: Work, actor: Actor) -> None:
        seen = await imports.drafts.outline(work, actor, draft_id)
        if seen.revision != revision or seen.state != "open":
            raise await imports.drafts.overtaken(work, draft_id)
        await change(work, actor, seen)

    there = f"/imports/{draft_id}" + (f"?start={period.start}&end={period.end}" if period else "")
    try:
        return await visit.act(verb, there, once)
    except Refusal as refusal:
        if refusal.code != "draft.changed":
            raise
        return await _show(visit, draft_id, period, typed, refusal)
