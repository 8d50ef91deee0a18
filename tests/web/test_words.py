"""One catalogue, two languages: nothing is missing, nothing is left over."""

import re
import string
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

import ashiato
from ashiato.domain import associations, diligence, footprint, governance, leaving, participants
from ashiato.domain.assurance import Conclusion, Level, NoteKind
from ashiato.domain.exchange import ReceivedState, losses
from ashiato.domain.footprint.analyses.sources import SourceKind
from ashiato.domain.imports import TableKind
from ashiato.domain.notifications import DutyKind, EventKind
from ashiato.domain.participants import CompanyKind, CompanyState, Role
from ashiato.domain.participants.zones import zone_of
from ashiato.domain.products import Sourcing
from ashiato.domain.sharing import Purpose, SubjectKind
from ashiato.domain.trade import RequestState
from ashiato.kernel.quantity import UNITS
from ashiato.web import navigation, render
from ashiato.web.errors import HEADED
from ashiato.web.pages import data_uses, declarations, operator, parts, requests, search, sharing, whatif
from ashiato.web.words import CATALOGUE, LANGUAGES, TONGUES, Words, preferred

SOURCE = Path(ashiato.__file__).parent
TEMPLATES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((SOURCE / "web/templates").glob("*.html")))
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("web/**/*.py")))
RULES = "\n".join(
    path.read_text(encoding="utf-8") for folder in ("kernel", "domain", "plumbing") for path in sorted(SOURCE.glob(f"{folder}/**/*.py"))
)
GATEWAYS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("gateways/pact/**/*.py")))
FAMILIES: dict[str, set[str]] = {
    "behind": {"parts", "requests", "risks", "assessments", "evidence", "grievances", "verifications"},
    "rights": {"questionnaires", "risks", "chain", "consents", "grievances", "reports"},
    "bundle_direction": set(leaving.Direction),
    "bundle_state": set(leaving.BundleState),
    "due": set(diligence.due.DueKind),
    "paper": set(diligence.interchange.bundle.PaperKind),
    "sheet_type": {"integer", "share", "date", "text"},
    "sheet_flaw": {"evidence", "missing", "form"},
    "language": set(LANGUAGES),
    "found": set(search.KINDS),
    "listed": {*parts.COLUMNS, *requests.COLUMNS, *declarations.COLUMNS},
    "theme": set(render.THEMES),
    "nav": {item.key for item in navigation.ITEMS},
    "stage": set(footprint.model.Stage),
    "flow": set(footprint.model.Flow),
    "source": set(footprint.model.DataSource),
    "terms": set(footprint.model.CircularTerms),
    "sourcing": set(Sourcing),
    "carrier": set(SourceKind),
    "request_state": set(RequestState),
    "exchange_state": {*ReceivedState, "done", "failed"},
    "delivery": {"fetch", "created", "fulfilled", "rejected", "published"},
    "form": set(losses.Form),
    "level": set(Level),
    "conclusion": set(Conclusion),
    "note": set(NoteKind),
    "row": set(footprint.verifying.tracing.RowKind),
    "strata": set(footprint.verifying.STRATA),
    "known": set(footprint.describing.Known),
    "company_state": set(CompanyState),
    "company_kind": set(CompanyKind),
    "membership_state": set(associations.MembershipState),
    "measure": set(associations.Measure),
    "publication_kind": set(associations.PublicationKind),
    "register": set(governance.Register),
    "criterion_state": set(governance.CriterionState),
    "glass_state": set(governance.GlassState),
    "glass_purpose": set(governance.break_glass.Purpose),
    "glass_ended": {"operator", "company"},
    "acts": set(participants.candidacy.Next),
    "shown_by": set(participants.admission_rules.ShownBy),
    "factor_kind": {"totp", "passkey"},
    "session_method": {"password", "sso", "invitation"},
    "wrong": {
        "text.empty",
        "text.long",
        "text.control",
        "email.form",
        "country.form",
        "corporate_number.missing",
        "number.missing",
        "corporate_number.form",
        "corporate_number.check_digit",
        "lei.check_digits",
        "bpn.form",
        "domain.form",
        "company.registered",
    },
    "table": set(TableKind),
    "risk_step": set(diligence.risk.RiskState),
    "grievance_step": set(diligence.grievances.GrievanceState),
    "duty_kind": set(DutyKind),
    "duty_deed": set(DutyKind),
    "delivery_state": {"waiting", "done", "failed"},
    "webhook": set(EventKind),
    "overtaken": {"corrected", "registered", "discarded"},
    "step": set(CompanyState) - {CompanyState.APPLIED},
    "obstacle": set(re.findall(r'Obstacle\(\s*"(\w+)"', RULES)),
    "cause": set(footprint.analyses.Cause),
    "change": set(whatif.Sort),
    "changed": {name for names in whatif.FIELDS.values() for name in names} | {"value"},
    "grant": set(sharing.Standing),
    "missing": {"battery", "figure", "recompute", "obstacle", "stale", "plant", "conformity", "study"},
    "zone": set(participants.accounts.TIME_ZONES),
    "policy_action": set(footprint.protection.Action),
    "policy": set(footprint.protection.Action),
    "company_role": set(Role),
    "trouble": set(operator.Trouble),
    "certificate_use": {"server", "chain", "authority"},
    "use": set(data_uses.COLUMNS),
    "use_direction": set(get_args(data_uses.Direction)),
    "use_kind": set(SubjectKind) | {"survey_contribution"},
    "use_purpose": set(Purpose) | {"association_survey"},
    "sees": {"release_quality", "certificate", "diligence_statement", "path_name"},
    "proven": set(footprint.evidencing.Proven) | {"assessment", "verification"},
    "unverified": {key for method in footprint.methods.all_methods().values() for key in method.unverified},
    "status": {str(status) for status in HEADED} | {"404.remedy", "500.remedy"},
}


def written() -> set[str]:
    """The keys that templates name in full."""
    return {key for key in re.findall(r'\bt\("([^"]+)"', TEMPLATES) if not key.endswith(".")}


def composed() -> set[str]:
    """The families of which templates and code compose keys."""
    return set(re.findall(r'"(\w+)\." ~', TEMPLATES)) | set(re.findall(r'f"(\w+)\.\{', PAGES))


def test_every_key_that_is_written_has_words() -> None:
    assert written() - set(CATALOGUE) == set()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_value_of_a_family_has_words(family: str) -> None:
    known = {key.partition(".")[2] for key in CATALOGUE if key.startswith(f"{family}.")}
    assert known == {str(value) for value in FAMILIES[family]}


def test_no_family_is_forgotten() -> None:
    assert composed() == set(FAMILIES) | {"gap", "unit", "refusal"}


def test_no_words_are_left_over() -> None:
    left = {key for key in set(CATALOGUE) - written() if key.split(".")[0] not in FAMILIES}
    reasons = {f"gap.{reason.replace(' ', '_')}" for reason in re.findall(r'"((?:the|not|no) [a-z ]+)"', RULES)}
    codes = {f"refusal.{code}" for code in re.findall(r'"([a-z_.]+)"', RULES + PAGES + GATEWAYS)}
    said = {key for key in left if key.startswith(("loss.", "flaw.")) and CATALOGUE[key][0] in RULES + GATEWAYS}
    named = {key for key in left if f'"{key}"' in PAGES}  # headings of files
    assert left <= reasons | codes | said | named | {f"unit.{symbol}" for symbol in UNITS}


def test_both_languages_say_something_with_the_same_places() -> None:
    for key, both in CATALOGUE.items():
        places = [{name for _, name, _, _ in string.Formatter().parse(words) if name is not None} for words in both]
        assert places[0] == places[1], key
        assert all(words.strip() for words in both), key


def test_japanese_is_japanese() -> None:
    alike = {key for key, (english, japanese) in CATALOGUE.items() if english == japanese}
    assert alike == {"language.en", "language.ja", "download.pdf", "list.xlsx", "list.csv"}


@pytest.mark.parametrize("language", sorted(TONGUES))
def test_a_reporters_language_has_words_for_all_that_its_pages_say(language: str) -> None:
    names = ("complain", "follow", "told", "layout", "outside", "tongues")
    pages = "\n".join((SOURCE / f"web/templates/{name}.html").read_text(encoding="utf-8") for name in names)
    keys = {key for key in re.findall(r'\bt\("([^"]+)"', pages) if not key.endswith(".")}
    codes = {*diligence.RiskCategory, *diligence.grievances.GrievanceState, *diligence.mediation.Side}
    assert set(TONGUES[language]) == keys | {f"said.{code}" for code in codes}
    assert all(words.strip() for words in TONGUES[language].values())
    assert Words(language)("status.404") == Words("en")("status.404"), "what is not said there is said in English"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("ja", "ja"), ("ja-JP", "ja"), ("en-GB,en;q=0.9,ja;q=0.8", "en"), ("de,ja;q=0.5", "ja"), ("de", "en"), ("ja;q=0", "en"),
        ("ja;q=nonsense", "en"), ("en;q=0.3, ja;q=0.7", "ja"), (";;;,,,q=", "en"), ("*", "en"),
    ],
)  # fmt: skip
def test_the_browsers_preference(header: str, language: str) -> None:
    assert preferred(header) == language


def test_figures_and_times_are_spelled_for_people() -> None:
    english, japanese = Words("en"), Words("ja")
    assert english.figure(Decimal("67.2049")) == "67.20"
    assert english.figure(0.30000000000000004) == "0.3"
    assert english.figure(Decimal("0.0000123456")) == "0.00001235"
    assert english.figure(Decimal(-1234567)) == "-1235000"
    assert english.percent(Decimal("0.5")) == "50 %"
    assert english.percent(1.0) == "100 %"
    assert english.unit("piece") == "piece"
    assert japanese.unit("piece") == "個"
    assert japanese.unit("kWh") == "kWh"
    assert str(english.day(date(2026, 3, 31))) == '<time datetime="2026-03-31">31 Mar 2026</time>'
    tokyo = datetime(2026, 4, 1, 8, 5, tzinfo=timezone(timedelta(hours=9)))
    there = Words("ja", zone_of("JP", None))
    assert str(there.instant(tokyo)) == '<time datetime="2026-03-31T23:05:00+00:00">2026年4月1日 08:05 JST</time>'
    assert str(there.day(tokyo)) == '<time datetime="2026-03-31T23:05:00+00:00">2026年4月1日</time>', "the day that it is there"
    santiago = Words("en", zone_of("JP", "America/Santiago"))
    assert str(santiago.instant(tokyo)) == '<time datetime="2026-03-31T23:05:00+00:00">31 Mar 2026, 20:05 UTC-3</time>'
    assert zone_of("US", None) is UTC, "of several zones none is guessed"
    assert str(english.instant(tokyo)) == '<time datetime="2026-03-31T23:05:00+00:00">31 Mar 2026, 23:05 UTC</time>'
    assert str(japanese.instant(tokyo.astimezone(UTC))) == '<time datetime="2026-03-31T23:05:00+00:00">2026年3月31日 23:05 UTC</time>'
