"""The demo's story: import, ask, answer tier by tier, one late, one declining; a draft, then a declaration.

Every step looks first at what is there, so that a second run, or one after a kill, does only what is missing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ashiato.cli.client import ServerError
from ashiato.cli.demo.chain import Participant

FOOTPRINT = "footprint"
METHOD = "JRC-CFB-EV-2023-06"
PERIOD = {"method": METHOD, "period_start": "2025-04-01", "period_end": "2026-03-31"}
PRODUCT = "PACK-111"
LATE, DECLINES = "shirakawa-electrolyte", "dozan-foil"
_REFUSAL = "Our contract with the toolmaker forbids stating figures of the foil process; please ask again from April."
_SHORT_NOTICE = timedelta(seconds=2)
_CONFLICT = 409


@dataclass(slots=True)
class Story:
    """The companies by name, and what happened."""

    members: dict[str, Participant]
    draft: dict[str, Any] | None = None
    footprint: dict[str, Any] | None = None
    declaration: dict[str, Any] | None = None
    refused: dict[str, Any] = field(default_factory=dict)

    @property
    def maker(self) -> Participant:
        """The pack maker."""
        return next(iter(self.members.values()))

    def by_tier(self, tier: int) -> list[Participant]:
        """The companies of a tier."""
        return [member for member in self.members.values() if member.profile.tier == tier]


def import_workbooks(story: Story, tell: Callable[[str], None]) -> int:
    """Each company imports its own files; how many of them changed anything. Raises ValueError for a file with a wrong row."""
    changed = 0
    for member in story.members.values():
        for path in member.files:
            report = member.client.send_file(path)
            if not report["saved"]:
                raise ValueError(f"{path.name}: {report['errors'][:3]}")
            changed += report["changed"]
        tell(member.profile.company)
    return changed


def ask(story: Story, tell: Callable[[str], None]) -> None:
    """Each buyer asks for every part that it buys. One supplier gets short notice, and will be late."""
    for member in story.members.values():
        asked = {request["own_part_id"] for request in member.sent() if request["subject"] == FOOTPRINT}
        bought = [part for part in member.parts("bought") if part["part_id"] not in asked and part["supplier_number"]]
        for part in bought:
            supplier = next(other for other in story.members.values() if other.profile.corporate_number == part["supplier_number"])
            notice = _SHORT_NOTICE if supplier.profile.name == LATE else timedelta(days=30)
            wanted = {"part_id": part["part_id"], "method": METHOD, "due_at": (datetime.now(UTC) + notice).isoformat()}
            member.client.call("POST", "/requests", json=wanted | {"message": "For our declaration under EU 2023/1542, Article 7."})
        tell(member.profile.company)


def answer(story: Story, tell: Callable[[str], None]) -> None:
    """Suppliers answer from the top of the chain downwards. One declines, one lets the day pass; the pack maker sees a draft."""
    for tier in (4, 3):
        for member in story.by_tier(tier):
            if member.profile.name == DECLINES:
                for request in footprints(member, "asked", "linked"):
                    member.client.call("POST", f"/requests/{request['request_id']}/rejection", json={"reason": _REFUSAL})
            elif member.profile.name != LATE:
                answer_all(member)
            tell(member.profile.company)
    late = story.members[LATE]
    for request in footprints(late, "asked", "linked"):
        _wait_until(request["due_at"])
    for member in story.by_tier(2):
        answer_all(member)
        tell(member.profile.company)


def declare(story: Story, tell: Callable[[str], None]) -> None:
    """The draft that cannot be declared; the late answer; what it makes stale is computed again; the declaration."""
    product = story.maker.client.part_id(PRODUCT)
    existing = list(story.maker.client.items("/declarations"))
    if not existing:
        draft = compute(story.maker, product)
        if draft["draft"]:
            story.refused = _try_to_declare(story.maker, draft)
        tell("draft")
        answer_all(story.members[LATE])
        tell(story.members[LATE].profile.company)
        for member in story.by_tier(2):
            answer_again(member)
            tell(member.profile.company)
        final = compute(story.maker, product)
        story.declaration = story.maker.client.call("POST", "/declarations", json={"footprint_id": final["footprint_id"]})
    else:
        story.declaration = story.maker.client.get(f"/declarations/{existing[-1]['declaration_id']}")
    tell("declaration")
    computed = story.maker.client.get(f"/parts/{product}/footprints")["items"]
    story.footprint = computed[0]
    story.draft = next((item for item in reversed(computed) if item["draft"]), None)


def answer_all(member: Participant) -> None:
    """Links each open request to the part that the buyer named, computes, looks at what will be seen, and releases."""
    for request in footprints(member, "asked", "linked"):
        part_id = member.client.part_id(request["item_number"])
        if request["state"] == "asked":
            member.client.call("PUT", f"/requests/{request['request_id']}/link", json={"part_id": part_id})
        release(member, part_id, [request["request_id"]])


def footprints(member: Participant, *states: str) -> list[dict[str, Any]]:
    """The requests for footprints that it received and that are in one of these states."""
    return [request for request in member.received(*states) if request["subject"] == FOOTPRINT]


def answer_again(member: Participant) -> None:
    """Hands a newer figure to the buyers of every part whose own suppliers have handed over something newer."""
    requests: dict[str, list[str]] = {}
    for request in footprints(member, "answered"):
        requests.setdefault(request["own_part_id"], []).append(request["request_id"])
    for part_id, request_ids in requests.items():
        latest = member.client.get(f"/parts/{part_id}/footprints", limit=1)["items"][0]
        if member.client.get(f"/footprints/{latest['footprint_id']}")["stale"]:
            release(member, part_id, request_ids)


def release(member: Participant, part_id: str, request_ids: list[str]) -> None:
    """Computes a part, reviews exactly what the buyers will see, and releases it to them."""
    computed = compute(member, part_id)
    preview = member.client.get(f"/footprints/{computed['footprint_id']}/release-preview")["release"]
    if preview["total"] != computed["result"]["total"]:
        raise ValueError(f"the preview of {preview['product']['part_number']} shows another total than the footprint")
    member.client.call("POST", "/answers", json={"footprint_id": computed["footprint_id"], "requests": request_ids})


def compute(member: Participant, part_id: str) -> dict[str, Any]:
    """The footprint of one of the member's parts."""
    footprint: dict[str, Any] = member.client.call("POST", f"/parts/{part_id}/footprints", json=PERIOD)
    return footprint


def _try_to_declare(member: Participant, footprint: dict[str, Any]) -> dict[str, Any]:
    """Why a draft is not declared."""
    try:
        member.client.call("POST", "/declarations", json={"footprint_id": footprint["footprint_id"]})
    except ServerError as refused:
        if refused.status == _CONFLICT:
            return refused.problem
        raise
    raise ValueError("a draft was declared")


def _wait_until(due: str) -> None:
    left = (datetime.fromisoformat(due) - datetime.now(UTC)).total_seconds()
    if 0 < left <= _SHORT_NOTICE.total_seconds():
        time.sleep(left + 0.1)
