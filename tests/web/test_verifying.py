"""Anybody finds out on a page whether a receipt holds, and is told in words what does not."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from tests.domain.test_audit import follow_all
from tests.web.browser import Browser
from tests.world import World

from ashiato.gateways.rest import Tools

Browse = Callable[..., Browser]


@pytest.fixture
async def receipt(world: World, tools: Tools, browse: Browse) -> dict[str, Any]:
    """The receipt of a deed, as its company downloads it."""
    member = await world.company("Proven Works")
    body = {"email": f"{uuid4().hex}@proofs.test", "display_name": "Clerk", "password": "correct horse battery", "roles": ["clerk"]}
    await member.post("/people", body)
    await follow_all(tools)
    (fact,) = [fact for fact in (await member.every("/facts")) if fact["kind"] == "person.invited"]
    browser = browse()
    await browser.log_in(member.email)
    return json.loads((await browser.get(f"/receipts/{fact['fact_id']}.json")).text)  # type: ignore[no-any-return]


async def told(browser: Browser, laid: str, *, as_file: bool = False) -> str:
    """What the page says of it."""
    headers = {"Origin": "http://testserver"}
    files = {"file": ("receipt.json", laid.encode())} if as_file else {"receipt": (None, laid)}
    browser.response = await browser.client.post("/verify", files=files, headers=headers)
    assert browser.page.flaws == []
    return browser.page.text


@pytest.mark.parametrize("as_file", [True, False])
async def test_a_receipt_holds(receipt: dict[str, Any], browse: Browse, as_file: bool) -> None:
    text = await told(browse(), json.dumps(receipt), as_file=as_file)
    assert "✓ It holds" in text
    assert "opened an account" in text, "what happened is said, but not by whom"
    assert "Proven Works" not in text


async def test_it_holds_when_the_log_has_grown(receipt: dict[str, Any], world: World, tools: Tools, browse: Browse) -> None:
    await world.company("Later Works")
    await follow_all(tools)
    assert "✓ 確認できました" in await told(browse("ja"), json.dumps(receipt))


async def test_the_hash_that_a_deed_is_answered_with_is_enough(receipt: dict[str, Any], browse: Browse) -> None:
    leaf = receipt["entries"][0]["leaf_hash"]
    assert "✓ It holds" in await told(browse(), leaf)
    assert "✓ It holds" in await told(browse(), f"{uuid4()};leaf={leaf}")
    assert "The log holds no such leaf." in await told(browse(), "0" * 64)


def changed(receipt: dict[str, Any], lie: str) -> str:
    entry = receipt["entries"][0]
    if lie == "content":
        entry["content"] = entry["content"].replace("person.invited", "person.changed")
    elif lie == "index":
        entry["log_index"] += 1_000_000
    elif lie == "path":
        entry["path"][0] = "0" * 64
    elif lie == "signature":
        receipt["checkpoint"] = receipt["checkpoint"].replace(receipt["checkpoint"].split("\n")[2], "A" * 43 + "=")
    elif lie == "nothing":
        receipt["entries"] = []
    return json.dumps(receipt) if lie != "form" else '{"entries": 7}'


@pytest.mark.parametrize(
    ("lie", "words"),
    [("content", "記録の内容が、ログに残されたものと異なります。"), ("index", "番号がログの件数を超えています。"), ("path", "この番号の記録から、署名された根にたどり着けません。"),
     ("signature", "ログの署名が正しくありません。"), ("nothing", "受領証ではありません。"), ("form", "受領証の形式が正しくありません。")],
)  # fmt: skip
async def test_what_does_not_hold_is_told_in_words(receipt: dict[str, Any], browse: Browse, lie: str, words: str) -> None:
    text = await told(browse("ja"), changed(receipt, lie))
    assert "! 確認できませんでした" in text
    assert "✓" not in text
    assert words in text


@pytest.mark.parametrize(
    "laid",
    ["", "nonsense", "[1, 2]", "[" * 5000, '{"checkpoint": "x"}', "null", '{"schema": "ashiato/log-bundle/1", "checkpoint": "a\\nb\\nc\\n\\n"}'],
)
async def test_whatever_is_laid_in_is_answered(receipt: dict[str, Any], browse: Browse, laid: str) -> None:
    assert "! It does not hold" in await told(browse(), laid)
