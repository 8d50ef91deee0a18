"""Refusals in the words of PACT: `{"code", "message"}`. The table is total: a test holds it against `Kind`."""

from typing import Any

from fastapi.responses import JSONResponse

from ashiato.kernel.errors import Kind, Refusal

CODES: dict[Kind, tuple[int, str]] = {
    Kind.INVALID: (400, "BadRequest"),
    Kind.UNIDENTIFIED: (401, "BadRequest"),  # the conformance service expects this code beside 401
    Kind.DENIED: (403, "AccessDenied"),
    Kind.ABSENT: (404, "NotFound"),
    Kind.CONFLICT: (400, "BadRequest"),
    Kind.GONE: (404, "NotFound"),
    Kind.LIMITED: (429, "BadRequest"),  # PACT has no word for it
    Kind.UNAVAILABLE: (503, "InternalError"),
}
EXPIRED = (401, "TokenExpired")
UNFORESEEN = (500, "InternalError")


class Fault(Exception):
    """A failure that has a word of its own in PACT."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def bad(message: str) -> Fault:
    """A request that cannot be understood."""
    return Fault(400, "BadRequest", message)


def fault_of(refusal: Refusal) -> Fault:
    """A refusal in PACT's words."""
    flaws = "; ".join(f"{flaw.field}: {flaw.message}" for flaw in refusal.flaws[:20])
    return Fault(*CODES[refusal.kind], f"{refusal} {flaws}".strip())


def answer(fault: Fault) -> JSONResponse:
    """A failure as the caller reads it."""
    content: dict[str, Any] = {"code": fault.code, "message": str(fault)}
    headers = {"Retry-After": "3"} if fault.status in (CODES[Kind.LIMITED][0], CODES[Kind.UNAVAILABLE][0]) else {}
    if fault.status == EXPIRED[0]:
        headers["WWW-Authenticate"] = 'Bearer realm="pact"'
    return JSONResponse(content, fault.status, headers)
