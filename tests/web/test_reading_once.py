"""A file that was handed in is read for its preview once, and once more when it is registered: each reading is a process of its own."""

import sys
from collections.abc import Callable, Iterator

import pytest
from tests.web.browser import Browser
from tests.web.test_importing import flawed, hand_in, member_browser
from tests.world import World

Browse = Callable[..., Browser]


class Readings:
    """Counts the processes that open spreadsheets."""

    def __init__(self) -> None:
        self.count = 0
        self.listening = True
        sys.addaudithook(self._heard)  # which nobody can take back: it stops listening

    def _heard(self, event: str, args: tuple[object, ...]) -> None:
        if self.listening and event == "subprocess.Popen" and "spreadsheet_child" in str(args[1]):
            self.count += 1


@pytest.fixture
def readings() -> Iterator[Readings]:
    found = Readings()
    yield found
    found.listening = False


async def test_what_was_handed_in_is_not_read_again_to_be_looked_at_first(world: World, browse: Browse, readings: Readings) -> None:
    member, browser = await member_browser(world, browse, "Hida Readings")
    await hand_in(browser, flawed())
    assert readings.count == 1
    address = browser.address
    first = browser.page.text
    await browser.get(address)
    assert readings.count == 2, "who looks again later finds nothing left in memory"
    assert browser.page.text == first
    await browser.submit(f"{address}/registration", way="suggestions")
    assert readings.count == 3
    assert len((await member.get("/parts"))["items"]) == 2


async def test_a_colleague_or_a_stranger_is_shown_what_belongs_to_them(world: World, browse: Browse, readings: Readings) -> None:
    """What was just read is given to who may see the file, and to nobody else."""
    _, browser = await member_browser(world, browse, "Hida First")
    _, stranger = await member_browser(world, browse, "Hida Second")
    said = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    answer = await browser.client.post("/imports", files={"file": ("book.xlsx", flawed())}, headers=said)
    assert (await stranger.get(answer.headers["location"])).status_code == 404
    assert (await browser.get(answer.headers["location"])).status_code == 200
    assert readings.count == 1, "it was still there"
