"""The application's way into the database: a pool of connections that own nothing, and pinning to a viewer.

The application connects as a role that may only find out who asks. To see a company's data a transaction takes one of the
viewpoints below and, for members, one tenant; row-level security then admits that tenant's rows and what was granted to it.
Both settings end with the transaction.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import AsyncConnection, AsyncCursor
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import RowMaker, TupleRow
from psycopg_pool import AsyncConnectionPool

from ashiato.plumbing import secrets_folder
from ashiato.plumbing.settings import Settings

SCHEMA = "ashiato"
APPLICATION_ROLE = "ashiato_app"
_CONNECT_SECONDS = 10
_WAIT_SECONDS = 10
_COPY_HEADER, _COPY_TRAILER = 19, 2  # bytes around the rows of a binary COPY without extensions
_PREPARED_AFTER = 0  # executions: what is forgotten with a rollback is planned once more, and not three times
_PREPARED_AT_MOST = 400  # statements a connection; we have fewer

Connection = AsyncConnection[TupleRow]
Params = dict[str, Any]
Row = TypeVar("Row")


class Viewpoint(StrEnum):
    """The database roles that a transaction may take; what each may read or write is granted in `migrations/`."""

    MEMBER = "ashiato_member"
    OPERATOR = "ashiato_operator"
    VISITOR = "ashiato_visitor"
    FOLLOWER = "ashiato_follower"
    AGGREGATOR = "ashiato_aggregator"
    LEAVER = "ashiato_leaver"  # takes away what a company leaves behind


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
        kwargs={"connect_timeout": _CONNECT_SECONDS, "prepare_threshold": _PREPARED_AFTER, "autocommit": True},
    )  # fmt: skip


async def _configure(connection: Connection) -> None:
    """What is not begun in words, but is one piece of a pipeline, reads one snapshot, and collides with nothing.

    Indices are preferred even in small tables: a sequential scan collides with every write to its table.
    """
    await connection.execute(
        """
        SELECT set_config('default_transaction_isolation', 'repeatable read', false), set_config('default_transaction_read_only', 'on', false),
               set_config('random_page_cost', '1.1', false), set_config('cpu_tuple_cost', '0.03', false)
        """
    )
    connection.prepared_max = _PREPARED_AT_MOST


@dataclass(frozen=True, slots=True)
class Question(Generic[Row]):
    """A statement that reads, and what becomes of each row: a dataclass with the columns' names, or what takes them in their order.

    If it names its tenant as `tenant()` it can be sent together with the statement that finds out who asks.
    """

    shape: Callable[..., Row] = field(compare=False)
    query: LiteralString
    params: Params

    def __hash__(self) -> int:
        return hash(self.query)


def pinned(viewpoint: Viewpoint, tenant: UUID | None) -> Question[tuple[Any, ...]]:
    """Takes a viewpoint, and a tenant's eyes, until the transaction ends. What is sent after it is asked with them."""
    return Question(
        lambda *taken: taken,
        "SELECT set_config('ashiato.tenant', %(tenant)s, true), set_config('role', %(role)s, true)",
        {"tenant": str(tenant) if tenant else "", "role": viewpoint.value},
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows that answer questions sent in one piece; None, and the failure, for those that the database refused to answer."""

    rows: dict[Question[Any], list[Any] | None]
    failure: psycopg.Error | None

    def __contains__(self, question: Question[Any]) -> bool:
        return question in self.rows

    def with_those_of(self, later: "Answers") -> "Answers":
        """These and what was asked after them in the same transaction, with nothing else in between."""
        return Answers(self.rows | later.rows, later.failure or self.failure)

    def of(self, question: Question[Row]) -> list[Row]:
        """The rows that answer a question. Raises the database's error if it was not answered, KeyError if it was not asked."""
        found = self.rows[question]
        if found is None:
            raise self.failure or psycopg.InternalError("unanswered")
        return found


async def at_once(connection: Connection, questions: Sequence[Question[Any]]) -> Answers:
    """The answers to questions in one round trip and one transaction, in which each sees what those before it have set.

    Within a block whose statements travel together, what it holds goes along, and all questions must answer with rows.
    """
    cursors: list[AsyncCursor[Any]] = []
    failure, within = None, bool(connection.pgconn.pipeline_status)
    try:
        async with together(connection):
            for question in questions:
                cursor = connection.cursor(row_factory=_shaped(question.shape))
                cursors.append(await cursor.execute(question.query, question.params))
            if within:  # nothing has arrived before it is asked for
                return Answers({question: await cursor.fetchall() for question, cursor in zip(questions, cursors, strict=True)}, None)
    except psycopg.Error as error:
        failure = error
        await _forget_prepared(connection)
    pairs = zip_longest(questions, cursors)  # the first failure ends the transaction
    return Answers({question: await cursor.fetchall() if cursor and _has_rows(cursor) else None for question, cursor in pairs}, failure)


def _has_rows(cursor: AsyncCursor[Any]) -> bool:
    """Whether there is something to fetch, be it no row; `description` says it too, and describes every column to do so."""
    return cursor.rownumber is not None


def together(connection: Connection) -> AbstractAsyncContextManager[object]:
    """A block whose statements travel together until one is asked for its rows; within another such block it is part of that one."""
    return nullcontext() if connection.pgconn.pipeline_status else connection.pipeline()


async def _forget_prepared(connection: Connection) -> None:
    """psycopg takes what came after the failure in a pipeline for prepared, though the server never saw it; a rollback makes it forget."""
    if not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE:
        await connection.execute("BEGIN")
        await connection.rollback()


def _shaped(shape: Callable[..., Row]) -> Callable[[AsyncCursor[Any]], RowMaker[Row]]:
    names = _fields(shape)

    def of(cursor: AsyncCursor[Any]) -> RowMaker[Row]:
        result = cursor.pgresult
        columns = [result.fname(place) for place in range(result.nfields)] if result else []
        if names is None or columns == names:
            return lambda values: shape(*values)
        words = [(column or b"").decode() for column in columns]
        return lambda values: shape(**dict(zip(words, values, strict=True)))

    return of


@cache
def _fields(shape: Callable[..., object]) -> list[bytes] | None:
    """The names of a dataclass's fields; None for what takes any columns in their order."""
    return [each.name.encode() for each in fields(shape)] if isinstance(shape, type) and is_dataclass(shape) else None


async def rows(connection: Connection, shape: Callable[..., Row], query: LiteralString, params: Params) -> list[Row]:
    """All rows of a query, each as an instance of `shape`, whose fields carry the columns' names."""
    cursor = connection.cursor(row_factory=_shaped(shape))
    await cursor.execute(query, params)
    return await cursor.fetchall()


async def row(connection: Connection, shape: Callable[..., Row], query: LiteralString, params: Params) -> Row | None:
    """The first row of a query as an instance of `shape`, or None."""
    cursor = connection.cursor(row_factory=_shaped(shape))
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


def text_array(texts: Sequence[str]) -> str:
    """Very many texts as one parameter that a statement takes for `text[]`: a list is spelled text by text. Raises what any text with NUL does."""
    joined = "\0".join(texts)
    if joined.count("\0") >= max(1, len(texts)):
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    quoted = joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return f'{{"{quoted}"}}' if texts else "{}"


async def run(connection: Connection, query: LiteralString, params: Params) -> int:
    """Carries out a statement; how many rows it touched."""
    return (await connection.execute(query, params)).rowcount


async def run_each(connection: Connection, query: LiteralString, params: Sequence[Params]) -> None:
    """Carries out a statement with each of these parameters, in one piece."""
    if len(params) == 1:  # goes along with what a pipeline holds already
        await connection.execute(query, params[0])
    elif params:
        async with connection.cursor() as cursor:
            await cursor.executemany(query, params)


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
