"""A network's parts in an order in which one pass suffices: children before parents, what is used together side by side (pure).

One counting sort, and short rows ordered where they lie: the cost is that of reading the links a few times. The result is a function
of the set of links: the order in which they are given does not change a bit of it.
"""

import numpy as np
from numpy.typing import NDArray

from ashiato.domain.footprint.lanes import ONE, Floats, Ints, Numbers, compiled

_ONE = np.uint32(1)
_SHORT = 16  # links of a row that are ranked, not sorted: two steps over eight words
_PLACE = np.uint64(8)  # bits of a key below the child's number
_LAST = np.uint64(2**64 - 1)
_LENGTHS = 64  # rows longer than that are not told apart
_LONGEST = np.uint32(_LENGTHS - 1)


@compiled
def counted(parts: int, parent: Ints, child: Ints) -> tuple[bool, Numbers]:  # pragma: no cover — compiled
    """Whether every number is one of a part; where each part's own links begin."""
    starts = np.zeros(parts + 1, np.uint32)
    for link in range(len(parent)):
        upper, lower = np.uint64(parent[link]), np.uint64(child[link])
        if upper >= np.uint64(parts) or lower >= np.uint64(parts):
            return False, starts
        starts[upper + ONE] += _ONE
    for part in range(parts):
        starts[part + 1] += starts[part]
    return True, starts


@compiled
def by_parent(starts: Numbers, parent: Ints, child: Ints, amount: Floats, children: Numbers, amounts: Floats) -> None:  # pragma: no cover — compiled
    """The links grouped by parent, in the order in which they come."""
    fill = starts[:-1].copy()
    for link in range(len(child)):
        group = np.uint64(parent[link])
        place = fill[group]
        fill[group] = place + _ONE
        children[place] = np.uint32(child[link])
        amounts[place] = amount[link]


@compiled
def ordered(starts: Numbers, children: Numbers, amounts: Floats) -> int:  # pragma: no cover — compiled
    """Each part's links by child, in place, those to the same child as one, smallest amounts added first; how many links remain."""
    kept, link = np.uint64(0), np.uint64(0)
    keys, carried = np.empty(_SHORT, np.uint64), np.empty(_SHORT)
    for part in range(len(starts) - 1):
        end = np.uint64(starts[part + 1])
        if end - link > np.uint64(_SHORT):
            _sort(children, amounts, np.int64(link), np.int64(end))
        elif end - link > ONE:
            _rank(children, amounts, link, end - link, keys, carried)
        starts[part] = kept
        while link < end:
            child, first = children[link], link
            link += ONE
            while link < end and children[link] == child:
                link += ONE
            children[kept], amounts[kept] = child, amounts[first] if link == first + ONE else _sum(children, amounts, first, link)
            kept += ONE
    starts[len(starts) - 1] = kept
    return int(kept)


@compiled
def _rank(
    children: Numbers, amounts: Floats, begin: np.uint64, many: np.uint64, keys: NDArray[np.uint64], carried: Floats
) -> None:  # pragma: no cover — compiled
    """A few links by child: each goes behind as many as come before it, which is counted without a branch."""
    for place in range(_SHORT):
        keys[place] = _LAST
    for link in range(many):
        keys[link], carried[link] = (np.uint64(children[begin + link]) << _PLACE) | link, amounts[begin + link]
    for link in range(many):
        key, before = keys[link], np.uint64(0)
        for other in range(_SHORT):
            before += np.uint64(keys[other] < key)
        children[begin + before], amounts[begin + before] = np.uint32(key >> _PLACE), carried[link]


@compiled
def _sort(children: Numbers, amounts: Floats, begin: np.int64, end: np.int64) -> None:  # pragma: no cover — compiled
    """Many links by child, then amount, in the steps of Shell's sort."""
    gap = 1
    while gap < (end - begin) // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for link in range(begin + gap, end):
            child, amount, free = children[link], amounts[link], link
            while free >= begin + gap and (children[free - gap] > child or (children[free - gap] == child and amounts[free - gap] > amount)):
                children[free], amounts[free] = children[free - gap], amounts[free - gap]
                free -= gap
            children[free], amounts[free] = child, amount
        gap //= 3


@compiled
def _sum(children: Numbers, amounts: Floats, begin: np.uint64, end: np.uint64) -> float:  # pragma: no cover — compiled
    """The amounts of links to one child, whatever their order: the smallest are added first."""
    _sort(children, amounts, np.int64(begin), np.int64(end))
    total: float = amounts[begin]
    for link in range(begin + ONE, end):
        total += amounts[link]
    return total


@compiled
def users_of(parts: int, children: Numbers) -> Numbers:  # pragma: no cover — compiled
    """How many links lead to each part."""
    count = np.zeros(parts, np.uint32)
    for link in range(len(children)):
        count[children[link]] += _ONE
    return count


@compiled
def from_the_top(starts: Numbers, children: Numbers, waiting: Numbers) -> tuple[int, Numbers]:  # pragma: no cover — compiled
    """How many parts could be placed; the parts, users before what they use.

    A part is placed as soon as its last user is, level by level, so that neighbours in this order use neighbours; and within a level
    by the number of its children, so that a pass can foresee where rows end. `waiting` holds how many links lead to each part, and
    is used up. Fewer than all parts are placed where one goes into itself.
    """
    order, room = np.empty(len(waiting), np.uint32), np.empty(len(waiting), np.uint32)
    placed = 0
    for part in range(len(waiting)):
        if waiting[part] == 0:
            order[placed] = part
            placed += 1
    done = 0
    while done < placed:
        end = placed
        _by_length(order, done, end, starts, room)
        for place in range(done, end):
            upper = np.uint64(order[place])
            for link in range(np.uint64(starts[upper]), np.uint64(starts[upper + ONE])):
                child = children[link]
                left = waiting[child] - _ONE
                waiting[child] = left
                if left == 0:
                    order[placed] = child
                    placed += 1
        done = end
    return placed, order


@compiled
def _by_length(order: Numbers, begin: int, end: int, starts: Numbers, room: Numbers) -> None:  # pragma: no cover — compiled
    begins = np.zeros(_LENGTHS + 1, np.uint32)
    for place in range(begin, end):
        part = np.uint64(order[place])
        begins[min(starts[part + ONE] - starts[part], _LONGEST) + ONE] += _ONE
    for length in range(_LENGTHS):
        begins[length + 1] += begins[length]
    for place in range(begin, end):
        part = np.uint64(order[place])
        row = min(starts[part + ONE] - starts[part], _LONGEST)
        room[begins[row]] = order[place]
        begins[row] += _ONE
    for place in range(begin, end):
        order[place] = room[place - begin]


@compiled
def renumbered(
    order: Numbers, starts: Numbers, children: Numbers, amounts: Floats, lower: Numbers, carried: Floats
) -> tuple[Numbers, Numbers]:  # pragma: no cover — compiled
    """The new number of each part; the links by parent in the new numbers, and where each parent's begin."""
    number = np.empty(len(order), np.uint32)
    for part in range(len(order)):
        number[order[part]] = part
    fresh = np.empty(len(order) + 1, np.uint32)
    filled = np.uint64(0)
    for part in range(len(order)):
        fresh[part] = filled
        old = np.uint64(order[part])
        for link in range(np.uint64(starts[old]), np.uint64(starts[old + ONE])):
            lower[filled] = number[children[link]]
            carried[filled] = amounts[link]
            filled += ONE
    fresh[len(order)] = filled
    return number, fresh


@compiled
def by_user(starts: Numbers, children: Numbers) -> tuple[Numbers, Numbers]:  # pragma: no cover — compiled
    """For each part, where its users begin, and the users, ascending."""
    begins = np.zeros(len(starts), np.uint32)
    for link in range(len(children)):
        begins[np.uint64(children[link]) + ONE] += _ONE
    for part in range(len(starts) - 1):
        begins[part + 1] += begins[part]
    fill = begins[:-1].copy()
    users = np.empty(len(children), np.uint32)
    for part in range(len(starts) - 1):
        for link in range(np.uint64(starts[part]), np.uint64(starts[part + 1])):
            users[fill[children[link]]] = part
            fill[children[link]] += _ONE
    return begins, users


def on_a_cycle(used: Numbers, users: Numbers, waiting: Numbers) -> tuple[int, int]:
    """A link along a cycle, parent and child, where parts still wait for a user: upward from any of them, a part comes again."""
    part, seen = int(np.flatnonzero(waiting)[0]), set[int]()
    while part not in seen:
        seen.add(part)
        user = min(int(user) for user in users[used[part] : used[part + 1]] if waiting[user])
        part, child = user, part
    return part, child
