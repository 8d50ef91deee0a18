"""Workbooks and archives as answers of pages."""

import io
import json
import tempfile
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi import Response

from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import Visit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(content: bytes, name: str) -> Response:
    """A workbook that the browser saves under this name."""
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


def zipped(documents: dict[str, Any], name: str) -> Response:
    """Documents, each under its name, as an archive that the browser saves under this name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as book:
        for each, document in documents.items():
            book.writestr(each, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return archive(content.getvalue(), name)


def archive(content: bytes, name: str) -> Response:
    """An archive that the browser saves under this name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}", "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/zip", headers=headers)


async def written(visit: Visit, verb: Callable[[Work, BinaryIO], Awaitable[None]], name: str) -> Response:
    """A workbook that a reading verb writes row after row."""
    with tempfile.TemporaryFile() as file:
        await visit.tools.works.run(lambda work: verb(work, file), read_only=True)
        file.seek(0)
        return xlsx(file.read(), name)
