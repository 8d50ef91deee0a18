"""What a database shows of an installation to whoever looks after it, without changing anything."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from ashiato.plumbing import postgres
from ashiato.plumbing.db import SCHEMA, Viewpoint, app_url
from ashiato.plumbing.keys import LogKey, note_verifies
from ashiato.plumbing.migrations import all_migrations
from ashiato.plumbing.settings import Settings

_CONNECT_SECONDS = 10
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(slots=True)
class Seen:
    """What was seen. Where the database cannot be reached, only why."""

    unreachable: str | None = None
    version: int = 0
    owner_weak: bool = False
    unsafe: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    no_login: bool = False
    other_key: bool = False
    waiting_since: datetime | None = None
    operator: bool = True
    operator_people: int = 0  # who can act for the operator
    operator_unguarded: int = 0  # of these, who log in without a second factor
    clock_apart: timedelta = timedelta(0)


async def look(chosen: Settings) -> Seen:
    """Looks at the database as its owner, then as the application."""
    seen = Seen()
    try:
        with postgres.running(chosen) as owner_url:
            async with await AsyncConnection.connect(owner_url, autocommit=True, connect_timeout=_CONNECT_SECONDS) as owner:
                await _as_owner(owner, seen)
            if not seen.behind:
                await _as_application(chosen, owner_url, seen)
    except psycopg.ProgrammingError:  # its words may hold the password
        seen.unreachable = "DATABASE_URL is no connection string of PostgreSQL."
    except (postgres.ServerUnavailableError, psycopg.OperationalError, OSError) as error:
        seen.unreachable = str(error).strip()
    return seen


async def _as_owner(owner: AsyncConnection[TupleRow], seen: Seen) -> None:
    seen.version = owner.info.server_version // 10_000
    seen.owner_weak = not await _value(owner, "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    for name in _DURABLE:
        if await _value(owner, f"SELECT current_setting('{name}')") == "off":
            seen.unsafe.append(f"{name} is off")
    before = datetime.now(UTC)
    there = await _value(owner, "SELECT clock_timestamp()")
    seen.clock_apart = there - before if abs(there - before) > datetime.now(UTC) - before else timedelta(0)
    known = {step.name: step.digest for step in all_migrations()}
    applied: dict[str, str] = {}
    if await _value(owner, f"SELECT to_regclass('{SCHEMA}.schema_migration')"):
        cursor = await owner.execute(f"SELECT name, digest FROM {SCHEMA}.schema_migration ORDER BY name")
        applied = dict(await cursor.fetchall())
    seen.behind = [name for name in known if name not in applied]
    seen.ahead = [name for name in applied if name not in known]
    seen.edited = [name for name, digest in applied.items() if name in known and known[name] != digest]


async def _as_application(chosen: Settings, owner_url: str, seen: Seen) -> None:
    try:
        connection = await AsyncConnection.connect(app_url(chosen, owner_url), connect_timeout=_CONNECT_SECONDS)
    except psycopg.OperationalError:
        seen.no_login = True
        return
    async with connection:
        await connection.execute(f"SET LOCAL ROLE {Viewpoint.OPERATOR}")
        operator = await _value(connection, "SELECT company_id FROM company WHERE kind = 'operator'")
        seen.operator = operator is not None
        await connection.execute("SELECT set_config('ashiato.tenant', %s, true)", [str(operator or "")])
        able = "SELECT count(*) FROM person WHERE active AND 'operator' = ANY(roles)"
        seen.operator_people = await _value(connection, able)
        seen.operator_unguarded = await _value(connection, f"{able} AND NOT second_factor")
        await connection.execute(f"SET LOCAL ROLE {Viewpoint.FOLLOWER}")
        seen.waiting_since = await _value(connection, "SELECT min(recorded_at) FROM outbox WHERE logged_at IS NULL")
        note = await _value(connection, "SELECT note FROM log_checkpoint ORDER BY tree_size DESC LIMIT 1")
        seen.other_key = note is not None and not note_verifies(note, LogKey.of(chosen.home, chosen.public_url).verifier_key)


async def _value(connection: AsyncConnection[TupleRow], query: str) -> Any:
    row = await (await connection.execute(query.encode())).fetchone()
    return row[0] if row else None
