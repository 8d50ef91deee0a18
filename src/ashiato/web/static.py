"""The files that pages need: read once, served under addresses that change with their content."""

import hashlib
from importlib import resources

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from ashiato.web.headers import secured

_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
_FILES = {
    entry.name: entry.read_bytes() for entry in (resources.files(__package__) / "static").iterdir() if entry.name.rpartition(".")[2] in _MEDIA_TYPES
}
router = APIRouter(include_in_schema=False)


def address(name: str) -> str:
    """Where a file is found, as long as it reads as it does now."""
    return f"/static/{name}?v={hashlib.sha256(_FILES[name]).hexdigest()[:12]}"


@router.get("/static/{name}")
async def file(name: str) -> Response:
    """A style sheet or a picture."""
    if name not in _FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return secured(Response(_FILES[name], headers=headers, media_type=_MEDIA_TYPES[name.rpartition(".")[2]]))
