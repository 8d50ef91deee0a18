"""Files as proof: announced with a name, kept once, known by their digest. The slice knows nothing of what they prove.

- A file belongs to one company; who else may read it is for the slice that uses it to decide.
- A file's name has one of the extensions of `EXTENSIONS` (the client of the Japanese interface offers these).
- What was kept is never changed: an announced name takes one file.
- `items` are files of another kind: encrypted, each under its own key, found again by digest within their company only.
"""

from ashiato.domain.evidence import items
from ashiato.domain.evidence.model import EXTENSIONS, File, NewFile
from ashiato.domain.evidence.service import announce, file, files_kept, kept, record

__all__ = ["EXTENSIONS", "File", "NewFile", "announce", "file", "files_kept", "items", "kept", "record"]
