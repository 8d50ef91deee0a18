"""A company's parts as a network that one pass can compute: structures with their amounts, renumbered children first (pure, floats)."""

from dataclasses import dataclass

import numpy as np

from ashiato.domain.footprint import numbering
from ashiato.domain.footprint.lanes import Floats, Ints, Numbers
from ashiato.kernel.errors import Kind, Refusal, invalid

_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Network:
    """Parts renumbered children first, and for each part the amounts of its children in one declared unit (CSR).

    `order[new] = old` and `number[old] = new`; row `new` spans `children[starts[new]:starts[new + 1]]`, in new numbers.
    """

    order: Numbers
    number: Numbers
    starts: Numbers
    children: Numbers
    amounts: Floats

    @property
    def parts(self) -> int:
        return len(self.order)

    def place(self, part: int) -> int:
        """The new number of a part. Refuses (`invalid`) one that is not there."""
        if not 0 <= part < self.parts:
            raise invalid("structure.index", f"There is no part {part}.", f"Parts are numbered from 0 to {self.parts - 1}.")
        return int(self.number[part])


def network(parts: int, parent: Ints, child: Ints, amount: Floats) -> Network:
    """The network of so many parts with these links; links that name the same two parts add up.

    Refuses (`invalid`) a cycle, naming a link along it, and links that name no part. The order of the links does not matter.
    """
    parent, child = np.ascontiguousarray(parent, np.int64), np.ascontiguousarray(child, np.int64)
    amount = np.ascontiguousarray(amount, np.float64)
    if not len(parent) == len(child) == len(amount) or max(parts, len(amount)) > _MOST:
        raise invalid("structure.size", "Parents, children and amounts differ in number.", "Give each link all three.")
    known, starts = numbering.counted(parts, parent, child)
    if not known:
        raise invalid("structure.index", "A link names a part that is not there.", "Number the parts from 0.")
    children, amounts = np.empty(len(amount), np.uint32), np.empty(len(amount))
    numbering.by_parent(starts, parent, child, amount, children, amounts)
    kept = numbering.ordered(starts, children, amounts)
    children, amounts = children[:kept], amounts[:kept]
    waiting = numbering.users_of(parts, children)
    placed, downward = numbering.from_the_top(starts, children, waiting)
    if placed < parts:
        raise _cycle(*numbering.on_a_cycle(*numbering.by_user(starts, children), waiting))
    order = np.ascontiguousarray(downward[::-1])
    lower, into = np.empty_like(children), np.empty_like(amounts)
    number, fresh = numbering.renumbered(order, starts, children, amounts, lower, into)
    return Network(order, number, fresh, lower, into)


def ends(net: Network) -> tuple[Ints, Ints]:
    """Parent and child of each link, in the given numbers, in the order of `net.amounts`."""
    parents = np.repeat(net.order, np.diff(net.starts))
    return parents.astype(np.int64), net.order[net.children].astype(np.int64)


def _cycle(parent: int, child: int) -> Refusal:
    words = f"Part {parent} goes into itself through part {child}."
    facts = {"parent": str(parent), "child": str(child)}
    return Refusal(Kind.INVALID, "structure.cycle", words, "Remove one of the links along the cycle.", facts=facts)
