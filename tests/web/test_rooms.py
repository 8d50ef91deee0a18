"""A verifier's room, from both sides: opened in two clicks, traced to the meter reading, noted on, closed; the opinion is told to whom it helps."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import pact_world
from tests.web.browser import Browser
from tests.web.chain import cell_maker, pack_maker
from tests.world import Member, World

from ashiato.domain.assurance.sampling import Candidate, draw
from ashiato.kernel.digest import canonical
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import spreadsheet
from ashiato.plumbing.keys import Signature, verifies

Browse = Callable[..., Browser]
SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()


async def verified_chain(world: World, name: str) -> tuple[Member, Member, Member, Any]:
    """A cell maker, a pack maker that has its answer, a verifier, and the pack's footprint."""
    cells = await cell_maker(world, f"{name} Cells")
    packs = await pack_maker(world, cells, f"{name} Packs")
    await cells.answer((await packs.ask("CELL-B"))["request_id"], "CELL-1")
    return cells, packs, await world.company(f"{name} Assurance", "verifier"), await packs.compute("PACK-1")


async def opened(packs: Member, verifier: Member, computed: Any) -> str:
    body = {"verifier": verifier.number, "title": "FY 2025", "footprints": [computed["footprint_id"]], "until": SOON}
    return str((await packs.post("/rooms", body))["room_id"])


async def test_a_room_is_opened_traced_noted_and_ends_in_an_opinion(world: World, browse: Browse) -> None:  # noqa: PLR0915 — one journey
    _, packs, verifier, computed = await verified_chain(world, "Hoshi")
    part_id = await packs.part_id("PACK-1")
    sent = {"file": ("meter.txt", b"The meter of hall 2 reads 3 kWh a pack.")}
    evidence_id = (await packs.post("/evidence", files=sent))["evidence_id"]
    await packs.post(f"/evidence/{evidence_id}/links", {"subject_kind": "inventory_line", "subject_id": part_id, "line": 1})

    owner = browse()
    await owner.log_in(packs.email)
    await owner.get(f"/parts/{part_id}")
    link = next(address for address in owner.page.links if address.startswith("/rooms/new"))
    await owner.get(link)  # the first click
    await owner.submit("/rooms", verifier=verifier.number, title="FY 2025")  # the second
    assert "FY 2025" in owner.page.text
    room = next(address for address in owner.page.links if address.startswith("/rooms/"))

    auditor = browse()
    await auditor.log_in(verifier.email)
    await auditor.get("/")
    assert "Examine and give your opinion FY 2025 Hoshi Packs" in auditor.page.text, "the first page says what waits"
    assert room in auditor.page.links
    assert not {"/parts", "/requests", "/questionnaires"} & set(auditor.page.links), "a verifier has no products"
    await auditor.get("/rooms")
    assert "Hoshi Packs" in auditor.page.text
    await auditor.get(room)
    shown = next(address for address in auditor.page.links if "/footprints/" in address)
    await auditor.get(shown)
    for told in ("Traction battery", "electricity", "3 kWh × 0.1 kg CO₂e/kWh", "meter.txt", "housing", "Cell, bought"):
        assert told in auditor.page.text
    assert "11.2 kg CO₂e/kg 83.0 % = 0.8 kg × 14 kg CO₂e/kg" in auditor.page.text, "what a part carries is its amount times its figure"
    assert "go into the product this way" not in auditor.page.text, "which of the product itself says nothing"
    file = next(address for address in auditor.page.links if evidence_id in address)
    assert (await auditor.get(file)).content == sent["file"][1]
    await auditor.get(shown)
    await auditor.get(next(address for address in auditor.page.links if "at=CELL-B" in address))
    assert "released by the supplier" in auditor.page.text
    assert "Hoshi Cells, CELL-1" in auditor.page.text
    assert "0.8 kg of it go into the product this way" in auditor.page.text
    await auditor.get(f"{shown}/sample?seed=a&size=9")
    await auditor.get(next(address for address in auditor.page.links if address.endswith("?find=CELL-B")))
    assert "0.8 kg of it go into the product this way" in auditor.page.text, "a line of a sample leads to its place"
    assert "secret nickel" not in auditor.response.text, "the supplier's own recipe is nobody's here"

    notes = f"{shown}/notes"
    await auditor.get(shown)
    await auditor.submit(notes)  # the first form: a tick
    question = next(form for form in auditor.page.forms if form.fields.get("kind") == "question")
    answer = await auditor.send(notes, question.fields | {"words": "Which meter?"})
    assert answer.status_code == 303
    refused = await auditor.send(
        f"{shown}/opinions", auditor.page.form(f"{shown}/opinions").fields | {"conclusion": "unmodified", "level": "limited"}
    )
    assert refused.status_code == 409
    await auditor.get(shown)
    assert "Open points: 1" in auditor.page.text
    assert "disabled>unmodified" in auditor.response.text
    assert auditor.page.form(f"{shown}/opinions").fields["conclusion"] == "", "nothing is concluded by itself while something is open"
    assert [duty["kind"] for duty in (await packs.get("/duties"))["items"]] == ["reply"]
    await owner.get("/")
    assert "The verifier asks FY 2025 Hoshi Assurance" in owner.page.text
    await owner.get(room)
    assert f"{shown}?find=PACK-1" in owner.page.links, "a note leads to its line"
    await owner.get(shown)
    assert "Which meter?" in owner.page.text
    await owner.submit(notes, words="The one in hall 2.")
    assert (await packs.get("/duties"))["items"] == []
    await auditor.get(shown)
    assert "The one in hall 2." in auditor.page.text
    settle = next(form for form in auditor.page.forms if form.fields.get("kind") == "settled")
    await auditor.send(notes, settle.fields)
    await auditor.get(shown)
    assert "Open points" not in auditor.page.text
    assert auditor.page.form(f"{shown}/opinions").fields["conclusion"] == "unmodified"
    await auditor.submit(f"{shown}/opinions", conclusion="unmodified", level="reasonable")
    opinion = next(address for address in auditor.page.links if address.startswith("/opinions/"))
    assert (await verifier.get("/duties"))["items"] == [], "the opinion is given"
    await owner.get(opinion)
    for told in (
        "✓ The signature holds",
        "verified by Hoshi Assurance",
        "reasonable assurance",
        computed["package_digest"],
        "points raised: 1, settled: 1",
    ):
        assert told in owner.page.text
    papers = [await owner.client.get(f"{opinion}.pdf", params={"lang": language}) for language in ("en", "ja")]
    assert [paper.content[:5] for paper in papers] == [b"%PDF-"] * 2
    told = (await owner.client.get(f"{opinion}.json")).json()
    signature = Signature(told["signature"]["jws"], told["signature"]["key"])
    assert verifies(canonical(told["opinion"]), signature)
    assert not verifies(canonical(told["opinion"] | {"conclusion": "adverse"}), signature), "the canary"
    await owner.get(f"/parts/{part_id}")
    assert "✓ Verified verified by Hoshi Assurance" in owner.page.text

    await owner.get(room)
    assert "a footprint with all behind it, first read" in owner.page.text
    assert "a file of evidence, first read" in owner.page.text
    await owner.submit(f"{room}/closing")
    gone = [await auditor.get(address) for address in (room, shown, f"{shown}/sample", file)]
    assert [page.status_code for page in gone] == [404] * 4
    assert (await auditor.get(opinion)).status_code == 200, "what was signed stays"


async def test_who_verifies_is_chosen_from_those_that_are_admitted(world: World, browse: Browse) -> None:
    _, packs, verifier, computed = await verified_chain(world, "Niji")
    suspended, applied = await world.company("Niji Suspended", "verifier"), await world.apply("Niji Applicant", "verifier")
    await world.move(suspended, "suspended")
    owner = browse()
    await owner.log_in(packs.email)
    await owner.get(f"/rooms/new?footprint={computed['footprint_id']}")
    assert f'<option value="{verifier.number}">Niji Assurance · Japan (JP)</option>' in owner.response.text
    for other in (suspended, applied, packs):
        assert f'value="{other.number}"' not in owner.response.text, "no member, and nobody that is not admitted now"
    refused = await owner.submit("/rooms", verifier="")
    assert refused.status_code == 422, "of several none is chosen by itself"


async def test_a_sample_is_handed_out_as_both_kinds_of_file(world: World, browse: Browse) -> None:
    _, packs, verifier, computed = await verified_chain(world, "Kumo")
    base = f"/rooms/{await opened(packs, verifier, computed)}/footprints/{computed['footprint_id']}"
    auditor = browse()
    await auditor.log_in(verifier.email)
    await auditor.get(f"{base}/sample?seed=a&size=9")
    links = {kind: next(link for link in auditor.page.links if f"/sample.{kind}" in link) for kind in ("csv", "xlsx")}
    drawn = (await verifier.get(f"{base}/sample", params={"seed": "a", "size": 9}))["rows"]
    lines = list(csv.DictReader(io.StringIO((await auditor.get(links["csv"])).content.decode("utf-8-sig"))))
    assert [(line["place"], Decimal(line["kg_co2e"]), line["seed"]) for line in lines] == [
        (row["place"], pytest.approx(Decimal(row["carried"])), "a") for row in drawn
    ]
    (sheet,) = spreadsheet.read((await auditor.get(links["xlsx"])).content)
    assert [row[1] for row in sheet.rows[1:]] == [row["place"] for row in drawn]


async def test_the_opinion_travels_with_the_release(world: World) -> None:
    cells, packs, verifier, _ = await verified_chain(world, "Tsuki")
    computed = await cells.compute("CELL-1")
    room_id = await opened(cells, verifier, computed)
    body = {"footprint_id": computed["footprint_id"], "standard": "ISO 14064-3:2019", "level": "limited", "conclusion": "unmodified"}
    signed = await verifier.post(f"/rooms/{room_id}/opinions", body)
    assert signed["opinion"]["package_digest"] == computed["package_digest"]
    (request,) = (await cells.get("/requests", params={"direction": "received"}))["items"]
    released = (await cells.answer(request["request_id"], "CELL-1"))["release"]
    assert released["version"] == 2, "a release says what is known beside the figure, so a new opinion is a new release"
    assert released["assurance"] | {} == {
        "provider": "Tsuki Assurance", "standard": "ISO 14064-3:2019", "level": "limited", "completed_on": signed["opinion"]["signed_on"],
        "coverage": "product level", "package_digest": computed["package_digest"],
    }  # fmt: skip
    door = await pact_world.caller(world, packs, cells)
    (told,) = await door.footprints(status="Active")
    assert told["pcf"]["verification"]["providerName"] == "Tsuki Assurance"
    assert told["pcf"]["verification"]["comments"] == "Level of assurance: limited."
    second = next(one for one in await door.footprints(2) if one["id"] == told["id"])
    assert (second["pcf"]["assurance"]["level"], second["pcf"]["assurance"]["assurance"]) == ("limited", True)


async def test_an_adverse_opinion_assures_nothing(world: World) -> None:
    cells, _, verifier, _ = await verified_chain(world, "Kaze")
    computed = await cells.compute("CELL-1")
    room_id = await opened(cells, verifier, computed)
    body = {
        "footprint_id": computed["footprint_id"],
        "standard": "ISO 14064-3:2019",
        "level": "limited",
        "conclusion": "adverse",
        "words": "No meter.",
    }
    assert (await verifier.call("POST", f"/rooms/{room_id}/opinions", json=body | {"words": ""})).status_code == 422
    await verifier.post(f"/rooms/{room_id}/opinions", body)
    (request,) = (await cells.get("/requests", params={"direction": "received"}))["items"]
    assert "assurance" not in (await cells.answer(request["request_id"], "CELL-1"))["release"]


async def test_a_room_is_bounded(world: World) -> None:
    _, packs, verifier, computed = await verified_chain(world, "Umi")
    other = await world.company("Umi Rival Assurance", "verifier")
    await packs.import_tables(parts=[["Part number", "Part name", "Declared unit"], ["PACK-2", "Other pack", "kg"]])
    room_id = await opened(packs, verifier, computed)
    base = f"/rooms/{room_id}/footprints/{computed['footprint_id']}"
    for address in (f"/rooms/{room_id}", base, f"{base}/trace", f"{base}/sample?seed=1"):
        assert (await verifier.call("GET", address)).status_code == 200
        assert (await other.call("GET", address)).status_code == 404
    assert (await verifier.call("GET", f"/footprints/{computed['footprint_id']}")).status_code == 404, "through the room and no other way"
    assert (await verifier.call("GET", f"{base}/trace", params={"at": "PACK-2"})).status_code == 404
    note = {"footprint_id": computed["footprint_id"], "place": "PACK-1#1", "kind": "tick"}
    assert (await packs.call("POST", f"/rooms/{room_id}/notes", json=note)).status_code == 403, "nobody ticks its own lines"
    assert (await other.call("POST", f"/rooms/{room_id}/notes", json=note)).status_code == 404
    sign = {"footprint_id": computed["footprint_id"], "standard": "x", "level": "limited", "conclusion": "unmodified"}
    assert (await packs.call("POST", f"/rooms/{room_id}/opinions", json=sign)).status_code == 403, "nobody signs for itself"
    for wrong in ({"verifier": packs.number}, {"until": "2020-01-01T00:00:00Z"}, {"until": "2199-01-01T00:00:00Z"}):
        body = {"verifier": verifier.number, "footprints": [computed["footprint_id"]], "until": SOON} | wrong
        assert (await packs.call("POST", "/rooms", json=body)).status_code == 422
    foreign = {"verifier": verifier.number, "footprints": [computed["footprint_id"]], "until": SOON}
    assert (await other.call("POST", "/rooms", json=foreign)).status_code == 404

    second = await opened(packs, verifier, computed)
    await packs.delete(f"/rooms/{room_id}")
    assert (await verifier.call("GET", base)).status_code == 404
    assert (await verifier.call("GET", base.replace(room_id, second))).status_code == 200, "another open room shows it still"
    await packs.delete(f"/rooms/{second}")
    assert (await verifier.call("GET", base.replace(room_id, second))).status_code == 404
    assert [one["revoked_at"] is None for one in (await packs.get("/grants"))["items"]].count(True) == 0


async def test_a_trace_adds_up_and_a_sample_can_be_drawn_again(world: World) -> None:
    _, packs, verifier, computed = await verified_chain(world, "Yama")
    room_id = await opened(packs, verifier, computed)
    base = f"/rooms/{room_id}/footprints/{computed['footprint_id']}"
    top = await verifier.get(f"{base}/trace")
    assert sum(Decimal(row["carried"]) for row in top["rows"]) == Decimal(top["total"]) == Decimal(computed["result"]["total"])
    below = await verifier.get(f"{base}/trace", params={"at": "CELL-B"})
    component = next(row for row in top["rows"] if row["kind"] == "component")
    assert Decimal(component["carried"]) == Decimal(below["used"]) * Decimal(below["total"])
    one, again, other = [await verifier.get(f"{base}/sample", params={"seed": seed, "size": 2}) for seed in ("a", "a", "b")]
    assert one == again
    assert len(one["rows"]) == len(other["rows"]) == 2


candidates = st.lists(st.builds(Candidate, st.text(min_size=1, max_size=5), st.sampled_from("abcd")), max_size=40, unique_by=lambda one: one.place)


@given(candidates, st.integers(1, 50), st.text(min_size=1, max_size=5).filter(str.strip))
def test_a_sample_is_what_its_seed_says(population: list[Candidate], size: int, seed: str) -> None:
    drawn = draw(population, size, seed)
    assert len(drawn) == len({one.place for one in drawn}) == min(size, len(population))
    assert set(drawn) <= set(population)
    assert drawn == draw(list(reversed(population)), size, seed), "whatever the order"
    if size >= len({one.stratum for one in population}):
        assert {one.stratum for one in drawn} == {one.stratum for one in population}, "every stratum is in it"


def test_a_sample_without_a_seed_is_refused() -> None:
    for size, seed in ((0, "x"), (5, " "), (1001, "x")):
        with pytest.raises(Refusal):
            draw([Candidate("a", "b")], size, seed)
