"""Taste, measured: what is public says what it is for; nothing grows beyond what can be read at once; no name that means nothing.

Each allowed exception stands here with its reason.
"""

import ast
import importlib
import re
from pathlib import Path

import pytest
from tests.architecture.source import PACKAGE, Named, modules, named

DOCUMENTED = ("kernel", "plumbing", "domain")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
KERNEL_TOGETHER = 600
LONGEST_ROUTE = 15
WIDEST_DOOR = 26
SELF_EXPLAINING = 4  # lines: a method as short as that may speak for itself
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "base", "misc", "lib", "core"}
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}
EMPTY_WORDS = {"a", "an", "the", "of", "to", "is", "are", "this", "that", "it", "its", "and", "or", "for", "with", "in", "on", "by", "from", "returns", "return", "gets", "get",
               "function", "class", "method", "object", "given", "new", "creates", "create", "some"}  # fmt: skip


def words(text: str) -> set[str]:
    """What is said: words in lower case, without endings and without those that say nothing."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)
    return {re.sub(r"(ies|es|s|ed|ing)$", "", word) for word in re.findall(r"[a-z]+", spaced.casefold()) if word not in EMPTY_WORDS}


def empty(name: str, docstring: str) -> bool:
    """Whether a docstring says nothing beyond the name."""
    return not words(docstring) - words(name)


def undocumented(found: Named) -> bool:
    function_inside = any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(found.node)) and bool(found.inside)
    method = bool(found.inside)
    if not found.public or (method and found.lines <= SELF_EXPLAINING and function_inside):
        return False
    docstring = ast.get_docstring(found.node)
    return docstring is None or empty(found.node.name, docstring)


@pytest.mark.parametrize("folder", DOCUMENTED)
def test_what_is_public_says_what_it_is_for(folder: str) -> None:
    offenders = [found.where for path in modules(folder) for found in named(path) if undocumented(found) and not in_a_function(path, found)]
    assert offenders == []


def in_a_function(path: Path, found: Named) -> bool:
    """What stands inside a function is nobody's to call."""
    functions = {each.node.name for each in named(path) if not isinstance(each.node, ast.ClassDef)}
    return bool(set(found.inside) & functions)


@pytest.mark.parametrize("path", [path for folder in DOCUMENTED for path in modules(folder)], ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_holds(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert not empty(path.stem if path.stem != "__init__" else path.parent.name, docstring)


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("def follow(): pass", True),
        ('def get_part(): """Gets the part."""', True),
        ('def part_ids(): """Returns the part ids."""', True),
        ('class CompanyState: """The company state."""', True),
        ('def follow(): """Appends the facts that wait, each exactly once."""', False),
        ("def _hidden(): pass", False),
        ('class Thing:\n    """What a company makes."""\n    def name(self): return 1', False),
        ('class Thing:\n    """What a company makes."""\n    def name(self):\n        a = 1\n        b = 2\n        c = 3\n        return a', True),
    ],
)
def test_an_empty_docstring_would_be_noticed(code: str, caught: bool) -> None:
    """The canary."""
    assert any(undocumented(found) for found in named(Path("x.py"), code)) == caught


def test_no_function_is_longer_than_can_be_read_at_once() -> None:
    long = {
        found.where: found.lines
        for path in modules()
        for found in named(path)
        if not isinstance(found.node, ast.ClassDef) and found.lines > LONGEST_FUNCTION
    }
    assert set(long) - set(LONG_FUNCTIONS) == set(), long
    assert set(LONG_FUNCTIONS) - set(long) == set(), "a reason for what is short by now"


def test_no_file_is_longer_than_can_be_overseen() -> None:
    long = {str(path.relative_to(PACKAGE)): length(path) for path in modules() if length(path) > LONGEST_FILE}
    assert set(long) - set(LONG_FILES) == set(), long
    assert set(LONG_FILES) - set(long) == set(), "a reason for what is short by now"


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_kernel_stays_small() -> None:
    assert sum(length(path) for path in modules("kernel")) <= KERNEL_TOGETHER


def test_the_kernel_needs_the_standard_library_only() -> None:
    imported = set()
    for path in modules("kernel"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("ashiato.kernel"):
                imported.add((node.module or "").split(".")[0])
    assert imported <= set(importlib.import_module("sys").stdlib_module_names), imported


def is_route(found: Named) -> bool:
    calls = [
        decorator.func for decorator in found.node.decorator_list if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)
    ]
    return any(call.attr in ("get", "post", "put", "patch", "delete") for call in calls)


def work_of(found: Named) -> int:
    """How many lines of work a function does: all but its signature and docstring."""
    body = found.node.body[1:] if ast.get_docstring(found.node) else found.node.body
    return (found.node.end_lineno or 0) - body[0].lineno + 1


def test_a_route_parses_calls_and_maps() -> None:
    routes = [found for path in modules("gateways") for found in named(path) if not isinstance(found.node, ast.ClassDef) and is_route(found)]
    assert len(routes) > 40
    assert {found.where: work_of(found) for found in routes if work_of(found) > LONGEST_ROUTE} == {}


@pytest.mark.parametrize("door", sorted(path.parent.name for path in (PACKAGE / "domain").glob("*/__init__.py")))
def test_a_door_is_no_barn(door: str) -> None:
    opened = importlib.import_module(f"ashiato.domain.{door}")
    assert len(opened.__all__) <= WIDEST_DOOR
    assert sorted(opened.__all__) == list(opened.__all__) or set(opened.__all__) == set(dir(opened)) & set(opened.__all__)
    assert all(hasattr(opened, name) for name in opened.__all__)
    assert "\n" in (opened.__doc__ or ""), "a door says what the slice is and by which rules"


def test_no_module_has_a_name_that_means_nothing() -> None:
    names = {part for path in modules() for part in (*path.relative_to(PACKAGE).parts[:-1], path.stem)}
    assert {name for name in names if set(name.split("_")) & FORBIDDEN} == set()


def test_sql_is_written_where_it_belongs() -> None:
    """Statements stand in stores and plumbing; a service that speaks SQL has lost its store."""
    statement = re.compile(r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE\s+\w+\s+SET|DELETE FROM)\b", re.DOTALL)
    elsewhere = set()
    for path in modules():
        where = str(path.relative_to(PACKAGE))
        if path.stem.endswith("store") or where.startswith("plumbing/"):
            continue
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Module) and node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and statement.search(node.value):
                elsewhere.add(where)
    assert elsewhere == set()


def test_nobody_commits_but_the_unit_of_work() -> None:
    found = {str(path.relative_to(PACKAGE)) for path in modules() if re.search(r"\.(commit|rollback)\(\)", path.read_text(encoding="utf-8"))}
    assert found == {"plumbing/db.py"}, "a rollback of nothing, which makes psycopg forget what was never prepared"


def test_floats_stay_in_the_roll_up() -> None:
    """Figures that are stored, released or declared are decimals: no float is made of one outside drafts, analyses and presentation."""
    drafts = {f"domain/footprint/{name}.py" for name in ("drafts", "rollup", "draws", "snapshot", "inference")}
    likeness_of_words = {"domain/imports/likeness.py", "domain/imports/fields.py"}
    analyses = {f"domain/footprint/analyses/{name}.py" for name in ("asking", "contribution", "difference", "flows", "pedigree", "uncertainty")}
    bounds = {"domain/associations/disclosure.py"}  # of what could be found out, by linear programs
    allowed = drafts | analyses | likeness_of_words | bounds
    made = set()
    for path in modules("domain"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                made.add(str(path.relative_to(PACKAGE)))
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                made.add(str(path.relative_to(PACKAGE)))
    assert made <= allowed


def test_rules_ask_no_clock() -> None:
    """The present instant comes with the unit of work: no rule looks at a clock of its own."""
    asking = {str(path.relative_to(PACKAGE)) for path in (*modules("domain"), *modules("kernel")) if re.search(r"\b(datetime\.now|date\.today|time\.time|utcnow)\(", path.read_text(encoding="utf-8"))}  # fmt: skip
    assert asking == set()
