"""The loss report of an import: every member of a message is made something of, or named here (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ashiato.domain.exchange import Loss

KEPT = "Kept with the document; nothing here counts with it."
UNKNOWN = "Kept with the document; this version of the model does not know it."
TWICE = "The message itself says it as well."


def of_import(message: BaseModel, used: frozenset[str], why: Mapping[str, str], prefix: str = "") -> list[Loss]:
    """A loss for each member that is stated and not among those that something is made of, once each; `why` says more of some.

    Members of members are told apart where something is made of one of them: `used` names it by its path, lists without places.
    """
    return list(dict.fromkeys(_of(message, used, why, prefix)))


def _of(message: BaseModel, used: frozenset[str], why: Mapping[str, str], prefix: str) -> Iterator[Loss]:
    for name, value in message:
        path = f"{prefix}{name}"
        if value is None or path in used:
            continue
        parts = _parts(value)
        if name in (message.model_extra or {}):
            yield Loss(path, UNKNOWN)
        elif parts and any(one.startswith(f"{path}.") for one in used):
            for part in parts:
                yield from _of(part, used, why, f"{path}.")
        else:
            yield Loss(path, why.get(path, KEPT))


def _parts(value: Any) -> list[BaseModel]:
    """The messages inside a member: itself, or those of a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, BaseModel)]
