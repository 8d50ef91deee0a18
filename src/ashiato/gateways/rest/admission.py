"""Routes: becoming a participant. What an applicant does needs the secret of its link and no login."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from fastapi import Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import SESSION_COOKIE, AtDesk, AtGate, Desk
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.second_factors import opened
from ashiato.gateways.rest.wire.admission import (
    AcceptByLinkIn,
    AcceptIn,
    ApplicantOut,
    CandidacyOut,
    ChecksIn,
    InvitationOut,
    LinkIn,
    ProofByLinkIn,
    ProofIn,
    ProofOut,
    ShowByLinkIn,
    ShowIn,
    TakeUpIn,
    TermsOut,
    told,
    told_operator,
)
from ashiato.gateways.rest.wire.companies import SessionOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import invalid
from ashiato.kernel.ids import CompanyId, PersonId
from ashiato.plumbing import letters, outbound
from ashiato.plumbing.unit_of_work import Work

router = routes_about("admission")


def rules_of(desk: Desk) -> participants.admission_rules.Rules:
    """The rules of admission of this installation."""
    return participants.admission_rules.load(desk.tools.settings.admission_rules)


async def send(desk: Desk, invitation: participants.invitations.Invitation | None) -> None:
    """Sends an invitation, once what it is about is durable."""
    if invitation is not None:
        await letters.hand_over(desk.tools.settings, participants.invitations.letter(invitation, desk.tools.settings.public_url))


@router.get("/terms")
async def terms(desk: AtDesk) -> list[TermsOut]:
    """Anybody: the terms in both languages, the version in force last."""
    return [TermsOut.model_validate(each) for each in rules_of(desk).terms]


@router.post("/candidacy")
async def followed(body: LinkIn, desk: AtGate) -> CandidacyOut:
    """An applicant: how far the application has come, what is missing, and who acts next."""
    return told(await _followed(desk, body.secret))


@router.post("/candidacy/terms")
async def accept_by_link(body: AcceptByLinkIn, desk: AtGate) -> CandidacyOut:
    """An applicant accepts the terms in force."""
    await desk.tools.works.run(lambda work: participants.candidacy.accept_by_link(work, body.secret, body.digest, rules_of(desk)))
    return told(await _followed(desk, body.secret))


@router.post("/candidacy/proofs", status_code=201)
async def state_by_link(body: ProofByLinkIn, desk: AtGate) -> ProofOut:
    """An applicant says what it controls; the answer holds the challenge that shows it."""

    async def verb(work: Work) -> participants.control.Proof:
        await participants.candidacy.by_link(work, body.secret, rules_of(desk))
        return await participants.control.state(work, participants.control.ControlKind(body.kind), body.subject)

    return ProofOut.model_validate(await desk.tools.works.run(verb))


@router.post("/candidacy/proofs/{proof_id}/verification")
async def show_by_link(proof_id: UUID, body: ShowByLinkIn, desk: AtGate) -> CandidacyOut:
    """An applicant shows the challenge: the domain is looked up, the certificate's signature verified."""

    async def enter(work: Work) -> None:
        found = await participants.candidacy.by_link(work, body.secret, rules_of(desk))
        desk.tools.limits.count(desk.request.scope, found.company.company_id, None)

    await prove(desk, enter, proof_id, body)
    return told(await _followed(desk, body.secret))


async def prove(desk: Desk, enter: Callable[[Work], Awaitable[object]], proof_id: UUID, body: ShowIn) -> None:
    """Looks at a proof with the eyes that `enter` takes; nothing is asked of the outside while a transaction is open."""

    async def load(work: Work) -> participants.control.Proof:
        await enter(work)
        return await participants.control.stated(work, proof_id)

    proof = await desk.tools.works.run(load, read_only=True)
    calls = outbound.of(desk.tools.settings)
    if proof.kind == participants.control.ControlKind.DOMAIN:
        shown = await participants.control.look(proof, calls)
    elif body.chain is None or body.signature is None:
        raise invalid("proof", "A certificate is shown by its chain and a signature.", "Send chain (PEM) and signature (base64).")
    else:
        shown = participants.control.examine(proof, body.chain, body.signature, desk.tools.works.clock.now(), calls.roots())

    async def keep(work: Work) -> None:
        await enter(work)
        await participants.control.keep(work, shown)

    await desk.tools.works.run(keep)


async def _followed(desk: Desk, secret: str) -> participants.candidacy.Candidacy:
    return await desk.tools.works.run(lambda work: participants.candidacy.by_link(work, secret, rules_of(desk)), read_only=True)


@router.get("/companies/{company_id}/admission", response_model=ApplicantOut)
async def applicant(company_id: UUID, desk: AtDesk) -> Response:
    """Operator: how far a company's admission has come, with whom to ask."""

    async def verb(work: Work, actor: Actor) -> ApplicantOut:
        return told_operator(await participants.candidacy.of_company(work, actor, CompanyId(company_id), rules_of(desk)))

    return await desk.read(verb)


@router.post("/companies/{company_id}/checks", status_code=201, response_model=ApplicantOut)
async def check(company_id: UUID, body: ChecksIn, desk: AtDesk) -> Response:
    """Operator: what was found of items of the checklist, with a reason that the company can read."""

    async def verb(work: Work, actor: Actor) -> ApplicantOut:
        rules = rules_of(desk)
        await participants.candidacy.check(work, actor, CompanyId(company_id), body.items, body.reason, rules, passed=body.passed)
        return told_operator(await participants.candidacy.of_company(work, actor, CompanyId(company_id), rules))

    return await desk.write(verb, 201)


@router.get("/admission", response_model=CandidacyOut)
async def own(desk: AtDesk) -> Response:
    """The own company: what it accepted and proved, and what the operator checked and decided, with the reasons."""

    async def verb(work: Work, actor: Actor) -> CandidacyOut:
        return told(await participants.candidacy.own(work, actor, rules_of(desk)))

    return await desk.read(verb)


@router.post("/terms/acceptance", status_code=204, response_class=Response)
async def accept(body: AcceptIn, desk: AtDesk) -> Response:
    """Accepts the terms in force for the own company."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.candidacy.accept_own(work, actor, body.digest, rules_of(desk))

    return await desk.write(verb)


@router.get("/control-proofs", response_model=Page[ProofOut])
async def proofs(desk: AtDesk) -> Response:
    """The domains and certificates that the own company proved or still has to prove."""

    async def verb(work: Work, actor: Actor) -> Page[ProofOut]:
        return Page(items=[ProofOut.model_validate(each) for each in await participants.control.of_company(work, actor)])

    return await desk.read(verb)


@router.post("/control-proofs", status_code=201, response_model=ProofOut)
async def state(body: ProofIn, desk: AtDesk) -> Response:
    """Says what the own company controls; the answer holds the challenge that shows it."""

    async def verb(work: Work, actor: Actor) -> ProofOut:
        return ProofOut.model_validate(await participants.control.state_own(work, actor, participants.control.ControlKind(body.kind), body.subject))

    return await desk.write(verb, 201)


@router.post("/control-proofs/{proof_id}/verification", status_code=204, response_class=Response)
async def show(proof_id: UUID, body: ShowIn, desk: AtDesk) -> Response:
    """Shows a challenge: the domain is looked up, the certificate's signature verified."""

    async def enter(work: Work) -> None:
        await participants.control.of_company(work, await desk.enter(work))

    await prove(desk, enter, proof_id, body)
    return Response(None, 204)


@router.post("/people/{person_id}/invitation", status_code=201, response_model=InvitationOut)
async def invite_again(person_id: UUID, desk: AtDesk) -> Response:
    """Invites a colleague to choose a password, once; earlier links end. The link is mailed, and told in this answer only."""
    issued: list[participants.invitations.Invitation] = []

    async def verb(work: Work, actor: Actor) -> InvitationOut:
        issued[:] = [await participants.invitations.renew(work, actor, PersonId(person_id))]
        return InvitationOut(link=participants.invitations.link(issued[0], desk.tools.settings.public_url))

    response = await desk.write(verb, 201, secret=True)
    await send(desk, issued[0])
    return response


@router.post("/invitations/acceptance", status_code=201)
async def take_up(body: TakeUpIn, desk: AtGate, response: Response) -> SessionOut:
    """An invited person chooses a password and is logged in. The invitation can be used once."""
    chosen = desk.tools.settings
    lifetime, policy = timedelta(hours=chosen.session_hours), participants.FactorPolicy(chosen.second_factor)
    session = await desk.tools.works.run(lambda work: participants.invitations.take_up(work, body.secret, body.password, lifetime, policy))
    if session.pending:
        return opened(session)
    secure = chosen.public_url.startswith("https:")
    response.set_cookie(SESSION_COOKIE, session.secret, httponly=True, secure=secure, samesite="lax", max_age=int(lifetime.total_seconds()))
    return opened(session)
