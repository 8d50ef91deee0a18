"""Commands: applications of the Japanese interface."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, everything, write

application = typer.Typer(no_args_is_help=True, help="Applications that may use the Japanese interface.")


class Kind(StrEnum):
    """What a key is for."""

    APPLICATION = "application"
    SYSTEM = "system"


@application.command("list")
def application_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Operator: lists the applications, oldest first."""
    columns = {"Name": "name", "Kind": "kind", "Networks": "networks", "Active": "active", "Registered": "registered_at", "Id": "application_id"}
    listing(as_json, everything(connect(context), "/applications", limit), columns)


@application.command("admit")
def application_admit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the application is called.")],
    network: Annotated[list[str], typer.Option(help="A network that it calls from, such as 203.0.113.0/24; may be given more than once.")],
    kind: Annotated[Kind, typer.Option(help="For people, or for another data system that checks keys and tokens.")] = Kind.APPLICATION,
    as_json: AsJson = False,
) -> None:
    """Operator: admits an application. Its key is shown now and never again."""
    answer = connect(context).call("POST", "/applications", json={"name": name, "kind": kind, "networks": network})
    record(as_json, answer, {"Application id": "application_id", "Key": "key"}, "Keep the key: it is shown this once.")


@application.command("close")
def application_close(
    context: typer.Context,
    application_id: Annotated[UUID, typer.Argument(metavar="APPLICATION", help="The application's id.")],
    as_json: AsJson = False,
) -> None:
    """Operator: ends an application's access, from the next request on."""
    write(connect(context), "DELETE", f"/applications/{application_id}")
    done(as_json, {"application_id": str(application_id)}, "The application has no access any more.")
