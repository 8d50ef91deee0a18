"""The transparency report: what happened on the platform in a period, counted from the log, frozen and signed with the log's key.

It adds up with the log: each count is over the facts of the leaves below the checkpoint that it names, so that whoever holds the facts can
count again. Figures over companies (answer times, waiting times) are told from five companies on. The document is public.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from statistics import median
from typing import cast
from uuid import UUID

from ashiato.domain.governance import facts, register_store, terms
from ashiato.domain.governance import report_store as store
from ashiato.domain.governance.model import Entry, Register
from ashiato.domain.governance.report_store import Drill, Report
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import Json, canonical, digest_of_bytes
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.period import Period
from ashiato.kernel.quantity import plain, present, settle
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import LogKey
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Drill", "Report", "Sample", "assurance", "draw_up", "note_drill", "note_sample", "one", "own_reports", "reports", "signed_text"]

SCHEMA = "ashiato/transparency-report/1"
FEWEST = 5  # companies that a figure over companies rests on
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Sample:
    """What a probe saw of an endpoint."""

    endpoint: str
    answered: bool
    milliseconds: int
    every_seconds: int


async def note_sample(work: Work, sample: Sample) -> None:
    """Keeps what a probe saw. It pins the work."""
    await work.pin(Viewpoint.FOLLOWER, None)
    await store.add_sample(work, sample.endpoint, sample.answered, sample.milliseconds, sample.every_seconds)


async def note_drill(work: Work, drill: Drill) -> None:
    """Keeps that a backup was restored and compared. It pins the work."""
    await work.pin(Viewpoint.FOLLOWER, None)
    await store.add_drill(work, drill)


async def draw_up(work: Work, actor: Actor, period: Period, key: LogKey, chosen: Settings) -> Report:
    """Draws up, signs and publishes the report of a period.

    Refuses (`denied`) who is not the operator, (`conflict`) a log without a checkpoint and a period that has not begun.
    """
    require(actor, Deed.SUPERVISE)
    begin, end = _bounds(period)
    if begin > work.now:
        raise conflict("transparency.period", "This period has not begun.", "Name one that has.")
    operator = actor.company_id
    entries = await register_store.entries_in(work, begin, end)
    await work.pin(Viewpoint.FOLLOWER, None)
    counted = await _counted(work, begin, end)
    await work.pin(Viewpoint.OPERATOR, operator)
    report_id = work.new_id()
    document: dict[str, Json] = {
        "schema": SCHEMA, "report_id": str(report_id), "drawn_at": work.now.isoformat(), "installation": key.name,
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()}, **counted, "registers": _registers(entries, begin, end),
        "terms": _terms(chosen), "assurance": cast(list[Json], assurance()),
    }  # fmt: skip
    content = canonical(document)
    note = key.sign_note(signed_text(key.name, content))
    report = Report(report_id, period.start, period.end, content.decode(), note, work.now)
    await store.add(work, report)
    work.record(facts.reported(report_id, digest_of_bytes(content)))
    return report


def signed_text(name: str, content: bytes) -> str:
    """What the log's key signs of a report: a name of its own, which no checkpoint begins with, and the hash of its canonical JSON."""
    return f"{name} transparency-report\n{hashlib.sha256(content).hexdigest()}\n"


def _bounds(period: Period) -> tuple[datetime, datetime]:
    return datetime.combine(period.start, time(), UTC), datetime.combine(period.end + timedelta(days=1), time(), UTC)


async def _counted(work: Work, begin: datetime, end: datetime) -> dict[str, Json]:
    """All that is counted with the follower's eyes."""
    signed = await store.newest_checkpoint(work)
    if signed is None:
        raise conflict("transparency.log", "The log has no checkpoint yet.", "Wait until the worker has signed one.")
    size = signed.tree_size
    by_kind = await store.facts_by_kind(work, size, begin, end)
    asked, answered = await store.asked_and_answered(work, size, begin, end)
    helped = await store.support_times(work, size, begin, end)
    waits = [(company, seconds) for company, _, seconds in await store.waiting_times(work, begin, end)]
    return {
        "log": {"tree_size": size, "root_hash": signed.root_hash.hex(), "note": signed.note, "signed_at": signed.signed_at.isoformat(),
                "checkpoints_in_period": await store.checkpoints_in(work, begin, end)},
        "facts": {"total": sum(by_kind.values()), "by_kind": cast(dict[str, Json], by_kind)},
        "companies": {
            "by_log": cast(dict[str, Json], await store.states_by_log(work, size)),
            "by_kind": [{"kind": kind, "state": state, "count": count} for (kind, state), count in (await store.companies(work)).items()],
        },
        "requests": {
            "asked": by_kind.get("request.asked", 0), "answers": by_kind.get("request.answered", 0), "rejected": by_kind.get("request.rejected", 0),
            "cancelled": by_kind.get("request.cancelled", 0), "standing_of_period": asked, "answered_of_period": answered,
            "coverage": plain(settle(Decimal(answered) / asked)) if asked else None,
            "median_days_to_answer": _median_days(await store.answer_times(work, size, begin, end)),
        },
        "support": {
            "opened": by_kind.get("support.opened", 0), "closed": by_kind.get("support.closed", 0),
            "unanswered": await store.unanswered_support(work, size, end), "median_days_to_answer": _median_days(helped),
            "longest_days": _longest_days(helped),
        },
        "admission": {"admitted": len(waits), "median_days": _median_days(waits), "longest_days": _longest_days(waits)},
        "availability": _availability(await store.availability(work, begin, end)),
        "break_glass": {each: by_kind.get(f"break_glass.{each}", 0) for each in ("asked", "approved", "refused", "ended")},
        "restore_drills": [
            {"at": drill.drilled_at.isoformat(), "backup_point": drill.backup_point, "seconds": drill.seconds, "differences": drill.differences}
            for drill in await store.drills(work, begin, end)
        ],
    }  # fmt: skip


def _median_days(found: Sequence[tuple[str, float]]) -> str | None:
    """The median over companies' own medians, to two digits; None where they are fewer than five: it would tell of one of them."""
    by_company: dict[str, list[float]] = {}
    for company, seconds in found:
        by_company.setdefault(company, []).append(seconds)
    if len(by_company) < FEWEST:
        return None
    return present(Decimal(median(median(each) for each in by_company.values())) / _DAY_SECONDS, 2)


def _longest_days(found: Sequence[tuple[str, float]]) -> str | None:
    return present(Decimal(max(seconds for _, seconds in found)) / _DAY_SECONDS, 2) if len({company for company, _ in found}) >= FEWEST else None


def _availability(found: list[store.Availability]) -> Json:
    endpoints: list[Json] = [
        {"endpoint": each.endpoint, "asked": each.asked, "answered": each.answered, "expected": each.expected,
         "share": _share(each), "p99_milliseconds": each.p99_milliseconds}
        for each in found
    ]  # fmt: skip
    worst = min(found, key=lambda each: Decimal(each.answered) / each.expected, default=None)
    return {"endpoints": endpoints, "worst": {"endpoint": worst.endpoint, "share": _share(worst)} if worst else None}


def _share(found: store.Availability) -> str:
    return plain(settle(Decimal(found.answered) / found.expected))


def _registers(entries: list[Entry], begin: datetime, end: datetime) -> Json:
    """Counts of every register; words only of incidents and conflicts of interest that everybody may see."""
    made = Counter(entry.kind for entry in entries if begin <= entry.entered_at < end)
    settled = Counter(entry.kind for entry in entries if entry.settled_at and begin <= entry.settled_at < end)
    told: list[Json] = [
        {"register": entry.kind, "title": entry.title, "entered_at": entry.entered_at.isoformat(),
         "settled_at": entry.settled_at.isoformat() if entry.settled_at else None, "outcome": entry.outcome}
        for entry in entries
        if entry.disclosed and entry.concerned_id is None and entry.kind in (Register.INCIDENT, Register.CONFLICT_OF_INTEREST)
    ]  # fmt: skip
    counts: list[Json] = [{"register": each.value, "entered": made[each], "settled": settled[each]} for each in Register]
    return {"counts": counts, "told": told}


def _terms(chosen: Settings) -> Json:
    present_terms = terms.terms()
    gone: list[Json] = [
        {"limit": name, "published": stated, "in_force": in_force} for name, (stated, in_force) in sorted(terms.departures(chosen).items())
    ]
    return {
        "version": present_terms.version, "valid_from": present_terms.valid_from.isoformat(), "fees": cast(dict[str, Json], dict(present_terms.fees)),
        "limits": cast(dict[str, Json], dict(present_terms.limits)), "departures": gone,
    }  # fmt: skip


def assurance() -> list[dict[str, str]]:
    """What campaigns have shown, by the page that their full runs write (`docs/assurance.md`); empty where it is not at hand."""
    packaged = Path(str(resources.files("ashiato"))) / "_assurance.md"
    path = packaged if packaged.is_file() else Path(__file__).parents[4] / "docs" / "assurance.md"
    if not path.is_file():
        return []
    cells = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    names = ("campaign", "size", "seed", "result", "canaries", "on")
    return [dict(zip(names, row, strict=True)) for row in cells if len(row) == len(names) and row[0] != "campaign"]


async def one(work: Work, report_id: UUID) -> Report:
    """A report, for anybody. It pins the work. Refuses (`absent`) what was not published."""
    await work.pin(Viewpoint.VISITOR, None)
    found = await store.report(work, report_id)
    if found is None:
        raise absent("report")
    return found


async def reports(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Report]:
    """The reports, oldest first, for anybody. It pins the work."""
    await work.pin(Viewpoint.VISITOR, None)
    return await store.reports(work, after, limit)


async def own_reports(work: Work, actor: Actor, limit: int) -> list[Report]:
    """The operator's own reports, oldest first."""
    require(actor, Deed.SUPERVISE)
    return await store.reports(work, None, limit)
