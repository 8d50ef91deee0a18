"""What the log proves to whom: receipts of writes, places and growth; erasure; witnesses. Held against the stand-alone verifier."""

import re
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.attacks.rich import cosignature
from tests.domain.test_audit import follow_all, stored
from tests.world import Member, World

from ashiato import verifier
from ashiato.domain import audit
from ashiato.domain.audit import merkle
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work
from ashiato.verifier import trees


def clerk() -> dict[str, Any]:
    return {"email": f"{uuid4().hex}@proofs.test", "display_name": "Clerk", "password": "correct horse battery", "roles": ["clerk"]}


async def proven(member: Member, promise: str) -> dict[str, Any]:
    """The receipt of a promised fact, found to hold by the verifier."""
    fact_id, leaf = re.fullmatch(r"([0-9a-f-]{36});leaf=([0-9a-f]{64})", promise).groups()
    told = await member.get(f"/log/receipts/{fact_id}")
    assert told["leaf_hash"] == leaf == trees.leaf_hash(told["content"].encode()).hex()
    note = verifier.read_note(told["note"])
    verifier.signed_by(note, verifier.read_key(told["verifier_key"]))
    place = told["inclusion"]
    path = [bytes.fromhex(node) for node in place["path"]]
    assert trees.included_root(place["log_index"], note.size, bytes.fromhex(leaf), path) == note.root
    return told


async def test_a_write_gets_a_receipt_that_the_log_keeps(world: World, tools: Tools) -> None:
    member = await world.company("Receipt Works")
    headers = {"Idempotency-Key": str(uuid4())}
    body = clerk()
    answer = await member.call("POST", "/people", json=body, headers=headers)
    promise = answer.headers["ashiato-receipt"]
    waiting = await member.get(f"/log/receipts/{promise[:36]}")
    assert waiting["inclusion"] is None
    await follow_all(tools)
    assert (await proven(member, promise))["kind"] == "person.invited"
    again = await member.call("POST", "/people", json=body, headers=headers)
    assert (again.content, again.headers["ashiato-receipt"]) == (answer.content, promise), "a repeated write gets the same bytes"
    assert "ashiato-receipt" not in (await member.call("GET", "/people")).headers


async def test_a_receipt_is_for_whom_the_fact_concerns(world: World, tools: Tools) -> None:
    one, other, operator = await world.company("One Works"), await world.company("Other Works"), world.operator
    await follow_all(tools)
    (admitted,) = [fact for fact in (await one.get("/facts"))["items"] if fact["kind"] == "company.admitted"]
    assert admitted["said"] == "the operator admitted One Works."
    japanese = await one.every("/facts", lang="ja")
    assert "運営者がOne Worksの参加を承認しました。" in [fact["said"] for fact in japanese]
    assert (await one.call("GET", f"/log/receipts/{admitted['fact_id']}")).status_code == 200
    refused = [await other.call("GET", f"/log/receipts/{fact_id}") for fact_id in (admitted["fact_id"], uuid4())]
    assert refused[0].status_code == 404
    assert refused[0].content == refused[1].content
    assert (await operator.call("GET", f"/log/receipts/{admitted['fact_id']}")).status_code == 403, "an operator's person reads no member's log"


async def test_every_path_and_every_growth_is_proven(world: World, tools: Tools) -> None:
    member = await world.company("Grown Works")
    await follow_all(tools)
    size = (await member.get("/log/checkpoint"))["tree_size"]
    leaves = [bytes.fromhex(leaf) for leaf in (await member.get("/log/leaves", params={"limit": 10_000}))["leaves"]]
    assert len(leaves) == size
    roots = {end: trees.tree_hash(leaves[:end]) for end in range(1, size + 1)}
    sizes = sorted({1, 2, 3, 4, 7, 8, size // 2, size - 1, size} & set(range(1, size + 1)))
    for second in sizes:
        for index in sorted({0, second // 2, second - 1}):
            told = await member.get(f"/log/inclusion/{leaves[index].hex()}", params={"size": second})
            path = [bytes.fromhex(node) for node in told["path"]]
            assert trees.included_root(index, second, leaves[index], path) == roots[second]
        for first in [first for first in sizes if first < second]:
            told = await member.get("/log/consistency", params={"first": first, "second": second})
            path = [bytes.fromhex(node) for node in told["path"]]
            assert trees.consistent_roots(first, second, roots[first], path) == (roots[first], roots[second])
    for first, second, status in ((0, size, 422), (size, size - 1, 422), (1, size + 1, 404)):
        assert (await member.call("GET", "/log/consistency", params={"first": first, "second": second})).status_code == status
    assert (await member.call("GET", f"/log/inclusion/{leaves[-1].hex()}", params={"size": size - 1})).status_code == 404


async def test_erased_personal_data_leave_every_proof_valid(world: World, tools: Tools) -> None:
    member = await world.company("Erasing Works")
    person = clerk()
    answer = await member.call("POST", "/people", json=person)
    person_id, promise = answer.json()["id"], answer.headers["ashiato-receipt"]
    await follow_all(tools)
    before = await proven(member, promise)
    assert person_id in before["content"]
    assert await member.post(f"/people/{person_id}/erasure") == {"facts": 1}
    assert (await member.call("POST", f"/people/{person_id}/erasure")).status_code == 404, "once"
    await follow_all(tools)
    after = await member.get(f"/log/receipts/{promise[:36]}")
    assert (after["content"], after["leaf_hash"]) == (None, None)
    told = await member.get(f"/log/inclusion/{before['leaf_hash']}")
    note = verifier.read_note((await member.get("/log/checkpoint"))["note"])
    path = [bytes.fromhex(node) for node in told["path"]]
    assert trees.included_root(told["log_index"], note.size, bytes.fromhex(before["leaf_hash"]), path) == note.root
    rows = await stored(tools, "SELECT subject, salt FROM outbox WHERE erased_at IS NOT NULL")
    assert ({}, None) in rows
    people = await member.every("/people")
    assert person["email"] not in {each["email"] for each in people}
    assert (await member.client.post("/api/v1/sessions", json={"email": person["email"], "password": person["password"]})).status_code == 401
    state = await tools.works.run(lambda work: audit.inspection.inspect(work, tools.log_key), read_only=True)
    assert state.findings == [], "what was erased is no damage"


@pytest.mark.parametrize(
    "change",
    ['subject = \'{"x": "y"}\'', "salt = '\\x00'", "subject = '{}'", "subject = '{}', salt = NULL", "erased_at = now()"],
)
async def test_a_fact_can_be_emptied_and_not_rewritten(world: World, tools: Tools, change: str) -> None:
    """The database itself admits no other change of a fact, even of the own, and none at all of what names nobody."""
    member = await world.company("Rewriting Works")
    await member.post("/people", clerk())
    await follow_all(tools)

    async def verb(work: Work) -> int:
        await work.pin(Viewpoint.MEMBER, UUID(member.company_id))
        done = await work.connection.execute(f"UPDATE outbox SET {change} WHERE company_id = %s", [member.company_id])  # type: ignore[arg-type]
        return done.rowcount

    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
        await tools.works.run(verb)

    async def nameless(work: Work) -> int:
        await work.pin(Viewpoint.MEMBER, UUID(member.company_id))
        done = await work.connection.execute(
            "UPDATE outbox SET subject = '{}', salt = NULL, erased_at = now() WHERE company_id = %s AND kind LIKE 'company.%%'", [member.company_id]
        )
        return done.rowcount

    assert await tools.works.run(nameless) == 0


async def test_members_cosign_what_they_saw(world: World, tools: Tools) -> None:
    member = await world.company("Witness Works")
    await follow_all(tools)
    told = await member.get("/log/checkpoint")
    body = cosignature(told)
    made = await member.post("/log/cosignatures", body)
    assert made["line"] == body["line"]
    assert made["line"] in [witness["line"] for witness in (await member.get("/log/checkpoint"))["witnesses"]]
    await world.company("Later Works")
    await follow_all(tools)
    later = await member.get("/log/checkpoint")
    wrong = [body | {"tree_size": later["tree_size"]}, body | {"line": body["line"][:-6] + "AAAA=="}, body | {"verifier_key": told["verifier_key"]},
             body | {"line": body["line"].replace("witness.example", "other.example")}]  # fmt: skip
    for each in wrong:
        assert (await member.call("POST", "/log/cosignatures", json=each)).status_code == 422
    assert (await member.call("POST", "/log/cosignatures", json=body | {"tree_size": later["tree_size"] + 1})).status_code == 404


DAMAGES: dict[str, tuple[str, str]] = {
    "log.fact_altered": ("UPDATE outbox SET kind = kind || 'x' WHERE (company_id, fact_id) IN (SELECT company_id, fact_id FROM log_leaf WHERE log_index = 3)",
                         "UPDATE outbox SET kind = left(kind, -1) WHERE (company_id, fact_id) IN (SELECT company_id, fact_id FROM log_leaf WHERE log_index = 3)"),
    "log.subtree": ("UPDATE log_node SET hash = sha256(hash || '\\x01') WHERE level = 1 AND position = 0",
                    "UPDATE log_node SET hash = sha256('\\x01' || a.leaf_hash || b.leaf_hash) FROM log_leaf a, log_leaf b WHERE a.log_index = 0 AND b.log_index = 1 AND level = 1 AND position = 0"),
    "log.checkpoint_key": ("UPDATE log_checkpoint SET note = replace(note, 'time 2', 'time 3') WHERE tree_size = (SELECT min(tree_size) FROM log_checkpoint)",
                           "UPDATE log_checkpoint SET note = replace(note, 'time 3', 'time 2')"),
    "outbox.astray": ("UPDATE outbox SET logged_at = NULL WHERE (company_id, fact_id) IN (SELECT company_id, fact_id FROM log_leaf WHERE log_index = 3)",
                      "UPDATE outbox SET logged_at = now() WHERE (company_id, fact_id) IN (SELECT company_id, fact_id FROM log_leaf WHERE log_index = 3)"),
}  # fmt: skip


def by_hand(owner_url: str, statement: str) -> None:
    """What somebody with the owner's rights could do: the walls come down, and stand again."""
    with psycopg.connect(owner_url) as connection:
        for table in ("outbox", "log_leaf", "log_node", "log_checkpoint"):
            connection.execute(f"ALTER TABLE ashiato.{table} NO FORCE ROW LEVEL SECURITY")  # type: ignore[arg-type]
        connection.execute("SET LOCAL search_path = ashiato")
        connection.execute(statement)  # type: ignore[arg-type]
        for table in ("outbox", "log_leaf", "log_node", "log_checkpoint"):
            connection.execute(f"ALTER TABLE ashiato.{table} FORCE ROW LEVEL SECURITY")  # type: ignore[arg-type]


@pytest.mark.parametrize("code", DAMAGES)
async def test_damage_is_found_and_named(world: World, tools: Tools, owner_url: str, code: str) -> None:
    await world.company("Damaged Works")
    await follow_all(tools)

    async def codes() -> set[str]:
        state = await tools.works.run(lambda work: audit.inspection.inspect(work, tools.log_key), read_only=True)
        assert all(finding.remedy for finding in state.findings)
        return {finding.code for finding in state.findings}

    assert await codes() == set()
    damage, repair = DAMAGES[code]
    by_hand(owner_url, damage)
    try:
        assert code in await codes()
    finally:
        by_hand(owner_url, repair)
    assert await codes() == set()


async def test_nothing_is_signed_over_a_damaged_log(world: World, tools: Tools, owner_url: str) -> None:
    """A flipped bit in a stored subtree stops the signing; a log that was signed once cannot be led astray."""
    await follow_all(tools)
    ((size,),) = await stored(tools, "SELECT max(tree_size) FROM log_checkpoint")
    level, position = merkle.peaks(size)[0]
    flip = f"UPDATE log_node SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE level = {level} AND position = {position}"
    by_hand(owner_url, flip)
    try:
        await world.apply("Unsigned Works")
        with pytest.raises(Refusal, match="does not hold together"):
            await follow_all(tools)
        assert await stored(tools, "SELECT max(tree_size) FROM log_checkpoint") == [(size,)]
    finally:
        by_hand(owner_url, flip)
    assert await follow_all(tools) > 0
