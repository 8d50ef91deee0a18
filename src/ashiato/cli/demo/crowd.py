"""The demo's crowd (`--members`): companies that make one cell each and answer each other, three associations, the operator's report.

Everything goes through the interface, with the companies' own sessions. Their figures are made up, and differ by a few per cent.
"""

import json
import tempfile
import time
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ashiato.cli.client import Client, ServerError
from ashiato.cli.demo.chain import OPERATOR_EMAIL, Applicant, joined
from ashiato.cli.demo.story import METHOD, PERIOD
from ashiato.cli.transparency import wrong_with
from ashiato.kernel.ids import corporate_check_digit
from ashiato.plumbing.spreadsheet import Sheet, write

ASSOCIATIONS = (("Battery Supply Chain Association", 1.0), ("Cell Makers' Circle", 0.5), ("Young Companies' Club", 0.06))  # share of the crowd
_TITLE = "Carbon footprint of cells"
_PATIENCE_SECONDS = 60
Tell = Callable[[str], None]


@dataclass(slots=True)
class Crowd:
    """Who takes part, and what came of it."""

    members: list[tuple[Applicant, Client]]
    associations: list[tuple[Applicant, Client, list[Client]]]
    operator: Client
    outcomes: list[dict[str, Any]]


def admit(url: str, password: str, count: int, tell: Tell) -> Crowd:
    """So many companies and three associations, admitted by the operator and logged in."""
    operator = Client(url)
    operator.log_in(OPERATOR_EMAIL, password)
    members = []
    for number in range(1, count + 1):
        applicant = _applicant(f"Cell Works {number:02}", f"cell-works-{number:02}", 910_000_000_000 + number)
        members.append((applicant, joined(url, operator, applicant, password)))
        tell(applicant.name)
    associations = []
    for number, (name, share) in enumerate(ASSOCIATIONS, 1):
        applicant = _applicant(name, f"association-{number}", 920_000_000_000 + number, kind="association")
        asked = [client for _, client in members[: max(1, round(count * share))]]
        associations.append((applicant, joined(url, operator, applicant, password), asked))
        tell(name)
    return Crowd(members, associations, operator, [])


def _applicant(name: str, address: str, twelve: int, kind: str = "member") -> Applicant:
    return Applicant(name, f"{address}@demo.ashiato.test", corporate_check_digit(str(twelve)) + str(twelve), kind)


def trade(crowd: Crowd, tell: Tell) -> None:
    """Each company makes a cell, and asks the next for the cell that goes into its own; nine of ten answer."""
    for place, (applicant, client) in enumerate(crowd.members):
        supplier, _ = crowd.members[(place + 1) % len(crowd.members)]
        if not list(client.items("/parts")):
            _import(client, supplier.corporate_number, 9 + (place * 7 % 11) / 5)
        if not list(client.items("/requests", direction="sent")):
            due = (datetime.now(UTC) + timedelta(days=30)).isoformat()
            client.call("POST", "/requests", json={"part_id": client.part_id("CASE"), "method": METHOD, "due_at": due})
        tell(applicant.name)
    for place, (applicant, client) in enumerate(crowd.members):
        cell = client.part_id("CELL")
        computed = client.call("POST", f"/parts/{cell}/footprints", json=PERIOD)
        for request in client.items("/requests", direction="received", state=["asked"]) if place % 10 else ():
            client.call("PUT", f"/requests/{request['request_id']}/link", json={"part_id": cell})
            client.call("POST", "/answers", json={"footprint_id": computed["footprint_id"], "requests": [request["request_id"]]})
        tell(applicant.name)


def _import(client: Client, supplier_number: str, kilowatt_hours: float) -> None:
    tables = {
        "factors": [["Factor code", "Factor name", "Value", "Factor unit", "Year", "Geography", "Source", "Citation", "Licence", "Standing",
                     "Electricity basis", "TeR", "GeR", "TiR"],
                    ["POWER", "Electricity", "0.5", "kg CO2e/kWh", "2024", "JP", "demo", "made up for the demo", "CC0", "published",
                     "consumption_mix", "2", "2", "2"]],
        "parts": [["Part number", "Part name", "Declared unit", "Mass per unit (kg)", "Supplier corporate number", "Supplier part number"],
                  ["CELL", "Cell", "kg", "", "", ""], ["CASE", "Cell case, bought", "kg", "", supplier_number, "CELL"]],
        "inventory": [["Part number", "Stage", "Activity", "Amount", "Unit", "Factor", "Data source", "Flow"],
                      ["CELL", "production", "power", str(kilowatt_hours), "kWh", "POWER", "own", "energy"]],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell-works.xlsx"
        path.write_bytes(write([Sheet(name, rows) for name, rows in tables.items()]))
        report = client.send_file(path)
    if not report["saved"]:
        raise ValueError(f"the crowd's workbook: {report['errors'][:3]}")


def associate(crowd: Crowd, tell: Tell) -> None:
    """Each association asks its members, who confirm; surveys are opened and contributed to, all before the first closes and the worker draws it."""
    opened = []
    for applicant, association, members in crowd.associations:
        confirmed = {item["party_id"] for item in association.items("/memberships") if item["state"] == "confirmed"}
        mine = association.get("/me")["company"]["company_id"]
        for member in members:
            company_id = member.get("/me")["company"]["company_id"]
            if company_id not in confirmed:
                association.call("POST", "/memberships", json={"company_id": company_id})
                member.call("PUT", f"/memberships/{mine}/confirmation")
        survey = next((item for item in association.items("/surveys") if item["title"] == _TITLE), None) or _survey(association, members)
        opened.append((applicant.name, association, len(members), survey["survey_id"]))
    for name, association, count, survey_id in opened:
        crowd.outcomes.append({"association": name, "members": count, **_drawn(association, survey_id)})
        tell(name)


def _survey(association: Client, members: list[Client]) -> dict[str, Any]:
    """A survey that stays open for as long as its members need, also on a slow machine."""
    today = datetime.now(UTC).date()
    about = {
        "title": _TITLE, "measure": "footprint", "category": "cell", "declared_unit": "kg", "method": METHOD,
        "period_start": f"{today.year}-01-01", "period_end": f"{today.year}-12-31",
        "closes_at": (datetime.now(UTC) + timedelta(seconds=10 + 2 * len(members))).isoformat(),
    }  # fmt: skip
    survey: dict[str, Any] = association.call("POST", "/surveys", json=about)
    for member in members:
        member.call("PUT", f"/surveys/{survey['survey_id']}/contribution", json={"part_id": member.part_id("CELL")})
    return survey


def _drawn(association: Client, survey_id: str) -> dict[str, Any]:
    """What came of a survey, once it has closed and the worker has drawn it."""
    found: dict[str, Any] = association.get(f"/surveys/{survey_id}")
    closes = datetime.fromisoformat(found["closes_at"])
    while found["outcome"] is None and datetime.now(UTC) < closes + timedelta(seconds=_PATIENCE_SECONDS):
        time.sleep(0.5)
        found = association.get(f"/surveys/{survey_id}")
    return found["outcome"] or {"published": None}


def report(crowd: Crowd, out: Path) -> dict[str, Any]:
    """The operator's transparency report of this month, checked with its signature and written down. Raises ValueError where it does not hold."""
    _settle(crowd.operator.url)
    today = datetime.now(UTC).date()
    last = today.replace(day=monthrange(today.year, today.month)[1])
    body = {"period_start": today.replace(day=1).isoformat(), "period_end": last.isoformat()}
    drawn: dict[str, Any] = crowd.operator.call("POST", "/transparency-reports", json=body)
    wrong = wrong_with(drawn, None)
    if wrong:
        raise ValueError(" ".join(wrong))
    out.mkdir(parents=True, exist_ok=True)
    (out / "transparency.json").write_text(json.dumps(drawn, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for language in ("en", "ja"):
        paper = crowd.operator.get(f"/transparency-reports/{drawn['report_id']}/document", lang=language)
        (out / f"transparency-{language}.pdf").write_bytes(paper)
    return drawn


def _settle(url: str) -> None:
    """Waits until the log has taken in what happened: its size stands still."""
    client, before = Client(url), -1
    for _ in range(_PATIENCE_SECONDS):
        try:
            size = client.get("/log/checkpoint")["tree_size"]
        except ServerError:
            size = 0
        if size == before:
            return
        before = size
        time.sleep(1)


def summary(crowd: Crowd, drawn: dict[str, Any]) -> dict[str, Any]:
    """What the crowd shows, in figures."""
    document = drawn["document"]
    return {
        "members": len(crowd.members), "associations": crowd.outcomes, "report": drawn["report_id"], "log": document["log"]["tree_size"],
        "companies": document["companies"]["by_log"], "requests": document["requests"], "availability": document["availability"]["worst"],
    }  # fmt: skip
