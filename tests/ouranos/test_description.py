"""Our own description of the interface, and a machine that tries it out."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from tests.attacks.test_fuzz import serving
from tests.ouranos.standard import FILE, at_hand, operations
from tests.ouranos_world import Company, answered, company
from tests.world import World

from ashiato import __version__
from ashiato import app as composition
from ashiato.gateways import ouranos
from ashiato.gateways.rest import Tools

DESCRIPTION = ouranos.described(__version__)
OPERATIONS = {f"{method.upper()} {path}" for path, item in DESCRIPTION["paths"].items() for method in item}
TRACEABILITY = {
    "GET /cfpAcl", "POST /cfpAcl", "GET /cfpCertificationAcl", "POST /cfpCertificationAcl", "POST /cfpCertificationInfo", "DELETE /cfpCertifications",
    "POST /fileUploadUrl", "GET /keyId", "GET /fileDownloadUrl", "GET /notifications", "POST /replyMessages", "GET /requestStatus",
}  # fmt: skip
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SPOILS_THE_SESSION = {"POST /auth/change"}


@at_hand
def test_all_calls_of_the_published_description_are_there() -> None:
    assert FILE.exists()
    published = {f"{method} {about}" for method, about, _ in operations()}
    ours = {name.replace("/api/v1/authInfo?dataTarget=", "").replace("/api/v1/datatransport?dataTarget=", "") for name in OPERATIONS}
    assert len(published) == 19 + 3 - 1, "19 numbered calls, of which two share an address, and three of authentication"
    assert published <= ours


async def test_a_server_tells_its_description(world: World) -> None:
    assert (await world.client.get(ouranos.DESCRIPTION)).json() == DESCRIPTION


def test_the_calls_of_the_traceability_side_are_there() -> None:
    assert TRACEABILITY <= OPERATIONS


def test_the_description_can_be_written_and_read(tmp_path: object) -> None:
    assert yaml.safe_load(yaml.safe_dump(DESCRIPTION)) == DESCRIPTION
    for path, item in DESCRIPTION["paths"].items():
        for operation in item.values():
            assert operation["summary"], path
            assert operation["description"], path


def test_the_interface_does_not_stand_in_the_description_of_rest(tools: Tools) -> None:
    paths = composition.build(tools).openapi()["paths"]
    assert not [path for path in paths if "datatransport" in path or "cfpAcl" in path]


@pytest.fixture(scope="module")
async def tried(world: World, key: str) -> Company:
    buyer, supplier = await company(world, key, "Tried"), await company(world, key, "Supplier")
    await answered(buyer, supplier)
    return buyer


@pytest.fixture(scope="module")
def address(tools: Tools, owner_url: str) -> Iterator[str]:
    environment = {
        "DATABASE_URL": owner_url, "ASHIATO_HOME": str(tools.settings.home), "ASHIATO_PUBLIC_URL": tools.settings.public_url,
        "ASHIATO_POOL_SIZE": "4", "ASHIATO_LOG_LEVEL": "critical",
    }  # fmt: skip
    with serving("ashiato.server:create", environment, "/api/v1/openapi.json") as found:
        yield found


@pytest.mark.parametrize("name", sorted(OPERATIONS - SPOILS_THE_SESSION))
def test_no_call_breaks_the_server(tried: Company, address: str, name: str) -> None:
    method, path = name.split(" ", 1)
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    operation = schema[path][method]

    @given(case=operation.as_strategy())
    @settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "15")), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def tries(case: schemathesis.Case) -> None:
        place, _, target = path.partition("?dataTarget=")
        case.path = place
        case.query = dict(case.query or {}) | ({"dataTarget": target} if target else {})
        case.headers = {**dict(case.headers or {}), **tried.headers}
        response = case.call(base_url=address)
        case.validate_response(response, checks=CHECKS, headers=tried.headers)

    tries()
