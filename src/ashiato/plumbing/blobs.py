"""Files of any size, kept once by the digest of their bytes under `<home>/files`."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from ashiato.plumbing.durable import sync_folder


class TooLargeError(ValueError):
    """More bytes arrived than are accepted."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What was kept: the SHA-256 of the bytes in hexadecimal digits, and how many they are."""

    digest: str
    size: int


def path_of(home: Path, digest: str) -> Path:
    """Where the bytes with this digest lie."""
    return home.resolve() / "files" / digest[:2] / digest


async def keep(home: Path, chunks: AsyncIterator[bytes], most: int) -> Blob:
    """Keeps bytes as they arrive; nothing is left of them if they break off or are more than `most` (TooLargeError)."""
    fresh = _fresh(home)
    hasher, size = hashlib.sha256(), 0
    try:
        with fresh.open("xb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLargeError
                hasher.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        _settle(fresh, path_of(home, hasher.hexdigest()))
    finally:
        _discard(fresh)
    return Blob(hasher.hexdigest(), size)


def _fresh(home: Path) -> Path:
    folder = home.resolve() / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f".{os.getpid()}.{secrets.token_hex(8)}"


def _settle(fresh: Path, kept: Path) -> None:
    """Gives whole, durable bytes their name; the name is durable too, else a power cut takes what was acknowledged."""
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    fresh.replace(kept)
    sync_folder(kept.parent)
    sync_folder(kept.parent.parent)


def digest_of(path: Path) -> str | None:
    """The digest of the bytes that lie there, None if there are none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def leftovers(home: Path) -> list[Path]:
    """Files that broke off while they arrived. Those of a process that still runs are not among them."""
    found = (home.resolve() / "files").glob(".*")
    return [path for path in found if not Path(f"/proc/{path.name.split('.')[1]}").exists()]


def _discard(fresh: Path) -> None:
    fresh.unlink(missing_ok=True)
