"""Commands: computing footprints, and the methods they are computed by."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ashiato.cli import analyses
from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, console, done, figure, listing, print_json, say, share, table, words
from ashiato.cli.parts import DEFAULT_METHOD, Method, PartNumber
from ashiato.cli.requests import FootprintId
from ashiato.cli.session import connect, everything, write

footprint = typer.Typer(no_args_is_help=True, help="The carbon footprints of your parts.")
method = typer.Typer(no_args_is_help=True, help="The calculation methods of this installation.")

Output = Annotated[Path | None, typer.Option("--output", dir_okay=False, help="Write it to this file.", show_default=False)]
From = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the reporting period.")]
To = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the reporting period.")]
_LARGEST_PAGE = 100
footprint.command("contribution")(analyses.contribution)
footprint.command("scenario")(analyses.scenario)
footprint.command("uncertainty")(analyses.uncertainty)


@footprint.command("compute")
def footprint_compute(
    context: typer.Context,
    part_number: PartNumber,
    start: From,
    end: To,
    method: Method = DEFAULT_METHOD,
    as_json: AsJson = False,
) -> None:
    """Computes a part's footprint from all that is known now, and freezes what it follows from."""
    server = connect(context)
    body = {"method": method, "period_start": start.date().isoformat(), "period_end": end.date().isoformat()}
    _show(as_json, write(server, "POST", f"/parts/{server.part_id(part_number)}/footprints", json=body))


@footprint.command("list")
def footprint_list(context: typer.Context, part_number: PartNumber, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists a part's footprints, newest first."""
    server = connect(context)
    found = list(everything(server, f"/parts/{server.part_id(part_number)}/footprints", limit, page=_LARGEST_PAGE))
    if not as_json:
        found = [item | {"total": figure(item["result"]["total"]), "unit": item["result"]["declared_unit"]} for item in found]
    columns = {"Id": "footprint_id", "Computed": "computed_at", "Method": "method", "From": "period_start", "To": "period_end",
               "kg CO2e": "total", "per": "unit", "Draft": "draft"}  # fmt: skip
    listing(as_json, found, columns)


@footprint.command("show")
def footprint_show(context: typer.Context, footprint_id: FootprintId, as_json: AsJson = False) -> None:
    """Shows a footprint: stages, quality, gaps, what makes it a draft, and which newer answers make it stale."""
    _show(as_json, connect(context).get(f"/footprints/{footprint_id}"))


@footprint.command("package")
def footprint_package(context: typer.Context, footprint_id: FootprintId, output: Output = None, as_json: AsJson = False) -> None:
    """Gives the frozen input package of a footprint as JSON: all that the result follows from, recipe included."""
    package = connect(context).get(f"/footprints/{footprint_id}/package")
    if output is None:
        print_json(package)
        return
    output.write_text(json.dumps(package, ensure_ascii=False, indent=2), encoding="utf-8")
    done(as_json, {"file": str(output)}, f"{output} is written. It holds your recipe: do not pass it on.")


def _show(as_json: bool, computed: dict[str, Any]) -> None:
    if as_json:
        print_json(computed)
        return
    result = computed["result"]
    words(f"{computed['part_number']}: {figure(result['total'])} kg CO2e per {result['declared_unit']}{' (draft)' if computed['draft'] else ''}")
    per_kwh = result.get("per_kwh")
    if per_kwh:
        words(f"{figure(per_kwh['kg_co2e_per_kwh'])} kg CO2e per kWh delivered over the service life")
    words(f"{computed['method']}, {computed['period_start']} to {computed['period_end']}, footprint {computed['footprint_id']}")
    words(f"Primary data {share(result['primary_data_share'])}" + (f", data quality {figure(result['dqr'])}" if result.get("dqr") else ""))
    stages = [{"stage": stage} | {name: figure(value) for name, value in figures.items()} for stage, figures in result["stages"].items()]
    console().print(table(stages, {"Stage": "stage", "Own": "own", "Components": "component", "kg CO2e": "total"}))
    _show_remarks(computed)


def _show_remarks(computed: dict[str, Any]) -> None:
    result = computed["result"]
    for tier in result["coverage"]:
        words(f"Tier {tier['tier']}: {tier['answered']} of {tier['asked']} answered")
    if result["gaps"]:
        words("Not answered yet; a secondary factor stands in:")
        gaps = [gap | {"part": share(gap["share"])} for gap in result["gaps"]]
        console().print(table(gaps, {"Part": "part_number", "Factor": "factor", "Share": "part", "Why": "reason"}))
    if result["obstacles"]:
        words("It cannot be declared because of:")
        console().print(table(result["obstacles"], {"Part": "part_number", "Line": "line", "Why": "message"}))
    if computed["stale"]:
        say(f"Newer answers exist for {', '.join(computed['stale'])}: compute it again.")


@method.command("list")
def method_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the calculation methods. Open to everybody."""
    columns = {"Id": "id", "Title": "title", "Version": "version", "Status": "status", "Source": "source"}
    listing(as_json, everything(connect(context, anonymous=True), "/methods", limit), columns)
