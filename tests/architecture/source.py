"""The source as syntax trees: what stands at the top of each module, how long it is, what it says of itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "ashiato"
Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Named:
    """A function or class, by the path of its names."""

    where: str
    node: Defined
    inside: tuple[str, ...]

    @property
    def lines(self) -> int:
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1

    @property
    def public(self) -> bool:
        return not any(name.startswith("_") for name in (*self.inside, self.node.name))


def modules(folder: str = "") -> list[Path]:
    return sorted(path for path in (PACKAGE / folder).rglob("*.py") if "__pycache__" not in path.parts)


def named(path: Path, text: str | None = None) -> Iterator[Named]:
    """Every function and class of a module, those inside others too."""
    tree = ast.parse(text if text is not None else path.read_text(encoding="utf-8"))
    yield from _named(tree, str(path.relative_to(PACKAGE)) if path.is_relative_to(PACKAGE) else path.name, ())


def _named(node: ast.AST, where: str, inside: tuple[str, ...]) -> Iterator[Named]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Defined):
            yield Named(f"{where}:{'.'.join((*inside, child.name))}", child, inside)
            yield from _named(child, where, (*inside, child.name))
        else:
            yield from _named(child, where, inside)
