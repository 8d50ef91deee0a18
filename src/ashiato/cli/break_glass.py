"""Commands: break-glass accesses of the operator to what a company has released."""

from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, listing, print_json, record
from ashiato.cli.requests import show_release
from ashiato.cli.session import connect, everything, write

break_glass = typer.Typer(no_args_is_help=True, help="Break-glass: two of the operator's persons open what a company has released, for hours.")
AccessId = Annotated[UUID, typer.Argument(metavar="ACCESS", help="Its id.")]
_ACCESS = {
    "Id": "access_id", "Company": "company", "State": "state", "Purpose": "purpose", "Reason": "reason", "Asked by": "asked_by", "Asked": "asked_at",
    "Decided by": "decided_by", "Until": "valid_until", "Ended by": "ended_by",
}  # fmt: skip


@break_glass.command("list")
def break_glass_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the accesses that concern your company, newest first; all of them for the operator."""
    listing(as_json, everything(connect(context), "/break-glass", limit), _ACCESS)


@break_glass.command("ask")
def break_glass_ask(
    context: typer.Context,
    company: Annotated[UUID, typer.Argument(metavar="COMPANY", help="The id of the company concerned.")],
    purpose: Annotated[Literal["incident", "authority_order", "company_asked"], typer.Option(help="What for.")],
    reason: Annotated[str, typer.Option(help="Why; the company reads it.")],
    hours: Annotated[int, typer.Option(min=1, max=72, help="For how long, from the approval on.")] = 4,
    release: Annotated[UUID | None, typer.Option(help="The id of one release; all of them without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Operator: asks a second person to open what a company has released. The company sees it at once."""
    body = {"company_id": str(company), "purpose": purpose, "reason": reason, "hours": hours, "release_id": str(release) if release else None}
    record(as_json, write(connect(context), "POST", "/break-glass", json=body), _ACCESS)


@break_glass.command("approve")
def break_glass_approve(context: typer.Context, access_id: AccessId, as_json: AsJson = False) -> None:
    """Operator, another person than who asked: opens it."""
    record(as_json, _moved(context, access_id, "approval"), _ACCESS)


@break_glass.command("refuse")
def break_glass_refuse(context: typer.Context, access_id: AccessId, as_json: AsJson = False) -> None:
    """Operator: does not approve it, or takes it back."""
    record(as_json, _moved(context, access_id, "refusal"), _ACCESS)


@break_glass.command("end")
def break_glass_end(context: typer.Context, access_id: AccessId, as_json: AsJson = False) -> None:
    """Either side: closes it before its time, from the next request on."""
    record(as_json, _moved(context, access_id, "end"), _ACCESS)


@break_glass.command("read")
def break_glass_read(context: typer.Context, access_id: AccessId, as_json: AsJson = False) -> None:
    """Operator, the two persons who agreed: shows what is open. The company sees that it was read."""
    opened = connect(context).get(f"/break-glass/{access_id}/releases")
    if as_json:
        print_json(opened)
        return
    for each in opened["releases"]:
        show_release(each["release"])


def _moved(context: typer.Context, access_id: UUID, deed: str) -> Any:
    return write(connect(context), "POST", f"/break-glass/{access_id}/{deed}")
