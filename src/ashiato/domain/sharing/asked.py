"""What reaching for subjects asks, so that it can be sent in one piece with the question who asks."""

from datetime import datetime
from typing import Any

from ashiato.domain.sharing import store
from ashiato.domain.sharing.model import Selection
from ashiato.plumbing.db import Question


def reach(selection: Selection, now: datetime) -> list[Question[Any]]:
    """What `sharing.reach_all` asks; a first reading also writes, which cannot be foreseen."""
    return [store.live_grants(selection, now)]
