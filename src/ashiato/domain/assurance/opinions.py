"""Opinions: signed by the verifier over the digest of the very package that was examined."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.assurance import facts, rooms, store
from ashiato.domain.assurance.model import OPENING, Conclusion, Level, Note, NoteKind, Opinion, open_places
from ashiato.domain.participants import Actor, CompanyKind, Deed, require
from ashiato.kernel import frozen
from ashiato.kernel.digest import canonical, digest_of_bytes, parse
from ashiato.kernel.errors import Flaw, absent, conflict, denied, invalid
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Question
from ashiato.plumbing.keys import Seal, Signature, verifies
from ashiato.plumbing.unit_of_work import Work

__all__ = ["SCHEMA", "NewOpinion", "Signed", "about", "in_room", "newest", "one", "sign"]

SCHEMA = "ashiato/verification-opinion/1"


@dataclass(frozen=True, slots=True)
class NewOpinion:
    """What a verifier concludes, by which standard, how thoroughly."""

    standard: str
    level: Level
    conclusion: Conclusion
    words: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """An opinion with the verifier's signature over its canonical JSON."""

    opinion: Opinion
    digest: str
    jws: str
    key: dict[str, str]
    room_id: UUID
    signed_at: datetime

    @property
    def holds(self) -> bool:
        """Whether the signature is good."""
        return verifies(canonical(frozen.encode(self.opinion)), Signature(self.jws, self.key))


async def sign(work: Work, actor: Actor, room_id: UUID, footprint_id: UUID, new: NewOpinion, seal: Seal) -> Signed:
    """Signs an opinion on what is shown in a room.

    Refuses (`denied`) everybody but approvers of the room's verifier, (`conflict`) a room that has ended and an unmodified opinion while
    questions or findings are open, naming them, (`invalid`) an opinion without a standard, and a modified one without its reasons.
    """
    require(actor, Deed.DECLARE)
    room = await rooms.room(work, actor, room_id)
    item = await rooms.item(work, actor, room_id, footprint_id)
    if actor.kind is not CompanyKind.VERIFIER or actor.company_id != room.verifier_id:
        raise denied("opinion.verifier", "Only the room's verifier signs an opinion.", "Open a room for a verifier.")
    if not room.live(work.now):
        raise conflict("room.ended", "This room is closed.", "Ask for another one.")
    if not new.standard.strip() or (new.conclusion is not Conclusion.UNMODIFIED and not new.words.strip()):
        raise invalid("opinion.words", "An opinion names its standard, and its reasons unless it is unmodified.", "Write both.")
    notes = await rooms.notes(work, actor, room_id, footprint_id)
    _refuse_open(new.conclusion, notes)
    names = await participants.names_of(work, [room.company_id, room.verifier_id])
    parties = {company: names.get(CompanyId(company), "") for company in (room.verifier_id, room.company_id)}
    ticked, settled = (sum(note.kind == kind for note in notes) for kind in (NoteKind.TICK, NoteKind.SETTLED))
    raised = sum(note.kind in OPENING for note in notes)
    opinion = Opinion(
        SCHEMA, str(work.new_id()), str(room.verifier_id), parties[room.verifier_id], str(room.company_id), parties[room.company_id],
        str(footprint_id), item.label, item.package_digest, new.standard.strip(), new.level, new.conclusion, new.words.strip(),
        ticked, raised, settled, work.now.date(),
    )  # fmt: skip
    content = canonical(frozen.encode(opinion))
    signature = await participants.signing.sign(work, actor, content, seal)
    stored = store.StoredOpinion(
        actor.company_id, UUID(opinion.opinion_id), room.company_id, room_id, footprint_id, item.package_digest, content.decode(),
        digest_of_bytes(content), {"jws": signature.jws, "key": signature.key}, work.now,
    )  # fmt: skip
    await store.add_opinion(work, stored, signature)
    work.record(facts.opined(stored.opinion_id, stored.digest, item.package_digest))
    return _read(stored)


def _refuse_open(conclusion: Conclusion, notes: list[Note]) -> None:
    standing = sorted(open_places(notes))
    if conclusion is Conclusion.UNMODIFIED and standing:
        flaws = [Flaw(place, "opinion.open", "A question or finding is open here.") for place in standing[:20]]
        raise conflict("opinion.open", "Questions or findings are open.", "Settle them, or conclude otherwise and say why.", *flaws)


def _read(stored: store.StoredOpinion) -> Signed:
    key = {str(name): str(value) for name, value in dict(stored.signature["key"]).items()}  # type: ignore[call-overload]
    opinion = frozen.decode(Opinion, parse(stored.document))
    return Signed(opinion, stored.digest, str(stored.signature["jws"]), key, stored.room_id, stored.signed_at)


async def one(work: Work, actor: Actor, opinion_id: UUID) -> Signed:
    """An opinion that the company signed, or that is about it. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await store.opinion(work, opinion_id)
    if found is None:
        raise absent("opinion")
    return _read(found)


async def in_room(work: Work, actor: Actor, room_id: UUID) -> list[Signed]:
    """The opinions that were signed in a room, oldest first."""
    require(actor, Deed.READ)
    return [_read(found) for found in await store.opinions_in(work, room_id)]


def about(package_digest: str) -> Question[store.StoredOpinion]:
    """What `newest` asks."""
    return store.newest_about(package_digest)


async def newest_of_each(work: Work, package_digests: list[str]) -> dict[str, Signed]:
    """The newest opinion on each of these packages of the pinned company's that has one, by the package's digest."""
    return {found.package_digest: _read(found) for found in await work.all(store.newest_about_each(package_digests))}


async def newest(work: Work, package_digest: str) -> Signed | None:
    """The newest opinion on a package of the pinned company's, whatever it concludes."""
    found = await work.one(about(package_digest))
    return _read(found) if found else None
