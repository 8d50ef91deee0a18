"""Risks: their weight, their states, and the red flags that origins raise under the configured indicators (pure)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from uuid import UUID

from ashiato.domain.diligence.model import Material, Origin, RiskCategory, Severity
from ashiato.kernel.errors import conflict


class RiskKind(StrEnum):
    """Whether something was found, or only points to a risk (OECD guidance: red flags)."""

    FINDING = "finding"
    RED_FLAG = "red_flag"


class Likelihood(StrEnum):
    """How likely an impact is, or is to go on."""

    RARE = "rare"
    POSSIBLE = "possible"
    LIKELY = "likely"
    CERTAIN = "certain"


class RiskState(StrEnum):
    """How far a risk has been dealt with (EU 2023/1542 Article 50, OECD step 3)."""

    IDENTIFIED = "identified"
    ASSESSED = "assessed"
    MITIGATING = "mitigating"
    DISENGAGING = "disengaging"
    CLOSED = "closed"


_S = RiskState
TRANSITIONS: dict[RiskState, frozenset[RiskState]] = {
    _S.IDENTIFIED: frozenset({_S.ASSESSED}),
    _S.ASSESSED: frozenset({_S.ASSESSED, _S.MITIGATING, _S.DISENGAGING, _S.CLOSED}),
    _S.MITIGATING: frozenset({_S.ASSESSED, _S.MITIGATING, _S.DISENGAGING, _S.CLOSED}),
    _S.DISENGAGING: frozenset({_S.DISENGAGING, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.ASSESSED}),
}


def check_transition(present: RiskState, wanted: RiskState) -> None:
    """Refuses (`conflict`) a step that a risk cannot take."""
    if wanted not in TRANSITIONS[present]:
        steps = ", ".join(sorted(TRANSITIONS[present]))
        raise conflict("risk.transition", f"A risk that is {present} cannot become {wanted}.", f"It can become: {steps}.")


@dataclass(frozen=True, slots=True)
class Risk:
    """An entry of a company's register. Without a part it concerns the whole company; `source` says what it follows from."""

    risk_id: UUID
    kind: str
    part_id: UUID | None
    material: str | None
    category: str
    severity: str
    likelihood: str
    title: str
    description: str
    source: str
    state: str
    owner: str
    plan: str
    deadline: date | None
    opened_at: datetime
    changed_at: datetime

    def weight(self) -> int:
        return weight(Severity(self.severity), Likelihood(self.likelihood))

    def overdue(self, day: date) -> bool:
        return self.deadline is not None and self.deadline < day and self.state != RiskState.CLOSED


def weight(severity: Severity, likelihood: Likelihood) -> int:
    """Severity times likelihood, each from 1 to 4."""
    return (list(Severity).index(severity) + 1) * (list(Likelihood).index(likelihood) + 1)


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a published source says of a country or region, for some materials or for all (none named)."""

    id: str
    area: str
    materials: tuple[Material, ...]
    category: RiskCategory
    severity: Severity
    likelihood: Likelihood
    words: str
    words_ja: str
    citation: str
    year: int | None
    verified: bool


@dataclass(frozen=True, slots=True)
class RedFlag:
    """What an origin points to, and by which indicator; without one it is the gap in the origin itself."""

    code: str
    material: Material
    category: RiskCategory
    severity: Severity
    likelihood: Likelihood
    words: str
    words_ja: str
    citation: str = ""
    year: int | None = None


@cache
def indicators() -> tuple[Indicator, ...]:
    """The configured indicators of this installation's version."""
    stated = tomllib.loads((resources.files(__package__ or "") / "indicators.toml").read_text(encoding="utf-8"))
    return tuple(
        Indicator(
            each["id"], each["area"], tuple(Material(name) for name in each.get("materials", ())), RiskCategory(each["category"]),
            Severity(each["severity"]), Likelihood(each["likelihood"]), each["en"], each["ja"], each["citation"], each.get("year"),
            each["verified"],
        )
        for each in stated["indicator"]
    )  # fmt: skip


def red_flags(origins: Iterable[Origin], known: Iterable[Indicator], day: date) -> list[RedFlag]:
    """What these origins point to on a day: places that an indicator names, what is not known of them, audits that have run out. Each once."""
    found: dict[tuple[str, Material], RedFlag] = {}
    for origin in origins:
        for each in known:
            if each.area in (origin.country, origin.region) and (not each.materials or origin.material in each.materials):
                found[each.id, origin.material] = RedFlag(
                    each.id, origin.material, each.category, each.severity, each.likelihood, each.words, each.words_ja, each.citation, each.year
                )
        for code, missing, words, words_ja in _GAPS:
            if not origin.recycled and missing(origin, day):
                found[code, origin.material] = RedFlag(
                    code, origin.material, RiskCategory.COMMUNITY_LIFE, Severity.MEDIUM, Likelihood.POSSIBLE, words, words_ja
                )
    return [found[key] for key in sorted(found)]


def _no_country(origin: Origin, _: date) -> bool:
    return not origin.country


def _no_refiner(origin: Origin, _: date) -> bool:
    return not origin.refiner_known()


def _audit_expired(origin: Origin, day: date) -> bool:
    return origin.audit_until is not None and origin.audit_until < day


_GAPS = (
    ("origin.unknown", _no_country, "The country of origin is not known.", "原産国が不明である。"),
    ("refiner.unknown", _no_refiner, "The smelter or refiner is not known.", "製錬所・精錬所が不明である。"),
    (
        "audit.expired",
        _audit_expired,
        "The refiner's audit has run out: ask for the new one and state its last day.",
        "製錬所の監査の有効期限が切れている。新しい監査の期限を確認して登録すること。",
    ),
)
