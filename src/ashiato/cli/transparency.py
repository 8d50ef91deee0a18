"""Commands: what the operator answers for (registers, terms, treatment, transparency, certification), and who used which data."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import PROBLEM, AsJson, done, listing, record, words
from ashiato.cli.session import connect, everything, write

transparency = typer.Typer(no_args_is_help=True, help="The operator's reports, signed and open to everybody, and fees and limits.")
register = typer.Typer(no_args_is_help=True, help="The operator's registers: incidents, conflicts of interest, requests of authorities.")
certification = typer.Typer(no_args_is_help=True, help="Operator: criteria of certification, and the binder.")

_ENTRY = {"Id": "entry_id", "Register": "kind", "What": "title", "Concerned": "concerned", "Disclosed": "disclosed", "Entered": "entered_at",
          "Settled": "settled_at", "Outcome": "outcome"}  # fmt: skip
_TREATMENT = {"Company": "company", "Kind": "kind", "Country": "country", "State": "state", "Waited, days": "waited_days",
              "Support, days": "support_days", "Suspensions": "suspensions",
              "Requests a minute": "requests_per_minute", "Yen a year": "fee_yearly", "Stands out": "stands_out"}  # fmt: skip
_REPORT = {"Id": "report_id", "From": "period_start", "To": "period_end", "Drawn up": "drawn_at"}
_CRITERION = {"Criterion": "criterion", "Words": "en", "State": "state", "Owner": "owner", "Note": "note", "Evidence": "evidence"}
_USE = {"Owner": "owner", "User": "user", "What": "subject_kind", "Which": "subject_id", "For": "purpose", "Granted": "granted_at",
        "Until": "valid_until", "Withdrawn": "revoked_at", "First read": "first_read_at"}  # fmt: skip
Entry = Annotated[UUID, typer.Argument(metavar="ENTRY", help="The entry's id.")]
Report = Annotated[UUID, typer.Argument(metavar="REPORT", help="The report's id.")]


@transparency.command("list")
def transparency_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the transparency reports. Open to everybody."""
    listing(as_json, everything(connect(context, anonymous=True), "/transparency-reports", limit), _REPORT)


@transparency.command("draw-up")
def transparency_draw_up(
    context: typer.Context,
    begin: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")],
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day.")],
    as_json: AsJson = False,
) -> None:
    """Operator: draws up, signs and publishes the report of a period, counted from the transparency log."""
    record(as_json, write(connect(context), "POST", "/transparency-reports", json={"period_start": begin, "period_end": end}), _REPORT)


@transparency.command("get")
def transparency_get(
    context: typer.Context,
    report_id: Report,
    output: Annotated[Path, typer.Option("--output", dir_okay=False, help="The file to write.")],
    as_json: AsJson = False,
) -> None:
    """Writes a report with its signature as JSON. Open to everybody."""
    found = connect(context, anonymous=True).get(f"/transparency-reports/{report_id}")
    output.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    done(as_json, {"report_id": str(report_id), "file": str(output)}, f"Written to {output}.")


@transparency.command("verify")
def transparency_verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A report, as `transparency get` writes it.")],
    key: Annotated[str | None, typer.Option(help="The log's verifier key as you know it; without it, the one that the file names.")] = None,
    as_json: AsJson = False,
) -> None:
    """Checks offline that a report is what the log's key signed, and that its counts stand on a checkpoint of that key. Exit code 1 if not."""
    wrong = wrong_with(json.loads(file.read_text(encoding="utf-8")), key)
    for line in wrong:
        words(line)
    done(as_json, {"verified": not wrong, "differences": wrong}, "It does not hold." if wrong else "The report is as the log's key signed it.")
    if wrong:
        raise typer.Exit(PROBLEM)


def wrong_with(found: dict[str, Any], known: str | None) -> list[str]:
    """What does not hold of a report with its signature."""
    from ashiato.domain import governance  # noqa: PLC0415 — --help does without the domain
    from ashiato.kernel.digest import canonical  # noqa: PLC0415 — likewise
    from ashiato.plumbing.keys import note_verifies  # noqa: PLC0415 — likewise

    key = known or str(found.get("verifier_key", ""))
    document, note = found.get("document", {}), str(found.get("note", ""))
    log = document.get("log", {}) if isinstance(document, dict) else {}
    name, wrong = key.partition("+")[0], []
    try:
        if not note.startswith(governance.transparency.signed_text(name, canonical(document)) + "\n") or not note_verifies(note, key):
            wrong.append("The signature is not over this report, or not by this key.")
        if not note_verifies(str(log.get("note", "")), key) or str(log.get("note", "")).split("\n")[1:2] != [str(log.get("tree_size"))]:
            wrong.append("The checkpoint that it counts from was not signed by this key.")
    except (ValueError, TypeError, AttributeError):
        wrong.append("It is no transparency report.")
    return wrong


@transparency.command("terms")
def transparency_terms(context: typer.Context, as_json: AsJson = False) -> None:
    """Shows fees and limits, the same for every company of a kind. Open to everybody."""
    record(
        as_json,
        connect(context, anonymous=True).get("/fees-and-limits"),
        {"Version": "version", "Fees": "fees", "Limits": "limits", "Departures": "departures"},
    )


@transparency.command("fee")
def transparency_fee(
    context: typer.Context, year: Annotated[int, typer.Argument(metavar="YEAR", help="Calendar year.")], as_json: AsJson = False
) -> None:
    """Shows what your company owes for a year, and how that follows from the published table."""
    rows = {"Year": "year", "Kind": "kind", "Yen a year": "yearly", "Days": "days", "Yen owed": "owed", "Terms": "version"}
    record(as_json, connect(context).get("/fee", year=year), rows)


@transparency.command("treatment")
def transparency_treatment(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists how companies were treated: all of them for the operator, else your own."""
    listing(as_json, connect(context).get("/treatment")["items"], _TREATMENT)


@transparency.command("data-uses")
def transparency_data_uses(
    context: typer.Context,
    direction: Annotated[Literal["given", "received"], typer.Option(help="Of your data by others, or of others' data by you.")] = "given",
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Lists who may use and used which data for which purpose."""
    listing(as_json, everything(connect(context), "/data-uses", limit, direction=direction), _USE)


@register.command("list")
def register_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what the operator's registers hold about your company and about everybody; all of it for the operator."""
    listing(as_json, everything(connect(context), "/register-entries", limit), _ENTRY)


@register.command("enter")
def register_enter(
    context: typer.Context,
    which: Annotated[Literal["incident", "conflict_of_interest", "authority_request"], typer.Argument(metavar="REGISTER", help="Which register.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What happened, in a line.")],
    details: Annotated[str, typer.Option(help="What happened, or is asked.")],
    company: Annotated[UUID | None, typer.Option(help="The id of the company concerned.")] = None,
    secret: Annotated[bool, typer.Option("--secret", help="A law forbids to tell the company concerned.")] = False,
    as_json: AsJson = False,
) -> None:
    """Operator: enters something into a register. The company concerned sees it at once, unless it is secret."""
    body = {"kind": which, "title": title, "details": details, "company_id": str(company) if company else None, "disclosed": not secret}
    record(as_json, write(connect(context), "POST", "/register-entries", json=body), _ENTRY)


@register.command("settle")
def register_settle(
    context: typer.Context, entry_id: Entry, outcome: Annotated[str, typer.Option(help="How it came out.")], as_json: AsJson = False
) -> None:
    """Operator: settles an entry, in words."""
    record(as_json, write(connect(context), "POST", f"/register-entries/{entry_id}/outcome", json={"outcome": outcome}), _ENTRY)


@register.command("disclose")
def register_disclose(context: typer.Context, entry_id: Entry, as_json: AsJson = False) -> None:
    """Operator: lets the company concerned see an entry."""
    record(as_json, write(connect(context), "POST", f"/register-entries/{entry_id}/disclosure"), _ENTRY)


@certification.command("list")
def certification_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists the criteria (a working list, unverified) and where each stands."""
    listing(as_json, connect(context).get("/criteria")["items"], _CRITERION)


@certification.command("move")
def certification_move(
    context: typer.Context,
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help="The criterion's code.")],
    state: Annotated[Literal["open", "prepared", "met", "not_applicable"], typer.Argument(metavar="STATE", help="How far the evidence is.")],
    owner: Annotated[str, typer.Option(help="Who looks after it.")],
    note: Annotated[str, typer.Option(help="What there is to say.")] = "",
    as_json: AsJson = False,
) -> None:
    """Says where a criterion stands."""
    record(as_json, write(connect(context), "PUT", f"/criteria/{criterion}", json={"state": state, "owner": owner, "note": note}), _CRITERION)


@certification.command("binder")
def certification_binder(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", dir_okay=False, help="The file to write: .pdf to be read on paper, else a .zip.")],
    language: Annotated[Literal["en", "ja"], typer.Option("--lang", help="Language of the .pdf.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Writes everything about certification as one file: the criteria with state and owner, and what the platform prints about each."""
    server, paper = connect(context), output.suffix.lower() == ".pdf"
    output.write_bytes(server.get("/certification-binder/document", lang=language) if paper else server.get("/certification-binder.zip"))
    done(as_json, {"file": str(output)}, f"Written to {output}.")
