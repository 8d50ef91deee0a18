"""The log's tree against RFC 9162 written down a second time, by recursion over the leaves."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashiato.domain.audit import merkle

SIZES = range(201)
LEAVES = [merkle.leaf_hash(b"leaf %d" % number) for number in SIZES]


def root_by_recursion(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1: the split is at the largest power of two smaller than the number of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root_by_recursion(leaves[:split]) + root_by_recursion(leaves[split:])).digest()


def grown(size: int) -> dict[tuple[int, int], bytes]:
    """The nodes of a tree that grew leaf by leaf."""
    nodes: dict[tuple[int, int], bytes] = {}
    for index in range(size):
        peaks = {place: nodes[place] for place in merkle.peaks(index)}  # nothing but the peaks is needed
        for level, position, node in merkle.append(index, peaks, LEAVES[index]):
            assert (level, position) not in nodes, "a node is written once"
            nodes[level, position] = node
    return nodes


ALL_NODES = grown(max(SIZES))


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert merkle.root([ALL_NODES[place] for place in merkle.peaks(size)]) == root_by_recursion(LEAVES[:size])


def test_the_published_values_hold() -> None:
    """RFC 6962's own test inputs (certificate-transparency, merkletree tests): the empty tree, one empty leaf, eight leaves."""
    inputs = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    leaves = [merkle.leaf_hash(content) for content in inputs]
    for size, root in roots.items():
        nodes: dict[tuple[int, int], bytes] = {}
        for index in range(size):
            for level, position, node in merkle.append(index, nodes, leaves[index]):
                nodes[level, position] = node
        assert merkle.root([nodes[place] for place in merkle.peaks(size)]).hex() == root


def test_every_node_covers_its_leaves() -> None:
    for (level, position), node in ALL_NODES.items():
        start = position << level
        assert node == root_by_recursion(LEAVES[start : start + (1 << level)])


@given(st.integers(0, 2**40))
def test_peaks_are_the_binary_digits_from_left_to_right(size: int) -> None:
    peaks = merkle.peaks(size)
    assert [level for level, _ in peaks] == [place for place in range(size.bit_length() - 1, -1, -1) if size >> place & 1]
    covered = 0
    for level, position in peaks:
        assert position << level == covered, "complete subtrees stand on their own multiples, without a gap"
        covered += 1 << level
    assert covered == size


@given(st.integers(0, 2**30))
def test_appending_completes_as_many_subtrees_as_the_size_ends_in_ones(size: int) -> None:
    peaks = dict.fromkeys(merkle.peaks(size), bytes(32))
    made = list(merkle.append(size, peaks, bytes(32)))
    trailing = len(bin(size)) - len(bin(size).rstrip("1"))
    assert [level for level, _, _ in made] == list(range(trailing + 1))
    assert (made[-1][0], made[-1][1]) in merkle.peaks(size + 1)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=20), st.data())
def test_any_other_leaf_gives_another_root(contents: list[bytes], data: st.DataObject) -> None:
    """The canary of the comparison: one changed, moved or missing leaf is seen in the root."""
    leaves = [merkle.leaf_hash(content) for content in contents]
    place = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:place], merkle.leaf_hash(b"other leaf"), *leaves[place + 1 :]]
    assert root_by_recursion(changed) != root_by_recursion(leaves)
    assert root_by_recursion(leaves[:-1]) != root_by_recursion(leaves)


def test_a_leaf_is_never_a_node() -> None:
    left, right = LEAVES[:2]
    assert merkle.leaf_hash(left + right) != merkle.parent_hash(left, right)
