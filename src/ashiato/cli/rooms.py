"""Commands: verification rooms, from both sides."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, everything, write

room = typer.Typer(no_args_is_help=True, help="Rooms in which a verifier examines footprints and signs its opinion.")
Room = Annotated[UUID, typer.Argument(metavar="ROOM", help="The room's id.")]
Footprint = Annotated[UUID, typer.Argument(metavar="FOOTPRINT", help="The id of a footprint that is shown in the room.")]
_ROW = {"Place": "place", "What": "kind", "Name": "name", "kg CO2e": "carried", "Share": "share", "Amount": "amount", "Unit": "unit",
        "Factor": "factor", "Data": "source", "Evidence": "evidence"}  # fmt: skip
_ROOM = {"Room": "room_id", "Title": "title", "Verifier": "verifier_id", "Opened": "opened_at", "Until": "expires_at", "Closed": "closed_at"}


class Strata(StrEnum):
    """By what a sample is stratified."""

    STAGE = "stage"
    PART = "part"
    SOURCE = "source"


class Kind(StrEnum):
    """What is noted."""

    TICK = "tick"
    QUESTION = "question"
    FINDING = "finding"
    REPLY = "reply"
    SETTLED = "settled"


class Level(StrEnum):
    """How thorough the assurance is."""

    LIMITED = "limited"
    REASONABLE = "reasonable"


class Conclusion(StrEnum):
    """What is concluded."""

    UNMODIFIED = "unmodified"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"
    DISCLAIMED = "disclaimed"


@room.command("open")
def room_open(
    context: typer.Context,
    verifier: Annotated[str, typer.Argument(metavar="VERIFIER", help="The verifier's number (corporate number, LEI, D-U-N-S, BPN).")],
    footprint: Annotated[list[UUID], typer.Option(help="A computed footprint that it may examine.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="For how many days.")] = 60,
    title: Annotated[str, typer.Option(help="What the room is called.")] = "",
    as_json: AsJson = False,
) -> None:
    """Opens a room: the verifier may read these footprints with everything behind them, and nothing else of yours."""
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    body = {"verifier": verifier, "title": title, "footprints": [str(one) for one in footprint], "until": until}
    record(as_json, write(connect(context), "POST", "/rooms", json=body), _ROOM)


@room.command("list")
def room_list(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Lists your rooms and those that are open to you, newest first."""
    listing(as_json, everything(connect(context), "/rooms", limit), _ROOM)


@room.command("show")
def room_show(context: typer.Context, room_id: Room, as_json: AsJson = False) -> None:
    """Shows what a room holds: footprints, notes, opinions, and for its owner what the verifier has read."""
    found = connect(context).get(f"/rooms/{room_id}")
    told = found | {
        "items": [f"{one['footprint_id']}  {one['label']}" for one in found["items"]],
        "notes": [f"{one['place']}: {one['kind']} {one['words']}" for one in found["notes"]],
        "opinions": [f"{one['opinion']['conclusion']}, {one['opinion']['level']}, {one['opinion']['standard']}" for one in found["opinions"]],
        "accesses": [f"{one['subject_kind']} {one['subject_id']}: {one['first_read_at']}" for one in found["accesses"]],
    }
    record(as_json, found if as_json else told, _ROOM | {"Shown": "items", "Notes": "notes", "Opinions": "opinions", "First read": "accesses"})


@room.command("trace")
def room_trace(
    context: typer.Context,
    room_id: Room,
    footprint_id: Footprint,
    at: Annotated[list[str] | None, typer.Option(help="A part on the way down, from the product; repeat it for each step.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows what a part of a footprint carries, row by row; each component leads a step further down."""
    found = connect(context).get(f"/rooms/{room_id}/footprints/{footprint_id}/trace", at=at)
    listing(as_json, found["rows"], _ROW)


@room.command("sample")
def room_sample(
    context: typer.Context,
    room_id: Room,
    footprint_id: Footprint,
    seed: Annotated[str, typer.Option(help="Whoever draws with the same seed draws the same lines.")],
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many lines.")] = 20,
    strata: Annotated[Strata, typer.Option(help="By what the sample is stratified.")] = Strata.STAGE,
    as_json: AsJson = False,
) -> None:
    """Draws a random sample of the lines behind a footprint."""
    found = connect(context).get(f"/rooms/{room_id}/footprints/{footprint_id}/sample", seed=seed, size=size, strata=strata.value)
    listing(as_json, found["rows"], {"Stratum": "stratum"} | _ROW)


@room.command("note")
def room_note(
    context: typer.Context,
    room_id: Room,
    footprint_id: Footprint,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="The line, as `room trace` names it.")],
    kind: Annotated[Kind, typer.Option(help="The verifier ticks, asks, finds and settles; either side replies.")] = Kind.TICK,
    words: Annotated[str, typer.Option(help="What is meant.")] = "",
    as_json: AsJson = False,
) -> None:
    """Notes something on one line. Notes are never changed."""
    body = {"footprint_id": str(footprint_id), "place": place, "kind": kind.value, "words": words}
    record(as_json, write(connect(context), "POST", f"/rooms/{room_id}/notes", json=body), {"Note": "note_id", "Place": "place", "Kind": "kind"})


@room.command("sign")
def room_sign(
    context: typer.Context,
    room_id: Room,
    footprint_id: Footprint,
    standard: Annotated[str, typer.Option(help="By which standard, such as ISO 14064-3.")],
    level: Annotated[Level, typer.Option(help="How thorough.")] = Level.LIMITED,
    conclusion: Annotated[Conclusion, typer.Option(help="Unmodified only once no question or finding is open.")] = Conclusion.UNMODIFIED,
    words: Annotated[str, typer.Option(help="Reasons; needed unless it is unmodified.")] = "",
    as_json: AsJson = False,
) -> None:
    """Signs your opinion on a footprint, bound to the digest of the very package that you were shown."""
    body = {
        "footprint_id": str(footprint_id), "standard": standard, "level": level.value, "conclusion": conclusion.value, "words": words,
    }  # fmt: skip
    found = write(connect(context), "POST", f"/rooms/{room_id}/opinions", json=body)
    told = found | {"opinion_id": found["opinion"]["opinion_id"], "package": found["opinion"]["package_digest"]}
    record(as_json, found if as_json else told, {"Opinion": "opinion_id", "About": "package", "Digest": "digest"})


@room.command("close")
def room_close(context: typer.Context, room_id: Room, as_json: AsJson = False) -> None:
    """Closes a room of yours: the verifier reads nothing of it from the next request on."""
    write(connect(context), "DELETE", f"/rooms/{room_id}")
    done(as_json, {"room_id": str(room_id)}, "Closed.")


@room.command("opinion")
def room_opinion(
    context: typer.Context, opinion_id: Annotated[UUID, typer.Argument(metavar="OPINION", help="The opinion's id.")], as_json: AsJson = False
) -> None:
    """Shows a signed opinion."""
    found = connect(context).get(f"/opinions/{opinion_id}")
    fields = {"Verifier": "verifier_name", "About": "label", "Package": "package_digest", "Standard": "standard", "Level": "level",
              "Conclusion": "conclusion", "Reasons": "words", "Signed on": "signed_on"}  # fmt: skip
    record(as_json, found if as_json else found["opinion"], fields)
