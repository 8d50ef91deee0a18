"""Backups of the embedded installation: base backup, the log of its writes up to a named point, kept files and secrets; encrypted, signed.

A backup is a folder: `base.sealed` (pg_basebackup's tar), `wal.sealed` (write-ahead log from the backup to the point), `home.sealed` (kept
files and secrets), and `manifest.json` with what must be found again. Restoring stops exactly at the point (PostgreSQL, point-in-time recovery).
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ashiato.plumbing import postgres, secrets_folder
from ashiato.plumbing.buckets import files_of
from ashiato.plumbing.sealed_stream import NotSealedError, Sealer, opened
from ashiato.plumbing.settings import Settings

SCHEMA = "ashiato/backup/1"
PARTS = ("base", "wal", "home")
KEY = "backup.key"
_LAST = "last-backup"  # in the home: when a backup was made last
_BLOCK = 1 << 20


class BackupError(RuntimeError):
    """A backup cannot be made or restored; the message says why."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: by table the number of its rows and a sum over their hashes."""

    tables: dict[str, list[str]]


def make(chosen: Settings, folder: Path, now: datetime) -> dict[str, object]:
    """Makes a backup of a running installation in a new folder; its manifest, not yet signed.

    Refuses (BackupError) an installation on a server of its own: that is backed up by its own means.
    """
    if chosen.database_url is not None:
        raise BackupError("The database is at DATABASE_URL: back it up with the means of that server.")
    key, point = backup_key(chosen.home), f"ashiato-{now:%Y%m%dT%H%M%S%f}"
    folder.mkdir(mode=0o700, parents=True)
    with postgres.superuser(chosen) as reach, psycopg.connect(reach.url, autocommit=True) as connection:
        connection.execute("SELECT pg_create_physical_replication_slot('ashiato_backup', true, true)")  # ends with the connection
        start = _base(reach, key, folder)
        contents = _at_point(reach, point)
        (end,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        _wal(reach.data / "pg_wal", (start, end), key, folder)
    _home(chosen, key, folder)
    digests = {part: _digest(folder / f"{part}.sealed") for part in PARTS}
    (chosen.home / _LAST).write_text(now.isoformat(), encoding="utf-8")
    return {"schema": SCHEMA, "made_at": now.isoformat(), "point": point, "tables": contents.tables, "parts": digests}


def last_made(home: Path) -> datetime | None:
    """When a backup of the installation with this home was made last, as far as it was made by `make`."""
    path = home / _LAST
    return datetime.fromisoformat(path.read_text(encoding="utf-8")) if path.is_file() else None


def backup_key(home: Path) -> bytes:
    """The key that opens this installation's backups. It is in none of them: keep a copy elsewhere."""
    return secrets_folder.keep(home, KEY, lambda: os.urandom(32))


def _base(reach: postgres.Reach, key: bytes, folder: Path) -> str:
    """The base backup; the name of the first segment of the log that it needs."""
    told = {name: str(value) for name, value in conninfo_to_dict(reach.url).items()}
    environment = os.environ | {"PGPASSWORD": told.pop("password")}  # a command line can be read by others
    command = [str(reach.programs / "pg_basebackup"), "-d", make_conninfo("", **told), "-D", "-", "-F", "tar", "-X", "fetch", "-c", "fast"]
    with tempfile.TemporaryFile() as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment) as process:
        with _sealed(folder, "base", key) as target:
            shutil.copyfileobj(cast(BinaryIO, process.stdout), target, _BLOCK)
        if process.wait() != 0:
            errors.seek(0)
            raise BackupError(f"pg_basebackup failed: {errors.read().decode(errors='replace').strip()}")
    with _opened(folder, "base", key) as archive:
        for member in archive:
            label = archive.extractfile(member) if member.name == "backup_label" else None
            if label is not None:
                return label.read().decode().split("(file ")[1].split(")")[0]
    raise BackupError("pg_basebackup made no backup_label.")


def _at_point(reach: postgres.Reach, point: str) -> Contents:
    """Names a point between two writes, and tells what the database holds at it. Writers wait for milliseconds."""
    with psycopg.connect(reach.database_url) as looking:
        looking.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with psycopg.connect(reach.database_url) as holding:
            names = _tables(holding)
            holding.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.SQL(", ").join(sql.Identifier("ashiato", name) for name in names)))
            looking.execute("SELECT 1")  # sees from here on what was committed before the lock
            holding.execute("SELECT pg_create_restore_point(%s)", [point])
        return _contents(looking, names)


def _tables(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'ashiato'::regnamespace AND relkind = 'r' ORDER BY relname")
    return [name for (name,) in found.fetchall()]


def _contents(connection: psycopg.Connection, names: list[str]) -> Contents:
    connection.execute(
        "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true), set_config('extra_float_digits', '3', true)"
    )
    tables = {}
    for name in names:
        query = "SELECT count(*)::text, coalesce(sum(('x' || left(md5(row::text), 15))::bit(60)::bigint), 0)::text FROM {} AS row"
        tables[name] = list(connection.execute(sql.SQL(query).format(sql.Identifier("ashiato", name))).fetchone() or ())
    return Contents(tables)


def _wal(segments: Path, span: tuple[str, str], key: bytes, folder: Path) -> None:
    with _sealed(folder, "wal", key) as target, tarfile.open(fileobj=target, mode="w|") as archive:
        for segment in sorted(segments.iterdir()):
            if len(segment.name) == len(span[0]) and span[0] <= segment.name <= span[1]:
                archive.add(segment, segment.name)


def _home(chosen: Settings, key: bytes, folder: Path) -> None:
    files = files_of(chosen)
    with _sealed(folder, "home", key) as target, tarfile.open(fileobj=target, mode="w|") as archive:
        archive.add(chosen.home.resolve() / "secrets", "secrets", filter=lambda member: None if member.name.endswith(f"/{KEY}") else member)
        for digest in files.digests():
            with tempfile.SpooledTemporaryFile(_BLOCK) as content:
                content.writelines(files.blocks(digest))
                member = tarfile.TarInfo(f"files/{digest[:2]}/{digest}")  # whatever held it, it is restored into a folder
                member.size, member.mode = content.tell(), 0o600
                content.seek(0)
                archive.addfile(member, content)


@contextlib.contextmanager
def _sealed(folder: Path, part: str, key: bytes) -> Iterator[BinaryIO]:
    with (folder / f"{part}.sealed").open("xb") as file:
        sealer = Sealer(file, key, part)
        yield cast(BinaryIO, sealer)
        sealer.close()
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _opened(folder: Path, part: str, key: bytes) -> Iterator[tarfile.TarFile]:
    with (folder / f"{part}.sealed").open("rb") as source:
        pieces = cast(BinaryIO, _Pieces(opened(source, key, part)))
        with tarfile.open(fileobj=pieces, mode="r|") as archive:
            yield archive


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Pieces:
    """An iterator of pieces as a file that is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def read(self, size: int) -> bytes:
        while len(self._left) < size and (piece := next(self._pieces, b"")):
            self._left += piece
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def read_manifest(folder: Path) -> dict[str, object]:
    """A backup's manifest. Refuses (BackupError) a folder that is none, and parts that are not those of the manifest."""
    try:
        manifest: dict[str, object] = json.loads((folder / "manifest.json").read_bytes())
        parts = cast(dict[str, str], manifest["parts"])
        altered = [part for part in PARTS if _digest(folder / f"{part}.sealed") != parts[part]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder} is no backup: {type(error).__name__}.") from error
    if altered:
        raise BackupError(f"{', '.join(altered)}: not the bytes that the manifest names.")
    return manifest


def restore(folder: Path, key: bytes, chosen: Settings, point: str) -> None:
    """Lays a backup into an empty home, ready to recover up to its point when its server is started.

    Refuses (BackupError) a home that holds anything, and what does not open with the key: nothing is left of it then.
    """
    home = chosen.home.resolve()
    if home.exists() and any(home.iterdir()):
        raise BackupError(f"{home} is not empty: a backup is restored into a home of its own.")
    try:
        data, wal = home / "postgres" / "data", home / "postgres" / "restored-wal"
        for part, target in (("home", home), ("base", data), ("wal", wal)):
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _opened(folder, part, key) as archive:
                archive.extractall(target, filter="data")
        (home / "secrets" / KEY).write_bytes(key)
        (home / "secrets" / KEY).chmod(0o600)
        (data / "recovery.signal").touch()
        settings = f"restore_command = 'cp {wal}/%f %p'\nrecovery_target_name = '{point}'\nrecovery_target_action = 'promote'\n"
        with (data / "postgresql.auto.conf").open("a") as file:
            file.write(settings)
        postgres.hand_over(chosen, data, wal)
    except (NotSealedError, tarfile.TarError, OSError) as error:
        shutil.rmtree(home, ignore_errors=True)
        raise BackupError(f"The backup does not open: {error}") from error


def recovered(chosen: Settings) -> Contents:
    """What a restored database holds. Its recovery settings are taken away: it goes on as an ordinary server."""
    with postgres.superuser(chosen) as reach:
        with psycopg.connect(reach.url, autocommit=True) as connection:
            for name in ("restore_command", "recovery_target_name", "recovery_target_action"):
                connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
        with psycopg.connect(reach.database_url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return _contents(connection, _tables(connection))
