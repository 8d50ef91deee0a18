"""`$filter` of version 2: comparisons of members, joined by `and`; members of lists by `any` (OData 4, the part that PACT 2 names; pure)."""

import re
from collections.abc import Callable
from operator import eq, ge, gt, le, lt
from typing import Any

from ashiato.gateways.pact.errors import Fault, bad

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"eq": eq, "lt": lt, "le": le, "gt": gt, "ge": ge}
_TEXT = r"'((?:[^']|'')*)'"
_COMPARED = re.compile(rf"\(?([A-Za-z]+(?:/[A-Za-z]+)?)\s+(eq|lt|le|gt|ge)\s+{_TEXT}\)?")
_ANY = re.compile(rf"\(?([A-Za-z]+)/any\(([A-Za-z]+):\(?\s*([A-Za-z]+)\s+(eq)\s+{_TEXT}\s*\)?\)\)?")
_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)")
_MEMBERS = frozenset({
    "id", "created", "updated", "status", "version", "companyName", "productCategoryCpc", "productNameCompany", "pcf/geographyCountry",
    "pcf/geographyCountrySubdivision", "pcf/geographyRegionOrSubregion", "pcf/referencePeriodStart", "pcf/referencePeriodEnd",
})  # fmt: skip
_LISTS = frozenset({"companyIds", "productIds", "productClassifications"})
_LONGEST = 4000


def predicate(text: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a footprint, as it is spelled, fits. Refuses (400) what is no filter, (501) what this one does not know."""
    if not text.strip():
        return lambda _: True
    if len(text) > _LONGEST:
        raise bad("$filter: too long.")
    tests = [_test(part.strip()) for part in _AND.split(text.strip())]
    return lambda told: all(test(told) for test in tests)


def _test(text: str) -> Callable[[dict[str, Any]], bool]:
    found = _ANY.fullmatch(text)
    if found is not None:
        name, variable, used, _, value = found.groups()
        if name not in _LISTS or variable != used:
            raise _unknown(text)
        return lambda told: value.replace("''", "'").casefold() in [one.casefold() for one in told.get(name, ())]
    found = _COMPARED.fullmatch(text)
    if found is None or found[1] not in _MEMBERS:
        raise _unknown(text)
    path, operator, value = found[1].split("/"), _OPERATORS[found[2]], found[3].replace("''", "'")
    return lambda told: (present := _at(told, path)) is not None and operator(str(present), value)


def _at(told: dict[str, Any], path: list[str]) -> Any:
    value: Any = told
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _unknown(text: str) -> Fault:
    return Fault(
        400, "NotImplemented", f"$filter: “{text[:100]}” is not understood here; comparisons with eq, lt, le, gt, ge and any() are, joined by and."
    )
