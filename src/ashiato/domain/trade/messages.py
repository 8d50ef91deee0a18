"""What crosses from buyer to supplier is signed: the request's words as the supplier reads them, with the platform's time.

An answer carries its signature in the release that is handed over (`footprint.answering`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ashiato.domain import participants
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.trade import message_store as store
from ashiato.domain.trade.model import LONGEST_MESSAGE, Request
from ashiato.kernel.digest import canonical
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import RequestId
from ashiato.plumbing.keys import Seal, Signature
from ashiato.plumbing.unit_of_work import Work

__all__ = ["LONGEST_MESSAGE", "SignedMessage", "content", "sign", "signed"]

SCHEMA = "ashiato/request/1"


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """The canonical bytes, as text, and the sender's detached signature over them."""

    content: str
    signature: Signature


def content(request: Request) -> bytes:
    """The canonical bytes that a buyer signs: everything of the request that the supplier reads."""
    return canonical(
        {
            "schema": SCHEMA, "request_id": str(request.request_id), "buyer_id": str(request.company_id), "supplier_id": str(request.supplier_id),
            "item": request.item, "item_number": request.item_number, "declared_unit": request.declared_unit, "method": request.method,
            "message": request.message, "due_at": _spelled(request.due_at), "asked_at": _spelled(request.asked_at),
        }
    )  # fmt: skip


def _spelled(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


async def sign(work: Work, actor: Actor, request: Request, seal: Seal) -> None:
    """Signs a fresh request with the buyer's key, and keeps what was signed."""
    frozen = content(request)
    await store.add(work, request, frozen.decode(), await participants.signing.sign(work, actor, frozen, seal))


async def signed(work: Work, actor: Actor, request_id: RequestId) -> SignedMessage:
    """What the buyer signed, for both parties. Refuses (`absent`) requests of others, and those from before requests were signed."""
    require(actor, Deed.READ)
    found = await store.message(work, request_id)
    if found is None:
        raise absent("message")
    return SignedMessage(found.content, Signature(found.jws, found.public_jwk))
