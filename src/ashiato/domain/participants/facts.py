"""What can have happened to companies and their accounts."""

from uuid import UUID

from ashiato.domain.participants.model import CompanyState
from ashiato.kernel.facts import Fact


def company_moved(company_id: UUID, state: CompanyState) -> Fact:
    """A company applied, was verified, admitted, suspended or declined."""
    return Fact(f"company.{state}", {"company_id": str(company_id)})


def company_checked(company_id: UUID, items: list[str]) -> Fact:
    """A person of the operator checked items of a company's checklist."""
    return Fact("company.checked", {"company_id": str(company_id), "items": " ".join(sorted(items))})


def terms_accepted(company_id: UUID, version: str, digest: str) -> Fact:
    """A company accepted a version of the terms; the digest is of both texts."""
    return Fact("terms.accepted", {"company_id": str(company_id), "version": version, "digest": digest})


def control_proven(proof_id: UUID, how: str) -> Fact:
    """A company proved that it controls a domain or a certificate."""
    return Fact("control.proven", {"proof_id": str(proof_id), "how": how})


def provider_changed(provider_id: UUID) -> Fact:
    """A company stated or closed its provider of identities."""
    return Fact("provider.changed", {"provider_id": str(provider_id)})


def account_changed(kind: str, account_id: UUID) -> Fact:
    """A person or a program got, changed or lost its access: kind `person.invited`, `person.changed`, `client.registered`, …"""
    return Fact(kind, {"account_id": str(account_id)})


def person_erased(person_id: UUID) -> Fact:
    """A person's data were erased; which identifier it was is no personal data any more."""
    return Fact("person.erased", {"erased_id": str(person_id)})


def key_retired(key_id: str) -> Fact:
    """A company signs no more with a key."""
    return Fact("key.retired", {"key_id": key_id})


def key_created(key_id: str) -> Fact:
    """A company got a key to sign with."""
    return Fact("key.created", {"key_id": key_id})
