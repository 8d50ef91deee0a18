"""Turning what a page says into HTML."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from ashiato.domain import footprint
from ashiato.web.headers import PRIVATE
from ashiato.web.static import address
from ashiato.web.words import LANGUAGE_COOKIE, LANGUAGES, Words, words_for

_A_YEAR = 31_536_000
_templates = Environment(
    loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
)
_templates.globals["address"] = address
_templates.globals["life_cycle"] = tuple(footprint.model.Stage)


@dataclass(frozen=True, slots=True)
class Who:
    """Who is logged in."""

    person: str
    company: str
    operator: bool


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the page can be read in, and where."""

    language: str
    address: str
    present: bool


def page(
    request: Request, template: str, view: object, *, who: Who | None = None, status: int = 200, headers: Mapping[str, str] = PRIVATE
) -> HTMLResponse:
    """A page in the reader's language. A language chosen in the address is remembered, but for pages that everybody may keep."""
    t = words_for(request)
    html = _templates.get_template(template).render(t=t, view=view, who=who, tongues=_tongues(request, t), once=secrets.token_urlsafe(16))
    response = HTMLResponse(html, status, dict(headers))
    if headers is PRIVATE and request.query_params.get("lang") == t.language and request.cookies.get(LANGUAGE_COOKIE) != t.language:
        secure = request.url.scheme == "https"
        response.set_cookie(LANGUAGE_COOKIE, t.language, max_age=_A_YEAR, httponly=True, secure=secure, samesite="lax")
    return response


def _tongues(request: Request, t: Words) -> list[Tongue]:
    """Only what can be asked for again can be asked for in another language."""
    if request.method != "GET":
        return []
    there = [(language, urlsplit(str(request.url.include_query_params(lang=language)))) for language in LANGUAGES]
    return [Tongue(language, f"{parts.path}?{parts.query}", language == t.language) for language, parts in there]
