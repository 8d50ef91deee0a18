"""Commands: grievances of anybody, those about the own company, and mediation."""

from typing import Annotated, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, Item, listing, record
from ashiato.cli.session import connect, everything, write

grievance = typer.Typer(no_args_is_help=True, help="Grievances: anybody's about a company, those about yours, and those that you mediate.")
Code = Annotated[str, typer.Argument(metavar="CODE", help="The code that complaining printed.")]
GrievanceId = Annotated[UUID, typer.Argument(metavar="GRIEVANCE", help="The grievance's id.")]
Said = Annotated[str, typer.Option("--words", help="What you say.")]
Mediator = Annotated[str, typer.Argument(metavar="MEDIATOR", help="`operator`, or the corporate number of a member that is no side.")]
_STEPS = {"When": "taken_at", "Who": "by_whom", "State": "state", "Words": "words"}
_NOTES = {"When": "written_at", "Who": "by_whom", "Words": "words", "Contact": "contact"}


def _shown(found: Item, *, as_json: bool) -> None:
    record(as_json, found, {"State": "state", "Due": "due_at", "Words": "words"})
    if not as_json:
        listing(False, found["steps"], _STEPS)
        if found["mediators"]:
            listing(False, found["mediators"], {"Mediator": "mediator_name", "Asked by": "asked_by", "Asked": "asked_at"})
            listing(False, found["notes"], {name: key for name, key in _NOTES.items() if key != "contact"})


def _mediated(found: Item, *, as_json: bool) -> None:
    record(as_json, found, {"Company": "company", "Asked by": "asked_by", "Asked": "asked_at"})
    if not as_json:
        listing(False, found["heard"], _NOTES)


@grievance.command("complain")
def complain(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Corporate number of the company.")],
    category: Annotated[str, typer.Argument(help="A risk category of Annex X, such as child_labour.")],
    text: Annotated[str, typer.Option("--words", help="What is wrong, in any language.")],
    contact: Annotated[str, typer.Option(help="Kept sealed; only you can hand it to a mediator. Without it you stay anonymous.")] = "",
    as_json: AsJson = False,
) -> None:
    """Complains about a company, without logging in. Keep the code that it prints."""
    body = {"company_number": number, "category": category, "words": text, "contact": contact}
    told = connect(context, anonymous=True).call("POST", "/grievances", json=body)
    record(as_json, told, {"Code": "code"}, "Taken in. The code is shown only now.")


@grievance.command("follow")
def follow(context: typer.Context, code: Code, as_json: AsJson = False) -> None:
    """Shows what has become of the grievance of a code, without logging in."""
    _shown(connect(context, anonymous=True).call("POST", "/grievances/followed", json={"code": code}), as_json=as_json)


@grievance.command("respond")
def respond(context: typer.Context, code: Code, text: Said, as_json: AsJson = False) -> None:
    """Adds something to the grievance of a code; the company reads it."""
    _shown(connect(context, anonymous=True).call("POST", "/grievances/responses", json={"code": code, "words": text}), as_json=as_json)


@grievance.command("ask-mediator")
def ask_mediator(
    context: typer.Context,
    code: Code,
    mediator: Mediator,
    text: Said,
    contact: Annotated[bool, typer.Option("--contact", help="Hand over the contact that you left, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """As the reporter, asks somebody to mediate. The mediator sees these words and nothing else; the company does not see them."""
    body = {"code": code, "mediator": mediator, "words": text, "contact": contact}
    _shown(connect(context, anonymous=True).call("POST", "/grievances/mediators", json=body), as_json=as_json)


@grievance.command("list")
def grievance_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the grievances about your company."""
    columns = {"Id": "grievance_id", "State": "state", "Category": "category", "Language": "language", "Received": "received_at", "Due": "due_at"}
    listing(as_json, everything(connect(context), "/received-grievances", limit), columns)


@grievance.command("show")
def show(context: typer.Context, grievance_id: GrievanceId, as_json: AsJson = False) -> None:
    """Shows a grievance about your company; who complained is nowhere in it."""
    _shown(connect(context).get(f"/received-grievances/{grievance_id}"), as_json=as_json)


@grievance.command("step")
def step(
    context: typer.Context,
    grievance_id: GrievanceId,
    state: Annotated[Literal["acknowledged", "investigating", "remedied", "dismissed"], typer.Argument(help="The new state.")],
    text: Said,
    as_json: AsJson = False,
) -> None:
    """Takes a grievance about your company one step further; the reporter reads the words."""
    body = {"state": state, "words": text}
    _shown(write(connect(context), "POST", f"/received-grievances/{grievance_id}/steps", json=body), as_json=as_json)


@grievance.command("mediator")
def mediator(context: typer.Context, grievance_id: GrievanceId, named: Mediator, text: Said, as_json: AsJson = False) -> None:
    """As the company, asks somebody to mediate. The mediator sees these words and nothing else; the reporter does not see them."""
    body = {"mediator": named, "words": text}
    _shown(write(connect(context), "PUT", f"/received-grievances/{grievance_id}/mediator", json=body), as_json=as_json)


@grievance.command("mediations")
def mediations(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what you were asked to mediate; also for the operator."""
    columns = {"Id": "grievance_id", "Company": "company", "Asked by": "asked_by", "Asked": "asked_at"}
    listing(as_json, everything(connect(context), "/mediations", limit), columns)


@grievance.command("mediation")
def mediation(context: typer.Context, grievance_id: GrievanceId, as_json: AsJson = False) -> None:
    """Shows what each side handed over to you, and what you said."""
    _mediated(connect(context).get(f"/mediations/{grievance_id}"), as_json=as_json)


@grievance.command("say")
def say(context: typer.Context, grievance_id: GrievanceId, text: Said, as_json: AsJson = False) -> None:
    """As the mediator, says something to both sides."""
    _mediated(write(connect(context), "POST", f"/mediations/{grievance_id}/notes", json={"words": text}), as_json=as_json)
