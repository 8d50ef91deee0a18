"""Routes: files of rows."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import File, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from ashiato.domain import imports
from ashiato.domain.imports import Report
from ashiato.domain.participants import Actor
from ashiato.gateways.rest import errors, listing
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.imports import ImportOut, ReportOut, RowErrorOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import invalid
from ashiato.plumbing import turns
from ashiato.plumbing.delimited import csv_lines
from ashiato.plumbing.progress import Progress, told
from ashiato.plumbing.unit_of_work import Work

LARGEST_UPLOAD = 2049 * 1024 * 1024  # bytes: the most that the settings allow, and the form around it
router = routes_about("imports")
_LONGEST_NAME = 200


@router.post("/imports", response_model=ReportOut, max_body_size=LARGEST_UPLOAD)
async def import_file(
    desk: AtDesk,
    file: Annotated[UploadFile, File(description="an .xlsx workbook or a .csv table")],
    dry_run: Annotated[bool, Query(description="examine only; nothing is saved")] = False,
    good_rows: Annotated[bool, Query(description="register the good rows although others are wrong")] = False,
    suggestions: Annotated[bool, Query(description="take every suggestion first")] = False,
) -> Response:
    """Examines a file and, unless `dry_run`, registers it. If a row is wrong, nothing is saved unless `good_rows` asks for it.

    The report names every error, however many there are; `Accept: text/csv` gets them as a table, that of a workbook (.xlsx) the file with its
    bad cells coloured, each with its reason in a comment (in Japanese where `Accept-Language` says so). `Accept: application/x-ndjson` is told how
    far it has come, a line at a time: `stage` (reading, checking, registering), rows `done` of `whole` (0 where unknown); the last line has the
    `status`, and in `body` the report or the problem.
    """
    name, content = await uploaded(desk, file)
    progress = Progress()

    async def report() -> Response:
        opened = await turns.FILES.take(imports.open_file, name, content, progress=progress)

        async def verb(work: Work, actor: Actor) -> ReportOut:
            if suggestions:
                await imports.take_suggestions(work, actor, opened)
            register = partial(imports.register, good_rows=good_rows)
            return _out(await (imports.examine if dry_run else register)(work, actor, opened, progress=progress))

        return await _in_the_form_wanted(desk, opened, content, await desk.write(verb, told=f"{opened.name} {opened.digest}"))

    return await told(desk.request.headers.get("accept", ""), progress, report(), errors.as_line, StreamingResponse)


async def _in_the_form_wanted(desk: Desk, opened: imports.File, content: bytes, response: Response) -> Response:
    wanted = listing.wanted(desk.request)
    if wanted == listing.XLSX:
        japanese = desk.request.headers.get("accept-language", "").startswith("ja")
        found = [imports.RowError(**error.model_dump()) for error in ReportOut.model_validate_json(bytes(response.body)).errors]
        marked = await asyncio.to_thread(imports.marking.marked, opened, content, (), found, japanese=japanese)
        return Response(marked, 200, media_type=listing.XLSX)
    return _errors_as_table(response) if wanted == listing.CSV else response


def _errors_as_table(response: Response) -> Response:
    columns = list(RowErrorOut.model_fields)
    found = ReportOut.model_validate_json(bytes(response.body)).errors
    cells = [[str(said) if (said := getattr(error, column)) is not None else "" for column in columns] for error in found]
    return Response(csv_lines([columns, *cells]), 200, media_type=listing.CSV)


async def uploaded(desk: Desk, file: UploadFile) -> tuple[str, bytes]:
    """The name and the bytes of a file that somebody known has sent. Refuses (`invalid`) one that is larger than the settings allow."""
    limit = desk.tools.settings.upload_limit_mb * 1024 * 1024
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise invalid("file.too_large", f"A file has at most {desk.tools.settings.upload_limit_mb} MB.", "Divide it.")
    await desk.tools.works.run(desk.enter, read_only=True)  # nobody's file is opened before it is known who asks
    return _name(file.filename), content


def _name(name: str | None) -> str:
    plain = "".join(character for character in (name or "file") if character.isprintable()).strip()
    return plain.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:] or "file"


def _out(report: Report) -> ReportOut:
    return ReportOut.model_validate(report)


@router.get("/imports", response_model=Page[ImportOut])
async def import_records(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The files that changed something, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[ImportOut]:
        found = await imports.records(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].registered_at, found[-1].import_id) if len(found) == limit else None
        return Page(items=[ImportOut.model_validate(record) for record in found], next=more)

    return await desk.read(verb)
