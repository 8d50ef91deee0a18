"""Files: the nouns and what may be a file's name (pure)."""

import re
from dataclasses import dataclass
from uuid import UUID

from ashiato.kernel.errors import Flaw

EXTENSIONS = frozenset(
    {"txt", "csv", "pdf", "doc", "docx", "odt", "ppt", "pptx", "odp", "xls", "xlsx", "ods", "jpeg", "jpg", "bmp", "gif", "png", "zip"}
)
LONGEST_NAME = 255
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]')


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as its company announces it."""

    name: str
    extension: str


@dataclass(frozen=True, slots=True)
class File:
    """An announced file; digest and size are None until its bytes are kept."""

    file_id: UUID
    name: str
    digest: str | None
    size: int | None


def name_flaw(file: NewFile) -> Flaw | None:
    """What is wrong with a name: empty, too long, with characters that no file system takes or nobody sees, or of a kind that is not accepted."""
    if not file.name.strip() or len(file.name) > LONGEST_NAME or _NOT_IN_NAMES.search(file.name):
        return Flaw("fileName", "file.name", "The name is empty, too long or has characters that a file's name cannot have.")
    if file.extension.casefold() not in EXTENSIONS:
        return Flaw("extension", "file.extension", f"Accepted are {', '.join(sorted(EXTENSIONS))}.")
    return None
