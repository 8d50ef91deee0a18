"""Who may do what within its own company. Between companies, grants decide (`sharing`)."""

from enum import StrEnum

from ashiato.domain.participants.model import Actor, CompanyKind, Role
from ashiato.kernel.errors import denied


class Deed(StrEnum):
    """The deeds that roles are needed for."""

    READ = "read"
    ENTER_DATA = "enter data"
    ASK = "ask suppliers"
    ANSWER = "release an answer"
    DECLARE = "declare"
    WITNESS = "co-sign the log"
    ADMINISTER = "administer people and systems"
    EXCHANGE = "exchange footprints from system to system"
    CONVENE = "ask an association's members"
    SUPERVISE = "admit and suspend companies"


_NEEDS: dict[Deed, frozenset[Role]] = {
    Deed.READ: frozenset({Role.CLERK, Role.APPROVER, Role.COMPANY_ADMIN, Role.VERIFIER}),
    Deed.ENTER_DATA: frozenset({Role.CLERK, Role.APPROVER}),
    Deed.ASK: frozenset({Role.CLERK, Role.APPROVER}),
    Deed.ANSWER: frozenset({Role.APPROVER}),
    Deed.DECLARE: frozenset({Role.APPROVER}),
    Deed.WITNESS: frozenset({Role.CLERK, Role.APPROVER, Role.COMPANY_ADMIN}),
    Deed.ADMINISTER: frozenset({Role.COMPANY_ADMIN}),
    Deed.EXCHANGE: frozenset({Role.PARTNER}),
    Deed.CONVENE: frozenset({Role.CLERK, Role.APPROVER}),
    Deed.SUPERVISE: frozenset({Role.OPERATOR}),
}


_OF_ASSOCIATIONS = frozenset({Deed.READ, Deed.CONVENE, Deed.ADMINISTER, Deed.WITNESS})


def may(actor: Actor, deed: Deed) -> bool:
    """Whether the actor's roles allow the deed.

    Supervising is for the operator's people alone, and they do nothing else; an association trades nothing, and it alone convenes.
    """
    match actor.kind:
        case CompanyKind.OPERATOR:
            possible = deed is Deed.SUPERVISE
        case CompanyKind.ASSOCIATION:
            possible = deed in _OF_ASSOCIATIONS
        case _:
            possible = deed not in (Deed.SUPERVISE, Deed.CONVENE)
    return possible and bool(actor.roles & _NEEDS[deed])


def require(actor: Actor, deed: Deed) -> None:
    """Refuses (`denied`) a deed that the actor's roles do not allow."""
    if not may(actor, deed):
        needed = " or ".join(sorted(role.replace("_", " ") for role in _NEEDS[deed]))
        raise denied("role", f"Your roles do not allow you to {deed}.", f"Ask your company's administrator for the role {needed}.")
