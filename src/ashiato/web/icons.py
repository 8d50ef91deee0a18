"""Drawings (Lucide, ISC licence), inlined where they stand; `tools/refresh_web_packages.py` adds one by its name."""

import json
from importlib import resources

from markupsafe import Markup

_DRAWN: dict[str, str] = json.loads((resources.files(__package__) / "icons.json").read_text(encoding="utf-8"))


def icon(name: str) -> Markup:
    """A drawing in the colour of the words beside it, which say the same: it is hidden from those who listen."""
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>').format(Markup(_DRAWN[name]))  # noqa: S704 — our own file
