"""The same footprints as payloads of Catena-X, held against the published schemas where these are at hand."""

import dataclasses
import json
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import pact_world
from tests.conftest import SHARED
from tests.pact.test_losses import BARE, leaves
from tests.pact.test_mapping import ISSUER, qualities, ratings, releases
from tests.world import Member, World

from ashiato.domain import exchange
from ashiato.domain.footprint.package import Release
from ashiato.domain.footprint.particulars import Particulars
from ashiato.gateways.pact import catenax
from ashiato.gateways.pact.v3 import mapping
from ashiato.kernel.errors import Refusal

FOLDER = SHARED / "standards" / "catenax"
COMPONENT = "io.catenax.pcf_for_battery_component_supplier/1.0.0/PcfForBatteryComponentSupplier"
at_hand = pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not here: the schemas of Catena-X are not part of the project")
ROLES = catenax.Roles("BPNL00000003AYRE", "BPNS00000003AYRE", "PRT-12345")


@cache
def schema(name: str) -> Any:
    return jsonschema_rs.Draft4Validator(json.loads((FOLDER / f"{name}-schema.json").read_text()), validate_formats=False)


@at_hand
@pytest.mark.parametrize("version", [7, 8, 9])
@settings(max_examples=20)
@given(release=releases())
def test_a_payload_is_what_its_schema_says(version: int, release: Release) -> None:
    told = mapping.message(release, ISSUER, "Active")
    if version == 7 and told.pcf.declaredUnitOfMeasurement == "hour":
        with pytest.raises(Refusal):
            catenax.pcf_7(told)
        return
    schema(f"io.catenax.pcf/{version}.0.0/Pcf").validate(json.loads(json.dumps(catenax.PAYLOADS[version](told))))


@at_hand
def test_a_wrong_payload_would_be_noticed() -> None:
    """The canary of the schemas."""
    for name in (*(f"io.catenax.pcf/{version}.0.0/Pcf" for version in (7, 8, 9)), COMPONENT):
        assert not schema(name).is_valid({"id": "x"})


@pytest.mark.parametrize("version", [7, 8, 9])
@settings(max_examples=20)
@given(release=releases())
def test_a_payload_says_the_same_figure_as_pact(version: int, release: Release) -> None:
    told = mapping.message(dataclasses.replace(release, declared_unit="kg"), ISSUER, "Deprecated")
    payload = catenax.PAYLOADS[version](told)
    stage = payload["productLifeCycleStagesAndEmissions"][0]["productionStage"][0] if version == 9 else payload["pcf"]
    assert stage["pcfExcludingBiogenic" if version == 7 else "pcfExcludingBiogenicUptake"] == float(told.pcf.pcfExcludingBiogenicUptake)
    assert ("Deprecated" in json.dumps(payload)) == (told.status == "Deprecated")


@at_hand
@settings(max_examples=20)
@given(releases(), qualities, ratings, st.sampled_from(["kg", "piece"]))
def test_a_components_payload_is_what_its_schema_says(release: Release, quality: Any, dqr: Decimal, unit: str) -> None:
    told = mapping.message(dataclasses.replace(release, quality=quality, dqr=dqr, declared_unit=unit), ISSUER, "Active")
    payload = catenax.component(told, ROLES)
    schema(COMPONENT).validate(json.loads(json.dumps(payload)))
    assert payload["pcfValues"]["sharesPerStage"]["absPcfValue"]["stageValue"] == float(release.total)
    assert payload["manufacturerPartId"] == release.product.part_number


@settings(max_examples=5)
@given(releases(), qualities, ratings)
def test_what_a_component_lacks_is_refused(release: Release, quality: Any, dqr: Decimal) -> None:
    good = dataclasses.replace(release, quality=quality, dqr=dqr, declared_unit="kg")
    for worse, roles, code in (
        (dataclasses.replace(good, declared_unit="kWh"), ROLES, "catenax.unit"),
        (dataclasses.replace(good, quality=None), ROLES, "catenax.component"),
        (good, dataclasses.replace(ROLES, legal="DE123"), "catenax.bpn"),
        (good, dataclasses.replace(ROLES, customer_part=" "), "catenax.customer_part"),
    ):
        with pytest.raises(Refusal) as refused:
            catenax.component(mapping.message(worse, ISSUER, "Active"), roles)
        assert refused.value.code == code


@pytest.mark.parametrize(("version", "most"), [(7, "5"), (8, "10"), (9, "10")])
@at_hand
def test_as_much_may_be_exempted_as_the_version_allows(version: int, most: str) -> None:
    def told(percent: Decimal) -> Any:
        stated = Particulars(exempted_percent=percent)
        return mapping.message(dataclasses.replace(BARE, particulars=stated), ISSUER, "Active")

    payload = json.loads(json.dumps(catenax.PAYLOADS[version](told(Decimal(most)))))
    schema(f"io.catenax.pcf/{version}.0.0/Pcf").validate(payload)
    assert float(most) in [value for path, value in leaves(payload) if path.endswith("exemptedEmissionsPercent")]
    with pytest.raises(Refusal) as refused:
        catenax.PAYLOADS[version](told(Decimal(most) + Decimal("0.1")))
    assert refused.value.code == "catenax.exempted"
    more = json.loads(json.dumps(payload).replace(f'"exemptedEmissionsPercent": {float(most)}', f'"exemptedEmissionsPercent": {float(most) + 0.1}'))
    assert not schema(f"io.catenax.pcf/{version}.0.0/Pcf").is_valid(more), "the schema says the same"


@pytest.fixture(scope="module")
async def sides(world: World) -> tuple[Member, Member, str]:
    """A supplier, a buyer, and a request that was answered."""
    supplier, buyer = await pact_world.traded(world, "Filing", "CELL")
    return supplier, buyer, (await buyer.get("/requests", params={"direction": "sent"}))["items"][0]["request_id"]


@pytest.mark.parametrize("form", exchange.losses.Form)
async def test_an_own_answer_is_saved_in_every_form_with_what_it_loses(world: World, sides: tuple[Member, Member, str], form: str) -> None:
    """The file says what a partner's system is told at the same time, and the report beside it what that system is led to."""
    supplier, buyer, request_id = sides
    roles = {"legal": ROLES.legal, "site": ROLES.site, "customer_part": ROLES.customer_part}
    told = await supplier.get(f"/pact/files/{request_id}", params={"form": form} | roles)
    door = await pact_world.caller(world, buyer, supplier)
    (pf,) = await door.footprints()
    paths = {
        "pact-3": f"/3/footprints/{pf['id']}", "pact-2": f"/2/footprints/{pf['id']}", "catenax-component": f"/catenax/component/{pf['id']}",
    }  # fmt: skip
    served = (await door.call("GET", paths.get(form, f"/catenax/pcf/{form[-1]}/{pf['id']}"), params=roles)).json()
    assert told["payload"] == served.get("data", served)
    assert {name: told[name] for name in ("form", "lost", "unstated")} == (await door.client.get(f"/pact/losses/{form}.json")).json()


async def test_only_who_answered_saves_the_answer_as_a_file(sides: tuple[Member, Member, str]) -> None:
    supplier, buyer, request_id = sides
    for asker, named in ((buyer, request_id), (supplier, str(uuid4()))):
        assert (await asker.call("GET", f"/pact/files/{named}", params={"form": "catenax-pcf-9"})).status_code == 404
    wrong = await supplier.call("GET", f"/pact/files/{request_id}", params={"form": "catenax-component", "legal": "DE123"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["flaws"][0]["field"]) == (422, "catenax.bpn", "legal")
