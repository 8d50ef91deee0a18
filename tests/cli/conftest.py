"""A real installation (PostgreSQL, worker, granian) for the run, and shells: one a person, each with a home folder of its own."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.world import PASSWORD, fresh_corporate_number
from typer.testing import CliRunner, Result

from ashiato.cli import app
from ashiato.cli.installation import found_operator
from ashiato.cli.serving import serving
from ashiato.plumbing import telemetry
from ashiato.plumbing.settings import Settings

OPERATOR = "operator@centre.example"
PERIOD = ("--from", "2025-04-01", "--to", "2026-03-31")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@dataclass(frozen=True)
class Shell:
    """Somebody at a terminal: `shell("part", "list")` runs a command and checks its exit code, unless any will do (None)."""

    url: str
    home: Path
    number: str = ""

    def __call__(self, *words: object, code: int | None = 0, typed: str = "", **environment: str) -> Result:
        stated = {name: None for name in os.environ if name.startswith(("ASHIATO_", "LC_"))}
        stated |= {"ASHIATO_URL": self.url, "ASHIATO_HOME": str(self.home), "ASHIATO_PASSWORD": PASSWORD, "LANG": "C.UTF-8", "DATABASE_URL": None}
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(telemetry, "configure", lambda _: None)  # logs of this process do not go to a standard error that is soon closed
            result = CliRunner().invoke(app, [str(word) for word in words], input=typed, env=stated | environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code in (None, result.exit_code), f"{words}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
        return result

    def json(self, *words: object, code: int = 0, **environment: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self(*words, "--json", code=code, **environment).stdout)

    def write(self, name: str, content: str | bytes) -> Path:
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture(autouse=True)
def _logs_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that runs in this process, by a `Shell` or called at once, does not bind the logs to its own, soon closed, standard error."""
    monkeypatch.setattr(telemetry, "configure", lambda _: None)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("installation")
    return Settings(home=home, port=free_port(), database_url=None, log_level="error")


@pytest.fixture(scope="session")
def url(installed: Settings) -> Iterator[str]:
    with serving(installed, installed.home / "server.log") as address:
        assert found_operator(installed, "Centre", OPERATOR, PASSWORD)
        assert not found_operator(installed, "Centre", OPERATOR, PASSWORD)
        yield address


@pytest.fixture(scope="session")
def operator(url: str, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(url, tmp_path_factory.mktemp("operator"))
    shell("login", "--email", OPERATOR)
    return shell


@pytest.fixture
def stranger(url: str, tmp_path: Path) -> Shell:
    """Somebody who has not logged in."""
    return Shell(url, tmp_path / "stranger")


def admitted(operator: Shell, name: str, home: Path) -> Shell:
    """A company that is admitted, with its administrator logged in."""
    number = fresh_corporate_number()
    shell = Shell(operator.url, home, number)
    email = f"admin@{number}.example"
    applied = shell.json("company", "apply", "--name", name, "--number", number, "--admin-email", email, "--admin-name", "Admin", "--accept-terms")
    for state in ("verified", "admitted"):
        checks = ["--check-all"] if state == "verified" else []
        operator("company", "state", applied["company_id"], state, "--reason", "checked", *checks)
    shell("login", "--email", email)
    return shell


@pytest.fixture(scope="session")
def cells(operator: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return admitted(operator, "Kamo Cells", tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="session")
def packs(operator: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return admitted(operator, "Hikari Packs", tmp_path_factory.mktemp("packs"))
