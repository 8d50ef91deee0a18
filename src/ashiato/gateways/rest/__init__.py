"""Ashiato's own interface: JSON over HTTP under `/api/v1`, described by OpenAPI 3.1 from this very code."""

from typing import Any

from fastapi import APIRouter

from ashiato.gateways.rest import (
    access,
    admission,
    analyses,
    answers,
    applications,
    approvals,
    assessments,
    associations,
    break_glass,
    companies,
    diligence,
    evidence,
    exchange,
    exports,
    footprints,
    governance,
    grievances,
    imports,
    interchange,
    leaving,
    log,
    notifications,
    parts,
    probes,
    protection,
    reports,
    requests,
    rooms,
    second_factors,
    sharing,
    views,
)
from ashiato.gateways.rest.desk import SESSION_COOKIE, Desk, Tools
from ashiato.gateways.rest.errors import STATUS, install, problem_of
from ashiato.gateways.rest.wire.words import Problem

PREFIX = "/api/v1"
LARGEST_MESSAGE = 4 * 1024 * 1024  # bytes; files have limits of their own
_FAILURES = {400: "the request cannot be read", 401: "who asks is not known", 403: "who asks may not",
             404: "no such thing, or none that the asker may see", 409: "it contradicts the present state",
             422: "the request itself is wrong", 429: "too often", 503: "not now"}  # fmt: skip
_PROBLEMS: dict[int | str, dict[str, Any]] = {status: {"model": Problem, "description": words} for status, words in _FAILURES.items()}

router = APIRouter(prefix=PREFIX, responses=_PROBLEMS, max_body_size=LARGEST_MESSAGE)
oauth = APIRouter(responses=_PROBLEMS, max_body_size=LARGEST_MESSAGE)
oauth.include_router(access.oauth)
for part in (
    parts,
    requests,
    footprints,
    protection,
    approvals,
    analyses,
    sharing,
    access,
    companies,
    imports,
    exports,
    answers,
    evidence,
    applications,
    log,
    diligence,
    assessments,
    probes,
    grievances,
    reports,
    interchange,
    exchange,
    rooms,
    admission,
    associations,
    second_factors,
    leaving,
    notifications,
    governance,
    views,
    break_glass,
):  # the busiest first: routes are tried in this order
    router.include_router(part.router)

__all__ = ["PREFIX", "SESSION_COOKIE", "STATUS", "Desk", "Tools", "install", "oauth", "problem_of", "router"]
