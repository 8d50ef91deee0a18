"""What the page of a waiting file shows: what would come of it and only what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ashiato.domain import imports
from ashiato.domain.imports import Draft, DraftOutline, Report, RowError
from ashiato.domain.participants import Actor, Deed
from ashiato.kernel.errors import Refusal
from ashiato.kernel.period import Period
from ashiato.web.route import may

_SHOWN = 100  # bad cells
_MANY = 8  # bad cells that what can be done stands below; of more it stands above them, before their fields
_PARTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Bad:
    """A bad cell on the page: what its column is called, and what a person has typed for it, if anything yet."""

    error: RowError
    heading: str
    offered: str  # what stands in its field first: what is suggested, else what is in the file
    typed: str

    @property
    def place(self) -> str:
        """The cell as spreadsheets write it."""
        cell = self.error.cell or (f"{self.error.row}:{self.error.row}" if self.error.row else "")
        return f"{self.error.sheet}!{cell}" if self.error.sheet else cell


@dataclass(frozen=True, slots=True)
class Recurring:
    """One thing that is wrong in many cells: what it says of the first of them, which that is, and how many there are."""

    first: Bad
    cells: int


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A waiting file: what would come of it, and only what is wrong."""

    template: ClassVar[str] = "draft.html"
    outline: DraftOutline
    result: Report | imports.answers.Answers
    answers: bool
    good: int
    bad: list[Bad]
    more: int
    recurring: list[Recurring]  # where there are more bad cells than are shown
    waiting: int  # rows of parts of which another row is wrong
    suggestions: int
    suffices: bool  # whether all suggestions together leave nothing wrong, as far as can be seen
    earlier: datetime | None
    period: Period
    may_correct: bool
    may_register: bool
    overtaken: dict[str, str] | None = None
    parts_shown: int = _PARTS_SHOWN

    @property
    def many(self) -> bool:
        """Whether what can be done with the file is to stand before the bad cells, which hold so many fields."""
        return len(self.bad) > _MANY


def examined(
    found: Draft, actor: Actor, period: Period, earlier: datetime | None, japanese: bool, typed: dict[str, str], refusal: Refusal | None
) -> DraftPage:
    """What would come of a file for this person; `typed` stands in its fields (by sheet!cell) where a colleague was faster, as `refusal` tells."""
    result = found.result
    answers = isinstance(result, imports.answers.Answers)
    kinds = {} if isinstance(result, imports.answers.Answers) else {table.sheet: table.kind for table in result.tables}
    told = [error for error in found.errors if error.code != imports.marking.HELD_BACK]

    def bad_of(error: RowError) -> Bad:
        offered = error.suggestion if error.suggestion is not None else error.value
        heading = _heading(error, imports.AnswerKind.ANSWERS if answers else kinds.get(error.sheet), japanese)
        return Bad(error, heading, offered, typed.get(f"{error.sheet}!{error.cell}", offered))

    bad = [bad_of(error) for error in told[:_SHOWN]]
    return DraftPage(
        outline=found.outline,
        result=result,
        answers=answers,
        good=result.ready if isinstance(result, imports.answers.Answers) else result.good,
        bad=bad,
        more=len(told) - len(bad),
        recurring=_recurring(told, bad_of) if len(told) > len(bad) else [],
        waiting=len(found.errors) - len(told),
        suggestions=len(found.suggestions),
        suffices=all(error.cell and error.suggestion is not None for error in told),
        earlier=earlier,
        period=period,
        may_correct=may(actor, Deed.ENTER_DATA),
        may_register=may(actor, Deed.ANSWER if answers else Deed.ENTER_DATA),
        overtaken=dict(refusal.facts) if refusal is not None else None,
    )


def _recurring(told: list[RowError], bad_of: Callable[[RowError], Bad]) -> list[Recurring]:
    """What is wrong, the most frequent first: by sheet, column and reason."""
    found: dict[tuple[str, str, str], list[RowError]] = {}
    for error in told:
        found.setdefault((error.sheet, error.field, error.code), []).append(error)
    return [Recurring(bad_of(errors[0]), len(errors)) for errors in sorted(found.values(), key=len, reverse=True)[:_SHOWN]]


def _heading(error: RowError, kind: imports.TableKind | imports.AnswerKind | None, japanese: bool) -> str:
    return imports.heading(kind, error.field, japanese=japanese) if kind is not None else error.field
