"""Messages about grievances."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.domain import diligence
from ashiato.domain.diligence import RiskCategory
from ashiato.gateways.rest.wire.words import In, Out, storable

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), storable]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), storable]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=60), storable]


class GrievanceIn(In):
    """What somebody complains about, in any language. `contact` is sealed; nobody reads it but a mediator to whom the reporter hands it."""

    company_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")]
    category: RiskCategory
    words: Words
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    contact: Contact = ""


class CodeOut(Out):
    """The code by which the grievance can be followed; it is told in this answer only."""

    code: str


class FollowIn(In):
    """The code; in a body, so that it stands in no log."""

    code: Code


class RespondIn(In):
    """The code, and what the reporter adds."""

    code: Code
    words: Words


class GrievanceItemOut(Out):
    """A grievance in a list."""

    grievance_id: UUID
    category: str
    language: str
    state: str
    received_at: datetime
    due_at: datetime | None


class GrievanceStepOut(Out):
    """What the reporter, the company or a mediator did or said."""

    ordinal: int
    by_whom: str
    state: str
    words: str
    taken_at: datetime


class MediatorOut(Out):
    """Who mediates, and which side asked."""

    mediator_name: str
    asked_by: str
    asked_at: datetime


class NoteOut(Out):
    """What a side handed to a mediator, or the mediator said."""

    by_whom: str
    words: str
    written_at: datetime


class GrievanceOut(GrievanceItemOut):
    """A grievance with all that was done and said, and who mediates. `notes`: one's own to the mediators, and theirs to both sides."""

    words: str
    steps: list[GrievanceStepOut]
    mediators: list[MediatorOut]
    notes: list[NoteOut]


class GrievanceMoveIn(In):
    """The next state, and what the reporter will read."""

    state: diligence.grievances.GrievanceState
    words: Words


Mediator = Annotated[
    str, StringConstraints(pattern=r"^(operator|\d{13})$"), Field(description="`operator`, or the corporate number of a member that is no side")
]


class MediatorIn(In):
    """Who is asked to mediate, and what it is told: it sees nothing else."""

    mediator: Mediator
    words: Words


class ReporterMediatorIn(MediatorIn):
    """The same by the reporter. `contact`: hand over the contact that was left with the grievance, too."""

    code: Code
    contact: bool = False


class MediationItemOut(Out):
    """A mediation in a list, as the mediator sees it."""

    grievance_id: UUID
    company: str
    asked_by: str
    asked_at: datetime


class HeardOut(NoteOut):
    """What the mediator was told or said; the reporter's contact where it was handed over."""

    contact: str | None


class MediationOut(MediationItemOut):
    """A mediation with what each side handed over, and what the mediator said."""

    heard: list[HeardOut]


class NoteIn(In):
    """What the mediator says to both sides."""

    words: Words
