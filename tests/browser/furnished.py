"""The world that all pages are looked at in: companies in the middle of their work, in two languages, with something late and something waiting."""

from dataclasses import dataclass, field
from typing import Any

from tests import chain_world
from tests.browser import furnished_around as around
from tests.web.chain import cell_maker, declared, due, pack_maker
from tests.world import PART_HEADER, Member, World, workbook

BY_HAND = "カモ電池 <株式会社> & Söhne"  # what others write stays text


@dataclass
class Furnished:
    """A running site with its people; `known` holds identifiers that addresses of pages are filled with."""

    address: str
    world: World
    people: dict[str, Member]
    known: dict[str, str] = field(default_factory=dict)

    def path(self, template: str) -> str:
        """An address with the identifiers of this world in its braces."""
        return template.format(**self.known)


async def furnish(world: World, address: str) -> Furnished:
    """A supplier with a late and an answered request, its buyer with a declared battery, an operator with a company that waits."""
    supplier: Any = await cell_maker(world, "Kamo Cells")
    buyer = await pack_maker(world, supplier, "Hikari Packs")
    answered = await buyer.ask("CELL-B", **due(20))
    await supplier.answer(answered["request_id"], "CELL-1")
    late = await buyer.ask("CELL-B", **due(-3), message=BY_HAND)
    other = await pack_maker(world, supplier, "ミノ電池工業株式会社")
    waiting = await other.ask("CELL-B", **due(9))
    applicant = await world.apply("Somebody who waits")
    asked = await chain_world.asked(buyer, "CELL-B")
    await supplier.put(f"/requests/{asked}/link", {"part_id": await supplier.part_id("CELL-1")})
    await chain_world.stated(supplier, "CELL-1", [chain_world.content("cobalt", "0.12")], [chain_world.COBALT])
    found = {"kind": "finding", "category": "child_labour", "severity": "severe", "likelihood": "likely", "title": BY_HAND, "material": "cobalt"}
    body = {"category": "air", "words": BY_HAND, "company_number": supplier.number}
    await supplier.post("/views", {"list": "requests", "name": "今週の期限", "filters": "late=1"})
    assert (await supplier.client.post("/api/v1/grievances", json=body)).status_code == 201
    grievance = (await supplier.get("/received-grievances"))["items"][0]["grievance_id"]
    await supplier.put(f"/received-grievances/{grievance}/mediator", {"mediator": "operator", "words": BY_HAND})
    wrong = [PART_HEADER, ["A-0771", "Cell", "kgg", "", "", "", ""], ["A-0772", "", "kg", "1,2O0", "", "", ""]]
    known = {
        "draft": await supplier.hand_in(workbook(parts=wrong), "部品.xlsx"),
        "flood": await supplier.hand_in(("部品番号,部品名,宣言単位\n" + "\n".join(f"F-{number},,kgg" for number in range(150))).encode(), "大量.csv"),
        "diligence": asked,
        "risk": (await supplier.post("/risks", found))["risk_id"],
        "grievance": grievance,
        "late": late["request_id"],
        "waiting": waiting["request_id"],
        "answered": answered["request_id"],
        "declaration": await declared(buyer),
        "cell": await supplier.part_id("CELL-1"),
        "bought": await buyer.part_id("CELL-B"),
        "pack": await buyer.part_id("PACK-1"),
        "applicant": applicant.company_id,
        "application": applicant.link,
    }
    verifier, verified = await around.verified(world, supplier, buyer)
    association = await around.associated(world, supplier, buyer)
    waiting, awaited = await around.awaited(world, buyer)
    known |= await around.signed_on(world, buyer) | await around.helped(world, supplier)
    guarded, opened = await around.opened(world, supplier)
    known |= opened
    known |= awaited | verified | {"received": await around.received(world, supplier, buyer)} | await around.reported(world, supplier)
    known |= await around.asked_along_the_chain(world, supplier, other)
    people = {"supplier": supplier, "buyer": buyer, "operator": world.operator, "verifier": verifier, "association": association, "waiting": waiting}
    people |= {"guarded": guarded, "asker": other}
    return Furnished(address, world, people, known)
