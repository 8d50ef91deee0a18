"""Two worlds that differ only in what a company B keeps to itself, and an asker A that sends the same requests to both.

Identifiers are drawn per company from one seed and the clock stands still, so that every byte that A receives has to be the same. What
is drawn at random, whoever else exists, is blotted out (`BLOTTED`): sessions, tokens, secrets, the names of forms.
"""

import contextlib
import copy
import functools
import io
import itertools
import random
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI
from psycopg.conninfo import make_conninfo
from tests import ouranos_world
from tests import world as builder
from tests.attacks import rich
from tests.attacks.test_routes import QUERY
from tests.ouranos_world import figures
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, factor, workbook

from ashiato import app as composition
from ashiato.domain.participants import access
from ashiato.gateways.rest import PREFIX, Tools
from ashiato.plumbing import keys, migrations, screening, spreadsheet
from ashiato.plumbing.settings import Settings

SEED = "two worlds"
NOW = "2026-04-01T09:00:00+00:00"
BLOTTED = [
    rb'"(?:token|secret|access_token|accessToken|refreshToken)":"[^"]*"', rb'name="once" value="[^"]*"', rb"whsec_[A-Za-z0-9+/=]+",
    rb'"(?:address|link)":"(?:otpauth|http://testserver/invitations)[^"]*"', rb'"challenge":"[^"]*"', rb'"codes":\[[^\]]*\]',
    rb"ashiato-challenge=[\w-]*", rb'data-options="[^"]*"', rb"<code>[A-Z2-7]{32}</code>", rb"<code>[0-9a-f]{8}-[0-9a-f]{8}</code>", rb'src="data:image/svg[^"]*"',
    rb"ashiato_session=[^;\"]*", rb"<dcterms:(?:created|modified)[^>]*>[^<]*<",
]  # fmt: skip
DECLASSIFIED = {
    ("GET", "/api/v1/log/checkpoint"): "the log is one for all: its size tells how much happened altogether, and has to be public",
    ("HEAD", "/readyz"): "how far the log is behind is told to those who run the server",
    ("GET", "/readyz"): "the same",
    ("GET", "/metrics"): "counters of the process: for those who run the server, on this machine or with their token",
}
ENDING = {
    ("POST", "/logout"),
    ("DELETE", f"{PREFIX}/sessions/current"),
    ("POST", "/auth/change"),
    ("DELETE", f"{PREFIX}/sessions/{{session_id}}"),
    ("POST", "/account/sessions/{session_id:uuid}/end"),
    ("PATCH", f"{PREFIX}/people/{{person_id}}"),
}
_FAILED = 500
VOCABULARY = 6  # names that both companies may draw, so that each meets the other's


@dataclass
class Side:
    """One world: its application, and the two companies in it."""

    app: FastAPI
    tools: Tools
    client: httpx.AsyncClient
    a: Member
    b: Member
    stranger: Member
    over_there: dict[str, ouranos_world.Company]
    url: str
    known: dict[str, list[str]] = field(default_factory=dict)
    stem: str = "SECRET"  # of the part numbers and addresses that both companies may draw


_pairs = itertools.count(1)


@contextlib.asynccontextmanager
async def open_worlds(chosen: Settings, owner_url: str) -> AsyncIterator[tuple[Side, Side]]:
    """Two worlds, built alike, in databases of their own."""
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_each_file_read_once())
        stack.enter_context(mock.patch.object(access, "_NOBODYS_HASH", keys.unmatched_hash()))  # what was drawn before costs a fifth of a second
        sides = []
        pair = next(_pairs)  # others may still be open
        for name in ("one", "two"):
            database = f"ashiato_{name}_{pair}"
            with psycopg.connect(owner_url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {database}")
                connection.execute(f"CREATE DATABASE {database}")
                connection.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")  # nobody pulls a plug here
            url = make_conninfo(owner_url, dbname=database)
            settings = chosen.model_copy(update={"ids_seed": SEED, "frozen_clock": NOW, "pool_size": 2})
            migrations.migrate(settings, url)
            tools = await stack.enter_async_context(composition.tools(settings, url))
            app = composition.build(tools)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://testserver"))
            sides.append(await _furnish(app, tools, client, url))
        yield sides[0], sides[1]


@contextlib.contextmanager
def _each_file_read_once() -> Iterator[None]:
    """The process that reads a file is given its bytes and nothing else, so what it says of the same bytes is asked for once."""
    batches, looked_at = spreadsheet._batches, screening._looked_at
    told: dict[bytes, list[tuple[int, str, list[list[str]]]]] = {}

    def read(content: bytes) -> Iterator[tuple[int, str, list[list[str]]]]:
        if content not in told:
            told[content] = [*batches(content)]
        yield from copy.deepcopy(told[content])

    with mock.patch.object(spreadsheet, "_batches", read), mock.patch.object(screening, "_looked_at", functools.cache(looked_at)):
        yield


async def _furnish(app: FastAPI, tools: Tools, client: httpx.AsyncClient, url: str) -> Side:
    """A asks B, B answers; beyond that each has affairs of its own. Keys and names are drawn alike in both worlds."""
    draw = random.Random(SEED)
    pairs = iter(_KEYS)
    with contextlib.ExitStack() as drawn:
        drawn.enter_context(mock.patch.object(builder, "_numbers", itertools.count(500_000_000_000)))
        drawn.enter_context(mock.patch.object(keys, "new_signing_key", side_effect=pairs))
        drawn.enter_context(mock.patch.object(ouranos_world, "uuid4", side_effect=lambda: UUID(int=draw.getrandbits(128), version=4)))
        drawn.enter_context(mock.patch.object(builder, "workbook", _book))
        world = await World.begin(tools, client)
        b = await world.company("Kamo Cells")
        a = await world.company("Hikari Packs")
        stranger = await world.company("Tsubasa Materials")
        side = Side(app, tools, client, a, b, stranger, {}, url)
        await _trade(side)
        key = await ouranos_world.issue_key(world)
        side.over_there = {"a": await ouranos_world.joined(world, key, a), "b": await ouranos_world.joined(world, key, b)}
        bought, theirs, file = await ouranos_world.certified(side.over_there["a"], side.over_there["b"])
        side.known |= {"trace": [bought, theirs], "file": [file]}
        await _associate(world, side)
    return side


async def _associate(world: World, side: Side) -> None:
    """A and B are members of one association; B alone is asked by another."""
    association, other = await world.company("Battery Association", "association"), await world.company("Cell Association", "association")
    for asking, member in ((association, side.a), (association, side.b), (other, side.b)):
        await asking.post("/memberships", {"company_id": member.company_id})
        await member.put(f"/memberships/{asking.company_id}/confirmation", {})
    opened = [(await asking.post("/surveys", rich.bodies(rich.Company(side.a))["POST /surveys"]))["survey_id"] for asking in (association, other)]
    offered = (await association.post("/publications", rich.bodies(rich.Company(side.a))["POST /publications"]))["publication_id"]
    side.known |= {"party_id": [association.company_id, other.company_id], "survey_id": opened, "publication_id": [offered]}


_BOOKS: dict[str, bytes] = {}


def _book(**tables: list[list[Any]]) -> bytes:
    """The same bytes for the same tables: a workbook says when it was written."""
    named = repr(tables)
    if named not in _BOOKS:
        _BOOKS[named] = workbook(**tables)
    return _BOOKS[named]


_NEW_KEY = keys.new_signing_key
_KEYS = [_NEW_KEY() for _ in range(8)]


async def _trade(side: Side) -> None:
    a, b, stranger = side.a, side.b, side.stranger
    factors = [FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("MEAN", "20")]
    await stranger.import_tables(factors=factors, parts=[PART_HEADER, ["X-1", "Foil", "kg", "", "", "", ""]])
    cells = [["S-CELL", "Cell", "kg", "", "", "", ""], ["FOIL", "Foil", "kg", "", stranger.number, "X-1", "MEAN"]]
    line = ["S-CELL", "production", "power", "3", "kWh", "POWER", "own", "energy"]
    await b.import_tables(factors=factors, parts=[PART_HEADER, *cells], inventory=[INVENTORY_HEADER, line])
    packs = [["PACK", "Pack", "piece", "", "", "", ""], ["CELL", "Cell", "kg", "", b.number, "S-CELL", "MEAN"]]
    await a.import_tables(
        factors=factors, parts=[PART_HEADER, *packs], structure=[STRUCTURE_HEADER, ["PACK", "CELL", "2", "kg"]],
        batteries=[["Part number", "Vehicle category", "Chemistry", "Delivered energy (kWh)"], ["PACK", "M1", "NMC", "28800"]],
        inventory=[INVENTORY_HEADER, ["PACK", "production", "power", "10", "kWh", "POWER", "own", "energy"]],
    )  # fmt: skip
    due = {"due_at": "2026-12-01T00:00:00Z"}
    asked = await a.ask("CELL", **due)
    await b.answer(asked["request_id"], "S-CELL")
    waiting = await a.ask("CELL", **due)
    theirs = (await b.get(f"/parts/{await b.part_id('S-CELL')}/footprints"))["items"][0]["footprint_id"]
    approval = await b.post("/approvals", {"footprint_id": theirs, "requests": [asked["request_id"]]})
    footprint = (await a.compute("PACK"))["footprint_id"]
    declaration = (await a.post("/declarations", {"footprint_id": footprint}))["declaration_id"]
    proofs = [await rich.proof_of(rich.Company(a, {"declaration_id": declaration}))]
    proofs.append((await b.call("POST", "/evidence", files={"file": ("meter.txt", b"Read.")})).json()["evidence_id"])
    client = await a.post("/clients", {"name": "Program", "roles": ["clerk"]})
    listening = [(await member.post("/webhooks", {"address": "https://listener.example/e"}))["webhook_id"] for member in (a, b)]
    tried = [(await member.post(f"/webhooks/{one}/test"))["delivery_id"] for member, one in zip((a, b), listening, strict=True)]
    unfinished = [[PART_HEADER, [number, "", "kg", "", "", "", ""]] for number in ("MINE-1", "S-CELL")]
    drafts = [await member.hand_in(builder.workbook(parts=rows)) for member, rows in zip((a, b), unfinished, strict=True)]
    side.known = {
        "draft_id": drafts,
        "webhook_id": listening, "delivery_id": tried,
        "approval_id": [approval["approval_id"]],
        "part_id": [await a.part_id("PACK"), await a.part_id("CELL"), await b.part_id("S-CELL"), await b.part_id("FOIL")],
        "request_id": [asked["request_id"], waiting["request_id"]], "footprint_id": [footprint], "declaration_id": [declaration],
        "evidence_id": proofs,
        "client_id": [client["client_id"]], "company_id": [a.company_id, b.company_id, stranger.company_id],
        "number": [b.number, stranger.number, "7000012050002"],
        "grant_id": [grant["grant_id"] for grant in (await b.get("/grants"))["items"]],
        "person_id": [person["person_id"] for person in (await a.get("/people"))["items"]],
    }  # fmt: skip
    side.known["footprint_id"] += [item["footprint_id"] for item in (await b.get(f"/parts/{side.known['part_id'][2]}/footprints"))["items"]]


async def keep_secret(side: Side, draw: random.Random) -> None:
    """B does something that concerns nobody else, or fails to."""
    b, number = side.b, draw.randrange(VOCABULARY)
    match draw.randrange(8):
        case 0:
            name = f"{side.stem}-{number}"
            line = [name, "production", "power", f"{draw.randint(1, VOCABULARY)}", "kWh", "POWER", "own", "energy"]
            part = [name, f"Part {draw.randrange(VOCABULARY)}", "kg", "", "", "", ""]
            await upload(b, parts=[PART_HEADER, part], inventory=[INVENTORY_HEADER, line])
        case 1:
            await b.call("POST", "/people", json=person(side.stem, number))
        case 2:
            await b.call("POST", "/clients", json={"name": f"Program {number}", "roles": ["clerk"]})
        case 3:
            await b.call("POST", "/requests", json={"part_id": side.known["part_id"][3], "method": METHOD, "due_at": "2026-12-01T00:00:00Z"})
        case 4:
            await upload(b, factors=[FACTOR_HEADER, factor(f"F-{number}", f"{draw.randint(1, VOCABULARY)}")])
        case 5:
            there = side.over_there["b"]
            made = {"parentPartsModel": there.part(f"S{number}-{draw.randrange(1000)}", terminal=True), "childrenPartsModel": []}
            await there.call("PUT", ouranos_world.TRANSPORT, "partsStructure", json=made)
        case 6:
            await b.call("POST", "/evidence", files={"file": (f"{side.stem}-{number}.txt", f"Meter {number}.".encode())})
        case _:
            await b.call("PUT", "/parts/6f1e2d3c-0000-4000-8000-000000000000/structure", json={"components": []})
            await b.call("PUT" if number % 2 else "DELETE", f"/surveys/{side.known['survey_id'][number % 2]}/contribution", json={})


async def upload(member: Member, **tables: list[list[Any]]) -> None:
    await member.call("POST", "/imports", files={"file": ("book.xlsx", _book(**tables))})


def person(stem: str, number: int) -> dict[str, Any]:
    return {"email": f"p{number}@{stem.lower()}.test", "display_name": "P", "password": "correct horse battery", "roles": ["clerk"]}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that the application answers, from its own table."""

    def walk(found: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
        for route in found:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from walk(inner.routes, prefix + (route.include_context.prefix or ""))
            else:
                yield from ((method, prefix + route.path) for method in sorted(route.methods))

    return sorted(set(walk(app.routes)))


@dataclass(frozen=True)
class Ask:
    """A request as A sends it to both worlds, with the credentials of the interface that it goes to."""

    route: tuple[str, str]
    path: str
    options: dict[str, Any]
    door: str  # rest, pages, ouranos or nobody

    async def send(self, side: Side) -> httpx.Response:
        side.client.cookies.clear()
        headers = dict(self.options.get("headers", {}))
        if self.door == "rest":
            headers["Authorization"] = f"Bearer {side.a.token}"
        elif self.door == "pages":
            headers |= {"Cookie": f"ashiato_session={side.a.token}", "Accept": "text/html"}
        elif self.door == "ouranos":
            headers |= side.over_there["a"].headers
        return await side.client.request(self.route[0], self.path, **(self.options | {"headers": headers}))


def ask(route: tuple[str, str], side: Side, draw: random.Random) -> Ask:
    """A request to this route: mostly with what A has, at times with what is B's or nobody's."""
    method, template = route
    path, _, target = template.partition("?dataTarget=")
    rest = path.startswith(f"{PREFIX}/") and not re.match(f"{PREFIX}/(datatransport|authInfo)", path)
    pages = not rest and re.match(
        r"/(login|logout|static|livez|readyz|requests|parts|companies|declarations|account|apply|applications|invitations|operator|operator-deeds|imports|reminders|exchange|rooms|opinions|receipts|sharing|evidence|company|questionnaires|assessments|risks|chains|consents|probes|grievances|mediations|reports|associations|surveys|publications|oversight|transparency)\b|/$",
        path,
    )
    public = path.startswith(("/oauth", "/.well-known", "/ouranos"))
    ending = route in ENDING  # A's own session: who asks is nobody then, so that A can go on asking
    door = "nobody" if public or ending or draw.random() < 0.02 else "rest" if rest else "pages" if pages else "ouranos"
    chosen = {name: draw.choice([*known, str(UUID(int=draw.getrandbits(128), version=4))]) for name, known in side.known.items()}
    filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: chosen.get(found[1], "x"), path)
    return Ask(route, filled, _rest_body(method, path, side.stem, chosen, draw) if rest else _form(path, chosen, draw) if pages else _ouranos_body(
        method, path, target, side, chosen, draw), door)  # fmt: skip


def _rest_body(method: str, path: str, stem: str, chosen: dict[str, str], draw: random.Random) -> dict[str, Any]:
    operation = f"{method} {path.removeprefix(PREFIX)}"
    number = draw.randrange(VOCABULARY)
    options: dict[str, Any] = {"params": dict(QUERY.get(operation, {}))}
    if method == "GET":
        options["params"] |= draw.choice([{}, {"limit": 2}, {"limit": 50}, {"part_number": f"{stem}-{number}"}])
        options["headers"] = draw.choice([{}, {}, {"Accept": "text/csv"}, {"If-None-Match": '"x"'}])
        return options
    owned = rich.Company(Member(None, "", "", "", ""), chosen | {"bought_part_id": chosen["part_id"]})  # type: ignore[arg-type]
    if operation == "POST /imports":
        tables = draw.choice([
            {"parts": [PART_HEADER, [f"{stem}-{number}", "Mine", "kg", "", "", "", ""]]}, {"factors": [FACTOR_HEADER, factor(f"F-{number}", "7")]},
            {"sites": [["Site code", "Site name", "Country"], [f"SITE-{number}", "Works", "JP"]]}, {"notes": [["nothing"]]},
        ])  # fmt: skip
        options["files"] = {"file": ("book.xlsx", _book(**tables))}
    elif operation == "POST /answers/workbook":
        options["files"] = {"file": ("book.xlsx", _book(notes=[["nothing"]]))}
    elif operation == "POST /evidence":
        options["files"] = {"file": (f"{stem}-{number}.txt", f"Meter {number}.".encode())}
    elif operation == "POST /people":
        options["json"] = person(stem, number)
    elif method in ("POST", "PUT", "PATCH"):
        options["json"] = rich.bodies(owned).get(operation, {})
    if draw.random() < 0.3 and method != "GET":
        options["headers"] = {"Idempotency-Key": f"key-{number}"}
    return options


def _form(path: str, chosen: dict[str, str], draw: random.Random) -> dict[str, Any]:
    fields = {
        "once": f"{draw.getrandbits(100):032x}", "part_id": chosen["part_id"], "start": "2025-04-01", "end": "2026-03-31", "reason": "because",
        "footprint_id": chosen["footprint_id"], "state": "suspended", "email": "nobody@shared.test", "password": "wrong",
        "approval_id": chosen["approval_id"], "request": chosen["request_id"], "part_number": f"DRAFT-{draw.randrange(VOCABULARY)}", "name": "Mine",
        "revision": "0", "way": "all", "language": "ja", "address": "https://listener.example/events", "cell": "parts!B2", "value": "Other",
    }  # fmt: skip
    said: dict[str, Any] = {"data": fields, "headers": {"Origin": "http://testserver"}}
    if path == "/imports":
        book = _book(parts=[PART_HEADER, [f"DRAFT-{draw.randrange(VOCABULARY)}", "Mine", "kg", "", "", "", ""]])
        said["files"] = {"file": ("book.xlsx", book)}
    return said


def _ouranos_body(method: str, path: str, target: str, side: Side, chosen: dict[str, str], draw: random.Random) -> dict[str, Any]:
    me, them, trace = side.over_there["a"], side.over_there["b"], chosen["trace"]
    params: dict[str, Any] = {"dataTarget": target} if target else {}
    params |= draw.choice([{}, {"traceId": trace}, {"traceIds": trace, "cfpType": "preProduction"}, {"operatorId": chosen["company_id"]}])
    if path.endswith(("Acl", "Info")):
        params |= {"traceId": trace, "operatorId": me.id}
    if method not in ("PUT", "POST", "PATCH"):
        return {"params": params}
    mine = me.part(f"N{draw.randrange(VOCABULARY)}", amount=None)
    bodies: dict[str, Any] = {
        "parts": mine, "partsStructure": {"parentPartsModel": mine, "childrenPartsModel": [me.part(f"C{draw.randrange(VOCABULARY)}", amount=1)]},
        "tradeRequest": me.question(them, trace), "cfp": figures(trace, 1, 2), "tradeResponse": {}, "status": me.question(them, trace)["statusModel"],
    }  # fmt: skip
    return {"params": params | {"tradeId": chosen["request_id"]}, "json": bodies.get(target, {"operatorId": me.id, "traceId": trace})}


def seen(response: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """What A observes of an answer, less what is drawn at random whoever else exists."""
    body = response.content
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(name.encode() + book.read(name) for name in sorted(book.namelist()))
    drawn = {"set-cookie", "x-track"}
    for pattern in BLOTTED:
        body = re.sub(pattern, b"...", body)
    headers = sorted(
        (name, "..." if name in drawn else value)
        for name, value in response.headers.items()
        if name not in ("content-length", "etag") or body == response.content
    )
    return response.status_code, headers, body


@dataclass
class Found:
    """What a campaign came to."""

    pairs: int = 0
    covered: set[tuple[str, str]] = field(default_factory=set)
    succeeded: int = 0
    differences: list[str] = field(default_factory=list)


async def compare(one: Side, two: Side, size: int, seed: str, enough: int = 10, only: tuple[str, str] | None = None, drift: float = 0.2) -> Found:
    """Sends so many requests to both worlds, every route again and again, while B's affairs drift apart."""
    draw, first, second = (random.Random(f"{seed}/{part}") for part in ("asks", "one", "two"))
    found, every = Found(), [only] if only else routes(one.app)
    while found.pairs < size and len(found.differences) < enough:
        for route in draw.sample(every, len(every)):
            if draw.random() < drift:
                await keep_secret(one, first)
            if draw.random() < drift / 2:
                await keep_secret(two, second)
            asked = ask(route, one, draw)
            pairs: list[dict[str, str]] = []
            answers = [await _sent(asked, side, pairs) for side in (one, two)]
            found.pairs += 1
            found.covered.add(route)
            found.succeeded += answers[0].status_code < 400
            if max(answer.status_code for answer in answers) >= _FAILED:
                found.differences.append(f"pair {found.pairs}: {asked.route} {asked.path} {asked.door}: a failure of ours")
            elif route not in DECLASSIFIED and (difference := _difference(*answers)):
                found.differences.append(f"pair {found.pairs}: {asked.route} {asked.path} {asked.door}: {difference}")
            if found.pairs >= size or len(found.differences) >= enough:
                break
    return found


async def _sent(asked: Ask, side: Side, pairs: list[dict[str, str]]) -> httpx.Response:
    """The answer in one world, where the same key pairs are drawn as in the other."""
    place = itertools.count()

    def drawn() -> dict[str, str]:
        number = next(place)
        if number == len(pairs):
            pairs.append(_NEW_KEY())
        return pairs[number]

    with mock.patch.object(keys, "new_signing_key", drawn):
        return await asked.send(side)


def _difference(one: httpx.Response, other: httpx.Response) -> str:
    """Where the answers differ; empty where they do not. Most are the same to the byte before anything is blotted out."""
    if (one.status_code, one.headers.raw, one.content) == (other.status_code, other.headers.raw, other.content):
        return ""
    for name, left, right in zip(("status", "headers", "body"), seen(one), seen(other), strict=True):
        if left != right:
            return f"{name}: {str(left)[:600]} / {str(right)[:600]}"
    return ""
