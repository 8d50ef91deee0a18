"""Streams of any length, encrypted in pieces (AES-256-GCM, the STREAM construction): cut, reordered or altered ones do not open."""

import secrets
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE = 1 << 20
_MAGIC = b"ashiato-sealed-1\n"
_SALT, _TAG = 32, 16


class NotSealedError(ValueError):
    """What should be opened was not sealed with this key for this purpose, or was altered since."""


def _cipher(key: bytes, salt: bytes, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, purpose.encode()).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


class Sealer:
    """A file to write to, whose bytes are sealed into another; closing it seals the last piece."""

    def __init__(self, target: BinaryIO, key: bytes, purpose: str) -> None:
        salt = secrets.token_bytes(_SALT)
        self._cipher, self._target, self._waiting, self._number = _cipher(key, salt, purpose), target, bytearray(), 0
        target.write(_MAGIC + salt)

    def write(self, content: bytes) -> int:
        """Takes bytes; a full piece is sealed once it is known not to be the last."""
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(content)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), piece, None))
        self._number += 1

    def close(self) -> None:
        """Seals what is left, as the last piece."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()


def opened(source: BinaryIO, key: bytes, purpose: str) -> Iterator[bytes]:
    """The bytes that were sealed, piece by piece. Raises NotSealedError at the first piece that does not hold."""
    if source.read(len(_MAGIC)) != _MAGIC:
        raise NotSealedError("this was not sealed here")
    cipher, number = _cipher(key, source.read(_SALT), purpose), 0
    piece = source.read(PIECE + _TAG)
    while True:
        following = source.read(PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), piece, None)
        except (InvalidTag, ValueError) as error:
            raise NotSealedError(f"piece {number} was altered, or sealed with another key or for another purpose") from error
        if not following:
            return
        piece, number = following, number + 1
