"""In which time zone somebody reads instants: the one that was chosen, else that of the company's country where it has one (IANA names)."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

OFFERED = (
    "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei", "Asia/Bangkok", "Asia/Jakarta", "Asia/Kolkata", "Europe/London", "Europe/Berlin",
    "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Santiago", "Australia/Perth", "UTC",
)  # fmt: skip
_CENTRAL_EUROPE = dict.fromkeys(("AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FR", "HU", "IT", "NL", "NO", "PL", "SE", "SK", "SI"), "Europe/Berlin")
_OF_COUNTRIES = _CENTRAL_EUROPE | {
    "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "CN": "Asia/Shanghai", "TW": "Asia/Taipei", "TH": "Asia/Bangkok", "VN": "Asia/Bangkok",
    "IN": "Asia/Kolkata", "GB": "Europe/London", "FI": "Europe/Helsinki",
}  # fmt: skip


def zone_of(country: str, chosen: str | None) -> tzinfo:
    """The reader's time zone; UTC where nothing was chosen and the country has several, or none of those that are known here."""
    name = chosen or _OF_COUNTRIES.get(country, "UTC")
    return UTC if name == "UTC" else ZoneInfo(name)
