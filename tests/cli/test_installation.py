"""Serving as a user does it: one process that starts everything and leaves nothing behind."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest
from tests.cli.conftest import OPERATOR, Shell, free_port
from tests.elsewhere import Authority
from tests.world import PASSWORD

from ashiato.cli import output
from ashiato.cli.serving import address, refuse_taken_port
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import postgres
from ashiato.plumbing.settings import Settings

ASHIATO = [sys.executable, "-m", "ashiato.cli"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("ASHIATO_")}
    home = tmp_path_factory.mktemp("served")
    yield kept | {"ASHIATO_HOME": str(home), "ASHIATO_PORT": str(free_port()), "ASHIATO_LOG_LEVEL": "error", "ASHIATO_PASSWORD": PASSWORD}
    with postgres.running(Settings(home=home, database_url=None)):
        pass  # the last to leave stops what a killed one left running


def start(environment: dict[str, str], *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*ASHIATO, "serve", "--json", *options], env=environment, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A served installation that answers."""
    with start(environment) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["process"] == process.pid
        yield process
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def named(processes: list[psutil.Process], words: str) -> psutil.Process:
    return next(process for process in processes if words in " ".join(process.cmdline()))


def all_gone(processes: list[psutil.Process], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):
            return True
        time.sleep(0.05)
    return False


def test_it_serves_https_with_a_certificate_of_its_own(environment: dict[str, str], tmp_path: Path) -> None:
    """Over TLS and over nothing else; half a certificate is refused before anything starts."""
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.issue()
    secured = environment | {"ASHIATO_TLS_CERTIFICATE": str(certificate), "ASHIATO_PORT": str(free_port())}
    half = subprocess.run([*ASHIATO, "serve", "--json"], env=secured, capture_output=True, text=True, timeout=60, check=False)
    assert half.returncode == output.PROBLEM
    assert "tls.half" in half.stdout + half.stderr
    with start(secured | {"ASHIATO_TLS_KEY": str(key)}) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        try:
            assert url == f"https://127.0.0.1:{secured['ASHIATO_PORT']}"
            trust = ssl.create_default_context(cafile=str(authority.file))
            with httpx.Client(verify=trust, trust_env=False) as client:
                assert client.get(f"{url}/livez").status_code == 200
                assert client.get(f"{url}/pact/{uuid4()}/3/footprints").status_code == 401, "the exchange needs no proxy before it"
            with httpx.Client(trust_env=False) as client, pytest.raises(httpx.HTTPError):
                client.get(f"{url.replace('https', 'http')}/livez")
            told = subprocess.run(
                [*ASHIATO, "openapi", "--server"], env=secured | {"ASHIATO_URL": url, "SSL_CERT_FILE": str(authority.file)}, capture_output=True,
                text=True, timeout=60, check=False,
            )  # fmt: skip
            assert told.returncode == 0, told.stdout + told.stderr
        finally:
            process.terminate()
            process.wait(30)


def test_sigterm_stops_everything_in_order_and_nothing_is_left(served: subprocess.Popen[str], environment: dict[str, str]) -> None:
    processes = family(served)
    for words in ("ashiato.worker", "granian", "postgres"):
        assert named(processes, words)
    shell = Shell(f"http://127.0.0.1:{environment['ASHIATO_PORT']}", Path(environment["ASHIATO_HOME"]))
    assert "is the operator" in shell("init", "--email", OPERATOR, "--name", "Op", "--company", "Centre").stderr
    assert "has its operator" in shell("init", "--email", OPERATOR, "--name", "Op", code=output.PROBLEM).stderr
    shell("login", "--email", OPERATOR)
    assert shell.json("me")["roles"] == ["company_admin", "operator"]
    assert shell.json("openapi", "--server") == shell.json("openapi")
    served.send_signal(signal.SIGTERM)
    assert served.wait(30) == 0
    assert all_gone(processes, 1)


def test_server_and_worker_do_not_outlive_a_killed_parent(served: subprocess.Popen[str]) -> None:
    ours = [process for process in family(served) if "ashiato" in " ".join(process.cmdline()) and "postgres" not in process.name()]
    assert len(ours) >= 2
    served.kill()
    assert all_gone(ours)


def test_the_next_start_finds_its_data_refuses_a_taken_port_and_ends_at_ctrl_c(served: subprocess.Popen[str], environment: dict[str, str]) -> None:
    shell = Shell(f"http://127.0.0.1:{environment['ASHIATO_PORT']}", Path(environment["ASHIATO_HOME"]))
    shell("login", "--email", OPERATOR)
    told = subprocess.run([*ASHIATO, "serve"], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == output.PROBLEM
    assert environment["ASHIATO_PORT"] in told.stderr
    assert "--port" in told.stderr
    assert "The schema is up to date" in shell("migrate").stderr
    processes = family(served)
    served.send_signal(signal.SIGINT)
    time.sleep(0.05)
    served.send_signal(signal.SIGINT)  # impatience disturbs nothing
    assert served.wait(30) == 0
    assert all_gone(processes, 1)


def test_a_stop_that_comes_while_it_starts_is_heeded(environment: dict[str, str]) -> None:
    with start(environment) as process:
        time.sleep(1.2)
        processes = family(process)
        process.terminate()
        assert process.wait(30) in (0, -signal.SIGTERM)  # before it listens to signals it just ends
        assert all_gone(processes, 1)


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    shell = Shell("http://127.0.0.1:1", tmp_path)
    url = f"postgresql://owner:very-secret@127.0.0.1:{free_port()}/ashiato"
    told = shell("migrate", code=output.NETWORK, DATABASE_URL=url)
    assert "DATABASE_URL" in told.stderr
    assert "very-secret" not in told.output
    assert "very-secret" not in shell("migrate", code=output.NETWORK, DATABASE_URL="very-secret").output


def test_addresses() -> None:
    assert address("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert address("::", 80) == "http://[::1]:80"
    with pytest.raises(Refusal):
        refuse_taken_port("203.0.113.1", 8000)


def test_settings_are_shown_without_secrets_and_explained(tmp_path: Path) -> None:
    shell = Shell("http://127.0.0.1:1", tmp_path)
    secret = "postgresql://owner:very-secret@db/ashiato"
    shown = shell("config", "show", DATABASE_URL=secret, ASHIATO_PORT="8123")
    assert "very-secret" not in shown.output
    assert "8123" in shown.stdout
    found = {item["setting"]: item for item in shell.json("config", "show", DATABASE_URL=secret)}
    assert found["DATABASE_URL"] == {"setting": "DATABASE_URL", "value": "(set, not shown)", "from": "environment"}
    assert set(found) >= {f"ASHIATO_{name.upper()}" for name in Settings.model_fields if name != "database_url"}
    for key in ("port", "ASHIATO_PORT", "ashiato_port"):
        assert shell.json("config", "explain", key)["default"] == 8000
    assert shell.json("config", "explain", "database_url")["setting"] == "DATABASE_URL"
    assert "server" in shell("config", "explain", "url").stdout
    assert "Did you mean ASHIATO_PORT?" in shell("config", "explain", "prot", code=output.USAGE).stderr


def test_the_version_is_told(tmp_path: Path) -> None:
    shell = Shell("http://127.0.0.1:1", tmp_path)
    assert shell("version").stdout == f"Ashiato {shell.json('version')['ashiato']}\n"
