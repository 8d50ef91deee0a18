"""Four companies along one chain of due diligence: refiner → cathode maker → cell maker → pack maker."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ashiato import worker
from tests.world import PART_HEADER, STRUCTURE_HEADER, Member, World

GOOD_ANSWERS: dict[str, Any] = {
    "policy": False, "contracts": True, "top_management": True, "traceability": "to_refiner", "risk_assessment": False,
    "suppliers_responded": "0.8", "action_plans": True, "disengagement": True, "third_party_audit": False, "annual_report": True,
    "recruitment_fees": False, "papers_kept": False, "fatal_accidents": 0, "grievance_channel": True, "grievance_anonymous": True,
}  # fmt: skip
COBALT = {"material": "cobalt", "mass_kg": "0.12", "form": "hydroxide", "country": "CD", "mine": "Mutanda Ya Mukonkota", "refiner": "Wakasa",
          "refiner_cid": "CID003255", "custody": "mass_balance", "audit_scheme": "RMAP", "audit_until": "2099-12-31"}  # fmt: skip


async def assessed(member: Member, **changes: Any) -> Any:
    """The company answers its questionnaire."""
    return await member.post("/assessments", {"questionnaire": "company", "answers": GOOD_ANSWERS | changes})


async def stated(member: Member, part_number: str, contents: list[dict[str, Any]], origins: list[dict[str, Any]] | None = None) -> Any:
    """The company states what a part holds and where it comes from."""
    return await member.put(f"/parts/{await member.part_id(part_number)}/materials", {"contents": contents, "origins": origins or []})


def content(material: str, mass_kg: str, loss_share: str = "0") -> dict[str, Any]:
    return {"material": material, "mass_kg": mass_kg, "loss_share": loss_share}


async def asked(buyer: Member, part_number: str) -> str:
    """The buyer asks the supplier that the part names for due diligence; the request's identifier."""
    due = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"part_id": await buyer.part_id(part_number), "method": "company", "due_at": due, "subject": "diligence"}
    return str((await buyer.post("/requests", body))["request_id"])


async def answered(supplier: Member, request_id: str, part_number: str, *, standing: bool = True) -> Any:
    """The supplier links the request and states what it knows."""
    part_id = await supplier.part_id(part_number)
    if (await supplier.get(f"/requests/{request_id}"))["state"] == "asked":
        await supplier.put(f"/requests/{request_id}/link", {"part_id": part_id})
    return (await supplier.post("/statements", {"part_id": part_id, "requests": [request_id], "standing": standing}))["statement"]


async def settle(world: World) -> None:
    """Lets the worker carry on until nothing waits."""
    while await worker.pass_on_once(world.tools.works, world.tools.seal):
        pass


@dataclass
class Chain:
    """The companies and the requests between them, each answered with standing consent. One PACK holds 0.2 kg of cobalt."""

    world: World
    packs: Member
    cells: Member
    cathodes: Member
    refiner: Member
    requests: dict[str, str]

    async def overview(self, member: Member, part_number: str) -> Any:
        return (await member.get(f"/parts/{await member.part_id(part_number)}/diligence"))["overview"]


async def chain(world: World, *, cathode_cobalt: str = "0.1") -> Chain:
    """Built from the top: 2 kg of cells in a pack, 1 kg of cathode in a kg of cells, 1 kg of hydroxide in a kg of cathode."""
    names = ("Refiner", "Cathodes", "Cells", "Packs")
    refiner, cathodes, cells, packs = [await world.company(f"{name} {world.operator.company_id[:4]}") for name in names]
    await refiner.import_tables(parts=[PART_HEADER, ["HYDROXIDE", "Hydroxide", "kg", "", "", "", ""]])
    for maker, own, bought, supplier, sold in (
        (cathodes, "CATHODE", "HYDROXIDE", refiner, "HYDROXIDE"), (cells, "CELL", "CATHODE", cathodes, "CATHODE"),
        (packs, "PACK", "CELL", cells, "CELL"),
    ):  # fmt: skip
        unit = ["piece", "20"] if own == "PACK" else ["kg", ""]
        await maker.import_tables(
            parts=[PART_HEADER, [own, own, *unit, "", "", ""], [bought, bought, "kg", "", supplier.number, sold, ""]],
            structure=[STRUCTURE_HEADER, [own, bought, "2" if own == "PACK" else "1", "kg"]],
        )
    await stated(refiner, "HYDROXIDE", [content("cobalt", "0.12")], [COBALT])
    await stated(cathodes, "CATHODE", [content("cobalt", cathode_cobalt, "0.1")])
    requests = {}
    for name, supplier, buyer, part in (
        ("refiner", refiner, cathodes, "HYDROXIDE"),
        ("cathodes", cathodes, cells, "CATHODE"),
        ("cells", cells, packs, "CELL"),
    ):
        await assessed(supplier)
        requests[name] = await asked(buyer, part)
        await answered(supplier, requests[name], part)
    return Chain(world, packs, cells, cathodes, refiner, requests)
