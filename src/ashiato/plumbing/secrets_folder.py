"""Secrets that an installation draws once and keeps in `<home>/secrets`, readable by its user only."""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from ashiato.plumbing.durable import sync_folder


def text(home: Path, name: str) -> str:
    """The random text kept under this name, drawn at the first call."""
    return keep(home, name, lambda: secrets.token_urlsafe(32).encode()).decode()


def keep(home: Path, name: str, draw: Callable[[], bytes]) -> bytes:
    """The bytes kept under this name. At the first call they are drawn; of two processes at once, both get the same."""
    folder = home.resolve() / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        fresh = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(draw())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # the other process was first: its secret stands
            os.link(fresh, path)
        fresh.unlink()
        sync_folder(folder)  # the name is durable too: what is signed or sealed with it may be so soon
    return path.read_bytes()
