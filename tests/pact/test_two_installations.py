"""Two installations, each with its own database, exchange a footprint over TLS: what one released, the other counts with."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests import pact_world
from tests.elsewhere import Authority
from tests.pact.running import serving
from tests.pact.test_exchange import run_all
from tests.world import World

from ashiato import app as composition
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools
from ashiato.plumbing import migrations
from ashiato.plumbing.db import app_password
from ashiato.plumbing.outbound import Outbound, networks
from ashiato.plumbing.settings import Settings


@pytest.fixture
async def abroad(tools: Tools, owner_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Another installation, with keys and a database of its own."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ashiato_abroad")
        connection.execute("CREATE DATABASE ashiato_abroad")
    url = make_conninfo(owner_url, dbname="ashiato_abroad")
    chosen = Settings(home=tmp_path, public_url="http://abroad", log_level="error", database_app_password=app_password(tools.settings))
    migrations.migrate(chosen, url)
    async with composition.tools(chosen, url) as opened:
        transport = httpx.ASGITransport(composition.build(opened))
        async with httpx.AsyncClient(transport=transport, base_url="http://abroad") as client:
            yield await World.begin(opened, client)


@pytest.mark.parametrize("version", [3, 2])
async def test_what_one_releases_the_other_counts_with(
    world: World, abroad: World, owner_url: str, authority: Authority, tmp_path: Path, version: int
) -> None:
    supplier, customer_here = await pact_world.traded(world, f"Home{version}", "CELL")
    account, secret = await pact_world.program(customer_here)
    maker, supplier_there = await abroad.company("Maker abroad"), await abroad.company("The supplier, as it is known abroad")
    await pact_world.buys(maker, supplier_there, "CELL")
    request = await maker.ask("CELL")
    outbound = Outbound(networks("127.0.0.0/8"), authority.file, abroad.tools.settings.public_url)
    carrier = Carrier(abroad.tools.works, abroad.tools.seal, outbound, abroad.tools.settings)
    with serving(world.tools, owner_url, authority, tmp_path / "log") as address:
        await supplier_there.put("/pact/endpoint", {"address": f"{address}/pact/{supplier.company_id}", "version": version})
        await maker.put(f"/pact/partners/{supplier_there.company_id}", {"account": account, "secret": secret})
        await maker.post(f"/pact/partners/{supplier_there.company_id}/fetches", {})
        await run_all(abroad, carrier)
    (received,) = (await maker.get("/pact/received"))["items"]
    assert (received["state"], received["version"]) == ("waiting", version)
    await maker.post(f"/pact/received/{received['received_id']}/acceptance", {"request_id": request["request_id"]})
    there = (await maker.get(f"/requests/{request['request_id']}/answer"))["release"]
    here = (await customer_here.get(f"/requests/{(await customer_here.every('/requests', direction='sent'))[0]['request_id']}/answer"))["release"]
    assert [there[name] for name in ("stages", "declared_unit", "period", "primary_data_share")] == [
        here[name] for name in ("stages", "declared_unit", "period", "primary_data_share")
    ]
    assert set(there["obstacles"]) == {*here["obstacles"], "elsewhere"}
    assert (there.get("quality") == here["quality"]) == (version == 3), "version 2 has another scale, and nothing is rescaled"
