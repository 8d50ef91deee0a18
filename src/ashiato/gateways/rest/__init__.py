"""Ashiato's own interface: JSON over HTTP under `/api/v1`, described by OpenAPI 3.1 from this very code."""

from fastapi import FastAPI

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
    description,
    diligence,
    errors,
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
    support,
    views,
)
from ashiato.gateways.rest.desk import SESSION_COOKIE, Desk, Tools
from ashiato.gateways.rest.errors import STATUS, problem_of
from ashiato.gateways.rest.routing import PREFIX, mount

_PARTS = (
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
    support,
    break_glass,
)  # the busiest first: routes are tried in this order


def install(app: FastAPI) -> None:
    """Mounts the interface and its description, and makes every failure of the application a problem."""
    errors.install(app)
    description.install(app)
    mount(app, *(part.router for part in _PARTS), access.oauth)


__all__ = ["PREFIX", "SESSION_COOKIE", "STATUS", "Desk", "Tools", "install", "problem_of"]
