"""The log follows the outbox: every fact once, in a tree that anybody can compute again, under a note that anybody can verify."""

import asyncio
import base64
import re
from typing import LiteralString
from uuid import UUID

from tests.domain.test_merkle import root_by_recursion
from tests.world import World

from ashiato.domain import audit
from ashiato.domain.audit.model import LoggedFact
from ashiato.gateways.rest import Tools
from ashiato.plumbing import keys
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import LogKey
from ashiato.plumbing.unit_of_work import Work

FACTS_AND_LEAVES: LiteralString = (
    "SELECT company_id, fact_id, kind, subject, recorded_at, salt, leaf_hash FROM outbox JOIN log_leaf USING (company_id, fact_id)"
)


async def follow_all(tools: Tools) -> int:
    followed = 0
    while count := await tools.works.run(lambda work: audit.follow(work, tools.log_key)):
        followed += count
    return followed


async def stored(tools: Tools, query: LiteralString) -> list[tuple]:
    """What the database holds, seen by the follower's eyes."""

    async def verb(work: Work) -> list[tuple]:
        await work.pin(Viewpoint.FOLLOWER, None)
        return await (await work.connection.execute(query)).fetchall()

    return await tools.works.run(verb, read_only=True)


async def test_every_fact_becomes_one_leaf(world: World, tools: Tools) -> None:
    await world.company("Logged Works")
    await follow_all(tools)
    assert await stored(tools, "SELECT count(*) FROM outbox WHERE logged_at IS NULL") == [(0,)]
    facts = (await stored(tools, "SELECT count(*) FROM outbox"))[0][0]
    leaves, distinct = (await stored(tools, "SELECT count(*), count(DISTINCT (company_id, fact_id)) FROM log_leaf"))[0]
    assert facts == leaves == distinct
    assert [index for (index,) in await stored(tools, "SELECT log_index FROM log_leaf ORDER BY log_index")] == list(range(leaves))
    assert await follow_all(tools) == 0, "nothing is appended twice"


async def test_the_signed_root_is_that_of_the_facts(world: World, tools: Tools) -> None:
    await world.company("Rooted Works")
    await follow_all(tools)
    leaves = []
    for company_id, fact_id, kind, subject, recorded_at, salt, leaf in await stored(tools, f"{FACTS_AND_LEAVES} ORDER BY log_index"):
        leaves.append(LoggedFact(company_id, fact_id, kind, subject, recorded_at, bytes(salt)).leaf if salt else bytes(leaf))  # erased: its hash
    told = await world.operator.get("/log/checkpoint")
    assert told["tree_size"] == len(leaves)
    assert told["root_hash"] == root_by_recursion(leaves).hex()
    assert keys.note_verifies(told["note"], told["verifier_key"])
    origin, size, root, *_ = told["note"].split("\n")
    assert (origin, int(size), base64.b64decode(root)) == (tools.log_key.name, len(leaves), root_by_recursion(leaves))


async def test_of_several_followers_at_once_each_fact_is_appended_by_one(world: World, tools: Tools) -> None:
    await world.company("Raced Works")
    before = (await stored(tools, "SELECT count(*) FROM log_leaf"))[0][0]
    waiting = (await stored(tools, "SELECT count(*) FROM outbox WHERE logged_at IS NULL"))[0][0]
    followed = await asyncio.gather(*(tools.works.run(lambda work: audit.follow(work, tools.log_key)) for _ in range(5)))
    assert sum(followed) <= waiting
    await follow_all(tools)
    assert (await stored(tools, "SELECT count(*) FROM log_leaf"))[0][0] == before + waiting


async def test_every_checkpoint_stays_a_prefix(world: World, tools: Tools) -> None:
    await world.company("Prefix Works")
    await follow_all(tools)
    leaves = [bytes(leaf) for (leaf,) in await stored(tools, "SELECT leaf_hash FROM log_leaf ORDER BY log_index")]
    for size, root in await stored(tools, "SELECT tree_size, root_hash FROM log_checkpoint"):
        assert bytes(root) == root_by_recursion(leaves[:size])


async def test_a_changed_fact_no_longer_fits_its_leaf(world: World, tools: Tools) -> None:
    """The canary: the comparison would see a fact that was rewritten afterwards."""
    await world.company("Unchanged Works")
    await follow_all(tools)
    found = await stored(tools, f"{FACTS_AND_LEAVES} WHERE salt IS NOT NULL ORDER BY log_index DESC LIMIT 1")  # an erased one has lost its salt
    company_id, fact_id, kind, subject, recorded_at, salt, leaf = found[0]
    assert LoggedFact(company_id, fact_id, kind, subject, recorded_at, bytes(salt)).leaf == bytes(leaf)
    for others, said in ((company_id, "rewritten"), (UUID(int=1), kind)):
        assert LoggedFact(others, fact_id, said, subject, recorded_at, bytes(salt)).leaf != bytes(leaf)


CODES = {
    "subject_kind",
    "kind",
    "state",
    "action",
    "decision",
    "purpose",
    "questionnaire",
    "version",
    "items",
    "how",
    "criterion",
    "register",
    "log",
}  # of lists that the platform publishes


async def test_a_fact_holds_identifiers_only(world: World, tools: Tools) -> None:
    """No name, figure or word of a company's business stands in the log: identifiers, codes, digests."""
    for kind, subject in await stored(tools, "SELECT DISTINCT kind, subject FROM outbox WHERE kind NOT LIKE 'test.%'"):
        for name, value in subject.items():
            assert name.endswith(("_id", "_digest", "digest", "supersedes")) or name in CODES, f"{kind}: {name}"
            codes = name in CODES and all(re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*(\.[a-z0-9.-]+)?(/log)?", word) for word in value.split(" "))
            assert is_identifier(value) or codes, f"{kind}: {name} = {value}"


def is_identifier(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return text.startswith("sha256:") or len(text) == 43  # a digest, or a key's thumbprint
    return True


async def test_each_company_sees_its_own_facts_in_order(world: World) -> None:
    one, other = await world.company("Fact Works"), await world.company("Other Works")
    facts = (await one.get("/facts"))["items"]
    kinds = [fact["kind"] for fact in facts]  # those of one transaction have one instant, and no order among them
    assert [set(kinds[:2]), set(kinds[2:4]), kinds[4:]] == [
        {"company.applied", "terms.accepted"},
        {"company.checked", "company.verified"},
        ["company.admitted"],
    ]
    await one.post("/people", {"email": "x@facts.test", "display_name": "X", "password": "correct horse battery", "roles": ["clerk"]})
    assert [fact["kind"] for fact in (await one.get("/facts"))["items"]] == [*kinds, "person.invited"]
    assert {fact["fact_id"] for fact in (await other.get("/facts"))["items"]}.isdisjoint({fact["fact_id"] for fact in facts})


def test_the_log_is_named_after_its_address(tmp_path) -> None:
    assert LogKey.of(tmp_path, "https://ashiato.example/").name == "ashiato.example/log"
