"""Commands: associations, their members, surveys, and what they offer to members."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, everything, write

association = typer.Typer(no_args_is_help=True, help="Industry associations: who is a member of which.")
survey = typer.Typer(no_args_is_help=True, help="Associations' surveys: one figure each, published only as aggregates that tell of nobody.")
publication = typer.Typer(no_args_is_help=True, help="Factor sets and questionnaires that associations offer to their members.")

Company = Annotated[UUID, typer.Argument(metavar="COMPANY", help="The other's id: the association's, or the member's.")]
Survey = Annotated[UUID, typer.Argument(metavar="SURVEY", help="The survey's id.")]
Publication = Annotated[UUID, typer.Argument(metavar="PUBLICATION", help="The publication's id.")]
Part = Annotated[UUID | None, typer.Option("--part", help="The id of the part that it is about, where it is about one.")]
_MEMBERSHIP = {"Id": "party_id", "Who": "party", "State": "state", "Asked": "asked_at", "Confirmed": "confirmed_at", "Ended": "ended_at"}
_SURVEY = {"Id": "survey_id", "Association": "association", "Title": "title", "Measure": "measure", "Category": "category", "Unit": "declared_unit",
           "From": "period_start", "To": "period_end", "Closes": "closes_at", "State": "state", "Published": "published",
           "Contributors": "contributors", "Mean": "mean", "Middle": "middle", "Own figure": "own"}  # fmt: skip
_FIGURE = {"Own figure": "amount", "Part": "part_id", "Counted since": "contributed_at"}
_PUBLICATION = {"Id": "publication_id", "Association": "association", "Kind": "kind", "Code": "code", "Version": "version", "Title": "title",
                "Published": "published_at", "Adopted": "adopted_at"}  # fmt: skip


@association.command("ask")
def association_ask(
    context: typer.Context, number: Annotated[str, typer.Argument(metavar="NUMBER", help="The company's corporate number.")], as_json: AsJson = False
) -> None:
    """Association: asks a company to be a member. It counts once the company confirms it."""
    record(as_json, write(connect(context), "POST", "/memberships", json={"company_number": number}), _MEMBERSHIP)


@association.command("members")
def association_members(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your association's members, or the associations that your company was asked by."""
    listing(as_json, everything(connect(context), "/memberships", limit), _MEMBERSHIP)


@association.command("confirm")
def association_confirm(context: typer.Context, company_id: Company, as_json: AsJson = False) -> None:
    """Says that your company is a member of the association that asked."""
    record(as_json, write(connect(context), "PUT", f"/memberships/{company_id}/confirmation"), _MEMBERSHIP)


@association.command("end")
def association_end(context: typer.Context, company_id: Company, as_json: AsJson = False) -> None:
    """Ends a membership, from the next request on. What was published with your figure stays published."""
    write(connect(context), "DELETE", f"/memberships/{company_id}")
    done(as_json, {"company_id": str(company_id)}, "Ended.")


@survey.command("open")
def survey_open(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What the members read of it in their lists.")],
    measure: Annotated[Literal["footprint", "own_data_share", "answer_days", "coverage"], typer.Option(help="What each member contributes.")],
    begin: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day of the period.")],
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day of the period.")],
    closes: Annotated[str, typer.Option(help="Until when members may contribute, e.g. 2027-03-31T15:00:00+09:00.")],
    category: Annotated[str, typer.Option(help="Which products are meant.")] = "",
    unit: Annotated[str, typer.Option(help="Declared unit of the parts.")] = "",
    method: Annotated[str, typer.Option(help="Method of the footprints.")] = "",
    as_json: AsJson = False,
) -> None:
    """Association: opens a survey to its members."""
    body = {
        "title": title, "measure": measure, "period_start": begin, "period_end": end, "closes_at": closes, "category": category,
        "declared_unit": unit, "method": method,
    }  # fmt: skip
    record(as_json, write(connect(context), "POST", "/surveys", json=body), {"Id": "survey_id", "Title": "title", "Closes": "closes_at"})


@survey.command("list")
def survey_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the surveys that concern you, with what was published of each."""
    found = everything(connect(context), "/surveys", limit)
    listing(as_json, found if as_json else (_flat(item) for item in found), _SURVEY)


@survey.command("show")
def survey_show(context: typer.Context, survey_id: Survey, as_json: AsJson = False) -> None:
    """Shows a survey, and what came of it once it has closed."""
    found = connect(context).get(f"/surveys/{survey_id}")
    record(as_json, found if as_json else _flat(found), _SURVEY)


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    own = item["own"]
    return item | (item["outcome"] or dict.fromkeys(("published", "contributors", "mean", "middle"))) | {"own": own["amount"] if own else None}


@survey.command("preview")
def survey_preview(context: typer.Context, survey_id: Survey, part: Part = None, as_json: AsJson = False) -> None:
    """Shows what would be counted of your company, as it stands now. Nobody else sees it."""
    record(as_json, connect(context).get(f"/surveys/{survey_id}/own-figure", part=part), _FIGURE)


@survey.command("contribute")
def survey_contribute(context: typer.Context, survey_id: Survey, part: Part = None, as_json: AsJson = False) -> None:
    """Has your own figure counted, as it stands now, in the place of an earlier one."""
    body = {"part_id": str(part) if part else None}
    record(as_json, write(connect(context), "PUT", f"/surveys/{survey_id}/contribution", json=body), _FIGURE)


@survey.command("take-back")
def survey_take_back(context: typer.Context, survey_id: Survey, as_json: AsJson = False) -> None:
    """Takes your own figure back, as long as the survey is open."""
    write(connect(context), "DELETE", f"/surveys/{survey_id}/contribution")
    done(as_json, {"survey_id": str(survey_id)}, "Taken back.")


@publication.command("offer")
def publication_offer(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON: kind, code, title, and factors or questions.")],
    as_json: AsJson = False,
) -> None:
    """Association: offers its members the next version of a set of factors or of a questionnaire."""
    record(as_json, write(connect(context), "POST", "/publications", json=json.loads(file.read_text(encoding="utf-8"))), _PUBLICATION)


@publication.command("list")
def publication_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what associations offer you, and what you have adopted."""
    listing(as_json, everything(connect(context), "/publications", limit), _PUBLICATION)


@publication.command("show")
def publication_show(context: typer.Context, publication_id: Publication, as_json: AsJson = False) -> None:
    """Shows what a publication holds."""
    record(as_json, connect(context).get(f"/publications/{publication_id}"), _PUBLICATION | {"Content": "content"})


@publication.command("adopt")
def publication_adopt(context: typer.Context, publication_id: Publication, as_json: AsJson = False) -> None:
    """Takes a version over: its factors become factors of your own, in the place of those with the same code."""
    record(as_json, write(connect(context), "PUT", f"/publications/{publication_id}/adoption"), _PUBLICATION)
