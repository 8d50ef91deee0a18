"""What can have happened here."""

from ashiato.domain.leaving.model import Departure
from ashiato.kernel.facts import Fact


def ordered(bundle_id: object) -> Fact:
    """A company has asked for its bundle."""
    return Fact("leaving.ordered", {"bundle_id": str(bundle_id)})


def packed(bundle_id: object, digest: str) -> Fact:
    """A bundle is made."""
    return Fact("leaving.packed", {"bundle_id": str(bundle_id), "digest": f"sha256:{digest}"})


def ended(bundle_id: object) -> Fact:
    """A bundle's time is over: its bytes are gone."""
    return Fact("leaving.bundle_ended", {"bundle_id": str(bundle_id)})


def arrived(bundle_id: object, digest: str, log: str) -> Fact:
    """What a company brought along from another installation, known by its log's name, is taken up."""
    return Fact("leaving.arrived", {"bundle_id": str(bundle_id), "digest": f"sha256:{digest}", "log": log})


def grant_closed(bundle_id: object, grant_id: str) -> Fact:
    """A grant that was brought along is closed: its recipient is not here."""
    return Fact("leaving.grant_closed", {"bundle_id": str(bundle_id), "grant_id": grant_id})


def announced(departure: Departure) -> Fact:
    """A company has announced that it leaves."""
    return Fact("leaving.announced", {"departure_id": str(departure.departure_id)})


def cancelled(departure: Departure) -> Fact:
    """A company stays after all."""
    return Fact("leaving.cancelled", {"departure_id": str(departure.departure_id)})


def left(departure_id: object) -> Fact:
    """A company has left; what was its alone is taken away."""
    return Fact("leaving.left", {"departure_id": str(departure_id)})


def received(bundle_id: object, digest: str) -> Fact:
    """A company has sent a bundle that it brings along."""
    return Fact("leaving.received", {"bundle_id": str(bundle_id), "digest": f"sha256:{digest}"})
