"""What protects a recipe when values are released: what recipients could infer, the company's policy, and what it makes of a release.

Recipients are judged alone and in the coalitions that the company names, each with all that was ever granted to any of them: what was
withdrawn has been seen. What is decided follows from the shape of the releases (see `inference`), so that no refusal tells an amount.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from ashiato.domain import participants, sharing
from ashiato.domain.footprint import facts
from ashiato.domain.footprint import protection_store as store
from ashiato.domain.footprint.inference import WIDEST_MARGIN, Disclosed, Inference, assured, inferences
from ashiato.domain.footprint.package import Package, Release, decode
from ashiato.domain.footprint.release import coarsened
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import parse
from ashiato.kernel.errors import Flaw, Refusal, conflict, invalid
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Action", "Exposure", "Outcome", "Policy", "Preview", "asked", "decide", "exposures", "policy", "preview", "set_policy"]

SMALLEST_COALITION, LARGEST_COALITION, MOST_COALITIONS = 2, 3, 20


class Action(StrEnum):
    """What happens to a release that leaves an amount less open than the margin."""

    WARN = "warn"  # it is told before the release, nothing more
    HOLD = "hold"  # it is not released
    COARSEN = "coarsen"  # it is released without ratings and primary-data share; held where that is not enough


@dataclass(frozen=True, slots=True)
class Policy:
    """To within which share of itself an amount may be told, what happens otherwise, and which companies are taken to compare notes.

    `second_person`: nobody releases alone; who prepares asks a colleague (`approvals`).
    """

    margin: Decimal = Decimal("0.1")
    action: Action = Action.WARN
    coalitions: tuple[tuple[CompanyId, ...], ...] = ()
    second_person: bool = False

    def audiences(self, recipients: Sequence[CompanyId]) -> list[tuple[CompanyId, ...]]:
        """Each recipient alone, and each coalition that one of them belongs to."""
        alone: list[tuple[CompanyId, ...]] = [(recipient,) for recipient in dict.fromkeys(recipients)]
        return [*alone, *(members for members in self.coalitions if set(members) & set(recipients))]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What these companies together could tell after a release, narrowest first, and the least that is left open whatever the amounts are."""

    audience: tuple[CompanyId, ...]
    told: tuple[Inference, ...]
    least: float


class Outcome(StrEnum):
    """What the policy makes of a release."""

    RELEASED = "released"
    WARNED = "warned"
    COARSENED = "coarsened"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recipient would see, what recipients could infer from it with all they have, and what the policy makes of it."""

    release: Release
    exposures: list[Exposure]
    policy: Policy
    outcome: Outcome


def asked() -> Question[Any]:
    """What deciding asks first, to be foreseen."""
    return store.policy()


async def policy(work: Work, actor: Actor) -> Policy:
    """The actor's company's policy: a warning at ±10 %, unless it has set another."""
    require(actor, Deed.READ)
    stored = await work.one(store.policy())
    if stored is None:
        return Policy()
    coalitions = tuple(tuple(CompanyId(UUID(member)) for member in members) for members in stored.coalitions)
    return Policy(stored.margin, Action(stored.action), coalitions, stored.second_person)


async def set_policy(
    work: Work, actor: Actor, margin: Decimal, action: Action, coalitions: list[list[str]] | None, *, second_person: bool = False
) -> Policy:
    """Sets the policy, from the next release on; members of coalitions are named by corporate number (None: the coalitions stay).

    Refuses (`invalid`) a margin above ±25 %, which cannot be assured, and too many or too large coalitions; (`absent`) who is no member.
    """
    require(actor, Deed.ADMINISTER)
    if not 0 < margin <= Decimal(WIDEST_MARGIN):
        raise invalid("policy.margin", "The margin is more than 0 and at most 0.25.", "Write 0.1 for ±10 %.")
    found = (await policy(work, actor)).coalitions if coalitions is None else await _coalitions(work, actor, coalitions)
    await store.set_policy(work, margin, action, [[str(member) for member in members] for members in found], second_person)
    work.record(facts.policy_set(action))
    return Policy(margin, action, found, second_person)


async def _coalitions(work: Work, actor: Actor, named: list[list[str]]) -> tuple[tuple[CompanyId, ...], ...]:
    if len(named) > MOST_COALITIONS or any(not SMALLEST_COALITION <= len(set(members)) <= LARGEST_COALITION for members in named):
        raise invalid("policy.coalitions", f"At most {MOST_COALITIONS} coalitions, each of 2 or {LARGEST_COALITION} companies.")
    found: list[tuple[CompanyId, ...]] = []
    for members in named:
        companies = [await participants.admission.find_company(work, actor, number) for number in dict.fromkeys(members)]
        found.append(tuple(company.company_id for company in companies))
    return tuple(found)


async def exposures(
    work: Work, actor: Actor, part_id: PartId, package: Package, release: Release, audiences: list[tuple[CompanyId, ...]]
) -> list[Exposure]:
    """What each audience could tell of the recipe once it has this release besides all that it was ever granted of the part."""
    everybody = list({member for audience in audiences for member in audience})
    given = await sharing.ever_given(work, actor, store.releases_of(part_id), everybody) if everybody else {}
    past = {
        found.release_id: Disclosed(decode(Package, parse(found.package)), decode(Release, parse(found.snapshot)))
        for found in (await store.disclosures(work, list(given)) if given else ())
    }
    candidate = Disclosed(package, release)
    told = [[one for release_id, one in past.items() if given[release_id] & set(audience)] for audience in audiences]
    return [await asyncio.to_thread(_exposure, audience, [*before, candidate]) for audience, before in zip(audiences, told, strict=True)]


def _exposure(audience: tuple[CompanyId, ...], disclosed: list[Disclosed]) -> Exposure:
    return Exposure(audience, tuple(inferences(disclosed)), min(assured(disclosed).values(), default=1))


async def preview(work: Work, actor: Actor, part_id: PartId, package: Package, release: Release, recipients: Sequence[CompanyId]) -> Preview:
    """What would become of a release to these recipients; to nobody yet known where there are none."""
    rules = await policy(work, actor)
    audiences = rules.audiences(recipients) or [()]
    found = await exposures(work, actor, part_id, package, release, audiences)
    narrow = any(exposure.told and exposure.told[0].half_width < rules.margin for exposure in found)
    if _open(found, rules) or rules.action is Action.WARN:
        return Preview(release, found, rules, Outcome.WARNED if narrow else Outcome.RELEASED)
    if rules.action is Action.COARSEN:
        coarse = coarsened(release)
        found = await exposures(work, actor, part_id, package, coarse, audiences)
        if _open(found, rules):
            return Preview(coarse, found, rules, Outcome.COARSENED)
    return Preview(release, found, rules, Outcome.HELD)


def _open(found: list[Exposure], rules: Policy) -> bool:
    """Whether every amount stays as open as the margin asks, whatever the amounts are."""
    return all(exposure.least >= rules.margin for exposure in found)


async def decide(work: Work, actor: Actor, part_id: PartId, package: Package, release: Release, recipients: Sequence[CompanyId]) -> Release:
    """What the policy lets these recipients have of a release: the release itself, or a coarser one.

    Refuses (`conflict`) a release that the policy holds, with what could be told. No recipient learns of it.
    """
    if (await policy(work, actor)).action is Action.WARN:  # told before, and released without looking again
        return release
    foreseen = await preview(work, actor, part_id, package, release, recipients)
    if foreseen.outcome is Outcome.HELD:
        raise _held(foreseen)
    return foreseen.release


def _held(foreseen: Preview) -> Refusal:
    narrowest = sorted((inference for exposure in foreseen.exposures for inference in exposure.told), key=lambda inference: inference.half_width)
    flaws = [Flaw(inference.of.part_number, "release.told", inference.in_words()) for inference in dict.fromkeys(narrowest[:5])]
    message = f"Your company's policy holds this release: an amount might be told to closer than ±{foreseen.policy.margin * 100:.0f} %."
    return conflict("release.held", message, "Merge what stands alone in a stage, release less often, or have the policy changed.", *flaws)
