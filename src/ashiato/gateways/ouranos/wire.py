"""Messages of the data-transaction and user-authentication interface, spelled as the standard spells them (OpenAPI 3.0.0 of Ouranos)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from ashiato.domain.participants import text_flaw

MOST = Decimal("99999.99999")
DECIMALS = 5
MOST_CHILDREN = 50
MOST_TRACES = 50
MOST_OPERATORS = 100
_UUID_LENGTH = 36

UnitName = Literal["liter", "kilogram", "cubic-meter", "kilowatt-hour", "megajoule", "ton-kilometer", "square-meter", "unit"]
GhgUnit = Literal[
    "kgCO2e/liter", "kgCO2e/kilogram", "kgCO2e/cubic-meter", "kgCO2e/kilowatt-hour", "kgCO2e/megajoule", "kgCO2e/ton-kilometer",
    "kgCO2e/square-meter", "kgCO2e/unit",
]  # fmt: skip
ResponseState = Literal["NOT_COMPLETED", "COMPLETED", "REJECT", "CANCEL"]
CfpType = Literal[
    "preProduction", "mainProduction", "preComponent", "mainComponent", "preProductionTotal", "mainProductionTotal", "preComponentTotal",
    "mainComponentTotal", "preProductionResponse", "mainProductionResponse",
]  # fmt: skip
StatedType = Literal["preProduction", "mainProduction", "preComponent", "mainComponent"]
DqrType = Literal["preProcessing", "mainProcessing", "preProcessingTotal", "mainProcessingTotal", "preProcessingResponse", "mainProcessingResponse"]


def kind_of(value: object) -> str:
    """What JSON calls a value."""
    names = {type(None): "null", bool: "bool", int: "number", float: "number", Decimal: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "object")


def wrong_kind(expected: str, value: object) -> PydanticCustomError:
    """A value of another kind than the field has."""
    return PydanticCustomError("kind", "Unmarshal type error: expected={expected}, got={got}", {"expected": expected, "got": kind_of(value)})


def _uuid(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise wrong_kind("string", value)
    if not value:
        raise PydanticCustomError("blank", "cannot be blank")
    try:
        if len(value) == _UUID_LENGTH:
            return UUID(value)
    except ValueError:
        pass
    raise PydanticCustomError("uuid", "invalid UUID")


def _figure(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise wrong_kind("number", value)
    figure = Decimal(str(value))
    if not figure.is_finite() or not 0 <= figure <= MOST:
        raise PydanticCustomError("range", "must be between 0 and 99999.99999")
    exponent = figure.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS:
        raise PydanticCustomError("decimals", "must be a value up to the 5th decimal place")
    return abs(figure)  # minus nothing is nothing


def _number(figure: Decimal) -> int | float:
    return int(figure) if figure == figure.to_integral_value() else float(figure)


def storable(text: str) -> str:
    if any((character < " " and character not in "\r\n\t") or "\ud800" <= character <= "\udfff" or character == "\x7f" for character in text):
        raise PydanticCustomError("control", "control characters are not accepted")
    return text


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _last_six(text: str) -> str:
    if not (text[-6:].isascii() and text[-6:].isdigit()):
        raise PydanticCustomError("digits", "the last 6 digits must always be numeric ")
    return text


Id = Annotated[UUID, BeforeValidator(_uuid)]
Figure = Annotated[Decimal, BeforeValidator(_figure, json_schema_input_type=float), PlainSerializer(_number, return_type=int | float)]
Instant = Annotated[datetime, PlainSerializer(_instant, return_type=str)]
Text50 = Annotated[str, StringConstraints(max_length=50), AfterValidator(storable)]
Item = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(storable)]
Text256 = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(storable)]
GlobalId = Annotated[str, StringConstraints(max_length=256), AfterValidator(storable)]
Message = Annotated[str, StringConstraints(max_length=1000), AfterValidator(storable)]
OpenPlantId = Annotated[str, StringConstraints(min_length=6, max_length=26), AfterValidator(_last_six), AfterValidator(storable)]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=20)]


class Model(BaseModel):
    """A message: of the right kinds of values; members that mean nothing here are passed over, as the reference does."""

    model_config = ConfigDict(strict=True, extra="ignore")


M = TypeVar("M", bound=Model)


def seen(arrived: M) -> M:
    """A message that arrives, and whose names hold nothing that nobody sees. What was kept before that was refused is still told."""
    for name, value in arrived:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Model):
                seen(each)
            elif isinstance(each, str) and each.strip() and text_flaw("", each, len(each)) is not None:
                raise PydanticCustomError("control", "{name}: characters that nobody sees are not accepted", {"name": name})
    return arrived


class LoginInputModel(Model):
    """Who logs in."""

    operatorAccountId: Annotated[str, StringConstraints(min_length=1, max_length=254), AfterValidator(storable)]
    accountPassword: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class LoginOutputModel(Model):
    """An access token, and what fetches the next one."""

    accessToken: str
    refreshToken: str


class RefreshInputModel(Model):
    """What fetches another access token."""

    refreshToken: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class RefreshOutputModel(Model):
    """Another access token."""

    accessToken: str


class ChangePasswordModel(Model):
    """The password from now on."""

    newPassword: NewPassword


class TokenIn(Model):
    """A token that another system was shown."""

    idToken: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class TokenOut(Model):
    """Whose token it is; null for a token that is not good."""

    operatorId: Id | None


class ApiKeyIn(Model):
    """A key that another system was shown, and from where."""

    apiKey: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    ipAddress: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ApiKeyOut(Model):
    """Whether the key is good, and from there."""

    isApiKeyValid: bool
    isIpAddressValid: bool


class Health(Model):
    """Whether the system answers."""

    isSystemHealthy: bool


class OperatorAttribute(Model):
    """A company's further numbers."""

    globalOperatorId: GlobalId | None = None


class OperatorModel(Model):
    """A company."""

    operatorId: Id
    operatorName: Text256
    operatorAddress: Text256
    openOperatorId: Annotated[str, StringConstraints(min_length=1, max_length=20), AfterValidator(storable)]
    operatorAttribute: OperatorAttribute


class PlantAttribute(Model):
    """A site's further numbers."""

    globalPlantId: GlobalId | None = None


class PlantModel(Model):
    """A site."""

    plantId: Id | None = None
    operatorId: Id
    plantName: Text256
    plantAddress: Text256
    openPlantId: OpenPlantId
    plantAttribute: PlantAttribute


class PartsModel(Model):
    """A part; with an amount where it goes into another one."""

    amountRequired: Figure | None = None
    amountRequiredUnit: UnitName | None = None
    operatorId: Id
    partsName: Item
    plantId: Id
    supportPartsName: Text50 | None = None
    terminatedFlag: bool
    traceId: Id | None = None
    partsLabelName: Text50 | None = None
    partsAddInfo1: Text50 | None = None
    partsAddInfo2: Text50 | None = None
    partsAddInfo3: Text50 | None = None


class PartsStructureModel(Model):
    """A part with what goes directly into it."""

    parentPartsModel: PartsModel
    childrenPartsModel: Annotated[list[PartsModel], Field(max_length=MOST_CHILDREN)]


class RequestStatus(Model):
    """How far a request has come, over all tiers."""

    cfpResponseStatus: ResponseState | None = None
    tradeTreeStatus: Literal["TERMINATED", "UNTERMINATED"] | None = None
    completedCount: Annotated[int, Field(strict=False)] | None = None
    completedCountModifiedAt: Annotated[Instant, Field(strict=False)] | None = None
    tradesCount: Annotated[int, Field(strict=False)] | None = None
    tradesCountModifiedAt: Annotated[Instant, Field(strict=False)] | None = None


class StatusModel(Model):
    """A request with its messages and its state."""

    statusId: Id | None = None
    tradeId: Id | None = None
    message: Message | None = None
    replyMessage: Message | None = None
    requestType: Literal["CFP"]
    responseDueDate: Annotated[str, StringConstraints(max_length=40)] | None = None
    requestStatus: RequestStatus


class TradeModel(Model):
    """The link between a buyer's part and a supplier's."""

    tradeId: Id | None = None
    downstreamOperatorId: Id
    upstreamOperatorId: Id
    downstreamTraceId: Id
    upstreamTraceId: Id | None = None


class TradeRequestModel(Model):
    """What is asked of whom."""

    statusModel: StatusModel
    tradeModel: TradeModel


class TradeResponseModel(Model):
    """What a supplier is asked, with the buyer's part."""

    statusModel: StatusModel
    tradeModel: TradeModel
    partsModel: PartsModel


class DqrValue(Model):
    """Technological, geographical and temporal representativeness."""

    TeR: Figure | None
    GeR: Figure | None
    TiR: Figure | None


class CfpModel(Model):
    """One figure of a part's footprint."""

    cfpId: Id | None = None
    traceId: Id
    ghgEmission: Figure | None
    ghgDeclaredUnit: GhgUnit
    cfpType: CfpType
    dqrType: DqrType
    dqrValue: DqrValue


class StatedCfpModel(CfpModel):
    """One of the four figures that a company states."""

    cfpType: StatedType


class CertificationFile(Model):
    """A file of a certificate."""

    operatorId: Id | None
    fileId: Id | None
    fileName: str | None


class CfpCertificationModel(Model):
    """A part's certificate."""

    cfpCertificationId: Id
    traceId: Id
    cfpCertificationDescription: Annotated[str, StringConstraints(max_length=100)] | None
    cfpCertificationFileInfo: Annotated[list[CertificationFile], Field(max_length=100)] | None


class ErrorModel(Model):
    """What went wrong: a status with the part of the system that says so, words, and what helps an enquiry."""

    code: str
    message: str
    detail: str


class Nothing(Model):
    """An empty object: every success but 204 has a body."""
