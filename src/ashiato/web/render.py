"""Turning what a page says into HTML."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from urllib.parse import urlsplit
from uuid import UUID

from babel import Locale
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from ashiato.domain import audit, diligence, footprint, notifications
from ashiato.web import navigation
from ashiato.web.headers import PRIVATE
from ashiato.web.icons import icon
from ashiato.web.static import address
from ashiato.web.words import LANGUAGE_COOKIE, LANGUAGES, REPORTERS, TONGUES, Words, reporters_words, words_for

_A_YEAR = 31_536_000
_A_MINUTE = 60
_RECORDED_COOKIE = "ashiato_recorded"  # the first fact of a form's deed, until the next page has told it
THEMES = ("system", "light", "dark")
THEME_COOKIE = "ashiato_theme"
_templates = Environment(
    loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
)
_templates.globals["address"] = address
_templates.globals["icon"] = icon
_templates.filters["said"] = lambda code, language: TONGUES.get(language, {}).get("said." + str(code)) or diligence.document.spoken(code, language)
_templates.filters["autonym"] = lambda language: Locale.parse(language).get_display_name(language)
_templates.filters["land"] = diligence.atlas.named
_templates.filters["questionnaire"] = lambda code, language: notifications.duties.titled(notifications.duties.DutyKind.ASSESSMENT, code, language)
_templates.globals["life_cycle"] = tuple(footprint.model.Stage)


@dataclass(frozen=True, slots=True)
class Who:
    """Who is logged in, what their side bar holds, and in which time zone they read instants."""

    person: str
    company: str
    operator: bool
    items: tuple[navigation.Item, ...] = ()
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Choice:
    """A way in which the page can be read, and where: a language, or light or dark."""

    value: str
    address: str
    present: bool


def page(
    request: Request,
    template: str,
    view: object,
    *,
    who: Who | None = None,
    status: int = 200,
    headers: Mapping[str, str] = PRIVATE,
    reporters: bool = False,
) -> HTMLResponse:
    """A page in the reader's language. What is chosen in the address (`lang`, `theme`) is remembered, but for pages that everybody may keep.

    `reporters`: a page for reporters of grievances, which is said in their languages too.
    """
    spoken: Words = reporters_words(request) if reporters else words_for(request)
    t = replace(spoken, zone=who.zone if who else UTC)
    theme = _theme(request)
    html = _templates.get_template(template).render(
        t=t,
        view=view,
        who=who,
        here=navigation.present(who.items, request.url.path) if who else None,
        tongues=_choices(request, "lang", REPORTERS if reporters else LANGUAGES, t.language),
        theme=theme,
        themes=_choices(request, "theme", THEMES, theme),
        once=secrets.token_urlsafe(16),
        recorded=_recorded(request) if headers is PRIVATE else None,
    )
    response = HTMLResponse(html, status, dict(headers))
    if headers is PRIVATE:
        if _RECORDED_COOKIE in request.cookies:
            response.delete_cookie(_RECORDED_COOKIE)
        _remember(request, response, "lang", LANGUAGE_COOKIE, t.language)
        _remember(request, response, "theme", THEME_COOKIE, theme)
    return response


def recorded(response: Response, receipt: str, *, secure: bool) -> Response:
    """The answer to a form with its receipt, as a header and for the next page that is shown."""
    if receipt:
        response.headers[audit.proofs.RECEIPT] = receipt
        response.set_cookie(_RECORDED_COOKIE, receipt.split(";", maxsplit=1)[0], max_age=_A_MINUTE, httponly=True, secure=secure, samesite="lax")
    return response


def _recorded(request: Request) -> UUID | None:
    try:
        return UUID(request.cookies.get(_RECORDED_COOKIE, ""))
    except ValueError:
        return None


def _theme(request: Request) -> str:
    """Light, dark, or as the reader's system has it."""
    for chosen in (request.query_params.get("theme"), request.cookies.get(THEME_COOKIE)):
        if chosen in THEMES:
            return chosen
    return THEMES[0]


def _remember(request: Request, response: HTMLResponse, parameter: str, cookie: str, value: str) -> None:
    if request.query_params.get(parameter) == value and request.cookies.get(cookie) != value:
        secure = request.url.scheme == "https"
        response.set_cookie(cookie, value, max_age=_A_YEAR, httponly=True, secure=secure, samesite="lax")


def _choices(request: Request, parameter: str, values: Sequence[str], present: str) -> list[Choice]:
    """Only what can be asked for again can be asked for in another way."""
    if request.method != "GET":
        return []
    there = [(value, urlsplit(str(request.url.include_query_params(**{parameter: value})))) for value in values]
    return [Choice(value, f"{parts.path}?{parts.query}", value == present) for value, parts in there]


def fragment(request: Request, template: str, view: object) -> HTMLResponse:
    """A piece of a page in the reader's language, to be put into one that is shown."""
    return HTMLResponse(_templates.get_template(template).render(t=words_for(request), view=view), headers=dict(PRIVATE))
