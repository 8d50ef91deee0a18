"""What can have happened in due diligence. No answer, no amount, no name."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def assessed(assessment_id: UUID, questionnaire: str) -> Fact:
    """A questionnaire was answered."""
    return Fact("diligence.assessed", {"assessment_id": str(assessment_id), "questionnaire": questionnaire})


def materials_stated(part_id: UUID) -> Fact:
    """It was stated anew what a part holds and where that comes from."""
    return Fact("diligence.materials_stated", {"part_id": str(part_id)})


def stated(statement_id: UUID, digest: str, supersedes: str | None) -> Fact:
    """A statement was frozen and signed for buyers."""
    return Fact("diligence.stated", {"statement_id": str(statement_id), "digest": digest} | ({"supersedes": supersedes} if supersedes else {}))


def risk_moved(risk_id: UUID, state: str) -> Fact:
    """A risk was taken into the register, or its state changed."""
    return Fact("diligence.risk_moved", {"risk_id": str(risk_id), "state": state})


def probed(probe_id: UUID, kind: str, purpose: str) -> Fact:
    """A question was put to the whole chain."""
    return Fact("diligence.probed", {"probe_id": str(probe_id), "kind": kind, "purpose": purpose})


def probe_received(probe_id: UUID, purpose: str) -> Fact:
    """A question of a buyer's reached the company, and was answered or waits for its consent."""
    return Fact("diligence.probe_received", {"probe_id": str(probe_id), "purpose": purpose})


def consent_moved(root_id: UUID, decision: str) -> Fact:
    """The company consented to be named on a path, refused, or took its consent back."""
    return Fact("diligence.consent_moved", {"root_id": str(root_id), "decision": decision})


def grievance_moved(grievance_id: UUID, state: str) -> Fact:
    """A grievance came in, or its state changed."""
    return Fact("diligence.grievance_moved", {"grievance_id": str(grievance_id), "state": state})


def mediated(grievance_id: UUID) -> Fact:
    """The company said something as mediator of a grievance."""
    return Fact("diligence.mediated", {"grievance_id": str(grievance_id)})


def reported(report_id: UUID, digest: str) -> Fact:
    """A yearly report was frozen, signed and published."""
    return Fact("diligence.reported", {"report_id": str(report_id), "digest": digest})


def verification_recorded(verification_id: UUID) -> Fact:
    """A third party's verification was recorded."""
    return Fact("diligence.verification_recorded", {"verification_id": str(verification_id)})
