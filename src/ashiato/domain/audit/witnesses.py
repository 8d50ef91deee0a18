"""Members as witnesses: each co-signs checkpoints with a key of its own, which the platform never holds (C2SP tlog-cosignature)."""

import base64
import binascii
import re
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature

from ashiato.domain.audit import store
from ashiato.domain.audit.model import Cosignature
from ashiato.kernel.errors import absent, invalid
from ashiato.plumbing.keys import ed25519, note_hint
from ashiato.plumbing.unit_of_work import Work

_KIND = 4  # Ed25519 cosignatures, C2SP signed-note
_KEY = re.compile(r"(?P<name>[^\s+]{1,200})\+(?P<hint>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]{44,48})")
_SIGNED = 4 + 8 + 64  # bytes: the key's hint, the instant, the signature


async def cosign(work: Work, size: int, verifier_key: str, line: str) -> Cosignature:
    """Keeps the pinned company's co-signature under a checkpoint.

    Refuses (`absent`) a size that was not signed, (`invalid`) a line that is no co-signature of this checkpoint by this key.
    """
    signed = await store.checkpoint_of(work, size)
    if signed is None:
        raise absent("checkpoint")
    instant = _instant(signed.note.partition("\n\n")[0] + "\n", verifier_key, line)
    if instant is None:
        raise invalid("log.cosignature", "The line is no co-signature of this checkpoint by this key.", "Sign it as C2SP tlog-cosignature says.")
    cosignature = Cosignature(size, verifier_key, line, instant)
    await store.add_cosignature(work, cosignature)
    return cosignature


def _instant(text: str, verifier_key: str, line: str) -> datetime | None:
    """When a line says that it was made; None if it does not hold."""
    stated = _KEY.fullmatch(verifier_key)
    if stated is None or not line.startswith(f"— {stated['name']} "):
        return None
    try:
        key = base64.b64decode(stated["key"], validate=True)
        signed = base64.b64decode(line.removeprefix(f"— {stated['name']} "), validate=True)
        if key[0] != _KIND or len(signed) != _SIGNED or note_hint(stated["name"], key).hex() != stated["hint"] or signed[:4].hex() != stated["hint"]:
            return None
        seconds = int.from_bytes(signed[4:12])
        ed25519(key[1:]).verify(signed[12:], f"cosignature/v1\ntime {seconds}\n{text}".encode())
        return datetime.fromtimestamp(seconds, UTC)
    except (binascii.Error, InvalidSignature, ValueError, OverflowError, OSError):
        return None
