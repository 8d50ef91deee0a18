"""Whatever is refused on a page is told in Japanese: every sentence of every refusal in the source has a wording in the one catalogue."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from tests.web.browser import Browser
from tests.web.chain import cell_maker, due, pack_maker
from tests.world import World

import ashiato
from ashiato.domain.footprint import calculation
from ashiato.web import refusals

Browse = Callable[..., Browser]
SOURCE = Path(ashiato.__file__).parent
CATALOGUE: dict[str, str] = json.loads((Path(refusals.__file__).parent / "ja.json").read_text(encoding="utf-8"))
SENTENCES = {
    "invalid": (1, 2),
    "denied": (1, 2),
    "conflict": (1, 2),
    "Refusal": (2, 3),
    "Flaw": (2,),
    "Finding": (2,),
    "Obstacle": (2,),
}  # where they stand among the arguments
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
COMPOSED = {"{} {}", "{}"}  # of sentences that are found where they are raised
BESIDE = dict.fromkeys(
    ("{} is no figure.", "{} is no figure that can be registered.", "Choose one of the answers."), "web/pages/whatif.py"
)  # without a code
READABLE = ("domain", "plumbing", "kernel", "web", "verifier")
QUIET = {
    "plumbing/settings.py",
    "plumbing/postgres.py",
    "plumbing/backups.py",
    "plumbing/bundles.py",
    "verifier/companies.py",
    "domain/audit/inspection.py",
}  # told at a terminal alone


def sentences(node: ast.expr | None) -> list[str]:
    """The sentences that an expression can be, with {} for what is filled in; none where it is no sentence itself."""
    match node:
        case ast.Constant(value=str(text)):
            return [text] if text else []
        case ast.JoinedStr(values=values):
            return ["".join(str(value.value) if isinstance(value, ast.Constant) else "{}" for value in values)]
        case ast.IfExp(body=body, orelse=orelse):
            return sentences(body) + sentences(orelse)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [one + other for one in sentences(left) for other in sentences(right)]
    return []


def assigned(function: ast.AST, name: str) -> Iterator[str]:
    """What a variable of a function can hold."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield from sentences(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(one, ast.Name) and one.id == name:
                            yield from sentences(value)


def raised(tree: ast.AST) -> Iterator[str]:
    """Every sentence that a module refuses with: arguments of refusals and flaws, and what follows a code wherever codes are handed on."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SENTENCES:
            for place in SENTENCES[node.func.id]:
                argument = node.args[place] if place < len(node.args) else None
                yield from sentences(argument)
                if isinstance(argument, ast.Name):
                    for function in functions:
                        if function.lineno <= node.lineno <= (function.end_lineno or 0):
                            yield from assigned(function, argument.id)
        if isinstance(node, ast.Call | ast.Tuple | ast.Dict):
            items = node.args if isinstance(node, ast.Call) else node.values if isinstance(node, ast.Dict) else node.elts
            for code, told in pairwise(items):
                if isinstance(code, ast.Constant) and isinstance(code.value, str) and CODE.fullmatch(code.value):
                    yield from (found for found in sentences(told) if (found[0].isupper() or found[0] in "{“") and found.endswith("."))


@cache
def in_source() -> dict[str, str]:
    """Every sentence, with the module that says it."""
    modules = sorted(path for storey in READABLE for path in (SOURCE / storey).rglob("*.py"))
    named = [(path.relative_to(SOURCE).as_posix(), path) for path in modules]
    found = [(sentence, name) for name, path in named if name not in QUIET for sentence in raised(ast.parse(path.read_text(encoding="utf-8")))]
    inherited = {f"{{}}: the answer of {{}} {words}.": "domain/footprint/calculation.py" for words in calculation._INHERITED.values()}
    return dict(found) | BESIDE | inherited


def filled(sentence: str) -> str:
    """The sentence as it might be raised."""
    return sentence.replace("{}", "X-7")


def test_every_sentence_is_told_in_japanese() -> None:
    assert len(in_source()) > 500
    missing = {
        sentence: module for sentence, module in in_source().items() if sentence not in COMPOSED and refusals.in_japanese(filled(sentence)) is None
    }
    assert missing == {}, "write what they say in Japanese into web/refusals/ja.json"


def test_what_is_filled_in_is_told_too() -> None:
    """As often as in English, but for what only English needs."""
    lost = [english for english, japanese in CATALOGUE.items() if len(re.findall(r"\{\d*\}", japanese)) > english.count("{}")]
    assert lost == []
    assert [text for text in CATALOGUE.values() if not re.search(r"[ぁ-んァ-ヶ一-龠]", text)] == []


def test_nothing_stands_in_the_catalogue_that_nobody_says() -> None:
    of_the_framework = re.compile(r"(Field|String|Input|Value|List) (should|required|error)")
    said = {english for english in CATALOGUE if english.endswith((".", "}")) and not of_the_framework.match(english)}
    assert said - set(in_source()) == set()


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("A company does not ask itself. Register the part as made.", "自社に依頼することはできません。自社製として部品を登録してください。"),
        ("A company that is applied cannot become left. It can become: declined, verified.", "企業の状態は「申請中」から「退会済み」に変更できません。変更できる状態：却下・確認済み"),
        ("Your roles do not allow you to release an answer. Ask your company's administrator for the role approver.",
         "権限がないため、この操作はできません（回答の開示）。必要な権限（承認者）の付与を、貴社の管理者に依頼してください。"),
        ("There is no part CELL. 7.", "部品番号 CELL. 7 は登録されていません。"), ("A file has at most 25 MB. Divide it.", "ファイルは25 MBまでです。分割してください。"),
        ("String should have at most 200 characters", "200文字以内で入力してください。"),
    ],
)  # fmt: skip
def test_how_it_is_told(english: str, japanese: str) -> None:
    assert refusals.in_japanese(english) == japanese


def test_a_sentence_without_a_wording_would_be_noticed() -> None:
    """The canary, in each way in which a refusal can be raised."""
    planted = """
def f(x):
    message = f"Nobody knows {x}."
    raise invalid("a", message, "Try elsewhere.", Flaw("f", "a.b", "Quite wrong."))
def g():
    raise _flawed("field", "a.b", "Handed on.")
CHECKS = [(True, "field", "a.b", "In a table.")]
"""
    found = set(raised(ast.parse(planted)))
    assert found == {"Nobody knows {}.", "Try elsewhere.", "Quite wrong.", "Handed on.", "In a table."}
    assert [refusals.in_japanese(filled(sentence)) for sentence in found] == [None] * 5


async def test_a_person_meets_it_in_japanese(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, "Refusing Cells")
    packs = await pack_maker(world, cells, "Refused Packs")
    request_id = (await packs.ask("CELL-B", **due(9)))["request_id"]
    browser = browse("ja")
    await browser.log_in(cells.email)
    await browser.get(f"/requests/{request_id}")
    form = browser.page.form(f"/requests/{request_id}/rejection").fields
    answer = await browser.send(f"/requests/{request_id}/rejection", form | {"reason": " "})
    assert answer.status_code == 422
    assert "理由を入力してください。相手方に表示されます。" in answer.text
    assert 'lang="en"' not in answer.text.split("<main", 1)[1].split("</main>")[0]
    answer = await browser.send(f"/requests/{request_id}/rejection", form | {"reason": "x" * 5000})
    assert answer.status_code == 422
    assert "文字以内で入力してください。" in answer.text
