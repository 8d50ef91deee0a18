"""Which server, and as whom: the address from ASHIATO_URL, the credentials from ASHIATO_TOKEN or from the last login."""

import itertools
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import typer

from ashiato.cli.client import Client, ServerError
from ashiato.plumbing import settings

DEFAULT_URL = "http://127.0.0.1:8000"
_LARGEST_PAGE = 200
_REPEATS = 2
_PAUSE_SECONDS = 1.0
_SHORTEST_PASSWORD = 12


def server_url() -> str:
    """The server's address: ASHIATO_URL, else the one on this machine."""
    url = os.environ.get("ASHIATO_URL", DEFAULT_URL).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise typer.BadParameter(f"ASHIATO_URL is “{url}”, which is no http or https address.")
    return url


def connect(context: typer.Context, *, anonymous: bool = False) -> Client:
    """A client of the server, with ASHIATO_TOKEN or the last login's token unless `anonymous`; closed when the command ends."""
    url = server_url()
    token = None if anonymous else os.environ.get("ASHIATO_TOKEN") or remembered(url).get("token")
    client = Client(url, token)
    context.call_on_close(client.http.close)
    return client


def write(client: Client, method: str, path: str, **options: Any) -> Any:
    """What the server answers to a write. Where it is busy the same write is repeated, which has one effect only."""
    key = str(uuid4())
    for _ in range(_REPEATS):
        try:
            return client.call(method, path, key=key, **options)
        except ServerError as error:
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
        time.sleep(_PAUSE_SECONDS)
    return client.call(method, path, key=key, **options)


def everything(client: Client, path: str, most: int | None, *, page: int = _LARGEST_PAGE, **params: Any) -> Iterator[dict[str, Any]]:
    """The items of a list, page after page: all of them, or at most `most`."""
    return itertools.islice(client.items(path, limit=min(most or page, page), **params), most)


def _file() -> Path:
    return settings.load().home / "cli-session.json"


def _sessions() -> dict[str, Any]:
    path = _file()
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def remembered(url: str) -> dict[str, Any]:
    """The session that was opened on this server last; empty if there is none."""
    known = _sessions().get(url)
    return known if isinstance(known, dict) else {}


def remember(url: str, session: dict[str, Any]) -> None:
    """Keeps a session in `<home>/cli-session.json`, readable by its user only."""
    _replace(_sessions() | {url: session})


def forget(url: str) -> None:
    """Forgets the session on this server."""
    _replace({known: session for known, session in _sessions().items() if known != url})


def _replace(sessions: dict[str, Any]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(sessions, file)
    fresh.replace(path)


def read_secret(what: str, *, stdin: bool, given: str | None = None) -> str:
    """A secret: the first line of standard input, else the one given, else asked for on the terminal."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return given or str(typer.prompt(what, hide_input=True, err=True))


def read_password(*, stdin: bool) -> str:
    """The own password: from standard input, from ASHIATO_PASSWORD, or asked for."""
    return read_secret("Password", stdin=stdin, given=os.environ.get("ASHIATO_PASSWORD"))


def read_new_password(what: str, *, stdin: bool, from_environment: bool = True) -> str:
    """A password to be set: asked for twice where it is typed."""
    given = os.environ.get("ASHIATO_PASSWORD") if from_environment else None
    if stdin or given:
        password = read_secret(what, stdin=stdin, given=given)
    else:
        password = str(typer.prompt(what, hide_input=True, confirmation_prompt=True, err=True))
    if len(password) < _SHORTEST_PASSWORD:
        raise typer.BadParameter(f"A password has at least {_SHORTEST_PASSWORD} characters.")
    return password
