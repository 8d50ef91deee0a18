"""What can have happened between a buyer and a supplier."""

from uuid import UUID

from ashiato.domain.trade.model import Request, RequestState
from ashiato.kernel.facts import Fact


def request_moved(request: Request, state: RequestState) -> Fact:
    """A request was asked, linked, answered, rejected or cancelled."""
    about = {"request_id": str(request.request_id), "buyer_id": str(request.company_id), "supplier_id": str(request.supplier_id)}
    return Fact(f"request.{state}", about)


def looked_up(request_id: UUID, buyer_id: UUID, supplier_id: UUID) -> Fact:
    """The operator looked one request up: its parties, its state and its dates."""
    return Fact("request.looked_up", {"request_id": str(request_id), "buyer_id": str(buyer_id), "supplier_id": str(supplier_id)})


def answered(request: Request, subject_id: UUID) -> Fact:
    """A supplier handed something over in answer to a request."""
    about = {"request_id": str(request.request_id), "buyer_id": str(request.company_id), "subject_id": str(subject_id)}
    return Fact("request.answered", about)


def approval_moved(kind: str, approval_id: UUID) -> Fact:
    """A second person was asked to release something, or decided on it: kind `release.approval_asked`, `…_approved`, `…_returned`."""
    return Fact(kind, {"approval_id": str(approval_id)})
