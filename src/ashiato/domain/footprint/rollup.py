"""The roll-up of a whole network at once: one topological pass, many right-hand sides (pure, floats).

It serves drafts, comparisons and analyses. What is released or declared is computed exactly by `calculation`.
Equal input gives equal bits, whatever the order of the links and whatever other columns are computed beside one.
"""

import numpy as np

from ashiato.domain.footprint.draws import drawn
from ashiato.domain.footprint.lanes import LANES, Floats, Ints, Numbers, Place, add_children, add_children_beside, compiled, lanes
from ashiato.domain.footprint.network import Network, ends, network
from ashiato.kernel.errors import invalid

__all__ = ["Floats", "Ints", "Network", "drawn", "ends", "network", "roll_up", "usage"]

_FEW = 2  # columns beside a panel that are cheaper alone than as a panel of eight with empty lanes
_FETCHED, _NONE = np.uint64(64), np.uint64(0)  # links ahead: long enough for the memory to answer, short enough to be kept until asked for


def roll_up(net: Network, own: Floats) -> Floats:
    """Totals per part and column: own[part] + Σ amount × total[child]. `own` has one row a part, one column a right-hand side."""
    columns = arrange(net, own)
    sweep(net, columns, columns)
    return restore(net, columns, own.shape[1])


def usage(net: Network, part: int) -> Floats:
    """How much of each part goes into one declared unit of this one, all the way down (1 of itself); parts in the given numbers."""
    carried, used = np.zeros(net.parts), np.zeros(net.parts)
    _descend(net.starts, net.children, net.amounts, net.order, net.place(part), carried, used)
    return used


def arrange(net: Network, own: Floats) -> list[Floats]:
    """The columns in the network's own numbers, as a pass wants them: panels of eight, and one or two that are left over."""
    own = np.ascontiguousarray(own, np.float64)
    if own.ndim != 2 or len(own) != net.parts:  # noqa: PLR2004 — rows and columns
        raise invalid("structure.size", f"{net.parts} parts are expected, one a row.", "Give each part its row.")
    width = own.shape[1]
    alone = width % LANES if width % LANES <= _FEW else 0
    columns = [lanes(net.parts) for _ in range(0, width - alone, LANES)]
    for place, panel in enumerate(columns):
        _take(own, net.order, place * LANES, panel)
    return columns + [own[net.order, column] for column in range(width - alone, width)]


def restore(net: Network, columns: list[Floats], width: int) -> Floats:
    """One row a part in the given numbers again, with the first so many columns."""
    restored = np.empty((net.parts, width))
    first = 0
    for column in columns:
        if column.ndim == 1:
            restored[net.order, first] = column
            first += 1
        else:
            _put(column, net.order, first, restored)
            first += LANES
    return restored


def sweep(net: Network, own: list[Floats], totals: list[Floats]) -> None:
    """The pass itself, over arranged columns: to what each part has of its own comes what its children carry. Both may be the same.

    A column that is left over goes along with the first panel, so that the links of both are read once.
    """
    links, pairs = (net.starts, net.children, net.amounts), list(zip(own, totals, strict=True))
    if len(pairs) > 1 and pairs[0][0].ndim > pairs[-1][0].ndim:
        _sweep_beside(*links, *pairs.pop(0), *pairs.pop())
    for given, found in pairs:
        (_sweep_one if given.ndim == 1 else _sweep_panel)(*links, given, found)


@compiled
def _take(own: Floats, order: Numbers, first: int, panel: Floats) -> None:  # pragma: no cover — compiled
    wide = min(own.shape[1] - first, panel.shape[1])
    for part in range(len(order)):
        for lane in range(wide):
            panel[part, lane] = own[order[part], first + lane]
        for lane in range(wide, panel.shape[1]):
            panel[part, lane] = 0.0


@compiled
def _put(panel: Floats, order: Numbers, first: int, restored: Floats) -> None:  # pragma: no cover — compiled
    wide = min(restored.shape[1] - first, panel.shape[1])
    for part in range(len(order)):
        for lane in range(wide):
            restored[order[part], first + lane] = panel[part, lane]


@compiled
def _sweep_one(starts: Numbers, children: Numbers, amounts: Floats, own: Floats, totals: Floats) -> None:  # pragma: no cover — compiled
    for part in range(len(totals)):
        total = own[part]
        for link in range(Place(starts[part]), Place(starts[part + 1])):
            total += amounts[link] * totals[children[link]]
        totals[part] = total


@compiled
def _sweep_panel(starts: Numbers, children: Numbers, amounts: Floats, own: Floats, panel: Floats) -> None:  # pragma: no cover — compiled
    for part in range(len(panel)):
        begin, end = Place(starts[part]), Place(starts[part + 1])
        add_children(Place(part), children, amounts, begin, end, _ahead(end, children), own, panel)


@compiled
def _sweep_beside(
    starts: Numbers, children: Numbers, amounts: Floats, own: Floats, panel: Floats, own_beside: Floats, beside: Floats
) -> None:  # pragma: no cover — compiled
    for part in range(len(panel)):
        begin, end = Place(starts[part]), Place(starts[part + 1])
        add_children_beside(Place(part), children, amounts, begin, end, _ahead(end, children), own, panel, own_beside, beside)


@compiled
def _ahead(end: np.uint64, children: Numbers) -> np.uint64:  # pragma: no cover — compiled
    """How many links ahead of a row that ends here there are still children to fetch."""
    return _FETCHED if end + _FETCHED < Place(len(children)) else _NONE


@compiled
def _descend(
    starts: Numbers, children: Numbers, amounts: Floats, order: Numbers, top: int, carried: Floats, used: Floats
) -> None:  # pragma: no cover — compiled
    carried[top] = 1.0
    for part in range(top, -1, -1):
        amount = carried[part]
        if amount != 0.0:
            used[order[part]] = amount
            for link in range(Place(starts[part]), Place(starts[part + 1])):
                carried[children[link]] += amounts[link] * amount
