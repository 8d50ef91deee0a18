"""Arrays in a file that is mapped into memory: replaced whole or not at all, and nothing damaged is taken for good."""

import fcntl
import json
import mmap
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ashiato.plumbing.durable import sync_folder

_MAGIC = b"ashiato\x01"  # the last byte is this format's version
_PREFIX = len(_MAGIC) + 8  # then the header's length and its checksum
_ALIGNED = 64

Rows = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a file holds: what it says about itself, and its arrays, which cannot be written to."""

    about: dict[str, Any]
    arrays: dict[str, Rows]


def keep(path: Path, about: Mapping[str, Any], arrays: Mapping[str, Rows]) -> None:
    """Replaces the file at once by one with these arrays; whoever is killed on the way leaves the file as it was."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    parts = {name: np.ascontiguousarray(array).view(np.uint8).data for name, array in arrays.items()}
    checksum = 0
    for part in parts.values():
        checksum = zlib.crc32(part, checksum)
    described = {name: [np.lib.format.dtype_to_descr(array.dtype), len(array)] for name, array in arrays.items()}
    header = json.dumps({"about": dict(about), "arrays": described, "checksum": checksum}).encode()
    header += b" " * (-(_PREFIX + len(header)) % _ALIGNED)
    with (path.parent / f".{path.name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one writer at a time; the lock ends with its holder
        fresh = path.parent / f".{path.name}.fresh"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            length = len(header).to_bytes(4, "big")
            file.write(_MAGIC + length + zlib.crc32(length + header).to_bytes(4, "big") + header)
            for part in parts.values():
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)


def held(path: Path) -> Mapped | None:
    """What the file holds; None where there is none, where it is damaged, and where another version wrote it."""
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (FileNotFoundError, ValueError):  # an empty file cannot be mapped
        return None
    length, checksum = whole[len(_MAGIC) : _PREFIX - 4], whole[_PREFIX - 4 : _PREFIX]
    end = _PREFIX + int.from_bytes(length, "big")
    header = bytes(whole[_PREFIX:end])
    if len(whole) < _PREFIX or whole[: len(_MAGIC)] != _MAGIC or zlib.crc32(bytes(length) + header) != int.from_bytes(checksum, "big"):
        return None
    told = json.loads(header)
    if zlib.crc32(whole[end:]) != told["checksum"]:
        return None
    arrays: dict[str, Rows] = {}
    for name, (described, count) in told["arrays"].items():
        shape = np.dtype([tuple(field) for field in described])
        arrays[name] = np.frombuffer(whole, shape, count, end)
        end += count * shape.itemsize
    return Mapped(told["about"], arrays)
