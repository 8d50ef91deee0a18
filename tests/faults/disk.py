"""What a disk holds after the power fails: only what was synced, read from the system calls of the writer."""

import re
from dataclasses import dataclass, field

_CALL = re.compile(r"^\d+\s+(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)", re.MULTILINE)


@dataclass
class Disk:
    """Names and contents that are durable, and those that are not yet."""

    dirty: set[str] = field(default_factory=set)
    unnamed: dict[str, str] = field(default_factory=dict)  # durable content under a name that is not durable: the folder that must be synced
    kept: set[str] = field(default_factory=set)

    def call(self, name: str, arguments: str, result: int) -> None:
        """Takes note of a call that succeeded."""
        path = found[1] if (found := re.match(r"\d+<([^>]*)>", arguments)) else ""
        if result < 0:
            return
        if name == "write" and path:
            self.dirty.add(path)
        elif name in ("fsync", "fdatasync"):
            self.dirty.discard(path)
            for kept in [kept for kept, folder in self.unnamed.items() if folder == path]:
                del self.unnamed[kept]
                self.kept.add(kept)
        elif name in ("rename", "renameat", "renameat2"):
            source, target = re.findall(r'"([^"]*)"', arguments)[:2]
            if source not in self.dirty:
                self.unnamed[target] = target.rsplit("/", 1)[0]


def survivors(trace: str, until: str = "said") -> set[str]:
    """The paths whose bytes are durable when the writer acknowledges (writes to a file of this name)."""
    disk = Disk()
    for call in _CALL.finditer(trace):
        if call["name"] == "write" and f"/{until}>" in call["arguments"][:300]:
            return disk.kept
        disk.call(call["name"], call["arguments"], int(call["result"]))
    return set()
