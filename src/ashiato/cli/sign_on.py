"""Commands: single sign-on, by which a company's people log in through their own provider of identities."""

from typing import Annotated
from uuid import UUID

import typer

from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, everything, read_secret, write

sso = typer.Typer(no_args_is_help=True, help="Single sign-on through your company's own provider of identities (OpenID Connect).")


@sso.command("prove")
def prove(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain of your people's addresses.")],
    look: Annotated[bool, typer.Option("--look", help="The challenge is in place: look it up now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Proves that your company controls a domain: first shows the challenge; with --look, looks it up."""
    server = connect(context)
    proof = write(server, "POST", "/control-proofs", json={"kind": "domain", "subject": domain})
    if look:
        write(server, "POST", f"/control-proofs/{proof['proof_id']}/verification", json={})
        done(as_json, {"proof_id": proof["proof_id"], "domain": proof["subject"]}, f"Your company has proven {proof['subject']}.")
        return
    told = f"Put this into the TXT record _ashiato-challenge.{proof['subject']}, or into https://{proof['subject']}/.well-known/ashiato-challenge.txt"
    done(as_json, proof, f"{told}\n{proof['challenge']}\nThen repeat with --look.")


@sso.command("list")
def providers(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists your company's providers, by domain."""
    columns = {"Domain": "domain", "Issuer": "issuer", "Client id": "client_id", "Active": "active", "Stated": "stated_at", "Id": "provider_id"}
    listing(as_json, everything(connect(context), "/identity-providers", None), columns)


@sso.command("state")
def state(
    context: typer.Context,
    issuer: Annotated[str, typer.Argument(metavar="ISSUER", help="The provider's address, exactly as it calls itself.")],
    client_id: Annotated[str, typer.Option(help="Under which Ashiato is registered there.")],
    domain: Annotated[str, typer.Option(help="A proven domain: people with an address of it log in there.")],
    client_secret_stdin: Annotated[
        bool, typer.Option("--client-secret-stdin", help="Read the client's secret from standard input; else it is asked for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """States the provider for a domain, in place of the one before. Register <address of Ashiato>/login/sso/callback there as redirect address."""
    secret = read_secret("Client secret", stdin=client_secret_stdin)
    body = {"issuer": issuer, "client_id": client_id, "client_secret": secret, "domain": domain}
    answer = write(connect(context), "POST", "/identity-providers", json=body)
    rows = {"Domain": "domain", "Issuer": "issuer", "Client id": "client_id", "Id": "provider_id"}
    record(as_json, answer, rows, f"People with an address of {answer['domain']} log in through {answer['issuer']}.")


@sso.command("close")
def close(
    context: typer.Context, provider_id: Annotated[UUID, typer.Argument(metavar="PROVIDER", help="The provider's id.")], as_json: AsJson = False
) -> None:
    """Ends logging in through a provider, from the next log-in on."""
    write(connect(context), "DELETE", f"/identity-providers/{provider_id}")
    done(as_json, {"provider_id": str(provider_id)}, "Nobody logs in through it any more.")
