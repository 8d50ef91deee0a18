"""Forms that met an ended session: what was typed goes through the log-in in the page itself, and is sent by its author's own click.

Nothing is stored for somebody who is not known. What comes back is only ever filled into a form again; sending it is a fresh request, judged
like any other.
"""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from ashiato.web.origin import local

LONGEST = 65_536
_FORM = "application/x-www-form-urlencoded"
_NOT_KEPT = frozenset({"password", "secret"})


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was to be sent: where to, and its fields."""

    action: str
    fields: list[tuple[str, str]]

    @property
    def spelled(self) -> str:
        """The form in one field."""
        return json.dumps([self.action, self.fields], ensure_ascii=False)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What a person typed or chose, without what the page wrote for itself."""
        return [(name, value) for name, value in self.fields if name not in ("once", "revision", "offered") and not name.endswith("_id") and value]


async def kept(request: Request) -> KeptForm | None:
    """The form of a request, as far as it can be kept: text of a page's own form; no file, no password."""
    if not request.headers.get("content-type", "").startswith(_FORM) or local(request.url.path) in ("/", "/login"):
        return None
    body = await request.body()
    if len(body) > LONGEST:
        return None
    fields = [(name, value) for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True) if name not in _NOT_KEPT]
    return KeptForm(request.url.path, fields[:1000])


def read(text: str) -> KeptForm | None:
    """The form that `spelled` told; None for anything else."""
    try:
        action, fields = json.loads(text)
        found = KeptForm(local(action), [(str(name), str(value)) for name, value in fields])
    except (ValueError, TypeError, RecursionError):
        return None
    return found if found.action not in ("/", "/login", "/logout") else None
