"""Commands: lists of the workspace as you have narrowed them, under names. They are yours alone."""

from typing import Annotated, Literal
from uuid import UUID

import typer

from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, write

view = typer.Typer(no_args_is_help=True, help="Lists as you have narrowed them, under names.")
_COLUMNS = {"Id": "view_id", "List": "list", "Name": "name", "Filters": "filters", "Saved": "saved_at"}


@view.command("list")
def view_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists the views that you have saved."""
    listing(as_json, iter(connect(context).get("/views")["items"]), _COLUMNS)


@view.command("save")
def view_save(
    context: typer.Context,
    which: Annotated[Literal["parts", "requests", "declarations"], typer.Argument(metavar="LIST", help="parts, requests or declarations.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you call it; a view of the same name on the same list gives way.")],
    filters: Annotated[
        str, typer.Argument(metavar="FILTERS", help="What stands behind the question mark of the list's address, as in side=sent&late=1.")
    ],
    as_json: AsJson = False,
) -> None:
    """Saves the filters of a list."""
    record(as_json, write(connect(context), "POST", "/views", json={"list": which, "name": name, "filters": filters}), _COLUMNS)


@view.command("forget")
def view_forget(context: typer.Context, view_id: Annotated[UUID, typer.Argument(metavar="VIEW", help="Its id.")], as_json: AsJson = False) -> None:
    """Forgets a view."""
    write(connect(context), "DELETE", f"/views/{view_id}")
    done(as_json, {"view_id": str(view_id)}, "Forgotten.")
