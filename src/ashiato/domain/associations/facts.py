"""What can have happened between an association and its members."""

from uuid import UUID

from ashiato.domain.associations.model import MembershipState
from ashiato.kernel.facts import Fact


def membership_moved(state: MembershipState, other_id: UUID) -> Fact:
    """A membership was asked for, confirmed or ended; recorded by whoever did it, and seen by the other."""
    return Fact(f"membership.{state}", {"company_id": str(other_id)})


def survey_opened(survey_id: UUID) -> Fact:
    """An association opened a survey."""
    return Fact("survey.opened", {"survey_id": str(survey_id)})


def survey_drawn(survey_id: UUID) -> Fact:
    """A survey was closed, and what could be published of it was."""
    return Fact("survey.drawn", {"survey_id": str(survey_id)})


def contributed(survey_id: UUID) -> Fact:
    """A company had its own figure counted. The association is not named: it learns nothing of whose figures there are."""
    return Fact("survey.contributed", {"survey_id": str(survey_id)})


def taken_back(survey_id: UUID) -> Fact:
    """A company took its figure back before the survey closed."""
    return Fact("survey.taken_back", {"survey_id": str(survey_id)})


def published(publication_id: UUID, digest: str) -> Fact:
    """An association offered a version of a questionnaire or of a set of factors."""
    return Fact("association.published", {"publication_id": str(publication_id), "digest": digest})


def adopted(association_id: UUID, publication_id: UUID, digest: str) -> Fact:
    """A member adopted what its association offers."""
    return Fact("association.adopted", {"company_id": str(association_id), "publication_id": str(publication_id), "digest": digest})
