"""Evidence over REST: kept encrypted, linked, handed over, retained, erased; two companies with the same file know nothing of each other."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.attacks.rich import Company, furnish
from tests.plumbing.hostile_evidence import HOSTILE, PDF, archive
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, World, factor

from ashiato.domain import evidence
from ashiato.gateways.rest import Tools
from ashiato.plumbing import blobs
from ashiato.plumbing.settings import Settings


@pytest.fixture(scope="module")
async def pair(world: World) -> tuple[Company, Company]:
    """A supplier that has declared its pack, and a buyer whose request for a cell it has answered."""
    supplier = await furnish(world, "Evident Cells", None)
    buyer = await furnish(world, "Evident Packs", supplier.member)
    await supplier.member.import_tables(
        parts=[PART_HEADER, ["S-CELL", "Cell", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["S-CELL", "production", "power", "3", "kWh", "POWER", "own", "energy"]],
    )
    asked = await buyer.member.ask("CELL")
    await supplier.member.answer(asked["request_id"], "S-CELL")
    supplier.owns["request_id"] = buyer.owns["request_id"] = asked["request_id"]
    supplier.owns["answered_part_id"] = await supplier.member.part_id("S-CELL")
    return supplier, buyer


async def send(company: Company, content: bytes, name: str = "meter.txt", **params: Any) -> httpx.Response:
    return await company.member.call("POST", "/evidence", files={"file": (name, content)}, params=params)


async def added(company: Company, content: bytes | None = None, **params: Any) -> dict[str, Any]:
    response = await send(company, content or uuid4().hex.encode(), **params)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def link(company: Company, item: dict[str, Any], kind: str, subject: str, line: int = 0) -> httpx.Response:
    body = {"subject_kind": kind, "subject_id": subject, "line": line}
    return await company.member.call("POST", f"/evidence/{item['evidence_id']}/links", json=body)


async def fetched(company: Company, item: dict[str, Any]) -> httpx.Response:
    return await company.member.call("GET", f"/evidence/{item['evidence_id']}/content")


def encrypted(chosen: Settings) -> set[str]:
    return {path.name for path in (chosen.home / "files").rglob("*") if path.is_file()}


# The file by which scanners of viruses are tried out (EICAR), in two pieces, so that none of them takes this one for it. There is no scanner
# here: what is kept is never run or shown, and comes back as it was sent, for the reader's own to judge.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("content", "name"), [(PDF, "Prüfbericht 電力.pdf"), (EICAR, "Prüfbericht 電力.txt"), (archive({"a.txt": EICAR}), "Prüfbericht 電力.zip")]
)
async def test_a_file_comes_back_as_a_download_that_nothing_runs(pair: tuple[Company, Company], chosen: Settings, content: bytes, name: str) -> None:
    supplier, _ = pair
    before = encrypted(chosen)
    response = await send(supplier, content, name)
    item = response.json()
    assert response.headers["Ashiato-Receipt"]
    told = await fetched(supplier, item)
    assert told.content == content
    assert told.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Pr%C3%BCfbericht%20")
    assert told.headers["content-security-policy"].startswith("sandbox")
    assert (told.headers["x-content-type-options"], told.headers["content-type"]) == ("nosniff", "application/octet-stream")
    (fresh,) = encrypted(chosen) - before
    assert content[:20] not in blobs.Folder(chosen.home).path_of(fresh).read_bytes(), "it lies there encrypted"
    assert "evidence.added" in {fact["kind"] for fact in await supplier.member.every("/facts")}


async def test_the_same_bytes_are_one_item_within_a_company_and_two_apart(pair: tuple[Company, Company], chosen: Settings) -> None:
    supplier, buyer = pair
    content = uuid4().hex.encode()
    first = await send(supplier, content)
    once = encrypted(chosen)
    again = await send(supplier, content, "other.txt")
    assert again.json() == first.json()
    assert encrypted(chosen) == once
    theirs = await send(buyer, content)
    assert theirs.json()["digest"] == first.json()["digest"]
    assert theirs.json()["evidence_id"] != first.json()["evidence_id"]
    assert theirs.status_code == first.status_code
    assert len(encrypted(chosen)) == len(once) + 1, "stored apart, as if nobody had it"
    await buyer.member.delete(f"/evidence/{theirs.json()['evidence_id']}")
    assert (await fetched(supplier, first.json())).content == content


async def test_whether_another_has_the_file_is_not_told(pair: tuple[Company, Company]) -> None:
    """The answers to a file that a rival has and to one that nobody has differ in nothing but what is the sender's own."""
    supplier, buyer = pair
    known, unknown = uuid4().hex.encode(), uuid4().hex.encode()
    await added(supplier, known)
    answers = [await send(buyer, content) for content in (known, unknown)]
    own = {"evidence_id", "digest", "added_at"}
    told = [{name: value for name, value in answer.json().items() if name not in own} for answer in answers]
    assert told[0] == told[1]
    assert answers[0].headers.keys() == answers[1].headers.keys()


@pytest.mark.parametrize("what", ["pdf: JavaScript", "zip: a bomb", "declared as HTML", "xlsx: DDE in a cell", "a kind that runs"])
async def test_a_hostile_file_changes_nothing(pair: tuple[Company, Company], chosen: Settings, what: str) -> None:
    supplier, _ = pair
    before, items = encrypted(chosen), await supplier.member.every("/evidence")
    name, declared, content = HOSTILE[what]()
    response = await supplier.member.call("POST", "/evidence", files={"file": (name, content, declared or "application/octet-stream")})
    assert response.status_code == 422, response.text
    assert (encrypted(chosen), await supplier.member.every("/evidence")) == (before, items)


async def test_what_supports_a_declared_figure_is_kept_ten_years(pair: tuple[Company, Company]) -> None:
    supplier, _ = pair
    for kind, key, line in (("declaration", "declaration_id", 0), ("answer", "request_id", 0), ("inventory_line", "answered_part_id", 1)):
        item = await added(supplier)
        address = f"/evidence/{item['evidence_id']}"
        assert (await supplier.member.get(address))["retained_until"] is None
        assert (await link(supplier, item, kind, supplier.owns[key], line)).status_code == 204
        assert (await link(supplier, item, kind, supplier.owns[key], line)).status_code == 204
        told = await supplier.member.get(address)
        assert [one["subject_kind"] for one in told["links"]] == [kind]
        assert date.fromisoformat(told["retained_until"]).year == date.fromisoformat(item["added_at"][:10]).year + 10
        refused = await supplier.member.call("DELETE", address)
        assert (refused.status_code, refused.json()["code"]) == (409, "evidence.retained")
        assert (await fetched(supplier, item)).status_code == 200


async def test_what_supports_nothing_may_be_removed_and_its_digest_stays(pair: tuple[Company, Company], chosen: Settings) -> None:
    supplier, _ = pair
    before = encrypted(chosen)
    item = await added(supplier)
    await supplier.member.delete(f"/evidence/{item['evidence_id']}")
    assert (await fetched(supplier, item)).status_code == 404
    told = (await supplier.member.get(f"/evidence/{item['evidence_id']}"))["item"]
    assert (told["digest"], told["removed_at"] is None) == (item["digest"], False)
    assert encrypted(chosen) == before
    assert (await supplier.member.call("DELETE", f"/evidence/{item['evidence_id']}")).status_code == 404
    assert (await link(supplier, item, "declaration", supplier.owns["declaration_id"])).status_code == 409
    again = await added(supplier, None)
    assert again["evidence_id"] != item["evidence_id"]


async def test_a_line_whose_part_was_never_released_holds_nothing_back(world: World) -> None:
    member = await world.company("Unreleased Works")
    await member.import_tables(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["LONE", "Lone", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["LONE", "production", "power", "3", "kWh", "POWER", "own", "energy"]],
    )
    company = Company(member)
    item = await added(company)
    await member.compute("LONE", METHOD)
    assert (await link(company, item, "inventory_line", await member.part_id("LONE"), 1)).status_code == 204
    await member.delete(f"/evidence/{item['evidence_id']}")


async def test_personal_data_are_erased_with_the_key_in_every_copy(pair: tuple[Company, Company], chosen: Settings, tools: Tools) -> None:
    supplier, _ = pair
    before = encrypted(chosen)
    item = await added(supplier, personal=True)
    await link(supplier, item, "declaration", supplier.owns["declaration_id"])
    (stored,) = encrypted(chosen) - before
    copy = blobs.Folder(chosen.home).path_of(stored).read_bytes()
    await supplier.member.post(f"/evidence/{item['evidence_id']}/erasure")
    blobs.Folder(chosen.home).path_of(stored).write_bytes(copy)  # as a backup would bring it back
    try:
        assert (await fetched(supplier, item)).status_code == 404
    finally:
        blobs.Folder(chosen.home).path_of(stored).unlink()
    told = await supplier.member.get(f"/evidence/{item['evidence_id']}")
    assert (told["item"]["digest"], len(told["links"])) == (item["digest"], 1)
    files = await tools.works.run(evidence.files_kept, read_only=True)
    assert stored not in {digest for _, _, digest in files}
    plain = await added(supplier)
    refused = await supplier.member.call("POST", f"/evidence/{plain['evidence_id']}/erasure")
    assert (refused.status_code, refused.json()["code"]) == (409, "evidence.impersonal")


async def test_a_recipient_reads_only_what_was_handed_over(pair: tuple[Company, Company], world: World) -> None:
    supplier, buyer = pair
    item = await added(supplier)
    hand_over = f"/evidence/{item['evidence_id']}/grants"
    body = {"request_id": supplier.owns["request_id"]}
    assert (await supplier.member.call("POST", hand_over, json=body)).json()["code"] == "evidence.unlinked"
    await link(supplier, item, "answer", supplier.owns["request_id"])
    assert (await fetched(buyer, item)).status_code == 404
    await supplier.member.post(hand_over, body)
    assert (await fetched(buyer, item)).content == (await fetched(supplier, item)).content
    stranger = Company(await world.company("Strange Works"))
    assert (await fetched(stranger, item)).status_code == 404
    assert (await buyer.member.call("GET", f"/evidence/{item['evidence_id']}")).status_code == 404, "what else it proves is its owner's"
    assert item["evidence_id"] not in {one["evidence_id"] for one in await buyer.member.every("/evidence")}
    assert item["evidence_id"] in {access["subject_id"] for access in await supplier.member.every("/accesses")}
    (grant,) = [grant for grant in await supplier.member.every("/grants") if grant["subject_id"] == item["evidence_id"]]
    await supplier.member.delete(f"/grants/{grant['grant_id']}")
    assert (await fetched(buyer, item)).status_code == 404


async def test_what_has_expired_proves_nothing_new(pair: tuple[Company, Company]) -> None:
    supplier, buyer = pair
    item = await added(supplier, expires_on="2020-01-01")
    assert (await supplier.member.get(f"/evidence/{item['evidence_id']}"))["expired"]
    assert (await link(supplier, item, "declaration", supplier.owns["declaration_id"])).json()["code"] == "evidence.expired"
    valid = await added(supplier)
    for subject in (buyer.owns["declaration_id"], str(uuid4())):
        assert (await link(supplier, valid, "declaration", subject)).status_code == 404, "another's is as absent as none"


async def test_a_damaged_file_is_never_served_and_its_digest_tells(pair: tuple[Company, Company], chosen: Settings, tools: Tools) -> None:
    supplier, _ = pair
    item = await added(supplier)
    files = await tools.works.run(evidence.files_kept, read_only=True)
    (stored,) = [digest for _, file_id, digest in files if file_id == UUID(item["evidence_id"])]
    folder = blobs.Folder(chosen.home)
    path = folder.path_of(stored)
    assert blobs.digest_of(folder, stored) == stored
    whole = path.read_bytes()
    for damage in (whole[:-1], whole[:5], bytes([whole[20] ^ 1]).join((whole[:20], whole[21:]))):
        path.write_bytes(damage)
        assert blobs.digest_of(folder, stored) != stored
        told = await fetched(supplier, item)
        assert (told.status_code, told.json()["code"]) == (503, "evidence.damaged")
    path.write_bytes(whole)
    assert (await fetched(supplier, item)).status_code == 200
