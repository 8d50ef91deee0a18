"""Files of any size, kept once by the digest of their bytes: in a folder of the home, or in a bucket (see `buckets`)."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import structlog

from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing.durable import sync_folder

_BLOCK = 1 << 20
log = structlog.get_logger()


class TooLargeError(ValueError):
    """More bytes arrived than are accepted."""


class UnreachableError(OSError):
    """Where files are kept does not answer, or does not let this installation in. It says nothing of the file, which may be sound."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What was kept: the SHA-256 of the bytes in hexadecimal digits, and how many they are."""

    digest: str
    size: int


class Files(Protocol):
    """Where files are kept. What is kept is durable, and whole or not there; the same bytes lie there once."""

    async def keep(self, chunks: AsyncIterator[bytes], most: int) -> Blob:
        """Keeps bytes as they arrive; nothing is left of them if they break off or are more than `most` (TooLargeError)."""
        ...

    def blocks(self, digest: str) -> Iterator[bytes]:
        """The bytes with this digest, block by block. Raises OSError where they are gone, UnreachableError where nobody answers."""
        ...

    async def discard(self, digest: str) -> None:
        """Takes the bytes away, if they are there."""
        ...

    def where(self, digest: str) -> str:
        """Where the bytes with this digest lie, for whoever looks after the installation."""
        ...

    def digests(self) -> Iterator[str]:
        """The digests under which something lies."""
        ...

    def leftovers(self) -> list[str]:
        """Files that broke off while they arrived and can be deleted."""
        ...


def content(files: Files, digest: str) -> bytes:
    """All the bytes with this digest. Raises OSError where they are gone or cannot be reached."""
    return b"".join(files.blocks(digest))


def digest_of(files: Files, digest: str) -> str | None:
    """The digest that the bytes have which lie there under this one; None if there are none. Raises OSError where they cannot be reached."""
    hasher = hashlib.sha256()
    try:
        for block in files.blocks(digest):
            hasher.update(block)
    except FileNotFoundError:
        return None
    return hasher.hexdigest()


async def arrived(file: BinaryIO, chunks: AsyncIterator[bytes], most: int) -> Blob:
    """What was written into a file as it arrived. Raises TooLargeError as soon as it is more than `most`."""
    hasher, size = hashlib.sha256(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooLargeError
        hasher.update(chunk)
        file.write(chunk)
    file.flush()
    return Blob(hasher.hexdigest(), size)


class Folder:
    """Files in the folder `files` of the home."""

    def __init__(self, home: Path) -> None:
        self._folder = home.resolve() / "files"

    def path_of(self, digest: str) -> Path:
        """Where the bytes with this digest lie."""
        return self._folder / digest[:2] / digest

    async def keep(self, chunks: AsyncIterator[bytes], most: int) -> Blob:
        """See `Files`. Refuses (`unavailable`) while the disk is full or fails."""
        fresh = self._folder / f".{os.getpid()}.{secrets.token_hex(8)}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with fresh.open("xb") as file:
                blob = await arrived(cast(BinaryIO, file), chunks, most)
                os.fsync(file.fileno())
            _settle(fresh, self.path_of(blob.digest))
        except ConnectionError:  # the sender's
            raise
        except OSError as error:
            log.error("a file cannot be kept", error=error.strerror)
            remedy = "Tell the operator, and send it again later."
            raise Refusal(Kind.UNAVAILABLE, "files.unkept", "The file could not be kept: the disk is full, or it fails.", remedy) from error
        finally:
            fresh.unlink(missing_ok=True)
        return blob

    def blocks(self, digest: str) -> Iterator[bytes]:
        """See `Files`."""
        with self.path_of(digest).open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    async def discard(self, digest: str) -> None:
        """See `Files`."""
        self.path_of(digest).unlink(missing_ok=True)

    def where(self, digest: str) -> str:
        """See `Files`."""
        return str(self.path_of(digest))

    def digests(self) -> Iterator[str]:
        """See `Files`."""
        return (path.name for path in sorted(self._folder.glob("??/*")))

    def leftovers(self) -> list[str]:
        """See `Files`. Those of a process that still runs are not among them."""
        return [str(path) for path in self._folder.glob(".*") if not Path(f"/proc/{path.name.split('.')[1]}").exists()]


def _settle(fresh: Path, kept: Path) -> None:
    """Gives whole, durable bytes their name; the name is durable too, else a power cut takes what was acknowledged."""
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    fresh.replace(kept)
    sync_folder(kept.parent)
    sync_folder(kept.parent.parent)
