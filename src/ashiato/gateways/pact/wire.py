"""Words that all versions of the messages share: decimals travel as strings, identifiers as URNs, instants in UTC."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from ashiato.domain.participants import text_flaw
from ashiato.kernel.quantity import plain

_DECIMAL = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?")
_URN = re.compile(r"[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,30}:[!-~]{1,400}")


class Named(Protocol):
    """A footprint of either version, in what people read of it as names."""

    companyName: str
    productNameCompany: str


F = TypeVar("F", bound=Named)


def _decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        raise PydanticCustomError("decimal", "a decimal figure in a string is expected")
    return Decimal(value)


def _urn(text: str) -> str:
    if _URN.fullmatch(text) is None:
        raise PydanticCustomError("urn", "a URN is expected")
    return text


def storable(text: str) -> str:
    """Refuses what a database cannot hold or a page should not show."""
    if any((character < " " and character not in "\r\n\t") or "\ud800" <= character <= "\udfff" or character == "\x7f" for character in text):
        raise PydanticCustomError("control", "control characters are not accepted")
    return text


def seen(arrived: F) -> F:
    """A footprint that arrives, and in whose names nothing stands that nobody sees. What was kept before that was refused is still told."""
    for name, text in (("companyName", arrived.companyName), ("productNameCompany", arrived.productNameCompany)):
        if text.strip() and text_flaw("", text, len(text)) is not None:
            raise PydanticCustomError("control", "{name}: characters that nobody sees are not accepted in a name", {"name": name})
    return arrived


def spelled(moment: datetime) -> str:
    """An instant as the messages spell it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _near(moment: datetime) -> datetime:
    if not 1950 <= moment.year <= 2200:  # noqa: PLR2004 — a reference period, not geology
        raise PydanticCustomError("year", "a year from 1950 to 2200 is expected")
    return moment


Number = Annotated[Decimal, BeforeValidator(_decimal, json_schema_input_type=str), PlainSerializer(plain, return_type=str)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
NotPositive = Annotated[Number, Field(le=0)]
Instant = Annotated[AwareDatetime, AfterValidator(_near), PlainSerializer(spelled, return_type=str)]
Text = Annotated[str, StringConstraints(max_length=5000), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(storable)]
Urn = Annotated[str, AfterValidator(_urn)]
Uri = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:"), AfterValidator(storable)]
Urns = Annotated[list[Urn], Field(min_length=1, max_length=100)]
Names = Annotated[list[Name], Field(min_length=1, max_length=100)]
Region = Literal[
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia", "Eastern Europe",
    "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa", "Northern America", "Northern Europe", "Polynesia",
    "South-eastern Asia", "Southern Asia", "Southern Europe", "Sub-Saharan Africa", "Western Asia", "Western Europe",
]  # fmt: skip


class Model(BaseModel):
    """A message. Members that a later version adds are kept, so that it can be said that nothing is made of them."""

    model_config = ConfigDict(extra="allow")


class Rule(Model):
    """Rules of a product or sector that a footprint follows."""

    operator: Literal["PEF", "EPD International", "Other"]
    ruleNames: Names
    otherOperatorName: Name | None = None


class Source(Model):
    """A database of emission factors."""

    name: Name
    version: Name


class Extension(Model):
    """Data that the model has no members for, under a schema of its own."""

    specVersion: Name
    dataSchema: Uri
    documentation: Uri | None = None
    data: dict[str, Any]


class Failure(Model):
    """What went wrong."""

    code: Literal["BadRequest", "AccessDenied", "TokenExpired", "NotFound", "InternalError", "NotImplemented"]
    message: str
