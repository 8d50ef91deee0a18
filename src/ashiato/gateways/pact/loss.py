"""The loss report of an import: every member of a message is made something of, or named here (pure)."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from ashiato.domain.exchange import Loss

KEPT = "Kept with the document; nothing here counts with it."
UNKNOWN = "Kept with the document; this version of the model does not know it."


def of_import(message: BaseModel, used: frozenset[str], why: Mapping[str, str], prefix: str = "") -> Iterator[Loss]:
    """A loss for each member that is stated and not among those that something is made of; `why` says more of some."""
    for name, value in message:
        path = f"{prefix}{name}"
        if value is None or path in used:
            continue
        if name in (message.model_extra or {}):
            yield Loss(path, UNKNOWN)
        elif isinstance(value, BaseModel) and any(one.startswith(f"{path}.") for one in used):
            yield from of_import(value, used, why, f"{path}.")
        else:
            yield Loss(path, why.get(path, KEPT))
