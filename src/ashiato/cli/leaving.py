"""Commands: taking all of a company's data along, bringing them elsewhere, leaving."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import Progress

from ashiato import verifier
from ashiato.cli.client import Client
from ashiato.cli.companies import Limit
from ashiato.cli.default_command import FileGroup
from ashiato.cli.imports import import_file
from ashiato.cli.output import PROBLEM, AsJson, Force, console, done, listing, print_json, record, require_free, say, words
from ashiato.cli.session import connect, everything, write
from ashiato.cli.workbooks import export
from ashiato.kernel.errors import conflict

exports = typer.Typer(
    cls=FileGroup, help="Your data as files. `ashiato export FILE` writes a workbook or a list; `ashiato export company` everything."
)
arrivals = typer.Typer(cls=FileGroup, help="Files of rows, and bundles from another installation. `ashiato import FILE` registers a file of rows.")
leave = typer.Typer(no_args_is_help=True, help="Leaving the platform for good.")
bundles = typer.Typer(no_args_is_help=True, help="Bundles of all your data.")

_LOOK_SECONDS = 0.5
_BUNDLE = {
    "Id": "bundle_id",
    "Direction": "direction",
    "State": "state",
    "Asked": "requested_at",
    "Kept until": "kept_until",
    "Bytes": "size",
    "Digest": "digest",
}
_DEPARTURE = {"State": "state", "Announced": "announced_at", "Effective": "effective_at", "Settled": "settled_at"}

exports.command("file")(export)
arrivals.command("file")(import_file)


def _settled(server: Client, bundle_id: str) -> dict[str, Any]:
    """The bundle once the worker is done with it."""
    while True:
        found: dict[str, Any] = server.get(f"/bundles/{bundle_id}")
        if found["state"] != "waiting":
            return found
        time.sleep(_LOOK_SECONDS)


@exports.command("company")
def export_company(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The .zip file to write.")],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Writes everything that your company may read to one signed bundle: records, files, and what proves them. For administrators.

    It is verified on this machine before the command ends. Keep it safe: it holds everything. Another installation takes it up with
    `ashiato import bundle`.
    """
    require_free(file, force=force)
    server = connect(context)
    ordered = write(server, "POST", "/bundles")
    found = _settled(server, ordered["bundle_id"])
    if found["state"] != "done":
        raise conflict("bundle.failed", f"The bundle could not be made: {found['trouble']}.", "Tell the operator.")
    size = server.fetch_file(f"/bundles/{found['bundle_id']}/content", file, params={}, headers={})
    findings = verifier.verify_company_bundle(file, verifier.Trust()).findings
    if findings:
        raise conflict("bundle.damaged", f"The file does not hold: {findings[0].message}", "Fetch it again.")
    told = {"file": str(file), "bytes": size, "digest": found["digest"], "records": sum(found["report"]["records"].values())}
    told["kept_until"] = found["kept_until"]
    done(as_json, told, f"{file} is written: {told['records']} records of your own, verified. The server keeps it until {found['kept_until'][:10]}.")


@arrivals.command("bundle")
def import_bundle(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A bundle (.zip) that another installation has signed.")],
    as_json: AsJson = False,
) -> None:
    """Takes up what your company brings along from another installation. For administrators; twice changes nothing.

    The operator has to trust that installation, and your company has to have the same corporate number here. What has no place here is
    carried along (`ashiato bundle carried`). Take it up again when partners have arrived. Exit code 1 where it is refused.
    """
    server = connect(context)
    with Progress(console=console(stderr=True), transient=True, disable=as_json or not sys.stderr.isatty()) as bar:
        task = bar.add_task("sent, now verified", total=file.stat().st_size)
        sent = server.send_bytes("/received-bundles", file, told=lambda more: bar.advance(task, more))
        found = _settled(server, sent["bundle_id"])
    if as_json:
        print_json(found)
    else:
        _tell_arrival(found)
    if found["state"] != "done":
        raise typer.Exit(PROBLEM)


def _tell_arrival(found: dict[str, Any]) -> None:
    report = found["report"]
    for finding in report.get("findings", []):
        words(f"{finding['code']}  {finding.get('where', 'bundle')}: {finding['message']}")
    if found["state"] != "done":
        say("Nothing of it is taken up.")
        return
    words(f"{sum(report['taken_up'].values())} records are taken up, {report['there']} were here already.")
    for reason, count in sorted(report["aside"].items()):
        words(f"{count} carried along: {reason.replace('_', ' ')}.")
    for grant in report["closed_grants"]:
        words(f"Closed: the grant of {grant['subject_kind'].replace('_', ' ')} to {grant['grantee'] or 'a company'}, which is not here.")


@bundles.command("list")
def bundle_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your company's bundles, oldest first."""
    listing(as_json, everything(connect(context), "/bundles", limit), _BUNDLE)


@bundles.command("remove")
def bundle_remove(
    context: typer.Context, bundle_id: Annotated[UUID, typer.Argument(metavar="BUNDLE", help="The bundle's id.")], as_json: AsJson = False
) -> None:
    """Takes a bundle off the server; that it was made stays in the log."""
    write(connect(context), "DELETE", f"/bundles/{bundle_id}")
    done(as_json, {"bundle_id": str(bundle_id)}, "It is gone.")


@bundles.command("carried")
def bundle_carried(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what was brought along and has no place here, with the reasons."""
    listing(
        as_json, everything(connect(context), "/carried-records", limit), {"Kind": "kind", "Origin": "origin", "Reason": "reason", "Id": "record_id"}
    )


@bundles.command("verify")
def bundle_verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A bundle (.zip).")],
    key: Annotated[list[str] | None, typer.Option("--key", metavar="KEY", help="The installation's verifier key as you know it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Verifies a bundle on this machine, without any server: every file, the signature, and every fact's place in the log."""
    found = verifier.verify_company_bundle(file, verifier.Trust(keys=tuple(key or ())))
    told = {"sound": not found.findings, "trusted": bool(key), "findings": [each.__dict__ for each in found.findings]}
    if as_json:
        print_json(told)
    else:
        words("The bundle is whole." if not found.findings else "The bundle does not hold.")
        for each in found.findings:
            words(f"{each.code}  {each.where}: {each.message}")
        if not key:
            say("Whose key it is, only a key that you know tells: --key.")
    if found.findings:
        raise typer.Exit(PROBLEM)


@leave.command("show")
def leave_show(context: typer.Context, as_json: AsJson = False) -> None:
    """Shows whether and when your company leaves."""
    record(as_json, connect(context).get("/departure"), _DEPARTURE)


@leave.command("announce")
def leave_announce(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Announces that your company leaves. When the time of grace is over, what is its own alone is taken away for good.

    What others hold under a live grant, what was published, and the log stay. Take your data along first: `ashiato export company`.
    """
    if not yes and not typer.confirm("Leave for good when the time of grace is over?", err=True):
        raise typer.Exit(PROBLEM)
    record(as_json, write(connect(context), "POST", "/departure"), _DEPARTURE, "Your company leaves. `ashiato leave cancel` takes it back.")


@leave.command("cancel")
def leave_cancel(context: typer.Context, as_json: AsJson = False) -> None:
    """Your company stays after all."""
    write(connect(context), "DELETE", "/departure")
    done(as_json, {"state": "cancelled"}, "Your company stays.")
