"""Commands: companies and their admission, people, programs, sites."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

import typer

from ashiato.cli.access import Stdin
from ashiato.cli.output import AsJson, done, listing, record, words
from ashiato.cli.session import connect, everything, read_new_password, write

company = typer.Typer(no_args_is_help=True, help="Companies and their admission.")
person = typer.Typer(no_args_is_help=True, help="Your company's people.")
program = typer.Typer(no_args_is_help=True, help="Your company's programs, which log in by client credentials.")
site = typer.Typer(no_args_is_help=True, help="Your company's sites.")

Limit = Annotated[int | None, typer.Option(min=1, help="At most so many; without it, all.")]
_COMPANY = {"Company": "name", "Corporate number": "corporate_number", "Country": "country", "Kind": "kind", "State": "state", "Id": "company_id"}


class CompanyState(StrEnum):
    """How far a company's admission has come."""

    APPLIED = "applied"
    VERIFIED = "verified"
    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    DECLINED = "declined"


class Role(StrEnum):
    """What a person may do."""

    CLERK = "clerk"
    APPROVER = "approver"
    COMPANY_ADMIN = "company_admin"
    VERIFIER = "verifier"
    OPERATOR = "operator"


class ProgramRole(StrEnum):
    """What a program may do."""

    CLERK = "clerk"
    APPROVER = "approver"
    VERIFIER = "verifier"
    PARTNER = "partner"


Roles = Annotated[list[Role], typer.Option("--role", help="May be given more than once.")]


@company.command("apply")
def company_apply(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The company's name.")],
    admin_email: Annotated[str, typer.Option(help="E-mail address of its first administrator.")],
    admin_name: Annotated[str, typer.Option(help="Name of its first administrator.")],
    number: Annotated[str | None, typer.Option(help="Corporate number, 13 digits; a Japanese company has one.")] = None,
    lei: Annotated[str | None, typer.Option(help="Legal entity identifier, 20 characters.")] = None,
    duns: Annotated[str | None, typer.Option(help="D-U-N-S number, nine digits.")] = None,
    bpn: Annotated[str | None, typer.Option(help="Business partner number, BPNL and twelve characters.")] = None,
    country: Annotated[str, typer.Option(help="Two letters, ISO 3166-1.")] = "JP",
    kind: Annotated[
        Literal["member", "verifier", "association"],
        typer.Option(help="A member makes or buys parts; a verifier checks what members declare; an association sees aggregates over its members."),
    ] = "member",
    address: Annotated[str, typer.Option(help="Postal address.")] = "",
    website: Annotated[str, typer.Option(help="Address of the company's site.")] = "",
    domain: Annotated[str | None, typer.Option(help="A domain that the company will prove to control.")] = None,
    accept_terms: Annotated[bool, typer.Option("--accept-terms", help="Accepts the terms in force: read them with `company terms`.")] = False,
    by_mail: Annotated[bool, typer.Option("--by-mail", help="No password now: the administrator is invited by mail once admitted.")] = False,
    password_stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """Asks for a company's admission. Until the operator admits it, its people can do nothing.

    The administrator's password is typed, in ASHIATO_PASSWORD, or on standard input. Follow the application by the secret in the answer.
    """
    server = connect(context, anonymous=True)
    password = None if by_mail else read_new_password("Password of the administrator", stdin=password_stdin)
    body = {"name": name, "country": country, "corporate_number": number, "kind": kind, "admin_email": admin_email, "admin_name": admin_name}
    numbers = {"lei": lei, "duns": duns, "bpn": bpn, "address": address, "website": website, "domain": domain, "password": password}
    terms = server.get("/terms")[-1]["digest"] if accept_terms else None
    answer = write(server, "POST", "/companies", json=body | numbers | {"terms": terms})
    rows = {"Company id": "company_id", "State": "state", "Secret": "secret"}
    record(as_json, answer, rows, f"{name} has applied. Follow it with `company follow`; the operator admits it.")


@company.command("terms")
def company_terms(
    context: typer.Context, japanese: Annotated[bool, typer.Option("--ja", help="In Japanese.")] = False, as_json: AsJson = False
) -> None:
    """Shows the terms in force and their digest."""
    found = connect(context, anonymous=True).get("/terms")[-1]
    done(as_json, found, f"{found['japanese' if japanese else 'english']}\nVersion {found['version']}, digest {found['digest']}")


Secret = Annotated[str, typer.Argument(metavar="SECRET", help="The secret that the application's answer told.")]
_FOLLOWED = {"Company": "name", "State": "state", "Next": "next", "Missing": "missing"}


@company.command("follow")
def company_follow(
    context: typer.Context,
    secret: Secret,
    accept_terms: Annotated[bool, typer.Option("--accept-terms", help="Accepts the terms in force.")] = False,
    as_json: AsJson = False,
) -> None:
    """Shows how far an application has come, what is missing, and who acts next. Needs no login."""
    server = connect(context, anonymous=True)
    if accept_terms:
        write(server, "POST", "/candidacy/terms", json={"secret": secret, "digest": server.get("/terms")[-1]["digest"]})
    _candidacy(as_json, write(server, "POST", "/candidacy", json={"secret": secret}))


@company.command("prove")
def company_prove(
    context: typer.Context,
    secret: Secret,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain, or the domain that a certificate was issued to.")],
    chain: Annotated[Path | None, typer.Option(help="Certificate chain (PEM), to prove its key instead of the domain.")] = None,
    signature: Annotated[Path | None, typer.Option(help="File with the base64 signature over the challenge by the certificate's key.")] = None,
    look: Annotated[bool, typer.Option("--look", help="The challenge is in place: look it up now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Proves control of a domain or of a certificate: first shows the challenge; with --look, or with --chain and --signature, verifies it."""
    server = connect(context, anonymous=True)
    kind = "certificate" if chain else "domain"
    proof = write(server, "POST", "/candidacy/proofs", json={"secret": secret, "kind": kind, "subject": domain})
    if look or signature:
        shown = {"chain": chain.read_text() if chain else None, "signature": signature.read_text() if signature else None}
        _candidacy(as_json, write(server, "POST", f"/candidacy/proofs/{proof['proof_id']}/verification", json=shown | {"secret": secret}))
        return
    told = f"Put this into the TXT record _ashiato-challenge.{proof['subject']}, or into https://{proof['subject']}/.well-known/ashiato-challenge.txt"
    done(as_json, proof, f"{told}\n{proof['challenge']}\nThen repeat with --look.")


@company.command("admission")
def company_admission(
    context: typer.Context,
    company_id: Annotated[UUID | None, typer.Argument(metavar="[COMPANY]", help="Operator: the company's id; without it, your own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows a company's checklist, proofs and the operator's decisions, with the reasons."""
    _candidacy(as_json, connect(context).get(f"/companies/{company_id}/admission" if company_id else "/admission"))


@company.command("check")
def company_check(
    context: typer.Context,
    company_id: Annotated[UUID, typer.Argument(metavar="COMPANY", help="The company's id.")],
    item: Annotated[list[str], typer.Argument(metavar="ITEM...", help="Items of the checklist.")],
    reason: Annotated[str, typer.Option(help="What was found, and how; the company reads it.")],
    failed: Annotated[bool, typer.Option("--failed", help="The items are not fulfilled.")] = False,
    as_json: AsJson = False,
) -> None:
    """Operator: keeps what was found of items of the checklist."""
    body = {"items": item, "passed": not failed, "reason": reason}
    _candidacy(as_json, write(connect(context), "POST", f"/companies/{company_id}/checks", json=body))


def _candidacy(as_json: bool, found: dict[str, Any]) -> None:
    shown = found | {"name": found["company"]["name"], "state": found["company"]["state"], "missing": ", ".join(found["missing"]) or "nothing"}
    record(as_json, found if as_json else shown, _FOLLOWED)
    if not as_json:
        for other in found.get("namesakes", []):
            words(f"! {other['name']} is called the same ({other['state']}, {other['company_id']})")
        for item in found["items"]:
            words(f"{'✓' if item['fulfilled'] else '·'} {item['id']}: {item['english']}")


@company.command("list")
def company_list(
    context: typer.Context,
    state: Annotated[list[CompanyState] | None, typer.Option(help="Only in this state; may be given more than once.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Operator: lists the companies and how far their admission has come."""
    listing(as_json, everything(connect(context), "/companies", limit, state=state or None), _COMPANY)


@company.command("show")
def company_show(context: typer.Context, as_json: AsJson = False) -> None:
    """Shows your own company."""
    record(as_json, connect(context).get("/me")["company"], _COMPANY)


@company.command("find")
def company_find(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Corporate number, LEI, D-U-N-S or BPN.")],
    as_json: AsJson = False,
) -> None:
    """Shows the admitted company with this number."""
    record(as_json, connect(context).get(f"/companies/by-number/{quote(number, safe='')}"), _COMPANY)


@company.command("new-key")
def company_new_key(context: typer.Context, as_json: AsJson = False) -> None:
    """Draws a new key for your company to sign with. The old one signs no more, and still verifies what it signed."""
    record(as_json, write(connect(context), "POST", "/keys"), {"Key": "key_id"}, "Your company signs with a new key.")


@company.command("state")
def company_state(
    context: typer.Context,
    company_id: Annotated[UUID, typer.Argument(metavar="COMPANY", help="The company's id.")],
    state: Annotated[CompanyState, typer.Argument(metavar="STATE", help="What it becomes: verified, admitted, suspended or declined.")],
    reason: Annotated[str, typer.Option(help="Why; the company reads it.")],
    check: Annotated[list[str] | None, typer.Option(help="An item of the checklist that is ticked with it; may be given more than once.")] = None,
    check_all: Annotated[bool, typer.Option("--check-all", help="Ticks every item that the operator can tick.")] = False,
    as_json: AsJson = False,
) -> None:
    """Operator: verifies, admits, declines, suspends or readmits a company. Verifying needs every required item of the checklist."""
    server = connect(context)
    checks = check or []
    if check_all:
        checks = [item["id"] for item in server.get(f"/companies/{company_id}/admission")["items"] if item["shown_by"] != "terms"]
    moved = write(server, "POST", f"/companies/{company_id}/state", json={"state": state, "reason": reason, "checks": checks})
    record(as_json, moved, _COMPANY)


@person.command("list")
def person_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the accounts of your company."""
    columns = {"Name": "display_name", "E-mail": "email", "Roles": "roles", "Active": "active", "Id": "person_id"}
    listing(as_json, everything(connect(context), "/people", limit), columns)


@person.command("invite")
def person_invite(
    context: typer.Context,
    email: Annotated[str, typer.Option(help="The colleague's e-mail address.")],
    name: Annotated[str, typer.Option(help="The colleague's name.")],
    role: Roles,
    by_mail: Annotated[bool, typer.Option("--by-mail", help="The colleague chooses the password, by a link that is mailed and works once.")] = False,
    password_stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """Opens an account for a colleague: with a first password that is typed or on standard input, or by mail."""
    password = None if by_mail else read_new_password("First password of the colleague", stdin=password_stdin, from_environment=False)
    body = {"email": email, "display_name": name, "password": password, "roles": role}
    said = f"{name} is invited." if by_mail else f"{name} can log in."
    record(as_json, write(connect(context), "POST", "/people", json=body), {"Person id": "id"}, said)


@person.command("invite-again")
def person_invite_again(
    context: typer.Context, person_id: Annotated[UUID, typer.Argument(metavar="PERSON", help="The person's id.")], as_json: AsJson = False
) -> None:
    """Invites a colleague to choose a password, by a link that works once; earlier links end."""
    record(as_json, connect(context).call("POST", f"/people/{person_id}/invitation"), {"Link": "link"}, "The link was mailed, and is shown only now.")


@person.command("change")
def person_change(
    context: typer.Context,
    person_id: Annotated[UUID, typer.Argument(metavar="PERSON", help="The person's id.")],
    role: Annotated[list[Role] | None, typer.Option("--role", help="The roles from now on; may be given more than once.")] = None,
    active: Annotated[bool | None, typer.Option("--reopen/--close", help="Opens the account again, or closes it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Changes a colleague's roles, or closes or reopens the account; from the next request on."""
    if not role and active is None:
        raise typer.BadParameter("Give --role, --close or --reopen.")
    body = {"roles": role or None, "active": active}
    write(connect(context), "PATCH", f"/people/{person_id}", json=body)
    done(as_json, {"person_id": str(person_id)}, "Changed.")


@program.command("list")
def program_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the programs of your company."""
    columns = {"Name": "name", "Roles": "roles", "Active": "active", "Registered": "registered_at", "Client id": "client_id"}
    listing(as_json, everything(connect(context), "/clients", limit), columns)


@program.command("register")
def program_register(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the program is called.")],
    role: Annotated[list[ProgramRole], typer.Option("--role", help="May be given more than once.")],
    as_json: AsJson = False,
) -> None:
    """Registers a program. Its secret is shown now and never again."""
    answer = connect(context).call("POST", "/clients", json={"name": name, "roles": role})
    record(as_json, answer, {"Client id": "client_id", "Secret": "secret"}, "Keep the secret: it is shown this once.")


@program.command("close")
def program_close(
    context: typer.Context, client_id: Annotated[UUID, typer.Argument(metavar="CLIENT", help="The client id.")], as_json: AsJson = False
) -> None:
    """Ends a program's access, from the next request on."""
    write(connect(context), "DELETE", f"/clients/{client_id}")
    done(as_json, {"client_id": str(client_id)}, "The program has no access any more.")


@site.command("list")
def site_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists the sites of your company. Sites are registered with `ashiato import`."""
    columns = {"Code": "code", "Name": "name", "Country": "country", "Address": "address", "Id": "site_id"}
    listing(as_json, everything(connect(context), "/sites", limit), columns)
