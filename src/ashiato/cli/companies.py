"""Commands: companies and their admission, people, programs, sites."""

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

import typer

from ashiato.cli.access import Stdin
from ashiato.cli.output import AsJson, done, listing, record
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
    country: Annotated[str, typer.Option(help="Two letters, ISO 3166-1.")] = "JP",
    kind: Annotated[
        Literal["member", "verifier"], typer.Option(help="A member makes or buys parts; a verifier checks what members declare.")
    ] = "member",
    password_stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """Asks for a company's admission. Until the operator admits it, its people can do nothing.

    The administrator's password is typed, in ASHIATO_PASSWORD, or on standard input.
    """
    password = read_new_password("Password of the administrator", stdin=password_stdin)
    body = {"name": name, "country": country, "corporate_number": number, "kind": kind, "admin_email": admin_email, "admin_name": admin_name}
    answer = write(connect(context, anonymous=True), "POST", "/companies", json=body | {"password": password})
    record(as_json, answer, {"Company id": "company_id", "State": "state"}, f"{name} has applied. The operator admits it.")


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
    context: typer.Context, number: Annotated[str, typer.Argument(metavar="NUMBER", help="Corporate number, 13 digits.")], as_json: AsJson = False
) -> None:
    """Shows the admitted company with this corporate number."""
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
    as_json: AsJson = False,
) -> None:
    """Operator: verifies, admits, declines, suspends or readmits a company."""
    moved = write(connect(context), "POST", f"/companies/{company_id}/state", json={"state": state, "reason": reason})
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
    password_stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """Opens an account for a colleague, with a first password that is typed or on standard input."""
    password = read_new_password("First password of the colleague", stdin=password_stdin, from_environment=False)
    body = {"email": email, "display_name": name, "password": password, "roles": role}
    record(as_json, write(connect(context), "POST", "/people", json=body), {"Person id": "id"}, f"{name} can log in.")


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
