"""Whether companies are treated alike: limits, how long they waited for admission and for support, how often they were suspended.

The operator sees every company, and which waited more than twice as long as the median of its kind; a company sees itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

from ashiato.domain.governance import support_store, terms
from ashiato.domain.governance import treatment_store as store
from ashiato.domain.governance.treatment_store import Treated
from ashiato.domain.participants import Actor, CompanyKind, Deed, require
from ashiato.kernel.quantity import present
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Treatment", "compare"]

_DAY_SECONDS = 86_400
_NOTABLY = 2  # times the median
_FEWEST = 3  # companies of a kind, for a median that anything is compared with


@dataclass(frozen=True, slots=True)
class Treatment:
    """How one company has been treated. `waited_days` from its application to its admission, or until now where it still waits.

    `support_days`: the median, from opening a request for support to the operator's first word, or until now where there is none.
    """

    treated: Treated
    waited_days: str
    support_days: str | None
    requests_per_minute: int
    fee_yearly: int
    stands_out: bool


async def compare(work: Work, actor: Actor) -> list[Treatment]:
    """The operator: every company, longest wait first. Anybody else: its own company."""
    require(actor, Deed.SUPERVISE if actor.kind is CompanyKind.OPERATOR else Deed.READ)
    found = await store.treated(work)
    support = await support_store.waiting_seconds(work, None if actor.kind is CompanyKind.OPERATOR else actor.company_id)
    usual = _medians([(each.kind, _waited(each, work.now)) for each in found])
    judged = []
    for each in sorted(found, key=lambda one: -_waited(one, work.now)):
        waited, helped = _waited(each, work.now), support.get(each.company_id)
        limits = terms.terms()
        judged.append(
            Treatment(
                each, _days(waited), _days(median(helped)) if helped else None, limits.limits["requests_per_minute"],
                limits.fees.get(each.kind, 0), each.kind in usual and waited > _NOTABLY * usual[each.kind],
            )
        )  # fmt: skip
    return judged


def _waited(found: Treated, now: datetime) -> float:
    return ((found.admitted_at or now) - found.applied_at).total_seconds()


def _medians(found: Sequence[tuple[str, float]]) -> dict[str, float]:
    by_kind: dict[str, list[float]] = {}
    for kind, seconds in found:
        by_kind.setdefault(kind, []).append(seconds)
    return {kind: median(seconds) for kind, seconds in by_kind.items() if len(seconds) >= _FEWEST}


def _days(seconds: float) -> str:
    return present(Decimal(f"{seconds:.0f}") / _DAY_SECONDS, 3)
