"""PACT (WBCSD): exchange of product carbon footprints with systems elsewhere, version 3 and, where it differs, version 2.

Each company of the installation is a data owner and data recipient of its own, at `/pact/{company}`. What the standard cannot say,
and where it is read otherwise than the conformance service does, stands in `docs/standards/pact.md`.
"""

from fastapi import FastAPI

from ashiato.gateways.pact import access
from ashiato.gateways.pact.files import spelling
from ashiato.gateways.pact.v2 import routes as second
from ashiato.gateways.pact.v3 import routes as third

__all__ = ["install", "spelling"]


def install(app: FastAPI) -> None:
    """Mounts the interface beside the others; its failures are its own."""
    for router in (access.router, access.schemas, third.router, second.router):
        app.include_router(router, include_in_schema=False)
