"""Signed notes, checkpoints and co-signatures, read strictly: what can be spelled in two ways is refused."""

import re
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 1, 4  # algorithms of C2SP signed-note: an Ed25519 signature, a timestamped Ed25519 co-signature
_HASH, _SIGNATURE, _HINT, _INSTANT = 32, 64, 4, 8  # bytes
_LARGEST = 2**53
_PRIME = 2**255 - 19
_EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022  # y of a point of order eight; also below zero
_SMALL = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})


class Flaw(ValueError):
    """Something does not hold; `code` is its reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Key:
    """A key by which notes are verified, as its line spells it: `name+hint+base64(algorithm ‖ key)`."""

    line: str
    name: str
    hint: bytes
    algorithm: int
    public: bytes


@dataclass(frozen=True)
class Note:
    """A checkpoint as it was signed."""

    text: str
    origin: str
    size: int
    root: bytes
    time: datetime | None
    signatures: tuple[tuple[str, bytes], ...]


def read_key(line: str) -> Key:
    """A verifier key. Raises Flaw (`key.form`) for what is none, or names itself by another key's hint."""
    found = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", line)
    encoded = _exactly(found[3]) if found else None
    if found is None or encoded is None or len(encoded) != _HASH + 1 or encoded[0] not in (LOG, WITNESS):
        raise Flaw("key.form", "This is no verifier key.")
    if _hint(found[1], encoded).hex() != found[2]:
        raise Flaw("key.form", "The verifier key's hint is not that of its name and key.")
    return Key(line, found[1], bytes.fromhex(found[2]), encoded[0], encoded[1:])


def _hint(name: str, encoded: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + encoded).digest()[:_HINT]


def _exactly(text: str) -> bytes | None:
    """The bytes that a text spells in base64, if it spells them the one way."""
    try:
        found = b64decode(text, validate=True)
    except (Error, ValueError):
        return None
    return found if b64encode(found).decode() == text else None


def read_note(note: str) -> Note:
    """A signed checkpoint. Raises Flaw (`note.form`) for what cannot be read, or could be read in two ways."""
    text, separator, below = note.partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or not below.endswith("\n"):  # noqa: PLR2004 — origin, size, root
        raise Flaw("note.form", "This is no signed checkpoint.")
    origin, size, root = lines[:3]
    hash_ = _exactly(root)
    if not origin or re.fullmatch(r"0|[1-9][0-9]{0,15}", size) is None or int(size) > _LARGEST or hash_ is None or len(hash_) != _HASH:
        raise Flaw("note.form", "Origin, size or root of the checkpoint cannot be read.")
    signatures = [re.fullmatch(r"— (\S+) (\S+)", line) for line in below[:-1].split("\n")]
    found = [(match[1], _exactly(match[2])) for match in signatures if match]
    if len(found) != len(signatures) or any(signature is None for _, signature in found):
        raise Flaw("note.form", "A signature line of the checkpoint cannot be read.")
    return Note(text + "\n", origin, int(size), hash_, _time(lines[3:]), tuple((name, signature or b"") for name, signature in found))


def _time(extensions: list[str]) -> datetime | None:
    stated = [line.removeprefix("time ") for line in extensions if line.startswith("time ")]
    try:
        return datetime.fromisoformat(stated[0]).astimezone(UTC) if stated else None
    except ValueError as error:
        raise Flaw("note.form", "The checkpoint's time cannot be read.") from error


def signed_by(note: Note, key: Key) -> None:
    """Raises Flaw unless the log's key signed the note: `note.origin`, `note.key` (no line of this key), `note.signature`."""
    if note.origin != key.name:
        raise Flaw("note.origin", f"The checkpoint is that of another log: {note.origin}.")
    lines = [signature for name, signature in note.signatures if name == key.name and signature[:_HINT] == key.hint]
    if key.algorithm != LOG or not lines:
        raise Flaw("note.key", "The checkpoint is not signed by this key.")
    if not any(holds(key.public, signature[_HINT:], note.text.encode()) for signature in lines):
        raise Flaw("note.signature", "The log's signature does not hold.")


def cosigned_at(note: Note, key: Key, line: str) -> int:
    """When a witness says that it saw the checkpoint, in seconds of 1970. Raises Flaw: `witness.form`, `witness.signature`."""
    found = re.fullmatch(r"— (\S+) (\S+)", line)
    signature = _exactly(found[2]) if found else None
    if found is None or found[1] != key.name or signature is None or len(signature) != _HINT + _INSTANT + _SIGNATURE:
        raise Flaw("witness.form", "This is no co-signature of this witness.")
    seconds = int.from_bytes(signature[_HINT : _HINT + _INSTANT])
    signed = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
    if key.algorithm != WITNESS or signature[:_HINT] != key.hint or not holds(key.public, signature[_HINT + _INSTANT :], signed):
        raise Flaw("witness.signature", f"The co-signature of {key.name} does not hold.")
    return seconds


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is over exactly these bytes.

    Under a key that is a point of small order anybody makes a signature over anything, without any secret: none of them holds.
    """
    if (int.from_bytes(public, "little") % 2**255) % _PRIME in _SMALL:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def witness_key(name: str, private: bytes) -> str:
    """The line that verifies a witness's co-signatures."""
    encoded = bytes([WITNESS]) + Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return f"{name}+{_hint(name, encoded).hex()}+{b64encode(encoded).decode()}"


def cosign(note: Note, name: str, private: bytes, seconds: int) -> str:
    """A witness's line: that at this instant it saw the checkpoint, and nothing that contradicts it."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    hint = _hint(name, bytes([WITNESS]) + key.public_key().public_bytes_raw())
    signature = key.sign(f"cosignature/v1\ntime {seconds}\n{note.text}".encode())
    return f"— {name} {b64encode(hint + seconds.to_bytes(_INSTANT) + signature).decode()}"
