"""The committed reference says what the program does."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ashiato.cli import app
from ashiato.plumbing.settings import Settings

COMMITTED = Path(__file__).parents[2] / "docs" / "reference"
PAGES = ["cli.md", "settings.md", "import-format.md", "api.md", "bundle.md"]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    result = CliRunner().invoke(app, ["reference", str(folder)], catch_exceptions=False)
    assert result.exit_code == 0
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_the_committed_page_is_what_the_code_generates(generated: Path, page: str) -> None:
    assert (COMMITTED / page).read_text(encoding="utf-8") == (generated / page).read_text(encoding="utf-8"), "run `make docs`"


def test_settings_and_addresses_are_there(generated: Path) -> None:
    settings, addresses = (generated / "settings.md").read_text(encoding="utf-8"), (generated / "api.md").read_text(encoding="utf-8")
    assert all(name.upper() in settings for name in Settings.model_fields)
    assert "## POST /api/v1/imports" in addresses
    assert "`AnswerIn`" in addresses
