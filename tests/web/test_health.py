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
    ("found", "backed_up", "certificate", "troubles"),
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
    ],
)
def test_what_asks_for_a_deed(found: Health, backed_up: datetime | None, certificate: datetime | None, troubles: tuple[str, ...]) -> None:
    assert _judged(found, backed_up, certificate, NOW).troubles == troubles  # members of `Trouble`, which are their words' keys


def test_a_certificates_end_is_read_from_its_file(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).issue()
    until = probing.certificate_until(Settings(home=tmp_path, tls_certificate=certificate, tls_key=key))
    assert until is not None
    assert timedelta(days=1) < until - datetime.now(UTC) <= timedelta(days=2)
    assert probing.certificate_until(Settings(home=tmp_path)) is None
    assert backups.last_made(tmp_path) is None


async def test_the_page_shows_the_last_restore_and_no_companys_thing(world: World, browse: Callable[..., Browser]) -> None:
    drill = governance.transparency.Drill(datetime.now(UTC), "2026-11-01T00:00:00+00:00", 7, 3)
    await world.tools.works.run(lambda work: governance.transparency.note_drill(work, drill))
    operator = browse()
    await operator.log_in(world.operator.email)
    assert (await operator.get("/operator/health")).status_code == 200
    assert "(3 differences)" in operator.page.text
    assert "The last restore differed from its backup" in operator.page.text
    assert "Mail and webhook messages under way" in operator.page.text
