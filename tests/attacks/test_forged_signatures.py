"""Signatures that anybody can make without any key: no verifier of ours takes one, though the libraries below some of them do.

Under an Ed25519 key that is a point of small order nothing in a signature is secret; an ECDSA signature of r = s = 0 held in Java for years
(CVE-2022-21449). What is done with forged access tokens is in `plumbing/test_tokens`.
"""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey
from tests import assurance
from tests.audit.logs import OURS, Log
from tests.domain.test_proofs import follow_all
from tests.elsewhere import Authority
from tests.world import World

from ashiato import verifier
from ashiato.domain.participants import control, sso
from ashiato.domain.participants.sso_store import SignOn
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import keys
from ashiato.plumbing.keys import Signature, note_hint
from ashiato.plumbing.outbound import Outbound
from ashiato.verifier import Trust

PRIME = 2**255 - 19
EIGHTH = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
HEIGHTS = {"order four": 0, "order one": 1, "order two": PRIME - 1, "order eight": EIGHTH, "order eight, below": PRIME - EIGHTH, "order four, spelled otherwise": PRIME,
           "order one, spelled otherwise": PRIME + 1}  # fmt: skip
POINTS = {
    f"{name}, {side}": (height | sign << 255).to_bytes(32, "little")
    for name, height in HEIGHTS.items()
    for sign, side in enumerate(("right", "left"))
}
NOW = datetime.now(UTC)
ORDERS = {"ES256": (ec.SECP256R1(), 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, 32),
          "ES384": (ec.SECP384R1(), 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973, 48)}  # fmt: skip
PAIRS: dict[str, Callable[[int], tuple[int, int]]] = {
    "r = s = 0": lambda n: (0, 0), "r = 0": lambda n: (0, 1), "s = 0": lambda n: (1, 0), "r = s = the order": lambda n: (n, n), "r = the order": lambda n: (n, 1),
    "s = the order": lambda n: (1, n), "r and s beyond the order": lambda n: (n + 1, n + 1), "r = s = 1": lambda n: (1, 1),
}  # fmt: skip
VERIFIERS = ("detached signatures", "notes", "co-signatures", "certificates", "identity tokens")
LIBRARY = "the library alone, which takes them under every such key"


@pytest.fixture(scope="module")
def refused() -> Iterator[set[str]]:
    size = f"{len(POINTS)} keys of small order, {len(PAIRS)} pairs of r and s, {len(VERIFIERS)} verifiers"
    with assurance.all_of([*VERIFIERS, LIBRARY], assurance.Outcome("signatures without a key", size, None, "0 taken", LIBRARY)) as found:
        yield found


def anybodys(key: bytes, messages: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The first of these messages for which the library takes a signature that was made without a secret, and that signature."""
    for message in itertools.islice(messages, 1000):
        for first in POINTS.values():
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(first + bytes(32), message)
            except InvalidSignature:
                continue
            return message, first + bytes(32)
    raise AssertionError("the library takes none")


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def jwk(key: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": encoded(key)}


def test_the_library_takes_them(refused: set[str]) -> None:
    """The canary: each of these keys has a signature without a secret that holds in the library's eyes."""
    for key in POINTS.values():
        assert anybodys(key, (b"%d" % number for number in itertools.count()))
    with pytest.raises(AssertionError, match="takes none"):
        anybodys(OURS.private.public_key().public_bytes_raw(), (b"%d" % number for number in itertools.count()))
    refused.add(LIBRARY)


def test_no_detached_signature(refused: set[str]) -> None:
    for name, key in POINTS.items():
        protected = encoded(json.dumps({"alg": "Ed25519", "kid": OKPKey.import_key(dict(jwk(key))).thumbprint()}).encode())
        told, signature = anybodys(key, (f"{protected}.{encoded(b'%d' % number)}".encode() for number in itertools.count()))
        payload = base64.urlsafe_b64decode(told.split(b".")[1] + b"==")
        assert not keys.verifies(payload, Signature(f"{protected}..{encoded(signature)}", jwk(key))), name
        with pytest.raises(ValueError, match="small order"):
            keys.key_id(jwk(key))
    refused.add(VERIFIERS[0])


def key_line(name: str, kind: bytes, key: bytes) -> str:
    return f"{name}+{note_hint(name, kind + key).hex()}+{base64.b64encode(kind + key).decode()}"


def test_no_note(refused: set[str]) -> None:
    """Nor is a log that can say afterwards that somebody else has signed."""
    for name, key in POINTS.items():
        line = key_line("log", b"\x01", key)
        text, signature = anybodys(key, (f"log\n{number}\n{base64.b64encode(bytes(32)).decode()}\n".encode() for number in itertools.count()))
        note = f"{text.decode()}\n— log {base64.b64encode(note_hint('log', bytes([1]) + key) + signature).decode()}\n"
        bundle = {"schema": "ashiato/log-bundle/1", "verifier_key": line, "checkpoint": note, "entries": []}
        for trust in (Trust(), Trust((line,))):
            assert [finding.code for finding in verifier.verify_bundle(bundle, trust)] == ["note.signature"], name
        with pytest.raises(ValueError, match="small order"):
            keys.note_verifies(note, line)
    refused.add(VERIFIERS[1])


async def test_no_co_signature(world: World, tools: Tools, refused: set[str]) -> None:
    member = await world.company("Weak Witness Works")
    await follow_all(tools)
    told = await member.get("/log/checkpoint")
    honest = Log([b"{}"])
    for text, note in ((f"{told['note'].partition(chr(10) * 2)[0]}\n", None), (verifier.read_note(honest.note(1)).text, honest.note(1))):
        for name, key in POINTS.items():
            message, signature = anybodys(
                key, (f"cosignature/v1\ntime {second}\n{text}".encode() for second in itertools.count(int(NOW.timestamp()) * 4))
            )
            second = int(message.split(b"\n")[1].split()[1])
            signed = note_hint("w.example", b"\x04" + key) + second.to_bytes(8) + signature
            made = {"verifier_key": key_line("w.example", b"\x04", key), "line": f"— w.example {base64.b64encode(signed).decode()}"}
            if note is None:
                answer = await member.call("POST", "/log/cosignatures", json=made | {"tree_size": told["tree_size"]})
                assert (answer.status_code, answer.json()["code"]) == (422, "log.cosignature"), name
            else:
                bundle = honest.bundle(1, None, []) | {"cosignatures": [made]}
                found = verifier.verify_bundle(bundle, Trust((OURS.line,), witnesses=(made["verifier_key"],), quorum=1))
                assert [finding.code for finding in found] == ["witness.signature"], name
    refused.add(VERIFIERS[2])


def test_no_certificates_proof(tmp_path_factory: pytest.TempPathFactory, refused: set[str]) -> None:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    roots = Outbound(authorities=authority.file).roots()
    proof = control.Proof(uuid4(), "certificate", "cells.example", "ashiato-challenge=0", None, None)
    for key in POINTS.values():
        message, signature = anybodys(key, (f"ashiato-challenge={number}".encode() for number in itertools.count()))
        certificate = authority._signed(x509.Name([]), Held(key), NOW + timedelta(days=2), proof.subject)  # type: ignore[arg-type]
        chain = certificate.public_bytes(serialization.Encoding.PEM).decode()
        with pytest.raises(Refusal, match="prove nothing"):
            control.examine(replace(proof, challenge=message.decode()), chain, base64.b64encode(signature).decode(), NOW, roots)
    chain, private = (path.read_bytes() for path in authority.issue(host=proof.subject))  # type: ignore[assignment]
    signer = serialization.load_pem_private_key(private, None)  # type: ignore[arg-type]
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    good = signer.sign(proof.challenge.encode(), ec.ECDSA(hashes.SHA256()))
    for name, pair in {"the good one": None, **PAIRS}.items():
        der = good if pair is None else utils.encode_dss_signature(*pair(ORDERS["ES256"][1]))
        told = (proof, chain.decode(), base64.b64encode(der).decode(), NOW, roots)  # type: ignore[attr-defined]
        if pair is None:
            assert control.examine(*told).how == "certificate"
            continue
        with pytest.raises(Refusal, match="prove nothing"):
            pytest.fail(f"{name}: {control.examine(*told)}")
    refused.add(VERIFIERS[3])


class Held:
    """Whoever asks an authority to certify this key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def public_key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self._key)


def test_no_identity_token(refused: set[str]) -> None:
    came = SignOn(uuid4(), uuid4(), "https://login.example", "us", b"", "cells.example", "nonce", "verifier", "")
    claims = {
        "iss": came.issuer,
        "aud": "us",
        "sub": "s",
        "email": "a@cells.example",
        "nonce": "nonce",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
    }

    def judged(told: str, signature: bytes, key: dict[str, Any]) -> sso.Told:
        return sso.judged(f"{told}.{encoded(signature)}", {"keys": [key]}, came, NOW)

    for algorithm, (curve, order, size) in ORDERS.items():
        key = ECKey.generate_key({"ES256": "P-256", "ES384": "P-384"}[algorithm])
        assert key.private_key.curve.name == curve.name
        good = jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
        told, _, signature = good.rpartition(".")
        public = key.as_dict(private=False)
        assert judged(told, base64.urlsafe_b64decode(signature + "=="), public).subject == "s", "the canary: the good one is taken"
        for pair in PAIRS.values():
            r, s = pair(order)
            with pytest.raises(Refusal):
                judged(told, r.to_bytes(size) + s.to_bytes(size), public)
        with pytest.raises(Refusal):
            judged(told, bytes(2 * size), public | {"x": encoded(bytes(size)), "y": encoded(bytes(size))})
    for point, (name, algorithm) in itertools.product(POINTS.values(), (("OKP", "EdDSA"), ("OKP", "Ed25519"))):
        head = encoded(json.dumps({"alg": algorithm}).encode())
        each = (f"{head}.{encoded(json.dumps(claims | {'jti': str(number)}).encode())}".encode() for number in itertools.count())
        message, signature_of = anybodys(point, each)
        with pytest.raises(Refusal):
            judged(message.decode(), signature_of, jwk(point) | {"kty": name})
    refused.add(VERIFIERS[4])
