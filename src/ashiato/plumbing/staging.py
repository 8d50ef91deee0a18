"""Many rows at once: copied into a table that ends with the transaction, from where one statement merges them."""

import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ashiato.plumbing.db import Connection, Params, run, value
from ashiato.plumbing.progress import Progress

_ROWS_OF_A_BLOCK = 5_000
_FEW = 20_000  # texts
_NOTHING = r"\N"
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}  # as COPY reads them
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")


class Block(NamedTuple):
    """Some rows, spelled as COPY reads them."""

    rows: int
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of very many rows: what stands in it, as a rule each thing once, and the place therein of what each row holds."""

    values: Sequence[Any]
    places: NDArray[np.integer[Any]]

    def each(self, made: Callable[[Any], object]) -> "Column":
        """The column of what is made of each value."""
        return Column(list(map(made, self.values)), self.places)


Columns = Sequence[Column]


def in_order(columns: Columns, keys: int) -> Columns:
    """The same rows in the order of the numbers, of less than 31 bits, in the first column or the first two (`keys`): an index over them fills
    page after page.
    """
    told = [np.array([number or 0 for number in column.values], np.int64)[column.places] for column in columns[:keys]]
    order = np.argsort(told[0] << 31 | told[1] if keys > 1 else told[0], kind="stable")
    return [Column(column.values, column.places[order]) for column in columns]


def by_rows(rows: Iterable[Sequence[object]]) -> Iterator[Block]:
    """Rows as they are staged."""
    waiting = iter(rows)
    while block := list(itertools.islice(waiting, _ROWS_OF_A_BLOCK)):
        yield _block(map(_spelled, zip(*block, strict=True)), len(block))


def by_columns(tables: Iterable[Columns], progress: Progress) -> Iterator[Block]:
    """Tables of columns as their rows are staged, one after the other; their rows are counted as they go by."""
    for table in tables:
        spelled = [Column(_escaped(["" if cell is None else str(cell) for cell in column.values]), column.places) for column in table]
        told = [(np.array(column.values, np.object_), column.places) for column in _folded(spelled)]
        count = len(table[0].places)
        for start in range(0, count, _ROWS_OF_A_BLOCK):
            until = min(start + _ROWS_OF_A_BLOCK, count)
            progress.done += until - start
            yield _block((texts[places[start:until]].tolist() for texts, places in told), until - start)


def _block(columns: Iterable[list[str]], rows: int) -> Block:
    return Block(rows, "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")


def _folded(columns: Sequence[Column]) -> list[Column]:
    """The same rows in fewer columns: neighbours that say few things together are spelled together, each pair of texts once."""
    folded: list[Column] = []
    for column in columns:
        if folded and len(folded[-1].values) * len(column.values) <= _FEW:
            before = folded.pop()
            pairs = list(map("\t".join, itertools.product(before.values, column.values)))
            folded.append(Column(pairs, before.places * len(column.values) + column.places))
        else:
            folded.append(column)
    return folded


@asynccontextmanager
async def staged(connection: Connection, name: LiteralString, columns: LiteralString, blocks: Iterable[Block]) -> AsyncIterator[int]:
    """Has the rows of these blocks in a temporary table `name` with these columns, spelled as in CREATE TABLE, for as long as the block lasts.

    Yields how many there are; without any there is no table. An empty text is kept as NULL, as None is. The planner knows nothing of the
    rows; the transaction's statements are planned for what they meet from then on: a kept plan does not look for very many.
    """
    waiting = iter(blocks)
    block = next(waiting, None)
    if block is None:
        yield 0
        return
    count = 0
    await connection.execute("SET LOCAL plan_cache_mode = auto")
    await connection.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
    async with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        while block is not None:
            count += block.rows
            await copy.write(block.text)
            block = next(waiting, None)
    yield count
    await connection.execute(f"DROP TABLE {name}")


def _spelled(column: tuple[object, ...]) -> list[str]:
    """The cells of a column as COPY reads them. What they say is looked for once where the same objects stand in many rows."""
    if all(issubclass(kind, str) for kind in set(map(type, column)) - {type(None)}):
        return _escaped([str(cell) if cell else "" for cell in column])
    objects = dict(zip(map(id, column), column, strict=True))
    said = {known: "" if cell is None else str(cell) for known, cell in objects.items()}
    return _escaped(list(map(said.__getitem__, map(id, column))))


def _escaped(texts: list[str]) -> list[str]:
    if _TO_ESCAPE.search("".join(texts)):
        texts = [_TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], text) for text in texts]
    return [text or _NOTHING for text in texts]


@dataclass(frozen=True, slots=True)
class Merge:
    """How staged rows become the registered ones of the company `company_id`, as statements.

    `resolve` makes of the rows of `staging` those of `table`, in the columns of `into`; `key` are the columns that tell them apart. The
    other statements find them in a table `name`: `remove`, where there is one, takes away what they leave out.
    """

    staging: LiteralString
    columns: LiteralString
    resolve: LiteralString
    table: LiteralString
    into: LiteralString
    key: LiteralString
    name: LiteralString
    change: LiteralString
    remove: LiteralString | None = None

    async def carried_out(self, connection: Connection, blocks: Iterable[Block], params: Params) -> tuple[int, int, int, int]:
        """Stages blocks as `staged` does and merges them; how many were new, changed, unchanged, removed."""
        async with staged(connection, self.staging, self.columns, blocks) as count:
            if not count:
                return 0, 0, 0, 0
            if not await value(connection, f"SELECT EXISTS (SELECT FROM {self.table} WHERE company_id = %(company_id)s)", params):
                return await run(connection, f"{self.into} {self.resolve}", params), 0, 0, 0  # nothing to compare with
            await run(connection, f"CREATE TEMPORARY TABLE {self.name} ON COMMIT DROP AS {self.resolve}", params)
        # Of rows that were registered a moment ago the planner may believe that there are none: with an index no plan takes long for it.
        await connection.execute(f"CREATE INDEX ON {self.name} ({self.key})")
        await connection.execute(f"ANALYZE {self.name}")
        removed = await run(connection, self.remove, params) if self.remove else 0
        changed = await run(connection, self.change, params)
        new = await run(connection, f"{self.into} SELECT * FROM {self.name} ON CONFLICT (company_id, {self.key}) DO NOTHING", params)
        await connection.execute(f"DROP TABLE {self.name}")
        return new, changed, count - new - changed, removed
