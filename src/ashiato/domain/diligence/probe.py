"""Questions for the whole chain: what may be asked, and how the answers of its branches become one (pure)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ashiato.domain.diligence.model import Material, Origin
from ashiato.kernel.errors import Flaw


class ProbeKind(StrEnum):
    """Whether something is in the chain, or who is on the path of a material."""

    SCREENING = "screening"
    PATH = "path"


class Purpose(StrEnum):
    """What the chain may be screened for. `QUIET`: those of which the law may forbid to tell the companies asked about."""

    SANCTIONS = "sanctions"
    FORCED_LABOUR_LAW = "forced_labour_law"


QUIET = frozenset({Purpose.SANCTIONS})
PATH_PURPOSE = "traceability"  # EU 2023/1542 Article 49: chain of custody to the upstream actors


class Found(StrEnum):
    """An answer. `UNKNOWN`: some of the chain has not spoken, or does not know."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, with how many places of the chain were asked and how many of them answered."""

    answer: Found
    asked: int
    answered: int


_SUBJECT = re.compile(r"(country:[A-Z]{2}|region:[A-Z]{2}-[A-Z0-9]{1,3}|smelter:CID[0-9]{6}|company:[0-9]{13})")


def subject_flaw(kind: ProbeKind, subject: str) -> Flaw | None:
    """What is wrong with what is asked about."""
    if kind is ProbeKind.PATH:
        return None if subject in set(Material) else Flaw("subject", "probe.subject", f"Name a material: {', '.join(Material)}.")
    if _SUBJECT.fullmatch(subject):
        return None
    return Flaw("subject", "probe.subject", "Write country:CN, region:CN-XJ, smelter:CID003255 or company: and a corporate number.")


def among_origins(subject: str, origins: Iterable[Origin]) -> Found:
    """Whether what is asked about is among origins: unknown where an origin does not say enough to deny it."""
    kind, _, code = subject.partition(":")
    told = [_of_origin(kind, code, origin) for origin in origins]
    return _together(told)


def _of_origin(kind: str, code: str, origin: Origin) -> Found:
    match kind:
        case "country":
            said = origin.country
        case "region":
            said = origin.region if not origin.country or origin.country == code[:2] else origin.country
        case "smelter":
            said = origin.refiner_cid
        case _:  # a company by its number: origins name no numbers
            return Found.NO
    return Found.YES if said == code else Found.UNKNOWN if not said else Found.NO


def screened(own: Found, branches: Iterable[Said | None]) -> Said:
    """The answer of a company for all above it. A branch that has not answered, or was never asked, is unknown."""
    replies = list(branches)
    answer = _together([own, *(Found.UNKNOWN if reply is None else reply.answer for reply in replies)])
    asked = 1 + sum(1 if reply is None else reply.asked for reply in replies)
    return Said(answer, asked, 1 + sum(reply.answered for reply in replies if reply is not None))


def path_stands(consented: bool, branches: Iterable[Said | None]) -> bool:
    """Whether everybody on the path has consented, in whatever order: the company itself and all above it."""
    return consented and all(reply is not None and reply.answer is Found.YES for reply in branches)


def _together(answers: Iterable[Found]) -> Found:
    found = set(answers)
    return Found.YES if Found.YES in found else Found.UNKNOWN if Found.UNKNOWN in found else Found.NO
