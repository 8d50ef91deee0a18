"""The workbook to fill in: explained in both languages, with examples that are right, and with the parts that customers ask about."""

from tests.world import PART_HEADER, Member, World, workbook

from ashiato.domain.imports import TABLES, TableKind
from ashiato.domain.imports.template import ABOUT_JA, BEGINS, EXAMPLE
from ashiato.plumbing.spreadsheet import Sheet, read, write


def test_every_explanation_is_told_in_japanese_too() -> None:
    assert set(ABOUT_JA) == {column.about for columns in TABLES.values() for column in columns if column.about}


def test_every_required_column_has_an_example_and_every_example_a_column() -> None:
    for kind, columns in TABLES.items():
        assert {column.field for column in columns if column.required} <= set(EXAMPLE[kind]) <= {column.field for column in columns}, kind


async def test_the_examples_can_be_registered(world: World) -> None:
    """As they stand, with the pack that the cell goes into and the two factors that its circularity names."""
    company = await world.company("Example Works")
    rows = {kind.value: [[EXAMPLE[kind].get(column.field, "") for column in TABLES[kind]]] for kind in TABLES}
    rows["parts"].append([{"part_number": "PACK-1", "name": "Pack", "declared_unit": "kg"}.get(column.field, "") for column in TABLES["parts"]])
    rows["factors"] += [
        [(EXAMPLE["factors"] | {"code": code, "unit": "kg CO2e/kg", "electricity_basis": ""}).get(column.field, "") for column in TABLES["factors"]]
        for code in ("AL", "AL-REC")
    ]
    book = workbook(**{kind.value: [[column.headers[0] for column in TABLES[kind]], *rows[kind.value]] for kind in TABLES})
    report = await company.send_file(book)
    assert report["errors"] == []
    assert report["saved"]


async def _workbook(member: Member) -> bytes:
    return (await member.client.get("/imports/template.xlsx", headers={"Cookie": f"ashiato_session={member.token}"})).content


def _template(content: bytes) -> dict[TableKind, list[list[str]]]:
    return dict(zip(TABLES, (sheet.rows for sheet in read(content)[1:]), strict=True))


async def test_the_part_that_a_customer_asks_about_stands_in_the_template(world: World) -> None:
    """Its number, name, unit and mass are the request's; as they stand they can be registered, and then they are not asked for again."""
    supplier, buyer, another = [await world.company(f"{name} of a template") for name in ("Maker", "Buyer", "Another buyer")]
    number = supplier.number
    rows = [
        ["C-B", "Cell", "kg", "", number, "CELL-9", ""],
        ["L-B", "Lid", "piece", "", number, "LID-9", ""],
        ["N-B", "Nut", "kg", "", number, "", ""],
    ]
    for who in (buyer, another):
        await who.import_tables(parts=[PART_HEADER, *rows])
    for part in ("C-B", "L-B", "N-B"):
        await buyer.ask(part)
    await another.ask("C-B")
    parts = _template(await _workbook(supplier))[TableKind.PARTS]
    fields = [column.field for column in TABLES[TableKind.PARTS]]
    told = [{field: text for field, text in zip(fields, row, strict=False) if text} for row in parts[1:]]
    assert told == [
        {"part_number": "CELL-9", "name": "Cell", "declared_unit": "kg", "mass_kg": "1", "sourcing": "made"},
        {"part_number": "LID-9", "name": "Lid", "declared_unit": "piece", "sourcing": "made"},
    ]
    assert (await supplier.send_file(await _workbook(supplier)))["saved"]
    assert _template(await _workbook(supplier))[TableKind.PARTS][1:] == []
    assert _template(await _workbook(buyer))[TableKind.PARTS][1:] == [], "who asks is not asked"


async def test_the_coloured_columns_give_a_first_figure(world: World) -> None:
    """What a newcomer types: one factor for electricity and one line of inventory; the part stands there already."""
    supplier, buyer = await world.company("First Figure Works"), await world.company("First Buyer Works")
    await buyer.import_tables(parts=[PART_HEADER, ["C-B", "Cell", "kg", "", supplier.number, "CELL-1", ""]])
    await buyer.ask("C-B")
    sheets = read(await _workbook(supplier))
    for place, kind in enumerate(TABLES, 1):
        if kind in BEGINS:
            row = [EXAMPLE[kind][column.field] if column.required or column.field in BEGINS[kind] else "" for column in TABLES[kind]]
            sheets[place] = Sheet(sheets[place].name, [*sheets[place].rows[:1], row])
    report = await supplier.send_file(write(sheets))
    assert report["errors"] == []
    assert (await supplier.compute("CELL-1"))["result"]["total"] == "5.375"
