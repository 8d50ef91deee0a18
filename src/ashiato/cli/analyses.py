"""Commands: who carries a footprint, what it would be if, how certain it is. Nothing is written."""

import math
import re
from typing import Annotated, Any

import typer

from ashiato.cli.output import AsJson, Item, console, figure, print_json, say, share, table, words
from ashiato.cli.parts import DEFAULT_METHOD, Method, PartNumber
from ashiato.cli.session import connect
from ashiato.kernel.errors import Flaw, invalid

_CHANGES = {  # the members of a change, in the words of the interface
    "answer": r"(?P<part_number>.+)=(?P<request_id>[0-9a-fA-F-]{36})",
    "secondary": r"(?P<part_number>.+)=(?P<factor>[^=]+)",
    "component": r"(?P<part_number>.+)/(?P<component>[^/]+)=(?P<amount>[^\s=]+)\s+(?P<unit>\S.*)",
    "amount": r"(?P<part_number>.+)/(?P<line>\d+)=(?P<amount>\S+)(\s+(?P<unit>\S.*))?",
    "factor": r"(?P<factor>.+)=((?P<kg_co2e>-?[\d.]+)|(?P<by>[^=]+))",
    "electricity": r"(?P<factor>[^=]+)(=(?P<part_numbers>.+))?",
}
_SPREADS = r"((?P<part_number>.+)/((?P<line>\d+)|(?P<component>[^/]+))|(?P<factor>.+))=(?P<gsd>[\d.]+)"
Changes = list[str] | None


def _option(name: str, form: str, about: str) -> Any:
    return typer.Option(name, metavar=form, help=about, show_default=False)


def contribution(
    context: typer.Context,
    part_number: PartNumber,
    method: Method = DEFAULT_METHOD,
    cut: Annotated[float, typer.Option(min=0.001, max=1, help="What carries less than this share is summed up.")] = 0.01,
    as_json: AsJson = False,
) -> None:
    """Shows which parts, activities and suppliers carry how much of a part's present figure.

    Tier 0 is your company; 1+ is what comes with a bought part: its supplier and all before it, in one.
    """
    server = connect(context)
    found = server.get(f"/parts/{server.part_id(part_number)}/contribution", method=method, cut=cut)
    if as_json:
        print_json(found)
        return
    _headline(found, found["total"])
    for title, ranking in (("Activities", found["activities"]), ("Parts", found["parts"])):
        words(f"{title}:")
        rest = ranking["rest"]
        rows = [*ranking["carriers"], *([rest | {"part_number": f"{rest['count']} others"}] if rest["count"] else [])]
        console().print(table([_shown(row) for row in rows], _carriers(title)))
    words(", ".join(f"tier {tier}: {figure(total)}" for tier, total in found["tiers"].items()))


def _carriers(title: str) -> dict[str, str]:
    of_activities = {"Source": "kind", "Line": "line", "Activity": "activity"} if title == "Activities" else {"Name": "name", "Used": "used"}
    return {"Part": "part_number", **of_activities, "Tier": "tier", "kg CO2e": "total", "Share": "share"}


def _shown(row: Item) -> dict[str, Any]:
    used = {"used": figure(row["used"])} if "used" in row else {}
    return dict(row) | used | {"total": figure(row["total"]), "share": share(row["share"])}


def scenario(
    context: typer.Context,
    part_number: PartNumber,
    answer: Annotated[Changes, _option("--answer", "PART=REQUEST", "A bought part is valued with what answers another request of yours.")] = None,
    secondary: Annotated[Changes, _option("--secondary", "PART=FACTOR", "A bought part is valued with a factor.")] = None,
    component: Annotated[Changes, _option("--component", "PART/COMPONENT='AMOUNT UNIT'", "So much of a component goes into a part.")] = None,
    amount: Annotated[Changes, _option("--amount", "PART/LINE='AMOUNT [UNIT]'", "An inventory line has another amount.")] = None,
    factor: Annotated[Changes, _option("--factor", "FACTOR=FACTOR|VALUE", "Another factor in place of one, or another value for it.")] = None,
    electricity: Annotated[Changes, _option("--electricity", "FACTOR[=PART,PART…]", "The electricity of all parts, or of these.")] = None,
    method: Method = DEFAULT_METHOD,
    as_json: AsJson = False,
) -> None:
    """Shows what a part's present figure would be with some changes. Nothing is changed. Every option may be repeated.

    Changes are made in the order: answers, secondary factors, components, amounts, factors, electricity.
    """
    stated = {"answer": answer, "secondary": secondary, "component": component, "amount": amount, "factor": factor, "electricity": electricity}
    changes = [_members(f"--{kind}", _CHANGES[kind], text) | {"kind": kind} for kind, texts in stated.items() for text in texts or []]
    for change in changes:
        if "part_numbers" in change:
            change["part_numbers"] = change["part_numbers"].split(",")
    server = connect(context)
    found = server.call("POST", f"/parts/{server.part_id(part_number)}/scenario", json={"method": method, "changes": changes})
    if as_json:
        print_json(found)
        return
    _compare(found["method"], found["before"], found["after"])


def _members(option: str, form: str, text: str) -> dict[str, Any]:
    found = re.fullmatch(form, text)
    if found is None:
        raise invalid("option.form", f"{option} does not understand “{text}”.", "See --help for its form.", Flaw(option, "option.form", text))
    return {name: int(value) if name == "line" else value.strip() for name, value in found.groupdict().items() if value is not None}


def _compare(method: str, before: Item, after: Item) -> None:
    _headline({**after, "method": method}, after["total"])
    rows = [("total", before["total"], after["total"]), *((stage, before["stages"][stage], after["stages"][stage]) for stage in before["stages"])]
    compared = [{"stage": stage, "before": figure(old), "after": figure(new)} | _difference(old, new) for stage, old, new in rows]
    console().print(table(compared, {"kg CO2e": "stage", "Before": "before", "After": "after", "Change": "change", "Share": "share"}))
    words(f"Primary data {share(before['primary_data_share'])} → {share(after['primary_data_share'])}")
    if before["dqr"] is not None and after["dqr"] is not None:
        words(f"Data quality {figure(before['dqr'])} → {figure(after['dqr'])}")


def _difference(old: float, new: float) -> dict[str, str]:
    difference = 0.0 if math.isclose(old, new, rel_tol=1e-12) else new - old  # what is left of rounding is no change
    return {"change": figure(difference), "share": share(figure(difference / old)) if old else ""}


def uncertainty(
    context: typer.Context,
    part_number: PartNumber,
    draws: Annotated[int, typer.Option(min=100, max=10_000, help="How many draws.")] = 1_000,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the draws; without it, one that follows from the inputs.")] = None,
    spread: Annotated[
        Changes,
        _option(
            "--spread", "FACTOR=GSD|PART/LINE=GSD|PART/COMPONENT=GSD", "A geometric standard deviation in place of that by ratings; 1 is certain."
        ),
    ] = None,
    method: Method = DEFAULT_METHOD,
    as_json: AsJson = False,
) -> None:
    """Shows how certain a part's present figure is: median and 90 % interval, by its data-quality ratings."""
    server = connect(context)
    body = {"method": method, "draws": draws, "seed": seed, "spreads": [_members("--spread", _SPREADS, text) for text in spread or []]}
    found = server.call("POST", f"/parts/{server.part_id(part_number)}/uncertainty", json=body)
    if as_json:
        print_json(found)
        return
    _headline(found, found["total"]["figure"])
    rows = [{"stage": "total"} | found["total"], *({"stage": stage} | interval for stage, interval in found["stages"].items())]
    shown = [{name: value if name == "stage" else figure(value) for name, value in row.items()} for row in rows]
    columns = {"kg CO2e": "stage", "Figure": "figure", "Median": "median", "5 %": "low", "95 %": "high", "Mean": "mean"}
    console().print(table(shown, columns))
    words(f"{found['draws']} draws from seed {found['seed']}; {found['source']}")


def _headline(found: Item, total: float) -> None:
    words(f"{found['part_number']}: {figure(total)} kg CO2e per {found['declared_unit']}, {found['method']}")
    if not found["complete"]:
        say("A bought part has neither an answer nor a secondary factor: it counts nothing.")
