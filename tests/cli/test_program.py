"""What holds for every command: help, --json, exit codes, how problems are told."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.attacks.rich import totp
from tests.cli.conftest import Shell, admitted, free_port
from tests.world import PASSWORD
from typer.main import get_command

from ashiato.cli import app, output, session


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_command_has_help_and_json() -> None:
    found = dict(commands(get_command(app)))
    assert len(found) > 50
    for path, command in found.items():
        assert command.help, path
        assert any("--json" in parameter.opts for parameter in command.params), path
        assert all(parameter.help for parameter in command.params), path


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    script = (
        "import sys; from ashiato.cli import app; print([name for name in ('numba', 'numpy', 'fastapi', 'psycopg', 'typst') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_help_and_an_unknown_option(tmp_path: Path) -> None:
    shell = Shell("http://127.0.0.1:1", tmp_path)
    assert "declaration" in shell("--help").stdout
    shell("me", "--nope", code=output.USAGE)
    shell("company", "state", "no-uuid", "admitted", "--reason", "x", code=output.USAGE)


def test_settings_that_cannot_be_used_are_a_usage_error(tmp_path: Path) -> None:
    shell = Shell("http://127.0.0.1:1", tmp_path)
    assert "ASHIATO_PROT: no such setting" in shell("me", code=output.USAGE, ASHIATO_PROT="1").stderr
    assert "ASHIATO_DATABASE_URL" in shell("me", code=output.USAGE, ASHIATO_DATABASE_URL="x").stderr  # it is DATABASE_URL
    assert "ASHIATO_PORT" in shell("config", "show", code=output.USAGE, ASHIATO_PORT="a").stderr
    assert "ftp://server" in shell("me", code=output.USAGE, ASHIATO_URL="ftp://server").stderr


def test_nobody_answers(tmp_path: Path) -> None:
    shell = Shell(f"http://127.0.0.1:{free_port()}", tmp_path)
    refused = shell("me", code=output.NETWORK)
    assert "Nobody answers" in refused.stderr
    assert "ashiato serve" in refused.stderr
    assert refused.stdout == ""


def test_colour_is_for_terminals_that_want_it(tmp_path: Path) -> None:
    shell = Shell(f"http://127.0.0.1:{free_port()}", tmp_path)
    assert "\x1b" not in shell("me", code=output.NETWORK).stderr
    assert "\x1b[1;31m" in shell("me", code=output.NETWORK, FORCE_COLOR="1").stderr
    assert "31m" not in shell("me", code=output.NETWORK, FORCE_COLOR="1", NO_COLOR="1").stderr


def test_who_is_not_logged_in_is_told_what_to_do(stranger: Shell) -> None:
    assert "ashiato login" in stranger("me", code=output.AUTH).stderr
    stranger("login", "--email", "nobody@nowhere.example", code=output.AUTH)
    stranger("login", code=output.USAGE)
    assert stranger.json("logout") == {"url": stranger.url, "ended": False}


def test_the_session_is_kept_for_its_user_only_and_a_token_goes_before_it(cells: Shell, stranger: Shell) -> None:
    kept = cells.home / "cli-session.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    token = json.loads(kept.read_text())[cells.url]["token"]
    assert stranger.json("me", ASHIATO_TOKEN=token)["company"]["name"] == "Kamo Cells"
    cells("me", code=output.AUTH, ASHIATO_TOKEN="another")
    kept.write_text("{", encoding="utf-8")
    cells("me", code=output.AUTH)
    kept.write_text(json.dumps({cells.url: {"token": token}}))
    assert "Kamo Cells" in cells("me").stdout


def test_a_person_with_a_second_factor_logs_in_by_its_code(operator: Shell, tmp_path: Path) -> None:
    shell = admitted(operator, "Factor Shell Works", tmp_path)
    email = json.loads((tmp_path / "cli-session.json").read_text())[shell.url]["who"]
    headers = {"Authorization": f"Bearer {json.loads((tmp_path / 'cli-session.json').read_text())[shell.url]['token']}"}
    with httpx.Client(base_url=f"{shell.url}/api/v1", headers=headers) as person:
        fresh = person.post("/second-factors", json={"name": "Phone"}).json()
        code = {"code": totp(fresh["secret"], datetime.now(UTC))}
        codes = person.post(f"/second-factors/{fresh['factor_id']}/confirmation", json=code).json()["codes"]
    shell("logout")
    shell("login", "--email", email, "--code", "000000x", code=output.AUTH)
    shell("me", code=output.AUTH)
    shell("login", "--email", email, "--code", codes[0])
    assert "Factor Shell Works" in shell("me").stdout
    shell("logout")
    shell("login", "--email", email, "--code", codes[0], code=output.AUTH)  # a recovery code works once
    shell("login", "--email", email, typed=f"{codes[1]}\n")
    shell("login", "--email", email, "--password-stdin", typed=f"{PASSWORD}\n{totp(fresh['secret'], datetime.now(UTC) + timedelta(seconds=30))}\n")
    assert "Factor Shell Works" in shell("me").stdout


def test_a_problem_is_told_with_its_remedy_and_as_json_where_json_was_asked_for(packs: Shell) -> None:
    told = packs("part", "show", "NOPE", code=output.PROBLEM)
    assert (told.stdout, told.stderr) == ("", "There is no part NOPE.\n")
    assert "Write its 13 digits." in packs("company", "find", "1", code=output.PROBLEM).stderr
    problem = packs("company", "find", "1", "--json", code=output.PROBLEM)
    assert problem.stdout == ""
    assert json.loads(problem.stderr)["code"] == "corporate_number.form"


def test_flaws_are_listed(packs: Shell) -> None:
    told = packs(
        "person", "invite", "--email", "x", "--name", "Xavier", "--role", "operator", "--password-stdin", code=1, typed="a long enough one\n"
    )
    assert "This is not an e-mail address." in told.stderr
    assert "Choose roles" in told.stderr


class Stub(BaseHTTPRequestHandler):
    """Answers what it is told to, and notes what it was asked."""

    answers: list[tuple[int, str, bytes]] = []  # noqa: RUF012 — set anew by every test
    asked: list[tuple[str, str | None]] = []  # noqa: RUF012 — set anew by every test

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.asked.append((self.path, self.headers.get("idempotency-key")))
        status, media_type, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[Shell]:
    Stub.answers, Stub.asked = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield Shell(f"http://127.0.0.1:{server.server_port}", tmp_path)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(404, 1), (409, 1), (422, 1), (500, 1), (401, 3), (403, 3), (429, 4), (502, 4), (503, 4)])
def test_every_status_has_its_exit_code(stub: Shell, status: int, code: int) -> None:
    Stub.answers = [(status, "text/html", b"<h1>not for people</h1>")]
    assert f"HTTP {status}" in stub("site", "list", code=code).stderr


def test_a_write_is_repeated_while_the_server_is_busy_and_has_one_effect(stub: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_PAUSE_SECONDS", 0)
    grant = "0b0f6f0c-6d0e-4f5e-9a3f-0a8a6c1f2b11"
    Stub.answers = [(503, "application/problem+json", b'{"title": "busy"}'), (204, "text/plain", b"")]
    stub("grant", "revoke", grant)
    assert len(Stub.asked) == 2
    assert len(set(Stub.asked)) == 1
    assert Stub.asked[0][1] is not None
    Stub.answers = [(503, "application/problem+json", b'{"title": "busy"}')] * 3
    assert "busy" in stub("grant", "revoke", grant, code=output.NETWORK).stderr


def test_lists_page_through_everything_unless_there_is_a_limit(stub: Shell) -> None:
    pages = [b'{"items": [{"code": "A"}, {"code": "B"}], "next": "two"}', b'{"items": [{"code": "C"}], "next": null}']
    Stub.answers = [(200, "application/json", page) for page in pages]
    assert [item["code"] for item in stub.json("factor", "list")] == ["A", "B", "C"]
    assert "after=two" in Stub.asked[1][0]
    Stub.answers = [(200, "application/json", pages[0])]
    assert [item["code"] for item in stub.json("factor", "list", "--limit", 1)] == ["A"]
    assert "limit=1" in Stub.asked[-1][0]


def test_a_document_is_downloaded(stub: Shell, tmp_path: Path) -> None:
    declaration, paper = "0b0f6f0c-6d0e-4f5e-9a3f-0a8a6c1f2b11", tmp_path / "declaration.pdf"
    Stub.answers = [(200, "application/pdf", b"%PDF-1.7")]
    stub("declaration", "pdf", declaration, "--lang", "ja", "--output", paper)
    assert Stub.asked == [(f"/declarations/{declaration}.pdf?lang=ja", None)]
    assert paper.read_bytes() == b"%PDF-1.7"
    Stub.answers = [(404, "application/problem+json", b'{"title": "There is no such declaration."}')]
    stub("declaration", "pdf", declaration, "--output", tmp_path / "other.pdf", code=output.PROBLEM)
    assert not (tmp_path / "other.pdf").exists()


def test_nothing_that_others_write_commands_the_terminal() -> None:
    assert output.plain_text("a\x1b[31mb\u202ec\x9bd\ud800[red]\n").plain == "a�[31mb�c�d�[red]\n"


def test_figures_and_instants_as_people_read_them() -> None:
    assert output.figure("12.345678") == "12.35"
    assert output.figure("n/a") == "n/a"
    assert output.share("0.16666") == "16.7 %"
    assert output.local_time("soon") == "soon"
    assert output.spelled("active", True).plain == "yes"
