"""Many rows at once: copied into a table that ends with the transaction, from where one statement merges them."""

import itertools
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import LiteralString

from ashiato.plumbing.db import Connection, Params, run, value

_ROWS_OF_A_BLOCK = 5_000
_NOTHING = r"\N"
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}  # as COPY reads them
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")


@asynccontextmanager
async def staged(connection: Connection, name: LiteralString, columns: LiteralString, rows: Iterable[Sequence[object]]) -> AsyncIterator[int]:
    """Has `rows` in a temporary table `name` with these columns, spelled as in CREATE TABLE, for as long as the block lasts.

    Yields how many there are; without any there is no table. An empty text is kept as NULL, as None is. From then on the transaction's
    statements are planned for what they meet: a kept plan knows nothing of many rows.
    """
    waiting = iter(rows)
    block = list(itertools.islice(waiting, _ROWS_OF_A_BLOCK))
    if not block:
        yield 0
        return
    count = 0
    await connection.execute("SET LOCAL plan_cache_mode = auto")
    await connection.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
    async with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        while block:
            count += len(block)
            columns_of_block = map(_spelled, zip(*block, strict=True))
            await copy.write("\n".join(map("\t".join, zip(*columns_of_block, strict=True))) + "\n")
            block = list(itertools.islice(waiting, _ROWS_OF_A_BLOCK))
    await connection.execute(f"ANALYZE {name}")
    yield count
    await connection.execute(f"DROP TABLE {name}")


def _spelled(column: tuple[object, ...]) -> list[str]:
    """The cells of a column as COPY reads them. What they say is looked for once where the same objects stand in many rows."""
    if all(issubclass(kind, str) for kind in set(map(type, column)) - {type(None)}):
        texts = [str(cell) if cell else "" for cell in column]
    else:
        objects = dict(zip(map(id, column), column, strict=True))
        said = {known: "" if cell is None else str(cell) for known, cell in objects.items()}
        texts = list(map(said.__getitem__, map(id, column)))
    if _TO_ESCAPE.search("".join(texts)):
        texts = [_TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], text) for text in texts]
    return [text or _NOTHING for text in texts]


@dataclass(frozen=True, slots=True)
class Merge:
    """How stated rows become the registered ones, as statements.

    `standing` asks whether rows of what was staged are registered already, `resolve` makes rows by identifiers of it, in the columns of
    `into`; the other statements find them in a table `name`.
    """

    name: LiteralString
    standing: LiteralString
    resolve: LiteralString
    remove: LiteralString
    change: LiteralString
    into: LiteralString
    add: LiteralString

    async def carried_out(
        self, connection: Connection, staging: LiteralString, columns: LiteralString, rows: Iterable[Sequence[object]], params: Params
    ) -> tuple[int, int, int, int]:
        """Stages rows as `staged` does and merges them; how many were new, changed, unchanged, removed."""
        async with staged(connection, staging, columns, rows) as count:
            if not count:
                return 0, 0, 0, 0
            if not await value(connection, self.standing, params):  # nothing to compare with
                new = await run(connection, f"{self.into} {self.resolve}", params)
                return new, 0, count - new, 0
            await run(connection, f"CREATE TEMPORARY TABLE {self.name} ON COMMIT DROP AS {self.resolve}", params)
        await connection.execute(f"ANALYZE {self.name}")
        removed = await run(connection, self.remove, params)
        changed = await run(connection, self.change, params)
        new = await run(connection, f"{self.into} {self.add}", params)
        await connection.execute(f"DROP TABLE {self.name}")
        return new, changed, count - new - changed, removed
