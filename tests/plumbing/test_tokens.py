"""Forged access tokens: each reads as nothing, whatever is wrong with it (RFC 8725, RFC 7515, RFC 9068)."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from tests import assurance

from ashiato.plumbing.keys import TokenKey

ISSUER = "https://ashiato.example"
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
HOME = Path("tokens-home")


def encoded(content: bytes | dict[str, Any]) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Forge:
    """An installation's key in an attacker's hands, to forge everything but what only the installation may say."""

    def __init__(self, home: Path) -> None:
        self.tokens = TokenKey(home, ISSUER)
        self.key = ECKey.import_key(json.loads((home / "secrets" / "tokens.jwk").read_text()))
        self.good = self.tokens.issue("client", "company", NOW).access_token
        header, claims, _ = self.good.split(".")
        self.header, self.claims = decoded(header), decoded(claims)

    def signed(self, header: dict[str, Any] | None = None, key: Any = None, without: tuple[str, ...] = (), **claims: Any) -> str:
        """A token with these changes, signed by the installation's own key unless another is given."""
        said = {name: value for name, value in (self.claims | claims).items() if name not in without}
        told = self.header | (header or {})
        told = {name: value for name, value in told.items() if value is not None}
        return self.raw(encoded(told), encoded(said), key)

    def raw(self, header: str, claims: str, key: Any = None) -> str:
        """ES256 over any two parts, with the curve alone."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415

        private = (key or self.key).private_key
        r, s = utils.decode_dss_signature(private.sign(f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256())))
        return f"{header}.{claims}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def unsigned(self, algorithm: str, signature: str = "") -> str:
        return f"{encoded(self.header | {'alg': algorithm})}.{encoded(self.claims)}.{signature}"

    def by_secret(self, algorithm: str, secret: bytes) -> str:
        told = f"{encoded(self.header | {'alg': algorithm})}.{encoded(self.claims)}"
        return f"{told}.{encoded(hmac.digest(secret, told.encode(), hashlib.sha256))}"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    return Forge(tmp_path_factory.mktemp("home"))


def instant(shift: timedelta = timedelta()) -> int:
    return int((NOW + shift).timestamp())


def parts(token: str) -> tuple[str, str, str]:
    header, claims, signature = token.split(".")
    return header, claims, signature


def pem(forge: Forge) -> bytes:
    return forge.key.as_pem(private=False)


def embedded(forge: Forge, name: str, value: Any) -> str:
    """A key of the attacker's own, named in the header."""
    own = ECKey.generate_key("P-256")
    value = own.as_dict(private=False) if value == "own key" else value
    return forge.signed({name: value}, key=own)


def encrypted(forge: Forge, algorithm: str, key: Any, zipped: bool = False) -> str:
    header = {"alg": algorithm, "enc": "A128GCM"} | ({"zip": "DEF"} if zipped else {})
    return jwe.encrypt_compact(header, forge.good.encode(), key, algorithms=[algorithm, "A128GCM", "DEF"])


def duplicated(forge: Forge) -> str:
    claims = json.dumps(forge.claims)[:-1] + ', "company_id": "another"}'
    return forge.raw(encoded(forge.header), encoded(claims.encode()))


FORGED: dict[str, Any] = {
    **{f"alg {name}": (lambda f, name=name: f.unsigned(name)) for name in ("none", "None", "NONE", "nOnE", "", "null", "ES256K", "es256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "HS512")},
    "alg none with the good signature": lambda f: f.unsigned("none", parts(f.good)[2]),
    "alg null": lambda f: f"{encoded(f.header | {'alg': None})}.{encoded(f.claims)}.{parts(f.good)[2]}",
    "no alg": lambda f: f.signed({"alg": None}),
    "alg a list": lambda f: f.signed({"alg": ["ES256"]}),
    "HS256 with the public key as PEM": lambda f: f.by_secret("HS256", pem(f)),
    "HS256 with the public key as JSON": lambda f: f.by_secret("HS256", json.dumps(f.key.as_dict(private=False)).encode()),
    "HS256 with the public x": lambda f: f.by_secret("HS256", base64.urlsafe_b64decode(f.key.as_dict(private=False)["x"] + "==")),
    "HS256 with an empty secret": lambda f: f.by_secret("HS256", b""),
    "another key of the same kind": lambda f: f.signed(key=ECKey.generate_key("P-256")),
    "another curve": lambda f: jwt.encode({"alg": "ES384", "typ": "at+jwt"}, f.claims, ECKey.generate_key("P-384"), algorithms=["ES384"]),
    "an RSA key": lambda f: jwt.encode({"alg": "RS256", "typ": "at+jwt"}, f.claims, RSAKey.generate_key(2048), algorithms=["RS256"]),
    "an Ed25519 key": lambda f: jwt.encode({"alg": "Ed25519", "typ": "at+jwt"}, f.claims, OKPKey.generate_key("Ed25519"), algorithms=["Ed25519"]),
    "another issuer": lambda f: f.signed(iss="https://evil.example"),
    "an issuer with a suffix": lambda f: f.signed(iss=f"{ISSUER}.evil.example"),
    "an issuer with a slash": lambda f: f.signed(iss=f"{ISSUER}/"),
    "an issuer in capitals": lambda f: f.signed(iss=ISSUER.upper()),
    "issuers as a list": lambda f: f.signed(iss=[ISSUER]),
    "no issuer": lambda f: f.signed(without=("iss",)),
    "an empty issuer": lambda f: f.signed(iss=""),
    "another audience": lambda f: f.signed(aud="https://evil.example"),
    "part of the audience": lambda f: f.signed(aud=ISSUER),
    "the audience in capitals": lambda f: f.signed(aud=f"{ISSUER}/API/V1"),
    "no audience": lambda f: f.signed(without=("aud",)),
    "audiences, none of them ours": lambda f: f.signed(aud=["https://evil.example", ISSUER]),
    "no audiences": lambda f: f.signed(aud=[]),
    "an audience that is an object": lambda f: f.signed(aud={f"{ISSUER}/api/v1": True}),
    "an identity token": lambda f: f.signed({"typ": "JWT"}),
    "no type": lambda f: f.signed({"typ": None}),
    "a type in another case": lambda f: f.signed({"typ": "AT+JWT"}),
    "the long type": lambda f: f.signed({"typ": "application/at+jwt"}),
    "expired a second ago": lambda f: f.signed(exp=instant(timedelta(seconds=-1))),
    "expires now": lambda f: f.signed(exp=instant()),
    "expired long ago": lambda f: f.signed(exp=0),
    "expires before time": lambda f: f.signed(exp=-1),
    "no expiry": lambda f: f.signed(without=("exp",)),
    "expiry null": lambda f: f.signed(exp=None),
    "expiry a fraction": lambda f: f.signed(exp=instant(timedelta(minutes=5)) + 0.5),
    "expiry a text": lambda f: f.signed(exp=str(instant(timedelta(minutes=5)))),
    "expiry true": lambda f: f.signed(exp=True),
    "expiry a list": lambda f: f.signed(exp=[instant(timedelta(minutes=5))]),
    "expiry beyond time": lambda f: f.signed(exp=1e20),
    "expiry in a century": lambda f: f.signed(exp=instant(timedelta(days=36_500))),
    "expiry infinite": lambda f: f.raw(encoded(f.header), encoded(json.dumps(f.claims | {"exp": 1e400}).encode())),
    "not valid yet": lambda f: f.signed(nbf=instant(timedelta(minutes=5))),
    "not before a text": lambda f: f.signed(nbf="tomorrow"),
    "issued tomorrow": lambda f: f.signed(iat=instant(timedelta(days=1))),
    "issued as a text": lambda f: f.signed(iat="today"),
    "no identifier": lambda f: f.signed(without=("jti",)),
    "an empty identifier": lambda f: f.signed(jti=""),
    "an identifier that is a number": lambda f: f.signed(jti=7),
    "no subject": lambda f: f.signed(without=("sub",)),
    "a subject that is an object": lambda f: f.signed(sub={"$ne": None}),
    "no company": lambda f: f.signed(without=("company_id",)),
    "companies as a list": lambda f: f.signed(company_id=["one", "two"]),
    "an unknown critical header": lambda f: f.signed({"crit": ["exp"], "exp": 1}),
    "a critical header of nothing": lambda f: f.signed({"crit": []}),
    "an unencoded payload": lambda f: f.signed({"b64": False, "crit": ["b64"]}),
    "a key in the header": lambda f: embedded(f, "jwk", "own key"),
    "an address of keys": lambda f: embedded(f, "jku", "https://evil.example/jwks.json"),
    "an address of certificates": lambda f: embedded(f, "x5u", "https://evil.example/cert.pem"),
    "certificates": lambda f: embedded(f, "x5c", ["MIIB"]),
    "our own key in the header": lambda f: f.signed({"jwk": f.key.as_dict(private=False)}),
    "a key id that is a path": lambda f: f.signed({"kid": "../../../../dev/null"}),
    "a key id that is SQL": lambda f: f.signed({"kid": "' UNION SELECT 'x"}),
    "a key id that is an address": lambda f: f.signed({"kid": "https://evil.example/key"}),
    "a key id that is a number": lambda f: f.signed({"kid": 1}),
    "an unknown header": lambda f: f.signed({"ver": 2}),
    "a content type of nested tokens": lambda f: f.signed({"cty": "JWT"}),
    "an empty signature": lambda f: f"{parts(f.good)[0]}.{parts(f.good)[1]}.",
    "r = s = 0": lambda f: f"{parts(f.good)[0]}.{parts(f.good)[1]}.{encoded(bytes(64))}",
    "r = s = the order": lambda f: f"{parts(f.good)[0]}.{parts(f.good)[1]}.{encoded(bytes.fromhex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551') * 2)}",
    "a signature in DER": lambda f: f"{parts(f.good)[0]}.{parts(f.good)[1]}.{encoded(bytes.fromhex('3006020101020101'))}",
    "half a signature": lambda f: f.good[:-40],
    "a signature of another token": lambda f: ".".join([*parts(f.good)[:2], parts(f.signed(sub="other"))[2]]),
    "claims of another token": lambda f: ".".join([parts(f.good)[0], encoded(f.claims | {"company_id": "other"}), parts(f.good)[2]]),
    "a signature with a spare bit set": lambda f: f.good[:-1] + chr(ord(f.good[-1]) + 1),
    "base64 with padding": lambda f: f.good + "==",
    "base64 of the wrong alphabet": lambda f: ".".join([parts(f.good)[0].replace("-", "+").replace("_", "/") + "=", *parts(f.good)[1:]]),
    "a line break": lambda f: f.good + "\n",
    "a space before": lambda f: " " + f.good,
    "a NUL": lambda f: f.good.replace(".", ".\x00", 1),
    "claims named twice": duplicated,
    "claims that are a list": lambda f: f.raw(encoded(f.header), encoded(b"[1]")),
    "claims that are a text": lambda f: f.raw(encoded(f.header), encoded(b'"x"')),
    "claims that are null": lambda f: f.raw(encoded(f.header), encoded(b"null")),
    "claims that are no JSON": lambda f: f.raw(encoded(f.header), encoded(b"{")),
    "claims that are no UTF-8": lambda f: f.raw(encoded(f.header), encoded(b"\xff\xfe")),
    "a header that is a list": lambda f: f.raw(encoded(b"[]"), encoded(f.claims)),
    "a header that is a number": lambda f: f.raw(encoded(b"1"), encoded(f.claims)),
    "a header that is null": lambda f: f.raw(encoded(b"null"), encoded(f.claims)),
    "no header": lambda f: "." + f.good.split(".", 1)[1],
    "endless nesting": lambda f: f.raw(encoded(f.header), encoded(b"[" * 1400)),
    "endless nesting in the header": lambda f: f"{encoded(b'[' * 1400)}.{encoded(f.claims)}.{parts(f.good)[2]}",
    "two parts": lambda f: f.good.rsplit(".", 1)[0],
    "four parts": lambda f: f.good + ".x",
    "a token in a token": lambda f: f.raw(encoded(f.header | {"cty": "JWT"}), encoded(f.good.encode())),
    "encrypted instead of signed": lambda f: encrypted(f, "dir", OctKey.generate_key(128)),
    "encrypted with a password": lambda f: f"{encoded({'alg': 'PBES2-HS256+A128KW', 'enc': 'A128GCM', 'p2c': 10**9, 'p2s': 'AAAA'})}.AAAA.AAAA.AAAA.AAAA",
    "a compressed bomb": lambda f: f.raw(encoded(f.header | {"zip": "DEF"}), encoded(zlib.compress(b"0" * 10**6)[:900])),
    "huge": lambda f: f.signed(sub="x" * 2**20),
    "a huge header": lambda f: f.signed({"kid": "x" * 2**20}),
    "dots": lambda f: "." * 5000,
    "two dots": lambda f: "..",
    "garbage": lambda f: "garbage.garbage.garbage",
    "not ASCII": lambda f: "é.é.é",
    "a lone surrogate": lambda f: "\ud800.\ud800.\ud800",
    "nothing": lambda f: "",
}  # fmt: skip


CARELESS = "a reader that looks at no signature"


@pytest.fixture(scope="module")
def refused() -> Iterator[set[str]]:
    size = f"{len(FORGED)} forged access tokens"
    with assurance.all_of([*FORGED, CARELESS], assurance.Outcome("token attacks", size, None, "0 accepted", CARELESS)) as found:
        yield found


def test_a_good_token_names_its_client_and_company(forge: Forge) -> None:
    """The canary: what the forge signs without a change is accepted, so that each forgery fails for what it changes."""
    assert forge.tokens.read(forge.good, NOW) == ("client", "company")
    assert forge.tokens.read(forge.signed(), NOW) == ("client", "company")
    assert forge.tokens.read(forge.signed(nbf=instant(), sub="other"), NOW) == ("other", "company")
    assert len(FORGED) >= 100


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_read_as_nothing(forge: Forge, refused: set[str], name: str) -> None:
    assert forge.tokens.read(FORGED[name](forge), NOW) is None
    refused.add(name)


def test_a_careless_reader_would_be_noticed(forge: Forge, refused: set[str]) -> None:
    """The canary of the list: who only unpacks what a token says takes most of it."""

    def careless(token: str) -> Any:
        try:
            return decoded(token.split(".")[1])["company_id"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None

    assert sum(careless(make(forge)) is not None for make in FORGED.values()) >= 60
    refused.add(CARELESS)


def test_a_token_lasts_half_an_hour(forge: Forge) -> None:
    token = forge.tokens.issue("client", "company", NOW)
    assert token.expires_in == 1800
    assert forge.tokens.read(token.access_token, NOW + timedelta(minutes=29, seconds=59)) is not None
    assert forge.tokens.read(token.access_token, NOW + timedelta(minutes=30)) is None


def test_every_changed_character_is_noticed(forge: Forge) -> None:
    for place, character in enumerate(forge.good):
        for other in "AZ":
            if other != character:
                changed = forge.good[:place] + other + forge.good[place + 1 :]
                assert forge.tokens.read(changed, NOW) is None, f"at {place}"


def test_every_token_is_new(forge: Forge) -> None:
    assert len({forge.tokens.issue("client", "company", NOW).access_token for _ in range(20)}) == 20


def test_another_installation_reads_nothing(forge: Forge, tmp_path: Path) -> None:
    assert TokenKey(tmp_path, ISSUER).read(forge.good, NOW) is None
    own = TokenKey(tmp_path, "https://elsewhere.example").issue("client", "company", NOW).access_token
    assert forge.tokens.read(own, NOW) is None


def test_the_public_keys_hold_nothing_private(forge: Forge) -> None:
    (key,) = forge.tokens.jwks["keys"]
    assert "d" not in key
    assert key["use"] == "sig"
    assert (
        jwt.decode(forge.good, ECKey.import_key({name: key[name] for name in ("kty", "crv", "x", "y")}), algorithms=["ES256"]).claims["sub"]
        == "client"
    )
