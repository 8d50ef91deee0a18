"""The authorization matrix: route × role × relation × state, from the interface's own description, against a table written by hand.

The table shares nothing with the code. A route that it does not name fails; so does one that is named and gone.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests import assurance
from tests.attacks.rich import Company, Rich, bodies
from tests.attacks.test_routes import OPERATIONS, PUBLIC, WITH_IDS, as_company, in_state
from tests.world import Member, World, log_in

from ashiato.domain.participants import policy

CLERK, APPROVER, ADMINISTRATOR, VERIFIER = ROLES = ("clerk", "approver", "company_admin", "verifier")
EVERYBODY = frozenset(ROLES)
PREPARES, RELEASES, ADMINISTERS, OPERATES = frozenset({CLERK, APPROVER}), frozenset({APPROVER}), frozenset({ADMINISTRATOR}), frozenset()
RULES: dict[str, frozenset[str]] = dict.fromkeys([
    "GET /rooms", "GET /rooms/{room_id}", "GET /rooms/{room_id}/footprints/{footprint_id}", "GET /rooms/{room_id}/footprints/{footprint_id}/trace",
    "GET /rooms/{room_id}/footprints/{footprint_id}/sample", "GET /opinions/{opinion_id}",
    "GET /parts/{part_id}/particulars", "GET /pact/losses", "GET /pact/files/{request_id}",
    "GET /me", "GET /admission", "GET /sessions", "DELETE /sessions/{session_id}", "POST /sessions/current/proof", "GET /second-factors",
    "DELETE /second-factors/{factor_id}", "POST /recovery-codes", "DELETE /sessions/current", "GET /companies/by-number/{number}", "GET /sites", "GET /parts", "GET /parts/{part_id}",
    "GET /parts/{part_id}/structure", "GET /parts/{part_id}/inventory", "GET /factors", "GET /drafts", "GET /imports", "GET /requests",
    "GET /requests/{request_id}", "GET /footprints/{footprint_id}/release-preview", "GET /requests/{request_id}/answer", "GET /parts/{part_id}/footprints",
    "GET /footprints/{footprint_id}", "GET /footprints/{footprint_id}/package", "GET /declarations", "GET /declarations/{declaration_id}", "GET /catalogue.xlsx",
    "GET /answers/workbook", "GET /approvals", "GET /duties", "GET /notification-preference", "PUT /notification-preference", "GET /views", "POST /views", "DELETE /views/{view_id}", "GET /grants", "GET /accesses", "GET /facts", "GET /parts/{part_id}/contribution", "POST /parts/{part_id}/scenario",
    "POST /parts/{part_id}/uncertainty", "GET /release-policy",
    "GET /evidence", "GET /evidence/{evidence_id}", "GET /evidence/{evidence_id}/content",
    "GET /requests/{request_id}/message", "GET /log/receipts/{fact_id}", "GET /log/receipts",
    "GET /assessments", "GET /assessments/{assessment_id}", "GET /assessment-prefill", "POST /assessments/examination",
    "GET /parts/{part_id}/materials", "GET /parts/{part_id}/red-flags", "GET /parts/{part_id}/diligence", "GET /parts/{part_id}/statement-preview",
    "GET /requests/{request_id}/statement", "GET /statements/{statement_id}/basis", "GET /risks", "GET /risks/{risk_id}", "GET /risks/{risk_id}/steps",
    "GET /probes", "GET /probes/{root_id}", "GET /received-probes", "GET /received-grievances", "GET /received-grievances/{grievance_id}",
    "GET /mediations", "GET /mediations/{grievance_id}", "GET /reminders",
    "GET /verifications", "GET /reports", "GET /reports/{report_id}", "GET /parts/{part_id}/minerals-template", "GET /risks/{risk_id}/incident",
    "GET /pact/partners", "GET /pact/deliveries", "GET /pact/received", "GET /pact/received/{received_id}",
    "GET /memberships", "GET /surveys", "GET /surveys/{survey_id}", "GET /surveys/{survey_id}/own-figure", "GET /publications",
    "GET /publications/{publication_id}", "GET /register-entries", "GET /fee", "GET /treatment", "GET /data-uses", "GET /break-glass",
    "GET /support-requests", "POST /support-requests", "GET /support-requests/{support_id}", "POST /support-requests/{support_id}/words",
    "POST /support-requests/{support_id}/closing",
], EVERYBODY) | dict.fromkeys([
    "POST /rooms/{room_id}/notes",
    "PUT /parts/{part_id}/particulars",
    "PUT /parts/{part_id}/structure", "POST /imports", "POST /parts/{part_id}/footprints", "POST /requests", "POST /parts/{part_id}/requests",
    "POST /requests/{request_id}/cancellation", "PUT /requests/{request_id}/link", "POST /requests/{request_id}/rejection",
    "POST /assessments", "POST /evidence", "DELETE /evidence/{evidence_id}", "POST /evidence/{evidence_id}/links", "PUT /parts/{part_id}/materials", "POST /risks", "POST /risks/{risk_id}/steps",
    "POST /received-grievances/{grievance_id}/steps", "POST /mediations/{grievance_id}/notes", "POST /verifications", "POST /parts/{part_id}/minerals-template",
    "POST /pact/partners/{partner_id}/fetches", "POST /pact/inquiries", "POST /approvals", "PUT /publications/{publication_id}/adoption",
], PREPARES) | dict.fromkeys([
    "POST /log/cosignatures",
], PREPARES | ADMINISTERS) | dict.fromkeys([
    "POST /break-glass/{access_id}/end",
], RELEASES | ADMINISTERS) | dict.fromkeys([
    "POST /approvals/{approval_id}/release", "POST /approvals/{approval_id}/return",
    "POST /answers", "POST /answers/workbook", "POST /declarations", "DELETE /grants/{grant_id}",
    "POST /probes", "POST /statements", "DELETE /requests/{request_id}/renewal", "PUT /received-probes/{root_id}/consent", "PUT /received-grievances/{grievance_id}/mediator",
    "POST /reports", "POST /parts/{part_id}/evidence-bundle", "POST /evidence/{evidence_id}/grants",
    "POST /pact/publications", "POST /pact/received/{received_id}/acceptance", "POST /pact/received/{received_id}/refusal",
    "PUT /memberships/{party_id}/confirmation", "DELETE /memberships/{party_id}", "PUT /surveys/{survey_id}/contribution",
    "DELETE /surveys/{survey_id}/contribution",
    "POST /rooms", "DELETE /rooms/{room_id}", "POST /rooms/{room_id}/opinions",
], RELEASES) | dict.fromkeys([
    "GET /people", "POST /people", "PATCH /people/{person_id}", "GET /clients", "POST /clients", "DELETE /clients/{client_id}", "PUT /release-policy",
    "POST /people/{person_id}/erasure", "POST /people/{person_id}/invitation", "POST /terms/acceptance", "GET /control-proofs",
    "POST /control-proofs", "POST /control-proofs/{proof_id}/verification", "DELETE /people/{person_id}/second-factors",
    "GET /identity-providers", "POST /identity-providers", "DELETE /identity-providers/{provider_id}", "POST /keys", "POST /evidence/{evidence_id}/erasure",
    "GET /bundles", "POST /bundles", "GET /bundles/{bundle_id}", "GET /bundles/{bundle_id}/content", "DELETE /bundles/{bundle_id}", "POST /received-bundles",
    "GET /carried-records", "GET /departure", "POST /departure", "DELETE /departure",
    "GET /webhooks", "POST /webhooks", "DELETE /webhooks/{webhook_id}", "POST /webhooks/{webhook_id}/test", "GET /webhook-deliveries",
    "POST /webhook-deliveries/{delivery_id}/replay",
    "GET /pact/endpoint", "PUT /pact/endpoint", "PUT /pact/partners/{partner_id}", "DELETE /pact/partners/{partner_id}",
], ADMINISTERS) | dict.fromkeys([
    "GET /companies", "POST /companies/{company_id}/state", "GET /companies/{company_id}/admission", "POST /companies/{company_id}/checks", "GET /applications", "POST /applications", "DELETE /applications/{application_id}",
    "POST /memberships", "POST /surveys", "POST /publications",  # an association's
    "POST /register-entries", "POST /register-entries/{entry_id}/outcome", "POST /register-entries/{entry_id}/disclosure",
    "POST /break-glass", "POST /break-glass/{access_id}/approval", "POST /break-glass/{access_id}/refusal", "GET /break-glass/{access_id}/releases",
    "POST /transparency-reports", "GET /criteria", "PUT /criteria/{criterion}", "GET /certification-binder.zip", "GET /certification-binder/document",
], OPERATES)  # fmt: skip
CONSUMING = {"POST /requests"} | {
    operation for operation in RULES if operation.startswith(("DELETE", "PATCH")) or operation.endswith(("/erasure", "/cancellation", "/closing"))
}  # what is owned is still needed, and as it is
TO_NOBODY = {
    "POST /pact/publications",
    "GET /pact/files/{request_id}",
    "POST /rooms/{room_id}/opinions",
}  # the request at hand is the company's own: no partner's system waits for its answer, and it is not the company's to save; and nobody signs an opinion on itself


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert sorted([*RULES, *PUBLIC]) == OPERATIONS


@pytest.fixture(scope="module")
async def people(two_companies: Rich, world: World) -> dict[str, Company]:
    """Somebody of each single role at the buyer's."""
    buyer = two_companies.buyer
    return {role: Company(await person(buyer.member, role), buyer.owns, cosignature=buyer.cosignature) for role in ROLES}


async def person(member: Member, role: str) -> Member:
    email = f"{uuid4().hex}@matrix.test"
    body = {"email": email, "display_name": role, "password": "correct horse battery staple", "roles": [role]}
    await member.post("/people", body)
    found = Member(member.client, member.name, member.number, member.company_id, email)
    await log_in(found)
    return found


def expected(operation: str, role: str, relation: str, code: int, problem: Any) -> str | None:
    """What the table says, where the answer contradicts it."""
    if role not in RULES[operation]:
        return None if (code, problem.get("code")) == (403, "role") else "the role is refused"
    if relation != "own":
        return None if code == 404 else "another's is as absent as nothing"
    return None if code not in (401, 403, 404) else "the owner is served"


ASKED = sorted(set(RULES) - {"DELETE /sessions/current"})
STATES = ("applied", "verified", "declined", "suspended", "a closed account")
LEFT_OUT = "every check of roles left out"


def questions(operation: str) -> list[tuple[str, str]]:
    """(role, relation) in which this operation is asked."""
    asked = product(ROLES, ("own", "another's", "nobody's") if operation in WITH_IDS else ("own",))
    consumed = operation in CONSUMING | TO_NOBODY
    return [(role, relation) for role, relation in asked if not (relation == "own" and consumed and role in RULES[operation])]


@pytest.fixture(scope="module")
def as_ruled() -> Iterator[set[str]]:
    """The operations that were answered as the table says, in each role and relation and in each state."""
    count = sum(len(questions(operation)) for operation in ASKED) + len(RULES) * len(STATES)
    size = f"{count:,} questions: {len(RULES)} operations x {len(ROLES)} roles x own, another's, nobody's, and x {len(STATES)} states that are closed"
    cases = [*ASKED, *(f"{operation} in other states" for operation in RULES), LEFT_OUT]
    with assurance.all_of(cases, assurance.Outcome("authorization matrix", size, None, "0 answers against the table", LEFT_OUT)) as found:
        yield found


@pytest.mark.parametrize("operation", ASKED)
async def test_who_may_what_with_whose(two_companies: Rich, people: dict[str, Company], as_ruled: set[str], operation: str) -> None:
    for role, relation in questions(operation):
        wrong = await contradiction(two_companies, people, operation, role, relation)
        assert wrong is None, wrong
    as_ruled.add(operation)


async def contradiction(two_companies: Rich, people: dict[str, Company], operation: str, role: str, relation: str) -> str | None:
    """What is wrong with how somebody of this role is answered."""
    asker = people[role]
    ids = {"own": asker.owns | {"number": two_companies.supplier.member.number, "company_id": two_companies.rival.owns["company_id"]},
           "another's": two_companies.rival.owns, "nobody's": {}}[relation]  # fmt: skip
    answer = await as_company(asker, operation, ids, bodies(asker).get(operation))
    problem = answer.json() if "json" in answer.headers.get("content-type", "") and answer.content else {}
    wrong = expected(operation, role, relation, answer.status_code, problem)
    return wrong and f"{operation}, {role}, {relation}: {answer.status_code} {answer.text[:200]}, but {wrong}"


async def test_a_check_that_is_left_out_would_be_noticed(
    two_companies: Rich, people: dict[str, Company], as_ruled: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canary: without any check of roles the table is contradicted; and the database still shows nobody what is another's."""
    monkeypatch.setattr(policy, "may", lambda actor, deed: True)
    noticed = set()
    for operation in (one for one in ASKED if one.startswith("GET ")):
        for role, relation in (asked for asked in questions(operation) if asked[0] == VERIFIER):
            wrong: str | None = "the database refuses"
            with suppress(psycopg.errors.InsufficientPrivilege):  # a member's eyes on what is the operator's
                wrong = await contradiction(two_companies, people, operation, role, relation)
            assert wrong is None or role not in RULES[operation], wrong
            noticed |= {operation} if wrong else set()
    assert noticed >= {"GET /clients", "GET /webhooks", "GET /bundles", "GET /departure"}
    as_ruled.add(LEFT_OUT)


@pytest.fixture(scope="module")
async def closed(world: World, two_companies: Rich) -> dict[str, Company]:
    """People whom nobody may let in: of companies in each other state, and one whose account is closed."""
    found = {state: await in_state(world, state) for state in STATES[:-1]}
    member = await person(two_companies.buyer.member, APPROVER)

    (mine,) = [one for one in (await two_companies.buyer.member.get("/people"))["items"] if one["email"] == member.email]
    await two_companies.buyer.member.call("PATCH", f"/people/{mine['person_id']}", json={"active": False})
    return found | {STATES[-1]: Company(member, two_companies.buyer.owns)}


@pytest.mark.parametrize("operation", sorted(RULES))
async def test_in_no_other_state_anything_is_open(closed: dict[str, Company], two_companies: Rich, as_ruled: set[str], operation: str) -> None:
    assert tuple(closed) == STATES
    for state, asker in closed.items():
        answer = await as_company(asker, operation, two_companies.buyer.owns, bodies(two_companies.buyer).get(operation))
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials"), f"{operation}, {state}"
    as_ruled.add(f"{operation} in other states")
