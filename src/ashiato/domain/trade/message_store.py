"""The SQL of signed messages."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.domain.trade.model import Request
from ashiato.plumbing.db import row, run
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as it was signed."""

    content: str
    jws: str
    public_jwk: dict[str, str]


async def add(work: Work, request: Request, content: str, signature: Signature) -> None:
    """Keeps what the pinned buyer signed."""
    await run(
        work.connection,
        """
        INSERT INTO request_message (company_id, request_id, supplier_id, content, jws, public_jwk)
        VALUES (%(me)s, %(request_id)s, %(supplier_id)s, %(content)s, %(jws)s, %(public_jwk)s)
        """,
        {"me": work.tenant, "request_id": request.request_id, "supplier_id": request.supplier_id, "content": content, "jws": signature.jws,
         "public_jwk": Jsonb(signature.key)},
    )  # fmt: skip


async def message(work: Work, request_id: UUID) -> StoredMessage | None:
    """What was signed of a request that the pinned company sent or received."""
    return await row(
        work.connection,
        StoredMessage,
        """
        SELECT content, jws, public_jwk FROM request_message
        WHERE request_id = %(request_id)s AND (company_id = %(me)s OR supplier_id = %(me)s)
        """,
        {"request_id": request_id, "me": work.tenant},
    )
