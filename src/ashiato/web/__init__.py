"""Pages: plain HTML from the server, in English and Japanese, one module per journey in `pages/`.

- No script, nothing from elsewhere: the strictest Content-Security-Policy stands on every page.
- A page reads in the transaction that found out who asks; a form acts once, however often it is sent.
- What does not exist and what belongs to somebody else get the same page.
"""

from fastapi import FastAPI

from ashiato.web import errors, static
from ashiato.web.pages import declaration, health, home, login, part, request

__all__ = ["install"]


def install(app: FastAPI) -> None:
    """Mounts the pages and their files, and shows failures as pages to those who read pages."""
    for journey in (static, health, login, home, part, request, declaration):
        app.include_router(journey.router)
    errors.install(app)
