"""Files of rows become facts of the slices below: read, checked row by row, and registered only if the user asks for it.

- A file is a workbook (.xlsx) or a table (.csv; UTF-8 or cp932). Tables are recognised by their headers, in Japanese or
  English, in any order; columns that mean nothing here are kept with the row.
- Every error names file, sheet, cell, row, field, value, code, message (both languages) and, where there is one, a suggestion.
- Bad input changes nothing. Rows of one part stand or fall together. The same file twice changes nothing.
- The rows of a part in the sheets of structure, inventory and circularity replace what stood there for that part.
"""

from ashiato.domain.imports import answers, drafts, marking, mending
from ashiato.domain.imports.drafts import Draft, DraftOutline
from ashiato.domain.imports.export import catalogue
from ashiato.domain.imports.mending import Correction
from ashiato.domain.imports.report import Report, RowError
from ashiato.domain.imports.service import File, examine, history, open_file, records, register, take_suggestions
from ashiato.domain.imports.store import ImportRecord
from ashiato.domain.imports.tables import TABLES, AnswerKind, Column, TableKind, heading
from ashiato.domain.imports.template import asked_parts, empty_workbook

__all__ = [
    "TABLES",
    "AnswerKind",
    "Column",
    "Correction",
    "Draft",
    "DraftOutline",
    "File",
    "ImportRecord",
    "Report",
    "RowError",
    "TableKind",
    "answers",
    "asked_parts",
    "catalogue",
    "drafts",
    "empty_workbook",
    "examine",
    "heading",
    "history",
    "marking",
    "mending",
    "open_file",
    "records",
    "register",
    "take_suggestions",
]
