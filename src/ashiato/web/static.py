"""The files that pages need: read once, served under addresses that change with their content."""

import gzip
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from ashiato.web.headers import secured

_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml", "woff2": "font/woff2"}
_DENSE = frozenset({"woff2"})  # compressed already


def _within(folder: Traversable, path: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _within(entry, f"{path}{entry.name}/")
        elif _suffix(entry.name) in _MEDIA_TYPES:
            yield path + entry.name, entry.read_bytes()


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]


_FILES = dict(_within(resources.files(__package__) / "static"))
router = APIRouter(include_in_schema=False)


def address(name: str) -> str:
    """Where a file is found, as long as it reads as it does now. What fonts.css names carries its version in its folder instead."""
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_FILES[name]).hexdigest()[:12]


@cache
def _squeezed(name: str) -> bytes:
    return gzip.compress(_FILES[name], mtime=0)


@router.get("/static/{name:path}")
async def file(request: Request, name: str) -> Response:
    """A style sheet, a script, a picture or a font."""
    if name not in _FILES:
        raise HTTPException(404)
    suffix = _suffix(name)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    content = _FILES[name]
    if suffix not in _DENSE and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = _squeezed(name)
    return secured(Response(content, headers=headers, media_type=_MEDIA_TYPES[suffix]))
