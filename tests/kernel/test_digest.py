"""Canonical JSON: one content, one spelling, one digest; compared with an independent implementation of RFC 8785."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ashiato.kernel.digest import canonical, digest, digest_of_bytes, parse

keys = st.text(st.characters(max_codepoint=0x7F), max_size=8)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
json_without_floats = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


@given(json_without_floats)
def test_canonical_bytes_are_those_of_rfc_8785(content) -> None:
    assert canonical(content) == rfc8785.dumps(content)


@given(json_without_floats)
def test_canonical_bytes_say_the_same(content) -> None:
    assert parse(canonical(content)) == content
    assert canonical(parse(json.dumps(content, indent=2))) == canonical(content)


@given(json_without_floats)
def test_the_digest_is_that_of_the_canonical_bytes(content) -> None:
    assert digest(content) == digest_of_bytes(canonical(content)) == "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()


@given(st.dictionaries(keys, texts, min_size=2, max_size=6))
def test_the_order_of_keys_does_not_matter(content: dict[str, str]) -> None:
    backwards = dict(reversed(list(content.items())))
    assert canonical(content) == canonical(backwards)


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"a":1,"b":{"c":1,"c":2}}', '[{"a":null,"a":null}]', '{"a":1,"\\u0061":2}'])
def test_a_repeated_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        parse(text)


@pytest.mark.parametrize("text", ["1.5", "[1e3]", "NaN", "[Infinity]", "-Infinity", '{"a":0.0}', "", "{", "'a'", "01", '{"a":1} x', "\ufeff1"])
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


@pytest.mark.parametrize("content", [1.5, float("nan"), {"a": 1.0}, [b"x"], {1: "a"}, {"é": 1}, 2**53, -(2**53), ("a",), {"a": {1, 2}}, object()])
def test_what_has_no_canonical_form_is_refused(content) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical(content)


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical(["\ud800"])


def test_nesting_beyond_measure_is_refused() -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse("[" * 100_000 + "]" * 100_000)
