"""Many rows at once: copied into a table that ends with the transaction, from where one statement merges them."""

import csv
import io
import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import LiteralString

from ashiato.plumbing.db import Connection, Params, run

_ROWS_OF_A_BLOCK = 5_000


@asynccontextmanager
async def staged(connection: Connection, name: LiteralString, columns: LiteralString, rows: Iterable[Sequence[object]]) -> AsyncIterator[int]:
    """Has `rows` in a temporary table `name` with these columns, spelled as in CREATE TABLE, for as long as the block lasts.

    Yields how many there are; without any there is no table. An empty text is kept as NULL, as None is.
    """
    waiting = iter(rows)
    block = list(itertools.islice(waiting, _ROWS_OF_A_BLOCK))
    if not block:
        yield 0
        return
    count = 0
    await connection.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
    async with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
        while block:
            count += len(block)
            text = io.StringIO()
            csv.writer(text).writerows(block)
            await copy.write(text.getvalue())
            block = list(itertools.islice(waiting, _ROWS_OF_A_BLOCK))
    await connection.execute(f"ANALYZE {name}")
    yield count
    await connection.execute(f"DROP TABLE {name}")


@dataclass(frozen=True, slots=True)
class Merge:
    """How stated rows become the registered ones, as statements: `resolve` makes the table `name` of what was staged, by identifiers."""

    name: LiteralString
    resolve: LiteralString
    remove: LiteralString
    change: LiteralString
    add: LiteralString

    async def carried_out(
        self, connection: Connection, staging: LiteralString, columns: LiteralString, rows: Iterable[Sequence[object]], params: Params
    ) -> tuple[int, int, int, int]:
        """Stages rows as `staged` does and merges them; how many were new, changed, unchanged, removed."""
        async with staged(connection, staging, columns, rows) as count:
            if not count:
                return 0, 0, 0, 0
            await run(connection, self.resolve, params)
        await connection.execute(f"ANALYZE {self.name}")
        removed = await run(connection, self.remove, params)
        changed = await run(connection, self.change, params)
        new = await run(connection, self.add, params)
        await connection.execute(f"DROP TABLE {self.name}")
        return new, changed, count - new - changed, removed
