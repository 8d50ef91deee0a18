"""The demo's tables in the terminal."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ashiato.cli.demo.chain import OPERATOR_EMAIL, Profile
from ashiato.cli.demo.findings import Sight
from ashiato.kernel.quantity import present

# Mintjes et al., PEFDPP (CC BY 4.0), kg CO2e per kWh, computed with ecoinvent 3.12, which is not open.
PUBLISHED = {"raw_materials": "0.107882", "production": "0.0495404", "distribution": "0.00384565", "end_of_life": "-0.00643165"}
PUBLISHED_TOTAL = "0.1548364"
_STAGES = {
    "raw_materials": "raw materials",
    "production": "main production",
    "distribution": "distribution",
    "end_of_life": "end of life, recycling",
}


def show_result(console: Console, told: dict[str, Any]) -> None:
    """The declared footprint by stage beside the published one, and what it rests on."""
    footprint = told["footprint"]
    table = Table(title="Akatsuki traction battery NMC111, declared", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for header, justify in (("stage", "left"), ("kg CO₂e/kWh", "right"), ("share", "right"), ("published case", "right")):
        table.add_column(header, justify="right" if justify == "right" else "left")
    total = footprint["total_kg_co2e_per_kwh"]
    for stage, words in _STAGES.items():
        figure = footprint["stages"][stage]
        table.add_row(words, present(figure), f"{present(figure / total * 100, 3)} %", PUBLISHED[stage][:8])
    table.add_row("total", present(total), "100 %", PUBLISHED_TOTAL[:6], style="bold")
    console.print(table)
    console.print(_facts(told))


def _facts(told: dict[str, Any]) -> RenderableType:
    footprint, requests, draft = told["footprint"], told["requests"], told["draft"]
    coverage = " · ".join(f"tier {tier['tier']}: {tier['answered']} of {tier['asked']}" for tier in footprint["coverage"])
    grid = Table.grid(padding=(0, 2))
    grid.add_row("per kg of pack", f"{present(footprint['kg_co2e_per_kg'])} kg CO₂e")
    grid.add_row("from the companies' own data", f"{present(footprint['primary_data_share'] * 100, 3)} %")
    grid.add_row("data quality (1 best, 5 worst)", present(footprint["dqr"], 3))
    grid.add_row("answered of asked", coverage)
    grid.add_row("requests", f"{requests['asked']} asked, {requests['answered']} answered ({requests['late']} late), {requests['rejected']} declined")
    for gap in told["gaps"]:
        share = f"{present(Decimal(gap['share']) * 100, 3)} % of {gap['product']}"
        grid.add_row(
            "gap", Text(f"{gap['part_number']} at {gap['company']}: {gap['reason']}; the factor {gap['factor']} stands in ({share})", "yellow")
        )
    grid.add_row("method", told["method"])
    if draft is not None:
        grid.add_row(
            "before the late answer",
            Text(f"{present(draft['total_kg_co2e_per_kwh'])} kg CO₂e/kWh, a draft: refused as a declaration, because", "yellow"),
        )
        for reason in draft["refused_because"]:
            grid.add_row("", Text(reason, "yellow"))
    return Group(grid, Text())


def show_sights(console: Console, sights: Iterable[Sight]) -> None:
    """What each company could and could not see."""
    table = Table(title="What each company could see, and could not", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for header in ("company", "tier", "asked by", "asks", "answers read", "others' data"):
        table.add_column(header, justify="right" if header in ("tier", "answers read") else "left")
    for sight in sights:
        leaked = sight.foreign_refused < sight.foreign_tried
        table.add_row(
            sight.company, str(sight.tier), ", ".join(sight.asked_by) or "–", ", ".join(sight.asks) or "–", str(sight.answers_read),
            Text(f"{sight.foreign_refused} of {sight.foreign_tried} refused", "bold red" if leaked else "green"),
        )  # fmt: skip
    console.print(table)


def show_logins(console: Console, url: str, password: str, profiles: Iterable[Profile]) -> None:
    """Where to look, and as whom."""
    table = Table(title=f"{url}  ·  password of every account: {password}", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for header in ("e-mail", "company", "makes"):
        table.add_column(header)
    for profile in profiles:
        table.add_row(profile.email, f"{profile.company} ({profile.company_ja})", profile.makes)
    table.add_row(OPERATOR_EMAIL, "Ashiato Centre", "runs the platform, sees no figure")
    console.print(table)


def show_crowd(console: Console, told: dict[str, Any]) -> None:
    """What came of the crowd: each association's aggregate, or that nothing is published, and what the operator's report counts."""
    grid = Table("Association", "Members", "Published", "Contributors", "Mean, kg CO2e/kg", "Middle", title="Associations' aggregates")
    for each in told["associations"]:
        cells = (each.get("contributors"), each.get("mean"), each.get("middle"))
        published = "yes" if each["published"] else "no: too few, or it would tell of one"
        grid.add_row(each["association"], str(each["members"]), published, *(str(cell) if cell is not None else "–" for cell in cells))
    console.print(grid)
    requests = told["requests"]
    console.print(
        f"Transparency report {told['report']}: {told['companies'].get('admitted', 0)} companies admitted, {requests['asked']} requests asked, "
        f"{requests['answers']} answers, over {told['log']} facts of the log."
    )
