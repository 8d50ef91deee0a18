"""Fees and limits as published data: one table for all, applied by this code and by no other."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources

from ashiato.domain import participants
from ashiato.domain.governance import report_store as store
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.quantity import round_up
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Fee", "Terms", "departures", "fee", "terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the fees by kind of company (yen a year) and of the limits."""

    version: str
    valid_from: date
    status: str
    fees: Mapping[str, int]
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fee:
    """What a company owes for a year, in yen, and how that follows: days that it was admitted in, of the days of the year."""

    year: int
    kind: str
    yearly: int
    days: int
    days_of_year: int
    owed: Decimal
    version: str


@cache
def terms() -> Terms:
    """The terms in force."""
    stated = tomllib.loads((resources.files(__package__ or "") / "terms.toml").read_text(encoding="utf-8"))
    return Terms(stated["version"], date.fromisoformat(stated["valid_from"]), stated["status"], stated["fees"], stated["limits"])


def departures(chosen: Settings) -> dict[str, tuple[int, int]]:
    """Where this installation's settings depart from the published limits: (published, set). For everybody alike: no setting names a company."""
    in_force = {"requests_per_minute": chosen.requests_per_minute, "upload_limit_mb": chosen.upload_limit_mb}
    return {name: (stated, in_force[name]) for name, stated in terms().limits.items() if in_force[name] != stated}


def owed(yearly: int, admitted: date, year: int) -> tuple[int, int, Decimal]:
    """(days, days of the year, yen) of a year, from the day of admission on; yen are rounded up."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    of_year = (last - first).days + 1
    days = max(0, min(of_year, (last - max(first, admitted)).days + 1))
    return days, of_year, round_up(Decimal(yearly) * days / of_year, 0)


async def fee(work: Work, actor: Actor, year: int) -> Fee:
    """What the actor's company owes for a year, by the published table."""
    require(actor, Deed.READ)
    company = await participants.admission.own_company(work, actor)
    admitted: datetime = await store.admitted_at(work) or work.now
    yearly = terms().fees.get(company.kind, 0)
    days, of_year, yen = owed(yearly, admitted.date(), year)
    return Fee(year, company.kind, yearly, days, of_year, yen, terms().version)
