"""All that is stored about companies, to be compared before and after: whatever a failure left behind in any table is seen."""

import psycopg
from psycopg import sql

from ashiato.plumbing.db import SCHEMA

Stored = dict[str, tuple[int, str]]


async def stored(owner_url: str, *company_ids: str) -> Stored:
    """By table, how many rows of these companies and their digest: the owner lifts row-level security in a transaction that it takes back."""
    async with await psycopg.AsyncConnection.connect(owner_url) as connection:
        found = await connection.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'
            WHERE c.relkind = 'r' AND c.relnamespace = %(schema)s::regnamespace ORDER BY c.relname
            """,
            {"schema": SCHEMA},
        )
        tables = [sql.Identifier(SCHEMA, name) for (name,) in await found.fetchall()]
        await connection.execute(sql.SQL("; ").join(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(table) for table in tables))
        digest = "SELECT count(*), md5(string_agg(md5(t::text), ',' ORDER BY md5(t::text))) FROM {} AS t WHERE company_id = ANY(%(ours)s)"
        union = sql.SQL(" UNION ALL ").join(sql.SQL(digest).format(table) for table in tables)
        rows = await (await connection.execute(union, {"ours": list(company_ids)})).fetchall()
        await connection.rollback()
    assert sum(count for count, _ in rows) > 0
    return {table.as_string(): row for table, row in zip(tables, rows, strict=True)}


def between(before: Stored, after: Stored) -> dict[str, tuple[int, int]]:
    """The tables that differ, with how many rows they had and have."""
    return {table: (before[table][0], after[table][0]) for table in before if before[table] != after[table]}
