"""What can have happened in what the operator answers for."""

from uuid import UUID

from ashiato.domain.governance.break_glass_store import Access
from ashiato.domain.governance.model import Entry
from ashiato.kernel.facts import Fact


def entered(entry: Entry) -> Fact:
    """The operator entered something into a register; the company concerned sees it, if it may."""
    return Fact("register.entered", _about(entry))


def settled(entry: Entry) -> Fact:
    """The operator settled an entry, or disclosed it."""
    return Fact("register.settled", _about(entry))


def _about(entry: Entry) -> dict[str, str]:
    about = {"entry_id": str(entry.entry_id), "register": entry.kind}
    return about | ({"company_id": str(entry.concerned_id)} if entry.concerned_id and entry.disclosed else {})


def reported(report_id: UUID, digest: str) -> Fact:
    """The operator published a transparency report."""
    return Fact("transparency.reported", {"report_id": str(report_id), "digest": digest})


def criterion_moved(criterion: str, state: str) -> Fact:
    """The operator said where a criterion of certification stands."""
    return Fact("criterion.moved", {"criterion": criterion, "state": state})


def glass_moved(kind: str, access: Access) -> Fact:
    """A person of the operator's asked to read what a company has released, or that was decided or ended; the company sees it."""
    return Fact(kind, {"access_id": str(access.access_id), "company_id": str(access.concerned_id), "purpose": access.purpose})


def support_opened(request_id: UUID) -> Fact:
    """A company asked the operator for help."""
    return Fact("support.opened", {"support_id": str(request_id)})


def support_added(request_id: UUID) -> Fact:
    """The company said more of it."""
    return Fact("support.added", {"support_id": str(request_id)})


def support_answered(request_id: UUID, company_id: UUID) -> Fact:
    """The operator answered; the company sees it."""
    return Fact("support.answered", {"support_id": str(request_id), "company_id": str(company_id)})


def support_closed(request_id: UUID, company_id: UUID, *, of_operator: bool) -> Fact:
    """A side closed it. `company_id` names the other side, where that is the company."""
    return Fact("support.closed", {"support_id": str(request_id)} | ({"company_id": str(company_id)} if of_operator else {}))
