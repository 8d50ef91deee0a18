"""Keys: what is sealed opens for its purpose only; a signature covers every byte; a note is the log's own."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import argon2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ashiato.plumbing import keys
from ashiato.plumbing.keys import LogKey, Seal, Signature

PRIVATE = keys.new_signing_key()
PAYLOAD = b'{"figure":"12.5"}'
SIGNED = keys.sign(PAYLOAD, PRIVATE)


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return Seal(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def log_key(tmp_path_factory: pytest.TempPathFactory) -> LogKey:
    return LogKey.of(tmp_path_factory.mktemp("home"), "https://ashiato.example/")


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_what_is_sealed_opens_for_its_purpose_only(seal: Seal) -> None:
    sealed = seal.seal(b"secret", "signing/1")
    assert seal.open(sealed, "signing/1") == b"secret"
    assert b"secret" not in sealed
    assert seal.seal(b"secret", "signing/1") != sealed, "every nonce is new"
    with pytest.raises(ValueError, match="purpose"):
        seal.open(sealed, "signing/2")


def test_every_changed_byte_of_a_sealed_secret_is_noticed(seal: Seal) -> None:
    sealed = seal.seal(b"secret", "p")
    for place in range(len(sealed)):
        with pytest.raises(ValueError, match=r".*"):
            seal.open(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], "p")
    for shorter in range(len(sealed)):
        with pytest.raises(ValueError, match=r".*"):
            seal.open(sealed[:shorter], "p")


def test_another_installation_cannot_open_it(seal: Seal, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="another key"):
        Seal(tmp_path).open(seal.seal(b"secret", "p"), "p")


def test_the_key_is_drawn_once(tmp_path: Path) -> None:
    assert Seal(tmp_path).open(Seal(tmp_path).seal(b"secret", "p"), "p") == b"secret"
    assert LogKey(tmp_path, "log").public == LogKey(tmp_path, "log").public


def test_a_signature_is_detached_and_names_its_key() -> None:
    protected, middle, _ = SIGNED.jws.split(".")
    assert middle == ""
    assert json.loads(unbase64(protected)) == {"alg": "Ed25519", "kid": SIGNED.key_id}
    assert set(SIGNED.key) == {"kty", "crv", "x"}, "the private half stays"
    assert keys.verifies(PAYLOAD, SIGNED)


def test_the_signature_is_what_rfc_7515_says() -> None:
    """Verified with nothing but the curve: base64url(header).base64url(payload) under Ed25519."""
    protected, _, signature = SIGNED.jws.partition("..")
    message = f"{protected}.{base64.urlsafe_b64encode(PAYLOAD).rstrip(b'=').decode()}".encode()
    Ed25519PublicKey.from_public_bytes(unbase64(SIGNED.key["x"])).verify(unbase64(signature), message)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_signed(payload: bytes) -> None:
    assert keys.verifies(payload, keys.sign(payload, PRIVATE))
    assert (payload == PAYLOAD) == keys.verifies(payload, SIGNED)


@pytest.mark.parametrize("place", range(len(SIGNED.jws)))
def test_every_changed_character_of_a_signature_is_noticed(place: int) -> None:
    """Also the last one, whose spare bits a lenient decoder drops."""
    for other in "AB_-9.=":
        if SIGNED.jws[place] != other:
            changed = SIGNED.jws[:place] + other + SIGNED.jws[place + 1 :]
            assert not keys.verifies(PAYLOAD, Signature(changed, SIGNED.key))


def test_every_changed_byte_of_the_payload_is_noticed() -> None:
    for place in range(len(PAYLOAD)):
        assert not keys.verifies(PAYLOAD[:place] + bytes([PAYLOAD[place] ^ 1]) + PAYLOAD[place + 1 :], SIGNED)


def test_anothers_key_does_not_verify() -> None:
    stranger = keys.public_part(keys.new_signing_key())
    assert not keys.verifies(PAYLOAD, Signature(SIGNED.jws, stranger))
    assert keys.key_id(stranger) != SIGNED.key_id


@pytest.mark.parametrize(
    "jws", ["", ".", "..", "...", "a..b", SIGNED.jws.replace("..", "."), SIGNED.jws + "..x", " " + SIGNED.jws, SIGNED.jws + "\n", "é..é", "\x00", "x" * 100_000]
)  # fmt: skip
def test_what_is_no_signature_does_not_verify(jws: str) -> None:
    assert not keys.verifies(PAYLOAD, Signature(jws, SIGNED.key))


@pytest.mark.parametrize("member", ["kty", "crv", "x"])
@pytest.mark.parametrize("value", [None, "", "x", "A" * 43, "é", "A" * 10_000])
def test_a_broken_key_does_not_verify(member: str, value: str | None) -> None:
    broken = {name: text for name, text in SIGNED.key.items() if name != member} | ({member: value} if value is not None else {})
    assert not keys.verifies(PAYLOAD, Signature(SIGNED.jws, broken))


def test_the_algorithm_is_not_the_signers_to_choose() -> None:
    protected = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": SIGNED.key_id}).encode()).rstrip(b"=").decode()
    assert not keys.verifies(PAYLOAD, Signature(f"{protected}..", SIGNED.key))


def test_passwords_are_hashed_with_salt_and_verified() -> None:
    one, other = keys.hash_password("correct horse"), keys.hash_password("correct horse")
    assert one != other
    assert one.startswith("$argon2id$")
    assert keys.password_matches(one, "correct horse")
    assert not keys.password_matches(one, "Correct horse")
    assert not keys.password_matches("no hash", "correct horse")
    assert len({keys.new_secret() for _ in range(100)}) == 100


def test_a_program_hashes_passwords_at_full_cost() -> None:
    """At least what OWASP asks for; the tests themselves hash at less (see conftest)."""
    told = subprocess.check_output([sys.executable, "-c", "from ashiato.plumbing import keys; print(keys.hash_password('correct horse'))"], text=True)
    cost = argon2.extract_parameters(told.strip())
    assert (cost.memory_cost >= 19 * 1024, cost.time_cost >= 2, cost.type) == (True, True, argon2.Type.ID)


def test_what_stands_for_nobodys_password_is_verified_at_the_cost_of_any_other() -> None:
    drawn = keys.unmatched_hash()
    assert argon2.extract_parameters(drawn) == argon2.extract_parameters(keys.hash_password("correct horse"))
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # it was computed, and not refused for its form
        argon2.PasswordHasher().verify(drawn, "correct horse")
    assert drawn != keys.unmatched_hash()


def test_a_note_is_the_logs_own(log_key: LogKey) -> None:
    note = log_key.sign_note("ashiato.example/log\n7\ncm9vdA==\n")
    assert log_key.name == "ashiato.example/log"
    assert keys.note_verifies(note, log_key.verifier_key)
    signature = base64.b64decode(note.rsplit(" ", 1)[1])
    assert signature[:4] == log_key.hint


def test_every_changed_character_of_a_note_is_noticed(log_key: LogKey) -> None:
    note = log_key.sign_note("ashiato.example/log\n7\ncm9vdA==\n")
    for place, character in enumerate(note.rstrip("\n")):
        other = "1" if character != "1" else "2"
        assert not keys.note_verifies(note[:place] + other + note[place + 1 :], log_key.verifier_key), f"at {place}: {character!r}"


def test_another_logs_note_does_not_verify(log_key: LogKey, tmp_path: Path) -> None:
    other = LogKey(tmp_path, log_key.name)
    assert not keys.note_verifies(other.sign_note("text\n"), log_key.verifier_key)
    assert not keys.note_verifies("text\n", log_key.verifier_key)
