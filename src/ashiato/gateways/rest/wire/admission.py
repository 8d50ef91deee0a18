"""Messages about admission: terms, applications as they are followed, checks, proofs of control, invitations."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.domain import participants
from ashiato.gateways.rest.wire.companies import CompanyOut
from ashiato.gateways.rest.wire.words import In, LongText, NewPassword, Out, Text, storable

Secret = Annotated[str, StringConstraints(max_length=100), storable]


class TermsOut(Out):
    """One version of the terms, and the digest under which it is accepted."""

    version: str
    digest: str
    english: str
    japanese: str


class LinkIn(In):
    """The secret of an application's link."""

    secret: Secret


class AcceptByLinkIn(LinkIn):
    """An applicant accepts the terms that have this digest."""

    digest: Text


class AcceptIn(In):
    """A member accepts the terms that have this digest."""

    digest: Text


class ProofIn(In):
    """What a company says that it controls: a domain, or the key of a certificate that was issued to a domain."""

    kind: Literal["domain", "certificate"] = "domain"
    subject: Text


class ProofByLinkIn(ProofIn):
    """The same, by the secret of an application's link."""

    secret: Secret


class ShowIn(In):
    """For a certificate: its chain (PEM) and the base64 signature over the challenge. For a domain nothing: it is looked up."""

    chain: Annotated[str, StringConstraints(max_length=40_000), storable] | None = None
    signature: Annotated[str, StringConstraints(max_length=4_000), storable] | None = None


class ShowByLinkIn(ShowIn):
    """The same, by the secret of an application's link."""

    secret: Secret


class ProofOut(Out):
    """A proof of control. `record` and `file`: where a domain shows the challenge, as a TXT record or as a file; one of them is enough."""

    proof_id: UUID
    kind: str
    subject: str
    challenge: str
    proven_at: datetime | None
    proven_how: str | None


class AcceptanceOut(Out):
    """Which terms were accepted, by whom and when."""

    version: str
    digest: str
    accepted_by: str
    accepted_at: datetime


class CheckOut(Out):
    """What a person of the operator found."""

    item: str
    passed: bool
    reason: str
    checked_by: str
    checked_at: datetime


class ItemOut(Out):
    """An item of the checklist and whether it is fulfilled. `shown_by`: operator, terms or control."""

    id: str
    shown_by: str
    required: bool
    english: str
    japanese: str
    fulfilled: bool
    check: CheckOut | None


class StandingOut(Out):
    """A step of a company's admission."""

    from_state: str | None
    to_state: str
    reason: str
    decided_by: str
    changed_at: datetime


class CandidacyOut(Out):
    """How far a company's admission has come, what is missing, and who acts next: applicant, operator or nobody."""

    company: CompanyOut
    next: str
    missing: list[str]
    items: list[ItemOut]
    acceptances: list[AcceptanceOut]
    proofs: list[ProofOut]
    standings: list[StandingOut]


class NamesakeOut(Out):
    """Another company whose name reads the same: width, capitals and spaces count for nothing."""

    company_id: UUID
    name: str
    state: str


class ApplicantOut(CandidacyOut):
    """The same for the operator, with whom to ask, and who else is called the same."""

    address: str
    contact_email: str
    contact_name: str | None = None
    phone: str | None = None
    website: str | None = None
    applied_at: datetime
    namesakes: list[NamesakeOut]


class ChecksIn(In):
    """What was found of items of the checklist, with a reason that the company can read."""

    items: Annotated[list[Text], Field(min_length=1, max_length=50)]
    passed: bool = True
    reason: LongText


class TakeUpIn(In):
    """The secret of an invitation, and the password that is chosen."""

    secret: Secret
    password: NewPassword


class InvitationOut(Out):
    """Where an invited person chooses a password, once."""

    link: str


def told(found: participants.candidacy.Candidacy) -> CandidacyOut:
    """The application as its applicant reads it."""
    return CandidacyOut.model_validate(_members(found))


def told_operator(found: participants.candidacy.Candidacy) -> ApplicantOut:
    """The application as the operator reads it."""
    stated, contact = found.particulars, found.contact
    assert stated is not None
    asked = {} if contact is None else {"contact_name": contact.contact_name, "phone": contact.phone, "website": contact.website}
    known = {"address": stated.address, "contact_email": stated.contact_email, "applied_at": stated.applied_at}
    namesakes = [NamesakeOut.model_validate(each) for each in found.namesakes]
    return ApplicantOut.model_validate(_members(found) | asked | known | {"namesakes": namesakes})


def _members(found: participants.candidacy.Candidacy) -> dict[str, object]:
    items = [
        ItemOut(
            id=each.item.id, shown_by=each.item.shown_by, required=each.item.required, english=each.item.words[0], japanese=each.item.words[1],
            fulfilled=each.fulfilled, check=CheckOut.model_validate(each.check) if each.check else None,
        )
        for each in found.shown
    ]  # fmt: skip
    return {
        "company": CompanyOut.model_validate(found.company), "next": found.next, "missing": [item.id for item in found.missing], "items": items,
        "acceptances": [AcceptanceOut.model_validate(each) for each in found.acceptances],
        "proofs": [ProofOut.model_validate(each) for each in found.proofs],
        "standings": [StandingOut.model_validate(each) for each in found.standings],
    }  # fmt: skip
