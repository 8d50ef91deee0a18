"""Requests and answers: the nouns, their states, and who may move them where (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ashiato.kernel.errors import conflict
from ashiato.kernel.ids import CompanyId, CompanyNumber, PartId, RequestId

LONGEST_MESSAGE = 1000


class SubjectKind(StrEnum):
    """What is asked for."""

    FOOTPRINT = "footprint"
    DILIGENCE = "diligence"  # origins, findings and a questionnaire, which the request names as its method


class RequestState(StrEnum):
    """How far a request has come."""

    ASKED = "asked"  # by the buyer
    LINKED = "linked"  # the supplier has said which of its parts it is about
    ANSWERED = "answered"  # values were released to the buyer
    REJECTED = "rejected"  # by the supplier, with a reason
    CANCELLED = "cancelled"  # by the buyer


class Party(StrEnum):
    """The two sides of a request."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


_S = RequestState
TRANSITIONS: dict[tuple[RequestState, Party], frozenset[RequestState]] = {
    (_S.ASKED, Party.SUPPLIER): frozenset({_S.LINKED, _S.REJECTED}),
    (_S.LINKED, Party.SUPPLIER): frozenset({_S.LINKED, _S.REJECTED, _S.ANSWERED}),
    (_S.ANSWERED, Party.SUPPLIER): frozenset({_S.ANSWERED}),  # a newer release supersedes
    (_S.ASKED, Party.BUYER): frozenset({_S.CANCELLED}),
    (_S.LINKED, Party.BUYER): frozenset({_S.CANCELLED}),
    (_S.ANSWERED, Party.BUYER): frozenset({_S.CANCELLED}),  # it goes without: what was declared on the answer stays as it is
    (_S.REJECTED, Party.BUYER): frozenset({_S.CANCELLED}),
}


def check_transition(present: RequestState, party: Party, wanted: RequestState) -> None:
    """Refuses (`conflict`) a step that this party cannot take from the present state."""
    possible = TRANSITIONS.get((present, party), frozenset())
    if wanted not in possible:
        steps = ", ".join(sorted(possible)) or "nothing"
        raise conflict("request.transition", f"The {party} cannot make a request that is {present} {wanted}.", f"It can become: {steps}.")


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a buyer asks of a supplier. `item` and `item_number` name the supplier's product in words the supplier knows.

    `method`: the calculation rules that a footprint is wanted under, or the questionnaire that due diligence is asked with.
    """

    part_id: PartId
    method: str
    due_at: datetime
    supplier_number: CompanyNumber | None = None
    item: str | None = None
    item_number: str | None = None
    message: str = ""
    subject: SubjectKind = SubjectKind.FOOTPRINT
    supplier_id: CompanyId | None = None  # for those that have no Japanese corporate number


@dataclass(frozen=True, slots=True)
class Request:
    """A request as both parties see it."""

    company_id: CompanyId
    request_id: RequestId
    supplier_id: CompanyId
    subject_kind: str
    item: str
    item_number: str
    declared_unit: str
    method: str
    message: str
    reply: str
    state: str
    asked_at: datetime
    due_at: datetime
    settled_at: datetime | None

    def party(self, company_id: CompanyId) -> Party:
        """Which side the company is on."""
        return Party.BUYER if company_id == self.company_id else Party.SUPPLIER

    def overdue(self, now: datetime) -> bool:
        """Whether the answer is late: not there by the due date, or came after it."""
        return (self.settled_at or now) > self.due_at if self.state in ("asked", "linked", "answered") else False


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with the parties' names, and the viewer's own part behind it."""

    request: Request
    buyer: str
    supplier: str
    own_part_id: PartId | None


@dataclass(frozen=True, slots=True)
class RequestsWanted:
    """Which of the requests that a company sent, or received, a list shows, by the day that the answer is due.

    `text` stands anywhere in the item, its number or the partner's name, whatever its case and width. `late`: those alone whose answer
    is due and not there. `numbers` and `request_ids` (at most 500 together) name items and requests: whatever is one of either is shown.
    `subject`: those alone that ask for this.
    """

    sent: bool
    states: tuple[RequestState, ...] = ()
    text: str = ""
    late: bool = False
    partner_id: CompanyId | None = None
    numbers: tuple[str, ...] = ()
    request_ids: tuple[RequestId, ...] = ()
    backwards: bool = False
    subject: SubjectKind | None = None

    @property
    def shown(self) -> tuple[RequestState, ...]:
        """The states that can be among those wanted."""
        stated = self.states or tuple(RequestState)
        return tuple(state for state in stated if not self.late or state in (RequestState.ASKED, RequestState.LINKED))


def state_words(states: list[RequestState] | None) -> list[str]:
    """States as they are stored, each once; all of them if none is named."""
    return [state.value for state in dict.fromkeys(states or RequestState)]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Where the asking for one bought part stands. `answer_id` is what the supplier handed over last."""

    part_id: PartId
    request_id: RequestId
    supplier_id: CompanyId
    state: str
    due_at: datetime
    answer_id: UUID | None
