"""Answering with one workbook: what is filled in and sent is the same as answering one by one."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from tests.domain.examples import each
from tests.reads.recorder import Noted, recording
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

from ashiato.domain.footprint.gathering import gather, gather_each
from ashiato.domain.footprint.methods import method
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.gateways.rest import Tools
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.kernel.period import Period
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.spreadsheet import Sheet, read, write
from ashiato.plumbing.unit_of_work import Work

PERIOD = {"period_start": "2025-04-01", "period_end": "2026-03-31"}
OWN = ["OWN-1", "OWN-2", "OWN-3"]


async def supplier(world: World, name: str) -> Member:
    member = await world.company(name)
    await member.import_tables(
        factors=[FACTOR_HEADER, factor("F", "2")],
        parts=[PART_HEADER, *([number, number, "kg", "", "", "", ""] for number in OWN), ["NO-VALUE", "x", "kg", "", member.number, "", ""]],
        inventory=[INVENTORY_HEADER, *([number, "production", "a", str(n + 1), "kg", "F", "own", "input"] for n, number in enumerate(OWN))],
    )
    return member


@pytest.fixture(scope="module")
async def sellers(world: World) -> tuple[Member, Member]:
    """Two suppliers with the same parts: one answers with workbooks, the other one by one."""
    return await supplier(world, "Workbook Works"), await supplier(world, "Singly Works")


@pytest.fixture(scope="module")
async def buyer(world: World, sellers: tuple[Member, Member]) -> Member:
    member = await world.company("Asking Works")
    rows = [[f"{seller.name[0]}-{n}", f"item {n}", "kg", "", seller.number, f"N-{n}", ""] for seller in sellers for n in range(40)]
    await member.import_tables(parts=[PART_HEADER, *rows])
    return member


async def ask(buyer: Member, seller: Member, count: int) -> list[str]:
    parts = {item["part_number"]: item["part_id"] for item in (await buyer.get("/parts", params={"limit": 200}))["items"]}
    body = {"method": METHOD, "due_at": "2099-01-01T00:00:00Z"}
    return [(await buyer.post("/requests", {"part_id": parts[f"{seller.name[0]}-{n}"]} | body))["request_id"] for n in range(count)]


async def settle(buyer: Member, requests: list[str]) -> None:
    """Takes back what was left open, so that the next example can ask again."""
    for request in requests:
        if (await buyer.get(f"/requests/{request}"))["state"] in ("asked", "linked"):
            await buyer.post(f"/requests/{request}/cancellation", {"reason": "next"})


async def template(member: Member, **params: str) -> list[list[str]]:
    response = await member.call("GET", "/answers/workbook", params=params)
    assert response.status_code == 200, response.text
    (sheet,) = read(response.content)
    return sheet.rows


async def send(member: Member, rows: list[list[str]], **params: Any) -> Any:
    files = {"file": ("answers.xlsx", write([Sheet("answers", rows)]))}
    response = await member.call("POST", "/answers/workbook", files=files, params=PERIOD | params)
    assert response.status_code == 200, response.text
    return response.json()


def completed(rows: list[list[str]], words: dict[str, str]) -> list[list[str]]:
    """The rows with a part's number, or a reason to decline after “no”, for these requests."""
    done = [rows[0]]
    for row in rows[1:]:
        said = words.get(row[0], "")
        done.append([*row[:7], *(["", said] if said.startswith("no") else [said, ""])])
    return done


async def told(buyer: Member, request: str) -> tuple[Any, ...]:
    """How a request stands, as its buyer sees it, without what is drawn at random."""
    view = await buyer.get(f"/requests/{request}")
    if view["state"] != "answered":
        return view["state"], view["reply"]
    release = (await buyer.get(f"/requests/{request}/answer"))["release"]
    return view["state"], {name: value for name, value in release.items() if name not in ("release_id", "supersedes", "supplier", "released_on")}


async def fill_and_send(buyer: Member, sellers: tuple[Member, Member], choices: list[str]) -> None:
    by_book, singly = sellers
    asked, also = await ask(buyer, by_book, len(choices)), await ask(buyer, singly, len(choices))
    rows = completed(await template(by_book), dict(zip(asked, choices, strict=True)))
    report = await send(by_book, rows)
    assert report["saved"], report["errors"]
    for request, choice in zip(also, choices, strict=True):
        if choice.startswith("no"):
            await singly.post(f"/requests/{request}/rejection", {"reason": choice})
        elif choice:
            await singly.answer(request, choice)
    assert [await told(buyer, request) for request in asked] == [await told(buyer, request) for request in also]
    assert (report["answered"], report["declined"]) == (sum(choice in OWN for choice in choices), sum(choice.startswith("no") for choice in choices))
    again = await send(by_book, rows)
    assert (again["answered"], again["declined"], again["unchanged"]) == (0, 0, report["answered"] + report["declined"])
    await settle(buyer, [*asked, *also])


async def test_a_completed_workbook_does_what_answering_one_by_one_does(buyer: Member, sellers: tuple[Member, Member]) -> None:
    choices = st.lists(st.sampled_from([*OWN, "no, not ours", "no: sold out", ""]), min_size=1, max_size=4)
    await each(lambda drawn: fill_and_send(buyer, sellers, drawn), 3, choices, seconds=200)


async def test_a_bad_row_is_told_by_its_cell_and_saves_nothing(world: World, buyer: Member, sellers: tuple[Member, Member]) -> None:
    seller = sellers[0]
    asked = await ask(buyer, seller, 5)
    words = dict(zip(asked, ["OWN-1", "OWN-9", "NO-VALUE", "", "OWN-2"], strict=True))
    rows = completed(await template(seller), words)
    rows[5][8] = "and declined"
    rows += [["x", *[""] * 8], [world.operator.company_id, *[""] * 6, "OWN-1", ""], [*rows[1][:7], "OWN-1", ""]]
    report = await send(seller, rows)
    found = {(error["cell"], error["code"]) for error in report["errors"]}
    assert found == {("H3", "part.unknown"), ("H4", "footprint.incomplete"), ("I6", "answer.both"), ("A7", "request.form"),
                     ("A8", "request.unknown"), ("A9", "row.repeated")}  # fmt: skip
    assert all(error["message_ja"] for error in report["errors"])
    assert not report["saved"]
    assert {(await buyer.get(f"/requests/{request}"))["state"] for request in asked} == {"asked"}
    assert (await send(seller, rows, good_rows=True))["answered"] == 1
    assert (await buyer.get(f"/requests/{asked[0]}"))["state"] == "answered"
    await settle(buyer, asked)


async def test_a_dry_run_tells_what_would_be_released_and_saves_nothing(buyer: Member, sellers: tuple[Member, Member]) -> None:
    seller = sellers[0]
    asked = await ask(buyer, seller, 2)
    rows = completed(await template(seller, lang="ja"), dict.fromkeys(asked, "OWN-3"))
    seen = await send(seller, rows, dry_run=True)
    (answer,) = seen["answers"]
    assert (seen["saved"], answer["part_number"], answer["requests"], answer["release"]["total"]) == (False, "OWN-3", 2, "6")
    assert {(await buyer.get(f"/requests/{request}"))["state"] for request in asked} == {"asked"}
    done = await send(seller, rows)
    assert done["answers"][0]["release"]["stages"] == answer["release"]["stages"]
    assert (await buyer.get(f"/requests/{asked[1]}/answer"))["release"]["total"] == "6"


async def test_anothers_requests_cannot_be_answered(buyer: Member, sellers: tuple[Member, Member]) -> None:
    asked = await ask(buyer, sellers[1], 1)
    rows = completed(await template(sellers[1]), dict.fromkeys(asked, "OWN-1"))
    report = await send(sellers[0], rows)
    assert [error["code"] for error in report["errors"]] == ["request.unknown"]
    assert [row[0] for row in await template(sellers[0])][1:] == []
    await settle(buyer, asked)


async def test_a_file_without_answers_is_told(sellers: tuple[Member, Member]) -> None:
    assert [error["code"] for error in (await send(sellers[0], [["a", "b"]]))["errors"]] == ["answer.workbook"]


async def test_a_workbook_asks_as_much_for_many_parts_as_for_one(tools: Tools, owner_url: str, tmp_path: Path, world: World, buyer: Member) -> None:
    """Whether it is the first time, or the second, when everything stands already; of a company that has computed nothing yet."""
    seller = await supplier(world, "Counting Works")
    await buyer.import_tables(parts=[PART_HEADER, *([f"C-{n}", f"item {n}", "kg", "", seller.number, f"N-{n}", ""] for n in range(6))])
    costs = []
    noted = Noted(tmp_path / "messages")
    noted.path.touch()
    async with recording(tools, owner_url, noted) as client:
        recorded = replace(seller, client=client)
        for count in (1, 6):
            asked = await ask(buyer, seller, count)
            rows = completed(await template(seller), dict(zip(asked, OWN * 2, strict=False)))
            for _ in range(2):
                noted.clear()
                assert (await send(recorded, rows))["saved"]
                costs.append(len(noted.statements))
    assert costs[2] <= costs[0] + 2, "what one part needed once, such as a signing key, and what others have already"
    assert costs[3] == costs[1]


async def test_what_is_gathered_of_many_is_what_is_gathered_of_each(world: World) -> None:
    member = await world.company("Gathering Works")
    made = ["TOP", "MID", "LEFT", "RIGHT", "LEAF"]
    links = [("TOP", "MID"), ("TOP", "LEAF"), ("MID", "LEFT"), ("MID", "RIGHT"), ("LEFT", "LEAF"), ("RIGHT", "LEAF"), ("RIGHT", "BOUGHT")]
    await member.import_tables(
        sites=[["Site code", "Site name", "Country"], ["S-1", "Works", "JP"]],
        factors=[FACTOR_HEADER, factor("F", "2")],
        parts=[[*PART_HEADER, "Site"], *([number, number, "kg", "", "", "", "", "S-1"] for number in made),
               ["BOUGHT", "x", "kg", "", member.number, "", "F", ""]],
        structure=[STRUCTURE_HEADER, *([parent, child, "2", "kg"] for parent, child in links)],
        batteries=[["Part number", "Vehicle category", "Chemistry", "Delivered energy (kWh)"], ["TOP", "M1", "NMC", "28800"]],
        inventory=[INVENTORY_HEADER, *([number, "production", "a", "1", "kg", "F", "own", "input"] for number in made)],
    )  # fmt: skip
    part_ids = [PartId(UUID(await member.part_id(number))) for number in made]
    actor = Actor(CompanyId(UUID(member.company_id)), CompanyKind.MEMBER, frozenset({Role.CLERK}))
    rules, period = method(METHOD), Period(date(2025, 4, 1), date(2026, 3, 31))

    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, actor.company_id)
        together = await gather_each(work, actor, part_ids, rules, period)
        assert together == {part_id: await gather(work, actor, part_id, rules, period) for part_id in part_ids}
        assert [len(together[part_id].parts) for part_id in part_ids] == [6, 5, 2, 3, 1]

    await world.tools.works.run(verb)
