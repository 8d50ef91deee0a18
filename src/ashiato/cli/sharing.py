"""Commands: grants, who looked, what has happened, the transparency log."""

import base64
from typing import Annotated, Any
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import PROBLEM, AsJson, done, listing, print_json, record, say
from ashiato.cli.session import connect, everything, write

grant = typer.Typer(no_args_is_help=True, help="Who may see what of yours, and who looked.")
fact = typer.Typer(no_args_is_help=True, help="What has happened in your company's affairs.")
log = typer.Typer(no_args_is_help=True, help="The transparency log.")


@grant.command("list")
def grant_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists who may see what of yours, withdrawn grants included."""
    columns = {"Id": "grant_id", "To": "grantee", "What": "subject_kind", "Which": "subject_id", "For": "purpose", "Granted": "granted_at",
               "Until": "valid_until", "Withdrawn": "revoked_at", "In words": "sentence"}  # fmt: skip
    found = everything(connect(context), "/grants", limit)
    listing(as_json, found if as_json else (item | {"sentence": item["words"]["en"]} for item in found), columns)


@grant.command("revoke")
def grant_revoke(
    context: typer.Context, grant_id: Annotated[UUID, typer.Argument(metavar="GRANT", help="The grant's id.")], as_json: AsJson = False
) -> None:
    """Withdraws a grant, from the next request on. What the recipient already computed with it stays computed."""
    write(connect(context), "DELETE", f"/grants/{grant_id}")
    done(as_json, {"grant_id": str(grant_id)}, "Withdrawn.")


@grant.command("accesses")
def grant_accesses(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists who first read what of yours, newest first."""
    columns = {"Reader": "reader", "What": "subject_kind", "Which": "subject_id", "First read": "first_read_at"}
    listing(as_json, everything(connect(context), "/accesses", limit), columns)


@fact.command("list")
def fact_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists what has happened in your company's affairs, oldest first."""
    listing(as_json, everything(connect(context), "/facts", limit), {"When": "recorded_at", "What": "kind", "About": "subject", "Id": "fact_id"})


@log.command("checkpoint")
def log_checkpoint(
    context: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help="Check the signature, and that size and root are those that were signed.")] = False,
    key: Annotated[str | None, typer.Option(help="The log's verifier key as you know it; without it, the one that the server names.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows the newest signed state of the transparency log. Open to everybody. With --verify, exit code 1 if it does not hold."""
    found = connect(context, anonymous=True).get("/log/checkpoint")
    wrong = _wrong(found, key) if verify or key else None
    if as_json:
        print_json(found if wrong is None else found | {"verified": not wrong, "differences": wrong})
    else:
        record(False, found, {"Facts": "tree_size", "Root": "root_hash", "Signed": "signed_at", "Key": "verifier_key"})
        for sentence in wrong or (["The signature holds."] if wrong is not None else []):
            say(sentence)
    if wrong:
        raise typer.Exit(PROBLEM)


def _wrong(found: dict[str, Any], key: str | None) -> list[str]:
    """What does not hold of a checkpoint."""
    from ashiato.plumbing.keys import note_verifies  # noqa: PLC0415 — cryptography is needed here only

    wrong = []
    if key is not None and key != found["verifier_key"]:
        wrong.append("The server names another key than the one you know.")
    try:
        holds = note_verifies(found["note"], key or found["verifier_key"])
    except ValueError:
        holds = False
    if not holds:
        wrong.append("The signature does not hold.")
    stated = found["note"].split("\n")[1:3]
    if stated != [str(found["tree_size"]), base64.b64encode(bytes.fromhex(found["root_hash"])).decode()]:
        wrong.append("The size or the root differs from what was signed.")
    return wrong
