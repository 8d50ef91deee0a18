"""Support on the pages: a company asks, the operator finds it in its queue, answers and closes it."""

from collections.abc import Callable

import pytest
from tests.web.browser import Browser
from tests.world import World

from ashiato.web.pages import support

Browse = Callable[..., Browser]


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_company_asks_and_reads_the_answer(world: World, browse: Browse, language: str) -> None:
    company, other = await world.company(f"Asking {language}"), await world.company(f"Nosy {language}")
    person, operator, nosy = browse(language), browse(language), browse(language)
    await person.log_in(company.email)
    assert "/support" in person.page.links
    await person.get("/support")
    assert person.page.flaws == []
    assert {"en": "and nothing else of your data", "ja": "その他のデータは見えません"}[language] in person.page.text
    assert (await person.submit("/support", subject="", words="x")).status_code == 422
    await person.get("/support")
    subject = f"Which unit? {company.number}"
    await person.submit("/support", subject=subject, words="Line one <b>\nline two")
    assert {"en": "waits for an answer", "ja": "回答待ち"}[language] in person.page.text
    (here,) = [link for link in person.page.links if link.startswith("/support/")]

    await nosy.log_in(other.email)
    await nosy.get("/support")
    assert subject not in nosy.page.text
    assert (await nosy.get(here)).status_code == 404

    await operator.log_in(world.operator.email)
    await operator.get("/support")
    assert operator.page.flaws == []
    assert here in operator.page.links
    await operator.get(here)
    assert company.name in operator.page.text
    assert "Line one <b>" in operator.page.text
    await operator.submit(f"{here}/words", words="Write kg.")
    await person.get(here)
    assert person.page.flaws == []
    assert "Write kg." in person.page.text
    await person.submit(f"{here}/words", words="It works, thank you.")
    await operator.get(here)
    assert "It works, thank you." in operator.page.text
    await operator.submit(f"{here}/closing", words="Solved by another unit.")
    assert f"{here}/words" not in [form.action for form in operator.page.forms]
    await operator.get("/support")
    assert here not in operator.page.links
    await operator.get("/support?all=true")
    assert here in operator.page.links
    await person.get(here)
    assert "Solved by another unit." in person.page.text
    assert (await operator.send("/support", {"subject": "S", "words": "W", "once": "0123456789abcdef0123"})).status_code == 403


async def test_of_very_many_the_newest_are_shown(world: World, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    company, person = await world.company("Asking often"), browse("en")
    monkeypatch.setattr(support, "_MOST", 2)
    await person.log_in(company.email)
    for subject in ("First of three", "Second of three", "Third of three"):
        await person.get("/support")
        await person.submit("/support", subject=subject, words="?")
    await person.get("/support")
    assert person.page.text.index("Third of three") < person.page.text.index("Second of three")
    assert "First of three" not in person.page.text
