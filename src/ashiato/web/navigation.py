"""The side bar as a table: a line a page, at most eight for any reader.

A new page is one more line here (in the order in which it is to stand), its words `nav.<key>`, and its icon's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ashiato.domain.participants import Actor, CompanyKind, Deed, may

MOST = 8
_MEMBER = frozenset({CompanyKind.MEMBER})
_VERIFIER = frozenset({CompanyKind.VERIFIER})
_OPERATOR = frozenset({CompanyKind.OPERATOR})
_ASSOCIATION = frozenset({CompanyKind.ASSOCIATION})


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the side bar.

    `kinds` of companies have it, and there whoever may do `deed` (everybody, without one). It is marked as the present page at its
    address, at those below it, and at those that begin with one of `covers`.
    """

    key: str
    address: str
    icon: str
    kinds: frozenset[CompanyKind]
    deed: Deed | None = None
    covers: tuple[str, ...] = ()


# In the order of ux.md 5.1: To do · Products, parts · Requests · Import and export · Questionnaires, risks · Evidence · Who sees what · Company
ITEMS: tuple[Item, ...] = (
    Item("todo", "/", "list-todo", _MEMBER | _VERIFIER),
    Item("parts", "/parts", "package", _MEMBER),
    Item("requests", "/requests", "send", _MEMBER),
    Item("imports", "/imports", "file-spreadsheet", _MEMBER, Deed.ENTER_DATA, covers=("/exchange",)),
    Item(
        "rights",
        "/questionnaires",
        "shield-check",
        _MEMBER,
        covers=("/assessments", "/risks", "/chains", "/consents", "/probes", "/grievances", "/mediations", "/reports"),
    ),
    Item("mediations", "/grievances", "scale", _OPERATOR, covers=("/mediations",)),
    Item("evidence", "/evidence", "file-check", _MEMBER),
    Item("sharing", "/sharing", "eye", _MEMBER, covers=("/receipts",)),
    Item("rooms", "/rooms", "shield-check", _VERIFIER, covers=("/opinions",)),
    Item("company", "/company", "settings", _MEMBER | _VERIFIER | frozenset({CompanyKind.ASSOCIATION})),
    Item("associations", "/associations", "users", _ASSOCIATION),
    Item("companies", "/", "building-2", _OPERATOR, covers=("/companies",)),
    Item("support", "/support", "clipboard-list", _OPERATOR),
    Item("oversight", "/oversight", "chart-column", _OPERATOR, covers=("/transparency",)),
    Item("break-glass", "/break-glass", "eye", _OPERATOR),
    Item("health", "/operator/health", "heart-pulse", _OPERATOR),
    Item("find", "/operator/request", "search", _OPERATOR),
    Item("rules", "/operator/rules", "scale", _OPERATOR),
)


def items_for(actor: Actor) -> tuple[Item, ...]:
    """What this reader's side bar holds."""
    return tuple(item for item in ITEMS if actor.kind in item.kinds and (item.deed is None or may(actor, item.deed)))


def present(items: Sequence[Item], path: str) -> Item | None:
    """The item whose page, or a page below it, stands at this path: the one that says most about it."""
    reaches = {item: max((len(start) for start in _starts(item) if _begins(path, start)), default=0) for item in items}
    best = max(reaches, key=lambda item: reaches[item], default=None)
    return best if best is not None and reaches[best] else None


def _starts(item: Item) -> tuple[str, ...]:
    return (item.address, *item.covers)


def _begins(path: str, start: str) -> bool:
    return path == start or (start != "/" and path.startswith(f"{start}/"))
