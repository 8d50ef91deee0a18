"""Messages about grievances."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from ashiato.domain import diligence
from ashiato.domain.diligence import RiskCategory
from ashiato.gateways.rest.wire.words import In, Out, Text, storable

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), storable]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), storable]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=60), storable]


class GrievanceIn(In):
    """What somebody complains about, in any language. `contact` is sealed; only a mediator whom the company asks can read it."""

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


class GrievanceOut(GrievanceItemOut):
    """A grievance with all that was done and said. `contact` only for a mediator, if one was left."""

    words: str
    steps: list[GrievanceStepOut]
    contact: str | None = None


class GrievanceMoveIn(In):
    """The next state, and what the reporter will read."""

    state: diligence.grievances.GrievanceState
    words: Words


class MediatorIn(In):
    """The corporate number of the third party that is asked to mediate."""

    company_number: Text
