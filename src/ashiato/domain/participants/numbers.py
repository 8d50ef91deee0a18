"""The numbers that companies are known by: parsed, and checked as far as each scheme allows. The forms of the four schemes are disjoint."""

import re
from enum import StrEnum

from ashiato.kernel.errors import invalid
from ashiato.kernel.ids import CompanyNumber, corporate_number

_LEI = re.compile("[0-9A-Z]{18}[0-9]{2}")
_DUNS = re.compile("[0-9]{9}")
_BPN = re.compile("BPNL[0-9A-Z]{12}")


def lei(text: str) -> str:
    """A legal entity identifier (ISO 17442): 18 letters or digits and two check digits, by which the whole is 1 modulo 97 (ISO 7064, MOD 97-10).

    Refuses another form and wrong check digits.
    """
    plain = _compact(text)
    if _LEI.fullmatch(plain) is None:
        raise invalid("lei.form", f"“{text}” is not an LEI.", "Write its 20 letters and digits.")
    if int("".join(str(int(character, 36)) for character in plain)) % 97 != 1:
        raise invalid("lei.check_digits", f"“{text}” has wrong check digits.", "Compare it with the certificate of your LEI.")
    return plain


def duns(text: str) -> str:
    """A D-U-N-S number: nine digits; it has no check digit that is still kept. Refuses another form."""
    plain = _compact(text)
    if _DUNS.fullmatch(plain) is None:
        raise invalid("duns.form", f"“{text}” is not a D-U-N-S number.", "Write its nine digits.")
    return plain


def bpn(text: str) -> str:
    """A business partner number of a legal entity (Catena-X CX-0010): BPNL and twelve letters or digits. Refuses another form.

    Its last two characters are a checksum whose algorithm the standard leaves to the issuing agency, so they are not checked here.
    """
    plain = _compact(text)
    if _BPN.fullmatch(plain) is None:
        raise invalid("bpn.form", f"“{text}” is not a business partner number.", "Write BPNL and the twelve characters after it.")
    return plain


def company_number(text: str) -> CompanyNumber:
    """A company's number in whichever of the four schemes it is written: corporate number, LEI, D-U-N-S or BPN. Refuses what is none."""
    plain = _compact(text)
    if plain.startswith("BPNL"):
        return CompanyNumber(bpn(text))
    if _LEI.fullmatch(plain):
        return CompanyNumber(lei(text))
    if _DUNS.fullmatch(plain):
        return CompanyNumber(duns(text))
    return CompanyNumber(corporate_number(text))


def _compact(text: str) -> str:
    return text.strip().replace("-", "").replace(" ", "").upper()


class Scheme(StrEnum):
    """Who issues a number."""

    CORPORATE_NUMBER = "corporate_number"
    LEI = "lei"
    DUNS = "duns"
    BPN = "bpn"


def scheme_of(number: CompanyNumber) -> Scheme:
    """The scheme of a parsed number, by its form."""
    if number.startswith("BPNL"):
        return Scheme.BPN
    if _LEI.fullmatch(number):
        return Scheme.LEI
    return Scheme.DUNS if _DUNS.fullmatch(number) else Scheme.CORPORATE_NUMBER
