"""What crosses to the other company is signed by its sender; keys rotate, and what older ones signed stays verifiable."""

from typing import Any

from tests.attacks.rich import furnish
from tests.world import Member, World

from ashiato.kernel.digest import parse
from ashiato.plumbing import keys
from ashiato.plumbing.keys import Signature


async def message(reader: Member, request_id: str) -> tuple[bytes, Signature, dict[str, Any]]:
    told = await reader.get(f"/requests/{request_id}/message")
    content = told["content"].encode()
    fields = parse(content)
    assert isinstance(fields, dict)
    return content, Signature(told["signature"]["jws"], told["signature"]["key"]), fields


async def key_ids(reader: Member, company_id: str) -> list[str]:
    return [keys.key_id(key) for key in (await reader.get(f"/companies/{company_id}/keys"))["keys"]]


async def test_a_request_carries_its_buyers_signature(world: World) -> None:
    supplier = await furnish(world, "Signing Cells", None)
    buyer = (await furnish(world, "Signing Packs", supplier.member)).member
    asked = await buyer.ask("CELL", message="for the model year 2027")
    content, signature, fields = await message(supplier.member, asked["request_id"])
    assert keys.verifies(content, signature)
    assert signature.key_id in await key_ids(supplier.member, buyer.company_id)
    shown = await supplier.member.get(f"/requests/{asked['request_id']}")
    for name in ("request_id", "item", "item_number", "declared_unit", "method", "message"):
        assert fields[name] == shown[name], "what was signed is what is shown"
    assert (fields["buyer_id"], fields["supplier_id"]) == (buyer.company_id, supplier.member.company_id)
    assert str(fields["asked_at"])[:19] == shown["asked_at"][:19], "the platform's time"
    for name in ("message", "item", "supplier_id", "asked_at"):  # the canary: any other word is not what was signed
        altered = content.replace(str(fields[name]).encode(), b"x" + str(fields[name]).encode())
        assert altered != content
        assert not keys.verifies(altered, signature)
    stranger = await world.company("Signing Stranger")
    assert (await stranger.call("GET", f"/requests/{asked['request_id']}/message")).status_code == 404


async def test_keys_rotate_and_old_signatures_hold(world: World) -> None:
    supplier = await furnish(world, "Rotating Cells", None)
    buyer = (await furnish(world, "Rotating Packs", supplier.member)).member
    first = await buyer.ask("CELL")
    await buyer.post(f"/requests/{first['request_id']}/cancellation", {"reason": "asked again under the new key"})
    _, before, _ = await message(buyer, first["request_id"])
    fresh = (await buyer.post("/keys"))["key_id"]
    second = await buyer.ask("CELL")
    content, after, _ = await message(supplier.member, second["request_id"])
    assert after.key_id == fresh != before.key_id
    assert keys.verifies(content, after)
    old, signature, _ = await message(supplier.member, first["request_id"])
    assert keys.verifies(old, signature)
    assert await key_ids(supplier.member, buyer.company_id) == [fresh, before.key_id], "both stay public, the newest first"
    kinds = [fact["kind"] for fact in await buyer.every("/facts")]
    assert kinds.count("key.retired") == 1
    assert kinds.count("key.created") == 2
