"""A company's bundle (a zip archive): that it is whole, that nothing in it was changed, and that the installation's log key signed it."""

import hashlib
import json
import re
import zipfile
import zlib
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ashiato.verifier.bundles import Finding, Trust, verify_bundle
from ashiato.verifier.notes import Flaw, Key, holds, read_key

COMPANY_BUNDLE = "ashiato/company-bundle/1"
_NAME = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)?(\.[a-z]+)?")
_HEX = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Budget:
    """How much is unpacked at most: files, bytes altogether, bytes of the manifest and of the log's proofs, and how often larger than packed."""

    files: int = 1_000_000
    size: int = 64 << 30
    manifest: int = 256 << 20
    log: int = 2 << 30
    ratio: int = 400


@dataclass(frozen=True)
class CompanyBundle:
    """What a bundle says of itself, as far as it could be read, and what does not hold of it."""

    manifest: dict[str, Any] | None
    findings: list[Finding]


def verify_company_bundle(file: Path | IO[bytes], trust: Trust, budget: Budget | None = None) -> CompanyBundle:
    """Everything that does not hold of a company's bundle. Without keys in `trust` the bundle's own statement is taken for the key."""
    manifest: dict[str, Any] | None = None
    try:
        with zipfile.ZipFile(file) as archive:
            entries = _entries(archive, budget or Budget())
            manifest = _manifest(archive, entries, trust)
            findings = _compare(archive, entries, manifest)
            if not findings:
                findings = _log(archive, manifest, trust)
    except Flaw as flaw:
        return CompanyBundle(manifest, [Finding(flaw.code, "bundle", str(flaw))])
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, TypeError) as error:
        return CompanyBundle(manifest, [Finding("bundle.form", "bundle", f"This is no bundle, or it is damaged ({type(error).__name__}).")])
    return CompanyBundle(manifest, findings)


def _entries(archive: zipfile.ZipFile, budget: Budget) -> dict[str, zipfile.ZipInfo]:
    listed = archive.infolist()
    entries = {entry.filename: entry for entry in listed}
    if len(entries) != len(listed):
        raise Flaw("bundle.twice", "The archive holds two files of one name.")
    if len(listed) > budget.files or sum(entry.file_size for entry in listed) > budget.size:
        raise Flaw("bundle.too_large", "The archive unpacks to more than is accepted.")
    for entry in listed:
        if _NAME.fullmatch(entry.filename) is None or entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Flaw("bundle.entry", f"The archive holds a file that no bundle has: {entry.filename[:80]!r}.")
        if entry.file_size > budget.ratio * max(entry.compress_size, 1024):
            raise Flaw("bundle.too_large", f"{entry.filename} unpacks to much more than it is: a bomb.")
    if "manifest.json" in entries and entries["manifest.json"].file_size > budget.manifest:
        raise Flaw("bundle.too_large", "The manifest is larger than is accepted.")
    if "log.json" in entries and entries["log.json"].file_size > budget.log:
        raise Flaw("bundle.too_large", "The log's proofs are larger than is accepted.")
    return entries


def _manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], trust: Trust) -> dict[str, Any]:
    for name in ("manifest.json", "manifest.note"):
        if name not in entries:
            raise Flaw("bundle.missing", f"{name} is missing.")
    text = archive.read("manifest.json")
    manifest = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("schema"), str):
        raise Flaw("bundle.form", "The manifest is not as a manifest is.")
    if manifest["schema"] != COMPANY_BUNDLE:
        raise Flaw("bundle.version", f"This is of another form ({manifest['schema'][:80]}); {COMPANY_BUNDLE} is read here.")
    _signed(archive.read("manifest.note").decode(), hashlib.sha256(text).hexdigest(), manifest, trust)
    return manifest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def _signed(note: str, digest: str, manifest: dict[str, Any], trust: Trust) -> None:
    """Raises Flaw unless one of the trusted keys signed this manifest: `bundle.signer`, `bundle.signature`."""
    keys = [read_key(line) for line in trust.keys or (manifest["platform"]["verifier_key"],)]
    for key in keys:
        signature = _signature(note, key)
        if signature is None:
            continue
        text = f"{key.name} company bundle\nsha256:{digest}\n"
        if not note.startswith(f"{text}\n") or not holds(key.public, signature, text.encode()):
            raise Flaw("bundle.signature", "The manifest was changed after it was signed, or the signature is another's.")
        return
    raise Flaw("bundle.signer", "The bundle is not signed by an installation that is trusted here.")


def _signature(note: str, key: Key) -> bytes | None:
    _, _, below = note.partition("\n\n")
    for line in below.splitlines():
        found = re.fullmatch(r"— (\S+) ([A-Za-z0-9+/=]+)", line)
        if found and found[1] == key.name:
            signature = b64decode(found[2], validate=True)
            if signature[:4] == key.hint:
                return signature[4:]
    return None


def _compare(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], manifest: dict[str, Any]) -> list[Finding]:
    listed = {file["name"]: file for file in manifest["files"]}
    if len(listed) != len(manifest["files"]):
        raise Flaw("bundle.form", "The manifest names a file twice.")
    findings = [Finding("bundle.missing", name, "The file is missing.") for name in sorted(listed.keys() - entries.keys())]
    strangers = entries.keys() - listed.keys() - {"manifest.json", "manifest.note"}
    findings += [Finding("bundle.stranger", name, "The manifest does not name this file.") for name in sorted(strangers)]
    for name in sorted(listed.keys() & entries.keys()):
        told = listed[name]
        if _HEX.fullmatch(told["sha256"]) is None or _digest(archive, entries[name], told["size"]) != told["sha256"]:
            findings.append(Finding("bundle.changed", name, "The file was changed."))
    return findings


def _digest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int) -> str | None:
    """The digest of a file's bytes; None where they are not as many as were signed, or are damaged."""
    hasher, read = hashlib.sha256(), 0
    try:
        with archive.open(entry) as file:
            while block := file.read(_BLOCK):
                hasher.update(block)
                read += len(block)
                if read > size:
                    return None
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error):
        return None
    return hasher.hexdigest() if read == size else None


def _log(archive: zipfile.ZipFile, manifest: dict[str, Any], trust: Trust) -> list[Finding]:
    proofs = json.loads(archive.read("log.json"))
    if proofs is None:
        return []
    findings = verify_bundle(proofs, trust)
    ours = manifest["company"]["company_id"]
    for place, entry in enumerate(proofs["entries"]) if not findings else ():
        fact = json.loads(entry["content"]) if entry["content"] else None
        if fact is not None and fact["company_id"] != ours and ours not in fact["subject"].values():
            findings.append(Finding("entry.stranger", f"entry {place}", "The fact does not concern this company."))
    return findings
