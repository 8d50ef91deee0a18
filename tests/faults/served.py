"""An installation as an operator runs it, under a supervisor that starts it again when it ends as a whole, and a company that works with it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import psutil
from tests.cli.conftest import OPERATOR, free_port
from tests.world import CHECKS, FACTOR_HEADER, PART_HEADER, PASSWORD, TERMS, factor, fresh_corporate_number, workbook

from ashiato.cli.installation import found_operator
from ashiato.plumbing import postgres
from ashiato.plumbing.settings import Settings

RECOVERY_SECONDS = 120  # a loaded machine starts slowly


@dataclass
class Served:
    """An installation under a supervisor that starts it again whenever it ends as a whole; what ends in it, it starts again by itself."""

    chosen: Settings
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        log = (self.chosen.home / "served.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ashiato.cli", "serve", "--json"], env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        assert json.loads(self.process.stdout.readline())["process"] == self.process.pid

    def victims(self, what: str) -> list[psutil.Process]:
        assert self.process is not None
        serve = psutil.Process(self.process.pid)
        family = [serve, *serve.children(recursive=True)]
        words = {"server": "granian", "worker": "ashiato.worker", "database": "postgres"}.get(what, "")
        data = str(self.chosen.home.resolve() / "postgres" / "data")
        if what == "database":
            running = psutil.process_iter(["name"])  # a process may end while it is looked at
            return [process for process in running if (process.info["name"] or "").startswith("postgres") and _cwd(process) == data]
        return [process for process in family if words in _command(process)] if words else family

    def kill(self, what: str) -> None:
        """Kills, all at once, and returns when all are dead."""
        victims = self.victims(what)
        assert victims, f"there is no {what} to kill"
        for process in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(victims, timeout=10)

    def mend(self) -> None:
        """What a supervisor does: starts the installation again if it has ended."""
        assert self.process is not None
        if self.process.poll() is not None:
            self.stop()
            self.start()

    def recovered(self) -> None:
        """Returns when the installation answers again."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            self.mend()
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{self.chosen.port}/readyz", timeout=5, trust_env=False).is_success:
                    return
            time.sleep(0.02)
        raise AssertionError("the installation does not answer any more")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()  # what has ended already is not told
            self.process.wait(60)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):  # it has just ended
        return " ".join(process.cmdline())
    return ""


def _cwd(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return process.cwd()
    return ""


def furnished(url: str, clients: int) -> tuple[str, str, list[str]]:
    """A member's identifier and token, and parts whose structure the clients state again and again."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=20, trust_env=False) as http:

        def good(response: httpx.Response) -> Any:
            assert response.is_success, response.text
            return response.json()

        def log_in(email: str) -> str:
            token = good(http.post("/sessions", json={"email": email, "password": PASSWORD}))["token"]
            http.cookies.clear()
            return str(token)

        number = fresh_corporate_number()
        company = {"name": "Kill Works", "country": "JP", "corporate_number": number, "admin_email": f"a@{number}.test", "admin_name": "A"}
        company_id = good(http.post("/companies", json=company | {"password": PASSWORD, "terms": TERMS}))["company_id"]
        operator = {"Authorization": f"Bearer {log_in(OPERATOR)}"}
        for state in ("verified", "admitted"):
            good(
                http.post(
                    f"/companies/{company_id}/state",
                    json={"state": state, "reason": "checked", "checks": CHECKS if state == "verified" else []},
                    headers=operator,
                )
            )
        member = {"Authorization": f"Bearer {log_in(company['admin_email'])}"}
        rows = [[f"P-{place}", "Part", "kg", "", "", "", ""] for place in range(clients)]
        book = workbook(
            factors=[FACTOR_HEADER, factor("MEAN", "2")], parts=[PART_HEADER, *rows, ["CELL", "Cell", "kg", "", number[::-1][:0], "", "MEAN"]]
        )
        assert good(http.post("/imports", files={"file": ("b.xlsx", book)}, headers=member))["saved"]
        parts = good(http.get("/parts", headers=member, params={"limit": 200}))["items"]
        wanted = [part["part_id"] for part in parts if part["part_number"].startswith("P-")]
        return company_id, member["Authorization"].removeprefix("Bearer "), wanted


@contextlib.contextmanager
def installed(home: Path, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Served]:
    """An installation of its own, its server's environment with `more` in it."""
    port = free_port()
    chosen = Settings(home=home, port=port, database_url=None, log_level="error")
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("ASHIATO_")}
    served = Served(chosen, kept | {"ASHIATO_HOME": str(home), "ASHIATO_PORT": str(port), "ASHIATO_LOG_LEVEL": "error"} | dict(more))
    with postgres.running(chosen):
        assert found_operator(chosen, "Centre", OPERATOR, PASSWORD)
    served.start()
    try:
        yield served
    finally:
        served.stop()
        with postgres.running(chosen):
            pass
