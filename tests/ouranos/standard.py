"""The published description, where it is at hand: its examples, and its schemas to hold answers against."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
import yaml
from tests.conftest import SHARED

FILE = SHARED / "standards" / "ouranos" / "openapi.yaml"
at_hand = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not here: the published description of the interface is not part of the project")


@cache
def description() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, what it is about, operation): `dataTarget`, or the path of those that have none."""
    for path, item in description()["paths"].items():
        place, _, rest = path.partition("?dataTarget=")
        for method, operation in item.items():
            yield method.upper(), rest.split("&")[0] or place, operation


def examples(content: dict[str, Any]) -> Iterator[Any]:
    for told in content.values():
        for example in told.get("examples", {}).values():
            value = example["value"]
            yield json.loads(value) if isinstance(value, str) else value


def schema_of(method: str, about: str, status: int, many: bool = False) -> Any:
    """The schema of an answer, as JSON Schema."""
    for verb, target, operation in operations():
        if (verb, target) == (method, about):
            told = operation["responses"].get(str(status), {}).get("content", {}).get("application/json", {}).get("schema")
            if told is not None and (told.get("type") == "array") == many:
                return {"components": _plain(description()["components"]), **_plain(told)}
    return {}


def _plain(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: what may be null says so by its type."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items() if name not in ("example", "examples")}
    if plain.pop("nullable", False):
        plain["type"] = [plain.get("type", "string"), "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def conforms(method: str, about: str, status: int, answer: Any) -> None:
    """Fails where an answer is not what the description says. Nothing is compared where the description is not at hand."""
    if FILE.exists():
        schema = schema_of(method, about, status, isinstance(answer, list))
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(answer)
