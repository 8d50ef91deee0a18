"""The doctor finds each fault that is provoked, says what to do about it, and nothing else; a sound installation has none."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.world import PASSWORD
from typer.testing import CliRunner

from ashiato.cli import app
from ashiato.cli.doctor import LEAST_FREE
from ashiato.cli.installation import found_operator
from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.keys import LogKey, Seal
from ashiato.plumbing.settings import Settings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation with an operator and a signed log, whose database runs."""
    chosen = Settings(home=tmp_path_factory.mktemp("patient") / "home", database_url=None, log_level="error")
    with postgres.running(chosen):
        found_operator(chosen, "Centre", "op@centre.test", PASSWORD)
        LogKey.of(chosen.home, chosen.public_url)
        Seal(chosen.home)
        yield chosen


@pytest.fixture
def owner(home: Settings) -> Iterator[psycopg.Connection]:
    with postgres.superuser(home) as reach, psycopg.connect(reach.database_url, autocommit=True, options="-c search_path=ashiato") as connection:
        yield connection


def examined(home: Path, environment: dict[str, str]) -> dict[str, Any]:
    stated = {name: None for name in os.environ if name.startswith("ASHIATO_")} | {"ASHIATO_HOME": str(home), "DATABASE_URL": None}
    result = CliRunner().invoke(app, ["doctor", "--json"], env=stated | environment)
    told: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if told["faults"] else 0)
    assert told["sound"] == (not told["faults"])
    return told


def faults(home: Settings | Path, **environment: str) -> dict[str, str]:
    """The remedy of every fault that the doctor finds, by its code."""
    told = examined(home.home if isinstance(home, Settings) else home, environment)
    return {fault["code"]: fault["remedy"] for fault in told["faults"]}


def test_a_sound_installation_has_no_fault(home: Settings) -> None:
    assert faults(home) == {}


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"ASHIATO_PROT": "1"}, "settings.unknown"),
        ({"ASHIATO_PORT": "many"}, "settings.value"),
        ({"ASHIATO_PUBLIC_URL": "ashiato.example"}, "settings.public_url"),
        ({"ASHIATO_HOST": "0.0.0.0"}, "settings.public_url"),
        ({"ASHIATO_PUBLIC_URL": "http://ashiato.example"}, "settings.plain_http"),
        ({"ASHIATO_IDS_SEED": "guess"}, "settings.tests_only"),
        ({"ASHIATO_FROZEN_CLOCK": "2026-01-01T00:00:00+00:00"}, "settings.tests_only"),
        ({"ASHIATO_OUTBOUND_AUTHORITIES": "/nowhere/authorities.pem"}, "settings.authorities"),
        ({"ASHIATO_FILES": "bucket"}, "settings.value"),
        (
            {
                "ASHIATO_FILES": "s3://kept",
                "ASHIATO_S3_ENDPOINT": "http://127.0.0.1:9",
                "ASHIATO_S3_ACCESS_KEY_ID": "a",
                "ASHIATO_S3_SECRET_ACCESS_KEY": "b",
            },
            "files.unreachable",
        ),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/nowhere"}, "database.unreachable"),
        ({"DATABASE_URL": "no connection string"}, "database.unreachable"),
        ({"ASHIATO_DATABASE_APP_PASSWORD": "another"}, "database.login"),
    ],
)
def test_a_wrong_setting_is_found(home: Settings, environment: dict[str, str], code: str) -> None:
    found = faults(home, **environment)
    assert set(found) == {code}
    assert found[code]


def test_a_fault_tells_no_secret(home: Settings) -> None:
    told = examined(home.home, {"DATABASE_URL": "postgresql://owner:hidden-word@127.0.0.1:1/nowhere"})
    assert "hidden-word" not in str(told)


def readable_by_others(home: Path) -> Callable[[], None]:
    path = home / "secrets" / "master.key"
    path.chmod(0o644)
    return lambda: path.chmod(0o600)


def without_its_key(home: Path) -> Callable[[], None]:
    path, aside = home / "secrets" / "log.key", home / "aside"
    shutil.move(path, aside)
    return lambda: (path.unlink(missing_ok=True), shutil.move(aside, path))


def with_a_damaged_key(home: Path) -> Callable[[], None]:
    path = home / "secrets" / "master.key"
    kept = path.read_bytes()
    path.write_bytes(kept[:5])
    return lambda: path.write_bytes(kept)


@pytest.mark.parametrize(
    ("provoke", "code"), [(readable_by_others, "secrets.rights"), (without_its_key, "secrets.key"), (with_a_damaged_key, "secrets.key")]
)
def test_what_is_wrong_with_the_secrets_is_found(home: Settings, provoke: Callable[[Path], Callable[[], None]], code: str) -> None:
    mend = provoke(home.home)
    try:
        assert set(faults(home)) == {code}
    finally:
        mend()
    assert faults(home) == {}


def test_a_home_that_is_no_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    assert set(faults(tmp_path / "home")) == {"home.file"}


def test_secrets_that_are_gone_beside_data_are_found(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    assert "secrets.missing" in faults(tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/nowhere")


def test_a_full_disk_is_found(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home.home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=LEAST_FREE - 1))
    assert set(faults(home)) == {"disk.full"}


def warnings(home: Settings) -> set[str]:
    told = examined(home.home, {})
    assert told["sound"], "a warning is no fault"
    assert all(warning["remedy"] for warning in told["warnings"])
    return {warning["code"] for warning in told["warnings"]}


def test_an_operator_of_one_person_without_a_second_factor_is_warned(home: Settings, owner: psycopg.Connection) -> None:
    alone = {"operator.alone", "operator.no_second_factor"}
    assert warnings(home) == alone
    told = CliRunner().invoke(app, ["doctor"], env={"ASHIATO_HOME": str(home.home), "DATABASE_URL": None})
    assert told.exit_code == 0
    assert "warning: operator.alone" in told.stdout
    owner.execute("UPDATE person SET second_factor = true")
    assert warnings(home) == {"operator.alone"}
    second = """INSERT INTO person (company_id, person_id, email, display_name, password_hash, roles, active)
                SELECT company_id, gen_random_uuid(), 'second@centre.test', 'Second', 'x', %s, %s FROM company WHERE kind = 'operator'"""
    try:
        for roles, active in ((["company_admin"], True), (["operator"], False)):
            owner.execute(second, [roles, active])
            assert warnings(home) == {"operator.alone"}, "who may not act, or not any more, is no second person"
            owner.execute("DELETE FROM person WHERE email = 'second@centre.test'")
        owner.execute(second, [["operator"], True])
        assert warnings(home) == {"operator.no_second_factor"}
        owner.execute("UPDATE person SET second_factor = true")
        assert warnings(home) == set()
    finally:
        owner.execute("DELETE FROM person WHERE email = 'second@centre.test'")
        owner.execute("UPDATE person SET second_factor = false")


CHANGES = {
    "schema.behind": ("DELETE FROM schema_migration WHERE name LIKE '0024%'", None),
    "schema.ahead": ("INSERT INTO schema_migration VALUES ('9999_future', 'x')", "DELETE FROM schema_migration WHERE name = '9999_future'"),
    "schema.edited": (
        "UPDATE schema_migration SET digest = 'x' || digest WHERE name LIKE '0024%'",
        "UPDATE schema_migration SET digest = substr(digest, 2) WHERE name LIKE '0024%'",
    ),
    "database.durability": ("ALTER DATABASE ashiato SET synchronous_commit = off", "ALTER DATABASE ashiato RESET synchronous_commit"),
    "database.owner": ("ALTER ROLE ashiato_owner NOCREATEROLE", "ALTER ROLE ashiato_owner CREATEROLE"),
    "operator.none": ("UPDATE company SET kind = 'member' WHERE kind = 'operator'", "UPDATE company SET kind = 'operator' WHERE kind = 'member'"),
    "worker.late": (
        "UPDATE outbox SET recorded_at = recorded_at - interval '1 day'",
        "UPDATE outbox SET recorded_at = recorded_at + interval '1 day'",
    ),
    "log.key": ("INSERT INTO log_checkpoint VALUES (1, 'x', 'no note', now())", "DELETE FROM log_checkpoint"),
}


@pytest.mark.parametrize("code", CHANGES)
def test_what_is_wrong_with_the_database_is_found(home: Settings, owner: psycopg.Connection, code: str) -> None:
    change, back = CHANGES[code]
    (kept,) = owner.execute("SELECT digest FROM schema_migration WHERE name LIKE '0024%'").fetchone()
    owner.execute(change)
    try:
        found = faults(home)
        assert set(found) == {code}
        assert found[code]
    finally:
        owner.execute(back or f"INSERT INTO schema_migration VALUES ((SELECT '{_name()}'), '{kept}')")
    assert faults(home) == {}


def _name() -> str:
    return next(step.name for step in migrations.all_migrations() if step.name.startswith("0024"))
