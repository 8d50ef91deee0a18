"""Commands: logging in and out, who am I."""

from typing import Annotated, Any

import typer

from ashiato.cli.client import Client, ServerError
from ashiato.cli.output import AsJson, done, record
from ashiato.cli.session import connect, forget, read_password, read_secret, remember, remembered

Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")]


def log_in(
    context: typer.Context,
    email: Annotated[str | None, typer.Option(help="Your account's e-mail address.")] = None,
    password_stdin: Stdin = False,
    code: Annotated[str | None, typer.Option(help="The code of your second factor's app, or a recovery code. Asked for where it is missing.")] = None,
    client_id: Annotated[str | None, typer.Option(help="For programs: the client identifier.")] = None,
    client_secret: Annotated[str | None, typer.Option(help="For programs: the client secret. Better sent on standard input.")] = None,
    client_secret_stdin: Annotated[bool, typer.Option("--client-secret-stdin", help="Read the client secret from standard input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Opens a session on the server, kept for the next commands.

    A person gives --email and the password: typed, in ASHIATO_PASSWORD, or on standard input; whoever has a second factor is asked
    for its code too, or gives it with --code. A program gives --client-id and its secret. The session's token is kept in the home
    folder, readable by you only; ASHIATO_TOKEN goes before it.
    """
    server = connect(context, anonymous=True)
    if (email is None) == (client_id is None):
        raise typer.BadParameter("Give either --email or --client-id.")
    if client_id is not None:
        issued = server.fetch_token(client_id, read_secret("Client secret", stdin=client_secret_stdin, given=client_secret))
        session = {"token": issued["access_token"], "who": client_id, "seconds": issued["expires_in"]}
    else:
        opened = _with_second_factor(server, server.log_in(email or "", read_password(stdin=password_stdin)), code)
        session = {"token": opened["token"], "who": email, "expires_at": opened["expires_at"]}
    remember(server.url, session)
    told = {"url": server.url} | {name: value for name, value in session.items() if name != "token"}
    done(as_json, told, f"Logged in at {server.url} as {session['who']}.")


def _with_second_factor(server: Client, opened: dict[str, Any], code: str | None) -> dict[str, Any]:
    """The session that is open: at once, or once the second factor was given where the account has one."""
    if not opened["pending"]:
        return opened
    if opened["set_up"]:
        raise typer.BadParameter(f"Your account needs a second factor before it may be used. Set it up in a browser: {server.url}/login.")
    return server.finish_log_in(code or str(typer.prompt("Code of your second factor", err=True)))


def log_out(context: typer.Context, as_json: AsJson = False) -> None:
    """Ends the session on the server and forgets it."""
    server = connect(context)
    who = remembered(server.url).get("who")
    if server.token is None:
        done(as_json, {"url": server.url, "ended": False}, f"Nobody was logged in at {server.url}.")
        return
    try:
        server.call("DELETE", "/sessions/current")
    except ServerError as error:
        if error.status != 401:  # noqa: PLR2004 — unauthorized: the session has ended by itself
            raise
    forget(server.url)
    done(as_json, {"url": server.url, "ended": True}, f"Logged out at {server.url}" + (f", {who}." if who else "."))


def me(context: typer.Context, as_json: AsJson = False) -> None:
    """Shows as whom the server knows you: company, roles, person or program."""
    found = connect(context).get("/me")
    shown = found if as_json else found | {"company_name": found["company"]["name"], "state": found["company"]["state"]}
    rows = {"Company": "company_name", "State": "state", "Roles": "roles", "Person": "person_id", "Program": "client_id"}
    record(as_json, shown, rows)
