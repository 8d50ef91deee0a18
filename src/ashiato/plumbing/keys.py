"""Keys: sealing of what is stored, detached signatures of what is frozen, tokens for programs, hashes of passwords."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import argon2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from ashiato.kernel.digest import parse
from ashiato.plumbing import secrets_folder

SIGNATURE_ALGORITHM = "Ed25519"  # RFC 9864; the same signature as EdDSA with this curve
TOKEN_ALGORITHM = "ES256"  # noqa: S105 — a name, not a secret
_TOKEN_MINUTES = 30
_NONCE = 12
_LONGEST_TOKEN = 4096
_PRIME = 2**255 - 19  # of the field that Ed25519 counts in
_EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022  # y of a point of order eight; also below zero
_SMALL = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})

_passwords = argon2.PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id hash with its salt and cost."""
    return _passwords.hash(password)


def unmatched_hash() -> str:
    """A hash that no password is known to have, and that costs as much to verify as any other. It is drawn, not computed."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_passwords.salt_len, _passwords.hash_len))
    cost = f"m={_passwords.memory_cost},t={_passwords.time_cost},p={_passwords.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def password_matches(hashed: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return _passwords.verify(hashed, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def new_secret() -> str:
    """A random secret of 256 bits for a session, a client or an invitation."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """What is stored of a random secret. It needs no salt: it cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()


class Seal:
    """Encryption of stored secrets under the installation's master key (AES-256-GCM)."""

    def __init__(self, home: Path) -> None:
        self._cipher = AESGCM(secrets_folder.keep(home, "master.key", lambda: AESGCM.generate_key(256)))

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """The encrypted bytes, bound to what they are for."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The bytes that were sealed for this purpose. Raises ValueError for any others."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
        except InvalidTag as error:
            raise ValueError("sealed under another key or for another purpose") from error


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached JWS (RFC 7515 appendix F) over canonical bytes, with the public key that verifies it."""

    jws: str
    key: dict[str, str]

    @property
    def key_id(self) -> str:
        return key_id(self.key)


def new_signing_key() -> dict[str, str]:
    """A fresh Ed25519 key pair as a private JWK."""
    return {name: str(value) for name, value in OKPKey.generate_key("Ed25519").as_dict(private=True).items() if name in ("kty", "crv", "x", "d")}


def public_part(private_jwk: dict[str, str]) -> dict[str, str]:
    """The JWK that others verify with."""
    return {name: value for name, value in private_jwk.items() if name != "d"}


def ed25519(public: bytes) -> Ed25519PublicKey:
    """The key that these bytes spell. Raises ValueError for what is none, and for a point of small order: under such a key anybody makes a
    signature over anything, without any secret, and the library takes it.
    """
    if (int.from_bytes(public, "little") % 2**255) % _PRIME in _SMALL:
        raise ValueError("a key of small order")
    return Ed25519PublicKey.from_public_bytes(public)


def key_id(jwk: dict[str, str]) -> str:
    """The key's thumbprint (RFC 7638): a name that nobody can give to another key. Raises ValueError for what is no Ed25519 key."""
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):  # joserfc takes both for granted
        raise ValueError("not an Ed25519 key")
    try:
        key = OKPKey.import_key(dict(public_part(jwk)))
    except JoseError as error:
        raise ValueError("not an Ed25519 key") from error
    ed25519(base64.urlsafe_b64decode(jwk["x"] + "=="))
    return key.thumbprint()


def sign(payload: bytes, private_jwk: dict[str, str]) -> Signature:
    """Signs bytes; the signature travels beside them."""
    return signer(private_jwk, key_id(private_jwk))(payload)


def signer(private_jwk: dict[str, str], named: str) -> Callable[[bytes], Signature]:
    """What signs bytes with a key of this identifier: the key is taken up once, however many it signs."""
    private, public = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(private_jwk["d"] + "==")), public_part(private_jwk)
    protected = _encoded(json.dumps({"alg": SIGNATURE_ALGORITHM, "kid": named}, separators=(",", ":")).encode())

    def signed(payload: bytes) -> Signature:
        return Signature(f"{protected}..{_encoded(private.sign(f'{protected}.{_encoded(payload)}'.encode()))}", public)

    return signed


def _encoded(plain: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def verifies(payload: bytes, signature: Signature) -> bool:
    """Whether the signature is over exactly these bytes, by exactly this key."""
    protected, _, value = signature.jws.partition("..")
    try:
        opened = jws.deserialize_compact(
            f"{protected}.{_encoded(payload)}.{value}", OKPKey.import_key(dict(signature.key)), algorithms=[SIGNATURE_ALGORITHM]
        )
        return opened.headers().get("kid") == signature.key_id
    except (JoseError, ValueError, KeyError):
        return False


class LogKey:
    """The key of the transparency log: Ed25519, signing notes in the C2SP format."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(
            secrets_folder.keep(home, "log.key", lambda: Ed25519PrivateKey.generate().private_bytes_raw())
        )

    @staticmethod
    def of(home: Path, public_url: str) -> "LogKey":
        """The log of an installation, named after the address that it had first: whoever has seen the log knows it by that name."""
        name = public_url.split("://", 1)[-1].rstrip("/") + "/log"
        return LogKey(home, secrets_folder.keep(home, "log.name", name.encode).decode())

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def hint(self) -> bytes:
        return note_hint(self.name, b"\x01" + self.public)

    @property
    def verifier_key(self) -> str:
        """`name+hint+base64(algorithm ‖ key)`: the line with which anybody verifies the log's notes."""
        return f"{self.name}+{self.hint.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def sign_note(self, text: str) -> str:
        """The text with the log's signature line below it. The text ends with a newline."""
        signature = base64.b64encode(self.hint + self._private.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"


def note_hint(name: str, key: bytes) -> bytes:
    """The first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ key), by which a signed note names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def note_verifies(note: str, verifier_key: str) -> bool:
    """Whether a signed note carries a good signature by the key that the verifier line names."""
    name, hint, encoded = verifier_key.split("+", 2)
    text, separator, signatures = note.partition("\n\n")
    public = ed25519(base64.b64decode(encoded)[1:])
    for line in signatures.splitlines() if separator else []:
        prefix = f"— {name} "
        if line.startswith(prefix):
            try:
                told = line.removeprefix(prefix)
                signature = base64.b64decode(told, validate=True)
                public.verify(signature[4:], f"{text}\n".encode())
            except Exception:  # noqa: BLE001 — whatever is wrong with it, it is no signature
                return False
            return signature[:4].hex() == hint and base64.b64encode(signature).decode() == told
    return False


@dataclass(frozen=True, slots=True)
class Token:
    """An access token for a program, and how long it lasts."""

    access_token: str
    expires_in: int


class TokenKey:
    """Issues and reads the ES256 access tokens of one installation: `iss`, `aud`, `exp` and `jti` are always there."""

    def __init__(self, home: Path, issuer: str, audience: str = "api/v1") -> None:
        private = secrets_folder.keep(home, "tokens.jwk", lambda: json.dumps(ECKey.generate_key("P-256").as_dict(private=True)).encode())
        self._key = ECKey.import_key(json.loads(private))
        self._issuer = issuer
        self._audience = f"{issuer}/{audience}"
        self._header = {"alg": TOKEN_ALGORITHM, "kid": self._key.thumbprint(), "typ": "at+jwt"}

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key set (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False) | {"kid": self._key.thumbprint(), "alg": TOKEN_ALGORITHM, "use": "sig"}]}

    def issue(self, subject: str, company_id: str, now: datetime) -> Token:
        """A token for one client of one company, for half an hour."""
        lifetime = timedelta(minutes=_TOKEN_MINUTES)
        claims = {
            "iss": self._issuer, "aud": self._audience, "sub": subject, "company_id": company_id, "jti": secrets.token_urlsafe(16),
            "iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp()),
        }  # fmt: skip
        return Token(jwt.encode(dict(self._header), claims, self._key, algorithms=[TOKEN_ALGORITHM]), int(lifetime.total_seconds()))

    def read(self, token: str, now: datetime) -> tuple[str, str] | None:
        """The client and the company that a good token names; None for every other text, whatever is wrong with it."""
        if len(token) > _LONGEST_TOKEN:
            return None
        try:
            opened = jws.deserialize_compact(token, self._key, algorithms=[TOKEN_ALGORITHM])
            claims = cast(dict[str, Any], parse(opened.payload or b""))  # says one thing only: no member twice, no fraction
            self._claims_at(now).validate(claims)
            subject, company_id, ends = claims["sub"], claims["company_id"], claims["exp"]
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        ours = opened.headers() == self._header and ends <= (now + timedelta(minutes=_TOKEN_MINUTES)).timestamp()
        return (subject, company_id) if ours and isinstance(subject, str) and isinstance(company_id, str) else None

    def _claims_at(self, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            jti={"essential": True},
            sub={"essential": True},
            company_id={"essential": True},
        )
