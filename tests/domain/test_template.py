"""The empty workbook's explanations: complete in both languages, with examples that are right."""

from tests.world import World, workbook

from ashiato.domain.imports import TABLES
from ashiato.domain.imports.template import ABOUT_JA, EXAMPLE


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
