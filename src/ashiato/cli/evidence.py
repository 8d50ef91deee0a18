"""Commands: evidence."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, everything, write
from ashiato.kernel.errors import conflict

evidence = typer.Typer(no_args_is_help=True, help="Files that prove your figures.")
Item = Annotated[UUID, typer.Argument(metavar="EVIDENCE", help="The file's id.")]
_ROWS = {"Id": "evidence_id", "File": "name", "Digest": "digest", "Bytes": "size", "Personal": "personal", "Expires": "expires_on",
         "Added": "added_at", "Removed": "removed_at"}  # fmt: skip


@evidence.command("add")
def evidence_add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A .pdf, .png, .jpg, .csv, .txt, .xlsx or .zip.")],
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day on which it proves anything.")] = None,
    personal: Annotated[bool, typer.Option("--personal", help="It holds personal data: an administrator may erase it at any time.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keeps a file as evidence, encrypted under a key of its own. The same bytes again tell the file that is there."""
    params: dict[str, object] = {"personal": personal} | ({"expires_on": expires.date().isoformat()} if expires else {})
    record(as_json, connect(context).upload("/evidence", file, params), _ROWS)


@evidence.command("list")
def evidence_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your company's evidence, oldest first; removed files with their digests."""
    listing(as_json, everything(connect(context), "/evidence", limit), _ROWS)


@evidence.command("show")
def evidence_show(context: typer.Context, evidence_id: Item, as_json: AsJson = False) -> None:
    """Shows what a file proves, and until when it is kept by rule."""
    told = connect(context).get(f"/evidence/{evidence_id}")
    record(as_json, told, {"Kept until": "retained_until", "Expired": "expired", "Proves": "links", "File": "item"})


@evidence.command("get")
def evidence_get(
    context: typer.Context,
    evidence_id: Item,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", dir_okay=False, help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Writes a file of your company's, or one that was handed over to it."""
    if output.exists() and not force:
        raise conflict("evidence.exists", f"{output} is there already.", "Name another file, or replace it with --force.")
    size = connect(context).fetch_file(f"/evidence/{evidence_id}/content", output, params={}, headers={})
    done(as_json, {"file": str(output), "bytes": size}, f"{output} is written.")


@evidence.command("link")
def evidence_link(
    context: typer.Context,
    evidence_id: Item,
    kind: Annotated[Literal["inventory_line", "answer", "declaration"], typer.Argument(metavar="KIND", help="What it proves.")],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A part number, the id of the answered request, or of the declaration.")],
    line: Annotated[int, typer.Option(min=0, help="The inventory line's number.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Says what a file proves. One file may prove many things."""
    client = connect(context)
    body = {"subject_kind": kind, "subject_id": client.part_id(subject) if kind == "inventory_line" else subject, "line": line}
    write(client, "POST", f"/evidence/{evidence_id}/links", json=body)
    done(as_json, {"evidence_id": str(evidence_id)} | body, "Linked.")


@evidence.command("hand-over")
def evidence_hand_over(
    context: typer.Context,
    evidence_id: Item,
    request_id: Annotated[UUID, typer.Argument(metavar="REQUEST", help="The answered request that the file is linked to.")],
    as_json: AsJson = False,
) -> None:
    """Lets the buyer of an answered request read a file that is linked to the answer. `ashiato grant revoke` takes it back."""
    write(connect(context), "POST", f"/evidence/{evidence_id}/grants", json={"request_id": str(request_id)})
    done(as_json, {"evidence_id": str(evidence_id), "request_id": str(request_id)}, "Handed over.")


@evidence.command("remove")
def evidence_remove(context: typer.Context, evidence_id: Item, as_json: AsJson = False) -> None:
    """Removes a file that need not be kept any longer; its digest stays."""
    write(connect(context), "DELETE", f"/evidence/{evidence_id}")
    done(as_json, {"evidence_id": str(evidence_id)}, "Removed.")


@evidence.command("erase")
def evidence_erase(context: typer.Context, evidence_id: Item, as_json: AsJson = False) -> None:
    """Erases a file that holds personal data, whatever it supports; its digest stays. For administrators."""
    write(connect(context), "POST", f"/evidence/{evidence_id}/erasure")
    done(as_json, {"evidence_id": str(evidence_id)}, "Erased.")
