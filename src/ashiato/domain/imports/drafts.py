"""Files that were handed in and wait: examined as often as somebody looks, corrected cell by cell, registered or answered with once.

A file waits for some days, for everybody of its company, so that a colleague can go on with it and an ended session loses nothing. Who
changes it says which state of it was seen; who saw an older one is told who has changed it meanwhile.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ashiato.domain.imports import answers, draft_store, mending, service
from ashiato.domain.imports.answers import Answers
from ashiato.domain.imports.draft_store import DraftOutline
from ashiato.domain.imports.mending import Correction
from ashiato.domain.imports.report import Report, RowError
from ashiato.domain.imports.service import File
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import digest_of_bytes
from ashiato.kernel.errors import Refusal, absent, conflict, invalid
from ashiato.kernel.period import Period
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Draft", "DraftOutline", "carry_out", "content", "correct", "discard", "earlier", "examine", "keep", "opened", "outline", "waiting"]

LARGEST_DRAFT = 200 * 1024 * 1024  # bytes; larger files go over the interface or the command line
_KEPT_FOR = timedelta(days=14)
_MOST_WAITING = 50
_ROUNDS = 3  # a suggestion that is taken may bring another one to light


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A waiting file as it stands with its corrections, and what would come of it."""

    outline: DraftOutline
    result: Report | Answers

    @property
    def errors(self) -> list[RowError]:
        return self.result.errors

    @property
    def suggestions(self) -> list[Correction]:
        """What could be corrected at once."""
        return mending.suggested(self.result.errors)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise invalid("draft.person", "Files wait for people.", "A program sends its file to /imports at once.")
    return actor.person_id


async def keep(work: Work, actor: Actor, name: str, content: bytes) -> UUID:
    """Keeps a file until it is registered or two weeks have gone. The same bytes, still waiting, are not kept twice.

    Refuses (`invalid`) more than 200 MB, (`conflict`) more than fifty files that wait.
    """
    require(actor, Deed.ENTER_DATA)
    person = _person(actor)
    if len(content) > LARGEST_DRAFT:
        raise invalid("file.too_large", f"A file has at most {LARGEST_DRAFT // 1024 // 1024} MB here.", "Import it with `ashiato import`.")
    await draft_store.drop_expired(work)
    digest = digest_of_bytes(content)
    same = await draft_store.open_with_digest(work, digest)
    if same is not None:
        return same
    if len(await draft_store.open_outlines(work, _MOST_WAITING)) == _MOST_WAITING:
        raise conflict("draft.many", f"{_MOST_WAITING} files wait already.", "Register or discard some of them first.")
    draft_id = work.new_id()
    await draft_store.add(work, draft_id, name, digest, content, person, work.now + _KEPT_FOR)
    return draft_id


async def waiting(work: Work, actor: Actor) -> list[DraftOutline]:
    """The company's files that wait, newest first."""
    require(actor, Deed.READ)
    return await draft_store.open_outlines(work, _MOST_WAITING)


async def outline(work: Work, actor: Actor, draft_id: UUID) -> DraftOutline:
    """A file of the company's, waiting or settled. Refuses (`absent`) every other, and one whose time is over."""
    require(actor, Deed.READ)
    found = await draft_store.outline(work, draft_id)
    if found is None:
        raise absent("file")
    return found


async def content(work: Work, actor: Actor, draft_id: UUID) -> bytes:
    """The bytes of a file as they were handed in; none once it is settled."""
    require(actor, Deed.READ)
    return await draft_store.content(work, draft_id)


async def earlier(work: Work, actor: Actor, file_digest: str) -> datetime | None:
    """When the very same file was registered before, if it was."""
    require(actor, Deed.READ)
    return await draft_store.earlier(work, file_digest)


def opened(outline: DraftOutline, content: bytes, progress: Progress | None = None, read: File | None = None) -> File:
    """A waiting file's tables with its corrections, ready to be examined. Refuses what `open_file` refuses; may take seconds.

    `read`: its tables where somebody has just read them and needs them no more; the bytes are then not looked at.
    """
    if read is not None:
        file = dataclasses.replace(read, name=outline.file_name)
    else:
        file = service.open_file(outline.file_name, content, answers_too=True, progress=progress)
    mending.correct(file.every_table, [Correction(*one) for one in outline.corrections])
    return file


async def examine(work: Work, actor: Actor, outline: DraftOutline, file: File, period: Period, progress: Progress | None = None) -> Draft:
    """What would come of a waiting file, answers computed for this period. Nothing is saved."""
    if file.answers is not None:
        require(actor, Deed.READ)
        return Draft(outline, await answers.foresee(work, actor, file.name, file.answers, period))
    return Draft(outline, await service.examine(work, actor, file, progress))


async def correct(work: Work, actor: Actor, seen: DraftOutline, corrections: Sequence[Correction]) -> None:
    """Corrects cells of a waiting file. Refuses (`conflict`) who saw it before a colleague changed it, and what is too much or too long."""
    require(actor, Deed.ENTER_DATA)
    both = mending.together([Correction(*one) for one in seen.corrections], corrections)
    if len(both) > mending.MOST_CORRECTIONS or any(len(one.value) > mending.LONGEST_VALUE for one in corrections):
        raise invalid("draft.corrections", "This is more than can be corrected here.", "Correct the file and hand it in again.")
    stated = [[one.sheet, one.cell, one.value] for one in both]
    if not await draft_store.change(work, seen.draft_id, seen.revision, stated, _person(actor)):
        raise await overtaken(work, seen.draft_id)


async def overtaken(work: Work, draft_id: UUID) -> Refusal:
    """The refusal of a change to what somebody else has changed meanwhile, with who and when."""
    found = await draft_store.outline(work, draft_id)
    if found is None:
        return absent("file")
    did = {"open": "corrected", "registered": "registered", "discarded": "discarded"}[found.state]
    refusal = conflict(
        "draft.changed", f"{found.changer or 'Somebody'} has {did} this file meanwhile.", "Look at it again; your change was not made."
    )
    refusal.facts = {"person": found.changer or "", "did": did, "at": found.changed_at.isoformat()}
    return refusal


async def carry_out(
    work: Work,
    actor: Actor,
    seen: DraftOutline,
    file: File,
    period: Period,
    seal: Seal,
    *,
    suggestions: bool = False,
    good_rows: bool = False,
    progress: Progress | None = None,
) -> Draft:
    """Registers a waiting file, or answers with it: whole, or where that is asked for with every suggestion taken, or its good rows.

    Where something is still wrong and `good_rows` does not ask to go on, nothing is registered; suggestions that were taken stay in the
    file. Refuses (`conflict`) who saw it before a colleague changed it.
    """
    require(actor, Deed.ENTER_DATA)
    taken: list[Correction] = []
    draft = await examine(work, actor, seen, file, period, progress)
    for _ in range(_ROUNDS if suggestions else 0):
        fresh = draft.suggestions
        if not fresh or not mending.correct(file.every_table, fresh):
            break
        taken = mending.together(taken, fresh)
        draft = await examine(work, actor, seen, file, period, progress)
    if draft.errors and not good_rows:
        if taken:
            await correct(work, actor, seen, taken)
        return draft
    result = await _register(work, actor, seen, file, period, seal, good_rows=good_rows, progress=progress)
    if result.saved and not await draft_store.settle(work, seen.draft_id, seen.revision, "registered", outcome(result), _person(actor)):
        raise await overtaken(work, seen.draft_id)
    return Draft(seen, result)


async def _register(
    work: Work, actor: Actor, seen: DraftOutline, file: File, period: Period, seal: Seal, *, good_rows: bool, progress: Progress | None
) -> Report | Answers:
    if file.answers is not None:
        prepared_by = frozenset({seen.kept_by, seen.changed_by})
        return await answers.answer(work, actor, file.name, file.answers, period, seal, good_rows=good_rows, prepared_by=prepared_by)
    return await service.register(work, actor, file, good_rows=good_rows, progress=progress)


def outcome(result: Report | Answers) -> dict[str, Any]:
    """What is kept of what came of a file, once its bytes are forgotten."""
    if isinstance(result, Answers):
        counted = {name: getattr(result, name) for name in ("rows", "answered", "declined", "unchanged", "open")}
        return {"kind": "answers", **counted, "refused": len({(error.sheet, error.row) for error in result.errors})}
    changes = {name: dataclasses.asdict(change) for name, change in result.changes.items()}
    return {"kind": "tables", "rows": result.rows, "good": result.good, "changed": result.changed, "changes": changes}


async def discard(work: Work, actor: Actor, seen: DraftOutline) -> None:
    """Forgets a waiting file; nothing of it was registered. Refuses (`conflict`) who saw it before a colleague changed it."""
    require(actor, Deed.ENTER_DATA)
    if not await draft_store.settle(work, seen.draft_id, seen.revision, "discarded", None, _person(actor)):
        raise await overtaken(work, seen.draft_id)
