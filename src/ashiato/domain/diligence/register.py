"""The register of risks: taking one in, assessing it, mitigating it, leaving a supplier, closing it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ashiato.domain import products
from ashiato.domain.diligence import facts, origin_store
from ashiato.domain.diligence import register_store as store
from ashiato.domain.diligence.incident import payload
from ashiato.domain.diligence.model import Material, RiskCategory, Severity
from ashiato.domain.diligence.register_store import Step
from ashiato.domain.diligence.risk import Likelihood, RedFlag, Risk, RiskKind, RiskState, check_transition, indicators, red_flags
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import Flaw, absent, invalid
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Likelihood", "Move", "NewRisk", "Risk", "RiskKind", "RiskState", "Step", "concerning", "flags_of", "identify", "incident_of",
    "last_steps", "listed", "move", "one", "shown", "steps", "take_in",
]  # fmt: skip

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class NewRisk:
    """A risk as it is taken in. Without a part it concerns the whole company; `source`: what it follows from, such as an assessment."""

    kind: RiskKind
    category: RiskCategory
    severity: Severity
    likelihood: Likelihood
    title: str
    description: str = ""
    part_id: PartId | None = None
    material: Material | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a risk: its new state, why, and what is set anew on the way (None: as it was)."""

    state: RiskState
    note: str
    severity: Severity | None = None
    likelihood: Likelihood | None = None
    owner: str | None = None
    plan: str | None = None
    deadline: date | None = None


async def identify(work: Work, actor: Actor, found: NewRisk) -> Risk:
    """Takes a risk into the register. Refuses (`absent`) a part that is not the company's, (`invalid`) texts that are empty or too long."""
    require(actor, Deed.ENTER_DATA)
    flaws = [flaw for flaw in (text_flaw("title", found.title), text_flaw("description", found.description or "-", _LONGEST)) if flaw]
    if flaws:
        raise invalid("risk", "The risk cannot be taken in.", "Correct the fields named here.", *flaws)
    if found.part_id is not None:
        await products.part(work, actor, found.part_id)
    risk = Risk(
        work.new_id(), found.kind, found.part_id, found.material, found.category, found.severity, found.likelihood, found.title,
        found.description, found.source, RiskState.IDENTIFIED, "", "", None, work.now, work.now,
    )  # fmt: skip
    await store.add(work, risk, found.source)
    work.record(facts.risk_moved(risk.risk_id, risk.state))
    return risk


async def move(work: Work, actor: Actor, risk_id: UUID, wanted: Move) -> Risk:
    """Takes a risk one step further.

    Refuses (`absent`) what is not the company's, (`conflict`) an impossible step, (`invalid`) a step without a reason, mitigating or
    disengaging without owner, plan and deadline.
    """
    require(actor, Deed.ENTER_DATA)
    present = await one(work, actor, risk_id)
    check_transition(RiskState(present.state), wanted.state)
    moved = replace(
        present, state=wanted.state.value, severity=wanted.severity or present.severity, likelihood=wanted.likelihood or present.likelihood,
        owner=present.owner if wanted.owner is None else wanted.owner, plan=present.plan if wanted.plan is None else wanted.plan,
        deadline=wanted.deadline or present.deadline,
    )  # fmt: skip
    flaws = [flaw for flaw in (text_flaw("note", wanted.note, _LONGEST),) if flaw]
    if wanted.state in (RiskState.MITIGATING, RiskState.DISENGAGING):
        missing = [name for name in ("owner", "plan", "deadline") if not getattr(moved, name)]
        flaws += [Flaw(name, "risk.plan", f"A risk that is {wanted.state} has an {name}.") for name in missing]
    if flaws:
        raise invalid("risk.step", "The step is not complete.", "Correct the fields named here.", *flaws)
    await store.move(work, moved, wanted.note)
    work.record(facts.risk_moved(risk_id, moved.state))
    return await one(work, actor, risk_id)


async def one(work: Work, actor: Actor, risk_id: UUID) -> Risk:
    """One of the company's risks. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await store.one(work, risk_id)
    if found is None:
        raise absent("risk")
    return found


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Risk]:
    """The company's register, oldest entry first."""
    require(actor, Deed.READ)
    return await store.listed(work, after, limit)


async def shown(
    work: Work, actor: Actor, states: Iterable[RiskState], category: str, after: tuple[int, datetime, UUID] | None, limit: int
) -> list[Risk]:
    """The company's risks in these states and of this category (empty: of all), gravest first and of those alike the newest.

    `after`: weight, opening and identifier of the risk that the one before this page ended with.
    """
    require(actor, Deed.READ)
    return await store.shown(work, [state.value for state in states], category, after, limit)


async def last_steps(work: Work, actor: Actor, day: date, limit: int) -> list[tuple[Step, str]]:
    """The last steps that the company's risks took from a day on, newest first, each with the title of its risk."""
    require(actor, Deed.READ)
    return await store.last_steps(work, day, limit)


async def steps(work: Work, actor: Actor, risk_id: UUID) -> list[Step]:
    """What happened to one of the company's risks. Refuses (`absent`) every other."""
    await one(work, actor, risk_id)
    return await store.steps(work, risk_id)


async def concerning(work: Work, part_ids: list[UUID]) -> list[Risk]:
    """The pinned company's risks that concern one of these parts, or all of them."""
    return await store.concerning(work, part_ids)


async def flags_of(work: Work, actor: Actor, part_id: PartId) -> list[RedFlag]:
    """The red flags of the origins that the company states of a part and of what goes into it. Refuses (`absent`) another's part."""
    structure = await products.structure(work, actor, part_id)
    origins = await origin_store.origins(work, list(structure.parts))
    return red_flags([origin for lines in origins.values() for origin in lines], indicators(), work.now.date())


async def take_in(work: Work, actor: Actor, found: NewRisk) -> Risk | None:
    """Takes in what follows from an answer or an import, unless an entry that is not closed follows from the same source already."""
    return None if await store.stands(work, found.source) else await identify(work, actor, found)


async def incident_of(work: Work, actor: Actor, risk_id: UUID) -> dict[str, Json]:
    """One of the company's risks as an incident of Catena-X. Refuses (`absent`) every other."""
    risk = await one(work, actor, risk_id)
    part = await products.part(work, actor, PartId(risk.part_id)) if risk.part_id else None
    return payload(risk, f"{part.name} ({part.part_number})" if part else "all products of the company", work.now)
