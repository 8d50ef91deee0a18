"""The roll-up of a whole network at once: one topological pass, many right-hand sides (pure, floats).

It serves drafts and comparisons. What is released or declared is computed exactly by `calculation`.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ashiato.kernel.errors import invalid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Network:
    """Parts renumbered children first, and for each part the amounts of its children in one declared unit (CSR).

    `order[new] = old`; row `new` spans `children[starts[new]:starts[new + 1]]`.
    """

    order: Ints
    starts: Ints
    children: Ints
    amounts: Floats


def network(parts: int, parent: Ints, child: Ints, amount: Floats) -> Network:
    """The network of so many parts with these links. Refuses (`invalid`) a cycle. The order of the links does not matter.

    Children of a part are summed in the order of their renumbered positions, so that equal input gives equal bits.
    """
    order = _topological_order(parts, parent, child)
    if len(order) < parts:
        raise invalid("structure.cycle", "A part goes into itself.", "Remove one of the links along the cycle.")
    position = np.empty(parts, np.int64)
    position[order] = np.arange(parts)
    rows, columns = position[parent], position[child]
    sorting = np.lexsort((amount, columns, rows))
    starts = np.zeros(parts + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=parts), out=starts[1:])
    return Network(order, starts, columns[sorting], amount[sorting])


def roll_up(net: Network, own: Floats) -> Floats:
    """Totals per part and column: own[part] + Σ amount × total[child]. `own` has one row a part, one column a right-hand side."""
    totals = np.ascontiguousarray(own[net.order], dtype=np.float64)
    _pass(net.starts, net.children, net.amounts, totals)
    restored = np.empty_like(totals)
    restored[net.order] = totals
    return restored


@njit(cache=True)
def _pass(starts: Ints, children: Ints, amounts: Floats, totals: Floats) -> None:  # pragma: no cover — compiled
    for part in range(len(starts) - 1):
        for link in range(starts[part], starts[part + 1]):
            for column in range(totals.shape[1]):
                totals[part, column] += amounts[link] * totals[children[link], column]


@njit(cache=True)
def _topological_order(parts: int, parent: Ints, child: Ints) -> Ints:  # pragma: no cover — compiled
    """Kahn's algorithm from the leaves up; shorter than `parts` if there is a cycle. Independent of the order of the links."""
    waiting = np.zeros(parts, np.int64)
    users_start = np.zeros(parts + 1, np.int64)
    for link in range(len(parent)):
        waiting[parent[link]] += 1
        users_start[child[link] + 1] += 1
    for part in range(parts):
        users_start[part + 1] += users_start[part]
    users = np.empty(len(parent), np.int64)
    fill = users_start[:-1].copy()
    for link in range(len(parent)):
        users[fill[child[link]]] = parent[link]
        fill[child[link]] += 1
    order = np.empty(parts, np.int64)
    leaves = np.flatnonzero(waiting == 0)
    placed = len(leaves)
    order[:placed] = leaves
    done = 0
    while done < placed:  # one level a round; within a level the order is that of the numbers, whatever the links' order
        end = placed
        for place in range(done, end):
            for link in range(users_start[order[place]], users_start[order[place] + 1]):
                user = users[link]
                waiting[user] -= 1
                if waiting[user] == 0:
                    order[placed] = user
                    placed += 1
        order[end:placed] = np.sort(order[end:placed])
        done = end
    return order[:placed]
