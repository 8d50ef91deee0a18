"""Frozen dataclasses as JSON and back: one spelling each, so that what was frozen can be hashed, signed and read again."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from ashiato.kernel.digest import Json
from ashiato.kernel.quantity import plain

T = TypeVar("T")


def encode(frozen: object) -> Json:
    """The JSON of frozen dataclasses: absent members are left out, figures are decimal strings."""
    match frozen:
        case UUID():
            return str(frozen)
        case None | bool() | int() | str() if not isinstance(frozen, Enum):
            return frozen
        case Enum():
            return str(frozen.value)
        case Decimal():
            return plain(frozen)
        case date():
            return frozen.isoformat()
        case tuple() | list():
            return [encode(item) for item in frozen]
        case Mapping():
            return {str(encode(key)): encode(value) for key, value in sorted(frozen.items())}
        case _:
            members = ((member.name, getattr(frozen, member.name)) for member in dataclasses.fields(cast(Any, frozen)))
            return {name: encode(value) for name, value in members if value is not None}


def decode(shape: type[T], content: Json) -> T:
    """The frozen dataclass that JSON of its own spells. Refuses (ValueError) missing, unknown and wrongly typed members."""
    return cast(T, _decode(shape, content, ""))


def _decode(shape: Any, content: Json, where: str) -> object:
    origin = typing.get_origin(shape)
    if origin is types.UnionType:  # of something and nothing, and nothing is spelled by leaving the member out
        return _decode(_something(shape), content, where)
    if origin is tuple and isinstance(content, list):
        return tuple(_decode(typing.get_args(shape)[0], item, f"{where}/{place}") for place, item in enumerate(content))
    if origin is dict and isinstance(content, dict):
        key_shape, value_shape = typing.get_args(shape)
        return {_decode(key_shape, key, where): _decode(value_shape, value, f"{where}/{key}") for key, value in content.items()}
    if dataclasses.is_dataclass(shape) and isinstance(content, dict):
        return _decode_members(cast(type, shape), content, where)
    if shape in (int, bool) and type(content) is shape:
        return content
    if isinstance(content, str) and isinstance(shape, type):
        value = _decode_text(shape, content)
        if value is not None and encode(value) == content:  # of all spellings, only our own
            return value
    raise ValueError(f"{where or '/'}: {content!r} does not fit here")


def _something(shape: Any) -> Any:
    return next(option for option in typing.get_args(shape) if option is not type(None))


def _decode_text(shape: type, content: str) -> object | None:
    try:
        if issubclass(shape, Enum | datetime | date | str):
            return shape.fromisoformat(content) if issubclass(shape, date) else shape(content)
        number = Decimal(content) if shape is Decimal else None
    except (ArithmeticError, ValueError):
        return None
    return number if number is not None and number.is_finite() else None


def _decode_members(shape: type, content: dict[str, Json], where: str) -> object:
    hints = _hints(shape)
    for name in content:
        if name not in hints:
            raise ValueError(f"{where}/{name}: unknown member")
    given = {name: _decode(hints[name], value, f"{where}/{name}") for name, value in content.items()}
    for member in dataclasses.fields(shape):
        if member.name not in content and member.default is dataclasses.MISSING:
            if typing.get_origin(hints[member.name]) is not types.UnionType:
                raise ValueError(f"{where}/{member.name}: missing")
            given[member.name] = None
    return shape(**given)


@cache
def _hints(shape: type) -> dict[str, Any]:
    return typing.get_type_hints(shape)
