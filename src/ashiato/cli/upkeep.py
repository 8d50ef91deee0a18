"""Commands for whoever looks after an installation: inspecting it, backing it up, restoring it."""

import asyncio
import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ashiato.cli.output import PROBLEM, AsJson, done, print_json, say, words
from ashiato.kernel.errors import conflict
from ashiato.plumbing import settings
from ashiato.plumbing.settings import Settings

if TYPE_CHECKING:
    from ashiato.domain import audit

_REMEDIES = {
    "evidence.missing": "Restore the file from the last backup: `ashiato restore`.",
    "evidence.altered": "Restore the file from the last backup, and keep the altered one aside: somebody or some disk has changed it.",
    "evidence.leftover": "It was never acknowledged: remove it.",
}


def fsck(as_json: AsJson = False) -> None:
    """Inspects the installation: derives the transparency log again from its facts, and compares kept files with their digests.

    Nothing is changed. It works beside a running server and without one. Exit code 1 with what does not hold, and what to do about it.
    """
    from ashiato.plumbing import telemetry  # noqa: PLC0415 — the database is needed here only

    chosen = settings.load()
    telemetry.configure(chosen.log_level)
    state, findings, files = asyncio.run(_inspected(chosen))
    told = {"tree_size": state.tree_size, "root": state.root, "checkpoints": state.checkpoints, "waiting": state.waiting, "files": files}
    if as_json:
        print_json(told | {"sound": not findings, "findings": [asdict(finding) for finding in findings]})
    else:
        words(f"{state.tree_size} facts in the log under {state.checkpoints} checkpoints, {state.waiting} waiting; {files} files.")
        for finding in findings:
            words(f"{finding.code}  {finding.where}: {finding.message} {finding.remedy}")
        say("Something does not hold." if findings else "All of it holds.")
    if findings:
        raise typer.Exit(PROBLEM)


async def _inspected(chosen: Settings) -> tuple["audit.inspection.State", list["audit.inspection.Finding"], int]:
    from ashiato.cli.serving import database  # noqa: PLC0415 — the database is needed here only
    from ashiato.domain import audit, evidence  # noqa: PLC0415 — with it
    from ashiato.plumbing.clock import RandomIds, SystemClock  # noqa: PLC0415 — with it
    from ashiato.plumbing.db import app_url, pool  # noqa: PLC0415 — with it
    from ashiato.plumbing.keys import LogKey  # noqa: PLC0415 — with it
    from ashiato.plumbing.unit_of_work import Works  # noqa: PLC0415 — with it

    key = LogKey.of(chosen.home, chosen.public_url)
    with database(chosen) as owner_url:
        connections = pool(app_url(chosen, owner_url), 1)
        await connections.open()
        try:
            works = Works(connections, SystemClock(), RandomIds())
            state = await works.run(lambda work: audit.inspection.inspect(work, key), read_only=True)
            files: list[Any] = await works.run(evidence.files_kept, read_only=True)
        finally:
            await connections.close()
    return state, [*state.findings, *_file_flaws(chosen, files)], len(files)


def _file_flaws(chosen: Settings, files: list[tuple[Any, Any, str]]) -> list["audit.inspection.Finding"]:
    from ashiato.domain import audit  # noqa: PLC0415 — with the database
    from ashiato.plumbing import blobs  # noqa: PLC0415 — with it
    from ashiato.plumbing.buckets import files_of  # noqa: PLC0415 — with it

    found, lying = [], files_of(chosen)
    digests = {digest: blobs.digest_of(lying, digest) for _, _, digest in files}
    for company_id, file_id, digest in files:
        if digests[digest] != digest:
            gone = digests[digest] is None
            code, said = ("evidence.missing", "Its bytes are gone.") if gone else ("evidence.altered", "Its bytes are others.")
            where = f"file {file_id} of company {company_id}, {lying.where(digest)}"
            found.append(audit.inspection.Finding(code, where, said, _REMEDIES[code]))
    remains = [(path, _REMEDIES["evidence.leftover"]) for path in lying.leftovers()]
    return found + [audit.inspection.Finding("evidence.leftover", path, "A file broke off while it arrived.", remedy) for path, remedy in remains]


def backup(
    output: Annotated[Path, typer.Option("--output", file_okay=False, help="The folder to make.")],
    as_json: AsJson = False,
) -> None:
    """Makes a backup of the installation in a new folder: database, kept files and secrets, encrypted and signed; beside a running server or not.

    It opens with <home>/secrets/backup.key only, which is not in it: keep a copy of that elsewhere. Try it: `ashiato restore --verify`.
    """
    from ashiato.plumbing import backups, telemetry  # noqa: PLC0415 — the database is needed here only

    chosen = settings.load()
    telemetry.configure(chosen.log_level)
    if output.exists():
        raise conflict("backup.exists", f"{output} exists.", "Name a folder that does not exist yet.")
    try:
        manifest = backups.make(chosen, output, datetime.now(UTC))
    except backups.BackupError as error:
        shutil.rmtree(output, ignore_errors=True)
        raise conflict("backup", str(error)) from error
    (output / "manifest.json").write_text(json.dumps(_signed(chosen, manifest), indent=1), encoding="utf-8")
    size = sum(path.stat().st_size for path in output.iterdir())
    done(as_json, {"folder": str(output), "point": manifest["point"], "bytes": size}, f"{output} holds everything up to {manifest['point']}.")


def _signed(chosen: Settings, manifest: dict[str, Any]) -> dict[str, Any]:
    from ashiato.kernel.digest import canonical  # noqa: PLC0415 — with the keys
    from ashiato.plumbing.keys import LogKey  # noqa: PLC0415 — with the database

    key = LogKey.of(chosen.home, chosen.public_url)
    return manifest | {"note": key.sign_note(f"{key.name} backup\n{canonical(manifest).decode()}\n"), "verifier_key": key.verifier_key}


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", exists=True, file_okay=False, help="The backup's folder.")],
    key_file: Annotated[Path, typer.Option("--key-file", exists=True, dir_okay=False, help="The copy of backup.key.")],
    home: Annotated[Path, typer.Option("--to", file_okay=False, help="The home to make; it must not hold anything yet.")],
    log_key: Annotated[str | None, typer.Option("--key", help="The log's verifier key as you know it, which must have signed the backup.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Recover it and compare every table, the log's root and every kept file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Restores a backup into a home of its own, exactly as it was at the backup's point. Serve it with ASHIATO_HOME.

    With --verify, exit code 1 and what differs, if anything does. Make it a habit: a backup that was never restored is none.
    """
    from ashiato.plumbing import backups, telemetry  # noqa: PLC0415 — the database is needed here only

    chosen = settings.load().model_copy(update={"home": home, "database_url": None, "files": ""})
    telemetry.configure(chosen.log_level)
    try:
        manifest = backups.read_manifest(folder)
        _check_signature(manifest, log_key)
        backups.restore(folder, key_file.read_bytes(), chosen, str(manifest["point"]))
        begun = datetime.now(UTC)
        differing = _differences(chosen, manifest) if verify else None
        if differing is not None:
            _note_drill(str(manifest["point"]), begun, len(differing))
    except backups.BackupError as error:
        raise conflict("restore", str(error)) from error
    told = {"home": str(home), "point": manifest["point"], "differences": differing}
    if as_json:
        print_json(told)
    else:
        say(f"{home} is as it was at {manifest['point']}.")
        for line in differing or (["Every table, the log and every kept file are as they were."] if verify else []):
            words(line)
    if differing:
        raise typer.Exit(PROBLEM)


def _note_drill(point: str, begun: datetime, differences: int) -> None:
    """Tells the installation at hand that a restore was tried, for its transparency report; where there is none, nobody is told."""
    from ashiato.cli.serving import database  # noqa: PLC0415 — the database is needed here only
    from ashiato.domain import governance  # noqa: PLC0415 — with it
    from ashiato.plumbing.clock import RandomIds, SystemClock  # noqa: PLC0415 — with it
    from ashiato.plumbing.db import app_url, pool  # noqa: PLC0415 — with it
    from ashiato.plumbing.unit_of_work import Works  # noqa: PLC0415 — with it

    live = settings.load()
    if live.database_url is None and not (live.home / "postgres").is_dir():
        return
    ended = datetime.now(UTC)
    drill = governance.transparency.Drill(ended, point, round((ended - begun).total_seconds()), differences)

    async def note(owner_url: str) -> None:
        connections = pool(app_url(live, owner_url), 1)
        await connections.open()
        try:
            await Works(connections, SystemClock(), RandomIds()).run(lambda work: governance.transparency.note_drill(work, drill))
        finally:
            await connections.close()

    with database(live) as owner_url:
        asyncio.run(note(owner_url))


def _check_signature(manifest: dict[str, Any], known: str | None) -> None:
    from ashiato.kernel.digest import canonical  # noqa: PLC0415 — with the keys
    from ashiato.plumbing.keys import note_verifies  # noqa: PLC0415 — with the database

    note, key = str(manifest.pop("note", "")), known or str(manifest.pop("verifier_key", ""))
    manifest.pop("verifier_key", None)
    name = key.partition("+")[0]
    try:
        holds = note.startswith(f"{name} backup\n{canonical(manifest).decode()}\n\n") and note_verifies(note, key)
    except ValueError:
        holds = False
    if not holds:
        raise conflict("restore.signature", "The backup's signature does not hold.", "Take a backup that nobody has touched; nothing was restored.")


def _differences(chosen: Settings, manifest: dict[str, Any]) -> list[str]:
    from ashiato.plumbing import backups  # noqa: PLC0415 — the database is needed here only

    found = backups.recovered(chosen).tables
    stated: dict[str, list[str]] = manifest["tables"]
    rows = [
        f"table {name}: stated {stated.get(name)}, found {found.get(name)}" for name in sorted(stated | found) if stated.get(name) != found.get(name)
    ]
    _, findings, _ = asyncio.run(_inspected(chosen))
    return rows + [f"{finding.code}  {finding.where}: {finding.message}" for finding in findings]
