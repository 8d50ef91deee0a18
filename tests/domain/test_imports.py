"""Files of rows over HTTP: nothing of a bad one, all of a good one, the same twice is once, and what goes in comes out again."""

import asyncio
import io
import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from tests.domain.examples import each
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor, workbook

from ashiato.domain import products
from ashiato.domain.imports import TABLES, TableKind
from ashiato.gateways.rest import Tools
from ashiato.kernel.ids import corporate_check_digit
from ashiato.kernel.quantity import plain
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.spreadsheet import Sheet, write
from ashiato.plumbing.unit_of_work import Work

_tags = itertools.count()


@pytest.fixture(scope="module")
async def maker(world: World) -> Member:
    return await world.company("Importing Works")


def part(number: str, unit: str = "kg", **cells: str) -> list[str]:
    return [number, cells.get("name", number), unit, cells.get("mass", ""), "", "", ""]


async def part_numbers(member: Member) -> set[str]:
    return {item["part_number"] for item in (await member.get("/parts", params={"limit": 200}))["items"]}


async def test_a_bad_row_saves_nothing(maker: Member) -> None:
    report = await maker.send_file(workbook(parts=[PART_HEADER, part("GOOD-1"), part("BAD-1", "kgg")]))
    assert not report["saved"]
    assert (report["rows"], report["good"]) == (2, 1)
    assert report["changes"] == {}
    assert {"GOOD-1", "BAD-1"}.isdisjoint(await part_numbers(maker))
    (error,) = report["errors"]
    assert (error["cell"], error["row"], error["field"], error["value"], error["suggestion"]) == ("C3", 3, "declared_unit", "kgg", "kg")
    assert error["sheet"] == "parts"
    assert error["message_ja"].startswith("不明な単位です。")


async def test_a_dry_run_saves_nothing(maker: Member) -> None:
    report = await maker.send_file(workbook(parts=[PART_HEADER, part("DRY-1")]), dry_run=True)
    assert (report["saved"], report["good"], report["errors"]) == (False, 1, [])
    assert "DRY-1" not in await part_numbers(maker)


async def test_the_good_rows_are_saved_where_that_is_asked_for(maker: Member) -> None:
    report = await maker.send_file(workbook(parts=[PART_HEADER, part("GOOD-2"), part("BAD-2", "kgg")]), good_rows=True)
    assert report["saved"]
    assert report["changes"]["parts"] == {"new": 1, "changed": 0, "unchanged": 0, "removed": 0}
    assert "GOOD-2" in await part_numbers(maker)
    assert "BAD-2" not in await part_numbers(maker)
    record = (await maker.get("/imports", params={"limit": 200}))["items"][-1]
    assert (record["rows_registered"], record["rows_refused"]) == (1, 1)


async def test_rows_that_wait_for_a_wrong_one_are_held_back(maker: Member) -> None:
    lines = [["HELD-1", "production", "a", "1", "kWh", "F-HELD", "own", "energy"], ["HELD-1", "production", "b", "x", "kWh", "F-HELD", "own", "energy"],
             ["HELD-2", "production", "c", "2", "kWh", "F-HELD", "own", "energy"]]  # fmt: skip
    report = await maker.send_file(
        workbook(
            factors=[FACTOR_HEADER, factor("F-HELD", "1", "kg CO2e/kWh")], parts=[PART_HEADER, part("HELD-1"), part("HELD-2")],
            inventory=[INVENTORY_HEADER, *lines],
        ),
        good_rows=True,
    )  # fmt: skip
    assert {(error["row"], error["code"]) for error in report["errors"]} == {(2, "row.held_back"), (3, "number.form")}
    assert len((await maker.get(f"/parts/{await maker.part_id('HELD-1')}/inventory"))["lines"]) == 0
    assert len((await maker.get(f"/parts/{await maker.part_id('HELD-2')}/inventory"))["lines"]) == 1


async def test_the_same_file_twice_changes_nothing(maker: Member) -> None:
    book = workbook(
        sites=[["Site code", "Site name", "Country"], ["TW-S", "Twice", "JP"]],
        factors=[FACTOR_HEADER, factor("TW-F", "1", "kg CO2e/kWh"), factor("TW-A", "3")],
        parts=[PART_HEADER, part("TW-1", "piece", mass="2"), ["TW-2", "bought", "kg", "", "7000012050002", "X", "TW-A"]],
        structure=[STRUCTURE_HEADER, ["TW-1", "TW-2", "2", "kg"]],
        batteries=[["Part number", "Vehicle category", "Chemistry", "Usable energy (kWh)"], ["TW-1", "M1", "NMC", "60"]],
        inventory=[INVENTORY_HEADER, ["TW-1", "production", "power", "4", "kWh", "TW-F", "own", "energy"]],
        circularity=[
            ["Part number", "Material", "Material mass (kg)", "A", "R1", "R2", "Ev", "Erec"],
            ["TW-1", "Al", "1", "0.2", "0", "90 %", "TW-A", "TW-A"],
        ],
    )
    first = await maker.send_file(book)
    assert first["saved"], first["errors"]
    assert first["changed"]
    records = len((await maker.get("/imports", params={"limit": 200}))["items"])
    facts = (await maker.get("/facts", params={"limit": 200}))["items"]
    again = await maker.send_file(book, name="another name.xlsx")
    assert again["saved"]
    assert not again["changed"]
    assert {(name, change["new"], change["changed"], change["removed"]) for name, change in again["changes"].items()} == {
        (name, 0, 0, 0) for name in first["changes"]
    }
    assert len((await maker.get("/imports", params={"limit": 200}))["items"]) == records, "what changed nothing is no import"
    assert (await maker.get("/facts", params={"limit": 200}))["items"] == facts


async def test_a_changed_row_is_counted_as_changed(maker: Member) -> None:
    await maker.import_tables(parts=[PART_HEADER, part("CH-1"), part("CH-2")])
    report = await maker.import_tables(parts=[PART_HEADER, part("CH-1", name="renamed"), part("CH-2"), part("CH-3")])
    assert report["changes"]["parts"] == {"new": 1, "changed": 1, "unchanged": 1, "removed": 0}


async def test_a_table_of_rows_replaces_what_stood_for_its_parts_only(maker: Member) -> None:
    await maker.import_tables(
        parts=[PART_HEADER, *(part(number) for number in ("RP-1", "RP-2", "RP-3"))],
        structure=[STRUCTURE_HEADER, ["RP-1", "RP-3", "1", "kg"], ["RP-2", "RP-3", "1", "kg"]],
    )
    report = await maker.import_tables(parts=[PART_HEADER, part("RP-4")], structure=[STRUCTURE_HEADER, ["RP-1", "RP-4", "2", "g"]])
    assert report["changes"]["structure"] == {"new": 1, "changed": 0, "unchanged": 0, "removed": 1}
    one = await maker.get(f"/parts/{await maker.part_id('RP-1')}/structure")
    two = await maker.get(f"/parts/{await maker.part_id('RP-2')}/structure")
    assert [link["part_number"] for link in one["components"]] == ["RP-4"]
    assert [link["part_number"] for link in two["components"]] == ["RP-3"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
async def test_a_japanese_csv_is_understood(maker: Member, encoding: str) -> None:
    number = f"CSV-{encoding}"
    text = f"部品番号,部品名,宣言単位,担当\r\n{number},正極材（高ニッケル）①,ｋｇ,髙橋\r\n"
    report = await maker.send_file(text.encode(encoding), "部品表.csv")
    assert report["saved"], report["errors"]
    stored = await maker.get(f"/parts/{await maker.part_id(number)}")
    assert (stored["name"], stored["declared_unit"]) == ("正極材（高ニッケル）①", "kg")


async def test_titles_notes_and_extra_columns_are_kept_apart(maker: Member, tools: Tools) -> None:
    rows = [["2026年度 部品表", "", ""], ["", "", ""], ["品名", "備考", "品番", "宣言単位"], ["負極", "要確認", "EX-1", "kg"]]
    book = write([Sheet("はじめに", [["この表に記入してください"], ["担当：品質保証部"]]), Sheet("部品", rows)])
    report = await maker.send_file(book)
    assert report["saved"], report["errors"]
    assert report["notes"] == ["はじめに"]
    part_id = await maker.part_id("EX-1")

    async def extra(work: Work) -> Any:
        await work.pin(Viewpoint.MEMBER, UUID(maker.company_id))
        cursor = await work.connection.execute("SELECT extra FROM part WHERE company_id = %s AND part_id = %s", [maker.company_id, part_id])
        return (await cursor.fetchone())[0]

    assert await tools.works.run(extra) == {"備考": "要確認"}


async def test_texts_are_kept_to_the_letter_whatever_a_copy_would_read_into_them(maker: Member, tools: Tools) -> None:
    name, note = r"\N \. \\ C:\temp\new", 'two\nlines, "quoted"\tand \\t\r\n'
    report = await maker.send_file(write([Sheet("s", [["Part number", "Part name", "Declared unit", "Note"], [r"\N", name, "kg", note]])]))
    assert report["saved"], report["errors"]
    part_id = await maker.part_id(r"\N")

    async def kept(work: Work) -> Any:
        await work.pin(Viewpoint.MEMBER, UUID(maker.company_id))
        cursor = await work.connection.execute("SELECT name, extra FROM part WHERE company_id = %s AND part_id = %s", [maker.company_id, part_id])
        return await cursor.fetchone()

    kept_name, extra = await tools.works.run(kept)
    assert kept_name == name
    assert extra["Note"].splitlines() == note.strip().splitlines()


async def test_a_sheet_repeats_a_row_of_another(maker: Member) -> None:
    """What is told once a sheet is compared across sheets too."""
    structure = [STRUCTURE_HEADER, ["TWICE", "BELOW", "1", "kg"]]
    parts = Sheet("parts", [PART_HEADER, *(part(number) for number in ("TWICE", "BELOW"))])
    report = await maker.send_file(write([parts, Sheet("one", structure), Sheet("two", structure)]))
    assert [(error["sheet"], error["cell"], error["code"]) for error in report["errors"] if error["code"] == "row.repeated"] == [
        ("two", "B2", "row.repeated")
    ]


async def test_an_error_below_titles_and_beside_empty_columns_names_the_cell_that_is_seen(maker: Member) -> None:
    rows = [[""], [""], ["", "", "", "Part number", "Part name", "Declared unit"], [""], ["", "", "", "SEEN-1", "seen", "kgg"]]
    report = await maker.send_file(write([Sheet("s", rows)]))
    assert [(error["cell"], error["row"]) for error in report["errors"]] == [("F5", 5)]


async def test_a_file_without_a_table_is_told(maker: Member) -> None:
    report = await maker.send_file(workbook(notes=[["Hello"], ["world"]]))
    assert [error["code"] for error in report["errors"]] == ["sheet.none"]
    assert "Part number" in report["errors"][0]["message"]
    nearly = await maker.send_file(workbook(parts=[["Part number", "Part name", "Remark"], ["X", "x", "y"]]))
    assert [(error["code"], error["suggestion"]) for error in nearly["errors"]] == [("sheet.headers", "Declared unit")]
    assert not nearly["saved"]


async def test_an_unreadable_file_is_a_problem_with_its_reason(maker: Member) -> None:
    response = await maker.call("POST", "/imports", files={"file": ("x.xlsx", io.BytesIO(b"\xd0\xcf\x11\xe0" + bytes(100)))})
    assert (response.status_code, response.json()["code"]) == (422, "file.protected")


async def test_a_file_name_is_only_a_name(maker: Member) -> None:
    report = await maker.send_file(workbook(parts=[PART_HEADER, part("NAME-1")]), name="..\\..\\etc\\pass\u202ewd.xlsx")
    assert report["file"] == "passwd.xlsx"


async def test_two_files_at_once_do_not_mix(maker: Member) -> None:
    """Two people import the same part's inventory: what stands afterwards is one of the two, whole."""
    await maker.import_tables(factors=[FACTOR_HEADER, factor("MIX", "1", "kg CO2e/kWh")], parts=[PART_HEADER, part("MIX-1")])

    def book(name: str, count: int) -> bytes:
        return workbook(
            inventory=[INVENTORY_HEADER, *(["MIX-1", "production", name, str(n + 1), "kWh", "MIX", "own", "energy"] for n in range(count))]
        )

    responses = await asyncio.gather(
        *(maker.call("POST", "/imports", files={"file": ("b.xlsx", io.BytesIO(book(name, count)))}) for name, count in (("one", 5), ("two", 3)))
    )
    assert {response.status_code for response in responses} <= {200, 503}
    lines = (await maker.get(f"/parts/{await maker.part_id('MIX-1')}/inventory"))["lines"]
    assert [line["activity"] for line in lines] in (["one"] * 5, ["two"] * 3)


async def test_figures_at_the_edge_of_what_can_be_kept_are_told_again(maker: Member) -> None:
    """Very small, very long, and made smaller still by their unit: kept exactly and spelled without an exponent."""
    for place, (value, unit, expected) in enumerate(
        [("1e-29", "mg CO2e/kg", "0." + "0" * 34 + "1"), ("1e30", "t CO2e/kg", "1" + "0" * 33), ("0.123456789012345678901234567891", "g CO2e/kg", "0.000123456789012345678901234567891")]
    ):  # fmt: skip
        await maker.import_tables(factors=[FACTOR_HEADER, factor(f"EDGE-{place}", value, unit)])
        listed = {item["code"]: item["kg_co2e"] for item in (await maker.get("/factors", params={"limit": 200}))["items"]}
        assert listed[f"EDGE-{place}"] == expected
    await maker.import_tables(parts=[PART_HEADER, part("EDGE", "piece", mass="1e-30")])
    assert (await maker.get(f"/parts/{await maker.part_id('EDGE')}"))["mass_kg"] == "0." + "0" * 29 + "1"


# what goes in comes out again

UNSEEN_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters by their category, and refused
names = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cf", "Co", "Cn"), exclude_characters=UNSEEN_LETTERS), min_size=1, max_size=10
)
amounts = st.decimals(min_value="0.000001", max_value=10**6, places=6).map(Decimal.normalize) | st.integers(1, 999).map(Decimal)
ratings = st.integers(1, 5).map(str)


@dataclass
class Books:
    """A company's tables as it would write them, and what the interface is to tell of them afterwards."""

    tag: str
    sites: list[dict[str, str]] = field(default_factory=list)
    factors: list[dict[str, str]] = field(default_factory=list)
    parts: list[dict[str, str]] = field(default_factory=list)
    structure: list[dict[str, str]] = field(default_factory=list)
    batteries: list[dict[str, str]] = field(default_factory=list)
    inventory: list[dict[str, str]] = field(default_factory=list)
    circularity: list[dict[str, str]] = field(default_factory=list)

    def sheets(self) -> list[Sheet]:
        found = []
        for kind, columns in TABLES.items():
            rows = getattr(self, kind.value)
            if rows:
                fields = [column.field for column in columns]
                found.append(
                    Sheet(kind.value, [[column.headers[0] for column in columns], *([row.get(name, "") for name in fields] for row in rows)])
                )
        return found


@st.composite
def books(draw: st.DrawFn) -> Books:
    tag = f"X{next(_tags)}"
    made = Books(tag)
    for n in range(draw(st.integers(0, 2))):
        made.sites.append(
            {"code": f"{tag}-S{n}", "name": draw(names), "country": draw(st.sampled_from(["JP", "DE", "KR"])), "address": draw(names | st.just(""))}
        )
    for n, (unit, per) in enumerate([("kg CO2e/kg", "kg"), ("kg CO2e/kWh", "kWh"), ("kg CO2e/tkm", "tkm")]):
        row = {"code": f"{tag}-F{n}", "name": draw(names), "value": plain(draw(amounts)), "unit": unit, "year": str(draw(st.integers(1990, 2050))), "per": per,
               "geography": draw(names), "source": draw(names), "citation": draw(names), "licence": draw(names),
               "standing": draw(st.sampled_from(["published", "supplier", "measured", "estimate"])), "ter": draw(ratings), "ger": draw(ratings), "tir": draw(ratings)}  # fmt: skip
        row["electricity_basis"] = draw(st.sampled_from(["", "direct_line", "generation"])) if per == "kWh" else ""
        made.factors.append(row)
    for n in range(draw(st.integers(1, 4))):
        made.parts.append(draw(parts(made, n)))
    makers = [row for row in made.parts if row["sourcing"] == "made"]
    for place, row in enumerate(made.parts):
        below = [child for child in made.parts[:place] if draw(st.booleans())] if row in makers else []
        for child in below:
            made.structure.append(
                {"parent": row["part_number"], "child": child["part_number"], "amount": plain(draw(amounts)), "unit": child["declared_unit"]}
            )
    for row in makers:
        for n in range(draw(st.integers(0, 3))):
            made.inventory.append(draw(lines(made, row["part_number"], n + 1)))
        if draw(st.booleans()):
            made.circularity.append(draw(materials(made, row["part_number"])))
        if draw(st.booleans()):
            made.batteries.append({"part_number": row["part_number"], "category": draw(st.sampled_from(["M1", "N3", "other"])), "chemistry": draw(names),
                                   "usable_energy_kwh": plain(draw(amounts)), "warranty_years": draw(st.just("") | amounts.map(plain))})  # fmt: skip
    return made


@st.composite
def parts(draw: st.DrawFn, made: Books, n: int) -> dict[str, str]:
    unit = draw(st.sampled_from(["kg", "piece", "m2", "kWh"]))
    row = {
        "part_number": f"{made.tag}-P{n}",
        "name": draw(names),
        "declared_unit": unit,
        "mass_kg": "" if unit == "kg" else draw(st.just("") | amounts.map(plain)),
    }
    row["sourcing"] = draw(st.sampled_from(["made", "bought"]))
    if row["sourcing"] == "made":
        return row | {"site": draw(st.sampled_from(["", *(site["code"] for site in made.sites)]))}
    twelve = draw(st.text("0123456789", min_size=12, max_size=12))
    row["supplier_number"] = draw(st.sampled_from(["", corporate_check_digit(twelve) + twelve]))
    row["supplier_part_number"] = draw(st.just("") | names)
    row["secondary_factor"] = f"{made.tag}-F0" if unit == "kg" and draw(st.booleans()) else ""
    return row | {"secondary_stage": draw(st.sampled_from(["", "raw_materials", "production"])) if row["secondary_factor"] else ""}


@st.composite
def lines(draw: st.DrawFn, made: Books, part_number: str, line: int) -> dict[str, str]:
    flow, unit, code = draw(st.sampled_from([("input", "kg", "F0"), ("input", "g", "F0"), ("energy", "kWh", "F1"), ("energy", "MJ", "F1"), ("energy", "tkm", "F2"),
                                             ("credit", "kg", "F0"), ("emission", "kg", "gwp:CH4"), ("waste", "kg", "")]))  # fmt: skip
    amount = draw(amounts)
    rated = {name: draw(ratings) for name in ("ter", "ger", "tir")} if draw(st.booleans()) else {}
    return {"part_number": part_number, "stage": draw(st.sampled_from(["raw_materials", "production", "distribution", "end_of_life"])), "activity": draw(names),
            "amount": plain(-amount if flow == "credit" else amount), "unit": unit, "factor": f"{made.tag}-{code}" if code.startswith("F") else code, "flow": flow,
            "data_source": draw(st.sampled_from(["own", "average"])), "evidence": draw(st.just("") | names), "line": str(line), **rated}  # fmt: skip


@st.composite
def materials(draw: st.DrawFn, made: Books, part_number: str) -> dict[str, str]:
    share = st.integers(0, 50).map(lambda percent: plain(Decimal(percent) / 100))
    return {"part_number": part_number, "material": draw(names), "mass": plain(draw(amounts)), "terms": draw(st.sampled_from(["material", "end_of_life", "both"])),
            "a": draw(share), "r1": draw(share), "r2": draw(share), "r3": draw(share), "ev": f"{made.tag}-F0", "erec": f"{made.tag}-F0", "ese_elec": f"{made.tag}-F1",
            "data_source": draw(st.sampled_from(["own", "average"])), "evidence": draw(st.just("") | names)}  # fmt: skip


async def check_told(member: Member, tools: Tools, made: Books) -> None:
    """Every row that was written, against what the interface tells."""
    sites = {site["code"]: site for site in await member.every("/sites")}
    for row in made.sites:
        assert {name: sites[row["code"]][name] for name in ("name", "country", "address")} == {
            name: row[name] for name in ("name", "country", "address")
        }
    factors = await everything(member, "/factors", "code")
    for row in made.factors:
        told = factors[row["code"]]
        assert told["kg_co2e"] == row["value"]
        assert told["per_unit"] == row["per"]
        assert told["electricity_basis"] == (row["electricity_basis"] or None)
        same = ("name", "geography", "source", "citation", "licence", "standing", "year", "ter", "ger", "tir")
        assert {name: str(told[name]) for name in same} == {name: row[name] for name in same}
    known = await everything(member, "/parts", "part_number")
    for row in made.parts:
        await check_part(member, made, row, known[row["part_number"]])
    for row in made.batteries:
        await check_battery(member, tools, row, UUID(known[row["part_number"]]["part_id"]))


async def everything(member: Member, path: str, key: str) -> dict[str, dict[str, Any]]:
    """All items of a list, page by page."""
    found: dict[str, dict[str, Any]] = {}
    after = None
    while True:
        page = await member.get(path, params={"limit": 50} | ({"after": after} if after else {}))
        found |= {item[key]: item for item in page["items"]}
        after = page["next"]
        if after is None:
            return found


async def check_part(member: Member, made: Books, row: dict[str, str], told: dict[str, Any]) -> None:
    assert told["name"] == row["name"]
    assert told["declared_unit"] == row["declared_unit"]
    assert told["sourcing"] == row["sourcing"]
    assert told["mass_kg"] == ("1" if row["declared_unit"] == "kg" else row["mass_kg"] or None)
    assert told["supplier_number"] == (row.get("supplier_number") or None)
    assert told["supplier_part_number"] == (row.get("supplier_part_number") or None)
    number, part_id = row["part_number"], told["part_id"]
    structure = await member.get(f"/parts/{part_id}/structure")
    links = {(link["part_number"], link["amount"], link["unit"]) for link in structure["components"] if link["parent"] == number}
    assert links == {(link["child"], link["amount"], link["unit"]) for link in made.structure if link["parent"] == number}
    inventory = await member.get(f"/parts/{part_id}/inventory")
    assert inventory["secondary_factor"] == (row.get("secondary_factor") or None)
    stated = [line for line in made.inventory if line["part_number"] == number]
    assert len(inventory["lines"]) == len(stated)
    for line, kept in zip(stated, inventory["lines"], strict=True):
        assert kept["factor_code"] == (line["factor"] or None)
        assert {name: str(kept[name]) for name in ("line", "stage", "activity", "amount", "unit", "flow", "data_source", "evidence")} == {
            name: line[name] for name in ("line", "stage", "activity", "amount", "unit", "flow", "data_source", "evidence")
        }
        assert [kept[name] for name in ("ter", "ger", "tir")] == [int(line[name]) if line.get(name) else None for name in ("ter", "ger", "tir")]
    circular = [item for item in made.circularity if item["part_number"] == number]
    assert len(inventory["circular"]) == len(circular)
    for item, kept in zip(circular, inventory["circular"], strict=True):
        assert (kept["material"], kept["mass_kg"], kept["terms"], kept["evidence"]) == (
            item["material"],
            item["mass"],
            item["terms"],
            item["evidence"],
        )
        assert {name: Decimal(value) for name, value in kept["parameters"]["shares"].items()} == {
            name: Decimal(item[name]) for name in ("a", "r1", "r2", "r3")
        }
        assert kept["parameters"]["factors"] == dict.fromkeys(("ev", "erec", "erec_eol", "ev_star"), item["ev"]) | {"ese_elec": item["ese_elec"]}


async def check_battery(member: Member, tools: Tools, row: dict[str, str], part_id: UUID) -> None:
    async def verb(work: Work) -> Any:
        await work.pin(Viewpoint.MEMBER, UUID(member.company_id))
        return await products.battery_model(work, part_id)

    model = await tools.works.run(verb)
    assert (model.category, model.chemistry) == (row["category"], row["chemistry"])
    assert model.usable_energy_kwh == Decimal(row["usable_energy_kwh"])
    assert model.warranty_years == (Decimal(row["warranty_years"]) if row["warranty_years"] else None)


async def come_and_go(maker: Member, tools: Tools, made: Books, numeric: bool) -> None:
    figures = frozenset(column.headers[0] for columns in TABLES.values() for column in columns if column.numeric) if numeric else frozenset()
    report = await maker.send_file(write(made.sheets(), figures))
    assert report["saved"], report["errors"]
    assert report["errors"] == []
    assert report["good"] == sum(len(getattr(made, kind.value)) for kind in TableKind)
    await check_told(maker, tools, made)
    again = await maker.send_file(write(made.sheets()))
    assert not again["changed"], again["changes"]


async def test_what_is_imported_is_told_again(maker: Member, tools: Tools) -> None:
    await each(lambda made, numeric: come_and_go(maker, tools, made, numeric), 12, books(), st.booleans())


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_what_is_imported_is_told_again_for_long(maker: Member, tools: Tools) -> None:
    await each(lambda made, numeric: come_and_go(maker, tools, made, numeric), 200, books(), st.booleans())


async def test_the_comparison_would_notice_one_wrong_cell(maker: Member, tools: Tools) -> None:
    """The canary: an amount that is not the one that was written."""
    made = Books("CANARY", parts=[{"part_number": "CANARY-P0", "name": "p", "declared_unit": "piece", "mass_kg": "2", "sourcing": "made"}])
    assert (await maker.send_file(write(made.sheets())))["saved"]
    await check_told(maker, tools, made)
    made.parts[0]["mass_kg"] = "2.0000001"
    with pytest.raises(AssertionError):
        await check_told(maker, tools, made)
