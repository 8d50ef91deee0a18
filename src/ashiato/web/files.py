"""Workbooks as answers of pages."""

import tempfile
from collections.abc import Awaitable, Callable
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Response

from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import Visit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(content: bytes, name: str) -> Response:
    """A workbook that the browser saves under this name."""
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


async def written(visit: Visit, verb: Callable[[Work, BinaryIO], Awaitable[None]], name: str) -> Response:
    """A workbook that a reading verb writes row after row."""
    with tempfile.TemporaryFile() as file:
        await visit.tools.works.run(lambda work: verb(work, file), read_only=True)
        file.seek(0)
        return xlsx(file.read(), name)
