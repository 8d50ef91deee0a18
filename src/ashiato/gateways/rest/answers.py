"""Routes: answering many requests with one workbook."""

from datetime import date
from typing import Annotated, BinaryIO, Literal

from fastapi import File, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from ashiato.domain import footprint, imports
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.imports import LARGEST_UPLOAD, uploaded
from ashiato.gateways.rest.listing import XLSX, written
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.answers import AnswersOut
from ashiato.kernel.digest import digest_of_bytes
from ashiato.kernel.period import Period
from ashiato.plumbing import turns
from ashiato.plumbing.unit_of_work import Work

router = routes_about("trade")


@router.get("/answers/workbook", response_class=StreamingResponse, responses={200: {"content": {XLSX: {}}}})
async def template(desk: AtDesk, lang: Literal["en", "ja"] = "en") -> StreamingResponse:
    """Supplier: a workbook with a row for each open request, to be completed with own part numbers or reasons to decline."""

    async def write(file: BinaryIO) -> None:
        async def verb(work: Work) -> None:
            await imports.answers.template(work, await desk.enter(work), file, japanese=lang == "ja")

        await desk.tools.works.run(verb, read_only=True)

    return await written("answers.xlsx", write)


@router.post("/answers/workbook", response_model=AnswersOut, max_body_size=LARGEST_UPLOAD)
async def answer(
    desk: AtDesk,
    file: Annotated[UploadFile, File(description="the completed workbook")],
    period_start: Annotated[date, Query(description="the period that the footprints are computed for")],
    period_end: date,
    dry_run: Annotated[bool, Query(description="tell what would be released; nothing is saved")] = False,
    good_rows: Annotated[bool, Query(description="carry out the good rows although others are wrong")] = False,
) -> Response:
    """Supplier: answers and declines what the workbook says, in one transaction; each part is computed and released once."""
    name, content = await uploaded(desk, file)
    table = await turns.FILES.take(imports.answers.open_answers, content)

    async def verb(work: Work, actor: Actor) -> AnswersOut:
        seal = None if dry_run else desk.tools.seal
        return _out(await imports.answers.answer(work, actor, name, table, Period(period_start, period_end), seal, good_rows=good_rows))

    return await desk.write(verb, told=f"{name} {digest_of_bytes(content)}")


def _out(found: imports.answers.Answers) -> AnswersOut:
    answers = [
        {
            "part_number": each.part_number,
            "release": footprint.package.encode(each.release),
            "requests": each.requests,
            "handed_over": each.handed_over,
        }
        for each in found.answers
    ]
    counted = {name: getattr(found, name) for name in ("file", "rows", "answered", "declined", "unchanged", "open", "ready", "saved", "errors")}
    return AnswersOut.model_validate(counted | {"answers": answers})
