"""Commands: declaring footprints, and verifying declarations without any server."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from ashiato.cli.client import ServerError
from ashiato.cli.companies import Limit
from ashiato.cli.footprints import Output
from ashiato.cli.imports import tongue
from ashiato.cli.output import PROBLEM, AsJson, Language, done, figure, listing, print_json, record, say, words
from ashiato.cli.requests import FootprintId
from ashiato.cli.session import connect, everything, write
from ashiato.kernel.digest import Json, parse
from ashiato.kernel.errors import invalid

declaration = typer.Typer(no_args_is_help=True, help="Declarations of batteries' footprints.")

DeclarationId = Annotated[UUID, typer.Argument(metavar="DECLARATION", help="The declaration's id.")]
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7638 with SHA-256


@declaration.command("make")
def declaration_make(
    context: typer.Context,
    footprint_id: FootprintId,
    conformity_id: Annotated[str | None, typer.Option(help="Identifier of the EU declaration of conformity.")] = None,
    study_url: Annotated[str | None, typer.Option(help="Where the study behind the figures is published.")] = None,
    as_json: AsJson = False,
) -> None:
    """Freezes, signs and publishes the declaration of a battery's footprint.

    A draft is refused, with every line that makes it one; exit code 1.
    """
    body = {"footprint_id": str(footprint_id), "conformity_declaration_id": conformity_id, "study_url": study_url}
    _show(as_json, write(connect(context), "POST", "/api/v1/declarations", json=body))


@declaration.command("list")
def declaration_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your declarations, oldest first."""
    columns = {"Id": "declaration_id", "Declared": "declared_at", "Footprint": "footprint_id", "Part id": "part_id"}
    listing(as_json, everything(connect(context), "/api/v1/declarations", limit), columns)


@declaration.command("show")
def declaration_show(context: typer.Context, declaration_id: DeclarationId, output: Output = None, as_json: AsJson = False) -> None:
    """Shows a declaration; --output writes the file that others verify.

    The file of your own declaration holds the input package, for your verifier; anybody else's is shown as it is published, without.
    """
    found = _found(context, declaration_id)
    if output is None:
        _show(as_json, found)
        return
    output.write_text(json.dumps(found["file"], ensure_ascii=False, indent=2), encoding="utf-8")
    holds = "It holds your input package: pass it to your verifier only." if "package" in found["file"] else "It holds no input package."
    done(as_json, {"file": str(output), "package": "package" in found["file"]}, f"{output} is written. {holds}")


def _found(context: typer.Context, declaration_id: UUID) -> dict[str, Any]:
    server = connect(context)
    if server.token is not None:
        try:
            own: dict[str, Any] = server.get(f"/api/v1/declarations/{declaration_id}")
            return own
        except ServerError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
    published: dict[str, Any] = server.get(f"/published-declarations/{declaration_id}")
    return published


def _show(as_json: bool, found: dict[str, Any]) -> None:
    if as_json:
        print_json(found)
        return
    stated = found["file"]["declaration"]
    result = stated["result"]
    shown = {
        "id": found["declaration_id"], "declared_at": stated["declared_at"], "by": stated["manufacturer"]["name"],
        "battery": f"{stated['product']['part_number']}  {stated['product']['name']}", "method": stated["method"]["id"],
        "figure": f"{figure(result['per_kwh']['kg_co2e_per_kwh'])} kg CO2e per kWh" if result.get("per_kwh") else figure(result["total"]),
        "url": found["url"], "digest": stated["package_digest"],
    }  # fmt: skip
    rows = {"Declaration": "id", "Declared": "declared_at", "Manufacturer": "by", "Battery": "battery", "Footprint": "figure", "Method": "method",
            "Address": "url", "Input package": "digest"}  # fmt: skip
    record(False, shown, rows)


@declaration.command("pdf")
def declaration_pdf(
    context: typer.Context,
    declaration_id: DeclarationId,
    output: Annotated[Path, typer.Option("--output", dir_okay=False, help="The .pdf file to write.")],
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Writes a declaration as it is published, as a document of one page with its QR code."""
    content = connect(context).get(f"/declarations/{declaration_id}.pdf", lang=tongue(lang))
    if not isinstance(content, bytes):
        raise invalid("declaration.pdf", "The server did not answer with a document.")
    output.write_bytes(content)
    done(as_json, {"file": str(output), "bytes": len(content)}, f"{output} is written.")


@declaration.command("verify")
def declaration_verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The declaration's file.")],
    trust: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A signer that you trust: a key id, or a file of public keys (JWKS). May be given more than once."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verifies a declaration's file on this machine, asking no server.

    Checks the manufacturer's signature and, where the file holds the input package, its digest, every supplier's signature, and
    the result, which is computed again. Exit code 0 if all of it holds; 1 with a line for each thing that does not.
    """
    from ashiato.domain import footprint  # noqa: PLC0415 — the calculation is heavy; --help does without it

    trusted = frozenset(key for words in trust or [] for key in _key_ids(words))
    content = _read(file)
    try:
        differences = footprint.declaration.verify(content, trusted)
    except (RecursionError, ValueError, TypeError) as error:  # no canonical form, or no key
        raise invalid("declaration.file", f"{file} cannot be verified: {type(error).__name__}.", "This is no declaration's file.") from error
    included = isinstance(content, dict) and "package" in content
    signer = _signer(content)
    if as_json:
        told = [{"where": item.where, "stated": item.stated, "found": item.found} for item in differences]
        print_json({"sound": not differences, "signer": signer, "trusted": signer in trusted if trusted else None, "package_included": included,
                    "recomputed": included and not differences, "differences": told})  # fmt: skip
    else:
        _tell(signer, included, bool(differences), trusted)
        for item in differences:
            words(f"{item.where}: stated {item.stated}, found {item.found}")
    if differences:
        raise typer.Exit(PROBLEM)


def _tell(signer: str | None, included: bool, differs: bool, trusted: frozenset[str]) -> None:
    words("The declaration does not hold." if differs else "The declaration holds.")
    words(f"Signed by key {signer or '(unreadable)'}" + (", which you trust." if signer in trusted else "."))
    if not trusted:
        say("Whose key it is, only a list of known keys tells: --trust.")
    if not included:
        words("The file holds no input package: the figures were not computed again.")
    else:
        words("The file holds the input package: the figures were computed again" + ("." if differs else " and agree."))
    if differs:
        words("What does not hold:")


def _read(file: Path) -> Json:
    try:
        return parse(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise invalid("declaration.file", f"{file} cannot be read: {error}") from error


def _signer(content: Json) -> str | None:
    match content:
        case {"signature": {"key": dict() as key}}:
            return _key_id(key)
        case _:
            return None


def _key_id(key: Mapping[str, object]) -> str | None:
    """The name of a public key; None for what is none."""
    from ashiato.plumbing.keys import key_id  # noqa: PLC0415 — cryptography is needed here only

    try:
        return key_id({name: str(value) for name, value in key.items()})
    except (ValueError, KeyError, TypeError):
        return None


def _key_ids(stated: str) -> list[str]:
    """The key ids of a file of keys, or the key id that was given."""
    path = Path(stated)
    if not path.is_file():
        if _KEY_ID.fullmatch(stated):
            return [stated]
        raise typer.BadParameter(f"“{stated}” is neither a file nor a key id (43 characters).", param_hint="--trust")
    try:
        document = json.loads(path.read_bytes())
        found = [_key_id(key) for key in document.get("keys", [document])]
    except (ValueError, KeyError, TypeError, AttributeError):
        found = []
    if not found or None in found:  # no key would mean no restriction
        raise typer.BadParameter(f"{stated} is no file of public keys (JWKS).", param_hint="--trust")
    return [name for name in found if name is not None]
