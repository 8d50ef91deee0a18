"""The schema's history: each step once, never edited, safe beside older code, on the oldest and the newest server."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.migrations import ChangedMigrationError, Migration
from ashiato.plumbing.settings import Settings

OLDEST = Path("/usr/lib/postgresql/15/bin")
STEPS = migrations.all_migrations()


@pytest.fixture
def empty_url(owner_url: str) -> Iterator[str]:
    """A database in which nothing was migrated yet."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ashiato_empty")
        connection.execute("CREATE DATABASE ashiato_empty")
    yield make_conninfo(owner_url, dbname="ashiato_empty")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE ashiato_empty")


def applied(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM ashiato.schema_migration ORDER BY name")]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_says_how_it_is_safe_while_older_code_runs(step: Migration) -> None:
    words = re.search(r"^-- Safe while older code runs: (.{10,})$", step.text, re.MULTILINE)
    assert words, f"{step.name} does not say how it is safe"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_what_a_step_does_fits_what_it_says(step: Migration) -> None:
    """A step that claims to create only what did not exist drops, renames and narrows nothing."""
    if "creates only what did not exist" in step.text:
        assert not re.search(r"\b(DROP|RENAME|TRUNCATE|SET NOT NULL|ALTER COLUMN)\b", re.sub(r"--.*", "", step.text))


CONTRACTS = {
    "0012_provable_log": "log_leaf.salt moved to the outbox; an older worker's additions fail and wait for the newer one, as its head says",
}


def contracts(text: str) -> bool:
    """Whether a step takes something away that the release before it may still read or write: a table, a column, a name, or room for nothing."""
    return bool(
        re.search(
            r"\bDROP (TABLE|COLUMN|FUNCTION|TYPE|VIEW)\b|\bRENAME\b|\bSET NOT NULL\b|\bADD COLUMN (?![^;,]*(DEFAULT|GENERATED))[^;,]*NOT NULL",
            re.sub(r"--.*", "", text),
        )
    )


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_expands_and_contracts_only_with_a_reason(step: Migration) -> None:
    """Expand first, contract one release later (docs/how-to/upgrade.md): servers of two releases run side by side while one follows the other."""
    assert contracts(step.text) == (step.name in CONTRACTS), "add what is new, and take the old away one release later; or give the reason"


def test_a_step_that_takes_away_would_be_noticed() -> None:
    """The canary."""
    for statement in ("DROP TABLE x", "ALTER TABLE x DROP COLUMN y", "ALTER TABLE x RENAME y TO z", "ALTER TABLE x ADD COLUMN y text NOT NULL"):
        assert contracts(statement), statement
    assert not contracts("ALTER TABLE x ADD COLUMN y text NOT NULL DEFAULT ''")


def test_steps_are_numbered_without_gaps() -> None:
    assert [int(step.name[:4]) for step in STEPS] == list(range(1, len(STEPS) + 1))


def test_every_step_is_applied_once(chosen: Settings, empty_url: str) -> None:
    assert migrations.migrate(chosen, empty_url) == [step.name for step in STEPS]
    assert migrations.migrate(chosen, empty_url) == []
    assert applied(empty_url) == [step.name for step in STEPS]


def test_of_several_at_once_one_migrates_and_the_others_wait(chosen: Settings, empty_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(lambda _: migrations.migrate(chosen, empty_url), range(4)))
    assert sorted(map(len, told)) == [0, 0, 0, len(STEPS)]


def test_an_edited_step_is_refused(chosen: Settings, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.migrate(chosen, empty_url)
    edited = [*STEPS[:-1], Migration(STEPS[-1].name, STEPS[-1].text + "\n-- afterthought\n")]
    monkeypatch.setattr(migrations, "all_migrations", lambda: edited)
    with pytest.raises(ChangedMigrationError, match=STEPS[-1].name):
        migrations.migrate(chosen, empty_url)


def test_a_step_that_fails_leaves_nothing_and_is_tried_again(chosen: Settings, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration("9999_broken", "CREATE TABLE half_done (id integer);\nSELECT 1 / 0;")
    monkeypatch.setattr(migrations, "all_migrations", lambda: [*STEPS, broken])
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrations.migrate(chosen, empty_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('ashiato.half_done')").fetchone() == (None,)
    assert applied(empty_url) == [step.name for step in STEPS]
    mended = Migration("9999_broken", "CREATE TABLE half_done (id integer);")
    monkeypatch.setattr(migrations, "all_migrations", lambda: [*STEPS, mended])
    assert migrations.migrate(chosen, empty_url) == ["9999_broken"]


def test_the_applications_password_can_be_changed(chosen: Settings, empty_url: str) -> None:
    """Migrating sets the password of the application's role, so that a new one counts from the next start."""
    migrations.migrate(chosen, empty_url)
    app = make_conninfo(empty_url, user="ashiato_app", password=(chosen.home / "secrets" / "postgres-app").read_text())
    with psycopg.connect(app) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("ashiato_app",)
    with pytest.raises(psycopg.OperationalError), psycopg.connect(make_conninfo(app, password="wrong")):
        pass


@pytest.mark.skipif(not OLDEST.exists(), reason=f"NOT TESTED: no PostgreSQL 15 in {OLDEST}")
def test_the_oldest_server_takes_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    chosen = Settings(home=home, postgres_bin=OLDEST)
    with postgres.running(chosen) as url:
        assert migrations.migrate(chosen, url) == [step.name for step in STEPS]
        assert migrations.migrate(chosen, url) == []
        with psycopg.connect(url) as connection:
            assert connection.info.server_version // 10_000 == 15
    shutil.rmtree(home)


def test_the_bundled_server_is_the_newest(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        assert connection.info.server_version // 10_000 >= 18 or "DATABASE_URL" in os.environ
