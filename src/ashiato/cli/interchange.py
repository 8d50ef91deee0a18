"""Commands: due diligence in the forms of others: minerals templates, incidents of Catena-X, bundles of evidence for customs."""

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from ashiato.cli.output import PROBLEM, AsJson, Force, console, done, listing, print_json, require_free, table, words
from ashiato.cli.parts import PartNumber
from ashiato.cli.session import connect
from ashiato.kernel.errors import invalid

Output = Annotated[Path, typer.Option("--output", metavar="FILE", dir_okay=False, help="The file to write.")]
_CELLS = {"Sheet": "sheet", "Cell": "cell", "What": "message", "Instead": "suggestion"}
_ORIGINS = {"Material": "material", "kg": "mass_kg", "Country": "country", "Mine": "mine", "Refiner": "refiner", "CID": "refiner_cid"}


def register(diligence: typer.Typer, risk: typer.Typer) -> None:
    """Adds these commands to those of due diligence and of the register."""
    diligence.command("import-minerals")(import_minerals)
    diligence.command("export-minerals")(export_minerals)
    diligence.command("bundle")(bundle)
    risk.command("incident")(incident)


def import_minerals(
    context: typer.Context,
    part_number: PartNumber,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The EMRT (2.0 or later) or CMRT as the supplier has it.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read it; nothing is kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """States a part's origins from a minerals template, in place of those of the same materials. Faults are told by sheet and cell."""
    server = connect(context)
    found = server.upload(f"/parts/{server.part_id(part_number)}/minerals-template", file, {"dry_run": dry_run})
    if as_json:
        print_json(found)
    else:
        words(f"{found['kind']} of {found['company'] or 'nobody named'}: {found['smelters']} smelters; all identified of: "
              f"{', '.join(found['complete']) or 'no material'}.")  # fmt: skip
        for cells in (found["errors"], found["notes"]):
            if cells:
                console().print(table(cells, _CELLS))
        listing(False, found["origins"], _ORIGINS)
        words("Saved." if found["saved"] and found["origins"] else "Nothing was saved.")
        if not found["origins"] and not found["errors"]:
            words("No origin follows: state what the part holds (`ashiato diligence materials`), and see what is noted above.")
    if found["errors"]:
        raise typer.Exit(PROBLEM)


def export_minerals(context: typer.Context, part_number: PartNumber, output: Output, force: Force = False, as_json: AsJson = False) -> None:
    """Writes what you state of a part and of what goes into it as a workbook in the shape of an extended minerals template."""
    server = connect(context)
    require_free(output, force=force)
    written = server.fetch_file(f"/parts/{server.part_id(part_number)}/minerals-template", output, params={}, headers={})
    done(as_json, {"file": str(output), "bytes": written}, f"{output} is written.")


def bundle(
    context: typer.Context,
    part_number: PartNumber,
    output: Output,
    papers: Annotated[
        list[str] | None,
        typer.Option("--paper", metavar="EVIDENCE:KIND:ABOUT", help="A file of yours, as transport, payment, production or other, and about what."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Writes a bundle of evidence for customs (UFLPA): part tree, parties that you may see, quantities, papers, with a signed manifest."""
    server = connect(context)
    require_free(output, force=force)
    body = {"papers": [_paper(each) for each in papers or []]}
    content: bytes = server.call("POST", f"/parts/{server.part_id(part_number)}/evidence-bundle", json=body, timeout=None)
    output.write_bytes(content)
    done(as_json, {"file": str(output), "bytes": len(content)}, f"{output} is written.")


def incident(
    context: typer.Context,
    risk_id: Annotated[UUID, typer.Argument(metavar="RISK", help="The entry's id.")],
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", dir_okay=False, help="Without it, it is printed.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Tells an entry of your register as an incident of Catena-X (io.catenax.essincident 4.0.0), without names."""
    told: dict[str, Any] = connect(context).get(f"/risks/{risk_id}/incident")["incident"]
    if output is None:
        print_json(told)
        return
    require_free(output, force=force)
    output.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    done(as_json, {"file": str(output)}, f"{output} is written.")


def _paper(stated: str) -> dict[str, str]:
    evidence_id, _, rest = stated.partition(":")
    kind, _, about = rest.partition(":")
    if not about:
        raise invalid("bundle.paper", f"“{stated}” does not say what the file shows.", "Write EVIDENCE:KIND:ABOUT, such as ID:transport:CELL.")
    return {"evidence_id": evidence_id, "kind": kind, "about": about}
