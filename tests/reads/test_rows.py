"""Nothing loads more than it shows: the rows that the database sends for a page, where there is far more than the page has room for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.reads.recorder import Noted, recording
from tests.web.chain import cell_maker, pack_maker
from tests.world import PART_HEADER, Member, World

from ashiato.gateways.rest import Tools

PARTS, DECLARED = 230, 45


@dataclass
class House:
    """A company with more of everything than a page shows, and a client whose every row is noted."""

    client: httpx.AsyncClient
    noted: Noted
    member: Member

    async def rows(self, path: str) -> tuple[int, str]:
        """How many rows a page that is looked at again takes, and the page."""
        for _ in range(2):
            self.noted.clear()
            response = await self.client.get(path, headers={"Cookie": f"ashiato_session={self.member.token}"})
        assert response.status_code == 200, response.text
        return self.noted.rows, response.text


@pytest.fixture(scope="module")
async def house(world: World, tools: Tools, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    packs = await pack_maker(world, await cell_maker(world))
    computed = await packs.compute("PACK-1")
    for _ in range(DECLARED):
        await packs.post("/declarations", {"footprint_id": computed["footprint_id"]})
    await packs.import_tables(parts=[PART_HEADER, *([f"B-{place:03}", "Bought", "kg", "", "", "", ""] for place in range(PARTS))])
    noted = Noted(tmp_path_factory.mktemp("trace") / "messages")
    async with recording(tools, owner_url, noted) as client:
        yield House(client, noted, packs)


async def test_the_first_page_of_a_large_house_takes_the_rows_that_it_shows(house: House) -> None:
    rows, page = await house.rows("/")
    assert page.count('href="/declarations/') == 20
    assert f'<p class="big">{DECLARED}</p>' in page
    assert rows <= 80
