"""Words that every message uses: texts, instants and figures as they are spelled; what comes in, what goes out, problems and pages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from ashiato.kernel.quantity import plain

Item = TypeVar("Item")


def _storable(text: str) -> str:
    """Lone surrogates, NUL and other control characters can be spelled in JSON and stand for nothing."""
    if any((character < " " and character not in "\n\t") or character == "\x7f" for character in text):
        raise ValueError("control characters are not accepted")
    text.encode()
    return text


storable = AfterValidator(_storable)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_storable)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_storable)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_storable)]
Password = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=200), AfterValidator(_storable)]
Url = Annotated[str, StringConstraints(max_length=400, pattern=r"^https?://[^\s]+$"), AfterValidator(_storable)]


def _near(instant: datetime) -> datetime:
    if not 2000 <= instant.year <= 2200:  # noqa: PLR2004 — a due date, not geology
        raise ValueError("a year from 2000 to 2200 is expected")
    return instant


def _near_day(day: date) -> date:
    if not 1990 <= day.year <= 2100:  # noqa: PLR2004 — a reporting period
        raise ValueError("a year from 1990 to 2100 is expected")
    return day


Instant = Annotated[AwareDatetime, AfterValidator(_near)]
Day = Annotated[date, AfterValidator(_near_day)]
Figure = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
StatedFigure = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=40, decimal_places=30)]
RoleName = Literal["clerk", "approver", "company_admin", "verifier", "operator"]
StageName = Literal["raw_materials", "production", "distribution", "end_of_life"]


class In(BaseModel):
    """What comes in: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out: read from the domain's nouns."""

    model_config = ConfigDict(from_attributes=True)


class Flaw(Out):
    """One thing that is wrong with a request."""

    field: str
    code: str
    message: str
    suggestion: str | None = None


class Problem(Out):
    """RFC 9457, with a stable code and the flaws by field."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    flaws: list[Flaw] = []


class Page(Out, Generic[Item]):
    """A page of a list; `next` leads to the following one and is absent on the last."""

    items: list[Item]
    next: str | None = None
