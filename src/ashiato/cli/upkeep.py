"""Commands for whoever looks after an installation: inspecting it."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from ashiato.cli.output import PROBLEM, AsJson, print_json, say, words
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

    found = []
    digests = {digest: blobs.digest_of(blobs.path_of(chosen.home, digest)) for _, _, digest in files}
    for company_id, file_id, digest in files:
        if digests[digest] != digest:
            gone = digests[digest] is None
            code, said = ("evidence.missing", "Its bytes are gone.") if gone else ("evidence.altered", "Its bytes are others.")
            where = f"file {file_id} of company {company_id}, {blobs.path_of(chosen.home, digest)}"
            found.append(audit.inspection.Finding(code, where, said, _REMEDIES[code]))
    remains = [(str(path), _REMEDIES["evidence.leftover"]) for path in blobs.leftovers(chosen.home)]
    return found + [audit.inspection.Finding("evidence.leftover", path, "A file broke off while it arrived.", remedy) for path, remedy in remains]
