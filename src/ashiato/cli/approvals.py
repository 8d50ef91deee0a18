"""Commands: releases that wait for a second person."""

from typing import Annotated
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, done, listing, print_json, say
from ashiato.cli.parts import PartNumber
from ashiato.cli.requests import FootprintId
from ashiato.cli.session import connect, everything, write

approval = typer.Typer(no_args_is_help=True, help="Releases by two people: asking a colleague, approving, giving back.")
ApprovalId = Annotated[UUID, typer.Argument(metavar="APPROVAL", help="Its id.")]


@approval.command("list")
def approval_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what a second person was asked to release, newest first."""
    columns = {"Id": "approval_id", "Part": "part_number", "State": "state", "Asked by": "asked_by", "Asked": "asked_at", "Note": "note",
               "Decided by": "decided_by", "Reason": "reason"}  # fmt: skip
    listing(as_json, everything(connect(context), "/approvals", limit), columns)


@approval.command("ask")
def approval_ask(
    context: typer.Context,
    footprint_id: FootprintId,
    requests: Annotated[list[UUID], typer.Argument(metavar="REQUEST", help="Ids of the requests that it answers.")],
    note: Annotated[str, typer.Option(help="What the colleague who approves should know.")] = "",
    as_json: AsJson = False,
) -> None:
    """Asks a colleague to release a footprint to the buyers behind these requests."""
    body = {"footprint_id": str(footprint_id), "requests": [str(request_id) for request_id in requests], "note": note}
    found = write(connect(context), "POST", "/approvals", json=body)
    done(as_json, found, f"Asked: {found['approval_id']}")


@approval.command("ask-diligence")
def approval_ask_diligence(
    context: typer.Context,
    part_number: PartNumber,
    requests: Annotated[list[UUID], typer.Argument(metavar="REQUEST", help="Ids of the requests for due diligence that it answers.")],
    standing: Annotated[bool, typer.Option("--standing", help="From then on it is renewed by itself when what it rests on changes.")] = False,
    note: Annotated[str, typer.Option(help="What the colleague who approves should know.")] = "",
    as_json: AsJson = False,
) -> None:
    """Asks a colleague to hand over what is known of a part to the buyers behind these requests."""
    server = connect(context)
    stated = {"part_id": server.part_id(part_number), "standing": standing}
    found = write(server, "POST", "/approvals", json=stated | {"requests": [str(request_id) for request_id in requests], "note": note})
    done(as_json, found, f"Asked: {found['approval_id']}")


@approval.command("release")
def approval_release(context: typer.Context, approval_id: ApprovalId, as_json: AsJson = False) -> None:
    """Approver: releases what a colleague has prepared."""
    found = write(connect(context), "POST", f"/approvals/{approval_id}/release")
    if as_json:
        print_json(found["release"] or found["statement"])
    else:
        say("Released.")


@approval.command("return")
def approval_return(
    context: typer.Context,
    approval_id: ApprovalId,
    reason: Annotated[str, typer.Option(help="What your colleague will read.")],
    as_json: AsJson = False,
) -> None:
    """Approver: gives back what a colleague has prepared, with a reason."""
    done(as_json, write(connect(context), "POST", f"/approvals/{approval_id}/return", json={"reason": reason}), "Given back.")
