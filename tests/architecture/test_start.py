"""What a server must not do before it answers: every tenth of a second of its start is one in which whoever works waits after a failure."""

import json
import subprocess
import sys

STARTED = """
import gc, json, sys
import argon2
argon2.PasswordHasher.hash = lambda *_: sys.exit("a password is hashed")
from ashiato.server import create
app = create()
print(json.dumps({"late": sorted({"scipy.optimize"} & set(sys.modules)), "collects": gc.isenabled(), "kept": gc.get_freeze_count() > 100_000,
                  "nested": [type(route).__name__ for route in app.routes if hasattr(route, "original_router")]}))
"""


def test_a_server_starts_without_what_can_wait() -> None:
    told = json.loads(subprocess.check_output([sys.executable, "-c", STARTED], text=True))
    assert told["late"] == [], "it is imported where it is used"
    assert (told["collects"], told["kept"]) == (True, True)
    assert len(told["nested"]) <= 20, "routes are mounted as they are, but for those of the standards' own interfaces"
