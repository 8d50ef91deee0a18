"""Totals that follow a change: only what the changed part goes into is computed again (pure, floats)."""

import numpy as np
from numpy.typing import NDArray

from ashiato.domain.footprint import numbering
from ashiato.domain.footprint.lanes import ONE, Floats, Ints, Numbers, Place, compiled, lowest
from ashiato.domain.footprint.network import Network
from ashiato.domain.footprint.rollup import roll_up
from ashiato.kernel.errors import absent, invalid

_WORD, _BIT = np.uint64(6), np.uint64(63)  # a part's mark is bit `part & 63` of word `part >> 6`
_NONE = np.uint64(0)


class Ripple:
    """The totals of a network, kept up to the bit with a full pass while own values and amounts change.

    What a change needs is laid out once, so that none takes room in proportion to the network. The network given stays as it was.
    """

    def __init__(self, net: Network, own: Floats) -> None:
        self._net, self._own, self._amounts = net, np.ascontiguousarray(own[net.order], np.float64), net.amounts.copy()
        self._totals = np.ascontiguousarray(roll_up(net, own)[net.order])
        self._users_start, self._users = numbering.by_user(net.starts, net.children)
        self._marks = np.zeros(net.parts // 64 + 1, np.uint64)

    def change_own(self, parts: Ints, own: Floats) -> int:
        """Gives these parts other own values, one row each; returns how many totals were computed again."""
        own = np.asarray(own, np.float64)
        if own.shape != (len(parts), self._own.shape[1]):
            raise invalid("structure.size", "Parts and own values differ in number.", "Give each changed part its row.")
        places = [self._net.place(int(part)) for part in parts]
        self._own[places] = own
        return self._settle(places)

    def change_amount(self, parent: int, child: int, amount: float) -> int:
        """Gives one link another amount; returns how many totals were computed again. Refuses (`absent`) a link that is not there."""
        upper, lower = self._net.place(parent), self._net.place(child)
        begin, end = int(self._net.starts[upper]), int(self._net.starts[upper + 1])
        found = np.flatnonzero(self._net.children[begin:end] == lower)
        if not len(found):
            raise absent("link")
        self._amounts[begin + found[0]] = amount
        return self._settle([upper])

    def total(self, part: int) -> Floats:
        """The present totals of one part, one a column."""
        found: Floats = self._totals[self._net.place(part)]
        return found.copy()

    def totals(self) -> Floats:
        """The present totals of all parts in the given numbers, one row a part."""
        restored: Floats = self._totals[self._net.number]
        return restored

    def _settle(self, changed: list[int]) -> int:
        for part in changed:
            self._marks[part // 64] |= np.uint64(1 << part % 64)
        net, first = self._net, min(changed, default=self._net.parts) // 64
        return _settled(net.starts, net.children, self._amounts, self._users_start, self._users, self._own, self._totals, self._marks, first)


@compiled
def _settled(
    starts: Numbers, children: Numbers, amounts: Floats, users_start: Numbers, users: Numbers,
    own: Floats, totals: Floats, marks: NDArray[np.uint64], first: int,
) -> int:  # fmt: skip  # pragma: no cover — compiled
    """Computes marked parts again, children first, and marks the users of each whose totals came out differently."""
    computed = 0
    for word in range(first, len(marks)):
        while marks[word] != _NONE:
            part = (Place(word) << _WORD) + lowest(marks[word])
            marks[word] &= marks[word] - ONE
            computed += 1
            differs = False
            for column in range(own.shape[1]):
                total = own[part, column]
                for link in range(Place(starts[part]), Place(starts[part + ONE])):
                    total += amounts[link] * totals[children[link], column]
                before = totals[part, column]
                differs |= total != before or np.signbit(total) != np.signbit(before)  # −0 is another bit
                totals[part, column] = total
            if differs:
                for place in range(Place(users_start[part]), Place(users_start[part + ONE])):
                    user = Place(users[place])
                    marks[user >> _WORD] |= ONE << (user & _BIT)
    return computed
