"""Files that are encrypted, each under a key of its own (AES-256-GCM): whoever drops the key has erased the file, in every copy of it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import blobs
from ashiato.plumbing.keys import Seal

_NONCE = 12


@dataclass(frozen=True, slots=True)
class SealedFile:
    """Where the encrypted bytes lie (their SHA-256), and the file's key under the installation's."""

    stored: str
    sealed_key: bytes


async def keep(files: blobs.Files, seal: Seal, content: bytes, owner_id: UUID) -> SealedFile:
    """Encrypts and keeps a file of one company. The same bytes twice lie there twice and look different."""
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(_NONCE)
    encrypted = nonce + AESGCM(key).encrypt(nonce, content, owner_id.bytes)

    async def at_once() -> AsyncIterator[bytes]:
        yield encrypted

    blob = await files.keep(at_once(), len(encrypted))
    return SealedFile(blob.digest, seal.seal(key, _purpose(owner_id, blob.digest)))


async def readable(files: blobs.Files, seal: Seal, file: SealedFile, owner_id: UUID) -> bytes:
    """The bytes, for who may read them. Refuses (`unavailable`) while their store does not answer, and what no longer is what was kept."""
    try:
        return await asyncio.to_thread(content, files, seal, file, owner_id)
    except blobs.UnreachableError as error:
        raise Refusal(
            Kind.UNAVAILABLE, "files.unreachable", "The file cannot be read now: its store does not answer.", "Read it again in a minute."
        ) from error
    except (ValueError, OSError) as error:
        raise Refusal(
            Kind.UNAVAILABLE, "evidence.damaged", "The file is missing or damaged.", "Tell the operator: `ashiato fsck` finds it."
        ) from error


def content(files: blobs.Files, seal: Seal, file: SealedFile, owner_id: UUID) -> bytes:
    """The bytes that were kept. Raises ValueError where key, owner or bytes are others, OSError where they are gone."""
    key = seal.open(file.sealed_key, _purpose(owner_id, file.stored))
    encrypted = blobs.content(files, file.stored)
    try:
        return AESGCM(key).decrypt(encrypted[:_NONCE], encrypted[_NONCE:], owner_id.bytes)
    except InvalidTag as error:
        raise ValueError("the encrypted bytes were altered") from error


def _purpose(owner_id: UUID, stored: str) -> str:
    return f"evidence {owner_id} {stored}"
