"""Commands: due diligence along the chain: questionnaires, materials, statements to buyers, paths, risks, grievances, reports."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, Item, console, done, listing, print_json, record, share, table, words
from ashiato.cli.parts import PartNumber
from ashiato.cli.requests import Due, Message, end_of
from ashiato.cli.session import connect, everything, write
from ashiato.kernel.errors import Flaw, invalid

diligence = typer.Typer(no_args_is_help=True, help="Human rights and environment along the chain: what you answer, what your suppliers state.")
risk = typer.Typer(no_args_is_help=True, help="Your register of risks.")

QUESTIONNAIRE = "company"
StatedFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="A JSON file.")]
RequestIds = Annotated[list[UUID], typer.Argument(metavar="REQUEST...", help="The requests that are answered.")]
RootId = Annotated[UUID, typer.Argument(metavar="QUESTION", help="The question's id.")]
RiskId = Annotated[UUID, typer.Argument(metavar="RISK", help="The risk's id.")]
_PLACES = {"What": "kind", "Tier": "tier", "Material": "material", "Category": "category", "Severity": "severity", "State": "state",
           "Count": "count", "Share": "share", "Through": "through"}  # fmt: skip
_RISKS = {"Id": "risk_id", "State": "state", "Kind": "kind", "Category": "category", "Severity": "severity", "Weight": "weight",
          "Title": "title", "Owner": "owner", "Deadline": "deadline"}  # fmt: skip


def _stated(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise invalid("file.json", f"{path.name} is not JSON.", "Correct it.", Flaw(str(path), "file.json", str(error))) from error


@diligence.command("questions")
def questions(
    context: typer.Context,
    questionnaire: Annotated[str, typer.Argument(help="Its id; without it, all are listed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Shows the questionnaires, or the questions of one."""
    found = connect(context, anonymous=True).get("/questionnaires")["items"]
    if not questionnaire:
        listing(as_json, found, {"Id": "id", "Version": "version", "About": "subject", "Months": "valid_months", "Standing": "status"})
        return
    asked = next((each for each in found if each["id"] == questionnaire), None)
    if asked is None:
        raise invalid("questionnaire.unknown", f"There is no questionnaire {questionnaire}.", f"Known: {', '.join(each['id'] for each in found)}.")
    rows = [each | {"text": each["words"]["en"]} for each in asked["questions"]]
    listing(as_json, rows, {"Id": "id", "Type": "type", "Points": "points", "Question": "text"})


@diligence.command("prefill")
def prefill(
    context: typer.Context,
    questionnaire: Annotated[str, typer.Argument(help="The questionnaire's id.")] = QUESTIONNAIRE,
    subject: Annotated[str, typer.Option(help="A site's or a material's identifier.")] = "",
    as_json: AsJson = False,
) -> None:
    """Prints the answers of last time as JSON, with --json or without, ready to be edited and sent with `assess`."""
    del as_json
    print_json(connect(context).get("/assessment-prefill", questionnaire=questionnaire, subject=subject))


@diligence.command("assess")
def assess(
    context: typer.Context,
    file: StatedFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only score; nothing is kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Answers a questionnaire from a JSON file with `questionnaire`, `answers` and, where demanded, `evidence` (see `evidence add`)."""
    server = connect(context)
    found = (
        server.call("POST", "/assessments/examination", json=_stated(file)) if dry_run else write(server, "POST", "/assessments", json=_stated(file))
    )
    if as_json:
        print_json(found)
        return
    score = found if dry_run else found["score"]
    lines = [line | {"earned": f"{line['points']} / {line['of_points']}"} for line in score["lines"]]
    console().print(table(lines, {"Question": "en", "Points": "earned"}))
    words(f"{score['points']} of {score['of_points']} points ({score['questionnaire']} {score['version']})")
    for raised in score["raised"]:
        words(f"risk: {raised['category']}, {raised['severity']}: {raised['en']}")


@diligence.command("materials")
def materials(
    context: typer.Context,
    part_number: PartNumber,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="JSON with `contents` and `origins`, stated anew.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows, or with --file states, what a part holds and where it comes from."""
    server = connect(context)
    address = f"/parts/{server.part_id(part_number)}/materials"
    found = write(server, "PUT", address, json=_stated(file)) if file else server.get(address)
    if as_json:
        print_json(found)
        return
    listing(False, found["contents"], {"Material": "material", "kg": "mass_kg", "Loss": "loss_share"})
    listing(False, found["origins"], {"Material": "material", "kg": "mass_kg", "Country": "country", "Mine": "mine", "Refiner": "refiner",
                                      "CID": "refiner_cid", "Refined in": "refiner_country",
                                      "Audit": "audit_scheme", "Until": "audit_until"})  # fmt: skip


@diligence.command("ask")
def ask(context: typer.Context, part_number: PartNumber, due: Due = None, message: Message = "", as_json: AsJson = False) -> None:
    """Asks for due diligence on every bought part that goes into this one, names its supplier and was not asked about yet."""
    server = connect(context)
    body = {"method": QUESTIONNAIRE, "due_at": end_of(due), "message": message, "subject": "diligence"}
    found = write(server, "POST", f"/parts/{server.part_id(part_number)}/requests", json=body)
    listing(as_json, found["items"], {"Id": "request_id", "State": "state", "Item": "item", "Supplier": "supplier", "Due": "due_at"})


@diligence.command("preview")
def preview(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Prints exactly what a buyer would see of a part, as JSON, with --json or without."""
    del as_json
    server = connect(context)
    print_json(server.get(f"/parts/{server.part_id(part_number)}/statement-preview")["statement"])


@diligence.command("answer")
def answer(
    context: typer.Context,
    part_number: PartNumber,
    requests: RequestIds,
    standing: Annotated[bool, typer.Option("--standing", help="Renew it by itself when what it rests on changes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Links the requests to a part and states to their buyers what is known of it."""
    server = connect(context)
    part_id = server.part_id(part_number)
    for request_id in requests:
        if server.get(f"/requests/{request_id}")["state"] == "asked":
            write(server, "PUT", f"/requests/{request_id}/link", json={"part_id": part_id})
    body = {"part_id": part_id, "requests": [str(request_id) for request_id in requests], "standing": standing}
    found = write(server, "POST", "/statements", json=body)["statement"]
    record(as_json, found, {"Statement": "statement_id", "Version": "version", "Valid until": "valid_until"}, "Stated.")


@diligence.command("show")
def show(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Shows a part's chain: traceability by material, what is wrong at which tier, who has answered."""
    server = connect(context)
    found = server.get(f"/parts/{server.part_id(part_number)}/diligence")["overview"]
    if as_json:
        print_json(found)
        return
    shares = [each | {name: share(each[f"{name}_share"]) for name in ("country", "refiner", "audited")} for each in found["materials"]]
    listing(False, shares, {"Material": "material", f"kg per {found['declared_unit']}": "mass_kg", "Country known": "country",
                            "Refiner known": "refiner", "Refiner audited": "audited"})  # fmt: skip
    listing(False, [_place(each) for each in found["places"]], _PLACES)
    listing(False, found["coverage"], {"Tier": "tier", "Asked": "asked", "Answered": "answered", "With questionnaire": "assessed"})
    for name, what in (("unasked", "nobody was asked about"), ("silent", "no answer yet about")):
        if found[name]:
            words(f"{what}: {', '.join(found[name])}")


def _place(found: Item) -> dict[str, Any]:
    place = dict(found["place"])
    return place | {"share": share(place["share"]) if "share" in place else "", "through": found.get("part_number", "")}


@diligence.command("path")
def path(
    context: typer.Context, part_number: PartNumber, material: Annotated[str, typer.Argument(help="Such as cobalt.")], as_json: AsJson = False
) -> None:
    """Asks everybody on the path of a material to be named to you. It opens once all of them consent."""
    server = connect(context)
    body = {"kind": "path", "part_id": server.part_id(part_number), "subject": material}
    _asked(write(server, "POST", "/probes", json=body), as_json=as_json)


@diligence.command("screen")
def screen(
    context: typer.Context,
    part_number: PartNumber,
    subject: Annotated[str, typer.Argument(help="country:CN, region:CN-XJ, smelter:CID003255, or company: and a corporate number.")],
    purpose: Annotated[Literal["sanctions", "forced_labour_law"], typer.Option(help="What the law asks it for.")],
    reason: Annotated[str, typer.Option(help="Why; it is logged.")],
    as_json: AsJson = False,
) -> None:
    """Asks whether something is in a part's chain: yes, no or unknown, with how much of the chain has spoken."""
    server = connect(context)
    body = {"kind": "screening", "part_id": server.part_id(part_number), "subject": subject, "purpose": purpose, "reason": reason}
    _asked(write(server, "POST", "/probes", json=body), as_json=as_json)


@diligence.command("question")
def question(context: typer.Context, root_id: RootId, as_json: AsJson = False) -> None:
    """Shows what has been answered so far to a question to the chain."""
    _asked(connect(context).get(f"/probes/{root_id}"), as_json=as_json)


def _asked(found: Item, *, as_json: bool) -> None:
    rows = {
        "Question": "root_id",
        "About": "subject",
        "State": "state",
        "Answer": "answer",
        "Asked": "asked",
        "Answered": "answered",
        "Due": "due_at",
    }
    record(as_json, found, rows)
    if not as_json and found["names"]:
        names = [{"depth": name["depth"], **name["content"], "refiners": _refiners(name["content"])} for name in found["names"]]
        listing(False, names, {"Tier": "depth", "Company": "company", "Country": "country", "Refiners": "refiners"})


def _refiners(content: Item) -> str:
    return ", ".join(sorted({f"{origin['refiner']} {origin['refiner_cid']}".strip() for origin in content["origins"]}))


@diligence.command("received")
def received(
    context: typer.Context,
    kind: Annotated[Literal["path", "screening"], typer.Option(help="Consent that is asked for, or screenings.")] = "path",
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Lists the questions to the chain that reached you."""
    columns = {"Question": "root_id", "About": "subject", "For": "purpose", "Asker": "asker", "Decided": "decision", "Due": "due_at"}
    listing(as_json, everything(connect(context), "/received-probes", limit, kind=kind), columns)


@diligence.command("consent")
def consent(
    context: typer.Context, root_id: RootId, refuse: Annotated[bool, typer.Option("--refuse", help="Refuse, or take consent back.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Consents to be named to the asker of a path. Refusing looks like silence."""
    write(connect(context), "PUT", f"/received-probes/{root_id}/consent", json={"consent": not refuse})
    done(as_json, {"root_id": root_id, "consent": not refuse}, "Refused." if refuse else "Consented.")


@diligence.command("due")
def due(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=0, max=400, help="How far to look ahead.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Lists what is overdue or soon due: questionnaires that run out, consent that is waited for, risks, grievances, audits."""
    listing(
        as_json,
        connect(context).get("/reminders", days=days)["items"],
        {"What": "kind", "Which": "title", "Due": "due_on", "Late": "overdue", "Id": "subject_id"},
    )


@diligence.command("flags")
def flags(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Shows what the origins of a part point to: places on public lists, gaps, audits that have run out."""
    server = connect(context)
    found = server.get(f"/parts/{server.part_id(part_number)}/red-flags")["items"]
    listing(
        as_json,
        found,
        {"Code": "code", "Material": "material", "Category": "category", "Severity": "severity", "What": "words", "Source": "citation"},
    )


@diligence.command("report")
def report(
    context: typer.Context,
    part_numbers: Annotated[list[str], typer.Argument(metavar="PART...", help="The products that it is about.")],
    year: Annotated[int | None, typer.Option(help="Without it, the present one.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the PDF in two languages.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draws up, signs and publishes the yearly report (EU 2023/1542 Article 52(3))."""
    server = connect(context)
    body = {"year": year or datetime.now().astimezone().year, "parts": [server.part_id(number) for number in part_numbers]}
    found = write(server, "POST", "/reports", json=body)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for language in ("en", "ja"):
            paper = server.get(f"/published-reports/{found['report_id']}/document", lang=language)
            (out / f"diligence-{language}.pdf").write_bytes(paper)
    record(as_json, found, {"Report": "report_id", "Published at": "url"}, "Published.")


@diligence.command("behind")
def behind(
    context: typer.Context,
    report_id: Annotated[UUID, typer.Argument(metavar="REPORT", help="The report's id.")],
    figure: Annotated[str, typer.Argument(help="A place in the report, such as /step2/products/0/materials; without it, all.")] = "",
    as_json: AsJson = False,
) -> None:
    """Shows what the figures of one of your reports follow from: addresses of answers, statements, entries and files."""
    found = connect(context).get(f"/reports/{report_id}")["basis"]
    rows = [{"figure": place, "address": address} for place in sorted(found) if place.startswith(figure) for address in found[place]]
    listing(as_json, rows, {"Figure": "figure", "Follows from": "address"})


@diligence.command("verified")
def verified(
    context: typer.Context,
    scheme: Annotated[str, typer.Argument(help="Under which scheme, such as “Article 51”.")],
    issuer: Annotated[str, typer.Option(help="Who verified.")],
    scope: Annotated[str, typer.Option(help="What was verified.")],
    summary: Annotated[str, typer.Option(help="What came out; it is published.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day on which it is good.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last one.")],
    evidence: Annotated[UUID | None, typer.Option(help="The file that shows it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Records what a third party verified; it becomes part of the yearly report."""
    body = {"scheme": scheme, "issuer": issuer, "scope": scope, "summary": summary, "valid_from": since.date().isoformat(),
            "valid_until": until.date().isoformat(), "evidence_id": str(evidence) if evidence else None}  # fmt: skip
    record(as_json, write(connect(context), "POST", "/verifications", json=body), {"Id": "verification_id", "Until": "valid_until"}, "Recorded.")


@risk.command("list")
def risk_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your register, oldest entry first."""
    listing(as_json, everything(connect(context), "/risks", limit), _RISKS)


@risk.command("add")
def risk_add(context: typer.Context, file: StatedFile, as_json: AsJson = False) -> None:
    """Takes a risk into the register from a JSON file with kind, category, severity, likelihood and title."""
    record(as_json, write(connect(context), "POST", "/risks", json=_stated(file)), _RISKS, "Taken in.")


@risk.command("step")
def risk_step(
    context: typer.Context,
    risk_id: RiskId,
    state: Annotated[Literal["assessed", "mitigating", "disengaging", "closed"], typer.Argument(help="The new state.")],
    note: Annotated[str, typer.Option(help="Why.")],
    owner: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    plan: Annotated[str | None, typer.Option(help="What is done.")] = None,
    deadline: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By when.")] = None,
    as_json: AsJson = False,
) -> None:
    """Takes a risk one step further."""
    body = {"state": state, "note": note, "owner": owner, "plan": plan, "deadline": deadline.date().isoformat() if deadline else None}
    record(as_json, write(connect(context), "POST", f"/risks/{risk_id}/steps", json=body), _RISKS, "Done.")
