"""Scoring answers: every point is explained by the question that earned it, and the points sum to the score (pure)."""

from dataclasses import dataclass
from datetime import date

from ashiato.domain.diligence.model import RiskCategory, Severity
from ashiato.domain.diligence.questionnaires import Answers, Questionnaire, answer_flaw
from ashiato.kernel.errors import Flaw

_MONTHS = 12
_LAST_SHARED_DAY = 28


@dataclass(frozen=True, slots=True)
class Line:
    """What one question earned, of how many points."""

    question: str
    points: int
    of_points: int
    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Raised:
    """A risk that an answer speaks of."""

    question: str
    category: RiskCategory
    severity: Severity
    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Score:
    """A questionnaire's score under one version of its rules. `points` is the sum of the lines, `of_points` of what was asked."""

    questionnaire: str
    version: str
    points: int
    of_points: int
    lines: tuple[Line, ...]
    raised: tuple[Raised, ...]


def score(asked: Questionnaire, answers: Answers) -> Score:
    """The score of answers without flaws. What was not asked neither earns nor costs."""
    lines, raised = [], []
    for question in asked.asked(answers):
        answer = answers.get(question.id)
        if question.points:
            lines.append(Line(question.id, question.earned(answer), question.points, question.words.en, question.words.ja))
        if question.flag is not None and question.flag.test.met(answer):
            told = question.flag
            raised.append(Raised(question.id, told.category, told.severity, told.words.en, told.words.ja))
    points, of_points = sum(line.points for line in lines), sum(line.of_points for line in lines)
    return Score(asked.id, asked.version, points, of_points, tuple(lines), tuple(raised))


def flaws(asked: Questionnaire, answers: Answers, proved: set[str], day: date) -> list[Flaw]:
    """What is wrong with answers: missing, of a wrong type, not asked, past on a day, or without the evidence that the rule demands.

    `proved`: the questions that evidence was given for.
    """
    found = []
    wanted = {question.id: question for question in asked.asked(answers)}
    for question_id in answers:
        if question_id not in wanted:
            known = any(question.id == question_id for question in asked.questions)
            words = "This is not asked after your other answers: leave it out." if known else f"{asked.id} has no such question."
            found.append(Flaw(f"answers.{question_id}", "answer.not_asked", words))
    for question in wanted.values():
        answer = answers.get(question.id)
        if answer is None:
            if not question.optional:
                found.append(Flaw(f"answers.{question.id}", "answer.missing", f"Not answered: {question.words.en}"))
            continue
        flaw = answer_flaw(question, answer)
        if flaw:
            found.append(flaw)
        elif question.future and date.fromisoformat(str(answer)) < day:
            found.append(Flaw(f"answers.{question.id}", "answer.past", f"{answer} is past. Name a day to come, or say above that there is none."))
        elif question.evidence is not None and question.evidence.met(answer) and question.id not in proved:
            found.append(Flaw(f"evidence.{question.id}", "evidence.missing", f"This answer needs a file as evidence: {question.words.en}"))
    return found


def prefilled(asked: Questionnaire, before: Answers, day: date) -> Answers:
    """Answers from last time, as far as they still fit what is asked on a day."""
    known = {question.id: question for question in asked.questions}
    fitting = {name: answer for name, answer in before.items() if name in known and answer_flaw(known[name], answer) is None}
    fitting = {name: answer for name, answer in fitting.items() if not known[name].future or date.fromisoformat(str(answer)) >= day}
    standing = {question.id for question in asked.asked(fitting)}
    return {name: answer for name, answer in fitting.items() if name in standing}


def valid_until(asked: Questionnaire, day: date) -> date:
    """The last day on which answers given on a day count."""
    months = day.month - 1 + asked.valid_months
    year, month = day.year + months // _MONTHS, months % _MONTHS + 1
    return date(year, month, min(day.day, _LAST_SHARED_DAY))
