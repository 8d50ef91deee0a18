"""The messages about workbooks of answers."""

from typing import Any

from ashiato.gateways.rest.wire.imports import RowErrorOut
from ashiato.gateways.rest.wire.words import Out


class AnsweringOut(Out):
    """What is, or would be, released of one part; to how many requests of the workbook; and how many did not have it yet."""

    part_number: str
    release: dict[str, Any]
    requests: int
    handed_over: int


class AnswersOut(Out):
    """What came of a workbook of answers. Unless `saved` is true, nothing was."""

    file: str
    rows: int
    answered: int
    declined: int
    unchanged: int
    open: int
    ready: int
    saved: bool
    answers: list[AnsweringOut]
    errors: list[RowErrorOut]
