"""Every route of the interface, taken from its own description: whom it refuses, and that it tells nothing of what is another's.

A route that is in no list here fails: whoever adds one says what it is.
"""

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.attacks.rich import Company, Rich, bodies
from tests.world import Member, World, log_in, workbook

from ashiato import app as composition
from ashiato.gateways.rest import PREFIX, Tools
from ashiato.plumbing import keys
from ashiato.plumbing.unit_of_work import Work

DESCRIBED = composition.build().openapi()
OPERATIONS = sorted(
    f"{method.upper()} {path.removeprefix(PREFIX)}"
    for path, item in DESCRIBED["paths"].items()
    for method in item
    if method in ("get", "post", "put", "patch", "delete")
)
PUBLIC = {
    "POST /sessions": "logging in",
    "POST /companies": "applying",
    "GET /terms": "the terms that applicants accept",
    "POST /candidacy": "following an application by the secret of its link",
    "POST /candidacy/terms": "accepting the terms by that secret",
    "POST /candidacy/proofs": "saying what one controls by that secret",
    "POST /candidacy/proofs/{proof_id}/verification": "showing it by that secret",
    "POST /invitations/acceptance": "choosing a password by the secret of an invitation",
    "POST /sessions/second-factor": "giving a second factor to a session that waits: its own token",
    "POST /sessions/second-factor/options": "the same by a passkey",
    "POST /second-factors": "setting a second factor up, also in a session that waits for it",
    "POST /second-factors/{factor_id}/confirmation": "the same",
    "POST /passkeys/options": "the same",
    "POST /passkeys": "the same",
    "GET /companies/{company_id}/keys": "public keys, with which anybody verifies",
    "GET /methods": "the methods that are installed",
    "GET /questionnaires": "the questionnaires that are installed",
    "POST /grievances": "complaining about a company, without a name",
    "POST /grievances/followed": "following a grievance by its code",
    "POST /grievances/responses": "adding to a grievance by its code",
    "POST /grievances/mediators": "asking for mediation of a grievance by its code",
    "GET /published-reports/{report_id}": "what a company has published",
    "GET /published-reports/{report_id}/document": "the same on paper",
    "GET /published-declarations/{declaration_id}": "what a company has published",
    "GET /fees-and-limits": "fees and limits, one table for all",
    "GET /transparency-reports": "what the operator has published",
    "GET /transparency-reports/{report_id}": "the same",
    "GET /transparency-reports/{report_id}/document": "the same on paper",
    "GET /log/checkpoint": "the transparency log's signed state",
    "GET /log/consistency": "that the log only grew",
    "GET /log/inclusion/{leaf_hash}": "that the log holds a leaf, for who knows its hash",
    "GET /log/leaves": "salted hashes, from which every root can be derived again",
    "POST /oauth/token": "a program's log-in: its own credentials, as HTTP Basic",
    "GET /.well-known/jwks.json": "the keys that verify access tokens",
    "GET /.well-known/oauth-authorization-server": "where tokens are issued",
}
BY_SECRET = {
    operation
    for operation in PUBLIC
    if operation.startswith(("POST /candidacy", "POST /invitations", "POST /sessions/", "POST /second-factors", "POST /passkeys"))
}
MEMBERS_READ = {
    "GET /rooms", "GET /rooms/{room_id}", "GET /rooms/{room_id}/footprints/{footprint_id}", "GET /rooms/{room_id}/footprints/{footprint_id}/trace",
    "GET /rooms/{room_id}/footprints/{footprint_id}/sample", "GET /opinions/{opinion_id}",
    "GET /parts/{part_id}/particulars", "GET /pact/losses", "GET /pact/files/{request_id}",
    "GET /me", "GET /admission", "GET /companies/by-number/{number}", "GET /sites", "GET /parts", "GET /parts/{part_id}", "GET /parts/{part_id}/structure",
    "GET /parts/{part_id}/inventory", "GET /factors", "GET /drafts", "GET /imports", "GET /requests", "GET /requests/{request_id}", "GET /requests/{request_id}/message",
    "GET /footprints/{footprint_id}/release-preview", "GET /requests/{request_id}/answer", "GET /parts/{part_id}/footprints", "GET /footprints/{footprint_id}",
    "GET /footprints/{footprint_id}/package", "GET /declarations", "GET /declarations/{declaration_id}", "GET /catalogue.xlsx", "GET /answers/workbook", "GET /approvals", "GET /duties", "GET /notification-preference", "PUT /notification-preference", "GET /views", "GET /grants", "GET /accesses", "GET /facts", "GET /log/receipts/{fact_id}", "GET /log/receipts",
    "GET /evidence", "GET /evidence/{evidence_id}", "GET /evidence/{evidence_id}/content",
    "GET /parts/{part_id}/contribution", "POST /parts/{part_id}/scenario", "POST /parts/{part_id}/uncertainty",
    "GET /release-policy",
    "GET /assessments", "GET /assessments/{assessment_id}", "GET /assessment-prefill", "POST /assessments/examination",
    "GET /parts/{part_id}/materials", "GET /parts/{part_id}/red-flags", "GET /parts/{part_id}/diligence", "GET /parts/{part_id}/statement-preview",
    "GET /requests/{request_id}/statement", "GET /statements/{statement_id}/basis", "GET /risks", "GET /risks/{risk_id}", "GET /risks/{risk_id}/steps",
    "GET /probes", "GET /probes/{root_id}", "GET /received-probes", "GET /received-grievances", "GET /received-grievances/{grievance_id}",
    "GET /mediations", "GET /mediations/{grievance_id}", "GET /reminders",
    "GET /verifications", "GET /reports", "GET /reports/{report_id}", "GET /parts/{part_id}/minerals-template", "GET /risks/{risk_id}/incident",
    "GET /pact/partners", "GET /pact/deliveries", "GET /pact/received", "GET /pact/received/{received_id}",
    "GET /memberships", "GET /surveys", "GET /surveys/{survey_id}", "GET /surveys/{survey_id}/own-figure", "GET /publications",
    "GET /publications/{publication_id}", "GET /register-entries", "GET /fee", "GET /treatment", "GET /data-uses",
    "GET /break-glass", "GET /support-requests", "GET /support-requests/{support_id}",
}  # fmt: skip
MEMBERS_WRITE = {
    "POST /rooms", "DELETE /rooms/{room_id}", "POST /rooms/{room_id}/notes", "POST /rooms/{room_id}/opinions",
    "PUT /parts/{part_id}/particulars",
    "PUT /parts/{part_id}/structure", "POST /imports", "POST /requests", "POST /parts/{part_id}/requests", "PUT /requests/{request_id}/link",
    "POST /requests/{request_id}/rejection", "POST /requests/{request_id}/cancellation", "POST /answers", "POST /answers/workbook", "POST /parts/{part_id}/footprints",
    "POST /declarations", "DELETE /grants/{grant_id}", "POST /log/cosignatures",
    "POST /assessments", "PUT /parts/{part_id}/materials", "POST /statements", "DELETE /requests/{request_id}/renewal", "POST /risks",
    "POST /risks/{risk_id}/steps", "POST /probes", "PUT /received-probes/{root_id}/consent", "POST /received-grievances/{grievance_id}/steps", "POST /mediations/{grievance_id}/notes",
    "PUT /received-grievances/{grievance_id}/mediator", "POST /verifications", "POST /reports",
    "POST /parts/{part_id}/minerals-template", "POST /parts/{part_id}/evidence-bundle",
    "POST /pact/partners/{partner_id}/fetches", "POST /pact/inquiries", "POST /pact/publications", "POST /pact/received/{received_id}/acceptance",
    "POST /pact/received/{received_id}/refusal",
    "POST /approvals", "POST /approvals/{approval_id}/release", "POST /approvals/{approval_id}/return",
    "POST /evidence", "DELETE /evidence/{evidence_id}", "POST /evidence/{evidence_id}/links", "POST /evidence/{evidence_id}/grants",
    "PUT /memberships/{party_id}/confirmation", "DELETE /memberships/{party_id}", "PUT /surveys/{survey_id}/contribution",
    "DELETE /surveys/{survey_id}/contribution", "PUT /publications/{publication_id}/adoption",
    "POST /break-glass/{access_id}/end",
}  # fmt: skip
OF_DUE_DILIGENCE = {"GET /requests/{request_id}/statement", "DELETE /requests/{request_id}/renewal"}  # their request is another one
ADMINISTRATORS = {
    "GET /bundles",
    "POST /bundles",
    "GET /bundles/{bundle_id}",
    "GET /bundles/{bundle_id}/content",
    "DELETE /bundles/{bundle_id}",
    "POST /received-bundles",
    "GET /carried-records",
    "GET /departure",
    "POST /departure",
    "DELETE /departure",
    "POST /evidence/{evidence_id}/erasure",
    "GET /people",
    "POST /people",
    "PATCH /people/{person_id}",
    "POST /people/{person_id}/erasure",
    "POST /people/{person_id}/invitation",
    "POST /terms/acceptance",
    "DELETE /people/{person_id}/second-factors",
    "GET /identity-providers",
    "POST /identity-providers",
    "DELETE /identity-providers/{provider_id}",
    "GET /control-proofs",
    "POST /control-proofs",
    "POST /control-proofs/{proof_id}/verification",
    "POST /keys",
    "PUT /release-policy",
    "GET /webhooks",
    "POST /webhooks",
    "DELETE /webhooks/{webhook_id}",
    "POST /webhooks/{webhook_id}/test",
    "GET /webhook-deliveries",
    "POST /webhook-deliveries/{delivery_id}/replay",
    "GET /pact/endpoint",
    "PUT /pact/endpoint",
    "PUT /pact/partners/{partner_id}",
    "DELETE /pact/partners/{partner_id}",
    "GET /clients",
    "POST /clients",
    "DELETE /clients/{client_id}",
}
OPERATORS = {
    "GET /companies",
    "POST /break-glass",
    "POST /break-glass/{access_id}/approval",
    "POST /break-glass/{access_id}/refusal",
    "GET /break-glass/{access_id}/releases",
    "POST /register-entries",
    "POST /register-entries/{entry_id}/outcome",
    "POST /register-entries/{entry_id}/disclosure",
    "POST /transparency-reports",
    "GET /criteria",
    "PUT /criteria/{criterion}",
    "GET /certification-binder/document",
    "GET /certification-binder.zip",
    "POST /companies/{company_id}/state",
    "GET /companies/{company_id}/admission",
    "POST /companies/{company_id}/checks",
    "GET /applications",
    "POST /applications",
    "DELETE /applications/{application_id}",
}
ASSOCIATIONS = {"POST /memberships", "POST /surveys", "POST /publications"}
ANYBODYS_OWN = {"DELETE /sessions/current", "GET /sessions", "DELETE /sessions/{session_id}", "POST /sessions/current/proof", "GET /second-factors",
                "DELETE /second-factors/{factor_id}", "POST /recovery-codes", "POST /views", "DELETE /views/{view_id}", "POST /support-requests",
                "POST /support-requests/{support_id}/words", "POST /support-requests/{support_id}/closing"}  # fmt: skip
CLOSED = sorted(MEMBERS_READ | MEMBERS_WRITE | ADMINISTRATORS | OPERATORS | ASSOCIATIONS | ANYBODYS_OWN)
NAMING_MEMBERS = {"PUT /pact/partners/{partner_id}": "any member may be named as a partner: that it exists is public"}
WITH_IDS = sorted(operation for operation in CLOSED if "_id}" in operation and operation not in NAMING_MEMBERS)
OF_THE_SUPPLIER = {"GET /pact/files/{request_id}"}  # what is read of a request by its supplier alone
QUERY = {
    "GET /rooms/{room_id}/footprints/{footprint_id}/sample": {"seed": "1"},
    "GET /requests": {"direction": "sent"},
    "GET /pact/files/{request_id}": {"form": "catenax-pcf-9"},
    "GET /log/receipts": {"size": 1},
    "GET /log/consistency": {"first": 1, "second": 1},
    "POST /answers/workbook": {"period_start": "2025-04-01", "period_end": "2026-03-31"},
}


def test_every_route_is_in_exactly_one_list() -> None:
    lists = [set(PUBLIC), MEMBERS_READ, MEMBERS_WRITE, ADMINISTRATORS, OPERATORS, ASSOCIATIONS, ANYBODYS_OWN]
    assert sorted(operation for each in lists for operation in each) == OPERATIONS


def test_a_route_in_no_list_would_be_noticed() -> None:
    """The canary: an application with one more route."""
    grown = composition.build()

    @grown.get(f"{PREFIX}/secrets")
    async def secrets() -> str:
        return "told to everybody"

    found = {f"{method.upper()} {path.removeprefix(PREFIX)}" for path, item in grown.openapi()["paths"].items() for method in item}
    assert found - set(OPERATIONS) == {"GET /secrets"}


def address(operation: str, ids: dict[str, str]) -> tuple[str, str]:
    """Method and path of an operation, with these identifiers filled in, random ones for the others."""
    method, path = operation.split(" ")
    if operation in OF_DUE_DILIGENCE and "diligence_request_id" in ids:
        ids = ids | {"request_id": ids["diligence_request_id"]}
    if operation == "PUT /received-probes/{root_id}/consent" and "asked_root_id" in ids:
        ids = ids | {"root_id": ids["asked_root_id"]}
    if "/transparency-reports/{" in operation and "transparency_report_id" in ids:
        ids = ids | {"report_id": ids["transparency_report_id"]}
    if "/mediations/{" in operation and "mediated_id" in ids:
        ids = ids | {"grievance_id": ids["mediated_id"]}
    none = {"number": "7000012050002", "leaf_hash": "0" * 64}
    filled = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], none.get(found[1], str(uuid4()))), path)
    return method, filled if path.startswith(("/oauth", "/.well-known")) else PREFIX + filled


async def send(
    client: httpx.AsyncClient,
    operation: str,
    ids: dict[str, str],
    body: Any = None,
    headers: dict[str, str] | None = None,
    cookies: str | None = None,
) -> httpx.Response:
    """The operation with a body that its description accepts."""
    method, path = address(operation, ids)
    options: dict[str, Any] = {"params": QUERY.get(operation), "headers": dict(headers or {})}
    if cookies:
        options["headers"]["Cookie"] = cookies
    if operation in ("POST /imports", "POST /answers/workbook", "POST /parts/{part_id}/minerals-template"):
        options["files"] = {
            "file": (
                "book.xlsx",
                io.BytesIO(
                    workbook(
                        **{"Declaration": [["x"]], "Smelter List": [["Metal", "Smelter Name", "Smelter Identification"]]}
                        if "minerals" in operation
                        else {"notes": [["nothing"]]}
                    )
                ),
            )
        }
    elif operation == "POST /evidence":
        options["files"] = {"file": ("note.txt", io.BytesIO(b"Read on 1 April.\n"))}
    elif operation == "POST /oauth/token":
        options["data"] = {"grant_type": "client_credentials"}
    elif body is not None:
        options["json"] = body
    return await client.request(method, path, **options)


async def as_company(company: Company, operation: str, ids: dict[str, str], body: Any = None) -> httpx.Response:
    return await send(company.member.client, operation, ids, body, {"Authorization": f"Bearer {company.member.token}"})


def refused_alike(response: httpx.Response) -> None:
    """The one answer to who is not known."""
    assert response.status_code == 401, f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}"
    assert response.json()["code"] == "credentials"
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.headers["content-type"] == "application/problem+json"


CREDENTIALS = {
    "none": {}, "no scheme": {"Authorization": "x"}, "an empty token": {"Authorization": "Bearer "}, "an unknown token": {"Authorization": "Bearer " + "x" * 43},
    "another scheme": {"Authorization": "Basic eDp5"}, "a forged token": {"Authorization": "Bearer e30.e30.x"}, "a cookie": {"Cookie": "ashiato_session=" + "x" * 43},
}  # fmt: skip


@pytest.mark.parametrize("operation", CLOSED)
async def test_a_stranger_is_refused(two_companies: Rich, operation: str) -> None:
    owner = two_companies.supplier
    body = bodies(owner).get(operation)
    answers = set()
    for headers in CREDENTIALS.values():
        response = await send(owner.member.client, operation, owner.owns, body, headers)
        refused_alike(response)
        answers.add(response.content)
    assert len(answers) == 1, "and always in the same words"


async def session_of(tools: Tools, member: Member, lifetime: timedelta = timedelta(hours=1)) -> str:
    """A session's secret for a company's administrator, laid into the database past the log-in."""
    secret = keys.new_secret()

    async def verb(work: Work) -> None:
        await work.connection.execute(
            "INSERT INTO session (company_id, token_hash, person_id, created_at, expires_at) SELECT company_id, %s, person_id, %s, %s FROM person WHERE company_id = %s AND email = %s",
            [keys.secret_hash(secret), work.now, work.now + lifetime, member.company_id, member.email],
        )

    await tools.works.run(verb)
    return secret


async def in_state(world: World, state: str) -> Company:
    """A company in a state in which it may do nothing, with a session that somehow exists."""
    ways = {"applied": [], "verified": ["verified"], "declined": ["declined"], "suspended": ["verified", "admitted", "suspended"]}
    member = await world.apply(f"Company {state}")
    for step in ways[state]:
        await world.move(member, step)
    member.token = await session_of(world.tools, member)
    return Company(member)


@pytest.fixture(scope="module")
async def companies_in_states(world: World) -> dict[str, Company]:
    return {state: await in_state(world, state) for state in ("applied", "verified", "declined", "suspended")}


@pytest.mark.parametrize("state", ["applied", "verified", "declined", "suspended"])
@pytest.mark.parametrize("operation", CLOSED)
async def test_a_company_that_is_not_admitted_is_refused(
    two_companies: Rich, companies_in_states: dict[str, Company], state: str, operation: str
) -> None:
    refused_alike(await as_company(companies_in_states[state], operation, two_companies.supplier.owns, bodies(two_companies.supplier).get(operation)))


async def test_the_session_laid_into_the_database_opens_for_an_admitted_company(world: World) -> None:
    """The canary: such a session is a good one, so that the state alone refuses the others."""
    member = await world.company("Company admitted")
    member.token = await session_of(world.tools, member)
    assert (await member.call("GET", "/me")).status_code == 200
    member.token = await session_of(world.tools, member, timedelta(seconds=-1))
    assert (await member.call("GET", "/me")).status_code == 401, "one that has run out does not"


@pytest.mark.parametrize("operation", CLOSED)
async def test_a_suspension_counts_for_tokens_of_programs_too(two_companies: Rich, companies_in_states: dict[str, Company], operation: str) -> None:
    member = companies_in_states["suspended"].member
    tools = two_companies.world.tools
    token = tools.tokens.issue(str(uuid4()), member.company_id, tools.works.clock.now()).access_token
    response = await send(
        member.client, operation, two_companies.supplier.owns, bodies(two_companies.supplier).get(operation), {"Authorization": f"Bearer {token}"}
    )
    refused_alike(response)


def same(one: httpx.Response, other: httpx.Response) -> None:
    """Two answers that nobody can tell apart: status, headers, body."""
    assert one.status_code == other.status_code
    assert one.content == other.content
    assert dict(one.headers) == dict(other.headers)


@pytest.mark.parametrize("operation", WITH_IDS)
async def test_anothers_thing_and_no_thing_get_the_same_answer(two_companies: Rich, operation: str) -> None:
    """The rival names what is the supplier's or the buyer's, then what does not exist."""
    rival = two_companies.rival
    foreign = two_companies.buyer.owns | two_companies.supplier.owns | {"request_id": two_companies.buyer.owns["request_id"]}
    body = bodies(rival).get(operation)
    theirs = await as_company(rival, operation, foreign, body)
    nobodys = await as_company(rival, operation, {}, body)
    assert theirs.status_code in (403, 404), theirs.text
    same(theirs, nobodys)


@pytest.mark.parametrize("operation", WITH_IDS)
async def test_the_owner_gets_another_answer(two_companies: Rich, operation: str) -> None:
    """The canary: the things that were named do exist, so that their owners are not told they are absent."""
    if operation in OPERATORS:
        member = replace(two_companies.supplier, member=two_companies.world.operator)
        response = await as_company(member, "GET /companies", {})
    elif operation == "DELETE /requests/{request_id}/renewal":
        supplier = two_companies.supplier  # whose answer it is; said again afterwards
        response = await as_company(supplier, operation, {"request_id": two_companies.buyer.owns["diligence_request_id"]})
    elif operation in OF_THE_SUPPLIER:
        response = await as_company(two_companies.supplier, operation, two_companies.buyer.owns)
    elif operation == "POST /rooms/{room_id}/opinions":  # the owner is told that it is not its to sign
        owner = two_companies.buyer
        response = await as_company(owner, operation, owner.owns, bodies(owner).get(operation))
        assert (response.status_code, response.json()["code"]) == (403, "opinion.verifier")
        return
    elif operation.startswith(("DELETE", "PATCH")) or operation.endswith("/erasure"):  # the thing is still needed: only looked for, in its list
        listed = {
            "DELETE /clients/{client_id}": "/clients",
            "DELETE /rooms/{room_id}": "/rooms",
            "DELETE /grants/{grant_id}": "/grants",
            "DELETE /evidence/{evidence_id}": "/evidence",
            "POST /evidence/{evidence_id}/erasure": "/evidence",
            "PATCH /people/{person_id}": "/people",
            "POST /people/{person_id}/erasure": "/people",
            "DELETE /pact/partners/{partner_id}": "/pact/partners",
            "DELETE /memberships/{party_id}": "/memberships",
            "DELETE /surveys/{survey_id}/contribution": "/surveys",
            "DELETE /bundles/{bundle_id}": "/bundles",
            "DELETE /webhooks/{webhook_id}": "/webhooks",
            "DELETE /sessions/{session_id}": "/sessions",
            "DELETE /views/{view_id}": "/views",
            "DELETE /second-factors/{factor_id}": "/second-factors",
            "DELETE /identity-providers/{provider_id}": "/identity-providers",
            "DELETE /people/{person_id}/second-factors": "/people",
        }[operation]
        key = re.findall(r"{(\w+)}", operation)[0]
        supplier = two_companies.supplier
        lister = supplier.colleague if listed == "/second-factors" else supplier.member  # whose factor it is
        assert lister is not None
        items = (await lister.get(listed, params={"limit": 200} if listed == "/grants" else None))["items"]
        assert two_companies.supplier.owns[key] in {item[key] for item in items}
        return
    else:
        owner = two_companies.buyer
        response = await as_company(owner, operation, owner.owns, bodies(owner).get(operation))
    assert response.status_code not in (401, 403, 404), response.text


NAMED_IN_BODIES = {
    "POST /requests": ["bought_part_id"],
    "POST /answers": ["footprint_id", "request_id"],
    "POST /approvals": ["footprint_id", "request_id"],
    "POST /declarations": ["footprint_id"],
    "POST /statements": ["diligence_request_id"],
    "POST /probes": ["part_id"],
    "POST /reports": ["part_id"],
    "POST /rooms": ["footprint_id"],
}


@pytest.mark.parametrize(("operation", "key"), [(operation, key) for operation, named in NAMED_IN_BODIES.items() for key in named])
async def test_anothers_thing_in_a_body_is_no_thing_either(two_companies: Rich, operation: str, key: str) -> None:
    rival = two_companies.rival
    foreign = {name: two_companies.buyer.owns[name] for name in ("bought_part_id", "footprint_id", "request_id", "diligence_request_id", "part_id")}
    answers = []
    for value in (foreign[key], str(uuid4())):
        named = replace(rival, owns=rival.owns | {key: value})
        answers.append(await as_company(rival, operation, rival.owns, bodies(named)[operation]))
    assert answers[0].status_code == 404, answers[0].text
    same(*answers)


async def test_a_request_cannot_be_linked_to_anothers_part(two_companies: Rich) -> None:
    request_id = (await two_companies.buyer.member.ask("CELL"))["request_id"]
    named = (two_companies.rival.owns["part_id"], two_companies.buyer.owns["part_id"], str(uuid4()))
    link = "PUT /requests/{request_id}/link"
    answers = [await as_company(two_companies.supplier, link, {"request_id": request_id}, {"part_id": part_id}) for part_id in named]
    assert answers[0].status_code == 404, answers[0].text
    same(answers[0], answers[1])
    same(answers[0], answers[2])
    await two_companies.buyer.member.post(f"/requests/{request_id}/cancellation", {"reason": "tried"})


async def test_a_company_that_is_not_admitted_is_as_absent_as_none(two_companies: Rich, world: World) -> None:
    pending = await world.apply("Pending Works")
    other = await world.apply("Declined Works")
    await world.move(other, "declined")
    numbers = [pending.number, other.number, "7000012050002"]
    answers = [await as_company(two_companies.buyer, "GET /companies/by-number/{number}", {"number": number}) for number in numbers]
    assert {response.status_code for response in answers} == {404}
    assert len({response.content for response in answers}) == 1


async def test_the_public_keys_of_a_company_without_any_are_those_of_none(two_companies: Rich, world: World) -> None:
    silent = await world.company("Silent Works")
    told = [await silent.client.get(f"{PREFIX}/companies/{company_id}/keys") for company_id in (silent.company_id, uuid4())]
    same(*told)
    assert told[0].json() == {"keys": []}


@pytest.mark.parametrize("operation", sorted(PUBLIC))
async def test_a_public_route_needs_no_credentials_and_fails_on_none(two_companies: Rich, operation: str) -> None:
    response = await send(two_companies.buyer.member.client, operation, two_companies.buyer.owns, bodies(two_companies.buyer).get(operation))
    assert response.status_code in (200, 201, 401, 404), response.text
    if operation not in (
        "POST /sessions",
        "POST /oauth/token",
        "POST /grievances/followed",
        "POST /grievances/responses",
        "POST /grievances/mediators",
        *BY_SECRET,
    ):
        assert response.status_code in (200, 201)


async def colleague(world: World, member: Member, roles: list[str]) -> Company:
    email = f"{uuid4().hex}@roles.test"
    await member.post("/people", {"email": email, "display_name": "C", "password": "correct horse battery staple", "roles": roles})
    person = Member(member.client, member.name, member.number, member.company_id, email)
    await log_in(person)
    return Company(person)


@pytest.fixture(scope="module")
async def verifier(two_companies: Rich) -> Company:
    found = await colleague(two_companies.world, two_companies.buyer.member, ["verifier"])
    return replace(found, owns=two_companies.buyer.owns, cosignature=two_companies.buyer.cosignature)


@pytest.mark.parametrize("operation", sorted(MEMBERS_WRITE | ADMINISTRATORS | OPERATORS))
async def test_who_only_reads_is_refused_by_every_deed(two_companies: Rich, verifier: Company, operation: str) -> None:
    response = await as_company(verifier, operation, verifier.owns, bodies(verifier).get(operation))
    assert (response.status_code, response.json()["code"]) == (403, "role"), response.text


@pytest.mark.parametrize("operation", sorted(OF_THE_SUPPLIER))
async def test_who_only_reads_may_read_what_is_the_suppliers(two_companies: Rich, operation: str) -> None:
    reader = await colleague(two_companies.world, two_companies.supplier.member, ["verifier"])
    assert (await as_company(reader, operation, two_companies.buyer.owns)).status_code == 200


@pytest.mark.parametrize("operation", sorted(MEMBERS_READ - OF_THE_SUPPLIER))
async def test_who_only_reads_may_read_everything(two_companies: Rich, verifier: Company, operation: str) -> None:
    ids = verifier.owns | {"number": two_companies.supplier.member.number}
    assert (await as_company(verifier, operation, ids, bodies(verifier).get(operation))).status_code == 200


OPERATORS_TOO = {
    "GET /me": "who asks",
    "GET /companies/by-number/{number}": "the directory of companies, which everybody reads",
    "GET /mediations": "what it was asked to mediate",
    "GET /register-entries": "its own registers",
    "GET /treatment": "how it treats companies",
    "GET /break-glass": "what its own persons asked for",
    "GET /support-requests": "what companies ask it for",
}
BOTH_SIDES = {
    "POST /break-glass/{access_id}/end": "either side ends an access of the operator's",
    "GET /support-requests/{support_id}": "what was said between the two",
}


async def asked_to_mediate(operator: Member, company: Company) -> bool:
    """Whether a company's grievance, as it reads it itself, names the operator as a mediator: other tests may have asked it."""
    seen = await company.member.get(f"/received-grievances/{company.owns['grievance_id']}")
    return operator.name in {each["mediator_name"] for each in seen["mediators"]}


@pytest.mark.parametrize("operation", sorted((MEMBERS_READ | MEMBERS_WRITE) - BOTH_SIDES.keys()))
async def test_the_operator_has_no_part_in_members_affairs(two_companies: Rich, operation: str) -> None:
    """It is refused by its role, whatever it names; what it may read too tells of no member's own thing."""
    operator = replace(two_companies.buyer, member=two_companies.world.operator)
    ids = two_companies.buyer.owns | {"number": two_companies.supplier.member.number}
    response = await as_company(operator, operation, ids, bodies(two_companies.buyer).get(operation))
    if "/mediations/{" in operation:
        assert (response.status_code, response.json()["code"]) == (404, "absent"), "another mediator's, though it mediates too"
        return
    if operation not in OPERATORS_TOO:
        assert (response.status_code, response.json()["code"]) == (403, "role"), response.text
        return
    assert response.status_code == 200, response.text
    for company in (two_companies.buyer, two_companies.supplier, two_companies.rival):
        of_all = {
            company.owns.get(name)
            for name in ("mediated_id", "company_id", "party_id", "partner_id", "transparency_report_id", "access_id", "support_id")
        }
        told = {name for name, value in company.owns.items() if value not in of_all and value in response.text}
        if operation == "GET /mediations" and await asked_to_mediate(two_companies.world.operator, company):
            told.discard("grievance_id")  # it was asked
        assert not told, f"{operation} tells the operator of {told}"
    if operation == "GET /mediations":
        assert {frozenset(item) for item in response.json()["items"]} <= {frozenset({"grievance_id", "company", "asked_by", "asked_at"})}, (
            "that it is asked"
        )
        assert {item["asked_by"] for item in response.json()["items"]} <= {"reporter", "company"}, "by which side, not by whom"


@pytest.mark.parametrize("operation", sorted(OPERATORS))
async def test_a_member_is_not_the_operator(two_companies: Rich, operation: str) -> None:
    response = await as_company(two_companies.buyer, operation, two_companies.rival.owns, bodies(two_companies.buyer).get(operation))
    assert (response.status_code, response.json()["code"]) == (403, "role")


async def test_an_administrator_cannot_make_an_operator(two_companies: Rich) -> None:
    body = {"email": "o@x.test", "display_name": "O", "password": "correct horse battery", "roles": ["operator", "clerk"]}
    response = await as_company(two_companies.buyer, "POST /people", {}, body)
    assert (response.status_code, response.json()["flaws"][0]["code"]) == (422, "roles")
    change = await as_company(two_companies.buyer, "PATCH /people/{person_id}", two_companies.buyer.owns, {"roles": ["operator"]})
    assert change.status_code == 422


async def test_a_program_acts_with_its_roles_only(two_companies: Rich) -> None:
    member = two_companies.buyer.member
    secret = await member.post("/clients", {"name": "Clerk", "roles": ["clerk"]})
    response = await member.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(secret["client_id"], secret["secret"]))
    token = response.json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await send(member.client, "GET /parts", {}, None, headers)).status_code == 200
    assert (await send(member.client, "GET /me", {}, None, headers)).json()["client_id"] == secret["client_id"]
    for operation in ("GET /people", "POST /clients", "POST /declarations", "POST /answers", "POST /companies/{company_id}/state"):
        refused = await send(member.client, operation, two_companies.buyer.owns, bodies(two_companies.buyer).get(operation), headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "role"), refused.text
    await member.delete(f"/clients/{secret['client_id']}")
    refused_alike(await send(member.client, "GET /parts", {}, None, headers))
    again = await member.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(secret["client_id"], secret["secret"]))
    assert again.status_code == 401


@pytest.mark.parametrize("credentials", [("x", "y"), (str(uuid4()), "y"), ("", ""), ("' OR 1=1 --", "x"), ("é", "é"), ("x" * 5000, "y")])
async def test_wrong_credentials_of_programs_get_one_answer(two_companies: Rich, credentials: tuple[str, str]) -> None:
    client = two_companies.buyer.member.client
    response = await client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=credentials)
    refused_alike(response)
    known = await client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(two_companies.buyer.owns["client_id"], "wrong"))
    assert known.content == response.content


async def test_a_lists_cursor_of_another_company_opens_nothing(two_companies: Rich) -> None:
    """Cursors hold places, not rights: with another's cursor one still sees only one's own."""
    supplier, rival = two_companies.supplier.member, two_companies.rival.member
    page = await supplier.get("/parts", params={"limit": 1})
    assert page["next"]
    told = await rival.get("/parts", params={"limit": 200, "after": page["next"]})
    own = {item["part_id"] for item in (await rival.get("/parts", params={"limit": 200}))["items"]}
    assert {item["part_id"] for item in told["items"]} <= own


async def test_the_same_content_is_not_sent_twice(two_companies: Rich) -> None:
    """An entity tag is that of the bytes, without the time of day."""
    buyer = two_companies.buyer
    first = await as_company(buyer, "GET /parts", {})
    headers = {"Authorization": f"Bearer {buyer.member.token}", "If-None-Match": first.headers["etag"]}
    second = await send(buyer.member.client, "GET /parts", {}, None, headers)
    assert (second.status_code, second.content) == (304, b"")
