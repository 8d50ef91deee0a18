"""Answering with one workbook: what is filled in and sent is the same as answering one by one."""

from typing import Any

import pytest
from hypothesis import strategies as st
from tests.domain.examples import each
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, Member, World, factor

from ashiato.plumbing.spreadsheet import Sheet, read, write

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
