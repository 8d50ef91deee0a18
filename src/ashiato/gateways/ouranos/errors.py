"""Failures in the words of the interface. The table of kinds is total: a test holds it against `Kind`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from fastapi.exceptions import RequestValidationError

from ashiato.kernel.errors import Kind, Refusal


class Part(StrEnum):
    """The part of the system that a failure is attributed to."""

    AUTH = "auth"
    DATASPACE = "dataspace"
    TRACEABILITY = "traceability"


WORDS = {400: "BadRequest", 401: "Unauthorized", 403: "AccessDenied", 404: "NotFound", 500: "InternalServerError", 503: "ServiceUnavailable",
         504: "Timeout"}  # fmt: skip
STATUS: dict[Kind, int] = {
    Kind.INVALID: 400,
    Kind.UNIDENTIFIED: 401,
    Kind.DENIED: 403,
    Kind.ABSENT: 404,
    Kind.CONFLICT: 400,
    Kind.GONE: 404,
    Kind.LIMITED: 503,  # the interface knows no 429
    Kind.UNAVAILABLE: 503,
}
NO_KEY = "You do not have the necessary privileges"
WRONG_KEY = "Invalid key"
WRONG_ADDRESS = "IP address not authorized for this API key"
NO_TOKEN = "Authentication required"  # noqa: S105 — words, not a secret
WRONG_TOKEN = "Invalid or expired token"  # noqa: S105 — words, not a secret
WRONG_LOGIN = "Invalid credentials"
NOT_MINE = "You do not have the necessary privileges"
UNEXPECTED_QUERY = "Unexpected query parameter"
UNFORESEEN = "Unexpected error occurred"
ELSEWHERE = "Unexpected error occurred in outer service"


@dataclass(slots=True)
class Fault(Exception):
    """A failure that the interface describes. `detail` is empty where the enquiry line is to stand there."""

    status: int
    message: str
    part: Part | None = None
    detail: str = ""


def denied(message: str, part: Part | None = None) -> Fault:
    """Who asks may not."""
    return Fault(403, message, part)


def flawed(message: str) -> Fault:
    """The body says something that is not allowed."""
    return Fault(400, f"Validation failed, {message}")


def unexpected(field: str) -> Fault:
    """A query says something that is not allowed."""
    return Fault(400, f"Invalid request parameters, {field}: {UNEXPECTED_QUERY}")


# Failures of the traceability side, as the interface numbers them.
REQUIRED = ("{}は必須項目です。", "MSGAECO0001")
BROKEN = ("システムエラーが発生しました。管理者にお問い合わせください。", "MSGAECO0013")
MAINTENANCE = ("Now under system maintenance.", "MSGCE000000")
TIMED_OUT = ("", "Endpoint request timed out")
NO_SUCH_PART = ("指定された部品は存在しません。", "MSGAECP0013")
IN_STRUCTURE = ("指定された部品は部品構成が存在するため削除できません。", "MSGAECP0014")
REQUESTED = ("指定された部品は依頼済みのため削除できません。", "MSGAECP0015")
RECEIVED = ("指定された部品は受領済みの依頼に紐づいているため削除できません。", "MSGAECP0016")


def numbered(told: tuple[str, str], status: int = 400) -> Fault:
    """A numbered failure of the traceability side."""
    return Fault(status, told[0], Part.TRACEABILITY, told[1])


def unforeseen(*, behind: bool) -> Fault:
    """What nobody foresaw, before or (`behind`) while the traceability side had its turn."""
    return numbered(BROKEN, 500) if behind else Fault(500, UNFORESEEN)


def fault_of(refusal: Refusal, *, behind: bool) -> Fault:
    """A refusal of the domain as a failure of the interface. What is absent and what is another's sound alike.

    `behind`: it was known who asks, and the traceability side had its turn.
    """
    status = STATUS[refusal.kind]
    match refusal.kind:
        case Kind.UNIDENTIFIED:
            return Fault(status, WRONG_TOKEN, Part.AUTH)
        case Kind.DENIED:
            return Fault(status, NOT_MINE)
        case Kind.ABSENT | Kind.GONE:
            return Fault(status, refusal.message)
        case Kind.LIMITED:
            return Fault(status, refusal.message)
        case Kind.UNAVAILABLE:
            return numbered(MAINTENANCE, status) if behind else Fault(status, ELSEWHERE, Part.AUTH)
        case Kind.CONFLICT if refusal.code == "number.taken":
            return Fault(status, refusal.message)
        case _:
            words = "; ".join(flaw.message for flaw in refusal.flaws) or refusal.message
            return Fault(status, f"Validation failed, {words}")


def fault_of_form(error: RequestValidationError, part: Part) -> Fault:
    """A request that does not have the form of the interface, in the words of the reference."""
    found = error.errors()
    missing = [str(each["loc"][-1]) for each in found if each["type"] == "missing" and (part is Part.TRACEABILITY or each["loc"][0] == "query")]
    if missing and missing != ["body"]:
        return numbered((REQUIRED[0].format("、".join(missing)), REQUIRED[1]))
    places = [each for each in found if each["loc"][0] in ("query", "path")]
    if places:
        return unexpected(str(places[0]["loc"][-1]))
    if found[0]["type"] == "json_invalid":
        return flawed(_not_json(error.body, found[0]))
    whole = [each for each in found if each["input"] is not None and _of_another_kind(each)]
    if whole:
        field = ".".join(step for step in _steps(whole[0]["loc"]) if isinstance(step, str) and step != "cfpModel")
        return flawed(f"{field}: {_words(whole[0])}.".removeprefix(": "))
    groups: dict[str, list[str]] = {}
    for each in found:
        steps = _steps(each["loc"]) or ["body"]
        groups.setdefault(_spelled(steps[:-1]), []).append(f"{steps[-1]}: {_words(each)}")
    told = [f"{where}: ({'; '.join(fields)}.)" if where else "; ".join(fields) for where, fields in groups.items()]
    words = "; ".join(told)
    return flawed(words if words.endswith(" ") else f"{words}.")


def _of_another_kind(found: Any) -> bool:
    kind = found["type"]
    return bool(kind == "kind" or kind.endswith("_type") or (kind == "literal_error" and not isinstance(found["input"], str)))


def _steps(place: tuple[int | str, ...]) -> list[int | str]:
    """The way to a field, without the steps that only the server knows."""
    steps = [step for step in place[1:] if step not in ("tradeModel", "statusModel", "requestStatus", "operatorAttribute", "plantAttribute")]
    return ["cfpModel", *steps] if steps and isinstance(steps[0], int) else steps


def _spelled(steps: list[int | str]) -> str:
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def _words(found: Any) -> str:
    limits = found.get("ctx", {})
    match found["type"]:
        case "missing" | "blank" | "none_required":
            return "cannot be blank"
        case "string_too_short" if not found["input"]:
            return "cannot be blank"
        case "string_too_short" | "string_too_long":
            return _length(str(found["loc"][-1]), limits)
        case "too_long":
            return f"the length must be no more than {limits['max_length']}"
        case "literal_error" if found["loc"][-1] == "amountRequiredUnit" and not 0 < len(str(found["input"])) <= _LONGEST_UNIT:
            return f"the length must be between 1 and {_LONGEST_UNIT}"
        case "literal_error" if isinstance(found["input"], str):
            return f"cannot be allowed '{found['input']}'"
        case kind if kind.endswith("_type") or kind == "literal_error":
            return _kind(kind.removesuffix("_error").replace("literal", "string"), found["input"])
        case _:
            return str(found["msg"])


_AT_LEAST = {"partsName": (1, 50), "openPlantId": (6, 26), "openOperatorId": (1, 20), "newPassword": (8, 20)}
_LONGEST_UNIT = 20
_NAMED = {"operatorName", "operatorAddress", "plantName", "plantAddress"}


def _length(field: str, limits: dict[str, Any]) -> str:
    if field in _NAMED:
        return "the length must be between 1 and 256"
    if field in _AT_LEAST:
        low, high = _AT_LEAST[field]
        return f"the length must be between {low} and {high}"
    return f"the length must be no more than {limits['max_length']}" if "max_length" in limits else "cannot be blank"


def _kind(kind: str, value: object) -> str:
    names = {type(None): "null", bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    expected = {"model": "object", "model_attributes": "object", "dict": "object", "list": "array", "int": "number"}.get(
        kind.removesuffix("_type"), kind.removesuffix("_type")
    )
    got = names.get(type(value), "object")
    return "cannot be blank" if got == "null" else f"Unmarshal type error: expected={expected}, got={got}"


def _not_json(body: Any, found: Any) -> str:
    """What Go says of a text that is no JSON, as the reference does."""
    place, text = found["loc"][-1], body if isinstance(body, str) else ""
    character = text[place] if isinstance(place, int) and place < len(text) else ""
    return f"invalid character '{character}' looking for beginning of value" if character else "unexpected end of JSON input"


def enquiry(operator_id: str, now: datetime, target: str | None, method: str) -> str:
    """The line that helps the operator of the platform to find what happened."""
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
    return f"id: {operator_id}, timeStamp: {moment}" + (f", dataTarget: {target}" if target is not None else "") + f", method: {method}"
