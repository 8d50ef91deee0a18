"""Short texts that people write: what is refused, and what is suggested in its place."""

import pytest

from ashiato.domain.participants import text_flaw


@pytest.mark.parametrize(
    ("text", "lines", "suggested"),
    [
        ("one\ntwo", True, None),
        ("one\r\ntwo", True, None),
        ("one\u202e\r\ntwo", True, "one\ntwo"),
        ("one\x07\n\ntwo", True, "one\n\ntwo"),
        ("one\rtwo", True, "onetwo"),
        ("one\ntwo", False, "onetwo"),
        ("one\u202e", False, "one"),
    ],
)
def test_what_is_suggested_keeps_the_lines_where_there_may_be_some(text: str, lines: bool, suggested: str | None) -> None:
    flaw = text_flaw("words", text, lines=lines)
    assert (flaw.suggestion if flaw else None) == suggested
    assert suggested is None or text_flaw("words", suggested, lines=lines) is None, "what is suggested is accepted"
