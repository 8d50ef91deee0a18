"""The transparency report and the binder of certification as people read them, in English or Japanese: the same sections make page and PDF."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

from ashiato.domain import audit
from ashiato.domain.governance import criteria
from ashiato.kernel.digest import Json
from ashiato.kernel.quantity import present
from ashiato.plumbing import typesetting

Language = Literal["en", "ja"]
_SHORTEST = Decimal("0.01")  # days that are worth telling apart


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files(__package__ or "") / "words.toml").read_text(encoding="utf-8"))


class _Speaker:
    """Says codes and headings in one language; what has no words is spelled as it is."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: object) -> str:
        return _words().get(str(key), {}).get(self.language) or str(key if key not in (None, "") else "–")


def pdf(document: Any, url: str, language: Language) -> bytes:
    """The PDF of a report; `url` is its address."""
    return typesetting.report(content(document, language), url, datetime.fromisoformat(str(document["drawn_at"])))


def content(report: Any, language: Language) -> dict[str, Json]:
    """What a report shows: heroes, then sections with tables."""
    say = _Speaker(language)
    requests, worst = report["requests"], report["availability"]["worst"]
    return {
        "lang": language, "kind": say("kind"), "title": f"{report['period']['start']} – {report['period']['end']}", "author": report["installation"],
        "subtitle": f"{report['installation']} · {report['drawn_at'][:10]}", "footer": report["report_id"], "qr_alt": say("qr"), "none": say("none"),
        "notice": say("notice"),
        "heroes": [
            [say("members"), str(report["companies"]["by_log"].get("admitted", 0))],
            [say("coverage"), _percent(requests["coverage"], say)],
            [say("worst_endpoint"), _percent(worst["share"] if worst else None, say)],
        ],
        "sections": [_companies(report, say), _requests(report, say), _support(report, say), _availability(report, say),
                     _registers(report, say), _log(report, say), _terms(report, say), _assurance(report, say)],
    }  # fmt: skip


def _days(figure: str | None, say: _Speaker) -> str:
    return "< 0.01" if figure is not None and 0 < Decimal(figure) < _SHORTEST else say(figure)


def _table(title: str, header: Iterable[str], widths: list[int], rows: Iterable[Iterable[object]], numbers: Iterable[int] = ()) -> Json:
    cells: list[Json] = [{"cells": [str(cell) for cell in row], "bad": False} for row in rows]
    return {"title": title, "header": list(header), "widths": list[Json](widths), "rows": cells, "numbers": list[Json](numbers)}


def _section(title: str, *parts: Json, note: str = "") -> dict[str, Json]:
    return {"title": title, "note": note, "parts": list(parts)}


def _companies(report: Any, say: _Speaker) -> dict[str, Json]:
    found, waits = report["companies"]["by_kind"], report["admission"]
    told = {"admitted_in_period": waits["admitted"]} | {name: _days(waits[name], say) for name in ("median_days", "longest_days")}
    note = " · ".join(f"{say(name)}: {figure}" for name, figure in told.items())
    rows = [(say(each["kind"]), say(each["state"]), each["count"]) for each in found]
    return _section(say("companies"), _table("", (say("kind_of_company"), say("state"), say("count")), [4, 4, 1], rows, [2]), note=note)


def _requests(report: Any, say: _Speaker) -> dict[str, Json]:
    found = report["requests"]
    rows = [
        *((say(name), say(found[name])) for name in ("asked", "answers", "rejected", "cancelled", "standing_of_period", "answered_of_period")),
        (say("coverage"), _percent(found["coverage"], say)),
        (say("median_days_to_answer"), _days(found["median_days_to_answer"], say)),
    ]
    return _section(say("requests"), _table("", (say("what"), say("count")), [5, 1], rows, [1]), note=say("from_five"))


def _support(report: Any, say: _Speaker) -> dict[str, Json]:
    found = report.get("support") or {}  # reports drawn up before have none
    rows = [(say(f"support_{name}"), found[name]) for name in ("opened", "closed", "unanswered") if name in found]
    rows += [(say(f"support_{name}"), _days(found[name], say)) for name in ("median_days_to_answer", "longest_days") if name in found]
    return _section(say("support_requests"), _table("", (say("what"), say("count")), [5, 1], rows, [1]), note=say("support_note"))


def _availability(report: Any, say: _Speaker) -> dict[str, Json]:
    rows = [
        (each["endpoint"], each["expected"], each["answered"], _percent(each["share"], say), f"{each['p99_milliseconds']} ms")
        for each in report["availability"]["endpoints"]
    ]
    header = [say(word) for word in ("endpoint", "expected", "answered", "share", "p99")]
    drills = [(each["at"][:10], each["backup_point"][:19], f"{each['seconds']} s", each["differences"]) for each in report["restore_drills"]]
    return _section(
        say("availability"), _table("", header, [4, 2, 2, 2, 2], rows, [1, 2, 3, 4]),
        _table(say("drills"), [say(word) for word in ("on", "backup_point", "took", "differences")], [3, 4, 2, 2], drills, [2, 3]),
        note=say("how_probed"),
    )  # fmt: skip


def _registers(report: Any, say: _Speaker) -> dict[str, Json]:
    counts = [(say(each["register"]), each["entered"], each["settled"]) for each in report["registers"]["counts"]]
    glass = [(say(f"glass_{name}"), count) for name, count in report.get("break_glass", {}).items()]  # reports drawn up before have none
    told = [(say(each["register"]), each["title"], each["entered_at"][:10], each["outcome"] or say("open")) for each in report["registers"]["told"]]
    return _section(
        say("registers"), _table("", (say("register"), say("entered"), say("settled")), [4, 1, 1], counts, [1, 2]),
        _table(say("break_glass"), (say("what"), say("count")), [6, 1], glass, [1]),
        _table(say("told"), [say(word) for word in ("register", "title", "on", "outcome")], [2, 4, 2, 4], told),
    )  # fmt: skip


def _log(report: Any, say: _Speaker) -> dict[str, Json]:
    log = report["log"]
    rows = [
        (say("tree_size"), log["tree_size"]), (say("root_hash"), log["root_hash"]), (say("signed_at"), log["signed_at"][:19]),
        (say("checkpoints_in_period"), log["checkpoints_in_period"]), (say("facts_in_period"), report["facts"]["total"]),
    ]  # fmt: skip
    kinds = [(audit.wordings.in_general(kind, say.language), count) for kind, count in sorted(report["facts"]["by_kind"].items())]
    return _section(
        say("log"), _table("", (say("what"), ""), [2, 6], rows), _table(say("by_kind"), (say("what"), say("count")), [5, 1], kinds, [1]),
        note=say("adds_up"),
    )  # fmt: skip


def _terms(report: Any, say: _Speaker) -> dict[str, Json]:
    found: Mapping[str, Any] = report["terms"]
    fees = [(say(kind), f"{yen:,}") for kind, yen in found["fees"].items()]
    limits = [(say(name), f"{limit:,}") for name, limit in found["limits"].items()]
    gone = [(say(each["limit"]), each["published"], each["in_force"]) for each in found["departures"]]
    return _section(
        f"{say('terms')} {found['version']}", _table(say("fees"), (say("kind_of_company"), say("yen")), [5, 2], fees, [1]),
        _table(say("limits"), (say("what"), say("count")), [5, 2], limits, [1]),
        _table(say("departures"), (say("what"), say("published"), say("in_force")), [4, 2, 2], gone, [1, 2]),
    )  # fmt: skip


def _assurance(report: Any, say: _Speaker) -> dict[str, Json]:
    rows = [(each["campaign"], each["size"], each["result"], each["on"]) for each in report["assurance"]]
    return _section(say("assurance"), _table("", [say(word) for word in ("campaign", "size", "result", "on")], [2, 3, 6, 2], rows))


def _percent(share: str | None, say: _Speaker) -> str:
    return f"{present(Decimal(share) * 100, 5)} %" if share is not None else say(None)


def bound(binder: criteria.Binder, url: str, language: Language) -> bytes:
    """The binder of certification as PDF: criteria with what the operator says of each, then every evidence once; `url` is its report's address."""
    say = _Speaker(language)
    report, (version, status, _) = binder.report, criteria.criteria()
    used = {name for each in binder.listed for name in each.criterion.evidence}
    annexes = [(names & used, section) for names, section in _ANNEXES if names & used]
    letters = {name: chr(ord("A") + place) for place, (names, _) in enumerate(annexes) for name in names}
    told = [section(binder, say) for _, section in annexes]
    lettered = [section | {"title": f"{chr(ord('A') + place)}. {section['title']}"} for place, section in enumerate(told)]
    settled = sum(each.standing is not None and each.standing.state in ("met", "not_applicable") for each in binder.listed)
    period: Any = report["period"]
    shown: dict[str, Json] = {
        "lang": language, "kind": say("binder"), "title": say("binder_title"), "author": str(report["installation"]),
        "subtitle": f"{report['installation']} · {binder.as_of:%Y-%m-%d} · {version}",
        "footer": f"{say('binder')} · {say(status)}", "qr_alt": say("qr"), "none": say("none"), "notice": say("binder_notice"),
        "heroes": [[say("criteria_status"), say(status)], [say("criteria_settled"), f"{settled} / {len(binder.listed)}"],
                   [say("kind"), f"{period['start']} – {period['end']}"]],
        "sections": [_criteria(binder, letters, say), *lettered],
    }  # fmt: skip
    return typesetting.report(shown, url, binder.as_of)


def _criteria(binder: criteria.Binder, letters: Mapping[str, str], say: _Speaker) -> dict[str, Json]:
    rows = [
        (
            each.criterion.ja if say.language == "ja" else each.criterion.en,
            say(criteria.criteria()[1]),
            say(f"criterion_{each.standing.state if each.standing else 'open'}"),
            say(each.standing.owner if each.standing else None),
            say(", ".join(sorted({letters[name] for name in each.criterion.evidence}))),
            say(each.standing.note if each.standing else None),
        )
        for each in binder.listed
    ]
    header = [say(word) for word in ("criterion", "criteria_status", "state", "owner", "evidence", "note")]
    return _section(say("criteria"), _table("", header, [9, 3, 3, 4, 3, 4], rows), note=say("criteria_unverified"))


def _treated(binder: criteria.Binder, say: _Speaker) -> dict[str, Json]:
    rows = [
        (each.treated.name, say(each.treated.kind), say(each.treated.state), _days(each.waited_days, say), _days(each.support_days, say),
         f"{each.requests_per_minute:,}", f"{each.fee_yearly:,}", say("yes") if each.stands_out else "")
        for each in binder.treatment
    ]  # fmt: skip
    header = [say(word) for word in ("company", "kind_of_company", "state", "waited_days", "support_days", "a_minute", "yen", "stands_out")]
    return _section(say("treatment"), _table("", header, [6, 4, 3, 3, 3, 3, 3, 3], rows, [3, 4, 5, 6]), note=say("treatment_by"))


def _as_printed(name: str) -> "Callable[[criteria.Binder, _Speaker], dict[str, Json]]":
    """A section of what the platform prints under a name as a few lines."""

    def section(binder: criteria.Binder, say: _Speaker) -> dict[str, Json]:
        lines: Any = criteria.printed(binder.report)[name]
        rows = [(say(key), ", ".join(value) if isinstance(value, list) else say(value)) for key, value in lines.items()]
        return _section(say(name), _table("", (say("what"), ""), [4, 6], rows))

    return section


_ANNEXES: "list[tuple[set[str], Callable[[criteria.Binder, _Speaker], dict[str, Json]]]]" = [
    ({"terms"}, lambda binder, say: _terms(binder.report, say)),
    ({"admission"}, lambda binder, say: _companies(binder.report, say)),
    ({"treatment"}, _treated),
    ({"conflicts", "support", "authority_requests", "incidents"}, lambda binder, say: _registers(binder.report, say)),
    ({"data_use"}, _as_printed("data_use")),
    ({"log"}, lambda binder, say: _log(binder.report, say)),
    ({"availability", "drills"}, lambda binder, say: _availability(binder.report, say)),
    ({"assurance"}, lambda binder, say: _assurance(binder.report, say)),
    ({"interfaces"}, _as_printed("interfaces")),
    ({"aggregates"}, _as_printed("aggregates")),
    (
        {"reports"},
        lambda binder, say: _section(
            say("kind"), _table("", (say("what"), ""), [4, 6], [(say("qr"), f"/transparency/{binder.report['report_id']}")])
        ),
    ),
]  # each evidence once, though several criteria rest on it
