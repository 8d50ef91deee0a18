"""Names of companies, products and units as URNs and words of the standard, and what such names mean here (pure)."""

import ipaddress
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

from ashiato.kernel.errors import Flaw, invalid
from ashiato.kernel.ids import CompanyId
from ashiato.kernel.quantity import CONTEXT, UNITS, Dimension

_CORPORATE = "urn:pact:houjin-bangou.nta.go.jp:corporate-number:"  # the register of corporate numbers, as issuer
_SPELLED = {
    "l": "liter", "kg": "kilogram", "m3": "cubic meter", "kWh": "kilowatt hour", "MJ": "megajoule", "tkm": "ton kilometer", "m2": "square meter",
    "piece": "piece", "h": "hour",
}  # fmt: skip
_MEANT = {name: symbol for symbol, name in _SPELLED.items()}
_IN_WHICH = {
    Dimension.MASS: "kg", Dimension.ENERGY: "MJ", Dimension.VOLUME: "l", Dimension.TRANSPORT: "tkm", Dimension.AREA: "m2", Dimension.TIME: "h",
    Dimension.PIECE: "piece",
}  # fmt: skip


def measure(symbol: str) -> tuple[str, Decimal]:
    """The standard's unit for one of ours, and how many of it one of ours is. Refuses (`invalid`) lengths and other units that it has none for."""
    if symbol in _SPELLED:
        return _SPELLED[symbol], Decimal(1)
    target = _IN_WHICH.get(UNITS[symbol].dimension)
    if target is None:
        message = f"PACT has no unit for {symbol}."
        raise invalid("pact.unit", message, "Declare the part per kilogram or per piece.", Flaw("declared_unit", "pact.unit", message, "kg"))
    return _SPELLED[target], CONTEXT.divide(UNITS[symbol].in_base, UNITS[target].in_base)


def unit_meant(name: str) -> str | None:
    """Our unit of the standard's name; None for what has no meaning here."""
    return _MEANT.get(name)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The installation as the issuer of names. `base`: its public address."""

    base: str

    @property
    def host(self) -> str:
        """What stands for the installation in a URN: its host's name, without a port."""
        host = urlsplit(self.base).hostname or "localhost"
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return host
        return "ip-" + host.replace(".", "-").replace(":", "-")

    @property
    def extension(self) -> str:
        """Where the schema of the battery extension stands."""
        return f"{self.base}/pact/extensions/battery/1.0.0.json"

    def company(self, company_id: str, corporate_number: str | None) -> list[str]:
        """A company's names: here, and by its corporate number where it has one."""
        return [f"urn:pact:{self.host}:company-id:{company_id}", *([f"{_CORPORATE}{corporate_number}"] if corporate_number else [])]

    def product(self, company_id: UUID | str, part_number: str) -> str:
        """The name of a product of a company's."""
        return f"urn:pact:{self.host}:product-id:{company_id}:{quote(part_number, safe='')}"

    def part_number(self, company_id: CompanyId, urn: str) -> str | None:
        """The number of a product of this company's that a name made by `product` names; None for every other."""
        prefix = f"urn:pact:{self.host}:product-id:{company_id}:"
        return unquote(urn[len(prefix) :]) or None if urn.casefold().startswith(prefix.casefold()) else None


def numbers_in(urns: list[str] | tuple[str, ...]) -> set[str]:
    """What could be a product's or company's number in each of these URNs: its last part (of urn:gtin, urn:pact, urn:bpn, custom codes)."""
    return {unquote(urn.rsplit(":", 1)[-1]) for urn in urns}


def corporate_urn(number: str) -> str:
    """The name of a company by its corporate number."""
    return _CORPORATE + number
