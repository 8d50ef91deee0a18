"""Saved views: a person's own, of one list, under one name."""

from uuid import uuid4

import psycopg
import pytest
from tests.attacks.test_matrix import person
from tests.world import Member, World

from ashiato.domain.participants import views

LATE = {"list": "requests", "name": "Late ones", "filters": "side=sent&late=1"}


@pytest.fixture
async def member(world: World) -> Member:
    return await world.company("Keeper of views")


async def names(of: Member) -> list[tuple[str, str, str]]:
    return [(each["list"], each["name"], each["filters"]) for each in (await of.get("/views"))["items"]]


async def test_a_view_is_kept_changed_and_forgotten(member: Member) -> None:
    first = await member.post("/views", LATE)
    await member.post("/views", {"list": "parts", "name": "Late ones", "filters": "q=%E3%82%BB%E3%83%AB"})
    again = await member.post("/views", LATE | {"filters": "side=sent&late=1&state=asked"})
    assert again["view_id"] == first["view_id"], "the same name on the same list gives way"
    assert await names(member) == [("parts", "Late ones", "q=%E3%82%BB%E3%83%AB"), ("requests", "Late ones", "side=sent&late=1&state=asked")]
    assert (await member.call("DELETE", f"/views/{first['view_id']}")).status_code == 204
    assert (await member.call("DELETE", f"/views/{first['view_id']}")).status_code == 404
    assert [each[0] for each in await names(member)] == ["parts"]


async def test_a_colleague_sees_and_forgets_none_of_it(member: Member) -> None:
    mine = await member.post("/views", LATE)
    colleague = await person(member, "clerk")
    assert await names(colleague) == []
    assert (await colleague.call("DELETE", f"/views/{mine['view_id']}")).status_code == 404
    await colleague.post("/views", LATE)
    assert len(await names(member)) == len(await names(colleague)) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"name": "\u202ereversed"}, "text.control"), ({"filters": ""}, "view.filters"), ({"filters": "q=a b"}, "view.spelled"), ({"filters": "q=セル"}, "view.spelled"),
     ({"filters": "q=a\r\nSet-Cookie: x"}, "view.spelled"), ({"name": "x" * 81}, "text.long")],
)  # fmt: skip
async def test_what_cannot_be_kept_is_refused_and_changes_nothing(member: Member, change: dict[str, str], code: str) -> None:
    answer = await member.call("POST", "/views", json=LATE | change, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 422
    assert code in answer.text
    assert await names(member) == []


async def test_fifty_are_enough(member: Member) -> None:
    for number in range(views.MOST):
        await member.post("/views", LATE | {"name": f"View {number}"})
    answer = await member.call("POST", "/views", json=LATE, headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (409, "view.many")
    assert len(await names(member)) == views.MOST


async def test_who_is_erased_leaves_none(member: Member, owner_url: str) -> None:
    colleague = await person(member, "clerk")
    await colleague.post("/views", LATE)
    (found,) = [one for one in (await member.get("/people"))["items"] if one["email"] == colleague.email]
    await member.post(f"/people/{found['person_id']}/erasure")
    with psycopg.connect(owner_url, options="-c search_path=ashiato") as connection:
        connection.execute("ALTER TABLE saved_view NO FORCE ROW LEVEL SECURITY")
        left = connection.execute("SELECT count(*) FROM saved_view WHERE person_id = %s", [found["person_id"]]).fetchone()
        connection.rollback()
    assert left == (0,)
