"""Identifiers: distinct types for Ashiato's own, and parsing of the schemes that others issue.

Ashiato's identifiers are random UUIDs drawn per company, so that no identifier can be derived from another company's traffic.
"""

from typing import NewType
from uuid import UUID

from ashiato.kernel.errors import invalid

CompanyId = NewType("CompanyId", UUID)
PersonId = NewType("PersonId", UUID)
ClientId = NewType("ClientId", UUID)
SiteId = NewType("SiteId", UUID)
PartId = NewType("PartId", UUID)
RequestId = NewType("RequestId", UUID)
GrantId = NewType("GrantId", UUID)
FootprintId = NewType("FootprintId", UUID)
ReleaseId = NewType("ReleaseId", UUID)
DeclarationId = NewType("DeclarationId", UUID)
ImportId = NewType("ImportId", UUID)
CorporateNumber = NewType("CorporateNumber", str)
CompanyNumber = NewType("CompanyNumber", str)  # of whichever scheme

_CORPORATE_NUMBER_DIGITS = 13


def corporate_number(text: str) -> CorporateNumber:
    """A Japanese corporate number (法人番号): 13 digits of which the first is a check digit.

    The check digit is 9 − (Σ PₙQₙ mod 9) over the other twelve, counted from the right, with weights 1, 2, 1, 2 …
    (Ordinance on the designation of corporate numbers, Article 2). Refuses other lengths, letters and a wrong check digit.
    """
    digits = text.strip().replace("-", "").replace(" ", "")
    if len(digits) != _CORPORATE_NUMBER_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise invalid("corporate_number.form", f"“{text}” is not a corporate number.", "Write its 13 digits.")
    expected = corporate_check_digit(digits[1:])
    if digits[0] != expected:
        raise invalid(
            "corporate_number.check_digit", f"“{text}” has a wrong check digit.", f"With these twelve digits it would start with {expected}."
        )
    return CorporateNumber(digits)


def corporate_check_digit(twelve: str) -> str:
    """The digit that makes twelve digits a corporate number when it is put before them."""
    weighted = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(twelve)))
    return str(9 - weighted % 9)
