"""The operator's page of health: what it shows, and when it asks for a deed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.elsewhere import Authority
from tests.web.browser import Browser
from tests.world import World

from ashiato.domain import governance
from ashiato.domain.exchange.health import Health
from ashiato.plumbing import backups, probing
from ashiato.plumbing.settings import Settings
from ashiato.web.pages.operator import _judged

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WELL = Health(0, None, 0, 0, 0, 0, 0, 0, 0, 10, NOW, NOW - timedelta(days=10), 0)


@pytest.mark.parametrize(
    ("found", "backed_up", "until", "troubles"),
    [
        (WELL, None, None, ()),
        (replace(WELL, facts_waiting=1, oldest_fact=NOW - timedelta(seconds=59)), NOW, None, ()),
        (replace(WELL, facts_waiting=1, oldest_fact=NOW - timedelta(seconds=61)), NOW, None, ("late",)),
        (replace(WELL, messages_given_up=1), NOW, None, ("given_up",)),
        (replace(WELL, deliveries_given_up=1), NOW - timedelta(days=3), None, ("given_up", "unbacked")),
        (replace(WELL, drilled_at=None, drill_differences=None), NOW, None, ("undrilled",)),
        (replace(WELL, drilled_at=NOW - timedelta(days=93), drill_differences=2), NOW, None, ("undrilled", "differed")),
        (WELL, NOW, NOW + timedelta(days=20), ("expiring",)),
        (WELL, NOW, NOW + timedelta(days=22), ()),
        (WELL, NOW, NOW - timedelta(days=1), ("expiring",)),
    ],
)
def test_what_asks_for_a_deed(found: Health, backed_up: datetime | None, until: datetime | None, troubles: tuple[str, ...]) -> None:
    held = [probing.Held("server", "here", until), probing.Held("authority", "later", NOW + timedelta(days=900))] if until else []
    assert _judged(found, backed_up, held, NOW).troubles == troubles  # members of `Trouble`, which are their words' keys


def test_the_end_of_every_certificate_is_read_from_its_file(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue()
    chained = tmp_path / "chained.pem"
    chained.write_bytes(certificate.read_bytes() + authority.file.read_bytes())
    found = probing.certificates(Settings(home=tmp_path, tls_certificate=chained, tls_key=key, outbound_authorities=authority.file))
    assert sorted(one.use for one in found) == ["authority", "chain", "server"]
    assert all(one.until and timedelta(days=1) < one.until - datetime.now(UTC) <= timedelta(days=30) for one in found)
    assert [one.until for one in found] == sorted(one.until for one in found if one.until), "what ends first stands first"
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate")
    assert probing.certificates(Settings(home=tmp_path, outbound_authorities=junk)) == [probing.Held("authority", "junk.pem", None)]
    assert _judged(WELL, NOW, [probing.Held("authority", "junk.pem", None)], NOW).troubles == ("expiring",), "what cannot be read is told"
    assert probing.certificates(Settings(home=tmp_path)) == []
    assert backups.last_made(tmp_path) is None


async def test_the_page_lists_the_ends_of_certificates(world: World, browse: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    held = [
        probing.Held("authority", "junk.pem", None), probing.Held("chain", "Old authority", now - timedelta(days=1)),
        probing.Held("server", "ashiato.example", now + timedelta(days=20)), probing.Held("authority", "Partners", now + timedelta(days=400)),
    ]  # fmt: skip
    monkeypatch.setattr(probing, "certificates", lambda _: held)
    operator = browse()
    await operator.log_in(world.operator.email)
    await operator.get("/operator/health")
    assert operator.page.flaws == []
    for told in ("junk.pem authority that partners’ systems may use ! cannot be read", "Old authority chain of the server’s certificate", "! over",
                 "ashiato.example the server", "! ends soon", "A certificate ends within three weeks"):  # fmt: skip
        assert told in operator.page.text
    assert operator.page.text.count("! ends soon") == 1
    assert "kept by the proxy" not in operator.page.text


async def test_the_page_shows_the_last_restore_and_no_companys_thing(world: World, browse: Callable[..., Browser]) -> None:
    drill = governance.transparency.Drill(datetime.now(UTC), "2026-11-01T00:00:00+00:00", 7, 3)
    await world.tools.works.run(lambda work: governance.transparency.note_drill(work, drill))
    operator = browse()
    await operator.log_in(world.operator.email)
    assert (await operator.get("/operator/health")).status_code == 200
    assert "(3 differences)" in operator.page.text
    assert "The last restore differed from its backup" in operator.page.text
    assert "Mail and webhook messages under way" in operator.page.text
