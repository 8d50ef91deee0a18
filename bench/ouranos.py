"""The Japanese interface under sixteen clients: each call against the cheapest one that a company can make, and against itself on little data.

Two companies; the buyer has parts of twenty components each and requests about them, all made through the interface itself. What is
compared is how many calls are answered in a second by one server process, measured in turns, so that the machine's speed cancels out.
"""

import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from row import Row

from ashiato.cli.client import Client
from ashiato.cli.installation import found_operator
from ashiato.cli.serving import serving
from ashiato.domain import participants
from ashiato.kernel.ids import corporate_check_digit
from ashiato.plumbing.settings import Settings

SIZES = {"tiny": (6, 50, 16), "small": (40, 80, 96), "full": (1000, 2000, 400)}  # parts, requests, calls a measurement
CLIENTS = 16
COMPONENTS = 20
PASSWORD = "correct horse battery staple"  # noqa: S105 — of companies that live as long as the measurement
TRANSPORT = "/api/v1/datatransport"
OPERATOR = "operator@bench.test"
# goals: at least this share of the cheapest call's rate
GOALS = {"parts list": 0.4, "structure read": 0.5, "trade request": 0.1, "cfp write": 0.1, "cfp read of 50": 0.2}


@dataclass
class Company:
    """A company with its token, its plant and a connection per thread."""

    url: str
    key: str
    operator_id: str
    token: str
    plant_id: str = ""
    local: threading.local = field(default_factory=threading.local)

    def call(self, method: str, path: str, params: dict[str, Any], body: Any = None) -> Any:
        """The answer; anything but success ends the measurement."""
        if not hasattr(self.local, "http"):
            self.local.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        headers = {"apiKey": self.key, "x-api-key": self.key, "Authorization": f"Bearer {self.token}"}
        response = self.local.http.request(method, path, params=params, headers=headers, **({"json": body} if body is not None else {}))
        response.raise_for_status()
        return response.json()

    def get(self, target: str, **params: Any) -> Any:
        return self.call("GET", "/api/v1/authInfo" if target == "operator" else TRANSPORT, {"dataTarget": target} | params)

    def put(self, target: str, body: Any = None, **params: Any) -> Any:
        return self.call("PUT", "/api/v1/authInfo" if target == "plant" else TRANSPORT, {"dataTarget": target} | params, body)

    def part(self, name: str, *, amount: float | None = None, terminal: bool = False) -> dict[str, Any]:
        return {
            "amountRequired": amount, "amountRequiredUnit": "kilogram", "operatorId": self.operator_id, "partsName": name,
            "plantId": self.plant_id, "supportPartsName": None, "terminatedFlag": terminal, "traceId": None,
        }  # fmt: skip

    def make(self, name: str, components: int, *, terminal: bool = False) -> tuple[str, list[str]]:
        children = [self.part(f"{name}-{each:02}", amount=1.5) for each in range(components)]
        kept = self.put("partsStructure", {"parentPartsModel": self.part(name, terminal=terminal), "childrenPartsModel": children})
        return kept["parentPartsModel"]["traceId"], [child["traceId"] for child in kept["childrenPartsModel"]]

    def ask(self, supplier: "Company", trace: str) -> str:
        status = {"message": None, "replyMessage": None, "requestStatus": {}, "requestType": "CFP", "statusId": None, "tradeId": None,
                  "responseDueDate": "2030-12-31"}  # fmt: skip
        trade = {"downstreamOperatorId": self.operator_id, "downstreamTraceId": trace, "tradeId": None, "upstreamOperatorId": supplier.operator_id,
                 "upstreamTraceId": None}  # fmt: skip
        return self.put("tradeRequest", {"statusModel": status, "tradeModel": trade})["tradeModel"]["tradeId"]

    def state(self, trace: str, value: float) -> Any:
        quality = {"TeR": 2, "GeR": 2, "TiR": 2}
        kinds = {"preProduction": value, "mainProduction": value, "preComponent": 0, "mainComponent": 0}
        return self.put("cfp", [
            {"cfpId": None, "traceId": trace, "ghgEmission": figure, "ghgDeclaredUnit": "kgCO2e/kilogram", "cfpType": kind,
             "dqrType": f"{'pre' if kind.startswith('pre') else 'main'}Processing", "dqrValue": quality} for kind, figure in kinds.items()
        ])  # fmt: skip


def rows(size: str, random: Random) -> Iterator[Row]:
    """Each call's rate against the cheapest call's, then against its own on little data."""
    parts, trades, times = SIZES[size]
    with tempfile.TemporaryDirectory(prefix="ashiato-bench-") as folder:
        port = random.randrange(20_000, 30_000)
        address = f"http://127.0.0.1:{port}"
        chosen = Settings(home=Path(folder), port=port, public_url=address, pool_size=CLIENTS, log_level="error", requests_per_minute=0)
        with serving(chosen, Path(folder) / "server.log") as url:
            buyer, supplier = _companies(chosen, url)
            few = _calls(buyer, supplier, *_chain(buyer, supplier, 5, 50, "few"))
            little = {name: _rate(work, times) for name, work in few.items()}
            many = _calls(buyer, supplier, *_chain(buyer, supplier, parts, trades, "many"))
            cheapest = lambda: buyer.get("operator")  # noqa: E731 — the same shape as the others
            for name, work in many.items():
                ratio, rate = _against(work, cheapest, times)
                what = f"{parts} parts of {COMPONENTS}, {trades} trades, {CLIENTS} clients"
                yield Row(name, "own company read", what, ratio, GOALS[name], at_most=False, detail=f"{rate:.0f}/s")
                yield Row(name, "itself on 5 parts", what, rate / little[name], 0.4, at_most=False, detail=f"{rate:.0f}/s")


def _companies(chosen: Settings, url: str) -> tuple[Company, Company]:
    found_operator(chosen, "Bench Centre", OPERATOR, PASSWORD)
    operator = Client(url)
    operator.log_in(OPERATOR, PASSWORD)
    key = operator.call("POST", "/applications", json={"name": "bench", "networks": ["127.0.0.0/8"]})["key"]
    return _company(operator, url, key, "100000000001"), _company(operator, url, key, "100000000002")


def _company(operator: Client, url: str, key: str, twelve: str) -> Company:
    email, rules = f"admin@{twelve}.test", participants.admission_rules.load()
    application = {"name": f"Company {twelve}", "country": "JP", "corporate_number": corporate_check_digit(twelve) + twelve,
                   "admin_email": email, "admin_name": "Admin", "password": PASSWORD, "terms": rules.present.digest}  # fmt: skip
    company_id = operator.call("POST", "/companies", json=application)["company_id"]
    checks = [item.id for item in rules.checklist if item.shown_by != "terms"]
    for state in ("verified", "admitted"):
        told = {"state": state, "reason": "bench", "checks": checks if state == "verified" else []}
        operator.call("POST", f"/companies/{company_id}/state", json=told)
    login = {"operatorAccountId": email, "accountPassword": PASSWORD}
    token = httpx.post(f"{url}/auth/login", json=login, headers={"apiKey": key}, trust_env=False).raise_for_status().json()["accessToken"]
    company = Company(url, key, company_id, token)
    plant = {"openPlantId": "9876543210987123456", "operatorId": company_id, "plantAddress": "x", "plantId": None, "plantName": "x",
             "plantAttribute": {}}  # fmt: skip
    company.plant_id = company.put("plant", plant)["plantId"]
    return company


def _chain(buyer: Company, supplier: Company, parts: int, trades: int, tag: str) -> tuple[list[str], list[str], list[str]]:
    """Parents, their components that nobody was asked about, and answered components; fifty of these with figures."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        made = list(pool.map(lambda each: buyer.make(f"{tag}{each:05}", COMPONENTS), range(parts)))
        parents, children = [parent for parent, _ in made], [child for _, below in made for child in below]
        asked = list(pool.map(lambda child: buyer.ask(supplier, child), children[:trades]))
        answers = list(pool.map(lambda each: supplier.make(f"{tag}-A{each}", 0, terminal=True)[0], range(50)))
        list(pool.map(lambda pair: supplier.put("tradeResponse", tradeId=pair[0], traceId=pair[1]), zip(asked[:50], answers, strict=True)))
        list(pool.map(lambda trace: supplier.state(trace, 1.5), answers))
    return parents, children, answers


def _calls(buyer: Company, supplier: Company, parents: list[str], children: list[str], answers: list[str]) -> dict[str, Callable[[], object]]:
    place, wanted = itertools.count(1), ",".join(children[:50])
    fresh = iter(children[-1:49:-1])
    return {
        "parts list": lambda: buyer.get("parts", limit=100, parentFlag="true"),
        "structure read": lambda: buyer.get("partsStructure", traceId=parents[next(place) % len(parents)]),
        "trade request": lambda: buyer.ask(supplier, next(fresh, children[0])),
        "cfp write": lambda: supplier.state(answers[next(place) % len(answers)], next(place) % 9_000),
        "cfp read of 50": lambda: buyer.get("cfp", traceIds=wanted),
    }


def _against(work: Callable[[], object], peer: Callable[[], object], times: int) -> tuple[float, float]:
    """How the two rates compare, measured in turns; and the first one's."""
    pairs = [(_rate(work, times), _rate(peer, times)) for _ in range(3)]
    return statistics.median(one / other for one, other in pairs), statistics.median(one for one, _ in pairs)


def _rate(work: Callable[[], object], times: int) -> float:
    """Calls a second of sixteen clients."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda _: work(), range(CLIENTS)))
        start = time.perf_counter()
        list(pool.map(lambda _: work(), range(times)))
        return times / (time.perf_counter() - start)
