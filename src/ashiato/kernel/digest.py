"""Canonical bytes and their digests, so that one content has one digest on every machine.

Canonical JSON is RFC 8785 (JSON Canonicalization Scheme) restricted to what Ashiato freezes: objects with ASCII keys,
arrays, strings, integers, booleans and null. Figures travel as decimal strings, so no float ever has to be spelled.
"""

import hashlib
import json
from typing import TypeAlias, cast

Json: TypeAlias = "str | int | bool | None | list[Json] | dict[str, Json]"
_LARGEST_EXACT = 2**53 - 1  # beyond it, RFC 8785 spells an integer as a double


def canonical(content: Json) -> bytes:
    """The bytes that are hashed and signed. Refuses (TypeError, ValueError) floats and keys outside ASCII."""
    _check(content)
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True).encode()


def digest(content: Json) -> str:
    """`sha256:` and the hexadecimal SHA-256 of the canonical bytes."""
    return digest_of_bytes(canonical(content))


def digest_of_bytes(content: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 of bytes as they are."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def parse(text: str | bytes) -> Json:
    """JSON that says one thing only: a repeated key, NaN, a fraction spelled as a number, endless nesting are refused (ValueError)."""
    try:
        return cast(Json, json.loads(text, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object names the same key twice")
    return members


def _no_float(text: str) -> Json:
    raise ValueError(f"{text}: figures are decimal strings here, never JSON numbers with a fraction")


def _check(content: object) -> None:
    match content:
        case None | str() | bool():
            return
        case int():
            if abs(content) > _LARGEST_EXACT:
                raise ValueError(f"{content} is too large to be spelled exactly; write it as a string")
        case list():
            for item in content:
                _check(item)
        case dict():
            for key, value in content.items():
                if not (isinstance(key, str) and key.isascii()):
                    raise ValueError(f"{key!r}: canonical keys are ASCII strings")
                _check(value)
        case _:
            raise TypeError(f"{type(content).__name__} has no canonical form here")
