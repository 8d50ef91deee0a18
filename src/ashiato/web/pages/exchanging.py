"""Partners' systems: which are called, what goes out and comes in, what is lost on the way; a footprint that came is looked at and accepted."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import Form, Response
from fastapi.responses import RedirectResponse

from ashiato.domain import exchange, footprint, participants, trade
from ashiato.domain.exchange import Loss, ReceivedState
from ashiato.domain.participants import Actor, Deed
from ashiato.kernel.errors import Flaw, Kind, Refusal, invalid
from ashiato.kernel.ids import CompanyId, RequestId
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.unit_of_work import Work
from ashiato.web import files
from ashiato.web.lists import MOST_IN_A_FILE
from ashiato.web.route import AtDoor, Once, View, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import CATALOGUE, Words, words_for

router = journey()
_MOST = 50
_TO_SEE = (ReceivedState.WAITING, ReceivedState.QUARANTINED)
_OPEN = [trade.RequestState.ASKED, trade.RequestState.LINKED]
_REASONS = {english: key for key, (english, _) in CATALOGUE.items() if key.startswith(("loss.", "flaw."))}
Short = Annotated[str, Form(min_length=1, max_length=200)]
Long = Annotated[str, Form(max_length=400)]


def reason_key(sentence: str) -> str | None:
    """The catalogue's key of a sentence that the exchange says, so that it can be said in the reader's language."""
    return _REASONS.get(sentence)


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The page of all exchanges."""

    template: ClassVar[str] = "exchanges.html"
    partners: list[exchange.partners.Partner]
    endpoint: exchange.partners.Endpoint | None
    own_address: str
    to_see: list[exchange.received.Received]
    settled: list[exchange.received.Received]
    deliveries: list[exchange.deliveries.Delivery]
    names: dict[CompanyId, str]
    forms: dict[exchange.losses.Form, tuple[Loss, ...]]
    may_administer: bool
    may_ask: bool

    def key(self, sentence: str) -> str | None:
        """The words of a reason, where the catalogue has them."""
        return reason_key(sentence)


@dataclass(frozen=True, slots=True)
class Review:
    """The page of one footprint that a partner's system sent."""

    template: ClassVar[str] = "received.html"
    received: exchange.received.Received
    partner: str
    requests: list[trade.RequestView]
    proposed: UUID | None
    may_accept: bool
    may_decline: bool

    @property
    def known(self) -> dict[footprint.describing.Known, str]:
        """The figures by origin that the sender states."""
        meaning = self.received.meaning
        return {which: str(figure) for which, figure in meaning.particulars.known.items()} if meaning and meaning.particulars else {}

    def key(self, sentence: str) -> str | None:
        """The words of a reason, where the catalogue has them."""
        return reason_key(sentence)


@router.get("/exchange")
async def exchanges(visit: AtDoor) -> Response:
    """What the own company exchanges with which systems."""

    async def verb(work: Work, actor: Actor) -> View:
        partners = await exchange.partners.listed(work, actor)
        to_see = await exchange.received.listed(work, actor, list(_TO_SEE), None, _MOST)
        settled = await exchange.received.listed(work, actor, [state for state in ReceivedState if state not in _TO_SEE], None, _MOST)
        deliveries = await exchange.deliveries.listed(work, actor, None, _MOST)
        met = {*(one.partner_id for one in (*to_see, *settled)), *(one.partner_id for one in deliveries)}
        return Exchanges(
            partners, await _endpoint(work, actor), f"{visit.tools.settings.public_url}/pact/{actor.company_id}", to_see, settled, deliveries,
            await participants.names_of(work, list(met)), exchange.losses.LOSSES, may(actor, Deed.ADMINISTER), may(actor, Deed.ASK),
        )  # fmt: skip

    return await visit.show(verb)


@router.get("/exchange/{which}.{kind}")
async def exchanges_as_file(visit: AtDoor, which: Literal["arrived", "deliveries"], kind: FileKind) -> Response:
    """What arrived, or what goes out, as a file: newest first, whatever its state."""
    t = words_for(visit.request)

    async def verb(work: Work, actor: Actor) -> Table:
        if which == "arrived":
            received = await exchange.received.listed(work, actor, list(ReceivedState), None, MOST_IN_A_FILE)
            return _arrived(received, await participants.names_of(work, sorted({one.partner_id for one in received})), t)
        deliveries = await exchange.deliveries.listed(work, actor, None, MOST_IN_A_FILE)
        return _delivered(deliveries, await participants.names_of(work, sorted({one.partner_id for one in deliveries})), t)

    return await as_file(await visit.look(verb), kind)


def _arrived(received: list[exchange.received.Received], names: dict[CompanyId, str], t: Words) -> Table:
    headings = ("exchange.product", "exchange.partner", "exchange.when", "state", "exchange.identifier")
    rows: list[tuple[object, ...]] = [
        (one.meaning.product_name if one.meaning else t("exchange.unreadable"), names.get(CompanyId(one.partner_id), ""), one.received_at,
         t(f"exchange_state.{one.state}"), one.footprint_id)
        for one in received
    ]  # fmt: skip
    return Table("arrived", tuple(Column(t(key)) for key in headings), rows)


def _delivered(deliveries: list[exchange.deliveries.Delivery], names: dict[CompanyId, str], t: Words) -> Table:
    headings = ("exchange.what", "exchange.partner", "exchange.noted", "state", "exchange.attempts", "exchange.trouble", "listed.settled",
                "listed.request")  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (t(f"delivery.{one.kind}"), names.get(CompanyId(one.partner_id), ""), one.noted_at, t(f"exchange_state.{one.state}"), one.attempts,
         one.trouble, one.settled_at, one.request_id)
        for one in deliveries
    ]  # fmt: skip
    return Table("deliveries", tuple(Column(t(key), key == "exchange.attempts") for key in headings), rows)


async def _endpoint(work: Work, actor: Actor) -> exchange.partners.Endpoint | None:
    if not may(actor, Deed.ADMINISTER):
        return None
    try:
        return await exchange.partners.own_endpoint(work, actor)
    except Refusal as refusal:
        if refusal.kind is not Kind.ABSENT:
            raise
        return None


@router.post("/exchange/partners")
async def state_partner(visit: AtDoor, number: Short, account: Short, secret: Short) -> Response:
    """States with which account a partner's system is called. Doing it twice is doing it once; the secret is kept nowhere but sealed."""

    async def verb(work: Work) -> None:
        actor = await visit.enter(work)
        company = await participants.admission.find_company(work, actor, number.strip())
        await exchange.partners.state(work, actor, company.company_id, account.strip(), secret, visit.tools.seal)

    await visit.tools.works.run(verb)
    return RedirectResponse("/exchange", 303)


@router.post("/exchange/endpoint")
async def state_endpoint(visit: AtDoor, address: Long, once: Once, version: Annotated[int, Form(ge=2, le=3)] = 3) -> Response:
    """States where the own system answers partners."""

    async def verb(work: Work, actor: Actor) -> None:
        try:
            Outbound(own=visit.tools.settings.public_url).check(address.strip())
        except OutboundError as error:
            flaw = Flaw("address", error.code, str(error))
            raise invalid("exchange.address", "No system can be called there.", "Name an https address.", flaw) from error
        await exchange.partners.state_endpoint(work, actor, address.strip(), "", version)

    return await visit.act(verb, "/exchange", once)


@router.post("/exchange/partners/{partner_id:uuid}/removal")
async def forget(visit: AtDoor, partner_id: UUID, once: Once) -> Response:
    """Forgets a partner's account."""

    async def verb(work: Work, actor: Actor) -> None:
        await exchange.partners.forget(work, actor, partner_id)

    return await visit.act(verb, "/exchange", once)


@router.post("/exchange/partners/{partner_id:uuid}/fetches")
async def fetch(visit: AtDoor, partner_id: UUID, once: Once) -> Response:
    """Has everything fetched that a partner's system lists."""

    async def verb(work: Work, actor: Actor) -> None:
        await exchange.deliveries.fetch(work, actor, partner_id)

    return await visit.act(verb, "/exchange", once)


@router.get("/exchange/received/{received_id:uuid}")
async def review(visit: AtDoor, received_id: UUID) -> Response:
    """A footprint that came: what it means, what was lost, what is wrong, and which request it could answer."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await exchange.received.one(work, actor, received_id)
        sent = await trade.requests(work, actor, sent=True, states=_OPEN, after=None, limit=200)
        fitting = [view for view in sent if view.request.supplier_id == found.partner_id and view.request.subject_kind == trade.SubjectKind.FOOTPRINT]
        names = await participants.names_of(work, [found.partner_id])
        waits = found.state is ReceivedState.WAITING and found.meaning is not None and found.meaning.status is exchange.Standing.ACTIVE
        proposed = found.request_id or (fitting[0].request.request_id if len(fitting) == 1 else None)
        settles = may(actor, Deed.ANSWER)
        return Review(found, names.get(CompanyId(found.partner_id), ""), fitting, proposed, waits and settles, settles and found.state in _TO_SEE)

    return await visit.show(verb)


@router.get("/requests/{request_id:uuid}/file.zip")
async def file(visit: AtDoor, request_id: UUID, form: exchange.losses.Form, legal: str = "", site: str = "", customer_part: str = "") -> Response:
    """The own answer as a file for another system, with what its form loses beside it."""
    wish = exchange.files.Wish(form, exchange.files.Roles(legal.strip(), site.strip(), customer_part.strip()))
    told = await visit.look(lambda work, actor: exchange.files.of_answer(work, actor, RequestId(request_id), wish, visit.tools.spell))
    return files.zipped(
        {"footprint.json": told.payload, "losses.json": exchange.files.report_of(told.form, told.report)}, f"{told.part_number}-{form}.zip"
    )


@router.post("/exchange/received/{received_id:uuid}/acceptance")
async def accept(
    visit: AtDoor,
    received_id: UUID,
    request_id: Annotated[UUID, Form()],
    once: Once,
    stage: Annotated[footprint.model.Stage, Form()] = footprint.model.Stage.RAW_MATERIALS,
) -> Response:
    """Takes the footprint as the answer to a request."""

    async def verb(work: Work, actor: Actor) -> None:
        await exchange.received.accept(work, actor, received_id, RequestId(request_id), stage, visit.tools.seal)

    return await visit.act(verb, f"/exchange/received/{received_id}", once)


@router.post("/exchange/received/{received_id:uuid}/refusal")
async def decline(visit: AtDoor, received_id: UUID, once: Once) -> Response:
    """Puts the footprint aside."""

    async def verb(work: Work, actor: Actor) -> None:
        await exchange.received.decline(work, actor, received_id)

    return await visit.act(verb, f"/exchange/received/{received_id}", once)
