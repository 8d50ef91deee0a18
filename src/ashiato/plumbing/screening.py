"""Whether a file from outside may be kept: what its name, its declared type and its bytes say agree, and nothing in it acts by itself."""

import json
import subprocess
import sys
import tempfile

from ashiato.kernel.errors import Flaw, Refusal, invalid

MEDIA_TYPES = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "csv": "text/csv", "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip": "application/zip",
}  # fmt: skip
_UNDECLARED = ("", "application/octet-stream")
_OTHER_NAMES = {"csv": {"application/vnd.ms-excel", "text/plain"}, "zip": {"application/x-zip-compressed"}}  # as browsers spell them
_WALL_SECONDS = 12


def screen(extension: str, declared: str, content: bytes) -> str:
    """The media type of a file that may be kept. Refuses (`invalid`) an extension that is not accepted, a declared type or bytes that
    say another, archives beyond measure, and what acts by itself: scripts, macros, links elsewhere. It is looked at in a child process.
    """
    media_type = MEDIA_TYPES.get(extension)
    if media_type is None:
        raise _refused("file.extension", f"Accepted are {', '.join(sorted(MEDIA_TYPES))}.")
    told = declared.partition(";")[0].strip().casefold()
    if told not in _UNDECLARED and told != media_type and told not in _OTHER_NAMES.get(extension, ()):
        raise _refused("file.declared", "The declared type is not that of the name.")
    found = _looked_at(extension, content)
    if found:
        raise _refused(found["code"], found["message"])
    return media_type


def _looked_at(extension: str, content: bytes) -> dict[str, str]:
    command = [sys.executable, "-I", "-m", "ashiato.plumbing.screening_child", extension]
    with tempfile.TemporaryFile() as given:
        given.write(content)
        given.seek(0)
        try:
            done = subprocess.run(command, stdin=given, capture_output=True, timeout=_WALL_SECONDS, check=False)
            found: dict[str, str] = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):  # a child that was ended has said nothing
            return {"code": "file.too_large", "message": "The file needs more time or memory than one may use."}
    return found


def _refused(code: str, message: str) -> Refusal:
    return invalid(code, message, "Nothing was saved.", Flaw("file", code, message))
