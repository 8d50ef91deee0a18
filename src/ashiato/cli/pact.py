"""Commands: footprints exchanged with systems elsewhere (PACT)."""

import json
import os
import ssl
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ashiato.cli import conformance
from ashiato.cli.companies import Limit
from ashiato.cli.output import PROBLEM, AsJson, Force, done, listing, record, require_free
from ashiato.cli.session import connect, everything, read_secret, write

pact = typer.Typer(no_args_is_help=True, help="Footprints exchanged with systems elsewhere, over PACT.")
partners = typer.Typer(no_args_is_help=True, help="Companies whose systems yours exchanges footprints with.")
received = typer.Typer(no_args_is_help=True, help="Footprints that partners' systems sent.")
pact.add_typer(partners, name="partners")
pact.add_typer(received, name="received")

Partner = Annotated[UUID, typer.Argument(metavar="COMPANY", help="The partner's company id.")]
Request = Annotated[UUID, typer.Argument(metavar="REQUEST", help="The request's id.")]
Footprint = Annotated[UUID, typer.Argument(metavar="RECEIVED", help="The received footprint's id, as `pact received list` shows it.")]
FromStdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")]


class Version(StrEnum):
    """The versions of PACT."""

    TWO = "2"
    THREE = "3"


class Stage(StrEnum):
    """To which stage a footprint counts that says nothing of stages."""

    RAW_MATERIALS = "raw_materials"
    PRODUCTION = "production"
    DISTRIBUTION = "distribution"
    END_OF_LIFE = "end_of_life"


@partners.command("list")
def partner_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists your partners, by name."""
    columns = {"Name": "name", "State": "state", "Address": "address", "Version": "version", "Account": "account", "Company": "partner_id"}
    listing(as_json, connect(context).get("/pact/partners")["items"], columns)


@partners.command("add")
def partner_add(
    context: typer.Context,
    company_id: Partner,
    account: Annotated[str, typer.Option(help="The client id that the partner's system has given to you.")],
    secret_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """States with which account you call a partner's system. The secret is asked for, kept sealed and never shown."""
    body = {"account": account, "secret": read_secret("Secret", stdin=secret_stdin)}
    write(connect(context), "PUT", f"/pact/partners/{company_id}", json=body)
    done(as_json, {"partner_id": str(company_id)}, "What waits for this partner is delivered now.")


@partners.command("forget")
def partner_forget(context: typer.Context, company_id: Partner, as_json: AsJson = False) -> None:
    """Forgets a partner's account: nothing is sent to it or fetched there from now on."""
    write(connect(context), "DELETE", f"/pact/partners/{company_id}")
    done(as_json, {"partner_id": str(company_id)}, "Forgotten.")


@partners.command("endpoint")
def partner_endpoint(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Where your own system answers partners, such as https://pcf.example.com.")],
    version: Annotated[Version, typer.Option(help="The version of PACT that it speaks.")] = Version.THREE,
    token_address: Annotated[str | None, typer.Option(help="Where it issues tokens, if that is elsewhere.")] = None,
    as_json: AsJson = False,
) -> None:
    """States where your company's own system stands, so that partners here can call it."""
    body = {"address": address, "token_address": token_address, "version": int(version)}
    record(as_json, write(connect(context), "PUT", "/pact/endpoint", json=body), {"Address": "address", "Version": "version"})


@pact.command("fetch")
def fetch(
    context: typer.Context,
    company_id: Partner,
    footprint: Annotated[list[UUID] | None, typer.Option(help="A footprint's id at the partner; all, if none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Has a partner's footprints fetched; `pact received list` shows them."""
    body = {"footprint_ids": [str(one) for one in footprint or []]}
    record(as_json, write(connect(context), "POST", f"/pact/partners/{company_id}/fetches", json=body), {"Delivery": "delivery_id"})


@pact.command("ask")
def ask(context: typer.Context, request_id: Request, as_json: AsJson = False) -> None:
    """Puts a request that you have sent to its supplier's system."""
    record(as_json, write(connect(context), "POST", "/pact/inquiries", json={"request_id": str(request_id)}), {"Delivery": "delivery_id"})


@pact.command("push")
def push(context: typer.Context, request_id: Request, as_json: AsJson = False) -> None:
    """Tells a buyer's system that you have answered its request, or answered it anew."""
    record(as_json, write(connect(context), "POST", "/pact/publications", json={"request_id": str(request_id)}), {"Delivery": "delivery_id"})


@pact.command("deliveries")
def deliveries(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what goes out to partners' systems or is fetched there, newest first, and what is in its way."""
    columns = {
        "What": "kind",
        "State": "state",
        "Attempts": "attempts",
        "Trouble": "trouble",
        "Next": "due_at",
        "Partner": "partner_id",
        "Id": "delivery_id",
    }
    listing(as_json, everything(connect(context), "/pact/deliveries", limit), columns)


@pact.command("losses")
def losses(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists what your footprints lose in each form in which they go out, and why."""
    forms = connect(context).get("/pact/losses")["items"]
    lost = [{"form": form["form"], **loss} for form in forms for loss in form["losses"]]
    listing(as_json, lost, {"Form": "form", "Member": "member", "Why": "why"})


class Form(StrEnum):
    """The forms in which footprints go out."""

    PACT_3 = "pact-3"
    PACT_2 = "pact-2"
    PCF_7 = "catenax-pcf-7"
    PCF_8 = "catenax-pcf-8"
    PCF_9 = "catenax-pcf-9"
    COMPONENT = "catenax-component"


@pact.command("export")
def export(
    context: typer.Context,
    request_id: Annotated[UUID, typer.Argument(metavar="REQUEST", help="The id of a request that you have answered.")],
    form: Annotated[Form, typer.Option(help="The form of the file.")],
    output: Annotated[Path, typer.Option(metavar="FILE", dir_okay=False, help="The file to write.")],
    legal: Annotated[str, typer.Option(help="Of a component: your BPNL.")] = "",
    site: Annotated[str, typer.Option(help="Of a component: the BPNS of the site that makes it.")] = "",
    customer_part: Annotated[str, typer.Option(help="Of a component: your customer's number of it.")] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Writes what you have answered as a file for another system, and beside it what that form loses (FILE with .losses.json at its end)."""
    beside = output.with_name(f"{output.name}.losses.json")
    require_free(output, beside, force=force)
    stated = {"form": form.value, "legal": legal, "site": site, "customer_part": customer_part}
    found = connect(context).get(f"/pact/files/{request_id}", **stated)
    payload = found.pop("payload")
    for file, content in ((output, payload), (beside, found)):
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    done(as_json, {"file": str(output), "losses": str(beside)}, f"{output} is written, and {beside}: what it could not say.")


@received.command("list")
def received_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the footprints that partners' systems sent, newest first."""
    columns = {"State": "state", "Footprint": "footprint_id", "Request": "request_id", "Received": "received_at", "Id": "received_id"}
    listing(as_json, everything(connect(context), "/pact/received", limit), columns)


@received.command("show")
def received_show(context: typer.Context, received_id: Footprint, as_json: AsJson = False) -> None:
    """Shows what a received footprint means here, what was lost on the way and what is wrong with it."""
    found = connect(context).get(f"/pact/received/{received_id}")
    told = found | {"losses": [f"{loss['member']}: {loss['why']}" for loss in found["losses"]], "flaws": [flaw["message"] for flaw in found["flaws"]]}
    record(as_json, found if as_json else told, {"State": "state", "Means": "meaning", "Lost": "losses", "Wrong": "flaws"})


@received.command("accept")
def received_accept(
    context: typer.Context,
    received_id: Footprint,
    request: Annotated[UUID, typer.Option(help="The request that it answers.")],
    stage: Annotated[Stage, typer.Option(help="To which stage it counts where it says nothing of stages.")] = Stage.RAW_MATERIALS,
    as_json: AsJson = False,
) -> None:
    """Takes a footprint as the answer to a request that you have sent to this partner."""
    body = {"request_id": str(request), "stage": stage.value}
    record(
        as_json, write(connect(context), "POST", f"/pact/received/{received_id}/acceptance", json=body), {"State": "state", "Release": "release_id"}
    )


@received.command("decline")
def received_decline(context: typer.Context, received_id: Footprint, as_json: AsJson = False) -> None:
    """Puts a footprint aside: it answers nothing."""
    record(as_json, write(connect(context), "POST", f"/pact/received/{received_id}/refusal"), {"State": "state"})


@pact.command("conformance")
def conform(
    address: Annotated[str, typer.Argument(help="The system's address, such as https://pcf.example.com.")],
    account: Annotated[str, typer.Option(help="A client id at that system.")],
    version: Annotated[Version, typer.Option(help="The version of PACT.")] = Version.THREE,
    authorities: Annotated[Path | None, typer.Option(help="Certificate authorities (PEM) to trust instead of the usual.")] = None,
    secret_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Puts the cases of PACT's conformance service to a system, whose it ever is. Exit code 1 if a mandatory one fails."""
    trust = ssl.create_default_context(cafile=str(authorities)) if authorities else True
    secret = read_secret("Secret", stdin=secret_stdin, given=os.environ.get("ASHIATO_PASSWORD"))
    with conformance.Subject(address.rstrip("/"), account, secret, int(version), trust=trust) as subject:
        examined = list(conformance.examine(subject))
    found = [{"case": case.number, "what": case.what, "mandatory": case.mandatory, "trouble": wrong} for case, wrong in examined]
    listing(as_json, found, {"Case": "case", "What": "what", "Mandatory": "mandatory", "Trouble": "trouble"})
    if any(one["mandatory"] and one["trouble"] for one in found):
        raise typer.Exit(PROBLEM)
