"""The arithmetic of the log's tree (RFC 9162 section 2.1): pure, and free of any storage.

A place (level, position) names the complete subtree over the leaves from position · 2^level on; a span (begin, end) names a
subtree that may be incomplete at its right edge. Spans begin at a multiple of the largest power of two that they hold.
"""

import hashlib
from collections.abc import Iterator, Mapping

Place = tuple[int, int]
Span = tuple[int, int]


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 ‖ content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def parent_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def peaks(size: int, begin: int = 0) -> list[Place]:
    """The complete subtrees, from left to right, that make up `size` leaves from `begin` on."""
    found, start = [], begin
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def root(peak_hashes: list[bytes]) -> bytes:
    """The root over the peaks, from left to right. The empty tree's root is SHA-256 of nothing."""
    if not peak_hashes:
        return hashlib.sha256(b"").digest()
    folded = peak_hashes[-1]
    for left in reversed(peak_hashes[:-1]):
        folded = parent_hash(left, folded)
    return folded


def append(size: int, peak_hashes: Mapping[Place, bytes], leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The nodes (level, position, hash) that become complete when a leaf joins a tree of `size` leaves with these peaks."""
    position, node, level = size, leaf, 0
    yield level, position, node
    while position & 1:
        node = parent_hash(peak_hashes[level, position - 1], node)
        level, position = level + 1, position >> 1
        yield level, position, node


def inclusion(index: int, size: int) -> list[Span]:
    """The subtrees of the audit path of a leaf, from the leaf upward (section 2.1.3.1)."""
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        sibling = (middle, end) if index < middle else (begin, middle)
        begin, end = (begin, middle) if index < middle else (middle, end)
        path.append(sibling)
    return path[::-1]


def consistency(first: int, second: int) -> list[Span]:
    """The subtrees that prove that the first `first` of `second` leaves are an earlier tree, from below upward (section 2.1.4.1)."""
    begin, end, whole, path = 0, second, True, []
    while first < end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin, whole = middle, False
    return ([] if whole else [(begin, end)]) + path[::-1]


def places(span: Span) -> list[Place]:
    """The complete subtrees that a span consists of."""
    begin, end = span
    return peaks(end - begin, begin)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
