"""Requests for support: whose word the waiting is counted from, and that no side can speak or count for the other."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from tests.attacks.test_governance import PERIOD
from tests.world import Member, World, log_in

from ashiato import worker
from ashiato.domain import governance, notifications, participants
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
    company = await world.company("Patient Waiting Works")
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
    (theirs,) = [each for each in (await operator.get("/treatment"))["items"] if each["company"] == company.name]
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


async def reminded(tools: Tools, member: Member) -> list[list[Any]]:
    """The lines of the letters that the company's people are to get now."""
    company = UUID(member.company_id)
    await tools.works.run(lambda work: notifications.reminders.remind(work, company))

    async def read(work: Work) -> list[list[Any]]:
        await work.pin(Viewpoint.MEMBER, company)
        query = "SELECT body -> 'lines' FROM notification_delivery WHERE company_id = %s AND event = 'reminder' ORDER BY noted_at, delivery_id"
        return [line for (lines,) in await (await work.connection.execute(query, [company])).fetchall() for line in lines]

    return await tools.works.run(read, read_only=True)


async def test_an_answer_is_told_to_the_company_by_letter_and_on_its_first_page(world: World, tools: Tools) -> None:
    """Until it says something itself; what the operator closed stands there for a week."""
    company, other = await world.company("Answered Works"), await world.company("Unconcerned Works")
    support = await ask(company, "How to begin")
    assert await reminded(tools, company) == [], "nobody is told of an own question"
    for path, words in (("words", "Like this."), ("closing", "It seems to be over.")):
        await world.operator.post(f"/support-requests/{support}/{path}", {"words": words})
        told = await reminded(tools, company)
        assert [line[:3] for line in told] == [["support", "How to begin", "Operator"]], "once a day"
        page = await company.client.get("/", headers={"Cookie": f"ashiato_session={company.token}", "Accept-Language": "en"})
        assert f'href="/support/{support}"' in page.text
        assert "Support has answered" in page.text
    assert await reminded(tools, other) == []

    async def later(work: Work, days: int) -> list[str]:
        await work.pin(Viewpoint.MEMBER, UUID(company.company_id))
        work.now += timedelta(days=days)
        actor = participants.Actor(company.company_id, participants.CompanyKind.MEMBER, frozenset({participants.Role.CLERK}))  # type: ignore[arg-type]
        return [duty.kind for duty in await notifications.duties.duties(work, actor)]

    assert await tools.works.run(lambda work: later(work, 6), read_only=True) == ["support"]
    assert await tools.works.run(lambda work: later(work, 8), read_only=True) == []
    again = await ask(company, "Still not")
    await world.operator.post(f"/support-requests/{again}/words", {"words": "And this?"})
    assert len([1 for duty in await tools.works.run(lambda work: later(work, 0), read_only=True) if duty == "support"]) == 2
    await company.post(f"/support-requests/{again}/words", {"words": "Not that either."})
    assert len([1 for duty in await tools.works.run(lambda work: later(work, 0), read_only=True) if duty == "support"]) == 1


async def test_the_operators_first_page_says_that_somebody_waits(world: World) -> None:
    company = await world.company("Unheard Works")
    support = await ask(company)

    async def waiting() -> int:
        page = await world.client.get("/", headers={"Cookie": f"ashiato_session={world.operator.token}", "Accept-Language": "en"})
        found = re.search(r"nobody has answered: (\d+)", page.text)
        return int(found[1]) if found else 0

    before = await waiting()
    assert before > 0
    await world.operator.post(f"/support-requests/{support}/words", {"words": "Here."})
    assert await waiting() == before - 1


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
