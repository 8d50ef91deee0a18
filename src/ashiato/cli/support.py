"""Commands: requests for support."""

from typing import Annotated, Any
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, listing, record
from ashiato.cli.session import connect, everything, write

support = typer.Typer(no_args_is_help=True, help="Support: what companies ask the operator for help with.")
SupportId = Annotated[UUID, typer.Argument(metavar="REQUEST", help="Its id.")]
_REQUEST = {"Subject": "subject", "Company": "company", "Opened": "opened_at", "Answered": "answered_at", "Closed": "closed_at", "Id": "support_id"}


@support.command("ask")
def ask(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="In a few words.")],
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What it is about. The operator reads exactly this, and nothing else of yours.")],
    as_json: AsJson = False,
) -> None:
    """Asks the operator for support. How long it takes to answer is counted from now."""
    record(as_json, write(connect(context), "POST", "/support-requests", json={"subject": subject, "words": words}), _REQUEST)


@support.command("list")
def listed(
    context: typer.Context,
    still_open: Annotated[bool, typer.Option("--open", help="Only what is not closed.")] = False,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Lists your company's requests, for the operator all companies', oldest first."""
    listing(as_json, everything(connect(context), "/support-requests", limit, open=still_open), _REQUEST)


@support.command("show")
def show(context: typer.Context, support_id: SupportId, as_json: AsJson = False) -> None:
    """Shows a request with what was said of it."""
    _told(as_json, connect(context).get(f"/support-requests/{support_id}"))


@support.command("say")
def say(
    context: typer.Context,
    support_id: SupportId,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="The other side reads them.")],
    as_json: AsJson = False,
) -> None:
    """Says more of a request: the company, or the operator, whose first word is its answer."""
    _told(as_json, write(connect(context), "POST", f"/support-requests/{support_id}/words", json={"words": words}))


@support.command("close")
def close(
    context: typer.Context,
    support_id: SupportId,
    reason: Annotated[str, typer.Option(help="The other side reads it.")],
    as_json: AsJson = False,
) -> None:
    """Closes a request with the reason."""
    _told(as_json, write(connect(context), "POST", f"/support-requests/{support_id}/closing", json={"words": reason}))


def _told(as_json: bool, found: dict[str, Any]) -> None:
    said = "\n".join(f"{one['said_at']} {'operator' if one['by_operator'] else 'company'}, {one['speaker']}: {one['words']}" for one in found["said"])
    record(as_json, found, _REQUEST, said)
