"""Commands: files of rows, and the empty workbook to write them in."""

import csv
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.progress import Progress

from ashiato.cli.companies import Limit
from ashiato.cli.output import PROBLEM, AsJson, Language, console, done, listing, print_json, say, table, words
from ashiato.cli.session import connect, everything
from ashiato.kernel.errors import conflict, invalid

imports = typer.Typer(no_args_is_help=True, help="The history of imported files.")
Tongue = Literal["en", "ja"]

_MOST_ERRORS = 200
_HELD_BACK = "row.held_back"
_HEADS: dict[Tongue, dict[str, str]] = {
    "en": {
        "unsaved": "{good} of {rows} rows can be registered. Nothing is saved yet.",
        "saved": "{good} of {rows} rows are registered: {new} new, {changed} changed, {unchanged} unchanged, {removed} removed.",
        "same": "{good} of {rows} rows were registered before. Nothing has changed.",
        "mend": "Mend the cells below and import the file again, or register the others with --good-rows.",
        "register": "Import it without --dry-run to register it.",
        "notes": "Sheets without a table, left out: {sheets}.",
        "waiting": "{waiting} more rows of the same parts wait for these.",
        "more": "… and {more} more; --errors FILE or --json tells all.",
    },
    "ja": {
        "unsaved": "{rows}行のうち{good}行を登録できます。まだ何も保存していません。",
        "saved": "{rows}行のうち{good}行を登録しました（新規{new}、変更{changed}、変更なし{unchanged}、削除{removed}）。",
        "same": "{rows}行のうち{good}行は登録済みです。変更はありません。",
        "mend": "下のセルを直してもう一度取り込むか、--good-rows で残りの行だけを登録してください。",
        "register": "--dry-run を付けずに取り込むと登録します。",
        "notes": "表のないシートは読み飛ばしました: {sheets}",
        "waiting": "同じ部品のほかの{waiting}行も保留しています。",
        "more": "ほかに{more}件あります。--errors FILE または --json ですべて出力します。",
    },
}
_STAGES: dict[Tongue, dict[str, str]] = {
    "en": {"sending": "sending", "reading": "rows read", "checking": "rows checked", "registering": "rows registered"},
    "ja": {"sending": "送信", "reading": "読込行数", "checking": "確認行数", "registering": "登録行数"},
}
_COLUMNS: dict[Tongue, dict[str, str]] = {
    "en": {"Cell": "place", "Field": "field", "Value": "value", "Reason": "message", "Suggestion": "suggestion"},
    "ja": {"セル": "place", "項目": "field", "値": "value", "理由": "message_ja"},
}


def tongue(chosen: Tongue | None) -> Tongue:
    """The language that was chosen, else the environment's."""
    if chosen is not None:
        return chosen
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ja" if locale.startswith("ja") else "en"


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="An .xlsx workbook or a .csv table.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Examine only; nothing is saved.")] = False,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Register the good rows although others are wrong.")] = False,
    suggestions: Annotated[bool, typer.Option("--take-suggestions", help="Correct every cell as suggested first.")] = False,
    marked: Annotated[
        Path | None, typer.Option("--marked", metavar="FILE", dir_okay=False, help="Write the file as .xlsx with every bad cell marked.")
    ] = None,
    errors: Annotated[Path | None, typer.Option("--errors", metavar="FILE", dir_okay=False, help="Write every error to this .csv file.")] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Examines a file of sites, factors, parts, structures, batteries, inventories, and registers it if every row is right.

    Otherwise nothing is saved, and every cell that is wrong is listed with its reason and a suggestion; the exit code is 1.
    """
    if marked is not None:
        connect(context).fetch_marked(file, marked, lang=tongue(lang))
    with Progress(console=console(stderr=True), transient=True, disable=as_json or not sys.stderr.isatty()) as bar:
        stages = _STAGES[tongue(lang)]
        task = bar.add_task(stages["sending"], total=file.stat().st_size)

        def come(stage: str, done: int, whole: int) -> None:
            bar.update(task, description=f"{stages[stage]} {done:,}", completed=done, total=whole or None)

        report = connect(context).send_file(
            file, dry_run=dry_run, good_rows=good_rows, suggestions=suggestions, told=lambda more: bar.advance(task, more), come=come
        )
    if errors is not None:
        _write_errors(errors, report["errors"])
    if as_json:
        print_json(report)
    else:
        _tell(report, tongue(lang), dry_run=dry_run)
    if report["errors"]:
        raise typer.Exit(PROBLEM)


def _tell(report: dict[str, Any], lang: Tongue, *, dry_run: bool) -> None:
    heads = _HEADS[lang]
    errors = [error for error in report["errors"] if error["code"] != _HELD_BACK]
    waiting = len(report["errors"]) - len(errors)
    counted = {name: sum(change[name] for change in report["changes"].values()) for name in ("new", "changed", "unchanged", "removed")}
    head = "unsaved" if not report["saved"] else "saved" if report["changed"] else "same"
    words(heads[head].format(rows=report["rows"], good=report["good"], **counted))
    if report["notes"]:
        say(heads["notes"].format(sheets=", ".join(report["notes"])))
    if errors and not report["saved"]:
        say(heads["mend"])
    elif dry_run and report["good"]:
        say(heads["register"])
    most_of(errors, lang)
    if waiting:
        say(heads["waiting"].format(waiting=waiting))


def most_of(errors: list[dict[str, Any]], lang: Tongue) -> None:
    """Shows the first errors by their cells; where there are many, also how many there are of each kind."""
    if errors:
        console().print(table([_placed(error) for error in errors[:_MOST_ERRORS]], _COLUMNS[lang]))
    if len(errors) > _MOST_ERRORS:
        kinds = [{"code": code, "count": count} for code, count in Counter(error["code"] for error in errors).most_common()]
        console().print(table(kinds, {"コード" if lang == "ja" else "Code": "code", "件数" if lang == "ja" else "Errors": "count"}))
        say(_HEADS[lang]["more"].format(more=len(errors) - _MOST_ERRORS))


def _write_errors(file: Path, errors: list[dict[str, Any]]) -> None:
    members = ("file", "sheet", "cell", "row", "field", "value", "code", "message", "message_ja", "suggestion")
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(members)
        writer.writerows([_harmless(str(error[member] if error[member] is not None else "")) for member in members] for error in errors)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: it is what somebody wrote into a file."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def _placed(error: dict[str, Any]) -> dict[str, Any]:
    """The error with its place as spreadsheets write it."""
    cell = error["cell"] or (f"{error['row']}:{error['row']}" if error["row"] else "")
    return error | {"place": f"{error['sheet']}!{cell}" if error["sheet"] else cell}


@imports.command("list")
def imports_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the files that changed something, oldest first."""
    columns = {"Registered": "registered_at", "File": "file_name", "Rows": "rows_registered", "Refused": "rows_refused", "Digest": "file_digest"}
    listing(as_json, everything(connect(context), "/imports", limit), columns)


def template(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The .xlsx file to write.")],
    lang: Language = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Writes an empty workbook with every table that can be imported, and a sheet that explains the columns.

    Fill in the sheets that you need and import the file; empty sheets change nothing.
    """
    if file.suffix.casefold() != ".xlsx":
        raise invalid("template.name", f"{file.name} does not end in .xlsx.", "Name a workbook.")
    if file.exists() and not force:
        raise conflict("template.exists", f"{file} is there already.", "Name another file, or replace it with --force.")
    from ashiato.domain.imports import empty_workbook  # noqa: PLC0415 — the domain is heavy; --help does without it

    content = empty_workbook(japanese=tongue(lang) == "ja")
    file.write_bytes(content)
    done(as_json, {"file": str(file), "bytes": len(content)}, f"{file} is written. Import it with: ashiato import {file}")
