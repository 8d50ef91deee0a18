"""Commands: what a company has registered and its lists as files, and answering requests with one workbook."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ashiato.cli.footprints import From, To
from ashiato.cli.imports import most_of
from ashiato.cli.output import PROBLEM, AsJson, Force, Language, console, done, figure, print_json, require_free, say, share, table, words
from ashiato.cli.requests import request
from ashiato.cli.session import connect
from ashiato.kernel.errors import invalid

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {".xlsx": XLSX, ".csv": "text/csv"}
_LISTS: dict[str, dict[str, str]] = {
    "parts": {}, "factors": {}, "sites": {}, "drafts": {}, "imports": {}, "declarations": {}, "grants": {}, "accesses": {}, "facts": {},
    "requests-sent": {"direction": "sent"}, "requests-received": {"direction": "received"},
}  # fmt: skip
ListName = Literal[
    "parts", "factors", "sites", "drafts", "imports", "declarations", "grants", "accesses", "facts", "requests-sent", "requests-received"
]


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The .xlsx or .csv file to write.")],
    listed: Annotated[ListName | None, typer.Option("--list", help="A list instead of the catalogue; also as .csv.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Mark a .csv file as UTF-8, for Excel.")] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Writes all that you have registered to a workbook that can be imported again, or a list to a workbook or a .csv file."""
    kind = _KINDS.get(file.suffix.casefold())
    if kind is None or (listed is None and kind != XLSX):
        raise invalid("export.name", f"{file.name} does not end in .xlsx.", "Name a workbook, or with --list also a .csv file.")
    path, params = "/catalogue.xlsx", {}
    if listed is not None:
        path, params = f"/{listed.partition('-')[0]}", _LISTS[listed] | ({"bom": "true"} if bom else {})
    _fetch(context, file, path, params, {"Accept": kind}, force=force, as_json=as_json)


def _fetch(context: typer.Context, file: Path, path: str, params: dict[str, str], headers: dict[str, str], *, force: bool, as_json: bool) -> None:
    require_free(file, force=force)
    written = connect(context).fetch_file(path, file, params=params, headers=headers)
    done(as_json, {"file": str(file), "bytes": written}, f"{file} is written.")


@request.command("template")
def request_template(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The .xlsx file to write.")],
    lang: Language = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Supplier: writes a workbook with a row for each open request, to be completed and sent with `answer-workbook`.

    Write your own part number to answer a request with that part's footprint, or the reason why you decline; other rows stay open.
    """
    _fetch(context, file, "/answers/workbook", {"lang": lang or "en"}, {}, force=force, as_json=as_json)


@request.command("answer-workbook")
def request_answer_workbook(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The completed workbook.")],
    start: From,
    end: To,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be released; nothing is saved.")] = False,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Carry out the good rows although others are wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """Supplier: answers and declines what a completed workbook says; each part is computed and released once."""
    params = {"dry_run": dry_run, "good_rows": good_rows, "period_start": _day(start), "period_end": _day(end)}
    report = connect(context).upload("/answers/workbook", file, params)
    if as_json:
        print_json(report)
    else:
        _tell(report)
    if report["errors"]:
        raise typer.Exit(PROBLEM)


def _day(instant: datetime) -> str:
    return instant.date().isoformat()


def _tell(report: dict[str, Any]) -> None:
    if report["saved"]:
        words("{answered} answered, {declined} declined, {unchanged} unchanged, {open} left open.".format(**report))
    else:
        words(f"{report['rows']} rows. Nothing is saved.")
    released = [_released(each) for each in report["answers"]]
    if released:
        columns = {
            "Part": "part_number",
            "Requests": "requests",
            "kg CO2e": "total",
            "per": "declared_unit",
            "Method": "method",
            "Primary data": "primary",
            "Draft": "draft",
        }
        console().print(table(released, columns))
    if report["errors"]:
        say("Mend the cells below and send the workbook again, or carry out the others with --good-rows.")
        most_of(report["errors"], "en")


def _released(answer: dict[str, Any]) -> dict[str, Any]:
    release = answer["release"]
    told: dict[str, Any] = answer | release
    return told | {
        "total": figure(release["total"]), "primary": share(release["primary_data_share"]), "draft": ", ".join(release["obstacles"]),
    }  # fmt: skip
