"""Nothing loads more than it shows: the rows that the database sends for a page, where there is far more than the page has room for."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.attacks.rich import CIRCULARITY_HEADER
from tests.reads.recorder import Noted, recording
from tests.web.chain import cell_maker, pack_maker
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, Member, World, factor

from ashiato.gateways.rest import Tools

PARTS, DECLARED, LINES = 230, 45, 130


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
    await packs.import_tables(
        factors=[FACTOR_HEADER, factor("AL", "2")],
        parts=[PART_HEADER, *([number, "Part", "kg", "", "", "", ""] for number in ("B-LINES", *(f"B-{place:03}" for place in range(PARTS))))],
        inventory=[INVENTORY_HEADER, *(["B-LINES", "production", f"power {place}", "1", "kg", "AL", "own", "input"] for place in range(LINES))],
        circularity=[CIRCULARITY_HEADER, *(["B-LINES", f"Al {place}", "1", "0.2", "0", "0.9", "AL", "AL"] for place in range(LINES))],
    )
    await packs.compute("B-LINES")
    noted = Noted(tmp_path_factory.mktemp("trace") / "messages")
    async with recording(tools, owner_url, noted) as client:
        yield House(client, noted, packs)


async def test_the_first_page_of_a_large_house_takes_the_rows_that_it_shows(house: House) -> None:
    rows, page = await house.rows("/")
    assert page.count('href="/declarations/') == 6
    assert 'href="/declarations">All ' in page
    assert f'<p class="big">{DECLARED}</p>' in page
    assert rows <= 60


async def test_a_part_takes_the_lines_of_its_inventory_that_it_shows_and_all_stand_on_their_page_and_in_their_file(house: House) -> None:
    path = f"/parts/{await house.member.part_id('B-LINES')}"
    rows, page = await house.rows(path)
    assert page.count("power ") == 25
    assert f'href="{path}/inventory">All {LINES} lines' in page
    assert f'href="{path}/inventory?of=circular">All {LINES} materials' in page
    assert rows <= 75
    rows, page = await house.rows(f"{path}/inventory")
    assert page.count("power ") == 100
    assert rows <= 115
    (following,) = re.findall(r'href="([^"]+)" rel="next"', page)
    _, page = await house.rows(html.unescape(following))
    assert page.count("power ") == LINES - 100
    _, page = await house.rows(f"{path}/inventory?of=circular")
    assert page.count("Al ") == 100
    for of in ("lines", "circular"):
        _, table = await house.rows(f"{path}/inventory.csv?of={of}")
        assert len(table.splitlines()) == 1 + LINES


async def test_nothing_is_to_be_filled_in_where_no_footprint_is_asked_for(world: World, house: House) -> None:
    """A request about people and materials is answered with a questionnaire; a workbook would have no row for it."""
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    browser = {"Cookie": f"ashiato_session={cells.token}"}
    asked = {"part_id": await packs.part_id("CELL-B"), "method": "company", "due_at": "2099-01-01T00:00:00Z", "subject": "diligence"}
    await packs.post("/requests", asked)
    for page in ("/", "/imports"):
        assert "/imports/answers.xlsx" not in (await house.client.get(page, headers=browser)).text
    await packs.ask("CELL-B")
    for page in ("/", "/imports"):
        assert "/imports/answers.xlsx" in (await house.client.get(page, headers=browser)).text


async def test_what_an_answer_is_drawn_from_is_read_once_to_show_it(world: World, house: House) -> None:
    """All that a footprint follows from is megabytes of a large product; the page before an answer needs it for what could be inferred alone."""
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await cells.put(f"/requests/{request['request_id']}/link", {"part_id": await cells.part_id("CELL-1")})
    await cells.compute("CELL-1")
    house.noted.clear()
    page = await house.client.get(f"/requests/{request['request_id']}", headers={"Cookie": f"ashiato_session={cells.token}"})
    assert f'action="/requests/{request["request_id"]}/answer"' in page.text
    assert sum("package, package_digest, result" in query for query, _ in house.noted.statements) == 1
