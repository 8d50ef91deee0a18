"""Reading minerals reporting templates of the Responsible Minerals Initiative (EMRT from 2.0, CMRT) as suppliers have them, by sheet and cell (pure).

Sheets and columns are found by the beginning of their labels in the languages that are known (`template.toml`), else by the published order
of columns. Text is taken in its normal form (full-width letters and digits count as others), a metal that stands in a merged cell above is
carried down, and a list that goes on in further sheets is read as one.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale

from ashiato.domain.diligence.model import Material, cid_flaw
from ashiato.plumbing.spreadsheet import Sheet, cell_name

SMELTERS, DECLARATION, MINES, PRODUCTS = "Smelter List", "Declaration", "Mine List", "Product List"
LANGUAGES = ("en", "ja", "zh", "ko", "fr", "de", "es", "pt", "it", "tr")  # those of the templates
_CODE = re.compile("[A-Z]{2}")  # ISO 3166-1 alpha-2
_NEEDED = ("metal", "name", "cid")
_MINES_NEEDED = ("metal", "smelter", "mine", "country")
_PREAMBLE = 4  # rows of the sheet of mines with its title, what to do, and its headings
_CONFLICT = frozenset({Material.TIN, Material.TANTALUM, Material.TUNGSTEN, Material.GOLD})
_HEADINGS = 8  # cells at least of a row that is taken for headings in an unknown language


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell of a template, which holds `value`, and what to write instead."""

    sheet: str
    cell: str
    code: str
    message: str
    suggestion: str | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Smelter:
    """A row of the list of smelters; without a name it is one that the supplier has not identified yet."""

    material: Material
    name: str
    country: str
    cid: str
    mine: str
    mine_country: str
    recycled: bool


@dataclass(frozen=True, slots=True)
class Template:
    """What a template says: which one it is, whose, the smelters, for which materials all are identified.

    `errors` have to be corrected before anything is taken in; `notes` say what was read otherwise than it is written, or not at all.
    """

    kind: str
    company: str
    smelters: tuple[Smelter, ...]
    complete: frozenset[Material]
    errors: tuple[CellError, ...]
    notes: tuple[CellError, ...] = ()


def plainly(text: str) -> str:
    """Text as it is compared: in its normal form, without the template's marks of obligation, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("(*)", "").replace("*", "").split())


def _key(text: str) -> str:
    return plainly(text).casefold()


@cache
def _stated() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__ or "") / "template.toml").read_text(encoding="utf-8"))


@cache
def metals() -> dict[str, Material]:
    """Materials by the names that templates give them, in comparable form."""
    return {_key(name): Material(code) for code, names in _stated()["metals"].items() for name in names}


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(_key(word) for word in _stated()["words"][kind])


@cache
def _countries() -> dict[str, str]:
    named = {_key(name): code for language in LANGUAGES for code, name in Locale.parse(language).territories.items() if _CODE.fullmatch(code)}
    return named | {_key(name): code for code, names in _stated()["countries"].items() for name in names}


def country(text: str) -> str | None:
    """The code of a country as a template spells it; empty for one that is not told; None for what is none."""
    spelled = _key(text)
    if not spelled or spelled in _words("unknown"):
        return ""
    if _CODE.fullmatch(spelled.upper()):
        return spelled.upper()
    return _countries().get(spelled)


def is_template(names: Iterable[str]) -> bool:
    """Whether a workbook with sheets of these names is a minerals reporting template."""
    keys = {_key(name) for name in names}
    return _key(DECLARATION) in keys and any(key.startswith(_key(SMELTERS)) for key in keys)


def product_numbers(sheets: Iterable[Sheet]) -> list[str]:
    """The numbers of the products that a template says it is about; none where it is about all of a company's."""
    rows = next((sheet.rows for sheet in sheets if _key(sheet.name) == _key(PRODUCTS)), [])
    for number, row in enumerate(rows):
        column = next((place for place, cell in enumerate(row) if any(word in _key(cell) for word in _words("product_number"))), None)
        if column is not None:
            return [*dict.fromkeys(told for line in rows[number + 1 :] if column < len(line) and (told := plainly(line[column])))]
    return []


def read_template(sheets: list[Sheet]) -> Template:
    """What a workbook says. Every error is told with its sheet and cell; rows with errors are not among the smelters."""
    listed = [sheet for sheet in sheets if _key(sheet.name).startswith(SMELTERS.casefold()) and "look" not in _key(sheet.name)]
    declared = next((sheet for sheet in sheets if _key(sheet.name) == DECLARATION.casefold()), None)
    errors = [
        CellError(name, "A1", "template.sheet", f"The workbook has no sheet “{name}”.", name)
        for name, present in ((SMELTERS, bool(listed)), (DECLARATION, declared is not None)) if not present
    ]  # fmt: skip
    if not listed:
        return Template("", "", (), frozenset(), tuple(errors))
    reading = _Reading([], [*errors], [], {})
    for sheet in listed:
        _read_smelters(sheet, reading)
    company, complete = _declared(declared, reading) if declared else ("", frozenset[Material]())
    _read_mines(sheets, reading)
    unidentified = {smelter.material for smelter in reading.smelters if not smelter.name}
    for material in sorted(complete & unidentified):
        said = f"All smelters of {material} are said to be identified, but the list holds one that is not: its origin stays unknown."
        reading.notes.append(CellError(DECLARATION, "A1", "template.contradiction", said, "Ask the supplier which of the two is right."))
    return Template(
        _kind(declared, reading.smelters), company, tuple(reading.smelters), complete - unidentified, tuple(reading.errors), tuple(reading.notes)
    )


@dataclass
class _Reading:
    smelters: list[Smelter]
    errors: list[CellError]
    notes: list[CellError]
    seen: dict[tuple[object, ...], str]


def _kind(declared: Sheet | None, smelters: list[Smelter]) -> str:
    top = " ".join(_key(cell) for row in (declared.rows[:6] if declared else []) for cell in row)
    if "conflict minerals reporting" in top:
        return "CMRT"
    if "extended minerals reporting" in top:
        return "EMRT"
    return "CMRT" if smelters and {smelter.material for smelter in smelters} <= _CONFLICT else "EMRT"


def _read_smelters(sheet: Sheet, reading: _Reading) -> None:
    place, columns = _headings(sheet)
    if place is None:
        missing = ", ".join(_stated()["columns"][name][0] for name in _NEEDED)
        reading.errors.append(CellError(sheet.name, "A1", "template.columns", f"No row of headings holds {missing}."))
        return
    above = ""
    for number, row in enumerate(sheet.rows[place + 1 :], place + 2):
        cells = {name: plainly(row[column]) if column < len(row) else "" for name, column in columns.items()}
        if not any(cells.values()):
            continue
        if not cells["metal"] and above and (cells["name"] or cells["cid"]):
            at = cell_name(number, columns["metal"] + 1)
            reading.notes.append(CellError(sheet.name, at, "smelter.merged", f"The metal is taken from above: {above}."))
            cells["metal"] = above
        above = cells["metal"]
        _take_in(sheet, number, columns, cells, reading)


def _take_in(sheet: Sheet, number: int, columns: Mapping[str, int], cells: Mapping[str, str], reading: _Reading) -> None:
    flaws, smelter = _smelter(cells)
    for name, code, message, suggestion in flaws:
        at, held = cell_name(number, columns.get(name, 0) + 1), cells.get(name, "")
        reading.errors.append(CellError(sheet.name, at, code, message, suggestion, held))
    if smelter is None:
        return
    key = smelter.material, smelter.cid, "" if smelter.cid else smelter.name, smelter.mine, smelter.mine_country
    if smelter.name and key in reading.seen:
        at, said = cell_name(number, columns["cid"] + 1), f"This smelter stands in {reading.seen[key]} already."
        reading.errors.append(CellError(sheet.name, at, "smelter.repeated", said, "Remove the row.", cells["cid"]))
        return
    reading.seen[key] = f"row {number}"
    reading.smelters.append(smelter)


def _headings(sheet: Sheet, labels: str = "columns", order: str = "places", needed: Iterable[str] = _NEEDED) -> tuple[int | None, dict[str, int]]:
    """The row of headings and where the columns are; by the published order where the headings are in a language that is not known."""
    for number, row in enumerate(sheet.rows):
        columns = _header(row, labels)
        if columns.keys() >= set(needed):
            return number, columns
    places: dict[str, int] = _stated()[order]
    for number, row in enumerate(sheet.rows):
        metal = _key(row[places["metal"]]) if len(row) > max(places[name] for name in needed) else ""
        if metal in metals() and number and sum(bool(cell.strip()) for cell in sheet.rows[number - 1]) >= _HEADINGS:
            return number - 1, dict(places)
    return None, {}


def _header(row: list[str], labels_of: str) -> dict[str, int]:
    """The columns that a row heads, by the beginning of their labels."""
    labels = [_key(cell) for cell in row]
    found = {}
    for name, beginnings in _stated()[labels_of].items():
        wanted = tuple(_key(beginning) for beginning in beginnings)
        headed = [place for place, text in enumerate(labels) if text.startswith(wanted)]
        if headed:
            found[name] = min(headed, key=lambda place: len(labels[place]))  # “Smelter Identification”, not its input column
    return found


_Flaw = tuple[str, str, str, str | None]


def _smelter(cells: Mapping[str, str]) -> tuple[list[_Flaw], Smelter | None]:
    flaws: list[_Flaw] = []
    material = metals().get(_key(cells["metal"]))
    if material is None:
        flaws.append(("metal", "smelter.metal", f"“{cells['metal']}” is no metal of the template.", "Cobalt"))
    cid = "" if _key(cells["cid"]) in _words("unknown") else cells["cid"].upper()
    wrong = cid_flaw("cid", cid)
    if wrong:
        flaws.append(("cid", wrong.code, wrong.message, wrong.suggestion))
    name = "" if _key(cells["name"]) in _words("unidentified") | _words("unknown") else cells["name"]
    if not cells["name"]:
        flaws.append(("name", "smelter.name", "The smelter has no name.", None))
    codes = {}
    for place in ("country", "mine_country"):
        code = country(cells.get(place, ""))
        if code is None:
            flaws.append((place, "country.form", f"“{cells[place]}” is not a known country.", "Write the two letters of ISO 3166-1."))
        codes[place] = code or ""
    if flaws or material is None:
        return flaws, None
    mine = cells.get("mine", "")
    recycled = _key(cells.get("recycled", "")) in _words("yes") or _key(mine) in _words("recycled")
    named = "" if _key(mine) in _words("unknown") | _words("recycled") else mine
    return [], Smelter(material, name, codes["country"], cid if name else "", named, codes["mine_country"], recycled)


def _declared(sheet: Sheet, reading: _Reading) -> tuple[str, frozenset[Material]]:
    """The company, and the materials for which it answers that all smelters are identified: rows under that question, one a metal."""
    company, complete, inside, asked = "", set(), False, False
    answers: int | None = None
    for number, row in enumerate(sheet.rows, 1):
        cells = [plainly(cell) for cell in row]
        words = [cell for cell in cells if cell]
        if not company and words and words[0].casefold().startswith(("company name", "会社名", "公司名称")):
            company = words[1] if len(words) > 1 else ""
        if any(_asks(cell) for cell in cells):
            inside = asked = True
            answers = next((place for place, cell in enumerate(cells) if cell.casefold() in ("answer", "回答", "答复")), None)
        elif inside and words:
            material = metals().get(words[0].casefold())
            if material is None:
                inside = False
            elif _key(_answer(cells, words, answers)).split(",")[0] in _words("yes"):
                complete.add(material)
            elif not _answer(cells, words, answers):
                at = cell_name(number, (answers or 0) + 1)
                said = f"It is not answered whether all smelters of {material} are identified: its origin stays unknown."
                reading.notes.append(CellError(sheet.name, at, "template.unanswered", said, "Ask the supplier to answer it."))
    if not asked:
        said = "The question whether all smelters are identified was not found: no origin is taken in."
        reading.notes.append(CellError(sheet.name, "A1", "template.question", said, "Send the template in English or Japanese."))
    return company, frozenset(complete)


def _answer(cells: list[str], words: list[str], column: int | None) -> str:
    """The answer of a row: in the column that the question heads so, else the first text after the metal."""
    if column is not None and column < len(cells) and cells[column]:
        return cells[column]
    return words[1] if column is None and len(words) > 1 else ""


def _asks(cell: str) -> bool:
    said = cell.casefold()
    return any(all(_key(word) in said for word in line) for line in _stated()["questions"]["identified"])


def _read_mines(sheets: Iterable[Sheet], reading: _Reading) -> None:
    """Gives each smelter the mines that it sources from, where a sheet lists them: an entry for each, one of its own for what its row names."""
    found: dict[int, list[Smelter]] = {}
    for sheet in sheets:
        if _key(sheet.name) != MINES.casefold():
            continue
        place, columns = _headings(sheet, "mine_columns", "mine_places", _MINES_NEEDED)
        if place is None:
            if any(sum(bool(cell.strip()) for cell in row) > 1 for row in sheet.rows[_PREAMBLE:]):
                said = "The row of headings was not found on this sheet: its mines were not read."
                reading.notes.append(CellError(sheet.name, f"A{_PREAMBLE}", "template.mines", said, "Keep the template's row of headings."))
            continue
        for number, row in enumerate(sheet.rows[place + 1 :], place + 2):
            cells = {name: plainly(row[column]) if column < len(row) else "" for name, column in columns.items()}
            if cells["smelter"] or cells["mine"] or cells["country"]:
                _take_mine(sheet, number, columns, cells, reading, found)
    told = [each for number, smelter in enumerate(reading.smelters) for each in _with_mines(smelter, found.get(number, []))]
    reading.smelters = list(dict.fromkeys(told))  # a smelter may stand there once for each of its mines already


def _take_mine(
    sheet: Sheet, number: int, columns: Mapping[str, int], cells: Mapping[str, str], reading: _Reading, found: dict[int, list[Smelter]]
) -> None:
    material, code = metals().get(_key(cells["metal"])), country(cells["country"])
    flaws: list[_Flaw] = []
    if material is None:
        flaws.append(("metal", "smelter.metal", f"“{cells['metal']}” is no metal of the template.", "Cobalt"))
    if code is None:
        flaws.append(("country", "country.form", f"“{cells['country']}” is not a known country.", "Write the two letters of ISO 3166-1."))
    listed = {each: smelter for each, smelter in enumerate(reading.smelters) if smelter.material == material and smelter.name}
    named = [each for each, smelter in listed.items() if _key(cells["smelter"]) in (_key(smelter.name), _key(smelter.cid))]
    if material is not None and cells["smelter"] and not named:
        near = get_close_matches(cells["smelter"], [smelter.name for smelter in listed.values()], 1)
        said = f"“{cells['smelter']}” is not among the smelters of {material} that are listed."
        flaws.append(("smelter", "mine.smelter", said, near[0] if near else None))
    named = [each for each in named if not listed[each].cid] or named  # of two with one name, the one that has no number is meant by it
    if len({listed[each].cid for each in named}) > 1:
        said = f"Several smelters of {material} that are listed have the name “{cells['smelter']}”."
        flaws.append(("smelter", "mine.ambiguous", said, listed[named[0]].cid or None))
    if not cells["smelter"] and not flaws:
        at = cell_name(number, columns["smelter"] + 1)
        said = "The row names no smelter that sources from this mine: it was not read."
        reading.notes.append(CellError(sheet.name, at, "mine.unused", said, "Name a smelter of the list of smelters."))
    for name, code_of, message, suggestion in flaws:
        at = cell_name(number, columns[name] + 1)
        reading.errors.append(CellError(sheet.name, at, code_of, message, suggestion, cells[name]))
    if flaws:
        return
    for each in named[:1]:
        mine = "" if _key(cells["mine"]) in _words("unknown") else cells["mine"]
        if listed[each].recycled:
            at, said = cell_name(number, columns["smelter"] + 1), "This smelter is said to use recycled material alone: the mine was not read."
            reading.notes.append(CellError(sheet.name, at, "mine.recycled", said, "Ask the supplier which of the two is right."))
        elif mine or code:
            found.setdefault(each, []).append(replace(listed[each], mine=mine, mine_country=code or ""))


def _with_mines(smelter: Smelter, mines: list[Smelter]) -> list[Smelter]:
    """A smelter's entries: one a mine. What its own row says of a mine is one more, unless the sheet of mines says the same or more."""
    said = any(_key(smelter.mine) in ("", _key(each.mine)) and smelter.mine_country in ("", each.mine_country) for each in mines)
    return mines if said else [smelter, *mines]
