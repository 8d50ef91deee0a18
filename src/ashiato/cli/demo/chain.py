"""The demo's companies: who they are, what files they send, and each one's session."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from ashiato.cli.client import Client, ServerError, deed_key

OPERATOR_EMAIL = "operator@demo.ashiato.test"
_UNKNOWN = 401


@dataclass(frozen=True, slots=True)
class Profile:
    """A company of the published supply chain. `tier` counts from the pack maker, who is 1."""

    name: str
    company: str
    company_ja: str
    tier: int
    makes: str
    corporate_number: str

    @property
    def email(self) -> str:
        return f"{self.name}@demo.ashiato.test"


@dataclass(slots=True)
class Participant:
    """A company with its session."""

    profile: Profile
    client: Client
    files: list[Path] = field(default_factory=list)

    def received(self, *states: str) -> list[dict[str, Any]]:
        """The requests that it received and that are in one of these states."""
        return list(self.client.items("/requests", direction="received", state=list(states) or None))

    def sent(self, *states: str) -> list[dict[str, Any]]:
        """The requests that it sent and that are in one of these states."""
        return list(self.client.items("/requests", direction="sent", state=list(states) or None))

    def parts(self, sourcing: str | None = None) -> list[dict[str, Any]]:
        """Its own list of parts."""
        return list(self.client.items("/parts", sourcing=sourcing))


def folder() -> Path:
    """Where the demo's files are: in the installed package, or in the checkout."""
    packaged = Path(str(resources.files("ashiato"))) / "_demo"
    return packaged if packaged.is_dir() else Path(__file__).parents[4] / "demo"


def profiles() -> list[Profile]:
    """The companies, the pack maker first."""
    with (folder() / "companies.csv").open(encoding="utf-8") as file:
        return [
            Profile(row["name"], row["company"], row["company_ja"], int(row["tier"]), row["makes"], row["corporate_number"])
            for row in csv.DictReader(file)
        ]


@dataclass(frozen=True, slots=True)
class Applicant:
    """A company that asks to be admitted to the demo."""

    name: str
    email: str
    corporate_number: str
    kind: str = "member"


def joined(url: str, operator: Client, applicant: Applicant, password: str) -> Client:
    """The session of a company, which is admitted first unless it is already."""
    client = Client(url)
    try:
        client.log_in(applicant.email, password)
    except ServerError as refused:
        if refused.status != _UNKNOWN:
            raise
        _apply(client, operator, applicant, password)
        client.log_in(applicant.email, password)
    return client


def admit(url: str, password: str) -> Iterator[Participant]:
    """Each company, admitted and logged in. Companies that are admitted already are only logged in."""
    operator = Client(url)
    operator.log_in(OPERATOR_EMAIL, password)
    for profile in profiles():
        applicant = Applicant(f"{profile.company} ({profile.company_ja})", profile.email, profile.corporate_number)
        client = joined(url, operator, applicant, password)
        files = sorted((folder() / "workbooks").glob(f"{profile.name}*"), key=_order)
        yield Participant(profile, client, files)


def _order(path: Path) -> tuple[int, str]:
    """Factors and parts before what names them."""
    tables = ("factors", "sites", "parts", "structure", "inventory", "circularity", "batteries")
    return next((place for place, table in enumerate(tables) if path.stem.endswith(table)), 0), path.name


def _apply(client: Client, operator: Client, applicant: Applicant, password: str) -> None:
    application = {
        "name": applicant.name, "country": "JP", "corporate_number": applicant.corporate_number, "kind": applicant.kind,
        "admin_email": applicant.email, "admin_name": f"{applicant.name}, person in charge", "password": password,
        "terms": client.get("/terms")[-1]["digest"],
    }  # fmt: skip
    company_id = client.call("POST", "/companies", json=application)["company_id"]
    admission = operator.get(f"/companies/{company_id}/admission")
    checks = [item["id"] for item in admission["items"] if item["shown_by"] != "terms"]
    for state in ("verified", "admitted"):
        move = {"state": state, "reason": "Company of the published supply chain of the demo.", "checks": checks if state == "verified" else []}
        operator.call("POST", f"/companies/{company_id}/state", json=move, key=deed_key(company_id, state))
