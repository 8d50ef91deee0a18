"""Proof that a company controls a domain (a TXT record or a file) or the key of a certificate (a signature over the challenge)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from ashiato.domain.participants import candidacy_store as store
from ashiato.domain.participants import facts
from ashiato.domain.participants.candidacy_store import Proof
from ashiato.domain.participants.model import Actor
from ashiato.domain.participants.policy import Deed, require
from ashiato.kernel.errors import Flaw, absent, conflict, invalid
from ashiato.plumbing import keys
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.unit_of_work import Work

__all__ = ["FILE", "RECORD", "ControlKind", "Proof", "Shown", "examine", "keep", "look", "of_company", "state", "state_own", "stated"]

RECORD = "_ashiato-challenge"  # the label before the domain, below which the TXT record stands
FILE = "/.well-known/ashiato-challenge.txt"
_LONGEST_DOMAIN = 253
_FEWEST_LABELS = 2


class ControlKind(StrEnum):
    """What is controlled."""

    DOMAIN = "domain"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a proof succeeded: dns, file or certificate."""

    proof_id: UUID
    how: str


async def state(work: Work, kind: ControlKind, subject: str) -> Proof:
    """What the pinned company says that it controls, with the challenge that shows it; the same subject keeps its challenge.

    Refuses (`invalid`) what is no domain name of two labels or more. For a certificate the subject is the domain that it is issued to.
    """
    name = subject.strip().rstrip(".").casefold()
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(name) > _LONGEST_DOMAIN or len(labels) < _FEWEST_LABELS or not all(label.replace("-", "").isalnum() for label in labels):
        flaw = Flaw("domain", "domain.form", "This is not a domain name.", "example.co.jp")
        raise invalid("domain", "This cannot be proven.", "Write the domain's name, without https:// and without a path.", flaw)
    proof = await store.state_proof(work, kind, name, f"ashiato-challenge={keys.new_secret()}")
    if proof is None:
        raise conflict("proof", "This cannot be stated now.", "Repeat it in a moment.")
    return proof


async def state_own(work: Work, actor: Actor, kind: ControlKind, subject: str) -> Proof:
    """What the actor's company says that it controls. Refuses as `state` does, and (`denied`) who is no administrator."""
    require(actor, Deed.ADMINISTER)
    return await state(work, kind, subject)


async def of_company(work: Work, actor: Actor) -> list[Proof]:
    """What the actor's company proved or still has to prove."""
    require(actor, Deed.ADMINISTER)
    return await store.proofs(work, actor.company_id)


async def stated(work: Work, proof_id: UUID) -> Proof:
    """One of the pinned company's proofs. Refuses (`absent`) every other."""
    found = await store.proof(work, proof_id)
    if found is None:
        raise absent("proof")
    return found


async def keep(work: Work, shown: Shown) -> None:
    """Keeps that the pinned company's proof succeeded."""
    if await store.prove(work, shown.proof_id, shown.how):
        work.record(facts.control_proven(shown.proof_id, shown.how))


async def look(proof: Proof, outbound: Outbound) -> Shown:
    """Looks the challenge of a domain up, in its TXT record and in its file. Called while no transaction is open.

    Refuses (`conflict`) where it is in neither, and says what was found instead; (`absent`) a certificate, which its signature shows alone.
    """
    if proof.kind != ControlKind.DOMAIN:
        raise absent("proof")
    try:
        if proof.challenge in await outbound.texts(f"{RECORD}.{proof.subject}"):
            return Shown(proof.proof_id, "dns")
        there = f"{RECORD}.{proof.subject} holds no such TXT record."
    except OutboundError as error:
        there = str(error)
    try:
        reply = await outbound.call("GET", f"https://{proof.subject}{FILE}", headers={"Accept": "text/plain"})
        if reply.status == 200 and reply.body[:1000].decode(errors="replace").strip() == proof.challenge:  # noqa: PLR2004 — OK
            return Shown(proof.proof_id, "file")
        here = f"The file answers {reply.status} without the challenge."
    except OutboundError as error:
        here = str(error)
    flaws = [Flaw("dns", "proof.dns", there), Flaw("file", "proof.file", here)]
    raise conflict("proof.not_found", f"The challenge of {proof.subject} was not found.", "DNS can take minutes; try again then.", *flaws)


def examine(proof: Proof, chain_pem: str, signature: str, now: datetime, roots: list[x509.Certificate]) -> Shown:
    """Judges a signature over the challenge by the key of a certificate that a known authority issued to the subject.

    The signature is base64: RSA PKCS #1 v1.5 or PSS with SHA-256, ECDSA with SHA-256, or Ed25519. Refuses (`conflict`) every other.
    """
    try:
        chain = x509.load_pem_x509_certificates(chain_pem.encode())
        signed = base64.b64decode("".join(signature.split()), validate=True)
        verifier = PolicyBuilder().store(Store(roots)).time(now).build_server_verifier(x509.DNSName(proof.subject))
        verifier.verify(chain[0], chain[1:])
        _check_signature(chain[0], proof.challenge.encode(), signed)
    except (ValueError, binascii.Error, VerificationError, InvalidSignature, x509.UnsupportedGeneralNameType) as error:
        flaw = Flaw("certificate", "proof.certificate", str(error) or "The signature is not by this certificate's key over the challenge.")
        remedy = "Sign the challenge itself, without a newline."
        raise conflict("proof.not_found", "This certificate and signature prove nothing.", remedy, flaw) from error
    return Shown(proof.proof_id, "certificate")


def _check_signature(certificate: x509.Certificate, message: bytes, signature: bytes) -> None:
    key = certificate.public_key()
    match key:
        case ed25519.Ed25519PublicKey():
            keys.ed25519(key.public_bytes_raw()).verify(signature, message)
        case ec.EllipticCurvePublicKey():
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        case rsa.RSAPublicKey():
            try:
                key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            except InvalidSignature:
                key.verify(signature, message, padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH), hashes.SHA256())
        case _:
            raise ValueError("keys of this kind are not known here")
