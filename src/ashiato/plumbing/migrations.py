"""The schema's history: plain SQL files, applied in order by the owning role, each once and never changed afterwards."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import psycopg
from psycopg import sql

from ashiato.plumbing.db import APPLICATION_ROLE, SCHEMA, Connection, app_password, values
from ashiato.plumbing.postgres import ServerUnavailableError
from ashiato.plumbing.settings import Settings

_CONNECT_SECONDS = 10
_LOCK = 0x617368_69_61_74_6F  # "ashiato"


class ChangedMigrationError(RuntimeError):
    """A migration that was applied reads differently now; a new file must be added instead."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name (number and words) and its SQL."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def all_migrations() -> list[Migration]:
    """Every step in order, from the installed package or from the checkout."""
    packaged = resources.files("ashiato") / "_migrations"
    folder = Path(str(packaged)) if packaged.is_dir() else Path(__file__).parents[3] / "migrations"
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))]


def migrate(settings: Settings, owner_url: str) -> list[str]:
    """Brings the schema up to date; the names of the steps that were applied now. Of two processes at once, one waits.

    Refuses (`ChangedMigrationError`) when an applied step was edited since, (`ServerUnavailableError`) a server that does not answer.
    """
    applied = []
    with _connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        known = _known(connection)
        for step in all_migrations():
            if step.name in known:
                if known[step.name] != step.digest:
                    raise ChangedMigrationError(f"migrations/{step.name}.sql was edited after it was applied. Add a new file instead.")
                continue
            with connection.transaction():
                connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(SCHEMA)))
                connection.execute(step.text.encode())
                connection.execute("INSERT INTO ashiato.schema_migration (name, digest) VALUES (%s, %s)", [step.name, step.digest])
            applied.append(step.name)
        connection.execute("SELECT ashiato.open_to_leaver()")
        set_password = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(APPLICATION_ROLE), sql.Literal(app_password(settings)))
        connection.execute(set_password)
    return applied


def _connect(owner_url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(owner_url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise ServerUnavailableError(f"DATABASE_URL: {error}") from error
    except psycopg.ProgrammingError as error:  # its words may hold the password
        raise ServerUnavailableError("DATABASE_URL is no connection string of PostgreSQL.") from error


async def up_to_date(connection: Connection) -> bool:
    """Whether every step that this code knows has been applied."""
    applied = await values(connection, "SELECT name FROM schema_migration", {})
    return {step.name for step in all_migrations()} <= set(applied)


def _known(connection: psycopg.Connection) -> dict[str, str]:
    connection.execute(
        """
        CREATE SCHEMA IF NOT EXISTS ashiato;
        CREATE TABLE IF NOT EXISTS ashiato.schema_migration
            (name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
        """
    )
    return dict(connection.execute("SELECT name, digest FROM ashiato.schema_migration").fetchall())
