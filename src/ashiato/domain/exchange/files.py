"""The own answers as files for systems elsewhere: in whichever form is wanted, with what that form loses beside it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ashiato.domain import footprint, trade
from ashiato.domain.exchange.losses import Form
from ashiato.domain.exchange.model import Loss
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import RequestId
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Report", "Roles", "Spelled", "Spelling", "Wish", "of_answer", "report_of"]


@dataclass(frozen=True, slots=True)
class Roles:
    """Who makes a component where, and what its customer calls it: names that Catena-X issues (BPNL, BPNS), and the customer's number."""

    legal: str
    site: str
    customer_part: str


@dataclass(frozen=True, slots=True)
class Wish:
    """In which form a footprint is wanted; a battery's component names roles as well."""

    form: Form
    roles: Roles = Roles("", "", "")


@dataclass(frozen=True, slots=True)
class Report:
    """The loss report: what a form has no place for, and which members it demands although nobody has stated them, with what they hold."""

    lost: tuple[Loss, ...]
    unstated: tuple[Loss, ...]


def report_of(form: Form, report: Report) -> dict[str, Any]:
    """A loss report as it lies beside a file."""
    unstated = [{"member": one.member, "holds": one.why} for one in report.unstated]
    return {"form": form, "lost": [asdict(one) for one in report.lost], "unstated": unstated}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A footprint in a form of another system's, and what got lost."""

    form: Form
    part_number: str
    payload: dict[str, Any]
    report: Report


Spelling = Callable[[footprint.package.Release, Wish], Spelled]  # what a gateway knows and this slice does not: how a form is written


async def of_answer(work: Work, actor: Actor, request_id: RequestId, wish: Wish, spell: Spelling) -> Spelled:
    """What the own company answered a request with, in a form of another system's; the newest of what was handed over.

    Refuses (`absent`) a request that the company did not answer with a footprint; and, as the form does (`invalid`, `conflict`), a unit
    that it has no word for and a footprint that lacks what it demands.
    """
    require(actor, Deed.READ)
    if (await trade.request(work, actor, request_id)).request.party(actor.company_id) is not trade.Party.SUPPLIER:
        raise absent("answer")
    return spell((await footprint.answering.answered(work, actor, request_id)).released.release, wish)
