"""The command line's way to a server: the REST interface, as any other program uses it."""

import hashlib
import json
import os
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import httpx

_TIMEOUT_SECONDS = 60.0
_AT_THE_ROOT = ("/api/", "/oauth", "/.well-known")  # addresses that are not below /api/v1 by themselves
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Told = Callable[[int], object]  # hears how many bytes more were read


Come = Callable[[str, int, int], object]  # hears the stage, how many rows have come through it, and of how many (0: unknown)


def _silent(_: int) -> None: ...


def _uncounted(_: str, __: int, ___: int) -> None: ...


@dataclass(frozen=True)
class _Watched:
    """A file that tells how it is read."""

    file: BinaryIO
    told: Told

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.told(len(block))
        return block

    def fileno(self) -> int:
        return self.file.fileno()


class ServerError(Exception):
    """The server refused, as RFC 9457 tells it."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("title", f"HTTP {status}"))
        self.status = status
        self.problem = problem


class NoServerError(Exception):
    """Nobody answers at the server's address."""


@dataclass
class Client:
    """One account's or program's session with a server."""

    url: str
    token: str | None = None
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        nearby = httpx.URL(self.url).host in _THIS_MACHINE  # no proxy stands between programs of one machine
        authorities = os.environ.get("SSL_CERT_FILE")  # of an installation with a certificate of its own
        trust = ssl.create_default_context(cafile=authorities) if authorities else True
        self.http = httpx.Client(base_url=self.url, timeout=_TIMEOUT_SECONDS, trust_env=not nearby, verify=trust)

    def call(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Any:
        """The JSON that the server answers; `key` makes a write safe to repeat. Raises ServerError and NoServerError."""
        headers: dict[str, str] = dict(options.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        address = path if path.startswith(_AT_THE_ROOT) or path.endswith(".pdf") else f"/api/v1{path}"
        try:
            response = self._sent(method, address, repeatable=method == "GET" or key is not None, headers=headers, **options)
        except httpx.HTTPError as error:
            raise NoServerError(f"Nobody answers at {self.url}: {error}") from error
        if response.is_error:
            raise ServerError(response.status_code, _problem(response))
        if not response.content:
            return None
        if "json" in response.headers.get("content-type", ""):
            return response.json()
        return response.content

    def get(self, path: str, **params: Any) -> Any:
        """What the server tells; parameters that are None are left out."""
        return self.call("GET", path, params={name: value for name, value in params.items() if value is not None})

    def items(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        after = None
        while True:
            page = self.get(path, after=after, **params)
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return

    def log_in(self, email: str, password: str) -> dict[str, Any]:
        """Opens a session for a person and keeps its secret. One that is `pending` opens nothing but `finish_log_in`."""
        return self._opened("/sessions", {"email": email, "password": password})

    def finish_log_in(self, code: str) -> dict[str, Any]:
        """Gives the second factor to the session that waits for it, and keeps the secret of the one that is open then."""
        return self._opened("/sessions/second-factor", {"code": code})

    def _opened(self, path: str, proof: dict[str, str]) -> dict[str, Any]:
        session: dict[str, Any] = self.call("POST", path, json=proof)
        self.http.cookies.clear()
        self.token = session["token"]
        return session

    def fetch_token(self, client_id: str, secret: str) -> dict[str, Any]:
        """Fetches an access token for a program and keeps it."""
        answer: dict[str, Any] = self.call("POST", "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
        self.token = answer["access_token"]
        return answer

    def send_file(
        self, path: Path, *, dry_run: bool = False, good_rows: bool = False, suggestions: bool = False, told: Told = _silent, come: Come = _uncounted
    ) -> dict[str, Any]:
        """Has a file examined, and registered unless `dry_run`; the report. `told` hears of each block on its way, `come` how far its rows are."""
        params = {"dry_run": dry_run, "good_rows": good_rows, "suggestions": suggestions}
        headers = {"Accept": "application/x-ndjson"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        line: dict[str, Any] = {}
        with path.open("rb") as file:
            files: Any = {"file": (path.name, _Watched(file, told))}
            try:
                with self.http.stream("POST", "/api/v1/imports", params=params, files=files, headers=headers, timeout=None) as response:
                    if response.is_error:
                        response.read()
                        raise ServerError(response.status_code, _problem(response))
                    for line in map(json.loads, response.iter_lines()):
                        if "stage" in line:
                            come(line["stage"], line["done"], line["whole"])
            except httpx.HTTPError as error:
                raise NoServerError(f"Nobody answers at {self.url}: {error}") from error
        if "status" not in line:
            raise NoServerError(f"{self.url} stopped in the middle of the file. Import it again: what is registered is not registered twice.")
        if line["status"] >= httpx.codes.BAD_REQUEST:
            raise ServerError(line["status"], line["body"])
        report: dict[str, Any] = line["body"]
        return report

    def _sent(self, method: str, address: str, *, repeatable: bool, **options: Any) -> httpx.Response:
        """The server's answer. What may be repeated is sent again where the server had given up an idle connection (RFC 9110, 9.2.2)."""
        try:
            return self.http.request(method, address, **options)
        except httpx.RemoteProtocolError:
            if not repeatable:
                raise
            return self.http.request(method, address, **options)

    def fetch_marked(self, path: Path, marked: Path, *, lang: str) -> None:
        """Writes the file as a workbook in which every bad cell is coloured and carries its reason. Nothing is registered."""
        headers = {"Accept": _XLSX, "Accept-Language": lang} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        with path.open("rb") as file:
            try:
                answer = self.http.post(
                    "/api/v1/imports", params={"dry_run": True}, files={"file": (path.name, file)}, headers=headers, timeout=None
                )  # fmt: skip
            except httpx.HTTPError as error:
                raise NoServerError(f"Nobody answers at {self.url}: {error}") from error
        if answer.is_error:
            raise ServerError(answer.status_code, _problem(answer))
        marked.write_bytes(answer.content)

    def upload(self, address: str, path: Path, params: dict[str, Any], told: Told = _silent) -> dict[str, Any]:
        """The server's report on a file, however long it takes; `told` hears of each block that is on its way."""
        with path.open("rb") as file:
            files = {"file": (path.name, _Watched(file, told))}
            report: dict[str, Any] = self.call("POST", address, params=params, files=files, timeout=None)
        return report

    def send_bytes(self, address: str, path: Path, told: Told = _silent) -> dict[str, Any]:
        """The server's answer to a file that is the body itself; `told` hears of each block that is on its way."""

        def blocks() -> Iterator[bytes]:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    told(len(block))
                    yield block

        headers = {"Content-Type": "application/zip"}
        answer: dict[str, Any] = self.call("POST", address, content=blocks(), headers=headers, timeout=None)
        return answer

    def fetch_file(self, address: str, path: Path, *, params: dict[str, str], headers: dict[str, str]) -> int:
        """Writes what the server answers to a file as it comes; how many bytes. Nothing is left where it fails."""
        headers = headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        fresh = path.with_name(f".{path.name}.part")
        try:
            with self.http.stream("GET", f"/api/v1{address}", params=params, headers=headers, timeout=None) as response:
                if response.is_error:
                    response.read()
                    raise ServerError(response.status_code, _problem(response))
                with fresh.open("wb") as file:
                    for block in response.iter_bytes():
                        file.write(block)
            return fresh.replace(path).stat().st_size
        except httpx.HTTPError as error:
            raise NoServerError(f"Nobody answers at {self.url}: {error}") from error
        finally:
            fresh.unlink(missing_ok=True)

    def part_id(self, part_number: str) -> str:
        """The identifier of one of the own parts. Raises ServerError (404) for a number that is not registered."""
        found = self.get("/parts", part_number=part_number)["items"]
        if not found:
            raise ServerError(404, {"code": "absent", "title": f"There is no part {part_number}.", "status": 404})
        return str(found[0]["part_id"])


def deed_key(*words: object) -> str:
    """An idempotency key that names a deed: the same words, the same key."""
    return hashlib.sha256(json.dumps([str(word) for word in words]).encode()).hexdigest()


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    return problem if isinstance(problem, dict) else {"title": f"HTTP {response.status_code}", "status": response.status_code}
