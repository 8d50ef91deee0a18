"""Whatever a company is called, its documents can be set."""

import io
from datetime import UTC, datetime

import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ashiato.plumbing import typesetting

MADE = datetime(2026, 11, 29, tzinfo=UTC)


def set_with(words: str) -> str:
    """The text of a page that shows these words."""
    content = dict.fromkeys(("author", "kind", "footer", "qr_alt", "notice", "none", "subtitle"), "x")
    paper = typesetting.report({**content, "title": words, "lang": "en", "heroes": [["x", words]], "sections": []}, "https://ashiato.example/", MADE)
    return pypdfium2.PdfDocument(io.BytesIO(paper))[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize("name", ["日本蓄電池株式会社", "宁德时代新能源", "에코프로비엠", "Ørsted Łódź", "แบตเตอรี่", "Норникель"])
def test_the_names_of_the_chains_countries_are_set_in_their_own_letters(name: str) -> None:
    assert name in set_with(name)


def test_what_no_font_has_is_set_as_its_code_point() -> None:
    assert "a[U+DB68A]b [U+1F50B]" in set_with("a\U000db68ab \U0001f50b")
    assert "葛城市" in set_with("葛\U000e0100城市")


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\x00\x07\u200d\ufe0f\u202e\uffff")
@example("葛\U000e0100")
@example("بطارية बैटरी")
@settings(max_examples=40, deadline=None)
def test_no_text_keeps_a_document_from_being_made(words: str) -> None:
    set_with(words)
