"""The SQL that reads the schema's own description and, by it, moves whole tables: every column, key and link as it stands in the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from ashiato.plumbing.db import SCHEMA
from ashiato.plumbing.unit_of_work import Work

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Link:
    """A key of another company table, column by column: a foreign key, or one that is looked at once a statement."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as the pinned viewpoint may read it: columns with their types, less what is generated; its key; its links."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    def without(self, names: set[str]) -> "Shape":
        """The table less these columns."""
        return Shape(self.name, tuple(column for column in self.columns if column[0] not in names), self.key, self.links)


async def shapes(work: Work, names: list[str]) -> list[Shape]:
    """These tables, each after those that it links to."""
    columns: dict[str, list[tuple[str, str]]] = {}
    cursor = await work.connection.execute(
        """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(names)s) AND has_column_privilege(c.oid, a.attnum, 'SELECT')
        ORDER BY c.relname, a.attnum
        """,
        {"schema": SCHEMA, "names": names},
    )
    for table, column, kind in await cursor.fetchall():
        columns.setdefault(table, []).append((column, kind))
    keys, links = await _keys(work, names), await _links(work, names)
    found = {name: Shape(name, tuple(columns[name]), keys[name], tuple(links.get(name, []))) for name in names if name in columns}
    return _in_order(found)


async def _keys(work: Work, names: list[str]) -> dict[str, tuple[str, ...]]:
    cursor = await work.connection.execute(
        """
        SELECT c.relname, array_agg(a.attname::text ORDER BY array_position(i.indkey::int[], a.attnum::int))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
        WHERE i.indisprimary AND c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(names)s) GROUP BY c.relname
        """,
        {"schema": SCHEMA, "names": names},
    )
    return {table: tuple(key) for table, key in await cursor.fetchall()}


async def _links(work: Work, names: list[str]) -> dict[str, list[Link]]:
    cursor = await work.connection.execute(
        """
        SELECT c.relname, p.relname,
               ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY AS o (num, place)
                     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num ORDER BY o.place),
               ARRAY(SELECT attname::text FROM unnest(k.confkey) WITH ORDINALITY AS o (num, place)
                     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num ORDER BY o.place)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
        WHERE k.contype = 'f' AND c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(names)s) AND p.relname <> 'company'
        UNION ALL
        SELECT c.relname, 'part', ARRAY['company_id', named], ARRAY['company_id', 'part_id']
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid, unnest(string_to_array(encode(t.tgargs, 'escape'), '\\000')) AS named
        WHERE t.tgname = 'names_parts' AND c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(names)s) AND named <> ''
        ORDER BY 1, 2, 3
        """,
        {"schema": SCHEMA, "names": names},
    )
    found: dict[str, list[Link]] = {}
    for table, parent, own, theirs in await cursor.fetchall():
        found.setdefault(table, []).append(Link(tuple(own), parent, tuple(theirs)))
    return found


def _in_order(shapes: dict[str, Shape]) -> list[Shape]:
    placed: dict[str, Shape] = {}

    def put(shape: Shape) -> None:
        for link in shape.links:
            if link.parent in shapes and link.parent not in placed and link.parent != shape.name:
                put(shapes[link.parent])
        placed[shape.name] = shape

    for name in sorted(shapes):
        if name not in placed:
            put(shapes[name])
    return list(placed.values())


async def records(work: Work, shape: Shape, *, own: bool) -> AsyncIterator[bytes]:
    """The pinned company's records of a table, or those of others that it may see now, each as JSON, by key.

    Figures are texts, so that nothing rounds them on the way.
    """
    told = sql.SQL(", ").join(_told(name, kind) for name, kind in shape.columns)
    key = sql.SQL(", ").join(map(sql.Identifier, shape.key))
    query = sql.SQL(
        "SELECT row_to_json(one_record)::text FROM (SELECT {told} FROM {table} WHERE company_id {whose} %s ORDER BY {key}) AS one_record"
    ).format(told=told, table=sql.Identifier(SCHEMA, shape.name), whose=sql.SQL("=" if own else "<>"), key=key)
    async with work.connection.cursor(name="bundle") as cursor:
        cursor.itersize = _PAGE
        await cursor.execute(query, [work.tenant])
        async for (line,) in cursor:
            yield line.encode()


def _told(name: str, kind: str) -> sql.Composable:
    column = sql.Identifier(name)
    if kind.startswith("numeric") and kind.endswith("[]"):
        return sql.SQL("{}::text[] AS {}").format(column, column)
    if kind.startswith("numeric") or kind == "bigint":
        return sql.SQL("{}::text AS {}").format(column, column)
    return column


async def put(work: Work, shape: Shape, lines: list[str]) -> int:
    """Registers records, given as JSON, as the pinned company's: those whose links lead somewhere and that nothing stands against. How many.

    A link to another company's request counts only where that request was sent to the pinned company.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, shape.names))
    conditions = [_stands(link) for link in shape.links]
    query = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %(given)s::jsonb) AS given "
        "WHERE given.company_id = %(me)s{conditions} ON CONFLICT DO NOTHING"
    ).format(
        table=sql.Identifier(SCHEMA, shape.name), names=names, conditions=sql.SQL("").join(sql.SQL(" AND {}").format(each) for each in conditions)
    )
    cursor = await work.connection.execute(query, {"given": f"[{','.join(lines)}]", "me": work.tenant})
    return cursor.rowcount


def _stands(link: Link) -> sql.Composable:
    pairs = list(zip(link.columns, link.parent_columns, strict=True))
    absent = sql.SQL(" OR ").join(sql.SQL("given.{} IS NULL").format(sql.Identifier(column)) for column, _ in pairs)
    equal = sql.SQL(" AND ").join(sql.SQL("parent.{} = given.{}").format(sql.Identifier(theirs), sql.Identifier(own)) for own, theirs in pairs)
    whose = sql.SQL(" AND parent.supplier_id = %(me)s") if link.parent == "request" and "company_id" not in link.columns else sql.SQL("")
    return sql.SQL("({} OR EXISTS (SELECT FROM {} AS parent WHERE {}{}))").format(absent, sql.Identifier(SCHEMA, link.parent), equal, whose)


async def there(work: Work, shape: Shape, lines: list[str]) -> set[int]:
    """Which of these records (by place) are the pinned company's already, by their keys."""
    equal = sql.SQL(" AND ").join(sql.SQL("kept.{0} = (given.kept).{0}").format(sql.Identifier(name)) for name in shape.key)
    query = sql.SQL(
        "SELECT given.place FROM (SELECT place, jsonb_populate_record(NULL::{table}, told) AS kept FROM jsonb_array_elements(%(given)s::jsonb) "
        "WITH ORDINALITY AS listed (told, place)) AS given WHERE EXISTS (SELECT FROM {table} AS kept WHERE {equal})"
    ).format(table=sql.Identifier(SCHEMA, shape.name), equal=equal)
    cursor = await work.connection.execute(query, {"given": f"[{','.join(lines)}]"})
    return {int(place) - 1 for (place,) in await cursor.fetchall()}


async def take_away(work: Work, shape: Shape) -> int:
    """Takes every record of the pinned company out of a table; how many."""
    query = sql.SQL("DELETE FROM {} WHERE company_id = %s").format(sql.Identifier(SCHEMA, shape.name))
    return (await work.connection.execute(query, [work.tenant])).rowcount


async def parties(work: Work, company_ids: list[UUID]) -> list[dict[str, Any]]:
    """Who these companies are, by what is public of them: elsewhere they are recognised by their corporate numbers."""
    cursor = await work.connection.execute(
        "SELECT company_id, name, corporate_number, country FROM company WHERE company_id = ANY(%(ids)s) ORDER BY company_id", {"ids": company_ids}
    )
    return [
        {"company_id": str(company_id), "name": name, "corporate_number": number, "country": country}
        for company_id, name, number, country in await cursor.fetchall()
    ]


async def here(work: Work, numbers: list[str]) -> dict[str, UUID]:
    """Which companies with these corporate numbers take part here, by number."""
    cursor = await work.connection.execute(
        "SELECT corporate_number, company_id FROM company WHERE corporate_number = ANY(%(numbers)s)", {"numbers": numbers}
    )
    return dict(await cursor.fetchall())
