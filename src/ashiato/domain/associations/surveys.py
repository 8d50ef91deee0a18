"""Surveys: an association asks for one figure each, members have their own counted, and what may be published of them is drawn.

What a member contributes follows from its own records, under its own eyes; it is shown before. The association never sees a figure of one
member, nor who contributed: contributions are read by the aggregator alone, once a survey has closed, and what it writes down is what
the release rules (`disclosure`) permit. Where they do not, all that is told is that nothing is published.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ashiato.domain import footprint, products, trade
from ashiato.domain.associations import disclosure, facts, membership
from ashiato.domain.associations import survey_store as store
from ashiato.domain.associations.model import Contribution, Measure, NewSurvey, Outcome, Survey, survey_flaws
from ashiato.domain.participants import Actor, CompanyKind, Deed, require, text_flaw
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.kernel.ids import PartId
from ashiato.kernel.period import Period
from ashiato.kernel.quantity import UNITS, present, settle
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = ["View", "contribute", "draw_next", "listed", "open_survey", "own_figure", "take_back", "view"]

_MEAN_DIGITS = 3


@dataclass(frozen=True, slots=True)
class View:
    """A survey with what came of it, and the own figure in it; an association has none."""

    survey: Survey
    outcome: Outcome | None
    own: Contribution | None


async def open_survey(work: Work, actor: Actor, wanted: NewSurvey) -> Survey:
    """Opens a survey to the association's members until the instant at which it closes.

    Refuses (`denied`) who is no association, (`invalid`) flaws by field, a unit or a method that there is not.
    """
    require(actor, Deed.CONVENE)
    flaws = survey_flaws(wanted, work.now) + [flaw for flaw in (text_flaw("title", wanted.title),) if flaw]
    if flaws:
        raise invalid("survey", "The survey cannot be opened yet.", "Correct the fields named here.", *flaws)
    if wanted.measure.of_a_part:
        footprint.methods.method(wanted.method)
        if wanted.declared_unit not in UNITS:
            raise invalid("survey.declared_unit", f"{wanted.declared_unit} is no unit.", "Write the unit that a part is declared in, such as kg.")
    survey = Survey(
        actor.company_id, work.new_id(), wanted.title, wanted.measure, wanted.category, wanted.declared_unit, wanted.method,
        wanted.period_start, wanted.period_end, work.now, wanted.closes_at,
    )  # fmt: skip
    await store.add(work, survey)
    work.record(facts.survey_opened(survey.survey_id))
    return survey


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[View]:
    """The surveys of the actor's association, or of the associations that its company is a member of, oldest first."""
    require(actor, Deed.READ)
    return await _views(work, await store.surveys(work, after, limit))


async def view(work: Work, actor: Actor, survey_id: UUID) -> View:
    """One of these surveys. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    return (await _views(work, [await _survey(work, survey_id)]))[0]


async def _views(work: Work, surveys: list[Survey]) -> list[View]:
    named = [survey.survey_id for survey in surveys]
    outcomes = {outcome.survey_id: outcome for outcome in await store.outcomes(work, named)}
    own = {each.survey_id: each for each in await store.own(work, named)}
    return [View(survey, outcomes.get(survey.survey_id), own.get(survey.survey_id)) for survey in surveys]


async def _survey(work: Work, survey_id: UUID) -> Survey:
    found = await store.survey(work, survey_id)
    if found is None:
        raise absent("survey")
    return found


async def own_figure(work: Work, actor: Actor, survey_id: UUID, part_id: PartId | None) -> Decimal:
    """What of the actor's company's would be counted in a survey: shown to it alone.

    Refuses (`absent`) a survey of an association that it is no member of, a part that is not its own; (`conflict`) where it has no such figure.
    """
    require(actor, Deed.READ)
    survey = await _survey(work, survey_id)
    if actor.kind is CompanyKind.ASSOCIATION:
        raise conflict("survey.member", "An association contributes no figure.", "Its members do.")
    return await _figure(work, actor, survey, part_id)


async def contribute(work: Work, actor: Actor, survey_id: UUID, part_id: PartId | None) -> Contribution:
    """Has the own figure counted as it is now; doing it again replaces it. Refuses what `own_figure` does, (`conflict`) a closed survey."""
    require(actor, Deed.ANSWER)
    survey = await _survey(work, survey_id)
    await membership.confirmed_in(work, actor, survey.company_id)
    _check_open(survey, work.now)
    amount = await _figure(work, actor, survey, part_id)
    kept = Contribution(survey.company_id, survey_id, part_id if Measure(survey.measure).of_a_part else None, amount, work.now)
    await store.put_contribution(work, kept)
    work.record(facts.contributed(survey_id))
    return kept


async def take_back(work: Work, actor: Actor, survey_id: UUID) -> None:
    """Takes the own figure back. Refuses (`absent`) where there is none, (`conflict`) a closed survey."""
    require(actor, Deed.ANSWER)
    survey = await _survey(work, survey_id)
    _check_open(survey, work.now)
    if not await store.take_back(work, survey_id):
        raise absent("contribution")
    work.record(facts.taken_back(survey_id))


def _check_open(survey: Survey, now: datetime) -> None:
    if survey.closes_at <= now:
        raise conflict("survey.closed", "This survey is closed.", "What was contributed until then is counted.")


async def _figure(work: Work, actor: Actor, survey: Survey, part_id: PartId | None) -> Decimal:
    measure = Measure(survey.measure)
    if measure.of_a_part:
        return await _of_part(work, actor, survey, part_id)
    period = Period(survey.period_start, survey.period_end)
    pace = await trade.progress.pace(work, actor, period)
    found = pace.answer_days if measure is Measure.ANSWER_DAYS else pace.coverage
    if found is None:
        raise conflict("survey.no_figure", "There is nothing to count in this period.", "Requests that were asked in the period count.")
    return found


async def _of_part(work: Work, actor: Actor, survey: Survey, part_id: PartId | None) -> Decimal:
    if part_id is None:
        raise invalid("survey.part", "This survey is about one of your parts.", "Name the part that it is about.")
    part = await products.part(work, actor, part_id)
    computed = (await footprint.history.latest_footprints(work, actor, [part_id], survey.method)).get(part_id)
    if computed is None or computed.result.draft:
        raise conflict("survey.no_footprint", f"{part.part_number} has no footprint that stands under {survey.method}.", "Compute it first.")
    if survey.measure == Measure.OWN_DATA_SHARE:
        return computed.result.primary_data_share
    per_kwh = computed.result.per_kwh
    if survey.declared_unit == "kWh" and per_kwh is not None:
        return _counted(per_kwh.kg_co2e_per_kwh)
    if part.declared_unit != survey.declared_unit:
        raise conflict(
            "survey.unit", f"{part.part_number} is declared per {part.declared_unit}, not per {survey.declared_unit}.", "Name a part with this unit."
        )
    return _counted(computed.result.total)


def _counted(amount: Decimal) -> Decimal:
    if amount < 0:
        raise conflict(
            "survey.negative", "A figure below nought cannot be counted.", "The release rules hold for sums of figures that are not negative."
        )
    return settle(amount)


async def draw_next(work: Work) -> bool:
    """Draws what may be published of the survey that closed first and was not drawn yet; whether there was one. It pins the work."""
    await work.pin(Viewpoint.AGGREGATOR, None)
    survey = await store.next_closed(work, work.now)
    if survey is None:
        return False
    await work.pin(Viewpoint.AGGREGATOR, survey.company_id)
    cell: disclosure.Cell = await store.contributed(work, survey)
    earlier = await store.cells(work, survey.measure)
    central = disclosure.middle(cell)
    drawn: list[tuple[str, disclosure.Cell]] = []
    for wanted in ([("mean", cell), ("middle", central)], [("mean", cell)]):
        told = [(statistic, one) for statistic, one in wanted if one]
        if len(told) == len(wanted) and disclosure.permitted(earlier, [one for _, one in told]):
            drawn = told
            break
    await store.keep_outcome(work, _outcome(survey, dict(drawn), work.now))
    await store.keep_cells(work, survey, drawn)
    work.record(facts.survey_drawn(survey.survey_id))
    return True


def _outcome(survey: Survey, drawn: dict[str, disclosure.Cell], now: datetime) -> Outcome:
    cell, central = drawn.get("mean"), drawn.get("middle")
    return Outcome(survey.survey_id, cell is not None, len(cell) if cell else None, _mean(cell), _mean(central), now)


def _mean(cell: disclosure.Cell | None) -> Decimal | None:
    """To three significant digits: more would be false precision, and would tell more."""
    return Decimal(present(sum(cell.values(), Decimal(0)) / len(cell), _MEAN_DIGITS)) if cell else None
