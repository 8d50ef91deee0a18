"""Becoming a participant: the application, the page by which it is followed, and the invitation that chooses a password."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import participants
from ashiato.domain.participants import CompanyKind
from ashiato.kernel.errors import Flaw, Kind, Refusal
from ashiato.kernel.ids import corporate_number
from ashiato.plumbing import letters, outbound
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.login import opened
from ashiato.web.render import page
from ashiato.web.route import AtDoor, AtGate, Visit, journey

router = journey()
Line = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class Apply:
    """The form, what was written into it, and what is wrong with that."""

    template: ClassVar[str] = "apply.html"
    written: dict[str, str]
    flaws: tuple[Flaw, ...]
    terms: participants.admission_rules.Terms


@dataclass(frozen=True, slots=True)
class Follow:
    """How far an application has come, with the secret of its link. `failed`: why a proof did not succeed."""

    template: ClassVar[str] = "candidacy.html"
    secret: str
    found: participants.candidacy.Candidacy
    terms: participants.admission_rules.Terms
    failed: Refusal | None


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for, and what is wrong with the password."""

    template: ClassVar[str] = "invitation.html"
    secret: str
    person: participants.invitations.Invited
    flaws: tuple[Flaw, ...]


def _rules(visit: Visit) -> participants.admission_rules.Rules:
    return participants.admission_rules.load(visit.tools.settings.admission_rules)


@router.get("/apply")
async def form(visit: AtDoor) -> Response:
    """The application's form."""
    return page(visit.request, "apply.html", Apply({"country": "JP"}, (), _rules(visit).present))


@router.post("/apply")
async def apply(
    visit: AtGate,
    name: Line,
    country: Line,
    admin_email: Annotated[str, Form(max_length=254)],
    admin_name: Line,
    number: Line = "",
    address: Line = "",
    website: Line = "",
    phone: Line = "",
    domain: Line = "",
    accepted: Line = "",
) -> Response:
    """Registers the application and leads to the page by which it is followed; what is wrong is told field by field, and nothing typed is lost."""
    written = {
        "name": name, "country": country, "number": number, "address": address, "website": website, "phone": phone, "domain": domain,
        "admin_email": admin_email, "admin_name": admin_name, "accepted": accepted,
    }  # fmt: skip
    try:
        application = _application(written)
        applied = await visit.tools.works.run(lambda work: participants.admission.apply(work, application, _rules(visit)))
    except Refusal as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        flaws = refusal.flaws or (Flaw("number", refusal.code, str(refusal)),)
        return page(visit.request, "apply.html", Apply(written, flaws, _rules(visit).present), status=422)
    settings = visit.tools.settings
    await letters.hand_over(settings, participants.candidacy.letter(application.admin_email, applied.secret, settings.public_url))
    return RedirectResponse(f"/applications/{applied.secret}", 303)


def _application(written: dict[str, str]) -> participants.model.Application:
    """The number's scheme is told by its form: 13 digits, LEI, D-U-N-S or BPN."""
    text = written["number"].strip()
    number = participants.numbers.company_number(text) if text else None
    scheme = participants.numbers.scheme_of(number) if number else None
    return participants.model.Application(
        written["name"].strip(),
        written["country"].strip().upper(),
        corporate_number(number) if number and scheme is participants.numbers.Scheme.CORPORATE_NUMBER else None,
        written["admin_email"],
        written["admin_name"].strip(),
        "",
        CompanyKind.MEMBER,
        lei=number if scheme is participants.numbers.Scheme.LEI else None,
        duns=number if scheme is participants.numbers.Scheme.DUNS else None,
        bpn=number if scheme is participants.numbers.Scheme.BPN else None,
        address=written["address"].strip(),
        phone=written["phone"].strip(),
        website=written["website"].strip(),
        terms=written["accepted"] or None,
        domain=written["domain"].strip() or None,
    )


async def _page(visit: Visit, secret: str, failed: Refusal | None = None) -> Response:
    rules = _rules(visit)
    found = await visit.tools.works.run(lambda work: participants.candidacy.by_link(work, secret, rules), read_only=True)
    status = 409 if failed else 200
    return page(visit.request, "candidacy.html", Follow(secret, found, rules.present, failed), status=status)


@router.get("/applications/{secret}")
async def follow(visit: AtDoor, secret: str) -> Response:
    """How far the application has come, what is missing, and who acts next."""
    return await _page(visit, secret)


@router.post("/applications/{secret}/terms")
async def accept(visit: AtGate, secret: str, accepted: Line) -> Response:
    """Accepts the terms in force."""
    await visit.tools.works.run(lambda work: participants.candidacy.accept_by_link(work, secret, accepted, _rules(visit)))
    return RedirectResponse(f"/applications/{secret}", 303)


@router.post("/applications/{secret}/domains")
async def state(visit: AtGate, secret: str, domain: Line) -> Response:
    """Says which domain the company controls."""

    async def verb(work: Work) -> None:
        await participants.candidacy.by_link(work, secret, _rules(visit))
        await participants.control.state(work, participants.control.ControlKind.DOMAIN, domain)

    await visit.tools.works.run(verb)
    return RedirectResponse(f"/applications/{secret}", 303)


@router.post("/applications/{secret}/proofs/{proof_id:uuid}")
async def show(visit: AtGate, secret: str, proof_id: UUID) -> Response:
    """Looks the challenge up; what was found instead is told on the same page."""

    async def load(work: Work) -> participants.control.Proof:
        found = await participants.candidacy.by_link(work, secret, _rules(visit))
        visit.tools.limits.count(visit.request.scope, found.company.company_id, None)
        return await participants.control.stated(work, proof_id)

    proof = await visit.tools.works.run(load, read_only=True)
    try:
        shown = await participants.control.look(proof, outbound.of(visit.tools.settings))
    except Refusal as failed:
        return await _page(visit, secret, failed)

    async def keep(work: Work) -> None:
        await participants.candidacy.by_link(work, secret, _rules(visit))
        await participants.control.keep(work, shown)

    await visit.tools.works.run(keep)
    return RedirectResponse(f"/applications/{secret}", 303)


async def _invited(visit: Visit, secret: str) -> participants.invitations.Invited:
    return await visit.tools.works.run(lambda work: participants.invitations.look(work, secret), read_only=True)


@router.get("/invitations/{secret}")
async def invitation(visit: AtDoor, secret: str) -> Response:
    """The form by which an invited person chooses a password."""
    return page(visit.request, "invitation.html", Invited(secret, await _invited(visit, secret), ()))


@router.post("/invitations/{secret}")
async def take_up(visit: AtGate, secret: str, password: Line) -> Response:
    """Chooses the password and logs in; the link opens nothing any more."""
    chosen = visit.tools.settings
    lifetime, policy = timedelta(hours=chosen.session_hours), participants.FactorPolicy(chosen.second_factor)
    try:
        session = await visit.tools.works.run(lambda work: participants.invitations.take_up(work, secret, password, lifetime, policy))
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return page(visit.request, "invitation.html", Invited(secret, await _invited(visit, secret), refusal.flaws), status=422)
    return opened(visit, session, "/")
