"""The arithmetic of the log's tree (RFC 9162 section 2.1): pure, and free of any storage."""

import hashlib
from collections.abc import Iterator


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 ‖ content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def parent_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def peaks(size: int) -> list[tuple[int, int]]:
    """The complete subtrees, (level, position) from left to right, that make up a tree of so many leaves."""
    found, start = [], 0
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


def append(size: int, peak_hashes: dict[tuple[int, int], bytes], leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The nodes (level, position, hash) that become complete when a leaf joins a tree of `size` leaves with these peaks."""
    position, node, level = size, leaf, 0
    yield level, position, node
    while position & 1:
        node = parent_hash(peak_hashes[level, position - 1], node)
        level, position = level + 1, position >> 1
        yield level, position, node
