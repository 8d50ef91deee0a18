"""What the demo shows at the end: the result, the coverage, and who could see what."""

import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ashiato.cli.client import Client, ServerError
from ashiato.cli.demo.chain import Participant
from ashiato.cli.demo.story import METHOD, Story

_ABSENT = 404
_FOLLOW_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Sight:
    """What one company could see of others, and could not."""

    company: str
    tier: int
    own_parts: int
    asked_by: tuple[str, ...]
    asks: tuple[str, ...]
    answers_read: int
    foreign_tried: int
    foreign_refused: int


def sights(story: Story) -> list[Sight]:
    """Each company tries to open what belongs to the others: parts, footprints, requests between others, answers to others."""
    addresses = {name: _addresses(member) for name, member in story.members.items()}
    return [_sight(name, member, addresses) for name, member in story.members.items()]


def _addresses(member: Participant) -> set[str]:
    parts = [part["part_id"] for part in member.parts()]
    requests = [request["request_id"] for request in [*member.sent(), *member.received()]]
    own = {f"/parts/{part_id}{rest}" for part_id in parts for rest in ("", "/structure", "/inventory")}
    for part_id in parts:
        for computed in member.client.get(f"/parts/{part_id}/footprints")["items"]:
            own |= {f"/footprints/{computed['footprint_id']}{rest}" for rest in ("", "/package", "/release-preview")}
    own |= {f"/requests/{request_id}{rest}" for request_id in requests for rest in ("", "/answer")}
    return own | {f"/declarations/{item['declaration_id']}" for item in member.client.items("/declarations")}


def _sight(name: str, member: Participant, addresses: dict[str, set[str]]) -> Sight:
    foreign = sorted(set().union(*addresses.values()) - addresses[name])[::7]  # every seventh of some hundred is plenty
    refused = sum(_refused(member.client, address) for address in foreign)
    answers = 0
    for request in member.sent("answered"):
        answer = "answer" if request["subject"] == "footprint" else "statement"
        member.client.get(f"/requests/{request['request_id']}/{answer}")
        answers += 1
    return Sight(
        company=member.profile.company,
        tier=member.profile.tier,
        own_parts=len(member.parts()),
        asked_by=tuple(sorted({_short(request["buyer"]) for request in member.received()})),
        asks=tuple(sorted({_short(request["supplier"]) for request in member.sent()})),
        answers_read=answers,
        foreign_tried=len(foreign),
        foreign_refused=refused,
    )


def _short(company: str) -> str:
    return company.split(" (", 1)[0]


def _refused(client: Client, address: str) -> bool:
    try:
        client.get(address)
    except ServerError as refused:
        return refused.status == _ABSENT
    return False


def checkpoint(client: Client) -> dict[str, Any]:
    """The log's signed state, once the log has caught up with what happened."""
    deadline = time.monotonic() + _FOLLOW_SECONDS
    before: dict[str, Any] = {}
    while time.monotonic() < deadline:
        try:
            now: dict[str, Any] = client.get("/log/checkpoint")
        except ServerError:
            now = {}
        if now and now == before:
            return now
        before = now
        time.sleep(0.6)
    return before


def summary(story: Story, checkpoint_note: dict[str, Any], declaration_path: str, *, changed: bool) -> dict[str, Any]:
    """The one JSON object that `--json` prints. Figures are numbers, taken from the declaration."""
    declaration = (story.declaration or {})["file"]["declaration"]
    result = declaration["result"]
    sent = [request for member in story.members.values() for request in member.sent() if request["subject"] == "footprint"]
    states = Counter(request["state"] for request in sent)
    per_kwh = result["per_kwh"]
    return {
        "companies": len(story.members),
        "tiers": max(member.profile.tier for member in story.members.values()),
        "requests": {
            "asked": sum(states.values()),
            "answered": states["answered"],
            "rejected": states["rejected"],
            "open": states["asked"] + states["linked"],
            "late": sum(request["late"] for request in sent if request["state"] == "answered"),
        },
        "footprint": {
            "total_kg_co2e_per_kwh": Decimal(per_kwh["kg_co2e_per_kwh"]),
            "stages": {stage: Decimal(figure) for stage, figure in per_kwh["stages"].items()},
            "kg_co2e_per_kg": Decimal(result["kg_co2e_per_kg"]),
            "primary_data_share": Decimal(result["primary_data_share"]),
            "dqr": Decimal(result["dqr"]),
            "coverage": result["coverage"],
        },
        "gaps": gaps(story),
        "draft": _draft(story),
        "method": METHOD,
        "declaration": declaration_path,
        "checkpoint": {"tree_size": checkpoint_note.get("tree_size"), "root_hash": checkpoint_note.get("root_hash")},
        "changed": changed,
    }


def gaps(story: Story) -> list[dict[str, Any]]:
    """Where a secondary factor stands in for a supplier's answer: each company's own knowledge, gathered for the teller of the story."""
    found = []
    for member in story.members.values():
        for part in member.parts("made"):
            for computed in member.client.get(f"/parts/{part['part_id']}/footprints", limit=1)["items"]:
                found += [{"company": member.profile.company, "product": part["part_number"]} | gap for gap in computed["result"]["gaps"]]
    return found


def _draft(story: Story) -> dict[str, Any] | None:
    if story.draft is None:
        return None
    result = story.draft["result"]
    return {
        "total_kg_co2e_per_kwh": Decimal(result["per_kwh"]["kg_co2e_per_kwh"]),
        "primary_data_share": Decimal(result["primary_data_share"]),
        "refused_because": [f"{item['part_number']}: {item['message']}" for item in result["obstacles"]],
    }
