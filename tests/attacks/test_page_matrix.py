"""The authorization matrix of the pages: route × role × relation, from the application's own routes, against a table written by hand.

A page or a form that the table does not name fails; so does one that is named and gone. Who is refused a form is refused it with what is the
company's own; who may send it is told of another's thing what is told of none.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.attacks.rich import Company, Rich
from tests.attacks.test_matrix import ADMINISTRATOR, APPROVER, CLERK, ROLES, VERIFIER, person

from ashiato import app as composition
from ashiato.web.route import PageRoute

NOWHERE = "6f1e2d3c-0000-4000-8000-000000000000"
EVERYBODY = frozenset(ROLES)
PREPARES, RELEASES, ADMINISTERS, OPERATES = frozenset({CLERK, APPROVER}), frozenset({APPROVER}), frozenset({ADMINISTRATOR}), frozenset[str]()
OPEN = {
    "GET /.well-known/security.txt", "GET /livez", "HEAD /livez", "GET /readyz", "HEAD /readyz", "GET /metrics", "GET /login", "POST /login",
    "GET /login/second-factor", "POST /login/second-factor", "GET /login/set-up", "POST /login/set-up/{factor_id}", "POST /login/set-up/passkey", "GET /login/sso",
    "GET /login/sso/callback", "GET /login/sso/{provider_id}", "POST /logout", "GET /apply", "POST /apply", "GET /applications/{secret}",
    "POST /applications/{secret}/domains", "POST /applications/{secret}/proofs/{proof_id}", "POST /applications/{secret}/terms",
    "GET /invitations/{secret}", "POST /invitations/{secret}", "GET /declarations/{declaration_id}", "GET /declarations/{declaration_id}.json",
    "GET /declarations/{declaration_id}.pdf", "GET /grievances/new", "POST /grievances/new", "GET /grievances/follow", "POST /grievances/follow",
    "POST /grievances/respond", "POST /grievances/mediate", "GET /transparency", "GET /transparency/{report_id}", "GET /verify", "POST /verify",
}  # fmt: skip
OWN_ACCOUNT = {
    "POST /account/codes-app", "POST /account/codes-app/{factor_id}", "POST /account/confirmation", "POST /account/factors/{factor_id}/removal",
    "POST /account/passkey", "POST /account/recovery-codes", "POST /account/sessions/{session_id}/end", "POST /account/time-zone", "POST /reminders", "POST /support", "POST /support/{support_id}/closing",
    "POST /support/{support_id}/words", "POST /views", "POST /views/{view_id}/removal",
}  # fmt: skip
SEEN: dict[str, frozenset[str]] = dict.fromkeys([
    "/", "/account", "/account/confirmation", "/account/passkey", "/assessments/{assessment_id}", "/associations", "/break-glass", "/chains", "/chains/map", "/chains/map.{kind}", "/company",
    "/consents.{kind}", "/evidence.{kind}", "/exchange/{which}.{kind}", "/grievances.{kind}", "/imports.{kind}", "/risks.{kind}", "/rooms.{kind}", "/support.{kind}",
    "/consents", "/declarations", "/declarations.{kind}", "/evidence", "/evidence/{evidence_id}", "/exchange", "/exchange/received/{received_id}",
    "/grievances", "/grievances/{grievance_id}", "/imports", "/imports/answers.xlsx", "/imports/catalogue.xlsx", "/imports/template.xlsx",
    "/notifications", "/operator-deeds", "/opinions/{opinion_id}", "/opinions/{opinion_id}.json", "/opinions/{opinion_id}.pdf", "/parts", "/parts.{kind}",
    "/parts/{part_id}", "/parts/{part_id}/ask", "/parts/{part_id}/components", "/parts/{part_id}/declaration", "/parts/{part_id}/difference",
    "/parts/{part_id}/difference.{kind}", "/parts/{part_id}/diligence", "/parts/{part_id}/inventory", "/parts/{part_id}/inventory.{kind}", "/parts/{part_id}/structure", "/parts/{part_id}/what-if",
    "/parts/{part_id}/{told}.{kind}", "/parts/{part_id}/minerals", "/parts/{part_id}/minerals.xlsx", "/parts/{part_id}/evidence-bundle", "/probes/{root_id}", "/questionnaires", "/questionnaires/{questionnaire_id}",
    "/questionnaires/{questionnaire_id}/outcome", "/receipts/{fact_id}", "/receipts/{fact_id}.json", "/reminders", "/reports", "/reports/preview",
    "/reports/{report_id}", "/requests", "/requests.{kind}", "/requests/{request_id}", "/requests/{request_id}/file.zip", "/requests/{request_id}/others", "/risks", "/risks/{risk_id}",
    "/rooms", "/rooms/new", "/rooms/{room_id}", "/rooms/{room_id}/footprints/{footprint_id}", "/rooms/{room_id}/footprints/{footprint_id}/sample",
    "/rooms/{room_id}/footprints/{footprint_id}/sample.{kind}", "/search", "/search/found", "/support", "/support/{support_id}", "/sharing", "/sharing/uses", "/sharing/uses.{kind}", "/sharing/{grant_id}", "/mediations/{grievance_id}",
], EVERYBODY) | dict.fromkeys(["/imports/{draft_id}", "/imports/{draft_id}/marked.xlsx"], PREPARES) | dict.fromkeys([
    "/companies.{kind}", "/companies/{company_id}", "/operator/health", "/operator/request", "/operator/rules", "/oversight", "/break-glass/{access_id}/releases",
], OPERATES)  # fmt: skip
SENT: dict[str, frozenset[str]] = dict.fromkeys([
    "/evidence", "/evidence/{evidence_id}/links", "/evidence/{evidence_id}/removal", "/exchange/partners/{partner_id}/fetches",
    "/grievances/{grievance_id}/steps", "/imports", "/imports/{draft_id}/corrections", "/imports/{draft_id}/discarding",
    "/imports/{draft_id}/registration", "/mediations/{grievance_id}/notes", "/parts/{part_id}/ask", "/parts/{part_id}/contents",
    "/parts/{part_id}/diligence-requests", "/parts/{part_id}/footprints", "/parts/{part_id}/minerals", "/parts/{part_id}/minerals/confirmation", "/parts/{part_id}/origins", "/parts/{part_id}/origins/removal", "/parts/{part_id}/probes",
    "/publications/{publication_id}/adoption", "/questionnaires/{questionnaire_id}/answers", "/questionnaires/{questionnaire_id}/draft", "/reports/verifications",
    "/requests/{request_id}/approval", "/requests/{request_id}/cancellation", "/requests/{request_id}/footprint", "/requests/{request_id}/link",
    "/requests/{request_id}/part", "/requests/{request_id}/rejection", "/risks", "/risks/{risk_id}/steps",
    "/rooms/{room_id}/footprints/{footprint_id}/notes",
], PREPARES) | dict.fromkeys([
    "/associations/{party_id}/confirmation", "/associations/{party_id}/end", "/consents/{root_id}", "/evidence/{evidence_id}/handover",
    "/exchange/received/{received_id}/acceptance", "/exchange/received/{received_id}/refusal", "/grievances/{grievance_id}/mediator",
    "/parts/{part_id}/declaration", "/parts/{part_id}/evidence-bundle", "/reports", "/requests/{request_id}/answer", "/requests/{request_id}/approval/release",
    "/requests/{request_id}/approval/return", "/requests/{request_id}/others", "/requests/{request_id}/statement", "/rooms", "/rooms/{room_id}/closing",
    "/rooms/{room_id}/footprints/{footprint_id}/opinions", "/sharing/{grant_id}/withdrawal", "/surveys/{survey_id}/contribution",
    "/surveys/{survey_id}/withdrawal",
], RELEASES) | dict.fromkeys([
    "/company/people", "/company/people/{person_id}", "/company/policy", "/company/programs/{client_id}/end",
    "/company/domains", "/company/bundles", "/company/domains/{proof_id}", "/company/providers", "/company/providers/{provider_id}/end", "/evidence/{evidence_id}/erasure", "/exchange/endpoint",
    "/exchange/partners", "/exchange/partners/{partner_id}/removal", "/reminders/deliveries/{delivery_id}/replay", "/reminders/webhooks",
    "/reminders/webhooks/{webhook_id}/removal", "/reminders/webhooks/{webhook_id}/test",
], ADMINISTERS) | dict.fromkeys([
    "/break-glass/{access_id}/end",
], RELEASES | ADMINISTERS) | dict.fromkeys([
    "/associations/members", "/break-glass", "/break-glass/{access_id}/approval", "/break-glass/{access_id}/refusal", "/companies/{company_id}/checks", "/companies/{company_id}/state", "/operator/request", "/oversight/entries",
    "/oversight/entries/{entry_id}/outcome", "/oversight/transparency",
], OPERATES)  # fmt: skip
FIELDS = {
    "part_id": NOWHERE, "part": NOWHERE, "start": "2025-04-01", "end": "2026-03-31", "reason": "because", "footprint_id": NOWHERE, "state": "admitted",
    "approval_id": NOWHERE, "request": NOWHERE, "request_id": NOWHERE, "part_number": "N-1", "name": "Mine", "revision": "0", "way": "all", "items": "x",
    "language": "ja", "address": "https://listener.example/events", "cell": "parts!B2", "value": "Other", "margin": "5", "action": "warn",
    "active": "yes", "roles": "clerk", "method": "JRC-CFB-EV-2023-06", "due": "2099-12-31", "until": "2099-12-31", "verifier": "7000012050002",
    "title": "T", "number": "7000012050002", "account": "a", "secret": "true", "words": "W", "kind": "question", "place": "PACK#1", "standard": "ISO",
    "level": "limited", "conclusion": "qualified", "material": "cobalt", "mass_kg": "1", "consent": "yes", "subject": "cobalt", "line": "1",
    "year": "2025", "note": "N", "category": "child_labour", "severity": "severe", "likelihood": "likely", "begin": "2025-01-01", "outcome": "done",
    "details": "D", "mediator": "operator", "url": "https://listener.example/events", "scheme": "RMAP", "issuer": "I", "scope": "S", "summary": "S", "valid_from": "2025-01-01",
    "valid_until": "2099-01-01", "email": "somebody@matrix.test", "domain": "unproven.test", "client_id": "C", "client_secret": "S",
}  # fmt: skip
OTHERWISE = {
    "/evidence/{evidence_id}/links": {"kind": "answer", "subject": NOWHERE}, "/grievances/{grievance_id}/steps": {"state": "acknowledged"},
    "/parts/{part_id}/probes": {"kind": "path"}, "/risks": {"kind": "finding"}, "/risks/{risk_id}/steps": {"state": "mitigating"},
    "/oversight/entries": {"kind": "incident"}, "/break-glass": {"company_id": NOWHERE, "purpose": "incident", "hours": "1"},
    "/parts/{part_id}/evidence-bundle": {"paper": NOWHERE, "kind": "transport", "about": "PACK"},
}  # fmt: skip
QUERY = {
    "/requests/{request_id}/file.zip": {"form": "catenax-pcf-9"},
    "/rooms/new": {"footprint": NOWHERE}, "/parts/{part_id}/difference": {"earlier": NOWHERE, "later": NOWHERE},
    "/parts/{part_id}/difference.{kind}": {"earlier": NOWHERE, "later": NOWHERE}, "/reports/preview": {"year": "2026"},
    "/rooms/{room_id}/footprints/{footprint_id}/sample.{kind}": {"seed": "1"},
}  # fmt: skip
GIVEN = {"kind": "csv", "which": "deliveries", "told": "contribution", "questionnaire_id": "company"}
WITHOUT_OWN = {
    "/rooms/new", "/parts/{part_id}/difference", "/parts/{part_id}/difference.{kind}", "/mediations/{grievance_id}", "/requests/{request_id}/others",
    "/requests/{request_id}/file.zip", "/reports/preview", "/sharing/{grant_id}", "/parts/{part_id}/minerals.xlsx",
}  # what they need besides their identifier is not in this world: their owner gets no page, and no refusal by role either  # fmt: skip


READ_FIRST = {"/parts/{part_id}/minerals", "/parts/{part_id}/minerals/confirmation"}  # a file that is none is told as such before anything
OF_THE_MOMENT = {"/requests/{request_id}/footprint", "/requests/{request_id}/others"}  # how far the request is, which all may see, is told first


def _walk(found: Any, prefix: str = "") -> Iterator[str]:
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes, prefix + (route.include_context.prefix or ""))
        elif isinstance(route, PageRoute):
            yield from (f"{method} {re.sub(r':uuid', '', prefix + route.path)}" for method in route.methods)


@pytest.fixture(scope="module")
async def people(two_companies: Rich) -> dict[str, Company]:
    """Somebody of each single role at the buyer's."""
    return {
        role: Company(
            await person(two_companies.buyer.member, role), two_companies.buyer.owns | {"partner_number": two_companies.supplier.member.number}
        )
        for role in ROLES
    }


async def visit(asker: Company, method: str, path: str, ids: dict[str, str]) -> httpx.Response:
    address = re.sub(r"\{(\w+)\}", lambda found: GIVEN.get(found[1]) or ids.get(found[1]) or NOWHERE, path)
    headers = {"Cookie": f"ashiato_session={asker.member.token}", "Accept": "text/html", "Origin": "http://testserver"}
    if method == "GET":
        return await asker.member.client.get(address, headers=headers, params=QUERY.get(path))
    number = {"number": asker.owns["partner_number"]}
    files = {"file": ("a.txt", b"A meter.")} if path in ("/evidence", "/imports", "/parts/{part_id}/minerals") else None
    form = FIELDS | OTHERWISE.get(path, {}) | number | {"once": uuid4().hex}
    return await asker.member.client.post(address, headers=headers, data=form, files=files)


def test_every_page_has_a_rule_and_every_rule_a_page() -> None:
    named = {*OPEN, *OWN_ACCOUNT, *(f"GET {path}" for path in SEEN), *(f"POST {path}" for path in SENT)}
    assert set(_walk(composition.build().routes)) == named


@pytest.mark.parametrize("path", sorted(SEEN))
async def test_who_sees_what_of_whose(two_companies: Rich, people: dict[str, Company], path: str) -> None:
    for role, asker in people.items():
        own = await visit(asker, "GET", path, asker.owns)
        assert (own.status_code == 403) == (role not in SEEN[path]), f"{role}: {own.status_code}"
        assert path in WITHOUT_OWN or role not in SEEN[path] or own.status_code in (200, 303), f"{role}: {own.status_code} {own.text[-300:]}"
    if SEEN[path] and re.search(r"\{\w+_id\}", path) and "questionnaire" not in path:
        another, nothing = [await visit(people[APPROVER], "GET", path, ids) for ids in (two_companies.rival.owns, {})]
        assert (another.status_code, nothing.status_code) == (404, 404)
        hidden = {value for value in two_companies.rival.owns.values() if isinstance(value, str)} | {NOWHERE}
        assert bare(another.text, hidden) == bare(nothing.text, hidden), "another's is as absent as nothing"


def bare(page: str, identifiers: set[str]) -> str:
    """A page without what was asked for, which its links to other languages repeat."""
    for identifier in sorted(identifiers, key=len, reverse=True):
        page = page.replace(identifier, "…")
    return page


@pytest.mark.parametrize("path", sorted(SENT))
async def test_who_sends_what_of_whose(two_companies: Rich, people: dict[str, Company], path: str) -> None:
    for role in (CLERK, APPROVER, ADMINISTRATOR, VERIFIER):
        if role not in SENT[path]:
            answer = await visit(people[role], "POST", path, people[role].owns)
            assert answer.status_code == 403 or (answer.status_code, path) in {
                *((409, each) for each in OF_THE_MOMENT),
                *((422, each) for each in READ_FIRST),
            }, f"{role}: {answer.status_code} {answer.text[-400:]}"
        elif re.search(r"\{\w+_id\}", path) and "questionnaire" not in path:
            codes = [(await visit(people[role], "POST", path, ids)).status_code for ids in (two_companies.rival.owns, {})]
            assert codes == [404, 404] or (codes == [422, 422] and path in READ_FIRST), f"{role}: another's is as absent as nothing"
