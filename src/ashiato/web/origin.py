"""Where a request comes from, and where a reader may be sent."""

import re
from urllib.parse import urlsplit

from fastapi import Request

from ashiato.kernel.errors import Refusal, denied

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")  # visible ASCII, no backslash, and no second slash: `//host` is another site


def check_origin(request: Request, public_url: str) -> None:
    """Refuses (`denied`) a form that was sent from another site; the session's cookie (SameSite) does not come with it either.

    Browsers say where a form comes from (Sec-Fetch-Site, Origin); who says nothing is no browser, and nobody's cookies are at risk.
    """
    if request.method in _SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(public_url).netloc}
    if (site is not None and site not in ("same-origin", "none")) or (origin is not None and urlsplit(origin).netloc not in ours):
        raise foreign()


def foreign() -> Refusal:
    """The refusal of a form that was sent from another site."""
    return denied("origin", "This form was sent from another site.", "Open the page here and try again.")


def local(address: str | None) -> str:
    """The address if it is a path of this site, else the first page: nobody is sent elsewhere."""
    return address if address and _LOCAL.fullmatch(address) and not address.startswith(("/login", "/logout")) else "/"


def came_from(request: Request) -> str:
    """The page of this site that the request was sent from, else the first page."""
    parts = urlsplit(request.headers.get("referer", ""))
    return local(parts.path) if parts.netloc == request.headers.get("host") else "/"
