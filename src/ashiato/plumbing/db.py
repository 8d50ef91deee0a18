"""The application's way into the database: a pool of connections that own nothing, and pinning to a viewer.

The application connects as a role that may only find out who asks. To see a company's data a transaction takes one of the
viewpoints below and, for members, one tenant; row-level security then admits that tenant's rows and what was granted to it.
Both settings end with the transaction.
"""

from enum import StrEnum
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from ashiato.plumbing import secrets_folder
from ashiato.plumbing.settings import Settings

SCHEMA = "ashiato"
APPLICATION_ROLE = "ashiato_app"
_CONNECT_SECONDS = 10
_WAIT_SECONDS = 10
_COPY_HEADER, _COPY_TRAILER = 19, 2  # bytes around the rows of a binary COPY without extensions

Connection = AsyncConnection[TupleRow]
Params = dict[str, Any]
Row = TypeVar("Row")


class Viewpoint(StrEnum):
    """The database roles that a transaction may take; what each may read or write is granted in `migrations/`."""

    MEMBER = "ashiato_member"
    OPERATOR = "ashiato_operator"
    VISITOR = "ashiato_visitor"
    FOLLOWER = "ashiato_follower"


def app_url(settings: Settings, owner_url: str) -> str:
    """Connection string of the application's role on the server that `owner_url` names."""
    return make_conninfo(owner_url, user=APPLICATION_ROLE, password=app_password(settings), options=f"-c search_path={SCHEMA}")


def app_password(settings: Settings) -> str:
    """Password of the application's role: from the settings, else drawn once per installation."""
    if settings.database_app_password is not None:
        return settings.database_app_password.get_secret_value()
    return secrets_folder.text(settings.home, "postgres-app")


def pool(url: str, size: int) -> AsyncConnectionPool[Connection]:
    """A pool of serializable connections, not yet open. Waiting longer than ten seconds for one raises PoolTimeout."""
    return AsyncConnectionPool(
        url, min_size=min(2, size), max_size=size, open=False, timeout=_WAIT_SECONDS, configure=_configure,
        kwargs={"connect_timeout": _CONNECT_SECONDS, "prepare_threshold": 2},
    )  # fmt: skip


async def _configure(connection: Connection) -> None:
    await connection.set_isolation_level(psycopg.IsolationLevel.SERIALIZABLE)


async def pin(connection: Connection, viewpoint: Viewpoint, tenant: UUID | None) -> None:
    """Takes a viewpoint, and a tenant's eyes, until the transaction ends."""
    await connection.execute(
        "SELECT set_config('ashiato.tenant', %(tenant)s, true), set_config('role', %(role)s, true)",
        {"tenant": str(tenant) if tenant else "", "role": viewpoint.value},
    )


async def rows(connection: Connection, shape: type[Row], query: LiteralString, params: Params) -> list[Row]:
    """All rows of a query, each as an instance of `shape`, whose fields carry the columns' names."""
    async with connection.cursor(row_factory=class_row(shape)) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchall()


async def row(connection: Connection, shape: type[Row], query: LiteralString, params: Params) -> Row | None:
    """The first row of a query as an instance of `shape`, or None."""
    async with connection.cursor(row_factory=class_row(shape)) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchone()


async def values(connection: Connection, query: LiteralString, params: Params) -> list[Any]:
    """The first column of every row."""
    cursor = await connection.execute(query, params)
    return [record[0] for record in await cursor.fetchall()]


async def value(connection: Connection, query: LiteralString, params: Params) -> Any:
    """The first column of the first row, or None."""
    record = await (await connection.execute(query, params)).fetchone()
    return record[0] if record else None


async def run(connection: Connection, query: LiteralString, params: Params) -> int:
    """Carries out a statement; how many rows it touched."""
    return (await connection.execute(query, params)).rowcount


async def copied(connection: Connection, shape: "np.dtype[np.void]", query: LiteralString, params: Params) -> NDArray[np.void]:
    """All rows of a query by binary COPY, as one array; each column fills its field of `shape` to the byte and is never null."""
    received = bytearray()
    async with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)", params) as copy:
        async for block in copy:
            received += block
    columns = [(name, shape[name]) for name in shape.names or ()]
    wire = np.dtype([("columns", ">i2"), *(pair for name, kind in columns for pair in ((f"width of {name}", ">i4"), (name, kind.newbyteorder(">"))))])
    sent = np.frombuffer(received, wire, (len(received) - _COPY_HEADER - _COPY_TRAILER) // wire.itemsize, _COPY_HEADER)
    found = np.empty(len(sent), shape)
    for name, kind in columns:
        if np.any(sent[f"width of {name}"] != kind.itemsize):
            raise TypeError(f"{name} is null or not of {kind.itemsize} bytes")
        found[name] = sent[name]
    return found
