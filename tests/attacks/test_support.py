"""Requests for support: whose word the waiting is counted from, and that no side can speak or count for the other."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from tests.attacks.test_governance import PERIOD
from tests.world import Member, World, log_in

from ashiato import worker
from ashiato.domain import governance, participants
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work


async def ask(member: Member, subject: str = "Help") -> str:
    return str((await member.post("/support-requests", {"subject": subject, "words": "What now?"}))["support_id"])


async def waited(member: Member) -> str | None:
    (mine,) = (await member.get("/treatment"))["items"]
    found: str | None = mine["support_days"]
    return found


async def test_waiting_runs_from_the_companys_opening_to_the_first_answer(world: World, frozen: httpx.AsyncClient, clock: FrozenClock) -> None:
    company = await world.company("Waiting Works")
    clock.instant -= timedelta(days=13)  # of late: a log-in in days to come would end everybody's sessions of now
    member, operator = [Member(frozen, each.name, each.number, each.company_id, each.email) for each in (company, world.operator)]
    await log_in(member)
    assert await waited(member) is None
    support = await ask(member)
    clock.instant += timedelta(days=2)
    for each in (member, operator):
        await log_in(each)
    assert await waited(member) == "2", "not answering does not shorten it"
    clock.instant += timedelta(days=1)
    for each in (member, operator):
        await log_in(each)
    await operator.post(f"/support-requests/{support}/words", {"words": "Try this."})
    clock.instant += timedelta(days=9)
    for each in (member, operator):
        await log_in(each)
    await operator.post(f"/support-requests/{support}/words", {"words": "And that."})
    clock.instant += timedelta(seconds=1)  # what is said at one instant has no order
    await operator.post(f"/support-requests/{support}/closing", {"words": "No word for a week."})
    assert await waited(member) == "3", "the first answer counts, and the end of the waiting stays where it was"
    theirs = next(each for each in (await operator.get("/treatment"))["items"] if each["company"] == company.name)
    assert theirs["support_days"] == "3"
    heard = await member.get(f"/support-requests/{support}")
    assert [(each["by_operator"], each["words"]) for each in heard["said"]] == [
        (False, "What now?"), (True, "Try this."), (True, "And that."), (True, "No word for a week."),
    ]  # fmt: skip


async def test_both_sides_are_told_and_nobody_else(world: World) -> None:
    company, rival = await world.company("Told Works"), await world.company("Other Works")
    support = await ask(company, "Only for the operator")
    for method, path, body in (("GET", "", None), ("POST", "/words", {"words": "x"}), ("POST", "/closing", {"words": "x"})):
        answer = await rival.call(method, f"/support-requests/{support}{path}", json=body)
        assert answer.status_code == 404
    assert await rival.every("/support-requests") == []
    assert support in {each["support_id"] for each in await world.operator.every("/support-requests", open=True)}
    await world.operator.post(f"/support-requests/{support}/words", {"words": "Here."})
    await company.post(f"/support-requests/{support}/closing", {"words": "Thanks."})
    assert support not in {each["support_id"] for each in await world.operator.every("/support-requests", open=True)}
    again = await world.operator.call("POST", f"/support-requests/{support}/words", json={"words": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "support.closed")
    assert {"support.opened", "support.answered", "support.closed"} <= {fact["kind"] for fact in await company.every("/facts")}
    assert not {fact["kind"] for fact in await rival.every("/facts")} & {"support.opened", "support.answered", "support.closed"}


async def test_the_operator_opens_none_and_enters_none(world: World, tools: Tools) -> None:
    company = await world.company("Phoning Works")
    body = {"kind": "support", "title": "They phoned", "details": "Just now.", "company_id": company.company_id}
    assert (await world.operator.call("POST", "/register-entries", json=body)).status_code == 422
    operator = UUID(world.operator.company_id)

    async def enter(work: Work) -> None:
        await work.pin(Viewpoint.OPERATOR, operator)
        actor = participants.Actor(world.operator.company_id, participants.CompanyKind.OPERATOR, frozenset({participants.Role.OPERATOR}), None)
        await governance.registers.enter(work, actor, governance.NewEntry(governance.Register.SUPPORT, "T", "D", UUID(company.company_id)))

    with pytest.raises(Refusal, match="opens its request for support itself"):
        await tools.works.run(enter)


BY_HAND = {
    "the operator moves the beginning": (Viewpoint.OPERATOR, "UPDATE support_request SET opened_at = now() WHERE request_id = %(support)s"),
    "the operator opens one": (Viewpoint.OPERATOR, "INSERT INTO support_request VALUES (%(company)s, %(fresh)s, 'S', now())"),
    "the operator speaks for the company": (
        Viewpoint.OPERATOR, "INSERT INTO support_word VALUES (%(company)s, %(fresh)s, %(support)s, false, 'X', 'X', now())",
    ),
    "the company speaks for the operator": (
        Viewpoint.MEMBER, "INSERT INTO support_word VALUES (%(company)s, %(fresh)s, %(support)s, true, 'X', 'X', now())",
    ),
    "the operator unsays": (Viewpoint.OPERATOR, "DELETE FROM support_word WHERE request_id = %(support)s"),
    "the company says it was earlier": (Viewpoint.MEMBER, "UPDATE support_request SET opened_at = now() - interval '1 day' WHERE request_id = %(support)s"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", BY_HAND)
async def test_no_side_can_speak_or_count_for_the_other(world: World, tools: Tools, forgery: str) -> None:
    company = await world.company("Forged Works")
    viewpoint, statement = BY_HAND[forgery]
    params: dict[str, Any] = {"company": company.company_id, "support": await ask(company), "fresh": str(uuid4())}

    async def forge(work: Work) -> None:
        await work.pin(viewpoint, UUID(company.company_id if viewpoint is Viewpoint.MEMBER else world.operator.company_id))
        await work.connection.execute(statement, params)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await tools.works.run(forge)


async def test_the_transparency_report_counts_them_from_the_log(world: World) -> None:
    companies = [await world.company(f"Counted {place}") for place in range(5)]
    asked = [await ask(company) for company in companies]
    unanswered = await ask(companies[0])
    for support in asked:
        await world.operator.post(f"/support-requests/{support}/words", {"words": "Here."})
    while await worker.follow_once(world.tools.works, world.tools.log_key):
        pass
    document = (await world.operator.post("/transparency-reports", PERIOD))["document"]
    size, begin = document["log"]["tree_size"], datetime.fromisoformat(PERIOD["period_start"]).replace(tzinfo=UTC)

    async def read(work: Work) -> list[Any]:
        await work.pin(Viewpoint.FOLLOWER, None)
        query = (
            "SELECT o.kind, o.subject ->> 'support_id', o.recorded_at FROM log_leaf JOIN outbox o USING (company_id, fact_id) WHERE log_index < %s"
        )
        return await (await work.connection.execute(query, [size])).fetchall()

    leaves = [leaf for leaf in await world.tools.works.run(read, read_only=True) if leaf[0].startswith("support.")]
    opened = {support for kind, support, _ in leaves if kind == "support.opened"}
    ended = {support for kind, support, _ in leaves if kind in ("support.answered", "support.closed")}
    told = document["support"]
    assert told["opened"] == sum(kind == "support.opened" and at >= begin for kind, _, at in leaves)
    assert told["unanswered"] == len(opened - ended)
    assert unanswered in opened - ended
    assert told["median_days_to_answer"] is not None, "five companies were answered"
    page = await world.client.get(f"/api/v1/transparency-reports/{(await world.operator.get('/transparency-reports'))['items'][-1]['report_id']}")
    assert page.json()["document"]["support"] == told
    for language, words in (("en", "Requests for support"), ("ja", "サポート依頼")):
        told_in = governance.document.content(document, language)  # type: ignore[arg-type]
        assert words in [section["title"] for section in told_in["sections"]]  # type: ignore[union-attr, index, call-overload]
