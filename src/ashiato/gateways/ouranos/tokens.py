"""Access tokens that a client reads (`operator_id`, `exp`) and addresses that open one file for one company, both signed here."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from ashiato.plumbing import secrets_folder

_ALGORITHM = "ES256"
_SESSION_MINUTES = 60
_FILE_MINUTES = 5
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class FileAddress:
    """What one address allows: one company (`bearer_id`) to send or fetch one file of an owner's, for a few minutes."""

    owner_id: UUID
    bearer_id: UUID
    file_id: UUID
    deed: Literal["put", "get"]


class OperatorTokens:
    """Signs and reads what this interface hands out. Nothing that was signed for one purpose is good for another."""

    def __init__(self, home: Path, issuer: str) -> None:
        private = secrets_folder.keep(home, "operator-tokens.jwk", lambda: json.dumps(ECKey.generate_key("P-256").as_dict(private=True)).encode())
        self._key = ECKey.import_key(json.loads(private))
        self._issuer = issuer
        self._header = {"alg": _ALGORITHM, "kid": self._key.thumbprint(), "typ": "JWT"}

    def issue(self, company_id: UUID, session_hash: bytes, now: datetime) -> str:
        """An access token for an hour at most: it is good no longer than the session that it names."""
        session = base64.urlsafe_b64encode(session_hash).decode()
        return self._sign("auth", {"operator_id": str(company_id), "sid": session}, now, _SESSION_MINUTES)

    def session_hash(self, token: str, now: datetime) -> bytes | None:
        """The session that a good access token names; None for every other text."""
        claims = self._claims("auth", token, now)
        try:
            return base64.urlsafe_b64decode(claims["sid"]) if claims else None
        except (KeyError, ValueError, TypeError):
            return None

    def address(self, allowed: FileAddress, now: datetime) -> str:
        """What opens a file for a few minutes, to be put at the end of an address."""
        claims = {"own": str(allowed.owner_id), "for": str(allowed.bearer_id), "file": str(allowed.file_id), "deed": allowed.deed}
        return self._sign("files", claims, now, _FILE_MINUTES)

    def allowed(self, token: str, deed: str, now: datetime) -> FileAddress | None:
        """What a good address allows; None for every other text."""
        claims = self._claims("files", token, now)
        try:
            if not claims or claims["deed"] != deed:
                return None
            return FileAddress(UUID(claims["own"]), UUID(claims["for"]), UUID(claims["file"]), claims["deed"])
        except (KeyError, ValueError, TypeError, AttributeError):
            return None

    def _sign(self, purpose: str, claims: dict[str, Any], now: datetime, minutes: int) -> str:
        times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(minutes=minutes)).timestamp())}
        every = {"iss": self._issuer, "aud": f"{self._issuer}/{purpose}", "jti": secrets.token_urlsafe(16)} | claims | times
        return jwt.encode(dict(self._header), every, self._key, algorithms=[_ALGORITHM])

    def _claims(self, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            opened = jws.deserialize_compact(token, self._key, algorithms=[_ALGORITHM])
            claims = json.loads(opened.payload or b"")
            good = opened.headers() == self._header and (claims["iss"], claims["aud"]) == (self._issuer, f"{self._issuer}/{purpose}")
            return claims if good and claims["exp"] > now.timestamp() else None
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            return None


@cache
def operator_tokens(home: Path, issuer: str) -> OperatorTokens:
    """The installation's own."""
    return OperatorTokens(home, issuer)
