"""The i-th call to the outside fails, for every i of every use case that makes any, in every way that a network has: then nothing remains of
it, who asked is told, and the repetition has the one effect that it would have had.

What is called is real: a provider of identities over TLS, a store that speaks S3, a name server, a company's web server. Between it and the
server stands a wire that breaks. What the deliveries do that the worker sends is in `test_deliveries`.
"""

import asyncio
import contextlib
import hashlib
import itertools
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

import dns.flags
import dns.message
import dns.rcode
import httpx
import pytest
import structlog
from tests import assurance, nameserver
from tests.attacks.test_single_sign_on import CLIENT, SECRET, House, Login, prove
from tests.domain.test_control import LONG, ToLoopback
from tests.elsewhere import Answer, Authority, System
from tests.faults.rows import Stored, between, stored
from tests.faults.wire import Way, over_http
from tests.plumbing import buckets as stores
from tests.plumbing.hostile_evidence import pdf
from tests.web.browser import Browser
from tests.world import Member, World

from ashiato import app as composition
from ashiato.domain.participants import control, sso
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import blobs, buckets, outbound
from ashiato.plumbing.buckets import files_of
from ashiato.plumbing.outbound import Outbound

USUAL, SHORT = 20.0, 3.0  # seconds that a call may take here: as ever, and where nobody will answer
patience = [USUAL]
Call = Callable[[], Awaitable[bool]]


class Breaks(Protocol):
    """What calls go over: how many there were, and a way to break them."""

    calls: int

    def broken(self, at: int, way: Way, *, once: bool = False) -> AbstractContextManager[None]: ...


@dataclass
class Place:
    """Where something is asked for: a company, the wire that its call goes over, and all that is stored of it. `needed`: without the call
    there is no effect."""

    member: Member
    wire: Breaks
    owner_url: str
    case: Callable[[], Awaitable[Call]] = field(init=False)
    needed: bool = True
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def stored(self) -> Stored:
        return await stored(self.owner_url, self.member.company_id)


async def every_break(on: Place, ways: list[Way], *, once: bool = False) -> int:
    """Breaks each call of the use case in each way; how often that was. `once`: the next call gets through again."""
    grown, calls = await unbroken(on)
    calls = min(calls, (await unbroken(on))[1])  # a store's client asks once more by itself where the machine is slow
    assert calls, "nothing went over the wire"
    for way, at in itertools.product(ways, range(1, calls + 1)):
        call, before = await on.case(), await on.stored()
        patience[:] = [SHORT if way is Way.SILENT else USUAL]
        with on.wire.broken(at, way, once=once):
            acknowledged = await call()
        patience[:] = [USUAL]
        assert not acknowledged or once or not on.needed, f"acknowledged although nobody could be asked: call {at}, {way}"
        if not acknowledged:
            assert between(before, await on.stored()) == {}, f"something remains: call {at}, {way}"
            assert await call(), f"the repetition is refused: call {at}, {way}"
        assert grown_by(between(before, await on.stored())) == grown, f"another effect: call {at}, {way}"
    return calls * len(ways)


async def unbroken(on: Place) -> tuple[dict[str, int], int]:
    """By how many rows each table grows that the use case touches, and how many calls it makes."""
    call, before = await on.case(), await on.stored()
    on.wire.calls = 0
    assert await call()
    return grown_by(between(before, await on.stored())), on.wire.calls


def grown_by(effect: dict[str, tuple[int, int]]) -> dict[str, int]:
    return {table: after - before for table, (before, after) in effect.items()}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting times of a test in place of an installation's."""
    usual = outbound.of
    monkeypatch.setattr(outbound, "of", lambda chosen: replace(usual(chosen), seconds=patience[0]))
    monkeypatch.setattr(buckets, "_TIMEOUT", "8s")


@dataclass
class SigningOn(Place):
    """A company whose people come in through a provider. `expected`: the provider, which knows who will be."""

    expected: Any = None


@pytest.fixture
async def signing_on(world: World, tools: Tools, owner_url: str, authority: Authority) -> AsyncIterator[SigningOn]:
    """Somebody comes in through the company's provider for the first time: what it says of itself, twice, the token, and its keys."""
    settings = tools.settings.model_copy(update={"outbound_networks": "127.0.0.0/8", "outbound_authorities": authority.file})
    transport = httpx.ASGITransport(composition.build(replace(tools, settings=settings)))
    company, domain = await world.company("Broken Sign-on Works"), f"{uuid4().hex[:8]}.test"
    await prove(tools, company, domain)
    wire = over_http(certificate=authority.issue(), trust=authority.file)
    with Login(authority.issue()) as login, wire:
        wire.behind, login.front = login.server.server_address[1], wire.port
        stated = {"issuer": login.address, "client_id": CLIENT, "client_secret": SECRET, "domain": domain}
        provider_id = (await company.post("/identity-providers", stated))["provider_id"]
        house = House(company, domain, "", login, provider_id, lambda: Browser(transport))
        place = SigningOn(company, wire, owner_url, expected=login)

        async def case() -> Call:
            person = f"p{next(place.numbers)}@{domain}"
            await company.post("/people", {"email": person, "display_name": "P", "roles": ["clerk"]})
            return lambda: sign_on(house, person)

        place.case = case
        yield place


async def sign_on(house: House, person: str) -> bool:
    browser = house.open()
    answer = await browser.client.get(f"/login/sso/{house.provider_id}")
    if answer.status_code == 303:
        house.email = person
        asked = house.expected(answer.headers["location"])
        house.login.claims["sub"] = person
        if await house.back(browser, asked["state"]):
            return True
        answer = browser.response
    assert answer.status_code == 409
    assert "Your company’s login does not answer as it should" in answer.text.replace("&#39;", "’").replace("'", "’")
    assert "ashiato_session" not in browser.client.cookies
    return False


@pytest.fixture(scope="module")
def store() -> Iterator[stores.Store]:
    with stores.running() as opened:
        yield opened


@dataclass
class Bucketed(Place):
    """A company whose evidence lies in a bucket. What the log says may lie there counts as told, not as kept."""

    store: Any = None
    chosen: Any = None
    told: list[Any] = field(default_factory=list)

    async def stored(self) -> Stored:
        lying = await asyncio.to_thread(self.store.objects, self.chosen)
        named = {line.get("digest") for line in self.told}
        kept = sorted(key for key in lying if key.rpartition("/")[2] not in named)
        return await super().stored() | {"the bucket": (len(kept), " ".join(kept))}


@pytest.fixture
async def bucketed(world: World, tools: Tools, owner_url: str, store: stores.Store) -> AsyncIterator[Bucketed]:
    behind = int(store.endpoint.rpartition(":")[2])
    with over_http(behind) as wire, structlog.testing.capture_logs() as told:
        chosen = store.settings(tools.settings, s3_endpoint=f"http://127.0.0.1:{wire.port}")
        through = replace(tools, settings=chosen, files=files_of(chosen))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(through)), base_url="http://testserver") as client:
            member = replace(await world.company("Broken Bucket Cells"), client=client)
            yield Bucketed(member, wire, owner_url, store=store, chosen=chosen, told=told)


def succeeded(answer: httpx.Response) -> bool:
    """Whether a call was answered with success; else the outage must be told as what it is."""
    assert answer.is_success or (answer.status_code, answer.json()["code"]) == (503, "files.unreachable"), answer.text
    return answer.is_success


def adding(on: Bucketed, *, size: int) -> Callable[[], Awaitable[Call]]:
    """A file is kept as evidence: in one piece, or in as many as its size needs."""

    async def case() -> Call:
        key, content = str(uuid4()), pdf(f"/Number {next(on.numbers)} ".encode() + b" " * size)

        async def call() -> bool:
            answer = await on.member.call("POST", "/evidence", files={"file": ("meter.pdf", content)}, headers={"Idempotency-Key": key})
            return succeeded(answer)

        return call

    return case


def reading(on: Bucketed) -> Callable[[], Awaitable[Call]]:
    """A file is read: whoever does is told that it cannot be read now, and not that it is damaged."""

    async def case() -> Call:
        assert await (await adding(on, size=0)())()
        newest = (await on.member.get("/evidence", params={"limit": 200}))["items"][-1]["evidence_id"]

        async def call() -> bool:
            answer = await on.member.call("GET", f"/evidence/{newest}/content")
            return succeeded(answer)

        return call

    return case


def erasing(on: Bucketed) -> Callable[[], Awaitable[Call]]:
    """A file is erased: its key is gone at once, whether its bytes can be taken away or not; what stays is named in the log."""

    async def case() -> Call:
        content = pdf(f"/Number {next(on.numbers)} ".encode())
        item = (await on.member.call("POST", "/evidence", files={"file": ("p.pdf", content)}, params={"personal": True})).json()
        before = set(await asyncio.to_thread(on.store.objects, on.chosen))

        async def call() -> bool:
            answer = await on.member.call("POST", f"/evidence/{item['evidence_id']}/erasure")
            gone = await on.member.call("GET", f"/evidence/{item['evidence_id']}/content")
            assert (answer.status_code, gone.status_code) == (204, 404)
            return True

        assert before
        return call

    return case


@pytest.fixture
async def proving(world: World, tools: Tools, owner_url: str, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """A domain is proven by the file that its web server shows. The machine's resolver is told where that stands, and 443 is another port."""
    loop = asyncio.get_running_loop()
    usual, names = loop.getaddrinfo, set[str]()

    async def resolve(host: str, port: int, **more: Any) -> Any:
        return await usual("127.0.0.1" if host in names else host, port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    domain = f"{uuid4().hex[:8]}.test"
    names.add(domain)
    company = await world.company("Broken Domain Works")
    wire = over_http(certificate=authority.issue(host=domain), trust=authority.file)
    with System(authority.issue()) as site, nameserver.serving() as server, wire:
        wire.behind = site.server.server_address[1]
        reach = ToLoopback(outbound.networks("127.0.0.0/8"), authority.file, name_servers=server.address, port=wire.port)
        monkeypatch.setattr(outbound, "of", lambda _: replace(reach, seconds=patience[0]))
        place = Place(company, wire, owner_url)

        async def case() -> Call:
            subject = f"d{next(place.numbers)}.{domain}"
            names.add(subject)
            wire.outside.load_cert_chain(*map(str, authority.issue(host=subject)))  # type: ignore[union-attr]
            proof = await company.post("/control-proofs", {"kind": "domain", "subject": subject})
            site.says[control.FILE] = lambda: Answer(200, proof["challenge"].encode())
            return lambda: proven(company, proof["proof_id"])

        place.case = case
        yield place


@dataclass
class Asked:
    """A name server that answers its i-th question with an error, with half an answer or not at all, or is not there. The first is asked again
    over TCP: the answer is too long for a datagram."""

    names: nameserver.NameServer
    free: int
    calls: int = 0
    _at: int = 0
    _way: Way | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.free}" if self._way is Way.REFUSED else self.names.address

    @contextlib.contextmanager
    def broken(self, at: int, way: Way, *, once: bool = False) -> Iterator[None]:
        assert not once, "whoever asks names asks again by itself"
        self.calls, self._at, self._way = 0, at, way
        try:
            yield
        finally:
            self.calls, self._way = 0, None

    def reply(self, query: dns.message.Message) -> bytes | None:
        self.calls += 1
        whole = self.names.response(query).to_wire(max_size=65535)
        if self._way is not None and self.calls >= self._at:
            error = nameserver.with_code(dns.rcode.SERVFAIL)(query)
            return {Way.SILENT: None, Way.CUT: whole[: len(whole) // 3], Way.ERROR: error}[self._way]
        if self.names.asked[-1][0] == "tcp":
            return whole
        cut = dns.message.make_response(query)
        cut.flags |= dns.flags.TC
        return cut.to_wire()


@pytest.fixture
async def recorded(world: World, tools: Tools, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """A domain is proven by its record. Its web server stands where nothing is called."""
    loop = asyncio.get_running_loop()
    usual = loop.getaddrinfo

    async def resolve(_: str, port: int, **more: Any) -> Any:
        return await usual("127.0.0.1", port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    company, domain = await world.company("Broken Name Works"), f"{uuid4().hex[:8]}.test"
    with nameserver.serving() as server, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        asked = Asked(server, free.getsockname()[1])
        monkeypatch.setattr(outbound, "of", lambda _: Outbound(name_servers=asked.address, seconds=patience[0]))

        async def case() -> Call:
            subject = f"d{next(place.numbers)}.{domain}"
            proof = await company.post("/control-proofs", {"kind": "domain", "subject": subject})
            label = f"{control.RECORD}.{subject}"
            server.texts[label], server.says[label] = [*LONG, f'"{proof["challenge"]}"'], asked.reply
            return lambda: proven(company, proof["proof_id"])

        place = Place(company, asked, owner_url)
        place.case = case
        yield place


@dataclass
class Resolver:
    """The machine's resolver, which fails at its i-th question: it knows no such name, names nothing, does not answer, or cannot say now."""

    ask: Callable[..., Awaitable[Any]]
    calls: int = 0
    _at: int = 0
    _way: Way | None = None

    @contextlib.contextmanager
    def broken(self, at: int, way: Way, *, once: bool = False) -> Iterator[None]:
        assert not once
        self.calls, self._at, self._way = 0, at, way
        try:
            yield
        finally:
            self.calls, self._way = 0, None

    async def __call__(self, host: str, port: int, **more: Any) -> Any:
        self.calls += 1
        if self._way is None or self.calls < self._at:
            return await self.ask(host, port, **more)
        if self._way is Way.SILENT:
            await asyncio.Event().wait()
        if self._way is Way.CUT:
            return []
        raise socket.gaierror(socket.EAI_NONAME if self._way is Way.REFUSED else socket.EAI_AGAIN, "said by the resolver")


@pytest.fixture
async def resolving(proving: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A domain is proven by the file that its web server shows, once the machine's resolver has told where that stands."""
    loop = asyncio.get_running_loop()
    resolver, usual = Resolver(loop.getaddrinfo), loop.getaddrinfo

    async def resolve(host: str, port: int, **more: Any) -> Any:
        return await (resolver if host.endswith(".test") else usual)(host, port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    place = replace(proving, wire=resolver)
    place.case = proving.case
    return place


async def proven(company: Member, proof_id: str) -> bool:
    answer = await company.call("POST", f"/control-proofs/{proof_id}/verification", json={})
    if answer.is_success:
        return True
    assert (answer.status_code, answer.json()["code"]) == (409, "proof.not_found")
    assert {flaw["field"] for flaw in answer.json()["flaws"]} == {"dns", "file"}, answer.text
    return False


SWIFT = [Way.REFUSED, Way.CUT, Way.ERROR]
IN_THE_BUCKET: dict[str, Callable[[Bucketed], Callable[[], Awaitable[Call]]]] = {
    "a file is kept": partial(adding, size=0), "a file is kept in pieces": partial(adding, size=6_000_000), "a file is read": reading,
    "a file is erased": erasing,
}  # fmt: skip
CASES = ["a person signs on", "a domain's file is looked at", "a domain's record is looked up", "a name is resolved", *IN_THE_BUCKET]
CAUGHT = "acknowledged although nobody could be asked"
CANARIES = ["who cannot be asked is let in", "a file is recorded that is not there", "silence is taken for proof"]


@pytest.fixture(scope="module")
def broken() -> Iterator[Counter[str]]:
    """How many calls of each use case were broken; told once all were in every way, and every canary was caught."""
    met: Counter[str] = Counter()
    yield met
    if met.keys() >= {*CASES, *CANARIES}:
        size = f"{sum(met[name] for name in CASES)} broken calls: {', '.join(f'{name} {met[name]}' for name in CASES)}"
        result = "refused, cut in the answer, silent, an error: nothing remains, who asks is told, the repetition has one effect"
        assurance.report(assurance.Outcome("i-th outbound call", size, None, result, ", ".join(CANARIES)), full=True)


async def test_nobody_comes_in_halfway_by_a_provider_that_fails(signing_on: Place) -> None:
    assert await every_break(signing_on, [Way.CUT]) == 4


async def test_no_file_is_recorded_that_the_bucket_has_not_got(bucketed: Bucketed) -> None:
    bucketed.case = adding(bucketed, size=0)
    assert await every_break(bucketed, SWIFT) == len(SWIFT)


async def test_who_reads_is_told_of_an_outage_and_not_of_damage(bucketed: Bucketed) -> None:
    bucketed.case = reading(bucketed)
    assert await every_break(bucketed, SWIFT) == len(SWIFT)


async def test_nothing_is_proven_by_a_name_server_that_fails(recorded: Place) -> None:
    assert await every_break(recorded, [Way.ERROR]) == 2


async def test_nothing_is_proven_where_a_name_cannot_be_resolved(resolving: Place, broken: Counter[str]) -> None:
    broken["a name is resolved"] = await every_break(resolving, list(Way))
    assert broken["a name is resolved"] == len(Way)


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_every_call_of_signing_on_breaks(signing_on: Place, broken: Counter[str]) -> None:
    broken["a person signs on"] = await every_break(signing_on, list(Way))


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_every_call_to_a_web_server_breaks(proving: Place, broken: Counter[str]) -> None:
    broken["a domain's file is looked at"] = await every_break(proving, list(Way))


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_every_question_to_a_name_server_breaks(recorded: Place, broken: Counter[str]) -> None:
    broken["a domain's record is looked up"] = await every_break(recorded, list(Way))


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("name", IN_THE_BUCKET)
async def test_every_call_to_the_bucket_breaks(bucketed: Bucketed, broken: Counter[str], name: str) -> None:
    """For good, and once: the bucket is then asked again without anybody's doing."""
    bucketed.case, bucketed.needed = IN_THE_BUCKET[name](bucketed), name != "a file is erased"
    lasting = await every_break(bucketed, list(Way))
    broken[name] = lasting + await every_break(bucketed, [Way.CUT, Way.SILENT, Way.ERROR], once=True)


async def test_who_lets_in_whom_nobody_named_would_be_caught(signing_on: SigningOn, monkeypatch: pytest.MonkeyPatch, broken: Counter[str]) -> None:
    """The canary: the session is opened for whom the link was meant, and the provider asked afterwards."""
    redeem = sso.redeem

    async def trusting(*given: Any) -> sso.Told:
        try:
            return await redeem(*given)
        except Refusal:
            claims = signing_on.expected.claims
            return sso.Told(claims["sub"], claims["email"], by_more=False)

    monkeypatch.setattr(sso, "redeem", trusting)
    with pytest.raises(AssertionError, match=CAUGHT):
        await every_break(signing_on, [Way.CUT])
    broken["who cannot be asked is let in"] = 1


async def test_a_file_that_is_recorded_first_would_be_caught(bucketed: Bucketed, monkeypatch: pytest.MonkeyPatch, broken: Counter[str]) -> None:
    """The canary: a store that takes its own word for the bucket's."""
    keep = buckets.Bucket.keep

    async def hasty(self: buckets.Bucket, chunks: AsyncIterator[bytes], most: int) -> blobs.Blob:
        content = b"".join([chunk async for chunk in chunks])

        async def again() -> AsyncIterator[bytes]:
            yield content

        with contextlib.suppress(Refusal):
            return await keep(self, again(), most)
        return blobs.Blob(hashlib.sha256(content).hexdigest(), len(content))

    monkeypatch.setattr(buckets.Bucket, "keep", hasty)
    bucketed.case = adding(bucketed, size=0)
    with pytest.raises(AssertionError, match=CAUGHT):
        await every_break(bucketed, [Way.REFUSED])
    broken["a file is recorded that is not there"] = 1


async def test_a_proof_by_silence_would_be_caught(recorded: Place, monkeypatch: pytest.MonkeyPatch, broken: Counter[str]) -> None:
    """The canary: whoever cannot be asked is believed."""
    look = control.look

    async def believing(proof: control.Proof, reach: Outbound) -> control.Shown:
        with contextlib.suppress(Refusal):
            return await look(proof, reach)
        return control.Shown(proof.proof_id, "dns")

    monkeypatch.setattr(control, "look", believing)
    with pytest.raises(AssertionError, match=CAUGHT):
        await every_break(recorded, [Way.ERROR])
    broken["silence is taken for proof"] = 1
