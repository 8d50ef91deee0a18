"""The demo's Japanese interface: a key for an application on this machine, and two companies that can walk through the published tutorial."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ashiato.cli.client import Client
from ashiato.cli.demo.chain import OPERATOR_EMAIL, Profile
from ashiato.plumbing import secrets_folder

_NETWORKS = ["127.0.0.0/8", "::1/128"]
_TWO = ("akatsuki-packs", "kamo-cells")


def application_key(home: Path, url: str, password: str) -> str:
    """The key of the demo's application; it is admitted at the first run and its key kept."""

    def draw() -> bytes:
        operator = Client(url)
        operator.log_in(OPERATOR_EMAIL, password)
        admitted = operator.call("POST", "/applications", json={"name": "Tutorial on this machine", "networks": _NETWORKS})
        return str(admitted["key"]).encode()

    return secrets_folder.keep(home, "demo-application-key", draw).decode()


def show(console: Console, url: str, key: str, password: str, profiles: list[Profile]) -> None:
    """Where the interface is, with which key, and as whom."""
    title = f"Japanese interface: {url}/api/v1/datatransport, {url}/auth/login  ·  apiKey and x-api-key: {key}"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for header in ("operatorAccountId", "accountPassword", "openOperatorId", "company"):
        table.add_column(header)
    for profile in profiles:
        if profile.name in _TWO:
            table.add_row(profile.email, password, profile.corporate_number, f"{profile.company} ({profile.company_ja})")
    console.print(table)
