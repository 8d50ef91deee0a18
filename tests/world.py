"""The builder of supply chains: one line per company, everything through the real doors."""

import io
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ashiato.domain import participants
from ashiato.domain.participants import CompanyKind
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import corporate_check_digit
from ashiato.plumbing.spreadsheet import Sheet, write

PASSWORD = "correct horse battery staple"
METHOD = "JRC-CFB-EV-2023-06"
TERMS = participants.admission_rules.load().present.digest
CHECKS = [item.id for item in participants.admission_rules.load().checklist if item.shown_by != "terms"]
_numbers = itertools.count(100_000_000_000)


def fresh_corporate_number() -> str:
    """A corporate number that no other test uses."""
    twelve = str(next(_numbers))
    return corporate_check_digit(twelve) + twelve


@dataclass
class Member:
    """A company, acting through its people's sessions over HTTP."""

    client: httpx.AsyncClient
    name: str
    number: str
    company_id: str
    email: str
    token: str = ""
    link: str = ""  # the secret by which its application is followed
    keys: itertools.count = field(default_factory=itertools.count)

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        return _good(await self.call("GET", path, **options))

    async def every(self, path: str, **params: Any) -> list[Any]:
        """The items of a list, page after page."""
        page = await self.get(path, params=params | {"limit": 200})
        items = page["items"]
        while page["next"]:
            page = await self.get(path, params=params | {"limit": 200, "after": page["next"]})
            items += page["items"]
        return items

    async def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return _good(await self.call("POST", path, json=json, **options))

    async def put(self, path: str, json: Any, **options: Any) -> Any:
        return _good(await self.call("PUT", path, json=json, **options))

    async def delete(self, path: str) -> None:
        _good(await self.call("DELETE", path))

    async def send_file(self, content: bytes, name: str = "book.xlsx", **params: Any) -> Any:
        return _good(await self.call("POST", "/imports", files={"file": (name, io.BytesIO(content))}, params=params))

    async def hand_in(self, content: bytes, name: str = "book.xlsx") -> str:
        """Hands in a file over the page; the identifier under which it waits."""
        headers = {"Cookie": f"ashiato_session={self.token}"}
        led = await self.client.post("/imports", files={"file": (name, content)}, headers=headers)
        assert led.status_code == 303, f"{led.status_code}: {led.text}"
        return str(led.headers["location"].rpartition("/")[2])

    async def import_tables(self, **tables: list[list[Any]]) -> Any:
        """Imports tables given as rows with a header, one sheet each; fails if anything is wrong with them."""
        report = await self.send_file(workbook(**tables))
        assert report["saved"], report["errors"]
        return report

    async def part_id(self, part_number: str) -> str:
        page = await self.get("/parts", params={"part_number": part_number})
        return page["items"][0]["part_id"]

    async def compute(self, part_number: str, method: str = METHOD) -> Any:
        period = {"method": method, "period_start": "2025-04-01", "period_end": "2026-03-31"}
        return await self.post(f"/parts/{await self.part_id(part_number)}/footprints", period)

    async def ask(self, part_number: str, **more: Any) -> Any:
        due = (datetime.now(UTC) + timedelta(days=14)).isoformat()
        return await self.post("/requests", {"part_id": await self.part_id(part_number), "method": METHOD, "due_at": due} | more)

    async def answer(self, request_id: str, part_number: str) -> Any:
        """Links a received request to an own part, computes and releases."""
        view = await self.get(f"/requests/{request_id}")
        if view["state"] == "asked":
            await self.put(f"/requests/{request_id}/link", {"part_id": await self.part_id(part_number)})
        footprint = await self.compute(part_number, view["method"])
        return await self.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": [request_id]})


@dataclass
class World:
    """Companies on one installation."""

    tools: Tools
    client: httpx.AsyncClient
    operator: Member

    @staticmethod
    async def begin(tools: Tools, client: httpx.AsyncClient) -> "World":
        email = "operator@ashiato.test"
        application = participants.model.Application("Ashiato Centre", "JP", None, email, "Operator", PASSWORD, CompanyKind.OPERATOR)
        try:
            company_id = await tools.works.run(lambda work: participants.admission.found_operator(work, application))
        except Refusal:
            company_id = ""
        operator = Member(client, "Ashiato Centre", "", str(company_id), email)
        await log_in(operator)
        return World(tools, client, operator)

    async def apply(self, name: str, kind: str = "member") -> Member:
        """A company that has applied and is not admitted."""
        number = fresh_corporate_number()
        email = f"admin@{number}.test"
        body = {"name": name, "country": "JP", "corporate_number": number, "admin_email": email, "admin_name": f"{name} admin"}
        body |= {"password": PASSWORD, "terms": TERMS, "kind": kind}
        answer = _good(await self.client.post("/api/v1/companies", json=body))
        return Member(self.client, name, number, answer["company_id"], email, link=answer["secret"])

    async def company(self, name: str, kind: str = "member") -> Member:
        """A company that is admitted and logged in."""
        member = await self.apply(name, kind)
        for state in ("verified", "admitted"):
            await self.move(member, state)
        await log_in(member)
        return member

    async def move(self, member: Member, state: str) -> Any:
        return await self.operator.post(
            f"/companies/{member.company_id}/state", {"state": state, "reason": "checked in a test", "checks": CHECKS if state == "verified" else []}
        )


async def log_in(member: Member) -> None:
    body = {"email": member.email, "password": PASSWORD}
    member.token = _good(await member.client.post("/api/v1/sessions", json=body))["token"]
    member.client.cookies.clear()


def workbook(**tables: list[list[Any]]) -> bytes:
    """An .xlsx file with one sheet a table."""
    return write([Sheet(name, [[str(cell) for cell in row] for row in rows]) for name, rows in tables.items()])


def _good(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}"
    return response.json() if response.content else None


FACTOR_HEADER = ["Factor code", "Factor name", "Value", "Factor unit", "Year", "Geography", "Source", "Citation", "Licence", "Standing",
                 "Electricity basis", "TeR", "GeR", "TiR"]  # fmt: skip


def factor(
    code: str, value: object, unit: str = "kg CO2e/kg", standing: str = "published", basis: str = "", ratings: tuple[int, int, int] = (2, 2, 2)
) -> list[Any]:
    """A row of the factors' table."""
    return [code, f"factor {code}", value, unit, 2024, "GLO", "test", "https://example.org/factor", "CC0", standing, basis, *ratings]


PART_HEADER = [
    "Part number",
    "Part name",
    "Declared unit",
    "Mass per unit (kg)",
    "Supplier corporate number",
    "Supplier part number",
    "Secondary factor",
]
STRUCTURE_HEADER = ["Parent", "Child", "Amount per parent", "Amount unit"]
INVENTORY_HEADER = ["Part number", "Stage", "Activity", "Amount", "Unit", "Factor", "Data source", "Flow"]
