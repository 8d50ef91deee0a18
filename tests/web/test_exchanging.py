"""A partner is registered, what its system sends is looked at in words, the good is accepted, the implausible cannot be."""

import io
import json
import zipfile
from collections.abc import Callable
from uuid import UUID

from tests.pact.test_losses import BATTERY, FOREIGN, FULL_2, MODELS
from tests.pact.test_mapping import FULL
from tests.web.browser import Browser
from tests.web.chain import cell_maker, pack_maker
from tests.world import Member, World

from ashiato.domain import exchange
from ashiato.gateways.pact import carrier
from ashiato.kernel.digest import Json
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.exchanging import reason_key

Browse = Callable[..., Browser]


async def arrives(world: World, recipient: Member, partner: Member, pf: Json) -> None:
    """A footprint as the worker keeps it once a partner's system has sent it."""

    async def keep(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(recipient.company_id))
        await exchange.received.keep(work, UUID(partner.company_id), carrier.understood(pf, 3), None, world.tools.seal)

    await world.tools.works.run(keep)


def cell(number: int, **pcf: str) -> Json:
    told = json.loads(json.dumps(FULL)) | {"id": str(UUID(int=number)), "precedingPfIds": None}
    told["pcf"] |= {"declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": "1", "productMassPerDeclaredUnit": "1"} | pcf
    return {name: value for name, value in told.items() if value is not None}


async def test_a_european_footprint_arrives_is_reviewed_and_feeds_the_roll_up(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, "Rhein Zellen")
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    buyer = browse()
    await buyer.log_in(packs.email)
    await buyer.get("/exchange")
    assert "You call no partner" in buyer.page.text
    await buyer.submit("/exchange/partners", number=cells.number, account="hikari", secret="a secret of theirs")
    assert "Rhein Zellen" in buyer.page.text
    assert "It has not stated where its system stands" in buyer.page.text
    assert "a secret of theirs" not in buyer.response.text
    await buyer.submit(f"/exchange/partners/{cells.company_id}/fetches")
    assert "Fetch footprints" in buyer.page.text

    await arrives(world, packs, cells, cell(11))
    await arrives(world, packs, cells, cell(12, pcfExcludingBiogenicUptake="-3"))
    await buyer.get("/exchange")
    assert buyer.page.text.count("Zelle 5") == 2
    assert "! Set aside" in buyer.page.text
    found = {one["state"]: f"/exchange/received/{one['received_id']}" for one in (await packs.get("/pact/received"))["items"]}

    await buyer.get(found["quarantined"])
    assert "A footprint without removals is not negative." in buyer.page.text
    assert not any(form.action.endswith("/acceptance") for form in buyer.page.forms)
    await buyer.get(f"{found['quarantined']}?lang=ja")
    assert "除去量のない CFP が負の値になっています。" in buyer.page.text

    await buyer.get(f"{found['waiting']}?lang=en")
    for told in ("31.5 kg CO₂e/kg", "urn:gtin:4712345060507", "DE", "Auditor, ISO 14044", "Biogenic uptake (kg CO₂e)", "-1.5"):
        assert told in buyer.page.text
    assert "pcf.technologicalCO2CaptureOrigin" in buyer.page.text
    assert buyer.page.text.count("Kept with the document; nothing here counts with it.") == 1, "a reason is said once, of all that it is true of"
    assert buyer.page.form(f"{found['waiting']}/acceptance").fields["request_id"] == request["request_id"], "the only open request is proposed"
    await buyer.submit(f"{found['waiting']}/acceptance")
    assert "✓ Accepted" in buyer.page.text
    computed = await packs.compute("PACK-1")
    assert computed["result"]["total"] == "27.5", "0.8 kg of 31.5, and 2.3 of the company's own"

    await arrives(world, packs, cells, cell(13, pcfExcludingBiogenicUptake="40") | {"precedingPfIds": [str(UUID(int=11))]})
    assert (await packs.get(f"/footprints/{computed['footprint_id']}"))["stale"] == ["CELL-B"]
    await buyer.get("/")
    assert "CELL-B" in buyer.page.text


async def test_what_is_foreign_is_absent(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, "Main Zellen")
    packs = await pack_maker(world, cells)
    await arrives(world, packs, cells, cell(21))
    received_id = (await packs.get("/pact/received"))["items"][0]["received_id"]
    other = browse()
    await other.log_in(cells.email)
    pages = [await other.get(f"/exchange/received/{number}") for number in (received_id, "6f1e2d3c-0000-4000-8000-000000000000")]
    assert [page.status_code for page in pages] == [404, 404]
    await other.get("/exchange")
    assert received_id not in other.response.text


def test_every_loss_is_said_in_both_languages() -> None:
    stated = {loss.why for losses in exchange.losses.LOSSES.values() for loss in losses}
    for version, full in ((3, FULL), (2, FULL_2)):
        told = MODELS[version].model_validate(full | {"extensions": [BATTERY, *FULL["extensions"]]})
        stated |= {loss.why for loss in FOREIGN[version](told)[1]}
    assert all(reason_key(why) for why in stated), [why for why in stated if not reason_key(why)]


async def test_an_answer_is_saved_for_another_system_with_what_it_cannot_say(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, "Elbe Zellen")
    packs = await pack_maker(world, cells)
    request_id = (await packs.ask("CELL-B"))["request_id"]
    await cells.answer(request_id, "CELL-1")
    supplier = browse()
    await supplier.log_in(cells.email)
    await supplier.get(f"/requests/{request_id}")
    assert "Save it for another system" in supplier.page.text
    form = supplier.page.form(f"/requests/{request_id}/file.zip")
    assert form.method == "get"
    await supplier.get(form.action, params=form.fields)
    assert supplier.response.headers["content-disposition"] == "attachment; filename*=UTF-8''CELL-1-catenax-pcf-9.zip"
    with zipfile.ZipFile(io.BytesIO(supplier.response.content)) as archive:
        told, lost = [json.loads(archive.read(name)) for name in ("footprint.json", "losses.json")]
    assert told["companyAndProductInformation"][0]["productInformation"][0]["productNameCompany"] == "Prismatic cell"
    assert lost["form"] == "catenax-pcf-9"
    assert {"stages", "coverage"} <= {one["member"] for one in lost["lost"]}
    japanese = browse("ja")
    await japanese.log_in(cells.email)
    refused = await japanese.get(form.action, params=form.fields | {"form": "catenax-component", "legal": "DE123"})
    assert refused.status_code == 422
    assert "事業者番号（BPNL、BPNS）" in japanese.page.text
