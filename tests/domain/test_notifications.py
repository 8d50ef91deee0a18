"""What is to be done, reminders once a rule, letters in the reader's language, and webhooks that a real receiver verifies."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.elsewhere import Answer, Authority, System
from tests.web.chain import cell_maker, due, pack_maker
from tests.world import PASSWORD, Member, World

from ashiato import worker
from ashiato.domain import exchange, notifications, trade
from ashiato.domain.notifications import Duty, DutyKind, EventKind
from ashiato.gateways.rest import Tools
from ashiato.gateways.webhooks import Messenger
from ashiato.kernel.errors import conflict
from ashiato.kernel.ids import CompanyId, RequestId
from ashiato.plumbing import letters
from ashiato.plumbing.attempts import next_try
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.outbound import Outbound, networks
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, after the specification of Standard Webhooks; nothing of it is shared with the sender."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(datetime.now(UTC).timestamp() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(f"v1,{wanted}", one) for one in headers["webhook-signature"].split(" "))


@dataclass
class Call:
    """What the receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver(System):
    """A company's own system, over TLS on loopback: it keeps what it gets and answers as it is told."""

    status: int = 200
    calls: list[Call] = field(default_factory=list)

    def respond(self, call: BaseHTTPRequestHandler, body: bytes) -> None:
        self.calls.append(Call(call.path, {name.lower(): value for name, value in call.headers.items()}, body))
        self.says[call.path] = lambda: Answer(self.status)
        super().respond(call, body)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def messenger(tools: Tools, authority: Authority) -> Messenger:
    reach = Outbound(networks("127.0.0.0/8"), authority.file, tools.settings.public_url)
    return Messenger(tools.works, tools.seal, reach, tools.settings)


async def all_sent(messenger: Messenger) -> None:
    while await messenger.send_once():
        pass


async def deliveries(member: Member) -> list[dict[str, object]]:
    return (await member.get("/webhook-deliveries"))["items"]  # type: ignore[no-any-return]


async def test_a_receiver_verifies_what_it_gets_and_nothing_is_lost_on_the_way(world: World, messenger: Messenger, authority: Authority) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    with Receiver(authority.issue()) as system:
        added = await cells.post("/webhooks", {"address": f"{system.address}/hooks", "events": ["request.asked", "webhook.test"]})
        request = await packs.ask("CELL-B")
        while await worker.pass_on_once(world.tools.works, world.tools.seal):
            pass
        await all_sent(messenger)
        (call,) = [call for call in system.calls if call.path == "/hooks"]
        told = json.loads(call.body)
        assert (told["type"], told["data"]) == ("request.asked", {"request_id": request["request_id"]})
        assert verified(added["secret"], call.headers, call.body)
        assert not verified("whsec_" + base64.b64encode(b"x" * 32).decode(), call.headers, call.body), "the canary: another key"
        assert not verified(added["secret"], call.headers, call.body + b" "), "the canary: another body"
        (delivery,) = await deliveries(cells)
        assert (delivery["state"], delivery["attempts"]) == ("done", 1)
        await cells.post(f"/webhook-deliveries/{delivery['delivery_id']}/replay")
        await all_sent(messenger)
        replayed = system.calls[-1]
        assert json.loads(replayed.body)["data"] == told["data"]
        assert replayed.headers["webhook-id"] != call.headers["webhook-id"], "a delivery of its own"

        system.status = 503
        await cells.post(f"/webhooks/{added['webhook_id']}/test")
        await all_sent(messenger)
        waiting = (await deliveries(cells))[0]
        assert (waiting["state"], waiting["attempts"], waiting["trouble"]) == ("waiting", 1, "The system answered 503.")
        system.status = 410
        await cells.post(f"/webhooks/{added['webhook_id']}/test")
        await all_sent(messenger)
        assert (await deliveries(cells))[0]["state"] == "failed", "who wants no more is not asked again"
        await cells.delete(f"/webhooks/{added['webhook_id']}")


async def test_only_plain_https_addresses_and_known_events_are_registered(world: World) -> None:
    cells = await world.company("Kamo Hooks")
    for body in ({"address": "http://listener.example/x"}, {"address": "https://listener.example/x", "events": ["no.such"]}):
        assert (await cells.call("POST", "/webhooks", json=body)).status_code == 422
    for _ in range(notifications.webhooks.MOST):
        await cells.post("/webhooks", {"address": "https://listener.example/x"})
    assert (await cells.call("POST", "/webhooks", json={"address": "https://listener.example/x"})).status_code == 409


async def test_duties_are_sorted_by_day_and_end_when_they_are_done(world: World) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    later, late = await packs.ask("CELL-B", **due(20)), await (await pack_maker(world, cells)).ask("CELL-B", **due(-1))
    found = (await cells.get("/duties"))["items"]
    assert [(one["kind"], one["subject_id"], one["overdue"]) for one in found] == [
        ("answer", late["request_id"], True),
        ("answer", later["request_id"], False),
    ]
    await cells.answer(later["request_id"], "CELL-1")
    await cells.post(f"/requests/{late['request_id']}/rejection", {"reason": "Not ours."})
    assert (await cells.get("/duties"))["items"] == []
    assert [one["kind"] for one in (await packs.get("/duties"))["items"]] == []


async def test_each_rule_reminds_once_and_a_letter_speaks_the_readers_language(world: World, tools: Tools, messenger: Messenger) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    clerk = {"email": f"mei@{cells.number}.test", "display_name": "Mei", "password": PASSWORD, "roles": ["clerk"]}
    silent = clerk | {"email": f"ren@{cells.number}.test", "display_name": "Ren"}
    await cells.post("/people", clerk)
    await cells.post("/people", silent)
    await cells.put("/notification-preference", {"mail": True, "language": "en"})
    for person, wish in ((silent, {"mail": False, "language": "ja"}),):
        session = (await cells.client.post("/api/v1/sessions", json={"email": person["email"], "password": PASSWORD})).json()["token"]
        cells.client.cookies.clear()
        await cells.put("/notification-preference", wish, headers={"Authorization": f"Bearer {session}"})
    await packs.ask("CELL-B", **due(3), message="Soon, please.")
    company = UUID(cells.company_id)
    first = await tools.works.run(lambda work: notifications.reminders.remind(work, company))
    again = await tools.works.run(lambda work: notifications.reminders.remind(work, company))
    assert (first, again) == (1, 0)
    before = set((tools.settings.home / "mail").glob("*.eml")) if (tools.settings.home / "mail").exists() else set()
    await all_sent(messenger)
    sent = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in set((tools.settings.home / "mail").glob("*.eml")) - before]
    mine = {str(letter["To"]): letter for letter in sent if cells.number in str(letter["To"])}
    assert set(mine) == {cells.email, clerk["email"]}, "who wants none gets none"
    english, japanese = mine[cells.email].get_content(), mine[clerk["email"]].get_content()
    assert "Answer Hikari Packs: Cell, bought (due" in english
    assert "Hikari Packs に回答" in japanese
    assert "Soon, please." not in english + japanese, "only titles and days travel by mail"


def duty(kind: DutyKind, days: int | None) -> Duty:
    at = NOW + timedelta(days=days) if days is not None else None
    return Duty(kind, uuid4(), "x", "y", at, overdue=days is not None and days < 0)


@pytest.mark.parametrize(
    ("days", "rules"),
    [(None, ["new"]), (30, ["new"]), (7, ["new", "reminder.due_soon"]), (0, ["new", "reminder.due_soon"]), (-1, ["new", "reminder.overdue"])],
)
def test_when_a_rule_reminds(days: int | None, rules: list[str]) -> None:
    assert [str(rule) for rule in notifications.reminders.rules_for(duty(DutyKind.RISK, days), NOW)] == rules


def test_tries_grow_apart_and_end_after_three_days() -> None:
    pauses, now, attempts = [], NOW, 0
    while (later := next_try(attempts, NOW, now)) is not None:
        pauses.append(later - now)
        now, attempts = later, attempts + 1
    assert pauses == sorted(pauses)
    assert timedelta(hours=60) < now - NOW <= timedelta(hours=72)


def test_every_kind_of_duty_has_words_in_letters() -> None:
    words = json.loads((Path(notifications.__file__).parent / "letters.json").read_text(encoding="utf-8"))
    assert {key.removeprefix("line.") for key in words if key.startswith("line.")} == {kind.value for kind in DutyKind}
    assert all(len(both) == 2 and both[0] != both[1] for key, both in words.items())


def test_a_duty_is_named_in_the_readers_language() -> None:
    titled = notifications.duties.titled
    assert titled(DutyKind.GRIEVANCE, "air", "ja") == "大気"
    assert titled(DutyKind.ASSESSMENT, "material cobalt", "ja").endswith("コバルト")
    assert titled(DutyKind.CONSENT, "cobalt", "ja") == "コバルト"
    assert titled(DutyKind.ASSESSMENT, "company", "en") != "company"
    assert titled(DutyKind.RISK, "air", "ja") == "air", "what somebody wrote stays as it is"


def test_a_mail_server_that_does_not_answer_is_tried_again(tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path, smtp_host="127.0.0.1", smtp_port=1)
    with pytest.raises(letters.NotSentError) as failed:
        letters.send(chosen, letters.Letter("a@b.test", "x", "y"))
    assert failed.value.again


def test_every_event_of_a_request_is_known() -> None:
    assert {kind for kind in EventKind if kind.startswith("request.")} == {
        f"request.{word}" for word in ("asked", "cancelled", "answered", "updated", "rejected")
    }


async def test_a_hundred_refused_notices_keep_no_later_one_waiting(world: World, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the worker looks at in a round, all of them refused; they are put off, lost is none of them."""
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    bad = RequestId(UUID((await packs.ask("CELL-B"))["request_id"]))
    while await worker.pass_on_once(tools.works, tools.seal):
        pass
    usual, refusing = notifications.reminders.tell_of_notices, True

    async def planted(work: Work, told: Sequence[tuple[str, UUID]]) -> None:
        if refusing and any(request_id == bad for _, request_id in told):
            raise conflict("planted", "This one cannot be carried on.", "")
        await usual(work, told)

    async def tell(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(packs.company_id))
        request = (await trade.request(work, exchange.events.acting(CompanyId(UUID(packs.company_id))), bad)).request
        for _ in range(100):
            await trade.notices.tell(work, request, trade.notices.NoticeKind.CANCELLED)

    async def waiting(work: Work) -> int:
        return len(await trade.notices.waiting(work, 1000))

    async def put_off(work: Work) -> int:
        await work.pin(Viewpoint.FOLLOWER, None)
        cursor = await work.connection.execute("SELECT attempts FROM notice WHERE passed_on_at IS NULL AND request_id = %s", [bad])
        return sum(attempts == 1 for (attempts,) in await cursor.fetchall())

    monkeypatch.setattr(notifications.reminders, "tell_of_notices", planted)
    await tools.works.run(tell)
    await (await pack_maker(world, cells)).ask("CELL-B")
    assert await worker.pass_on_once(tools.works, tools.seal) == 0, "the canary: a whole round is refused"
    assert await worker.pass_on_once(tools.works, tools.seal) == 1, "the later one is carried on in the next round"
    assert (await tools.works.run(put_off), await tools.works.run(waiting)) == (100, 0), "what is put off is not looked at again and again"

    async def pass_time(work: Work) -> None:
        await work.pin(Viewpoint.FOLLOWER, None)
        await work.connection.execute("UPDATE notice SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL AND passed_on_at IS NULL")

    refusing = False
    await tools.works.run(pass_time)
    assert await worker.pass_on_once(tools.works, tools.seal) == 100


async def test_a_refused_notice_keeps_those_to_the_same_company_from_nothing(world: World, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = await cell_maker(world)
    packs = [await pack_maker(world, cells) for _ in range(2)]
    while await worker.pass_on_once(tools.works, tools.seal):
        pass
    bad, _ = [RequestId(UUID((await one.ask("CELL-B"))["request_id"])) for one in packs]
    usual, looked = notifications.reminders.tell_of_notices, []

    async def planted(work: Work, told: Sequence[tuple[str, UUID]]) -> None:
        looked.append(len(told))
        if any(request_id == bad for _, request_id in told):
            raise conflict("planted", "This one cannot be carried on.", "")
        await usual(work, told)

    async def waiting(work: Work) -> list[tuple[UUID, int]]:
        await work.pin(Viewpoint.FOLLOWER, None)
        cursor = await work.connection.execute("SELECT request_id, attempts FROM notice WHERE passed_on_at IS NULL")
        return [(request_id, attempts) for request_id, attempts in await cursor.fetchall()]

    monkeypatch.setattr(notifications.reminders, "tell_of_notices", planted)
    assert await worker.pass_on_once(tools.works, tools.seal) == 1
    assert looked == [2, 1, 1], "first together, then each by itself"
    assert await tools.works.run(waiting) == [(bad, 1)]


async def test_no_company_keeps_the_letters_and_calls_of_others_waiting(world: World, tools: Tools) -> None:
    busy, other = await world.company("Kamo Busy"), await world.company("Kamo Quiet")
    for member, times in ((busy, 20), (other, 1)):
        added = await member.post("/webhooks", {"address": "https://listener.example/x"})
        for _ in range(times):
            await member.post(f"/webhooks/{added['webhook_id']}/test")
    found = await tools.works.run(lambda work: notifications.deliveries.due(work, 1000), read_only=True)
    assert sum(str(one.company_id) == busy.company_id for one in found) == 4
    assert sum(str(one.company_id) == other.company_id for one in found) == 1
