"""Bundles: zip archives that are written as one stream into a sealed file, and read from a sealed file again."""

import hashlib
import os
import secrets
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, Self
from uuid import UUID

from ashiato.plumbing.blobs import TooLargeError
from ashiato.plumbing.durable import sync_folder
from ashiato.plumbing.sealed_stream import Sealer, opened

_BLOCK = 1 << 20


def path_of(home: Path, bundle_id: UUID) -> Path:
    """Where a bundle's sealed bytes lie."""
    return home.resolve() / "bundles" / f"{bundle_id}.sealed"


def new_key() -> bytes:
    """A fresh key for one bundle."""
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a bundle: its SHA-256 in hexadecimal digits, its bytes, and for tables its records."""

    name: str
    sha256: str
    size: int
    records: int | None


class _Counted:
    """A stream into a sealer that knows how long it is and what its digest is; it cannot be wound back."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer, self.hasher, self.size = sealer, hashlib.sha256(), 0

    def write(self, content: bytes) -> int:
        self.hasher.update(content)
        self.size += len(content)
        return self._sealer.write(content)

    def flush(self) -> None: ...


class OpenMember:
    """A file of a bundle while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.hasher, self.size, self.records = file, hashlib.sha256(), 0, 0

    def write(self, content: bytes) -> None:
        """Adds bytes."""
        self.hasher.update(content)
        self.size += len(content)
        self._file.write(content)

    def line(self, record: bytes) -> None:
        """Adds one record of a table (JSON Lines)."""
        self.write(record + b"\n")
        self.records += 1


@dataclass
class BundleWriter:
    """Writes a bundle. Nothing is left of it unless `close` was reached; then its name is durable."""

    home: Path
    bundle_id: UUID
    key: bytes
    purpose: str
    members: list[Member] = field(default_factory=list)

    def __enter__(self) -> Self:
        folder = path_of(self.home, self.bundle_id).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fresh = folder / f".{self.bundle_id}.{os.getpid()}.{secrets.token_hex(4)}"
        self._file: BinaryIO = self._fresh.open("xb")
        self._sealer = Sealer(self._file, self.key, self.purpose)
        self._stream = _Counted(self._sealer)
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload] # it asks for write and flush only
        return self

    def __exit__(self, *_: object) -> None:
        if not self._file.closed:
            self._file.close()
        self._fresh.unlink(missing_ok=True)

    @contextmanager
    def member(self, name: str, *, table: bool = False, stored: bool = False) -> Iterator[OpenMember]:
        """A file of the bundle, written as the block goes on. `stored`: as it is, for what is packed already or not ours to judge."""
        entry = zipfile.ZipInfo(name)  # says the year 1980: when it was made stands in the manifest
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w", force_zip64=True) as file:
            opened_member = OpenMember(file)
            yield opened_member
        self.members.append(Member(name, opened_member.hasher.hexdigest(), opened_member.size, opened_member.records if table else None))

    def close(self) -> tuple[str, int]:
        """Ends the bundle; its digest (SHA-256, hexadecimal) and size."""
        self._zip.close()
        self._sealer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        kept = path_of(self.home, self.bundle_id)
        self._fresh.replace(kept)
        sync_folder(kept.parent)
        return self._stream.hasher.hexdigest(), self._stream.size


async def keep(home: Path, bundle_id: UUID, key: bytes, purpose: str, chunks: AsyncIterator[bytes], most: int) -> tuple[str, int]:
    """Keeps a bundle sealed as it arrives; its digest and size. Nothing is left of more than `most` bytes (TooLargeError)."""
    kept = path_of(home, bundle_id)
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = kept.parent / f".{bundle_id}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        with fresh.open("xb") as file:
            sealer = Sealer(file, key, purpose)
            stream = _Counted(sealer)
            async for chunk in chunks:
                if stream.size + len(chunk) > most:
                    raise TooLargeError
                stream.write(chunk)
            sealer.close()
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(kept)
        sync_folder(kept.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return stream.hasher.hexdigest(), stream.size


def content(home: Path, bundle_id: UUID, key: bytes, purpose: str, begin: int = 0) -> Iterator[bytes]:
    """The bundle's bytes from a place on. Raises NotSealedError where they were altered, OSError where they are gone."""
    with path_of(home, bundle_id).open("rb") as file:
        passed = 0
        for piece in opened(file, key, purpose):
            if passed + len(piece) > begin:
                yield piece[max(0, begin - passed) :]
            passed += len(piece)


@contextmanager
def unsealed(home: Path, bundle_id: UUID, key: bytes, purpose: str) -> Iterator[BinaryIO]:
    """The bundle in a file without a name, which nobody else can open and which is gone with the block."""
    folder = path_of(home, bundle_id).parent
    with tempfile.TemporaryFile(dir=folder) as plain:
        for piece in content(home, bundle_id, key, purpose):
            plain.write(piece)
        plain.seek(0)
        yield plain


def discard(home: Path, bundle_id: UUID) -> None:
    """Takes a bundle's bytes away; without their key they were nothing any more."""
    path_of(home, bundle_id).unlink(missing_ok=True)
