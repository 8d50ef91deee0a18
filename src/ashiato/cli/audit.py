"""Commands: what has happened and who read what, the transparency log's proofs, verifying them on this machine, co-signing."""

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import typer

from ashiato import verifier
from ashiato.cli.client import Client
from ashiato.cli.companies import Limit
from ashiato.cli.imports import tongue
from ashiato.cli.output import PROBLEM, AsJson, Language, done, listing, print_json, record, say, words
from ashiato.cli.session import connect, everything, write
from ashiato.kernel.errors import Kind, Refusal, conflict, invalid
from ashiato.plumbing import secrets_folder, settings
from ashiato.verifier import Finding, Trust

audit = typer.Typer(no_args_is_help=True, help="What has happened in your affairs, and the log that proves it.")

_PAGE = 10_000
Keys = Annotated[list[str] | None, typer.Option("--key", metavar="KEY", help="The log's verifier key as you know it; may be given more than once.")]
Remembered = Annotated[
    Path | None, typer.Option("--since", metavar="FILE", exists=True, dir_okay=False, help="A checkpoint that you saw before, as its note.")
]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", metavar="KEY", help="A witness whose co-signature you ask for; may be repeated.")]


@audit.command("list")
def audit_list(context: typer.Context, limit: Limit = None, lang: Language = None, as_json: AsJson = False) -> None:
    """Lists in words what has happened in your company's affairs, and what others did that concerns it, readings included; oldest first."""
    facts = everything(connect(context), "/facts", limit, lang=tongue(lang))
    listing(as_json, facts, {"When": "recorded_at", "What": "said", "Id": "fact_id"})


@audit.command("receipt")
def audit_receipt(
    context: typer.Context, fact_id: Annotated[UUID, typer.Argument(metavar="FACT", help="The fact's id.")], as_json: AsJson = False
) -> None:
    """Shows what proves a fact: what was hashed, and its place in the log once it stands there."""
    found = connect(context).get(f"/log/receipts/{fact_id}")
    place = found["inclusion"] or {}
    record(as_json, found, {"Fact": "kind", "Content": "content", "Leaf": "leaf_hash"})
    if not as_json:
        words(f"It is leaf {place['log_index']} of {place['tree_size']}." if place else "The log does not hold it yet; a second or two.")


@audit.command("bundle")
def audit_bundle(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", dir_okay=False, help="The file to write.")],
    leaves: Annotated[bool, typer.Option("--leaves", help="With the hashes of all leaves, from which every root can be derived.")] = False,
    since: Remembered = None,
    as_json: AsJson = False,
) -> None:
    """Writes all facts of your affairs with what proves them, to be verified anywhere without a server. It shows your facts to who has it."""
    server = connect(context)
    told = server.get("/log/checkpoint")
    size = told["tree_size"]
    entries = [
        {"content": each["content"], "leaf_hash": each["leaf_hash"], "log_index": each["inclusion"]["log_index"], "path": each["inclusion"]["path"]}
        for each in everything(server, "/log/receipts", None, size=size)
        if each["inclusion"]
    ]
    content = _bundle(told) | {"entries": entries, "leaves": list(_leaves(server, size)) if leaves else None}
    if since is not None:
        content["earlier"] = _earlier(server, since.read_text(encoding="utf-8"), size)
    output.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    done(as_json, {"file": str(output), "facts": len(entries), "tree_size": size}, f"{output} is written: {len(entries)} facts of a log of {size}.")


def _bundle(told: dict[str, Any]) -> dict[str, Any]:
    lines = [{"verifier_key": witness["verifier_key"], "line": witness["line"]} for witness in told["witnesses"]]
    return {"schema": "ashiato/log-bundle/1", "verifier_key": told["verifier_key"], "checkpoint": told["note"], "cosignatures": lines,
            "earlier": None, "entries": [], "leaves": None}  # fmt: skip


def _earlier(server: Client, note: str, size: int) -> dict[str, Any]:
    first = _read_note(note).size
    path = server.get("/log/consistency", first=first, second=size)["path"] if 0 < first < size else []
    return {"checkpoint": note, "path": path}


def _read_note(note: str) -> verifier.Note:
    try:
        return verifier.read_note(note)
    except verifier.Flaw as flaw:
        raise invalid(flaw.code, str(flaw), "Keep the member `note` of a checkpoint as it is.") from flaw


def _leaves(server: Client, size: int) -> Iterator[str]:
    for begin in range(0, size, _PAGE):
        yield from server.get("/log/leaves", begin=begin, limit=min(_PAGE, size - begin))["leaves"]


@audit.command("verify")
def audit_verify(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A bundle, or a proof of a fork. Without it: the server.")
    ] = None,
    key: Keys = None,
    retired: Annotated[
        list[str] | None, typer.Option(metavar="KEY@SIZE", help="A key that signed no tree larger than this; may be given more than once.")
    ] = None,
    since: Remembered = None,
    witness: Witnesses = None,
    every_leaf: Annotated[bool, typer.Option("--leaves", help="Server: fetch the hashes of all leaves, and derive the root again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Verifies the log from public data alone, on this machine. Exit code 0 if all of it holds; 1 with a reason for each thing that does not.

    A file is verified without any server. The server is held to the checkpoint that was seen last, which is kept in the home folder; if it
    contradicts that, the proof is written to a file that anybody can verify.
    """
    trust = Trust(tuple(key or ()), dict(_retired(line) for line in retired or []), since.read_text(encoding="utf-8") if since else None,
                  tuple(witness or ()), len(witness or ()))  # fmt: skip
    if file is None:
        findings, told = _verify_server(connect(context, anonymous=True), trust, every_leaf)
    else:
        findings, told = _verify_file(file, trust)
    if as_json:
        print_json(told | {"sound": not findings, "findings": [finding.__dict__ for finding in findings]})
    else:
        _tell(findings, told)
    if findings:
        raise typer.Exit(PROBLEM)


def _retired(stated: str) -> tuple[str, int]:
    line, _, size = stated.rpartition("@")
    if not line or not size.isdecimal():
        raise typer.BadParameter(f"“{stated}” is no KEY@SIZE.", param_hint="--retired")
    return line, int(size)


def _tell(findings: list[Finding], told: dict[str, Any]) -> None:
    words(told["holds"] if not findings else told["fails"])
    for finding in findings:
        words(f"{finding.code}  {finding.where}: {finding.message}")
    if told.get("fork"):
        words(f"The proof that this log said two things: {told['fork']}. Verify it with `ashiato audit verify`.")
    if not told["trusted"]:
        say("Whose key it is, only a key that you know tells: --key.")


def _verify_file(file: Path, trust: Trust) -> tuple[list[Finding], dict[str, Any]]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise invalid("audit.file", f"{file} cannot be read: {error}") from error
    if isinstance(content, dict) and content.get("schema") == "ashiato/log-fork/1":
        told = {"holds": "This proves that the log said two things.", "fails": "This proves no fork.", "trusted": bool(trust.keys)}
        return verifier.verify_fork(content, trust), told
    facts = len(content.get("entries") or []) if isinstance(content, dict) else 0
    told = {"holds": f"The log holds: {facts} facts, each in its place.", "fails": "The log does not hold.", "trusted": bool(trust.keys)}
    return verifier.verify_bundle(content, trust), told


def _verify_server(server: Client, trust: Trust, every_leaf: bool) -> tuple[list[Finding], dict[str, Any]]:
    state = settings.load().home / f"log-seen-{urlsplit(server.url).netloc.replace(':', '-')}.note"
    remembered = trust.remembered or (state.read_text(encoding="utf-8") if state.exists() else None)
    checkpoint = server.get("/log/checkpoint")
    size = checkpoint["tree_size"]
    content = _bundle(checkpoint)
    if remembered is not None:
        content["earlier"] = _earlier(server, remembered, size) if _read_note(remembered).size <= size else None
    content["leaves"] = list(_leaves(server, size)) if every_leaf else None
    held = Trust(trust.keys, trust.retired, remembered, trust.witnesses, trust.quorum)
    findings = verifier.verify_bundle(content, held)
    told = {"holds": f"The log holds: {size} facts, and all that was seen before.", "fails": "The log does not hold.", "trusted": bool(trust.keys),
            "tree_size": size, "fork": None}  # fmt: skip
    if not findings:
        state.parent.mkdir(parents=True, exist_ok=True)
        state.write_text(checkpoint["note"], encoding="utf-8")
    elif remembered is not None:
        told["fork"] = _prove_fork(server, checkpoint, remembered, trust)
    return findings, told


def _prove_fork(server: Client, checkpoint: dict[str, Any], remembered: str, trust: Trust) -> str | None:
    """The file with the proof that two checkpoints of a log contradict each other; None if they do not."""
    first, second = sorted([remembered, checkpoint["note"]], key=lambda note: _read_note(note).size)
    sizes = _read_note(first).size, _read_note(second).size
    path: list[str] = []
    if 0 < sizes[0] < sizes[1]:
        path = [node.hex() for node in verifier.opening([bytes.fromhex(leaf) for leaf in _leaves(server, sizes[1])], sizes[0])]
    fork = {"schema": "ashiato/log-fork/1", "verifier_key": checkpoint["verifier_key"], "first": first, "second": second, "path": path}
    if verifier.verify_fork(fork, trust):
        return None
    file = Path(f"fork-{sizes[0]}-{sizes[1]}.json")
    file.write_text(json.dumps(fork, ensure_ascii=False, indent=1), encoding="utf-8")
    return str(file)


@audit.command("witness")
def audit_witness(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="How your witness is called, such as witness.example.co.jp.")],
    key: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Verifies the server's log as `audit verify` does, and co-signs what it shows with a key that stays on this machine.

    Run it regularly: whoever asks for your co-signature can then be shown no other log than you. Refused if the log does not hold.
    """
    server = connect(context)
    findings, _ = _verify_server(connect(context, anonymous=True), Trust(tuple(key or ())), every_leaf=False)
    if findings:
        raise conflict("log.unsound", "The log does not hold; nothing is co-signed.", "See `ashiato audit verify`.")
    if not name or any(letter.isspace() or letter == "+" for letter in name):
        raise Refusal(Kind.INVALID, "witness.name", "A witness's name has no space and no plus sign.", "Take a name of your own domain.")
    private = secrets_folder.keep(settings.load().home, "witness.key", lambda: secrets.token_bytes(32))
    checkpoint = server.get("/log/checkpoint")
    line = verifier.cosign(verifier.read_note(checkpoint["note"]), name, private, int(time.time()))
    told = {"tree_size": checkpoint["tree_size"], "verifier_key": verifier.witness_key(name, private), "line": line}
    write(server, "POST", "/log/cosignatures", json=told)
    record(as_json, told, {"Facts": "tree_size", "Your key, for others": "verifier_key"}, "Co-signed.")
