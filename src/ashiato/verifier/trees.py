"""Roots and proofs of the tree, as RFC 9162 section 2.1 gives their verification."""

from hashlib import sha256


class Uneven(ValueError):
    """A proof has more or fewer nodes than the tree's sizes demand."""


def leaf_hash(content: bytes) -> bytes:
    """The hash by which content stands in the tree."""
    return sha256(b"\x00" + content).digest()


def _above(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """The root over all leaves, derived level by level: an odd one at the end moves up as it is."""
    if not leaves:
        return sha256(b"").digest()
    row = leaves
    while len(row) > 1:
        paired = [_above(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)]
        row = paired + row[len(paired) * 2 :]
    return row[0]


def included_root(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root to which an audit path leads (section 2.1.3.2). Raises Uneven."""
    place, last, root = index, size - 1, leaf
    for node in path:
        if last == 0:
            raise Uneven("more nodes than levels")
        if place & 1 or place == last:
            root = _above(node, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = _above(root, node)
        place, last = place >> 1, last >> 1
    if last:
        raise Uneven("fewer nodes than levels")
    return root


def consistent_roots(first: int, second: int, first_root: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """The two roots to which a consistency proof leads (section 2.1.4.2), 0 < first < second. Raises Uneven."""
    return opened_roots(first, second, [first_root, *path] if first & (first - 1) == 0 else path)


def opened_roots(first: int, second: int, nodes: list[bytes]) -> tuple[bytes, bytes]:
    """Like `consistent_roots`, from nodes that name the first tree's own subtree in any case. Raises Uneven."""
    if not nodes:
        raise Uneven("no nodes")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise Uneven("more nodes than levels")
        if place & 1 or place == last:
            earlier, later = _above(node, earlier), _above(node, later)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            later = _above(later, node)
        place, last = place >> 1, last >> 1
    if last:
        raise Uneven("fewer nodes than levels")
    return earlier, later


def opening(leaves: list[bytes], first: int) -> list[bytes]:
    """The nodes from which `opened_roots` derives the root of the first leaves and that of all, 0 < first < all."""
    if first == len(leaves):
        return [tree_hash(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= split:
        return [*opening(leaves[:split], first), tree_hash(leaves[split:])]
    return [*opening(leaves[split:], first - split), tree_hash(leaves[:split])]
