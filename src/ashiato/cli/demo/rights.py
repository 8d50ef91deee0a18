"""The demo's due diligence: everybody answers a questionnaire, states origins, asks and answers tier by tier; three problems are planted.

Like the rest of the story, every step looks first at what is there.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ashiato.cli.demo.chain import Participant, folder
from ashiato.cli.demo.story import Story

_PATIENCE_SECONDS = 30
_DUE = timedelta(days=30)
_REFINERS = 4  # the tier whose companies have been audited


def planted() -> dict[str, Any]:
    """What the companies state, from the demo's file."""
    stated: dict[str, Any] = json.loads((folder() / "diligence.json").read_text(encoding="utf-8"))
    return stated


def state(story: Story, tell: Callable[[str], None]) -> None:
    """Each company answers its questionnaire, the refiners with evidence, and states what its parts hold; one enters a finding."""
    stated = planted()
    for member in story.members.values():
        if not list(member.client.items("/assessments")):
            member.client.call("POST", "/assessments", json=_answers(member, stated))
        for number, materials in stated["materials"].get(member.profile.name, {}).items():
            address = f"/parts/{member.client.part_id(number)}/materials"
            if not member.client.get(address)["contents"]:
                member.client.call("PUT", address, json=materials)
        tell(member.profile.company)
    found = stated["finding"]
    finder = story.members[found["company"]]
    if not any(risk["title"] == found["risk"]["title"] for risk in finder.client.items("/risks")):
        risk = finder.client.call("POST", "/risks", json=found["risk"] | {"part_id": finder.client.part_id(found["part"])})
        for step in found["steps"]:
            finder.client.call("POST", f"/risks/{risk['risk_id']}/steps", json=step)


def _answers(member: Participant, stated: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = stated["answers"]
    if member.profile.tier < _REFINERS:
        return answers
    file = member.client.call("POST", "/evidence", files={"file": ("audit.txt", f"Audit of {member.profile.company}\n".encode())})
    proved = ("policy", "risk_assessment", "third_party_audit")
    return answers | {"answers": answers["answers"] | stated["evidenced"], "evidence": {name: [file["evidence_id"]] for name in proved}}


def ask(story: Story, tell: Callable[[str], None]) -> None:
    """Each buyer asks for due diligence on every part that it buys."""
    for member in story.members.values():
        asked = {request["own_part_id"] for request in member.sent() if request["subject"] == "diligence"}
        for part in member.parts("bought"):
            if part["part_id"] not in asked and part["supplier_number"]:
                wanted = {"part_id": part["part_id"], "method": "company", "subject": "diligence", "due_at": (datetime.now(UTC) + _DUE).isoformat()}
                member.client.call("POST", "/requests", json=wanted)
        tell(member.profile.company)


def answer(story: Story, tell: Callable[[str], None]) -> None:
    """Suppliers state what they know, from the top of the chain downwards, with standing consent."""
    for tier in (4, 3, 2):
        for member in story.by_tier(tier):
            for request in member.received("asked", "linked"):
                if request["subject"] == "diligence":
                    _answer(member, request)
            tell(member.profile.company)


def _answer(member: Participant, request: dict[str, Any]) -> None:
    part_id = member.client.part_id(request["item_number"])
    if request["state"] == "asked":
        member.client.call("PUT", f"/requests/{request['request_id']}/link", json={"part_id": part_id})
    member.client.call("POST", "/statements", json={"part_id": part_id, "requests": [request["request_id"]], "standing": True})


def trace(story: Story, tell: Callable[[str], None]) -> dict[str, Any]:
    """The pack maker asks who is on the path of the cobalt; everybody on it consents, one after the other; what it then sees."""
    wanted, maker = planted()["path"], story.maker.client
    known = list(maker.items("/probes"))
    if known:
        root_id = known[0]["root_id"]
    else:
        body = {"kind": "path", "part_id": maker.part_id(wanted["part"]), "subject": wanted["material"]}
        root_id = maker.call("POST", "/probes", json=body)["root_id"]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    found: dict[str, Any] = maker.get(f"/probes/{root_id}")
    while found["state"] != "disclosed" and time.monotonic() < deadline:
        for member in story.members.values():
            for waiting in member.client.items("/received-probes"):
                if waiting["root_id"] == root_id and waiting["decision"] is None:
                    member.client.call("PUT", f"/received-probes/{root_id}/consent", json={"consent": True})
                    tell(member.profile.company)
        time.sleep(0.2)
        found = maker.get(f"/probes/{root_id}")
    return found


def report(story: Story, out: Path) -> dict[str, Any]:
    """The pack maker's yearly report, as JSON and on paper in two languages; one that is there already is taken again."""
    maker = story.maker.client
    known = list(maker.items("/reports"))
    if known:
        found: dict[str, Any] = maker.get(f"/reports/{known[-1]['report_id']}")
    else:
        body = {"year": datetime.now(UTC).year, "parts": [maker.part_id(planted()["product"])]}
        found = maker.call("POST", "/reports", json=body)
    out.mkdir(parents=True, exist_ok=True)
    (out / "diligence.json").write_text(json.dumps(found["document"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for language in ("en", "ja"):
        paper = maker.get(f"/published-reports/{found['report_id']}/document", lang=language)
        (out / f"diligence-{language}.pdf").write_bytes(paper)
    return found


def summary(story: Story, path: dict[str, Any], reported: dict[str, Any]) -> dict[str, Any]:
    """What `--json` prints of due diligence: the pack maker's view before and besides the path, the path, the report."""
    maker = story.maker.client
    seen = maker.get(f"/parts/{maker.part_id(planted()['product'])}/diligence")["overview"]
    names = [{"depth": name["depth"], "company": name["content"]["company"],
              "refiners": sorted({origin["refiner_cid"] for origin in name["content"]["origins"]})} for name in path["names"]]  # fmt: skip
    told = {name: seen[name] for name in ("materials", "places", "worst", "coverage")}
    return told | {"path": {"state": path["state"], "names": names}, "report": reported["report_id"]}


def show(console: Console, told: dict[str, Any]) -> None:
    """The three problems at their places, and the path that opened with everybody's consent."""
    title = "Human rights along the chain, as the pack maker sees it"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for header in ("tier", "what", "material", "category", "severity", "state", "through"):
        table.add_column(header)
    for each in told["places"]:
        place = each["place"]
        cells = [place.get(name) or "–" for name in ("material", "category", "severity", "state")]
        table.add_row(str(place["tier"]), place["kind"].replace("_", " "), *(cell.replace("_", " ") for cell in cells), each.get("part_number", "–"))
    console.print(table)
    named = " → ".join(f"{name['company']} {' '.join(name['refiners'])}".strip() for name in told["path"]["names"])
    console.print(f"The cobalt's path, once all on it had consented: {named}\n")
