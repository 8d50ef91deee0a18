"""Short texts that people write: what is refused, and what is suggested in its place."""

import pytest

from ashiato.domain.participants import text_flaw

UNSEEN = "\x00\x1b\x85\x9f\u00ad\u061c\u200b\u200e\u2028\u202d\u2060\u2066\u206f\u3164\ufeff\uffa0\ufffb\U000e0041"


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
        *((f"one{character}", lines, "one") for character in UNSEEN for lines in (False, True)),
        *((f"one{joiner}", False, "one") for joiner in "\u200c\u200d"),
        ("one 👩\u200d🔧", True, None),
        ("辻\U000e0100製作所", False, None),
        ("Müller & Söhne ７号 株式会社", False, None),
    ],
)
def test_what_is_suggested_keeps_the_lines_where_there_may_be_some(text: str, lines: bool, suggested: str | None) -> None:
    flaw = text_flaw("words", text, lines=lines)
    assert (flaw.suggestion if flaw else None) == suggested
    assert suggested is None or text_flaw("words", suggested, lines=lines) is None, "what is suggested is accepted"
