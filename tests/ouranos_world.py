"""Companies that work over the Japanese interface, with a key each, everything through the real door."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from ashiato import worker
from ashiato.domain import participants
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.domain.participants.applications import ApplicationKind
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work
from tests.world import PASSWORD, Member, World

TRANSPORT = "/api/v1/datatransport"
INFO = "/api/v1/authInfo"


async def issue_key(world: World, kind: ApplicationKind = ApplicationKind.APPLICATION, networks: tuple[str, ...] = ("127.0.0.0/8",)) -> str:
    """A key of a fresh application."""

    async def verb(work: Work) -> str:
        await work.pin(Viewpoint.OPERATOR, UUID(world.operator.company_id))
        actor = Actor(work.tenant, CompanyKind.OPERATOR, frozenset({Role.OPERATOR}))
        return (await participants.applications.register(work, actor, "Client", kind, list(networks))).key

    return await world.tools.works.run(verb)


@dataclass
class Company:
    """A company with its tokens; every helper expects success."""

    member: Member
    client: httpx.AsyncClient
    key: str
    access: str = ""
    refresh: str = ""
    plant_id: str = ""

    @property
    def id(self) -> str:
        return self.member.company_id

    @property
    def headers(self) -> dict[str, str]:
        return {"apiKey": self.key, "x-api-key": self.key, "Authorization": f"Bearer {self.access}", "X-Requested-With": "xhr"}

    async def log_in(self) -> None:
        answer = await self.client.post(
            "/auth/login", json={"operatorAccountId": self.member.email, "accountPassword": PASSWORD}, headers={"apiKey": self.key}
        )
        assert answer.status_code == 201, answer.text
        self.access, self.refresh = answer.json()["accessToken"], answer.json()["refreshToken"]

    async def call(self, method: str, path: str, target: str | None = None, **options: Any) -> httpx.Response:
        params = ({"dataTarget": target} if target else {}) | options.pop("params", {})
        return await self.client.request(method, path, params=params, headers=self.headers | options.pop("headers", {}), **options)

    async def get(self, target: str, **params: Any) -> Any:
        path = INFO if target in ("operator", "plant") else TRANSPORT
        return good(await self.call("GET", path, target, params=params))

    async def put(self, target: str, body: Any = None, **params: Any) -> Any:
        path = INFO if target in ("operator", "plant") else TRANSPORT
        options = {"json": body} if body is not None else {}
        return good(await self.call("PUT", path, target, params=params, **options), 201)

    async def ask_trace(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """A call of the traceability side."""
        return good(await self.call(method, path, params=params, **({"json": body} if body is not None else {})))

    def part(self, name: str, *, trace: str | None = None, amount: float | None = None, terminal: bool = False, **more: Any) -> dict[str, Any]:
        """A PartsModel of this company's."""
        return {
            "amountRequired": amount, "amountRequiredUnit": "kilogram", "operatorId": self.id, "partsName": name, "plantId": self.plant_id,
            "supportPartsName": "modelA", "terminatedFlag": terminal, "traceId": trace, "partsLabelName": f"Parts {name}",
            "partsAddInfo1": "Ver3.0", "partsAddInfo2": "2024-12-01-2024-12-31", "partsAddInfo3": "任意の情報が入ります",
        } | more  # fmt: skip

    async def make(self, name: str, *children: dict[str, Any], terminal: bool = False) -> tuple[str, list[str]]:
        """Registers a part with these components; the trace ids."""
        kept = await self.put("partsStructure", {"parentPartsModel": self.part(name, terminal=terminal), "childrenPartsModel": list(children)})
        by_name = {child["partsName"]: child["traceId"] for child in kept["childrenPartsModel"]}
        return kept["parentPartsModel"]["traceId"], [by_name[child["partsName"]] for child in children]

    def question(self, supplier: "Company", trace: str, message: str = "来月中にご回答をお願いします。") -> dict[str, Any]:
        return {
            "statusModel": {
                "message": message, "replyMessage": None, "requestStatus": {}, "requestType": "CFP", "statusId": None, "tradeId": None,
                "responseDueDate": "2027-12-31",
            },
            "tradeModel": {
                "downstreamOperatorId": self.id, "downstreamTraceId": trace, "tradeId": None, "upstreamOperatorId": supplier.id,
                "upstreamTraceId": None,
            },
        }  # fmt: skip

    async def ask(self, supplier: "Company", trace: str) -> str:
        """Asks about a part; the trade's identifier."""
        return (await self.put("tradeRequest", self.question(supplier, trace)))["tradeModel"]["tradeId"]

    async def state(self, trace: str, pre: float = 0, main: float = 0, *, component: tuple[float, float] = (0, 0), **more: Any) -> Any:
        """States a part's footprint."""
        return await self.put("cfp", figures(trace, pre, main, component=component, **more))

    async def disclose(self, to: "Company", trace: str, figures: bool = True, quality: bool = True) -> Any:
        acl = [{"aclItemGroup": "TOTALCFP", "releasedFlag": figures}, {"aclItemGroup": "TOTALDQR", "releasedFlag": quality}]
        return await self.ask_trace("POST", "/cfpAcl", {"operatorId": self.id, "releasedToOperatorId": to.id, "traceId": trace, "acl": acl})

    async def cfp(self, *traces: str) -> dict[tuple[str, str], Any]:
        """(trace id, type) → the figure."""
        return {(row["traceId"], row["cfpType"]): row for row in await self.get("cfp", traceIds=",".join(traces))}

    async def status(self, trace: str) -> Any:
        """How far the newest request about a part has come."""
        return (await self.get("status", statusTarget="REQUEST", traceId=trace))[0]["requestStatus"]


def figures(
    trace: str, pre: float | None, main: float | None, *, component: tuple[float | None, float | None] = (0, 0), cfp_id: str | None = None,
    unit: str = "kgCO2e/kilogram", pre_quality: Any = None, main_quality: Any = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The four figures of a part."""
    of = {"preProduction": pre, "mainProduction": main, "preComponent": component[0], "mainComponent": component[1]}
    quality = {
        "pre": pre_quality or dict.fromkeys(("TeR", "GeR", "TiR"), 2.1 if pre or component[0] else 0),
        "main": main_quality or dict.fromkeys(("TeR", "GeR", "TiR"), 3.1 if main or component[1] else 0),
    }
    return [
        {
            "cfpId": cfp_id, "traceId": trace, "ghgEmission": value, "ghgDeclaredUnit": unit, "cfpType": kind,
            "dqrType": f"{'pre' if kind.startswith('pre') else 'main'}Processing", "dqrValue": quality["pre" if kind.startswith("pre") else "main"],
        }
        for kind, value in of.items()
    ]  # fmt: skip


async def company(world: World, key: str, name: str) -> Company:
    """An admitted company that is logged in and has a plant."""
    return await joined(world, key, await world.company(name))


async def joined(world: World, key: str, member: Member) -> Company:
    """A member that takes up the interface: it logs in and registers a plant."""
    made, name = Company(member, world.client, key), member.name
    await made.log_in()
    plant = {
        "openPlantId": f"{uuid4().hex[:10]}123456", "operatorId": made.id, "plantAddress": "xx県xx市xxxx町1-1-1234", "plantId": None,
        "plantName": f"{name} 工場", "plantAttribute": {},
    }  # fmt: skip
    made.plant_id = (await made.put("plant", plant))["plantId"]
    return made


async def answered(buyer: Company, supplier: Company) -> tuple[str, str, str]:
    """The buyer asks about a fresh part and the supplier answers with one: the buyer's trace id, the supplier's, the trade."""
    name = uuid4().hex[:12]
    _, (bought,) = await buyer.make(f"P{name}", buyer.part(f"C{name}", amount=2))
    trade = await buyer.ask(supplier, bought)
    made, _ = await supplier.make(f"M{name}", terminal=True)
    await supplier.put("tradeResponse", tradeId=trade, traceId=made)
    await supplier.disclose(buyer, made)
    await supplier.state(made, 1.5, 2.5)
    await buyer.cfp(bought)
    return bought, made, trade


async def certified(buyer: Company, supplier: Company, content: bytes = b"%PDF-1.7 certificate") -> tuple[str, str, str]:
    """An answered trade whose part has a certificate that the buyer may see: the buyer's trace id, the supplier's, the file."""
    bought, made, _ = await answered(buyer, supplier)
    (told,) = await supplier.ask_trace(
        "POST", "/fileUploadUrl", {"operatorId": supplier.id, "fileInfo": [{"fileName": "証明書.pdf", "extension": "pdf"}]}
    )
    sent = await supplier.client.put(
        told["URL"], content=content,
        headers={"Content-Type": "application/pdf", "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "k"},
    )  # fmt: skip
    assert sent.status_code == 200, sent.text
    info = {"operatorId": supplier.id, "traceId": made, "cfpCertificationDescription": "説明", "cfpCertificationFileInfo": [
        {"fileId": told["fileId"], "fileName": told["fileName"]}]}  # fmt: skip
    await supplier.ask_trace("POST", "/cfpCertificationInfo", info)
    acl = {"operatorId": supplier.id, "releasedToOperatorId": buyer.id, "traceId": made, "releasedFlag": True}
    await supplier.ask_trace("POST", "/cfpCertificationAcl", acl)
    return bought, made, told["fileId"]


async def settle(world: World) -> None:
    """Lets the worker carry on what waits, tier by tier, until nothing does."""
    while await worker.pass_on_once(world.tools.works, world.tools.seal):
        pass


def good(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
    return response.json()
