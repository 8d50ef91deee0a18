"""The yearly report as a document that people read: PDF in English or Japanese."""

import tomllib
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

from ashiato.kernel.digest import Json
from ashiato.kernel.quantity import present
from ashiato.plumbing import typesetting

Language = Literal["en", "ja"]


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files(__package__ or "") / "words.toml").read_text(encoding="utf-8"))


def spoken(code: object, language: Language) -> str:
    """A code (a material, category, severity, state, kind of place, choice) in words; one without words is spelled as it is."""
    return _Speaker(language)(code)


def report_pdf(document: dict[str, Json], url: str, language: Language) -> bytes:
    """The PDF of a published report; `url` is its address."""
    return typesetting.report(_content(cast(Any, document), language), url, datetime.fromisoformat(str(document["reported_at"])))


class _Speaker:
    """Says codes and headings in one language; what has no words is spelled as it is."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, key: object) -> str:
        return _words().get(str(key), {}).get(self._language) or str(key or "–").replace("_", " ")


def _content(report: Any, language: Language) -> Json:
    say = _Speaker(language)
    products = report["step2"]["products"]
    findings = [place for product in products for place in product["places"] if place["kind"] == "finding" and place.get("state") != "closed"]
    return {
        "lang": language, "kind": say("kind"), "title": f"{report['company']['name']} {report['year']}", "author": report["company"]["name"],
        "subtitle": f"{report['company']['corporate_number']} · {report['reported_at'][:10]}", "footer": f"{report['report_id']}",
        "heroes": [
            [say("products"), str(len(products))], [say("open_findings"), str(sum(place["count"] for place in findings))],
            [say("worst"), _worst(products, say)],
        ],
        "qr_alt": say("qr"), "none": say("none"), "notice": say("notice"),
        "sections": [_first(report, say, language), _second(products, say), _third(report, say), _fourth(report, say), _fifth(report, say, language)],
    }  # fmt: skip


def _worst(products: Any, say: _Speaker) -> str:
    worst = next((product["worst_open"] for product in products if product["worst_open"]), None)
    return f"{say(worst['category'])} ({say(worst['severity'])})" if worst else say("none")


def _table(title: str, header: list[str], widths: list[int], rows: list[Json], numbers: list[int]) -> Json:
    return {"title": title, "header": cast(Json, header), "widths": cast(Json, widths), "rows": rows, "numbers": cast(Json, numbers)}


def _row(*cells: str, bad: bool = False) -> Json:
    return {"cells": list(cells), "bad": bad}


def _first(report: Any, say: _Speaker, language: Language) -> Json:
    parts = [
        _table(
            f"{say(each['questionnaire'])} {each['version']}: {each['points']} / {each['of_points']}", [say("question"), say("points")], [8, 1],
            [_row(line[language], f"{line['points']} / {line['of_points']}") for line in each["lines"]], [1],
        )
        for each in report["step1"]["questionnaires"]
    ]  # fmt: skip
    return {"title": say("step1"), "note": "", "parts": parts}


def _second(products: Any, say: _Speaker) -> Json:
    parts: list[Json] = []
    for product in products:
        name = f"{product['name']} ({product['part_number']})"
        shares = [
            _row(say(each["material"]), f"{present(Decimal(each['mass_kg']))} kg",
                 *(_percent(each[share]) for share in ("country_share", "refiner_share", "audited_share")))
            for each in product["materials"]
        ]  # fmt: skip
        header = [say("material"), f"kg / {product['declared_unit']}", say("country"), say("refiner"), say("audited")]
        parts.append(_table(f"{name}: {say('shares')}", header, [3, 2, 2, 2, 2], shares, [1, 2, 3, 4]))
        places = [
            _row(say(place["kind"]), str(place["tier"]), say(place.get("material")), say(place.get("category")), say(place.get("severity")),
                 say(place.get("state")), _percent(place["share"]) if "share" in place else str(place["count"]), bad=place.get("state") != "closed")
            for place in product["places"]
        ]  # fmt: skip
        header = [say(word) for word in ("kind_of_place", "tier", "material", "category", "severity", "state", "how_much")]
        parts.append(_table(f"{name}: {say('places')}", header, [7, 3, 6, 7, 4, 5, 4], places, [1, 6]))
        tiers = [_row(*(str(tier[column]) for column in ("tier", "asked", "answered", "assessed"))) for tier in product["coverage"]]
        parts.append(_table(f"{name}: {say('coverage')}", [say(word) for word in ("tier", "asked", "answered", "rated")], [1, 1, 1, 1], tiers, []))
    return {"title": say("step2"), "note": say("no_names"), "parts": parts}


def _third(report: Any, say: _Speaker) -> Json:
    step = report["step3"]
    risks = [_row(say(each["category"]), say(each["severity"]), say(each["state"]), str(each["count"])) for each in step["risks"]]
    changes = [_row(say(each["state"]), str(each["count"])) for each in step["changes"]]
    note = f"{say('overdue')}: {step['overdue']}"
    header = [say(word) for word in ("category", "severity", "state", "count")]
    return {
        "title": say("step3"), "note": note,
        "parts": [
            _table(say("register"), header, [4, 2, 2, 1], risks, [3]),
            _table(f"{say('changes')} {step['since']}", [say("state"), say("count")], [4, 1], changes, [1]),
        ],
    }  # fmt: skip


def _fourth(report: Any, say: _Speaker) -> Json:
    rows = [_row(each["scheme"], each["issuer"], each["scope"], each["summary"], f"{each['valid_from']} – {each['valid_until']}")
            for each in report["step4"]["verifications"]]  # fmt: skip
    header = [say(word) for word in ("scheme", "issuer", "scope", "summary", "validity")]
    return {"title": say("step4"), "note": "", "parts": [_table("", header, [2, 2, 2, 4, 2], rows, [])]}


def _fifth(report: Any, say: _Speaker, language: Language) -> Json:
    rows = [_row(say(each["state"]), str(each["count"])) for each in report["step5"]["grievances"]]
    law = report["law"]
    note = f"{say('law')} {law['applies_from']} ({law['as_of']}). {law['proposed'] if language == 'en' else law['proposed_ja']}"
    return {"title": say("step5"), "note": note, "parts": [_table(say("grievances"), [say("state"), say("count")], [4, 1], rows, [1])]}


def _percent(share: str) -> str:
    return f"{present(Decimal(share) * 100, 3)} %"
