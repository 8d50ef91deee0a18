"""What the operator answers for: registers, terms, treatment, criteria, the ledger of data use, and a report that adds up with the log."""

import io
import json
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.attacks.rich import Rich
from tests.world import Member, World

from ashiato import worker
from ashiato.cli.transparency import wrong_with
from ashiato.domain import governance
from ashiato.domain.governance.terms import owed
from ashiato.domain.governance.transparency import _median_days
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

TODAY = datetime.now(UTC).date()
PERIOD = {"period_start": TODAY.replace(day=1).isoformat(), "period_end": (TODAY + timedelta(days=1)).isoformat()}


@pytest.fixture(scope="module")
async def report(world: World, two_companies: Rich) -> Any:
    while await worker.follow_once(world.tools.works, world.tools.log_key):
        pass
    return await world.operator.post("/transparency-reports", PERIOD)


async def test_the_report_adds_up_with_the_logs_leaves(report: Any, world: World) -> None:
    """Counted again from the leaves, in Python, with the follower's eyes."""
    document, size = report["document"], report["document"]["log"]["tree_size"]
    begin = datetime.combine(date.fromisoformat(PERIOD["period_start"]), datetime.min.time(), UTC)

    async def read(work: Work) -> tuple[list[Any], Any, list[Any]]:
        await work.pin(Viewpoint.FOLLOWER, None)
        query = "SELECT log_index, o.kind, o.subject, o.recorded_at FROM log_leaf JOIN outbox o USING (company_id, fact_id) WHERE log_index < %s ORDER BY 1"
        leaves = await (await work.connection.execute(query, [size])).fetchall()
        root = await (await work.connection.execute("SELECT root_hash FROM log_checkpoint WHERE tree_size = %s", [size])).fetchone()
        return leaves, root, await (await work.connection.execute("SELECT state, count(*) FROM company GROUP BY state")).fetchall()

    leaves, (root,), companies = await world.tools.works.run(read, read_only=True)
    assert_adds_up(document, leaves, bytes(root), companies, begin)


def assert_adds_up(document: Any, leaves: list[Any], root: bytes, companies: list[Any], begin: datetime) -> None:
    """Every count of a report, counted again from (index, kind, subject, time) of the leaves below its checkpoint, and from the companies' states."""
    assert (len(leaves), document["log"]["root_hash"]) == (document["log"]["tree_size"], root.hex())
    of_period = [(kind, subject) for _, kind, subject, at in leaves if at >= begin]
    assert document["facts"]["by_kind"] == dict(Counter(kind for kind, _ in of_period))
    assert document["facts"]["total"] == len(of_period)
    asked = {(subject["buyer_id"], subject["request_id"]) for kind, subject in of_period if kind == "request.asked"}
    gone = {(subject["buyer_id"], subject["request_id"]) for _, kind, subject, _ in leaves if kind == "request.cancelled"}
    answered = {(subject["buyer_id"], subject["request_id"]) for _, kind, subject, _ in leaves if kind == "request.answered"}
    told = document["requests"]
    assert (told["asked"], told["standing_of_period"], told["answered_of_period"]) == (len(asked), len(asked - gone), len((asked - gone) & answered))
    assert document["companies"]["by_log"] == {state: count for state, count in companies if state in document["companies"]["by_log"]}


async def test_the_report_is_signed_and_public_and_names_nobody(report: Any, world: World, two_companies: Rich) -> None:
    public = (await world.client.get(f"/api/v1/transparency-reports/{report['report_id']}")).json()
    assert public == report
    assert wrong_with(public, None) == []
    altered = json.loads(json.dumps(public))
    altered["document"]["requests"]["asked"] += 1
    assert wrong_with(altered, None) == ["The signature is not over this report, or not by this key."]
    forked = json.loads(json.dumps(public))
    forked["document"]["log"]["tree_size"] += 1
    assert len(wrong_with(forked, None)) == 2
    assert wrong_with(public, "other+00000000+AAAA") != []
    text = json.dumps(public, ensure_ascii=False)
    for company in (two_companies.buyer, two_companies.supplier, two_companies.rival):
        for secret in (company.member.name, company.member.number, company.member.company_id, *company.owns.values()):
            assert secret not in text
    for language in ("en", "ja"):
        paper = await world.client.get(f"/api/v1/transparency-reports/{report['report_id']}/document", params={"lang": language})
        assert paper.content.startswith(b"%PDF")


async def test_availability_is_that_of_the_worst_endpoint_and_silence_counts(world: World) -> None:

    async def note(endpoint: str, answered: bool) -> None:
        sample = governance.transparency.Sample(endpoint, answered, 12, 60)
        await world.tools.works.run(lambda work: governance.transparency.note_sample(work, sample))

    for answered in (True, True, True, False):
        await note("/worst", answered)
        await note("/best", True)
    document = (await world.operator.post("/transparency-reports", PERIOD))["document"]["availability"]
    shares = {each["endpoint"]: (each["answered"], each["expected"], each["share"]) for each in document["endpoints"]}
    assert shares["/worst"] == (3, 4, "0.75")
    assert shares["/best"] == (4, 4, "1")
    lowest = min(document["endpoints"], key=lambda each: Decimal(each["share"]))  # that of other tests' samples, where they are older
    assert document["worst"] == {"endpoint": lowest["endpoint"], "share": lowest["share"]}
    silent, good = (governance.transparency.store.Availability(name, 10, 10, expected, 5) for name, expected in (("/silent", 40), ("/good", 10)))
    assert governance.transparency._availability([good, silent])["worst"] == {"endpoint": "/silent", "share": "0.25"}


def test_times_are_told_from_five_companies_on() -> None:
    assert _median_days([("a", 86_400.0), ("b", 1.0), ("c", 1.0), ("d", 1.0), ("d", 5.0)]) is None
    assert _median_days([(name, 86_400.0 * days) for name, days in zip("abcde", (1, 2, 3, 4, 50), strict=True)]) == "3"


async def test_a_restore_that_was_compared_is_told(world: World) -> None:
    drill = governance.transparency.Drill(datetime.now(UTC), "2026-11-28T00:00:00+00:00", 7, 0)
    await world.tools.works.run(lambda work: governance.transparency.note_drill(work, drill))
    drills = (await world.operator.post("/transparency-reports", PERIOD))["document"]["restore_drills"]
    assert {"at": drill.drilled_at.isoformat(), "backup_point": drill.backup_point, "seconds": 7, "differences": 0} in drills


async def entries(member: Member) -> set[str]:
    return {item["title"] for item in await member.every("/register-entries")}


async def test_registers_are_seen_by_whom_they_concern(world: World, two_companies: Rich) -> None:
    buyer, rival = two_companies.buyer.member, two_companies.rival.member
    body = {"kind": "authority_request", "title": "Order of a court", "details": "All answers of 2025.", "company_id": buyer.company_id}
    entry = await world.operator.post("/register-entries", body | {"disclosed": False})
    assert "Order of a court" not in await entries(buyer)
    await world.operator.post(f"/register-entries/{entry['entry_id']}/disclosure")
    assert "Order of a court" in await entries(buyer)
    assert "Order of a court" not in await entries(rival)
    assert {"register.settled"} <= {fact["kind"] for fact in await buyer.every("/facts")}
    await world.operator.post("/register-entries", {"kind": "incident", "title": "Disk full", "details": "Ten minutes."})
    assert "Disk full" in await entries(rival) & await entries(buyer)
    settled = await world.operator.post(f"/register-entries/{entry['entry_id']}/outcome", {"outcome": "Refused: no legal basis."})
    assert settled["outcome"] == "Refused: no legal basis."
    again = await world.operator.call("POST", f"/register-entries/{entry['entry_id']}/outcome", json={"outcome": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "register.settled")
    document = (await world.operator.post("/transparency-reports", PERIOD))["document"]["registers"]
    assert "Order of a court" not in json.dumps(document), "requests of authorities are told as counts"
    assert "Disk full" in json.dumps(document)


async def test_treatment_is_compared_for_the_operator_and_shown_to_each(world: World, two_companies: Rich) -> None:
    everybody = (await world.operator.get("/treatment"))["items"]
    assert {two_companies.buyer.member.name, two_companies.rival.member.name} <= {item["company"] for item in everybody}
    assert len({item["requests_per_minute"] for item in everybody}) == 1
    (mine,) = (await two_companies.buyer.member.get("/treatment"))["items"]
    assert mine["company"] == two_companies.buyer.member.name


@given(st.integers(0, 10**9), st.dates(date(2020, 1, 1), date(2100, 12, 31)), st.integers(2020, 2100))
def test_a_fee_follows_from_the_table_by_the_day(yearly: int, admitted: date, year: int) -> None:
    days, of_year, yen = owed(yearly, admitted, year)
    assert 0 <= days <= of_year
    assert yen == yen.to_integral_value()
    assert Decimal(yearly) * days / of_year <= yen < Decimal(yearly) * days / of_year + 1
    assert (days == of_year) == (admitted <= date(year, 1, 1))


async def test_terms_are_one_table_and_departures_are_told(world: World, two_companies: Rich) -> None:
    told = (await world.client.get("/api/v1/fees-and-limits")).json()
    assert told["departures"] == {}
    fee = await two_companies.buyer.member.get("/fee", params={"year": TODAY.year})
    assert (fee["kind"], fee["yearly"], fee["version"]) == ("member", told["fees"]["member"], told["version"])
    changed = world.tools.settings.model_copy(update={"requests_per_minute": 10})
    assert governance.terms.departures(changed) == {"requests_per_minute": (told["limits"]["requests_per_minute"], 10)}


async def test_the_ledger_says_who_used_what_for_which_purpose(two_companies: Rich) -> None:
    supplier, buyer = two_companies.supplier.member, two_companies.buyer.member
    given = await supplier.every("/data-uses")
    read = [use for use in given if use["user"] == buyer.name and use["first_read_at"]]
    assert {use["purpose"] for use in read} >= {"product_footprint"}
    assert {use["owner"] for use in given} == {supplier.name}
    received = await buyer.every("/data-uses", direction="received")
    assert {use["subject_id"] for use in read} <= {use["subject_id"] for use in received}
    counted = [use for use in given if use["purpose"] == "association_survey"]
    assert {use["user"] for use in counted} == {"Battery Association"}, "what a survey counted is a use too"
    assert {use["terms"] for use in counted} == {"Packs"}
    page = await supplier.get("/data-uses", params={"limit": 1})
    pages = [page["items"][0]]
    while page["next"]:
        page = await supplier.get("/data-uses", params={"limit": 1, "after": page["next"]})
        pages += page["items"]
    assert pages == given, "page by page the same, none left out"
    table = await supplier.call("GET", "/data-uses", headers={"Accept": "text/csv"})
    assert table.text.startswith("direction,owner,user,subject_kind")
    assert table.text.count("\n") == len(given) + 1


async def test_criteria_have_owners_and_are_bound_with_their_evidence(world: World, report: Any, two_companies: Rich) -> None:
    body = {"state": "prepared", "owner": "Security office", "note": "Audit in March."}
    moved = await world.operator.put("/criteria/safety", body)
    assert (moved["state"], moved["owner"]) == ("prepared", "Security office")
    assert (await world.operator.call("PUT", "/criteria/nonsense", json=body)).status_code == 404
    bound = await world.operator.call("GET", "/certification-binder.zip")
    with zipfile.ZipFile(io.BytesIO(bound.content)) as archive:
        index = json.loads(archive.read("index.json"))
        assert index["status"] == "unverified"
        named = {name for criterion in index["criteria"] for name in criterion["evidence"]}
        assert named <= set(archive.namelist())
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    companies = {item["company_id"] for item in await world.operator.every("/companies")}
    for company in (two_companies.buyer, two_companies.supplier):
        for secret in {*company.owns.values()} - companies:
            assert secret not in text
    for form in (".zip", "/document"):
        assert (await two_companies.buyer.member.call("GET", f"/certification-binder{form}")).status_code == 403


def words_of(paper: bytes) -> str:
    """What stands on a PDF's pages, its lines made one."""
    with pypdfium2.PdfDocument(io.BytesIO(paper)) as document:
        told = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(told.replace("\ufffe", "-").split())  # that is how a hyphen at a line's end is told


@pytest.mark.parametrize(("language", "unverified"), [("en", "unverified"), ("ja", "未検証")])
async def test_the_binder_on_paper_says_of_every_criterion_that_it_is_unverified(world: World, report: Any, language: str, unverified: str) -> None:
    """Each criterion with its state, its owner and its evidence, each evidence once, with what the report counted; the same as the .zip holds."""
    await world.operator.put("/criteria/reliability", {"state": "met", "owner": "Office of Operations", "note": "See contract 7."})
    paper = await world.operator.call("GET", "/certification-binder/document", params={"lang": language})
    assert paper.headers["content-type"] == "application/pdf"
    told = words_of(paper.content)
    index = await world.operator.get("/criteria")
    for item in index["items"]:
        assert "".join(item[language].split()) in told
        for owner in (item["owner"], item["note"]):
            assert "".join(owner.split()) in told
    assert told.count(unverified) >= len(index["items"]) + 2, "at every criterion, at the head and in the footer"
    newest = [item["report_id"] for item in (await world.client.get("/api/v1/transparency-reports", params={"limit": 200})).json()["items"]][-1]
    document = (await world.client.get(f"/api/v1/transparency-reports/{newest}")).json()["document"]
    assert told.count(document["log"]["root_hash"]) == 1, "each evidence once"
    assert document["report_id"] in told
    treated = (await world.operator.get("/treatment"))["items"]
    names = ["".join(each["company"].split()).replace("\ufe00", "") for each in treated]  # a variant of a letter has no text of its own
    assert [name for name in names if name not in told] == []
