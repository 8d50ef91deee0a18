"""Questionnaires as versioned data: questions, conditions, demanded evidence, and the rules that score them, in a file each (pure).

An answer is typed by its question: boolean, integer, share (a decimal string from 0 to 1), date (ISO 8601), text, choice, categories
(codes of Annex X). A question with a condition is asked where an earlier answer meets it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any

from ashiato.domain.diligence.model import RiskCategory, Severity
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import Flaw, invalid

Answers = Mapping[str, Json]
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Words:
    """A text in English and Japanese."""

    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What an answer is held against: equal to, at least, at most; all that is set must hold."""

    is_: Json = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    def met(self, answer: Json) -> bool:
        """Whether an answer was given and stands the test."""
        if answer is None:
            return False
        if self.is_ is not None and not (type(answer) is type(self.is_) and answer == self.is_):
            return False
        if self.at_least is None and self.at_most is None:
            return True
        figure = _figure(answer)
        if figure is None:
            return False
        return (self.at_least is None or figure >= self.at_least) and (self.at_most is None or figure <= self.at_most)


@dataclass(frozen=True, slots=True)
class Flag:
    """What an answer says of risks: a category and a severity, in words."""

    test: Condition
    category: RiskCategory
    severity: Severity
    words: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `points` at most, earned all where `earn` is met, by choice, or `each` for every category named.

    `future`: its day must not be past when it is answered.
    """

    id: str
    section: str
    type: str
    words: Words
    optional: bool = False
    choices: tuple[str, ...] = ()
    depends_on: str | None = None
    condition: Condition | None = None
    evidence: Condition | None = None
    points: int = 0
    earn: Condition | None = None
    by_choice: Mapping[str, int] | None = None
    each: int = 0
    flag: Flag | None = None
    future: bool = False

    def earned(self, answer: Json) -> int:
        """How many of the points an answer earns."""
        if self.by_choice is not None:
            return self.by_choice.get(str(answer), 0)
        if self.each:
            return min(self.points, self.each * len(answer)) if isinstance(answer, list) else 0
        return self.points if self.earn is not None and self.earn.met(answer) else 0


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of one questionnaire. `subject`: whether it is answered for a company, a site or a material."""

    id: str
    version: str
    title: Words
    subject: str
    valid_months: int
    status: str
    unverified: tuple[str, ...]
    sections: Mapping[str, Words]
    questions: tuple[Question, ...]

    def asked(self, answers: Answers) -> list[Question]:
        """The questions that are asked, given the answers to those before them."""
        standing: dict[str, Json] = {}
        found = []
        for question in self.questions:
            if question.depends_on is None or (question.condition is not None and question.condition.met(standing.get(question.depends_on))):
                found.append(question)
                standing[question.id] = answers.get(question.id)
        return found


@cache
def all_questionnaires() -> dict[str, Questionnaire]:
    """The newest version of every installed questionnaire, by identifier."""
    files = [entry for entry in resources.files(__package__).iterdir() if entry.name.endswith(".toml")]
    read = sorted((_read(tomllib.loads(entry.read_text(encoding="utf-8"))) for entry in files), key=lambda each: (each.id, each.version))
    return {each.id: each for each in read}


def questionnaire(questionnaire_id: str) -> Questionnaire:
    """The questionnaire of this identifier. Refuses (`invalid`) unknown ones with the list of the known."""
    found = all_questionnaires().get(questionnaire_id)
    if found is None:
        raise invalid("questionnaire.unknown", f"There is no questionnaire {questionnaire_id}.", f"Known: {', '.join(all_questionnaires())}.")
    return found


def of_companies(questionnaire_id: str) -> Questionnaire:
    """A questionnaire that can be asked of a supplier: one that a company answers for itself. Refuses (`invalid`) every other."""
    found = questionnaire(questionnaire_id)
    if found.subject != "company":
        raise invalid("questionnaire.subject", f"{found.id} is answered for a {found.subject}, not for a company.", "Ask with another.")
    return found


def answer_flaw(question: Question, answer: Json) -> Flaw | None:
    """What is wrong with an answer's form: it does not have the question's type."""
    where, code = f"answers.{question.id}", "answer.type"
    match question.type:
        case "boolean":
            good, wanted = isinstance(answer, bool), "Answer true or false."
        case "integer":
            good, wanted = type(answer) is int and answer >= 0, "Answer with a whole number."
        case "share":
            figure = _figure(answer) if isinstance(answer, str) else None
            good, wanted = figure is not None and 0 <= figure <= 1, "Answer with a share from 0 to 1, as a text such as “0.8”."
        case "date":
            good, wanted = _is_date(answer), "Answer with a day, such as 2027-03-31."
        case "choice":
            good, wanted = answer in question.choices, f"Answer with one of {', '.join(question.choices)}."
        case "categories":
            known = {category.value for category in RiskCategory}
            good = isinstance(answer, list) and {str(item) for item in answer} <= known and len({str(item) for item in answer}) == len(answer)
            wanted = f"List each of these codes at most once: {', '.join(sorted(known))}."
        case _:
            good, wanted = isinstance(answer, str) and 0 < len(answer.strip()) <= _LONGEST_TEXT, f"Answer in 1 to {_LONGEST_TEXT} characters."
    return None if good else Flaw(where, code, wanted)


def _is_date(answer: Json) -> bool:
    try:
        return isinstance(answer, str) and date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        return False


def _figure(answer: Json) -> Decimal | None:
    if isinstance(answer, bool) or not isinstance(answer, int | str):
        return None
    try:
        figure = Decimal(answer)
    except InvalidOperation:
        return None
    return figure if figure.is_finite() else None


def _read(stated: dict[str, Any]) -> Questionnaire:
    return Questionnaire(
        id=stated["id"], version=stated["version"], title=_words(stated["title"]), subject=stated["subject"],
        valid_months=stated["valid_months"], status=stated["status"], unverified=tuple(stated["unverified"]),
        sections={name: _words(words) for name, words in stated["sections"].items()},
        questions=tuple(_question(each) for each in stated["question"]),
    )  # fmt: skip


def _question(stated: dict[str, Any]) -> Question:
    earn = stated.get("earn", {})
    flag = stated.get("flag")
    when = stated.get("when", {})
    demanded = stated.get("evidence_when")
    return Question(
        id=stated["id"], section=stated["section"], type=stated["type"], words=_words(stated), optional=stated.get("optional", False),
        choices=tuple(stated.get("choices", ())), depends_on=when.get("question"), condition=_test(when) if when else None,
        evidence=None if demanded is None else Condition() if demanded == "any" else Condition(demanded), points=stated.get("points", 0),
        earn=_test(earn) if {"is", "at_least", "at_most"} & set(earn) else None, by_choice=earn.get("choice"), each=earn.get("each", 0),
        flag=Flag(_test(flag), RiskCategory(flag["category"]), Severity(flag["severity"]), _words(flag)) if flag else None,
        future=stated.get("future", False),
    )  # fmt: skip


def _test(stated: dict[str, Any]) -> Condition:
    bounds = {name: Decimal(stated[name]) if name in stated else None for name in ("at_least", "at_most")}
    return Condition(stated.get("is"), bounds["at_least"], bounds["at_most"])


def _words(stated: dict[str, Any]) -> Words:
    return Words(stated["en"], stated["ja"])
