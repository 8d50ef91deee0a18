"""Logging in and out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import participants
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing.unit_of_work import Work
from ashiato.web import keeping
from ashiato.web.origin import local
from ashiato.web.render import page
from ashiato.web.route import SESSION_COOKIE, AtDoor, Login, journey

router = journey()


@dataclass(frozen=True, slots=True)
class Again:
    """What was typed before the session ended, to be sent now."""

    template: ClassVar[str] = "again.html"
    kept: keeping.KeptForm


@router.get("/login")
async def form(visit: AtDoor, there: Annotated[str | None, Query(alias="next", max_length=2000)] = None) -> Response:
    """The form."""
    return page(visit.request, "login.html", Login("", local(there), wrong=False))


@router.post("/login", max_body_size=1024 * 1024)
async def log_in(
    visit: AtDoor,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=200)],
    there: Annotated[str | None, Form(alias="next", max_length=2000)] = None,
    kept: Annotated[str, Form(max_length=4 * keeping.LONGEST)] = "",
) -> Response:
    """Opens a session; whatever is wrong with the credentials gets the same words."""
    lifetime = timedelta(hours=visit.tools.settings.session_hours)
    session = await visit.tools.works.run(lambda work: participants.access.log_in(work, email, password, lifetime))
    if session is None:
        return page(visit.request, "login.html", Login(email, local(there), wrong=True, kept=keeping.read(kept)), status=401)
    form = keeping.read(kept) if kept else None
    response: Response = page(visit.request, Again.template, Again(form)) if form else RedirectResponse(local(there), 303)
    response.set_cookie(SESSION_COOKIE, session.secret, httponly=True, secure=visit.secure, samesite="lax", max_age=int(lifetime.total_seconds()))
    return response


@router.post("/logout")
async def log_out(visit: AtDoor) -> Response:
    """Ends the session. Whose session has ended already is logged out all the same."""

    async def verb(work: Work) -> None:
        await visit.enter(work)
        await participants.access.log_out(work, visit.session or "")

    try:
        await visit.tools.works.run(verb)
    except Refusal as refusal:
        if refusal.kind is not Kind.UNIDENTIFIED:
            raise
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, secure=visit.secure, samesite="lax")
    return response
