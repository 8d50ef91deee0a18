"""The interface's description, made from the code: complete enough that nobody has to guess."""

import re
from typing import Any

import pytest
from tests.architecture.test_source import empty

from ashiato import app as composition
from ashiato.gateways.rest import PREFIX, STATUS

DESCRIPTION = composition.build().openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
WITHOUT_PROBLEMS_OF_THEIR_OWN = {"GET /.well-known/jwks.json", "GET /.well-known/oauth-authorization-server"}
CANNOT_HAPPEN = {410}  # no gateway-neutral refusal of this kind exists yet


def test_it_is_openapi_3_1() -> None:
    assert DESCRIPTION["openapi"].startswith("3.1")
    assert DESCRIPTION["info"]["title"] == "Ashiato"
    assert DESCRIPTION["info"]["version"]
    assert len(OPERATIONS) > 45


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does_and_where_it_belongs(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["tags"]
    assert operation["operationId"]
    assert not empty(operation["summary"], operation["description"]), "more than its name"


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operations_problems_are_described(name: str) -> None:
    responses = OPERATIONS[name]["responses"]
    failures = {int(status) for status in responses if int(status) >= 400}
    assert failures >= {400, *(set(STATUS.values()) - CANNOT_HAPPEN)}
    for status in failures:
        told = responses[str(status)]
        assert told["description"]
        assert list(told["content"]) == ["application/problem+json"]
        assert told["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operations_good_answer_is_described(name: str) -> None:
    good = {int(status): told for status, told in OPERATIONS[name]["responses"].items() if int(status) < 400}
    assert len(good) == 1
    for status, told in good.items():
        assert (status == 204) == ("content" not in told)


def test_a_problem_is_described_as_rfc_9457_says() -> None:
    problem = DESCRIPTION["components"]["schemas"]["Problem"]["properties"]
    assert {"type", "title", "status", "detail", "code", "flaws"} <= set(problem)


def test_every_message_is_described() -> None:
    """Each schema says what it is; each incoming one refuses members that mean nothing."""
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        if name.startswith(("Body_", "Page_", "Page[")) or schema.get("type") == "string":
            continue
        assert schema.get("description"), name
        if name.endswith("In"):
            assert schema.get("additionalProperties") is False, name


def test_identifiers_are_described_as_such() -> None:
    for name, operation in OPERATIONS.items():
        for parameter in operation.get("parameters", []):
            if parameter["name"].endswith("_id"):
                assert parameter["schema"]["format"] == "uuid", name
        assert set(re.findall(r"\{(\w+)\}", name)) == {
            parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"
        }


OF_DRAFTS = {"DraftOut", "CarrierOut", "RestOut", "ContributionOut", "IntervalOut", "ToldOut", "ExposureOut"}  # for orientation, in floating point


def test_figures_are_described_as_text() -> None:
    """Decimal figures travel as strings: a JSON number would be a double in most readers."""
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        if name in OF_DRAFTS or name == "ValidationError" or name.endswith("In"):
            continue
        for member, told in schema.get("properties", {}).items():
            kinds = [told.get("type"), *(option.get("type") for option in told.get("anyOf", []))]
            assert "number" not in kinds, f"{name}.{member}"


def test_an_undescribed_operation_would_be_noticed() -> None:
    """The canary: an application with one route that says nothing."""
    grown = composition.build()

    @grown.get(f"{PREFIX}/mute")
    async def mute() -> str:
        return ""

    operation = grown.openapi()["paths"][f"{PREFIX}/mute"]["get"]
    assert "tags" not in operation
    assert "description" not in operation
    assert set(operation["responses"]) == {"200"}
