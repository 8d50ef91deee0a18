"""How fast a company answers and how far it is answered: its own figures, from its own requests."""

from dataclasses import dataclass
from decimal import Decimal

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.trade import pace_store as store
from ashiato.kernel.period import Period
from ashiato.kernel.quantity import settle
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Pace", "pace"]

_SECONDS_OF_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Pace:
    """Over the requests asked in a period: the median of days until the first answer given, the share of those sent that were answered."""

    answer_days: Decimal | None
    coverage: Decimal | None


async def pace(work: Work, actor: Actor, period: Period) -> Pace:
    """The actor's company's pace; None where nothing was answered, or nothing asked."""
    require(actor, Deed.READ)
    seconds = await store.median_answer_seconds(work, period.start, period.end)
    sent, answered = await store.sent(work, period.start, period.end)
    return Pace(
        settle(Decimal(f"{seconds:.0f}") / _SECONDS_OF_A_DAY) if seconds is not None else None, settle(Decimal(answered) / sent) if sent else None
    )
