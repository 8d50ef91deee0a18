"""Names that look like others: what nobody sees in a name is refused at every door, and who is called the same is shown to the operator."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from tests import ouranos_world
from tests.pact.test_exchange import cell
from tests.world import PART_HEADER, PASSWORD, TERMS, World, fresh_corporate_number, workbook

from ashiato.gateways.pact import v3

UNSEEN = ["\u202e", "\u2067", "\u200f", "\u061c", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u3164", "\x9b", "\U000e0041"]
Codes = Callable[[World, str], Awaitable[list[str]]]


async def company(world: World, name: str) -> list[str]:
    number = fresh_corporate_number()
    body = {"name": name, "country": "JP", "corporate_number": number, "admin_email": f"a@{number}.test", "admin_name": "A", "password": PASSWORD}
    return flaws((await world.client.post("/api/v1/companies", json=body | {"terms": TERMS})).json())


async def administrator(world: World, name: str) -> list[str]:
    number = fresh_corporate_number()
    body = {"name": "Named Works", "country": "JP", "corporate_number": number, "admin_email": f"a@{number}.test", "admin_name": name}
    return flaws((await world.client.post("/api/v1/companies", json=body | {"terms": TERMS, "password": PASSWORD})).json())


async def colleague(world: World, name: str) -> list[str]:
    member = await world.company("Colleague Works")
    body = {"email": f"{uuid4().hex[:8]}@named.test", "display_name": name, "roles": ["clerk"]}
    return flaws((await member.call("POST", "/people", json=body)).json())


async def imported_part(world: World, name: str) -> list[str]:
    member = await world.company("Importing Works")
    report = await member.send_file(workbook(parts=[PART_HEADER, ["P-1", name, "kg", "", "", "", ""]]))
    return [error["code"] for error in report["errors"]]


async def imported_number(world: World, name: str) -> list[str]:
    member = await world.company("Numbering Works")
    report = await member.send_file(workbook(parts=[PART_HEADER, [name, "A part", "kg", "", "", "", ""]]))
    return [error["code"] for error in report["errors"]]


def flaws(problem: dict[str, Any]) -> list[str]:
    return [flaw["code"] for flaw in problem.get("flaws", [])]


DOORS: dict[str, Codes] = {
    "a company": company,
    "its administrator": administrator,
    "a colleague": colleague,
    "a part that is imported": imported_part,
    "a part's number": imported_number,
}


@pytest.mark.parametrize("door", DOORS)
async def test_what_nobody_sees_in_a_name_is_refused(world: World, door: str) -> None:
    assert await DOORS[door](world, "Kamo 電池 7") == [], "the canary: a plain name is taken"
    for character in UNSEEN:
        found = await DOORS[door](world, f"Ka{character}mo")
        assert found in (["text.control"], ["wire.value_error"]), f"{character!r}: {found}"


async def test_in_the_japanese_interface_too(world: World) -> None:
    made = await ouranos_world.company(world, await ouranos_world.issue_key(world), "Named Interface Works")
    for character in ("", *UNSEEN):
        for field in ("partsName", "supportPartsName", "partsLabelName"):
            if character != "\u200d":  # a joiner is seen by what it joins
                said = made.part("CELL", terminal=True) | {field: f"CE{character}LL"}
                answer = await made.call("PUT", "/api/v1/datatransport", "partsStructure", json={"parentPartsModel": said, "childrenPartsModel": []})
                assert answer.status_code == (400 if character else 201), f"{field} {character!r}: {answer.text}"


def test_in_what_partners_send_too() -> None:
    sent = cell()
    assert v3.foreign(json.dumps(sent).encode())
    for character in UNSEEN:
        if character != "\u200d":
            for field in ("companyName", "productNameCompany"):
                with pytest.raises(ValueError, match=r"nobody sees|control"):
                    v3.foreign(json.dumps(sent | {field: f"Ce{character}lls"}).encode())


SAME = {
    "in other letters": "kAMO fUKUI cells {}",
    "without its spaces": "KamoFukuiCells{}",
    "in full width": "Ｋａｍｏ Ｆｕｋｕｉ　Ｃｅｌｌｓ {}",
    "with a variant of a letter": "Kamo Fukui Cells\ufe00 {}",
    "the very same": "Kamo Fukui Cells {}",
}


async def test_who_is_called_the_same_is_shown_to_the_operator(world: World) -> None:
    number = uuid4().hex[:10]
    first = await world.company(f"Kamo Fukui Cells {number}")
    await world.apply(f"Kamo Fukui Cell {number}")
    applied = [await world.apply(name.format(number)) for name in SAME.values()]
    alike = {first.company_id, *(other.company_id for other in applied)}
    for other in (first, *applied):
        told = await world.operator.get(f"/companies/{other.company_id}/admission")
        assert {each["company_id"] for each in told["namesakes"]} == alike - {other.company_id}
    assert {each["state"] for each in told["namesakes"]} == {"admitted", "applied"}
    assert "namesakes" not in await first.get("/admission"), "a member is told of nobody"
    answer = await world.client.post("/api/v1/candidacy", json={"secret": applied[0].link})
    assert number in answer.text
    assert "namesakes" not in answer.json()
    await world.move(applied[0], "declined")
    told = await world.operator.get(f"/companies/{first.company_id}/admission")
    assert {each["company_id"] for each in told["namesakes"]} == alike - {first.company_id, applied[0].company_id}
