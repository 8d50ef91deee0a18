"""Commands: asking suppliers, and answering buyers."""

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import PROBLEM, AsJson, console, figure, listing, print_json, record, say, share, table, words
from ashiato.cli.parts import DEFAULT_METHOD, Method, PartNumber
from ashiato.cli.session import connect, everything, write

request = typer.Typer(no_args_is_help=True, help="Requests for footprints: those you sent, and those you received.")
answer = typer.Typer(no_args_is_help=True, help="Answers to requests: what a supplier hands over, and nothing else.")

RequestId = Annotated[UUID, typer.Argument(metavar="REQUEST", help="The request's id.")]
FootprintId = Annotated[UUID, typer.Argument(metavar="FOOTPRINT", help="The footprint's id.")]
Due = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day by whose end the answer is wanted; without it, in 14 days.", show_default=False)
]
Message = Annotated[str, typer.Option(help="Words for the supplier.")]
Reason = Annotated[str, typer.Option(help="Why; the other side reads it.")]
_DAYS_TO_ANSWER = 14
_COLUMNS = {"Id": "request_id", "State": "state", "Item": "item", "Number": "item_number", "Buyer": "buyer", "Supplier": "supplier",
            "Due": "due_at", "Late": "late"}  # fmt: skip
_ROWS = {
    "Request": "request_id", "State": "state", "Item": "item", "Number": "item_number", "Buyer": "buyer", "Supplier": "supplier",
    "Method": "method", "Unit": "declared_unit", "Asked": "asked_at", "Due": "due_at", "Settled": "settled_at", "Late": "late",
    "Message": "message", "Reply": "reply",
}  # fmt: skip


class RequestState(StrEnum):
    """How far a request has come."""

    ASKED = "asked"
    LINKED = "linked"
    ANSWERED = "answered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


@request.command("list")
def request_list(
    context: typer.Context,
    sent: Annotated[bool, typer.Option("--sent/--received", help="Those that you sent, or those that you received.")] = False,
    state: Annotated[list[RequestState] | None, typer.Option(help="Only in this state; may be given more than once.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Lists the requests that wait for you, or those that you sent, oldest first."""
    direction = "sent" if sent else "received"
    listing(as_json, everything(connect(context), "/requests", limit, direction=direction, state=state or None), _COLUMNS)


@request.command("show")
def request_show(context: typer.Context, request_id: RequestId, as_json: AsJson = False) -> None:
    """Shows one request."""
    record(as_json, connect(context).get(f"/requests/{request_id}"), _ROWS)


@request.command("message")
def request_message(context: typer.Context, request_id: RequestId, as_json: AsJson = False) -> None:
    """Shows what the buyer signed when it asked, and whether its signature holds and its key is the buyer's. Exit code 1 if not."""
    from ashiato.plumbing.keys import Signature, key_id, verifies  # noqa: PLC0415 — cryptography is needed here only

    server = connect(context)
    found = server.get(f"/requests/{request_id}/message")
    stated = json.loads(found["content"])
    signature = Signature(found["signature"]["jws"], found["signature"]["key"])
    known = {key_id(key) for key in server.get(f"/companies/{stated['buyer_id']}/keys")["keys"]}
    holds = verifies(found["content"].encode(), signature) and signature.key_id in known
    told = stated | {"signed_by": signature.key_id, "holds": holds}
    record(as_json, told, {"Item": "item", "Message": "message", "Asked": "asked_at", "Due": "due_at", "Key": "signed_by", "Holds": "holds"})
    if not holds:
        raise typer.Exit(PROBLEM)


@request.command("ask")
def request_ask(
    context: typer.Context,
    part_number: PartNumber,
    method: Method = DEFAULT_METHOD,
    due: Due = None,
    supplier: Annotated[str | None, typer.Option(help="Corporate number, where it is not the one that the part names.")] = None,
    message: Message = "",
    as_json: AsJson = False,
) -> None:
    """Asks a supplier for the footprint of a part that you buy."""
    server = connect(context)
    body = {"part_id": server.part_id(part_number), "method": method, "due_at": end_of(due), "supplier_number": supplier, "message": message}
    record(as_json, write(server, "POST", "/requests", json=body), _ROWS, "Asked.")


@request.command("ask-all")
def request_ask_all(
    context: typer.Context,
    part_number: PartNumber,
    method: Method = DEFAULT_METHOD,
    due: Due = None,
    message: Message = "",
    as_json: AsJson = False,
) -> None:
    """Asks for every bought part that goes into this one, names its supplier and was not asked about yet."""
    server = connect(context)
    body = {"method": method, "due_at": end_of(due), "message": message}
    asked = write(server, "POST", f"/parts/{server.part_id(part_number)}/requests", json=body)["items"]
    say(f"{len(asked)} asked.")
    if asked or as_json:
        listing(as_json, asked, _COLUMNS)


@request.command("link")
def request_link(context: typer.Context, request_id: RequestId, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Supplier: says which of your parts a request is about. The buyer does not see which."""
    server = connect(context)
    linked = write(server, "PUT", f"/requests/{request_id}/link", json={"part_id": server.part_id(part_number)})
    record(as_json, linked, _ROWS, f"Linked to {part_number}.")


@request.command("reject")
def request_reject(context: typer.Context, request_id: RequestId, reason: Reason, as_json: AsJson = False) -> None:
    """Supplier: declines to answer, with a reason."""
    record(as_json, write(connect(context), "POST", f"/requests/{request_id}/rejection", json={"reason": reason}), _ROWS)


@request.command("cancel")
def request_cancel(context: typer.Context, request_id: RequestId, reason: Reason, as_json: AsJson = False) -> None:
    """Buyer: takes a request back, with a reason."""
    record(as_json, write(connect(context), "POST", f"/requests/{request_id}/cancellation", json={"reason": reason}), _ROWS)


@answer.command("preview")
def answer_preview(
    context: typer.Context,
    footprint_id: FootprintId,
    requests: Annotated[list[UUID] | None, typer.Argument(metavar="REQUEST", help="Ids of requests that it would answer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows exactly what a buyer would see if this footprint were handed over, and what could be inferred from it."""
    params = {"request": [str(request_id) for request_id in requests or ()]}
    preview = connect(context).get(f"/footprints/{footprint_id}/release-preview", params=params)
    if as_json:
        print_json(preview)
        return
    show_release(preview["release"])
    for exposure in preview["exposures"]:
        words(f"{' with '.join(exposure['audience']) or 'A new customer'} could tell:")
        for told in exposure["told"]:
            words(f"  {told['words']}")
    words(f"By your policy (margin ±{share(preview['margin'])}) it is {preview['outcome']}.")


@answer.command("policy")
def answer_policy(
    context: typer.Context,
    margin: Annotated[str | None, typer.Option(help="Set: to within which share an amount may be told, 0.1 for ±10 %.")] = None,
    action: Annotated[str, typer.Option(help="Set: warn, hold or coarsen.")] = "warn",
    coalition: Annotated[list[str] | None, typer.Option(help="Set: corporate numbers, joined by +, of companies that compare notes.")] = None,
    two_people: Annotated[bool, typer.Option("--two-people", help="Set: nobody releases alone; a colleague approves.")] = False,
    as_json: AsJson = False,
) -> None:
    """Shows, or sets, how open releases have to leave your recipes. Setting it is an administrator's deed."""
    server = connect(context)
    if margin is None:
        found = server.get("/release-policy")
    else:
        coalitions = [members.split("+") for members in coalition or ()]
        body = {"margin": margin, "action": action, "coalitions": coalitions, "second_person": two_people}
        found = write(server, "PUT", "/release-policy", json=body)
    record(as_json, found, {"Margin": "margin", "Otherwise": "action", "Compare notes": "coalitions", "Two people": "second_person"})


@answer.command("send")
def answer_send(
    context: typer.Context,
    footprint_id: FootprintId,
    requests: Annotated[list[UUID], typer.Argument(metavar="REQUEST", help="Ids of the requests that it answers.")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day on which they may read it.", show_default=False)] = None,
    terms: Annotated[str, typer.Option(help="The terms on which they may use it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Supplier: hands a footprint over to the buyers behind these requests. A newer answer supersedes an older one."""
    body = {"footprint_id": str(footprint_id), "requests": [str(request_id) for request_id in requests], "terms": terms}
    if until is not None:
        body["valid_until"] = end_of(until)
    release = write(connect(context), "POST", "/answers", json=body)["release"]
    if as_json:
        print_json(release)
        return
    say(f"{len(requests)} answered." if len(requests) > 1 else "Answered.")
    show_release(release)


@answer.command("show")
def answer_show(context: typer.Context, request_id: RequestId, as_json: AsJson = False) -> None:
    """Shows the newest answer to a request, with its digest. The first reading is recorded for the supplier."""
    found = connect(context).get(f"/requests/{request_id}/answer")
    if as_json:
        print_json(found)
        return
    show_release(found["release"])
    record(False, found, {"Digest": "digest", "Older answers": "superseded"})


def show_release(release: dict[str, Any]) -> None:
    """Shows a release as whoever may read it sees it: whose, of what, its figures by stage, how good they are."""
    product = release["product"]
    words(f"{product['part_number']}  {product['name']}, by {release['supplier']['name']}")
    words(f"{figure(release['total'])} kg CO2e per {release['declared_unit']}, {release['method']}")
    words(f"Period {release['period']['start']} to {release['period']['end']}, valid until {release['valid_until']}")
    words(f"Primary data {share(release['primary_data_share'])}" + (f", data quality {figure(release['dqr'])}" if release.get("dqr") else ""))
    console().print(
        table([{"stage": stage, "total": figure(total)} for stage, total in release["stages"].items()], {"Stage": "stage", "kg CO2e": "total"})
    )
    if release.get("obstacles"):
        words(f"A draft: {', '.join(release['obstacles'])}.")


def end_of(day: datetime | None) -> str:
    """The last second of a day in local time; without a day, of the one in 14 days."""
    chosen = day or datetime.now().astimezone() + timedelta(days=_DAYS_TO_ANSWER)
    return chosen.replace(hour=23, minute=59, second=59, microsecond=0).astimezone().isoformat()
