"""What every answer of the pages tells the browser it may do: nearly nothing. Scripts are our own files, never words in a page."""

from fastapi import Response

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
PRIVATE = {"Cache-Control": "private, no-store"}
PUBLIC = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Language, Cookie"}


def secured(response: Response) -> Response:
    """The answer with the headers that all answers carry; private unless it says otherwise."""
    response.headers.update(_ALWAYS)
    for name, value in PRIVATE.items():
        response.headers.setdefault(name, value)
    return response
