"""Frozen dataclasses as JSON and back: one spelling each, so that what was frozen can be hashed, signed and read again."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache, partial
from typing import Any, TypeVar, cast
from uuid import UUID

from ashiato.kernel.digest import Json
from ashiato.kernel.quantity import plain

T = TypeVar("T")


def encode(frozen: object) -> Json:
    """The JSON of frozen dataclasses: absent members are left out, figures are decimal strings, floats the shortest ones."""
    match frozen:
        case UUID():
            return str(frozen)
        case None | bool() | int() | str() if not isinstance(frozen, Enum):
            return frozen
        case Enum():
            return str(frozen.value)
        case Decimal() | float():
            return plain(frozen) if isinstance(frozen, Decimal) else repr(frozen)
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
    return cast(T, _reader(cast(Any, shape))(content))


@cache
def _reader(shape: Any) -> Callable[[Json], object]:
    """What reads a shape: found out once, however many values of it are read."""
    origin, arguments = typing.get_origin(shape), typing.get_args(shape)
    if origin is types.UnionType:  # of something and nothing, and nothing is spelled by leaving the member out
        return _reader(next(option for option in arguments if option is not type(None)))
    if origin is tuple:
        return lambda content: tuple(map(_reader(arguments[0]), _as(list, content)))
    if origin is dict:
        key, value = map(_reader, arguments)
        return lambda content: {key(name): value(item) for name, item in _as(dict, content).items()}
    if dataclasses.is_dataclass(shape):
        return lambda content: _members(cast(type, shape), _as(dict, content))
    if shape in (int, bool, str):
        return lambda content: _as(shape, content)
    meant = lru_cache(4_096)(partial(_meant, shape))  # figures and codes come again and again
    return lambda content: meant(_as(str, content))


def _as(kind: type[T], content: object) -> T:
    if type(content) is not kind:
        raise ValueError(f"{content!r} does not fit here")
    return content


def _meant(shape: Any, content: str) -> object:
    with suppress(ArithmeticError, ValueError):
        if isinstance(shape, type) and issubclass(shape, Enum | date | Decimal | float):
            value = shape.fromisoformat(content) if issubclass(shape, date) else shape(content)
            if (not isinstance(value, Decimal) or value.is_finite()) and encode(value) == content:  # of all spellings, only our own
                return value
    raise ValueError(f"{content!r} does not fit here")


def _members(shape: type, content: dict[str, Json]) -> object:
    readers, wanted = _known(shape)
    if unknown := content.keys() - readers.keys():
        raise ValueError(f"{shape.__name__}/{min(unknown)}: unknown member")
    if missing := [name for name, optional in wanted.items() if not optional and name not in content]:
        raise ValueError(f"{shape.__name__}/{missing[0]}: missing")
    given: dict[str, object] = dict.fromkeys(wanted)
    for name, value in content.items():
        try:
            given[name] = readers[name](value)
        except ValueError as error:
            raise ValueError(f"{name}/{error}") from error
    return shape(**given)


@cache
def _known(shape: type) -> tuple[dict[str, Callable[[Json], object]], dict[str, bool]]:  # readers; which needed members may be left out
    hints, needed = typing.get_type_hints(shape), [each.name for each in dataclasses.fields(shape) if each.default is dataclasses.MISSING]
    return {name: _reader(hint) for name, hint in hints.items()}, {name: typing.get_origin(hints[name]) is types.UnionType for name in needed}
