"""The SQL of a company's application: who may follow it, what it accepted, proved, and what was checked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, value, values
from ashiato.plumbing.unit_of_work import Work

_LEFT_OUT = "[\\s\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # spaces, joiners, variation selectors


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the operator can ask about an application; `invited`: the first administrator chooses its password when the company is admitted."""

    company_id: UUID
    person_id: UUID
    contact_name: str
    phone: str
    website: str
    invited: bool


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a company states of itself to the operator."""

    address: str
    contact_email: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One step of a company's admission, as the company can read it."""

    from_state: str | None
    to_state: str
    reason: str
    decided_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Which terms were accepted, by whom and when."""

    version: str
    digest: str
    accepted_by: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """What a person of the operator found of one item of the checklist."""

    item: str
    passed: bool
    reason: str
    checked_by: str
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What a company says that it controls, and the challenge that shows it. `proven_how`: dns, file or certificate."""

    proof_id: UUID
    kind: str
    subject: str
    challenge: str
    proven_at: datetime | None
    proven_how: str | None


@dataclass(frozen=True, slots=True)
class Namesake:
    """Another company that is called the same, as far as letters tell."""

    company_id: UUID
    name: str
    state: str


async def namesakes(work: Work, company_id: UUID) -> list[Namesake]:
    """At most twenty other companies whose name reads the same: width, capitals, spaces and variants of a letter count for nothing (NFKC)."""
    return await rows(
        work.connection,
        Namesake,
        """
        WITH named AS (
            SELECT company_id, name, state, kind, lower(regexp_replace(normalize(name, NFKC), %(left_out)s, '', 'g')) AS letters FROM company
        )
        SELECT other.company_id, other.name, other.state
        FROM named AS other JOIN named AS own USING (letters)
        WHERE own.company_id = %(company_id)s AND other.company_id <> own.company_id AND other.kind <> 'operator' AND other.state <> 'declined'
        ORDER BY other.name, other.company_id LIMIT 20
        """,
        {"company_id": company_id, "left_out": _LEFT_OUT},
    )


async def add_candidacy(work: Work, token_hash: bytes, contact: Contact, expires_at: datetime) -> None:
    """Keeps by which link the pinned company's application is followed, and whom to ask."""
    await run(
        work.connection,
        """
        INSERT INTO candidacy (company_id, token_hash, person_id, contact_name, phone, website, invited, expires_at)
        VALUES (%(company_id)s, %(token_hash)s, %(person_id)s, %(contact_name)s, %(phone)s, %(website)s, %(invited)s, %(expires_at)s)
        """,
        {
            "company_id": work.tenant, "token_hash": token_hash, "person_id": contact.person_id, "contact_name": contact.contact_name,
            "phone": contact.phone, "website": contact.website, "invited": contact.invited, "expires_at": expires_at,
        },
    )  # fmt: skip


async def company_of(work: Work, token_hash: bytes) -> UUID | None:
    """Whose application a link leads to, as long as it lasts."""
    found: UUID | None = await value(
        work.connection,
        "SELECT company_id FROM candidacy WHERE token_hash = %(token_hash)s AND expires_at > %(now)s",
        {"token_hash": token_hash, "now": work.now},
    )
    return found


async def contact(work: Work, company_id: UUID) -> Contact | None:
    """Whom to ask about a company's application."""
    return await row(
        work.connection,
        Contact,
        "SELECT company_id, person_id, contact_name, phone, website, invited FROM candidacy WHERE company_id = %(company_id)s",
        {"company_id": company_id},
    )


async def particulars(work: Work, company_id: UUID) -> Particulars | None:
    """What a company stated to the operator when it applied."""
    return await row(
        work.connection,
        Particulars,
        "SELECT address, contact_email, applied_at FROM company WHERE company_id = %(company_id)s",
        {"company_id": company_id},
    )


async def standings(work: Work, company_id: UUID) -> list[Standing]:
    """The steps of a company's admission, oldest first."""
    return await rows(
        work.connection,
        Standing,
        """
        SELECT from_state, to_state, reason, decided_by, changed_at FROM standing
        WHERE company_id = %(company_id)s ORDER BY changed_at, standing_id
        """,
        {"company_id": company_id},
    )


async def accept(work: Work, version: str, digest: str, accepted_by: str) -> int:
    """Keeps that the pinned company accepted a version; 0 if it had done so before."""
    return await run(
        work.connection,
        """
        INSERT INTO acceptance (company_id, version, digest, accepted_by, accepted_at)
        VALUES (%(company_id)s, %(version)s, %(digest)s, %(accepted_by)s, %(now)s) ON CONFLICT DO NOTHING
        """,
        {"company_id": work.tenant, "version": version, "digest": digest, "accepted_by": accepted_by, "now": work.now},
    )


async def acceptances(work: Work, company_id: UUID) -> list[Acceptance]:
    """What a company accepted, oldest first."""
    return await rows(
        work.connection,
        Acceptance,
        "SELECT version, digest, accepted_by, accepted_at FROM acceptance WHERE company_id = %(company_id)s ORDER BY accepted_at, version",
        {"company_id": company_id},
    )


async def add_checks(work: Work, company_id: UUID, items: list[str], passed: bool, reason: str, checked_by: str) -> None:
    """Keeps what a person of the operator found."""
    await run(
        work.connection,
        """
        INSERT INTO admission_check (company_id, check_id, item, passed, reason, checked_by, checked_at)
        SELECT %(company_id)s, check_id, item, %(passed)s, %(reason)s, %(checked_by)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(items)s::text[]) AS found (check_id, item)
        """,
        {
            "company_id": company_id, "ids": [work.new_id() for _ in items], "items": items, "passed": passed, "reason": reason,
            "checked_by": checked_by, "now": work.now,
        },
    )  # fmt: skip


async def checks(work: Work, company_id: UUID) -> list[Check]:
    """All that was checked of a company, oldest first."""
    return await rows(
        work.connection,
        Check,
        """
        SELECT item, passed, reason, checked_by, checked_at FROM admission_check
        WHERE company_id = %(company_id)s ORDER BY checked_at, check_id
        """,
        {"company_id": company_id},
    )


_PROOF = "SELECT proof_id, kind, subject, challenge, proven_at, proven_how FROM control_proof"


async def proofs(work: Work, company_id: UUID) -> list[Proof]:
    """What a company says that it controls, in the order in which it said so."""
    return await rows(work.connection, Proof, f"{_PROOF} WHERE company_id = %(company_id)s ORDER BY stated_at, proof_id", {"company_id": company_id})


async def proof(work: Work, proof_id: UUID) -> Proof | None:
    """One of the pinned company's proofs."""
    query = f"{_PROOF} WHERE company_id = %(company_id)s AND proof_id = %(proof_id)s"
    return await row(work.connection, Proof, query, {"company_id": work.tenant, "proof_id": proof_id})


async def state_proof(work: Work, kind: str, subject: str, challenge: str) -> Proof | None:
    """The pinned company's proof of a subject: the one that stands, else one with this challenge."""
    params = {
        "company_id": work.tenant, "proof_id": work.new_id(), "kind": kind, "subject": subject, "challenge": challenge, "now": work.now,
    }  # fmt: skip
    await run(
        work.connection,
        """
        INSERT INTO control_proof (company_id, proof_id, kind, subject, challenge, stated_at)
        VALUES (%(company_id)s, %(proof_id)s, %(kind)s, %(subject)s, %(challenge)s, %(now)s) ON CONFLICT DO NOTHING
        """,
        params,
    )
    return await row(work.connection, Proof, f"{_PROOF} WHERE company_id = %(company_id)s AND kind = %(kind)s AND subject = %(subject)s", params)


async def prove(work: Work, proof_id: UUID, how: str) -> int:
    """Keeps that the pinned company's proof succeeded; 0 if it had before."""
    return await run(
        work.connection,
        """
        UPDATE control_proof SET proven_at = %(now)s, proven_how = %(how)s
        WHERE company_id = %(company_id)s AND proof_id = %(proof_id)s AND proven_at IS NULL
        """,
        {"company_id": work.tenant, "proof_id": proof_id, "how": how, "now": work.now},
    )


async def proven_domains(work: Work) -> list[str]:
    """The domains that the pinned company has proven to control."""
    found: list[str] = await values(
        work.connection,
        "SELECT subject FROM control_proof WHERE company_id = %(company_id)s AND kind = 'domain' AND proven_at IS NOT NULL ORDER BY subject",
        {"company_id": work.tenant},
    )
    return found
