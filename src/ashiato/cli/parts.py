"""Commands: parts, structures, factors, inventories, drafts."""

import csv
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.tree import Tree

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, console, figure, listing, plain_text, print_json, record, share, table, words
from ashiato.cli.session import connect, everything, write
from ashiato.kernel.errors import invalid

part = typer.Typer(no_args_is_help=True, help="Your company's parts and what they are made of.")
factor = typer.Typer(no_args_is_help=True, help="Your company's emission factors.")
inventory = typer.Typer(no_args_is_help=True, help="What a part's own share is computed from.")
draft = typer.Typer(no_args_is_help=True, help="The present figure of every part, for orientation.")

DEFAULT_METHOD = "JRC-CFB-EV-2023-06"
_LARGEST_PAGE = 10_000  # of drafts
PartNumber = Annotated[str, typer.Argument(metavar="PART", help="Your part number.")]
Method = Annotated[str, typer.Option(help="Calculation method; `ashiato method list` names them.")]
_PART = {
    "Part": "part_number", "Name": "name", "Unit": "declared_unit", "Mass (kg)": "mass_kg", "Sourcing": "sourcing",
    "Supplier": "supplier_number", "Supplier's part": "supplier_part_number",
}  # fmt: skip
_COMPONENT_HEADERS = {"part_number": "part_number", "child": "part_number", "amount": "amount", "amount per parent": "amount",
                      "unit": "unit", "amount unit": "unit", "子部品番号": "part_number", "使用量": "amount", "使用量単位": "unit"}  # fmt: skip


@part.command("list")
def part_list(
    context: typer.Context,
    sourcing: Annotated[Literal["made", "bought"] | None, typer.Option(help="Only parts that you make, or buy.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Lists your parts by part number."""
    listing(as_json, everything(connect(context), "/parts", limit, sourcing=sourcing), _PART)


@part.command("show")
def part_show(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Shows one part."""
    server = connect(context)
    record(as_json, server.get(f"/parts/{server.part_id(part_number)}"), _PART | {"Id": "part_id"})


@part.command("structure")
def part_structure(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Shows a part with everything of yours that goes into it, as a tree."""
    server = connect(context)
    _show_structure(as_json, server.get(f"/parts/{server.part_id(part_number)}/structure"))


@part.command("set-structure")
def part_set_structure(
    context: typer.Context,
    part_number: PartNumber,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A .json or .csv file of components.")],
    as_json: AsJson = False,
) -> None:
    """Gives a part exactly the components in a file, and shows what it consists of now.

    JSON: a list of objects with part_number, amount, unit. CSV: columns of these names. An amount goes into one declared unit.
    """
    components = _components(file)
    server = connect(context)
    _show_structure(as_json, write(server, "PUT", f"/parts/{server.part_id(part_number)}/structure", json={"components": components}))


@part.command("particulars")
def part_particulars(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Shows what you state of a part beside its figures: other names, the place it is made at, carbon by origin."""
    server = connect(context)
    _show_particulars(as_json, server.get(f"/parts/{server.part_id(part_number)}/particulars"))


@part.command("describe")
def part_describe(
    context: typer.Context,
    part_number: PartNumber,
    name: Annotated[list[str] | None, typer.Option(help="Another name of the product, as a URN such as urn:gtin:4712345060507.")] = None,
    maker_name: Annotated[list[str] | None, typer.Option(help="Another name of your company, such as urn:bpn:BPNL00000003AYRE.")] = None,
    product_class: Annotated[list[str] | None, typer.Option("--class", help="A class of the product, as a URN.")] = None,
    country: Annotated[str | None, typer.Option(help="Where it is made: two letters of ISO 3166-1.")] = None,
    subdivision: Annotated[str | None, typer.Option(help="Where it is made: ISO 3166-2, such as JP-23.")] = None,
    region: Annotated[str | None, typer.Option(help="Where it is made: a region of UN M49, such as Eastern Asia.")] = None,
    known: Annotated[list[str] | None, typer.Option(help="A figure per declared unit, such as biogenic_uptake=-0.4.")] = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="All of it as JSON, as `part particulars --json` writes it.")] = None,
    as_json: AsJson = False,
) -> None:
    """States a part's particulars in place of those before; without any option, takes them back. What is not known is left out."""
    body: dict[str, Any] = _particulars(file) if file else {}
    stated = {"names": name, "maker_names": maker_name, "classes": product_class, "country": country, "subdivision": subdivision, "region": region}
    body |= {key: value for key, value in stated.items() if value}
    if known:
        body["known"] = dict(one.partition("=")[::2] for one in known)
    server = connect(context)
    _show_particulars(as_json, write(server, "PUT", f"/parts/{server.part_id(part_number)}/particulars", json=body))


def _particulars(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str))
    except (ValueError, TypeError) as error:
        raise invalid("particulars.form", f"{file} is not JSON of particulars: {error}.", "Take what `part particulars --json` writes.") from error


def _show_particulars(as_json: bool, found: dict[str, Any]) -> None:
    told = found | {"known": [f"{name}: {figure}" for name, figure in found["known"].items()]}
    fields = {"Other names": "names", "Names of the maker": "maker_names", "Classes": "classes", "Country": "country", "Subdivision": "subdivision",
              "Region": "region", "Figures": "known", "Packaging included": "packaging_included", "Exempted (%)": "exempted_percent",
              "Exempted because": "exempted_because", "Boundary": "boundary", "Allocation": "allocation"}  # fmt: skip
    record(as_json, found if as_json else told, fields)


def _components(file: Path) -> list[dict[str, Any]]:
    try:
        if file.suffix.casefold() == ".json":
            stated = json.loads(file.read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str)
            found = stated["components"] if isinstance(stated, dict) else stated
            return [dict(component) for component in found]
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return [
                {_COMPONENT_HEADERS.get(name.strip().casefold(), name): text.strip() for name, text in row.items() if name and text}
                for row in csv.DictReader(opened)
            ]
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise invalid("components.form", f"{file} is not a list of components: {error}.", "Write part_number, amount and unit of each.") from error


def _show_structure(as_json: bool, structure: dict[str, Any]) -> None:
    if as_json:
        print_json(structure)
        return
    names = {part["part_number"]: part["name"] for part in structure["parts"]}
    below: dict[str, list[dict[str, Any]]] = {}
    for link in structure["components"]:
        below.setdefault(link["parent"], []).append(link)
    top = structure["part"]["part_number"]
    tree = Tree(plain_text(f"{top}  {structure['part']['name']}"))
    _grow(tree, top, below, names, set())
    console().print(tree)


def _grow(tree: Tree, parent: str, below: dict[str, list[dict[str, Any]]], names: dict[str, str], shown: set[str]) -> None:
    """Adds what goes into a part; a part that stands in the tree already is not unfolded again."""
    shown.add(parent)
    for link in below.get(parent, []):
        number = link["part_number"]
        again = number in shown and number in below
        branch = tree.add(plain_text(f"{number}  {names.get(number, '')}  {link['amount']} {link['unit']}{'  (see above)' if again else ''}"))
        if not again:
            _grow(branch, number, below, names, shown)


@factor.command("list")
def factor_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your emission factors by code. Factors are registered with `ashiato import`."""
    columns = {"Code": "code", "Name": "name", "kg CO2e": "kg_co2e", "per": "per_unit", "Year": "year", "Geography": "geography",
               "Standing": "standing", "Source": "source"}  # fmt: skip
    listing(as_json, everything(connect(context), "/factors", limit), columns)


@inventory.command("show")
def inventory_show(context: typer.Context, part_number: PartNumber, as_json: AsJson = False) -> None:
    """Shows a part's inventory: activities by stage, materials under the circular footprint formula, the factor that stands in."""
    server = connect(context)
    found = server.get(f"/parts/{server.part_id(part_number)}/inventory")
    if as_json:
        print_json(found)
        return
    lines = {"Line": "line", "Stage": "stage", "Activity": "activity", "Amount": "amount", "Unit": "unit", "Factor": "factor_code",
             "Flow": "flow", "Data": "data_source", "Evidence": "evidence"}  # fmt: skip
    console().print(table(found["lines"], lines))
    if found["circular"]:
        console().print(
            table(found["circular"], {"Line": "line", "Material": "material", "Mass (kg)": "mass_kg", "Terms": "terms", "Data": "data_source"})
        )
    if found["secondary_factor"]:
        words(f"Until the supplier answers, {found['secondary_factor']} stands in.")


@draft.command("list")
def draft_list(context: typer.Context, method: Method = DEFAULT_METHOD, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the present figure of every part, in kg CO2e per declared unit. Nothing is stored or declared."""
    drafts = list(everything(connect(context), "/drafts", limit, page=_LARGEST_PAGE, method=method))
    if not as_json:
        drafts = [item | {"total": figure(item["total"]), "primary": share(item["primary_data_share"])} for item in drafts]
    columns = {"Part": "part_number", "Name": "name", "Sourcing": "sourcing", "kg CO2e": "total", "per": "declared_unit",
               "Primary data": "primary", "Complete": "complete"}  # fmt: skip
    listing(as_json, drafts, columns)
