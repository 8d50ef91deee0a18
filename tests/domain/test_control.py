"""Proof of control against real servers: a name server, HTTPS servers and certificates on loopback, honest, wrong, expired, slow and hostile."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests import nameserver
from tests.elsewhere import Answer, Authority, System
from tests.nameserver import NameServer
from tests.world import World

from ashiato import app as composition
from ashiato.domain.participants import control
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.outbound import Outbound, networks

DOMAIN = "cells.example"
LABEL = f"_ashiato-challenge.{DOMAIN}"
CHALLENGE = "ashiato-challenge=Mx7pQ2vL9sK4tR8wZ1aB3cD5eF6gH0jN"
FILE = "/.well-known/ashiato-challenge.txt"
PROOF = control.Proof(uuid4(), "domain", DOMAIN, CHALLENGE, None, None)
SECONDS = 1.5


@dataclass(frozen=True)
class ToLoopback(Outbound):
    """The way out with one thing changed: https is at another port, for 443 is not ours to open. Names are still vetted and certificates checked."""

    port: int = 0

    def check(self, text: str) -> tuple[httpx.URL, str, int]:
        url, host, _ = super().check(text)
        return url, host, self.port


@pytest.fixture
def names() -> Iterator[NameServer]:
    with nameserver.serving() as found:
        yield found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def stands_on(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Where the domain's web server stands; the machine's own resolver, which knows no such names, is told."""
    places = {DOMAIN: "127.0.0.1"}
    loop = asyncio.get_running_loop()
    usual = loop.getaddrinfo

    async def resolve(host: str, port: int, **more: Any) -> Any:
        return await usual(places[host], port, **more) if host in places else await usual(host, port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    return places


async def flaws(outbound: Outbound) -> dict[str, str]:
    """Why a proof did not succeed, for the record and for the file."""
    with pytest.raises(Refusal) as refused:
        await control.look(PROOF, outbound)
    assert refused.value.code == "proof.not_found"
    return {flaw.field: flaw.message for flaw in refused.value.flaws}


def asking(names: NameServer) -> Outbound:
    """Nothing but names is asked of anybody: no network that the domain could stand in is allowed."""
    return Outbound(name_servers=names.address, seconds=SECONDS)


LONG = [f'"v=spf1 include:_spf{number}.mail.example {"x" * 150}"' for number in range(9)]  # more than a datagram carries
HONEST = {
    "alone": [f'"{CHALLENGE}"'],
    "among others": ['"v=spf1 -all"', f'"{CHALLENGE}"', '"google-site-verification=abc"'],
    "in two strings": [f'"{CHALLENGE[:20]}" "{CHALLENGE[20:]}"'],
    "over TCP, for it is long": [*LONG, f'"{CHALLENGE}"'],
}


@pytest.mark.parametrize("case", HONEST)
async def test_a_record_proves_a_domain(names: NameServer, case: str) -> None:
    names.texts[LABEL] = HONEST[case]
    assert await control.look(PROOF, asking(names)) == control.Shown(PROOF.proof_id, "dns")
    assert {name for _, name in names.asked} == {LABEL}
    assert ("tcp" in {over for over, _ in names.asked}) == ("TCP" in case)


async def test_an_alias_to_where_the_record_stands_proves_it_too(names: NameServer) -> None:
    names.aliases[LABEL], names.texts["proofs.hosting.example"] = "proofs.hosting.example", [f'"{CHALLENGE}"']
    assert (await control.look(PROOF, asking(names))).how == "dns"


WRONG = {
    "another's challenge": {LABEL: ['"ashiato-challenge=somebody-elses"']},
    "in other letters": {LABEL: [f'"{CHALLENGE.swapcase()}"']},
    "with something after it": {LABEL: [f'"{CHALLENGE}x"']},
    "with something before it": {LABEL: [f'"x{CHALLENGE}"']},
    "in two records": {LABEL: [f'"{CHALLENGE[:20]}"', f'"{CHALLENGE[20:]}"']},
    "at the domain itself": {DOMAIN: [f'"{CHALLENGE}"']},
    "at a neighbour's": {"_ashiato-challenge.cells.example.example": [f'"{CHALLENGE}"']},
    "no record there": {LABEL: []},
    "no such name": {},
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_not_the_challenge_at_its_place_proves_nothing(names: NameServer, case: str) -> None:
    names.texts |= WRONG[case]
    assert (await flaws(asking(names)))["dns"] == f"{LABEL} holds no such TXT record."


def forged(query: dns.message.Message) -> bytes:
    """As whoever guesses an answer sends it: not under the query's number."""
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", f'"{CHALLENGE}"'))
    response.id = (query.id + 1) % 65536
    return response.to_wire()


def of_another_name(query: dns.message.Message) -> bytes:
    other = dns.message.make_query("other.example", "TXT")
    response = dns.message.make_response(other)
    response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", f'"{CHALLENGE}"'))
    response.id = query.id
    return response.to_wire()


def slow(query: dns.message.Message) -> bytes:
    time.sleep(2 * SECONDS)
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", f'"{CHALLENGE}"'))
    return response.to_wire()


@pytest.mark.parametrize(
    "says",
    [
        nameserver.with_code(dns.rcode.SERVFAIL), nameserver.with_code(dns.rcode.REFUSED), lambda _: None, lambda _: b"\x00" * 5, forged, of_another_name,
        slow,
    ],
    ids=["fails", "refuses", "silent", "garbage", "forged", "of another name", "slow"],
)  # fmt: skip
async def test_a_name_server_that_does_not_answer_rightly_proves_nothing_and_keeps_nobody(names: NameServer, says: nameserver.Reply) -> None:
    names.says[LABEL] = says
    began = time.monotonic()
    assert (await flaws(asking(names)))["dns"] == f"Nobody answers for {LABEL}."
    assert time.monotonic() - began < 3 * SECONDS


def calling(system: System, authority: Authority, names: NameServer, allowed: str = "127.0.0.0/8") -> ToLoopback:
    port = int(system.server.server_address[1])
    return ToLoopback(networks(allowed), authority.file, name_servers=names.address, seconds=SECONDS, most_bytes=10_000, port=port)


@pytest.mark.parametrize("content", [CHALLENGE, f"{CHALLENGE}\r\n", f"\n {CHALLENGE} \n"])
async def test_a_file_proves_a_domain(names: NameServer, authority: Authority, stands_on: dict[str, str], content: str) -> None:
    with System(authority.issue(host=DOMAIN)) as system:
        system.says[FILE] = lambda: Answer(200, content.encode())
        assert await control.look(PROOF, calling(system, authority, names)) == control.Shown(PROOF.proof_id, "file")
        assert system.asked == [("GET", FILE)]


ELSE = {
    "another's": (Answer(200, b"ashiato-challenge=somebody-elses"), "The file answers 200 without the challenge."),
    "a page that quotes it": (Answer(200, f"<p>{CHALLENGE}</p>".encode()), "The file answers 200 without the challenge."),
    "not found, with it": (Answer(404, CHALLENGE.encode()), "The file answers 404 without the challenge."),
    "elsewhere": (Answer(302, b"", {"Location": f"https://other.example{FILE}"}), "The other side sends us elsewhere, and we do not go."),
    "packed": (Answer(200, CHALLENGE.encode(), {"Content-Encoding": "gzip"}), "The answer is packed, which was not asked for."),
    "endless": (Answer(200, CHALLENGE.encode() + b" " * 20_000), "The answer holds more than 10000 bytes."),
    "slow": (Answer(200, CHALLENGE.encode(), slow=2 * SECONDS), f"{DOMAIN} takes too long."),
}  # fmt: skip


@pytest.mark.parametrize("case", ELSE)
async def test_what_is_not_the_file_proves_nothing(names: NameServer, authority: Authority, stands_on: dict[str, str], case: str) -> None:
    answer, told = ELSE[case]
    with System(authority.issue(host=DOMAIN)) as system:
        system.says[FILE] = lambda: answer
        began = time.monotonic()
        assert (await flaws(calling(system, authority, names)))["file"] == told
        assert time.monotonic() - began < 3 * SECONDS


@pytest.mark.parametrize("case", ["expired", "of another name", "of an authority that nobody knows"])
async def test_a_server_that_does_not_prove_who_it_is_proves_nothing(
    names: NameServer, authority: Authority, stands_on: dict[str, str], tmp_path: Path, case: str
) -> None:
    issuer = Authority(tmp_path / "unknown") if "authority" in case else authority
    certificate = issuer.issue(expired=case == "expired", host="other.example" if "name" in case else DOMAIN)
    with System(certificate) as system:
        system.says[FILE] = lambda: Answer(200, CHALLENGE.encode())
        assert (await flaws(calling(system, authority, names)))["file"] == f"{DOMAIN} does not prove who it is."
        assert system.asked == []


async def test_a_domain_that_stands_inside_is_not_called(names: NameServer, authority: Authority, stands_on: dict[str, str]) -> None:
    """Not even where its file would prove it: the record is the way for it."""
    with System(authority.issue(host=DOMAIN)) as system:
        system.says[FILE] = lambda: Answer(200, CHALLENGE.encode())
        for place in ("127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"):
            stands_on[DOMAIN] = place
            told = await flaws(calling(system, authority, names, allowed=""))
            assert told["file"] == f"{DOMAIN} stands in a network that is not called from here."
        assert system.asked == []
        names.texts[LABEL] = [f'"{CHALLENGE}"']
        assert (await control.look(PROOF, calling(system, authority, names, allowed=""))).how == "dns"


# Certificates: the key signs the challenge.
CERTIFICATE = replace(PROOF, kind="certificate")


def signed_by(paths: tuple[Path, Path], message: str = CHALLENGE) -> tuple[str, str]:
    """The certificate's PEM, and what its key signed."""
    key = serialization.load_pem_private_key(paths[1].read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return paths[0].read_text(), base64.b64encode(key.sign(message.encode(), ec.ECDSA(hashes.SHA256()))).decode()


def examined(chain: str, signature: str, authority: Authority, now: datetime | None = None) -> control.Shown:
    roots = Outbound(authorities=authority.file).roots()
    return control.examine(CERTIFICATE, chain, signature, now or datetime.now(UTC), roots)


def test_a_certificates_key_proves_what_it_was_issued_to(authority: Authority) -> None:
    assert examined(*signed_by(authority.issue(host=DOMAIN)), authority).how == "certificate"


def test_what_another_key_signed_or_another_was_issued_proves_nothing(authority: Authority, tmp_path: Path) -> None:
    right = authority.issue(host=DOMAIN)
    chain, signature = signed_by(right)
    tampered = base64.b64encode(bytes([base64.b64decode(signature)[0], *reversed(base64.b64decode(signature)[1:])])).decode()
    lies = {
        "expired": signed_by(authority.issue(expired=True, host=DOMAIN)),
        "of another name": signed_by(authority.issue(host="other.example")),
        "of a name below": signed_by(authority.issue(host=f"www.{DOMAIN}")),
        "of an unknown authority": signed_by(Authority(tmp_path / "unknown").issue(host=DOMAIN)),
        "another key": (chain, signed_by(authority.issue(host=DOMAIN))[1]),
        "another challenge": (chain, signed_by(right, CHALLENGE + "x")[1]),
        "with a newline": (chain, signed_by(right, CHALLENGE + "\n")[1]),
        "altered": (chain, tampered),
        "no base64": (chain, "?"),
        "no certificate": ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", signature),
        "nothing": ("", signature),
        "the authority's own": (authority.certificate.public_bytes(serialization.Encoding.PEM).decode(), signature),
    }  # fmt: skip
    for name, (told, signature_of) in lies.items():
        with pytest.raises(Refusal) as refused:
            examined(told, signature_of, authority)
        assert refused.value.code == "proof.not_found", name
    with pytest.raises(Refusal):
        examined(chain, signature, authority, datetime.now(UTC) + timedelta(days=30))


@pytest.fixture
async def with_names(tools: Tools, names: NameServer, authority: Authority) -> AsyncIterator[httpx.AsyncClient]:
    """The installation, told which name server to ask and which authority to trust."""
    settings = tools.settings.model_copy(update={"name_servers": names.address, "outbound_authorities": authority.file})
    app = composition.build(replace(tools, settings=settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
        yield client


async def test_a_company_proves_its_domain_and_its_certificate_through_the_doors(
    world: World, names: NameServer, authority: Authority, with_names: httpx.AsyncClient
) -> None:
    """Stated, looked up in vain, then found; each is kept with how it was shown, and is a fact once."""
    member = replace(await world.company("Proving Works"), client=with_names)
    domain = f"{member.number}.example"
    proof = await member.post("/control-proofs", {"kind": "domain", "subject": domain})
    vain = await member.call("POST", f"/control-proofs/{proof['proof_id']}/verification", json={})
    assert (vain.status_code, vain.json()["code"]) == (409, "proof.not_found")
    names.texts[f"_ashiato-challenge.{domain}"] = [f'"{proof["challenge"]}"']
    for _ in range(2):
        await member.post(f"/control-proofs/{proof['proof_id']}/verification", {})
    of_key = await member.post("/control-proofs", {"kind": "certificate", "subject": domain})
    chain, signature = signed_by(authority.issue(host=domain), of_key["challenge"])
    wrong = {"chain": chain, "signature": signed_by(authority.issue(host=domain), of_key["challenge"])[1]}
    assert (await member.call("POST", f"/control-proofs/{of_key['proof_id']}/verification", json=wrong)).status_code == 409
    await member.post(f"/control-proofs/{of_key['proof_id']}/verification", {"chain": chain, "signature": signature})
    kept = {item["kind"]: item["proven_how"] for item in (await member.get("/control-proofs"))["items"]}
    assert kept == {"domain": "dns", "certificate": "certificate"}
    facts = [fact["subject"]["how"] for fact in await member.every("/facts") if fact["kind"] == "control.proven"]
    assert sorted(facts) == ["certificate", "dns"]
