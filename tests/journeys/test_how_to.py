"""The how-to pages work as they are written: their shell blocks run in order, as a newcomer would type them."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "run",
    "import",
    "ask",
    "answer",
    "company",
    "bulk",
    "analyse",
    "declare",
    "evidence",
    "rights",
    "ouranos",
    "verify",
    "associate",
    "oversee",
    "pact",
    "leave",
)
STOP = "trap 'kill %1; wait %1 || true' EXIT"  # a page that fails leaves no server behind


def script() -> str:
    parts = ["set -euo pipefail", STOP]
    for page in PAGES:
        text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        assert blocks, page
        parts += [f"echo '== {page}' >&2", *blocks]
    return "\n".join(parts).replace('export PATH="$PWD/.venv/bin:$PATH"\n', "")


@pytest.mark.timeout(900)  # some two hundred commands, each a program of its own
def test_the_pages_run_from_top_to_bottom(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ASHIATO_HOME": str(tmp_path / "home"),
        "ASHIATO_PORT": str(port),
        "ASHIATO_URL": f"http://127.0.0.1:{port}",
        "ASHIATO_LOG_LEVEL": "error",
    }
    done = subprocess.run(["bash", "-c", script()], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=840, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "declaration.pdf" in {path.name for path in tmp_path.iterdir()}
