"""Importing a whole catalogue from csv, against a COPY of the very rows that it registers into bare tables."""

import asyncio
import contextlib
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Self

import psutil
import psycopg
from row import Row

from ashiato import app as composition
from ashiato.domain import imports, participants
from ashiato.domain.imports import Report
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.gateways.rest import Tools
from ashiato.kernel.ids import corporate_number
from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.db import SCHEMA, Viewpoint
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work

SIZES = {"full": (100_000, 500_000, 300_000), "small": (2_000, 10_000, 6_000), "tiny": (40, 120, 100)}
TABLES = ("part", "part_structure", "inventory_line")
GOAL, GOAL_MB = 6, 600
TIERS = 12
_BLOCK = 2**20


def rows(size: str, random: Random) -> Iterator[Row]:
    """Seconds of import over seconds of COPY, and the most memory that the importing processes held."""
    with tempfile.TemporaryDirectory() as home:
        chosen = Settings(home=Path(home), log_level="error")
        with postgres.running(chosen) as url:
            migrations.migrate(chosen, url)
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:  # what makes the files is not what imports them
                files = elsewhere.submit(catalogue, *SIZES[size], random).result()
            yield from asyncio.run(_measured(chosen, url, size, files, random))


async def _measured(chosen: Settings, url: str, size: str, files: dict[str, bytes], random: Random) -> list[Row]:
    async with composition.tools(chosen, url) as tools:
        actor = await _company(tools)
        await _import(tools, actor, "factors.csv", factors(random))
        with Memory() as memory:
            seconds = {name: await _import(tools, actor, name, content) for name, content in files.items()}
        await _check(tools, actor, SIZES[size], files, random)
    copied = [_copied(url) for _ in range(3)]
    spelled = " / ".join(f"{count:,}" for count in SIZES[size])
    parts = ", ".join(f"{name} {taken:.1f}" for name, taken in seconds.items())
    detail = f"({sum(seconds.values()):.1f} s: {parts}; COPY {min(copied):.1f}–{max(copied):.1f} s)"
    ratio = sum(seconds.values()) / sorted(copied)[1]
    return [
        Row("import of a catalogue (csv)", "COPY of the same rows into bare tables", spelled, ratio, GOAL, detail=detail),
        Row(
            "memory of that import, all processes but the database",
            "600 MB",
            spelled,
            memory.most / 2**20 / GOAL_MB,
            1,
            detail=f"({memory.most / 2**20:.0f} MB)",
        ),
    ]


def catalogue(parts: int, links: int, lines: int, random: Random) -> dict[str, bytes]:
    """A company's own parts in twelve tiers, what goes into them, and their inventories."""
    numbers = [f"PN-{place:06d}" for place in range(parts)]
    tier = parts // TIERS  # a part is made of parts that stand before its tier
    stated = ["Part number,Part name,Declared unit,Mass per unit (kg),Sourcing"]
    for place, number in enumerate(numbers):
        unit, mass = ("piece", f"{random.uniform(0.01, 20):.4g}") if place % 2 else ("kg", "")
        stated.append(f"{number},Part {random.randrange(10**6)} of series {random.randrange(900)},{unit},{mass},made")
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < links:
        parent = random.randrange(tier, parts)
        pairs.add((parent, random.randrange(parent // tier * tier)))
    structure = ["Parent,Child,Amount per parent,Amount unit"]
    structure += [f"{numbers[parent]},{numbers[child]},{random.uniform(0.0001, 0.2):.6g},kg" for parent, child in sorted(pairs)]
    inventory = ["Part number,Stage,Activity,Amount,Unit,Factor,Flow,Data source,Evidence"]
    for place in range(lines):
        kind, unit, code, flow = random.choice((("electricity", "kWh", "EL", "energy"), ("steel", "kg", "ST", "input")))
        what = f"{kind} line {random.randrange(400)},{random.uniform(0.001, 90):.6g},{unit},{code}-{random.randrange(40)},{flow}"
        inventory.append(f"{numbers[place * parts // lines]},production,{what},own,meter {random.randrange(5000)}")
    return {f"{name}.csv": "\n".join(table).encode() for name, table in (("parts", stated), ("structure", structure), ("inventory", inventory))}


def factors(random: Random) -> bytes:
    """Eighty emission factors."""
    table = ["Factor code,Factor name,Value,Factor unit,Year,Geography,Source,Citation,Licence,Standing,TeR,GeR,TiR"]
    for kind, unit in (("EL", "kWh"), ("ST", "kg")):
        table += [
            f"{kind}-{n},{kind} {n},{random.uniform(0.01, 4):.4g},kg CO2e/{unit},2024,GLO,s,https://example.org,CC0,published,2,2,2"
            for n in range(40)
        ]
    return "\n".join(table).encode()


async def _company(tools: Tools) -> Actor:
    """A clerk of a company of its own."""
    number = "700001205000" + "2"
    application = participants.model.Application(
        "Bench Works", "JP", corporate_number(number), "clerk@bench.example", "Clerk", "correct horse battery staple"
    )
    applied = await tools.works.run(lambda work: participants.admission.apply(work, application, participants.admission_rules.load()))
    return Actor(applied.company_id, CompanyKind.MEMBER, frozenset({Role.CLERK}))


async def _import(tools: Tools, actor: Actor, name: str, content: bytes) -> float:
    """Seconds from the file's bytes to its durable registration."""

    async def verb(work: Work) -> Report:
        await work.pin(Viewpoint.MEMBER, actor.company_id)
        return await imports.register(work, actor, opened)

    began = time.perf_counter()
    opened = await asyncio.to_thread(imports.open_file, name, content)
    report = await tools.works.run(verb)
    assert report.saved, report.errors[:3]
    return time.perf_counter() - began


async def _check(tools: Tools, actor: Actor, counts: tuple[int, int, int], files: dict[str, bytes], random: Random) -> None:
    """All rows are there, and some of them, drawn at random, say what the files say."""

    async def verb(work: Work) -> tuple[list[int], dict[str, Decimal]]:
        await work.pin(Viewpoint.MEMBER, actor.company_id)
        found = [(await (await work.connection.execute(f"SELECT count(*) FROM {table}")).fetchone() or (0,))[0] for table in TABLES]
        cursor = await work.connection.execute(
            "SELECT parent.part_number || ',' || child.part_number, amount FROM part_structure"
            " JOIN part AS parent ON parent.part_id = parent_id JOIN part AS child ON child.part_id = child_id WHERE parent.part_number = ANY(%s)",
            [sample],
        )
        return found, dict(await cursor.fetchall())

    lines = files["structure.csv"].decode().split("\n")[1:]
    sample = [line.split(",")[0] for line in random.sample(lines, 50)]
    stated = {f"{parent},{child}": Decimal(amount) for parent, child, amount, _ in (line.split(",") for line in lines) if parent in set(sample)}
    assert await tools.works.run(verb) == (list(counts), stated)


def _copied(url: str) -> float:
    """Seconds of a COPY of the registered rows into tables without keys, indexes and policies."""
    texts = {}
    with psycopg.connect(url, options=f"-c search_path={SCHEMA}") as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            with owner.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:  # with what is generated
                texts[table] = b"".join(copy)
        owner.rollback()
        for table in TABLES:
            owner.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
        owner.commit()
        began = time.perf_counter()
        for table, text in texts.items():
            with owner.cursor().copy(f"COPY bare_{table} FROM STDIN") as copy:
                for start in range(0, len(text), _BLOCK):
                    copy.write(text[start : start + _BLOCK])
        owner.commit()
        taken = time.perf_counter() - began
        owner.execute("".join(f"DROP TABLE bare_{table};" for table in TABLES))
    return taken


class Memory:
    """The most memory (bytes) that this process and its children held together, the database's left out."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.02):
            held = me.memory_info().rss
            for child in me.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    held += child.memory_info().rss if "spreadsheet_child" in " ".join(child.cmdline()) else 0
            self.most = max(self.most, held)
