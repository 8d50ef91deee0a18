"""Every kind of fact can be read in words by the companies that it concerns."""

import re
from pathlib import Path

from tests.attacks.rich import Rich
from tests.domain.test_audit import stored

from ashiato.domain import audit
from ashiato.gateways.rest import Tools

SOURCE = Path(audit.__file__).parents[2]


async def test_the_owner_sees_who_read_what(two_companies: Rich) -> None:
    supplier, buyer = two_companies.supplier.member, two_companies.buyer.member
    said = {fact["said"] for fact in await supplier.every("/facts")}
    assert "Hikari Packs read what Kamo Cells granted, for the first time." in said
    assert "Hikari Packs asked Kamo Cells for a figure." in said
    assert "Kamo Cells answered a request of Hikari Packs." in {fact["said"] for fact in await buyer.every("/facts")}


async def test_every_kind_of_fact_has_words_in_both_tongues(two_companies: Rich, tools: Tools) -> None:
    recorded = {kind for (kind,) in await stored(tools, "SELECT DISTINCT kind FROM outbox WHERE kind NOT LIKE 'test.%'")}
    written = set().union(
        *(
            re.findall(r'(?:Fact|account_changed|grant_moved|webhook_changed|approval_moved|glass_moved)\("([a-z_]+\.[a-z_]+)"', path.read_text())
            for path in SOURCE.rglob("domain/**/*.py")
        )
    )
    assert len(written) > 15
    assert recorded | written <= audit.wordings.kinds()
    for kind in audit.wordings.kinds():
        english, japanese = (audit.wordings.said(kind, tongue, "A", "B") for tongue in ("en", "ja"))
        assert english.isascii()
        assert english.endswith(".")
        assert japanese.endswith("。")
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", japanese)


def test_what_is_counted_over_all_companies_is_told_of_nobody_in_particular() -> None:
    assert audit.wordings.in_general("structure.changed", "ja") == "企業が部品構成を登録しました。"
    assert audit.wordings.in_general("request.answered", "en") == "A company answered a request of another."
    assert audit.wordings.in_general("company.admitted", "en") == "The operator admitted a company."
    assert audit.wordings.in_general("survey.drawn", "ja") == "業界団体の統計調査が締め切られ、公表できる集計が作成されました。"
    assert audit.wordings.in_general("of.another_version", "en") == "of.another_version"
    for kind in audit.wordings.kinds():
        assert audit.wordings.in_general(kind, "en")[0].isupper()
        assert "運営者が運営者" not in audit.wordings.in_general(kind, "ja")
