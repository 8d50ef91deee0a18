"""The snapshot of a structure is what the database says, whatever file was there before; and one change does not read it whole."""

import itertools
import random
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
import pytest
from tests.world import PART_HEADER, STRUCTURE_HEADER, Member, World

from ashiato.domain import products
from ashiato.domain.footprint.rollup import ends
from ashiato.domain.footprint.snapshot import network_of
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.domain.products.snapshot import StructureSnapshot, beneath, structure_snapshot
from ashiato.domain.products.snapshot_store import LINK, PART
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.kernel.quantity import UNITS, Quantity, bridge
from ashiato.plumbing import mapped
from ashiato.plumbing.db import SCHEMA, Viewpoint
from ashiato.plumbing.unit_of_work import Work

names = itertools.count()


class House:
    """A company with parts and a structure, and its snapshots in a folder."""

    def __init__(self, world: World, member: Member, folder: Path) -> None:
        self.world, self.member, self.folder = world, member, folder
        self.company = UUID(member.company_id)
        self.actor = Actor(CompanyId(self.company), CompanyKind.MEMBER, frozenset({Role.CLERK}))

    @property
    def file(self) -> Path:
        return self.folder / f"{self.company}.structure"

    async def snapshot(self, folder: Path | None = None) -> StructureSnapshot:
        async def verb(work: Work) -> StructureSnapshot:
            await work.pin(Viewpoint.MEMBER, self.company)
            return await structure_snapshot(work, self.actor, folder or self.folder)

        return await self.world.tools.works.run(verb, read_only=True)

    async def whole(self, tmp_path: Path) -> StructureSnapshot:
        """What a first reading finds now."""
        return await self.snapshot(tmp_path / f"fresh {next(names)}")

    async def catalogue(self):  # type: ignore[no-untyped-def]
        async def verb(work: Work):  # type: ignore[no-untyped-def]
            await work.pin(Viewpoint.MEMBER, self.company)
            return await products.catalogue(work, self.actor)

        return await self.world.tools.works.run(verb, read_only=True)


@pytest.fixture(scope="module")
async def member(world: World) -> Member:
    return await world.company("Snapshot Works")


@pytest.fixture
async def house(world: World, member: Member, tmp_path: Path) -> House:
    """The same company with the same structure as at first, and with no file yet; other tests may have left parts."""
    await member.import_tables(
        parts=[
            PART_HEADER,
            ["PACK", "Pack", "piece", "", "", "", ""],
            ["MODULE", "Module", "piece", "2.5", "", "", ""],
            ["CELL", "Cell", "piece", "0.5", "", "", ""],
            ["FOIL", "Foil", "kg", "", "", "", ""],
            ["POWER", "Power", "kWh", "", "", "", ""],
        ],
        structure=[STRUCTURE_HEADER, ["PACK", "MODULE", "20", "kg"], ["PACK", "FOIL", "300", "g"], ["MODULE", "CELL", "12", "piece"],
                   ["CELL", "FOIL", "0.01", "kg"], ["CELL", "POWER", "3.6", "MJ"]],
    )  # fmt: skip
    return House(world, member, tmp_path / "snapshots")


def same(one: StructureSnapshot, other: StructureSnapshot) -> None:
    assert one.moment == other.moment
    np.testing.assert_array_equal(one.parts, other.parts)
    np.testing.assert_array_equal(one.links, other.links)


def altered(path: Path, **about: object) -> None:
    """The file as it is, valid, but with other figures: whoever reads the database whole would not keep them."""
    found = mapped.held(path)
    assert found is not None
    links = found.arrays["links"].copy()
    links["amount"] += 1000
    mapped.keep(path, found.about | about, {"parts": found.arrays["parts"], "links": links})


async def test_the_network_is_that_of_the_exact_figures(house: House) -> None:
    """Every amount in declared units, as the exact conversion has it."""
    snapshot = await house.snapshot()
    parts, components = await house.catalogue()
    net = network_of(snapshot)
    parent, child = ends(net)
    found = {(bytes(snapshot.parts["part"][p]), bytes(snapshot.parts["part"][c])): a for p, c, a in zip(parent, child, net.amounts, strict=True)}
    assert len(found) == len(components) == 5
    for edge in components:
        part = parts[edge.child_id]
        declared = UNITS[part.declared_unit]
        exact = Quantity(edge.amount, UNITS[edge.unit]).in_unit(declared, bridge(declared, part.mass_kg))
        assert found[edge.parent_id.bytes.rstrip(b"\0"), edge.child_id.bytes.rstrip(b"\0")] == pytest.approx(float(exact), rel=1e-15)


async def test_what_goes_into_a_bought_part_is_left_to_its_supplier(house: House, world: World) -> None:
    await house.member.import_tables(parts=[PART_HEADER, ["CELL", "Cell", "piece", "0.5", world.operator.number or house.member.number, "C-1", ""]])
    snapshot = await house.snapshot()
    cell = next(row["part"] for row in snapshot.parts if row["made"] == 0)
    parent, _ = ends(network_of(snapshot))
    assert cell not in {snapshot.parts["part"][place] for place in parent}
    assert len(parent) == 3


async def test_a_change_is_followed_without_reading_the_whole(house: House, tmp_path: Path) -> None:
    await house.snapshot()
    altered(house.file)
    await house.member.put(
        f"/parts/{await house.member.part_id('MODULE')}/structure", {"components": [{"part_number": "CELL", "amount": "14", "unit": "piece"}]}
    )
    followed, whole = await house.snapshot(), await house.whole(tmp_path)
    assert followed.moment == whole.moment
    differing = followed.links["amount"] != whole.links["amount"]
    assert differing.sum() == 4, "the four links that did not change came from the file"
    assert followed.links["amount"][~differing] == [14]
    np.testing.assert_array_equal(followed.parts, whole.parts)
    same(await house.snapshot(), followed)  # it was kept


async def test_changes_of_every_kind_lead_to_what_a_first_reading_finds(house: House, tmp_path: Path) -> None:
    """From the file of any earlier moment, which is what a kill leaves: links that come, go and change, parts that do."""
    numbers, drawn, files = ["PACK", "MODULE", "CELL", "FOIL", "POWER"], random.Random(5), []
    await house.snapshot()
    files.append(house.file.read_bytes())
    for turn in range(8):
        upper = drawn.randrange(3)
        if turn % 3 == 2:
            fresh = f"PART-{turn}"
            await house.member.import_tables(
                parts=[PART_HEADER, [fresh, "Part", "kg", "", "", "", ""], ["MODULE", "Module", "piece", str(1 + turn), "", "", ""]]
            )
            numbers.append(fresh)
        else:
            below = drawn.sample(numbers[upper + 1 :], drawn.randint(0, len(numbers) - upper - 1))
            components = [{"part_number": name, "amount": str(Decimal(drawn.randint(1, 99)) / 7)[:9], "unit": _unit(name)} for name in below]
            await house.member.put(f"/parts/{await house.member.part_id(numbers[upper])}/structure", {"components": components})
        whole = await house.whole(tmp_path)
        for held in files:
            house.file.write_bytes(held)
            same(await house.snapshot(), whole)
        files.append(house.file.read_bytes())


def _unit(name: str) -> str:
    return {"PACK": "piece", "MODULE": "piece", "CELL": "piece", "POWER": "kWh"}.get(name, "kg")


async def test_what_cannot_be_trusted_is_built_again(house: House, world: World, tmp_path: Path) -> None:
    whole = await house.snapshot()
    good = house.file.read_bytes()
    for damaged in (b"", good[:-1], good[:200], good[:-8] + bytes(8), b"ashiato\x02" + good[8:]):
        house.file.write_bytes(damaged)
        same(await house.snapshot(), whole)
        assert house.file.read_bytes() == good
    altered(house.file, number=whole.moment.number + 1)  # of a future that a restored backup does not know
    same(await house.snapshot(), whole)
    altered(house.file, company=str(UUID(int=1)))
    same(await house.snapshot(), whole)
    about = {"company": str(house.company), "number": whole.moment.number, "mark": str(whole.moment.mark)}
    mapped.keep(house.file, about, {"parts": np.zeros(1, LINK), "links": np.zeros(1, PART)})
    same(await house.snapshot(), whole)


PAST = ("part_structure", "structure_number", "structure_change", "structure_moment")


async def test_a_restored_database_that_has_caught_up_is_noticed(house: House, owner_url: str, tmp_path: Path) -> None:
    """A backup comes back, and another change takes the number of the one that was lost: the file knows the lost one."""
    module = f"/parts/{await house.member.part_id('MODULE')}/structure"

    async def put(amount: int) -> StructureSnapshot:
        await house.member.put(module, {"components": [{"part_number": "CELL", "amount": str(amount), "unit": "piece"}]})
        return await house.snapshot()

    await house.snapshot()
    async with await psycopg.AsyncConnection.connect(owner_url, options=f"-c search_path={SCHEMA}") as owner:
        for table in PAST:
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            await owner.execute(f"CREATE TEMPORARY TABLE held_{table} AS SELECT * FROM {table} WHERE company_id = %s", [house.company])
            await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        await owner.commit()
        lost = await put(77)
        for table in PAST:
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER")  # a restore fires none
        for table in reversed(PAST):
            await owner.execute(f"DELETE FROM {table} WHERE company_id = %s", [house.company])
        for table in PAST:
            await owner.execute(f"INSERT INTO {table} SELECT * FROM held_{table}")
        await owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in PAST:
            await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER")
    held = house.file.read_bytes()
    caught_up = await put(78)
    assert caught_up.moment.number == lost.moment.number
    same(caught_up, await house.whole(tmp_path))
    await put(79)  # ... and goes on
    house.file.write_bytes(held)
    same(await house.snapshot(), await house.whole(tmp_path))


async def test_what_lies_beneath_parts_is_all_that_goes_into_them(house: House) -> None:
    """Against a walk over the exact records, from every part alone and from some together."""
    snapshot, (parts, components) = await house.snapshot(), await house.catalogue()
    tops = [[part_id] for part_id in parts] + [random.Random(3).sample(list(parts), 3), [], [PartId(UUID(int=7))]]
    for chosen in tops:
        expected = {part_id for part_id in chosen if part_id in parts}
        for _ in range(len(parts)):
            expected |= {edge.child_id for edge in components if edge.parent_id in expected and parts[edge.parent_id].sourcing == "made"}
        found = beneath(snapshot, chosen)
        assert found.part_ids == sorted(expected)
        made = {part_id for part_id in expected if parts[part_id].sourcing == "made"}
        assert len(found.links) == sum(edge.parent_id in made for edge in components)
        assert network_of(found).parts == len(expected)


async def test_after_a_large_import_it_is_read_whole(house: House, tmp_path: Path) -> None:
    await house.snapshot()
    altered(house.file)
    await house.member.import_tables(parts=[PART_HEADER, *([f"Z{place}", "Part", "kg", "", "", "", ""] for place in range(1001))])
    same(await house.snapshot(), await house.whole(tmp_path))


async def test_canary_an_altered_file_of_the_same_number_is_taken(house: House) -> None:
    """Nothing but the number says that a file is fresh, so the tests above do see whether it was read or built again."""
    whole = await house.snapshot()
    altered(house.file)
    np.testing.assert_array_equal((await house.snapshot()).links["amount"], whole.links["amount"] + 1000)


async def test_another_company_has_another_snapshot(house: House, world: World) -> None:
    other = House(world, await world.company("Other Works"), house.folder)
    await house.snapshot()
    found = await other.snapshot()
    assert (found.moment.number, len(found.parts), len(found.links)) == (0, 0, 0)
