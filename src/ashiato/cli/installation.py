"""Commands for the installation on this machine: serving, migrating, founding the operator, settings, interface description."""

import asyncio
import json
import os
import subprocess
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from ashiato import __version__
from ashiato.cli.access import Stdin
from ashiato.cli.output import PROBLEM, AsJson, done, listing, print_json, record, say, words
from ashiato.cli.session import connect, read_new_password
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import settings
from ashiato.plumbing.settings import PREFIX, Settings

config = typer.Typer(no_args_is_help=True, help="The settings of this installation, from the environment.")

_OPENAPI = "import json; from ashiato.app import build; print(json.dumps(build().openapi()))"
_CLIENT_VARIABLES = {
    "ASHIATO_URL": "Address of the server that the commands speak to; http://127.0.0.1:8000 if empty.",
    "ASHIATO_TOKEN": "Token that the commands send, instead of the one that `ashiato login` keeps.",
    "ASHIATO_PASSWORD": "Password for `ashiato login`, `ashiato init` and `ashiato company apply`.",
}


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind to; ASHIATO_HOST if empty.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to bind to; ASHIATO_PORT if empty.", show_default=False)] = None,
    processes: Annotated[int | None, typer.Option(min=1, max=64, help="Server processes; ASHIATO_PROCESSES if empty.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Runs the platform: database, worker and server, until Ctrl-C or SIGTERM, which stop all three in order.

    Without DATABASE_URL a PostgreSQL server is started beside its data in the home folder. The schema is brought up to date first.
    A process that ends by itself or is killed is started again. If it ends five times within twenty seconds all are stopped; the exit code is 1.
    """
    from ashiato.cli.serving import installation  # noqa: PLC0415 — the database is needed here only
    from ashiato.plumbing import telemetry  # noqa: PLC0415 — with it

    given = {"host": host, "port": port, "processes": processes}
    chosen = settings.load().model_copy(update={name: value for name, value in given.items() if value is not None})
    telemetry.configure(chosen.log_level)
    try:
        with installation(chosen) as running:
            _announce(running.url, as_json=as_json)
            ended = running.keep()
    except KeyboardInterrupt:
        say("Stopped.")
        return
    say(f"The {ended} ended again and again; everything is stopped. The log says why.")
    raise typer.Exit(PROBLEM)


def _announce(url: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"url": url, "process": os.getpid()}) + "\n")
        sys.stdout.flush()
    else:
        say(f"Ashiato answers at {url}. Stop it with Ctrl-C.")


def migrate(as_json: AsJson = False) -> None:
    """Brings the database's schema up to date; safe to repeat. `ashiato serve` does it by itself."""
    from ashiato.cli.serving import database  # noqa: PLC0415 — the database is needed here only
    from ashiato.plumbing import migrations, telemetry  # noqa: PLC0415 — with it

    chosen = settings.load()
    telemetry.configure(chosen.log_level)
    with database(chosen):
        known = [step.name for step in migrations.all_migrations()]
    done(as_json, {"schema": known[-1], "steps": known}, f"The schema is up to date: {known[-1]}.")


def init(
    email: Annotated[str, typer.Option(help="E-mail address of the operator's first person.")],
    name: Annotated[str, typer.Option(help="Name of the operator's first person.")],
    company: Annotated[str, typer.Option(help="Name of the company that runs this installation.")] = "Operator",
    country: Annotated[str, typer.Option(help="Two letters, ISO 3166-1.")] = "JP",
    password_stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """Founds the operator, which admits companies. An installation has one; a second is refused.

    The password is typed, in ASHIATO_PASSWORD, or on standard input. It works beside a running server and without one.
    """
    from ashiato.plumbing import telemetry  # noqa: PLC0415 — the database is needed here only

    chosen = settings.load()
    telemetry.configure(chosen.log_level)
    password = read_new_password("Password of the operator", stdin=password_stdin)
    company_id = asyncio.run(_found(chosen, (company, country, email, name, password)))
    done(as_json, {"company_id": company_id, "email": email}, f"{company} is the operator. Log in with: ashiato login --email {email}")


def found_operator(chosen: Settings, company: str, email: str, password: str) -> bool:
    """Founds the operator unless this installation has one; whether it was founded now."""
    try:
        asyncio.run(_found(chosen, (company, "JP", email, company, password)))
    except Refusal as refusal:
        if refusal.code != "operator.exists":
            raise
        return False
    return True


async def _found(chosen: Settings, stated: tuple[str, str, str, str, str]) -> str:
    from ashiato.cli.serving import database  # noqa: PLC0415 — the database is needed here only
    from ashiato.domain import participants  # noqa: PLC0415 — the domain is heavy; --help does without it
    from ashiato.plumbing.clock import RandomIds, SystemClock  # noqa: PLC0415 — with it
    from ashiato.plumbing.db import app_url, pool  # noqa: PLC0415 — with it
    from ashiato.plumbing.unit_of_work import Works  # noqa: PLC0415 — with it

    company, country, email, name, password = stated
    application = participants.model.Application(company, country, None, email, name, password, participants.CompanyKind.OPERATOR)
    with database(chosen) as owner_url:
        connections = pool(app_url(chosen, owner_url), 1)
        await connections.open()
        try:
            works = Works(connections, SystemClock(), RandomIds())
            return str(await works.run(lambda work: participants.admission.found_operator(work, application)))
        finally:
            await connections.close()


def openapi(
    context: typer.Context,
    server: Annotated[bool, typer.Option("--server", help="Ask the server at ASHIATO_URL instead of the installed code.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prints the description of the REST interface (OpenAPI 3.1), as JSON in any case."""
    print_json(connect(context, anonymous=True).get("/api/v1/openapi.json") if server else described_interface())


def described_interface() -> dict[str, Any]:
    """The OpenAPI description that the installed code generates, made in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    made = subprocess.run([sys.executable, "-c", _OPENAPI], capture_output=True, check=False, env=environment)
    if made.returncode != 0:
        raise Refusal(Kind.CONFLICT, "openapi", "The interface cannot be described.", made.stderr.decode(errors="replace").strip()[-500:])
    described: dict[str, Any] = json.loads(made.stdout)
    return described


@config.command("show")
def config_show(as_json: AsJson = False) -> None:
    """Shows every setting with its value and where that comes from. Secrets are not shown."""
    chosen = settings.load()
    found = [{"setting": variable(name), "value": _shown(getattr(chosen, name)), "from": _origin(chosen, name)} for name in Settings.model_fields]
    listing(as_json, found, {"Setting": "setting", "Value": "value", "From": "from"})


@config.command("explain")
def config_explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A setting, such as ASHIATO_PORT or port.")], as_json: AsJson = False
) -> None:
    """Explains one setting: what it does, its default, its present value."""
    by_variable = {variable(name): name for name in Settings.model_fields}
    wanted = key.upper() if key.upper() in by_variable or key.upper() in _CLIENT_VARIABLES else PREFIX + key.upper()
    if key.lower() in Settings.model_fields:
        wanted = variable(key.lower())
    if wanted in _CLIENT_VARIABLES:
        record(as_json, {"setting": wanted, "about": _CLIENT_VARIABLES[wanted]}, {"Setting": "setting", "About": "about"})
        return
    if wanted not in by_variable:
        near = get_close_matches(wanted, [*by_variable, *_CLIENT_VARIABLES], n=1)
        raise typer.BadParameter(f"There is no setting {key}." + (f" Did you mean {near[0]}?" if near else ""))
    name = by_variable[wanted]
    chosen = settings.load()
    field = Settings.model_fields[name]
    told = {"setting": wanted, "about": field.description, "default": _shown(field.default), "value": _shown(getattr(chosen, name)),
            "from": _origin(chosen, name)}  # fmt: skip
    record(as_json, told, {"Setting": "setting", "About": "about", "Default": "default", "Value": "value", "From": "from"})


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return "DATABASE_URL" if name == "database_url" else PREFIX + name.upper()


def _origin(chosen: Settings, name: str) -> str:
    return "environment" if name in chosen.model_fields_set else "default"


def _shown(value: object) -> object:
    match value:
        case SecretStr():
            return "(set, not shown)"
        case Path():
            return str(value)
        case _:
            return value


def version(as_json: AsJson = False) -> None:
    """Shows the version of Ashiato."""
    if as_json:
        print_json({"ashiato": __version__, "python": sys.version.split()[0]})
    else:
        words(f"Ashiato {__version__}")
