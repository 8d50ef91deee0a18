"""The worker's part of the exchange: events are handled with their recipient's eyes, deliveries carried to partners' systems.

No call is made while a transaction is open: what is to be said is read, then said, then noted. What fails is tried again.
"""

import asyncio
import functools
import json
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError

from ashiato.domain import exchange, trade
from ashiato.gateways.pact import v2, v3
from ashiato.gateways.pact.client import PartnerClient
from ashiato.gateways.pact.naming import Issuer
from ashiato.gateways.pact.serving import MOST, Page, named, serve
from ashiato.gateways.pact.v3 import filters
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.ids import CompanyId, RequestId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

_AT_ONCE = 16
VERSIONS = {2: v2, 3: v3}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Carrier:
    """Handles what came in and carries out what is due, for all companies of the installation."""

    works: Works
    seal: Seal
    outbound: Outbound
    settings: Settings

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.settings.public_url)

    async def handle_once(self) -> int:
        """Handles the events that wait, each in a transaction of its own; how many there were."""
        waiting = await self.works.run(lambda work: exchange.events.waiting(work, _AT_ONCE), read_only=True)
        for one in waiting:

            async def once(work: Work, one: exchange.events.Waiting = one) -> None:
                event = await exchange.events.take_up(work, one)
                if event is not None:
                    await self._handle(work, event)

            try:
                await self.works.run(once)
            except Refusal as refusal:
                log.warning("event not handled", code=refusal.code)
                await self.works.run(functools.partial(self._give_up, one=one))
        return len(waiting)

    async def _give_up(self, work: Work, one: exchange.events.Waiting) -> None:
        """Handles an event that cannot be carried out: who asked is told so."""
        event = await exchange.events.take_up(work, one)
        if event is not None and event.kind == "created":
            subject = {"requestEventId": event.number, "version": event.version}
            await exchange.deliveries.add(work, event.company_id, "rejected", subject)

    async def _handle(self, work: Work, event: exchange.events.Event) -> None:
        """Carries out an event with its recipient's eyes; of a fulfilment each footprint is kept by itself."""
        told = VERSIONS[event.version].read(event.body.encode())
        if event.kind == "created":
            await self._answer(work, event, VERSIONS[event.version].criteria(told.data))
        elif event.kind == "fulfilled":
            request_id = await exchange.events.wanted(work, event.company_id, told.data.requestEventId)
            for pf in json.loads(event.body)["data"]["pfs"]:
                await exchange.received.keep(work, event.company_id, understood(pf, event.version), request_id, self.seal)
        elif event.kind == "rejected":
            await exchange.events.rejected(work, event.company_id, told.data.requestEventId, told.data.error.message)
        else:
            me = exchange.events.acting(CompanyId(event.recipient_id))
            await exchange.deliveries.fetch(work, me, event.company_id, [str(one) for one in told.data.pfIds])

    async def _answer(self, work: Work, event: exchange.events.Event, wanted: filters.Criteria) -> None:
        """What a partner asks for is there, or its owner's people are asked, or there is no such product here."""
        owner, buyer = CompanyId(event.recipient_id), CompanyId(event.company_id)
        subject: dict[str, Any] = {"requestEventId": event.number, "version": event.version}
        await work.pin(Viewpoint.MEMBER, buyer)
        found = await serve(work, exchange.events.acting(buyer), owner, self.issuer, lambda one: filters.matches(one, wanted), Page(MOST, 0))
        numbers = [number for urn in wanted.productId if (number := self.issuer.part_number(owner, urn))]
        me, method = exchange.events.acting(buyer), self.settings.ouranos_method
        requests = [] if found else [await exchange.events.ask_for(work, me, owner, number, method, self.seal) for number in numbers[:20]]
        await work.pin(Viewpoint.MEMBER, owner)
        for request_id in requests:
            await exchange.events.promise(work, buyer, request_id, event.number, event.version)
        if found:
            await exchange.deliveries.add(work, buyer, "fulfilled", subject | {"pfIds": [str(one.id) for one in found]})
        elif not requests:
            await exchange.deliveries.add(work, buyer, "rejected", subject)

    async def carry_once(self) -> int:
        """Carries out what is due, partners side by side so that none waits for another; how many deliveries there were."""
        due = await self.works.run(lambda work: exchange.deliveries.due(work, _AT_ONCE), read_only=True)
        await asyncio.gather(*(self._carry(one) for one in due))
        return len(due)

    async def _carry(self, one: exchange.deliveries.Due) -> None:
        delivery = await self.works.run(lambda work: exchange.deliveries.begin(work, one))
        if delivery is None:
            return
        try:
            await self._deliver(one, delivery)
            await self.works.run(lambda work: self._done(work, one))
        except (OutboundError, Refusal) as failure:
            trouble, again = str(failure), not isinstance(failure, OutboundError) or failure.again
            log.warning("delivery failed", kind=delivery.kind, partner=str(one.partner_id), code=failure.code, again=again)
            await self.works.run(lambda work: self._failed(work, one, delivery, trouble, again=again))
        except Exception:  # one partner's oddity keeps no other delivery from going on
            log.exception("delivery failed", kind=delivery.kind, partner=str(one.partner_id))
            await self.works.run(lambda work: self._failed(work, one, delivery, "Something went wrong on our side.", again=True))

    async def _done(self, work: Work, one: exchange.deliveries.Due) -> None:
        await work.pin(Viewpoint.MEMBER, one.company_id)
        await exchange.deliveries.succeeded(work, one)

    async def _failed(self, work: Work, one: exchange.deliveries.Due, delivery: exchange.deliveries.Delivery, trouble: str, *, again: bool) -> None:
        await work.pin(Viewpoint.MEMBER, one.company_id)
        await exchange.deliveries.failed(work, delivery, trouble[:500], again=again)

    async def _deliver(self, one: exchange.deliveries.Due, delivery: exchange.deliveries.Delivery) -> None:
        connection = await self.works.run(lambda work: self._connection(work, one))
        client = PartnerClient(self.outbound, connection)
        if delivery.kind == "fetch":
            await self._fetch(client, one, delivery)
            return
        event = await self.works.run(lambda work: self._spelled(work, one, delivery, connection.endpoint.version))
        await client.send(event)

    async def _connection(self, work: Work, one: exchange.deliveries.Due) -> exchange.partners.Connection:
        await work.pin(Viewpoint.MEMBER, one.company_id)
        return await exchange.partners.connection(work, one.company_id, one.partner_id, self.seal)

    async def _fetch(self, client: PartnerClient, one: exchange.deliveries.Due, delivery: exchange.deliveries.Delivery) -> None:
        wanted, version = delivery.subject.get("pfIds"), client.connection.endpoint.version
        listed = client.footprints() if not wanted else client.footprints_named([str(footprint_id) for footprint_id in wanted])
        found = [pf async for pf in listed]
        for pf in found:

            async def keep(work: Work, pf: Json = pf) -> None:
                await work.pin(Viewpoint.MEMBER, one.company_id)
                await exchange.received.keep(work, one.partner_id, understood(pf, version), None, self.seal)

            await self.works.run(keep)

    async def _spelled(self, work: Work, one: exchange.deliveries.Due, delivery: exchange.deliveries.Delivery, spoken: int) -> bytes:
        """The event that a delivery stands for, in the version that its cause was told in, else that the partner speaks."""
        version = int(delivery.subject.get("version", spoken))
        source = f"{self.settings.public_url}/pact/{one.company_id}/{version}/events"
        data, kind = await self._data(work, one, delivery, version), delivery.kind
        if kind == "fulfilled" and not data["pfs"]:
            kind, data = "rejected", _declined(delivery, "NotFound", "There is no such footprint.")
        return json.dumps({
            "type": VERSIONS[version].TYPES[kind], "specversion": "1.0", "id": str(delivery.delivery_id), "source": source,
            "time": work.now.isoformat(timespec="seconds").replace("+00:00", "Z"), "data": data,
        }).encode()  # fmt: skip

    async def _data(self, work: Work, one: exchange.deliveries.Due, delivery: exchange.deliveries.Delivery, version: int) -> dict[str, Any]:
        buyer, owner = CompanyId(one.partner_id), CompanyId(one.company_id)
        await work.pin(Viewpoint.MEMBER, owner)
        if delivery.kind == "created":
            item = str(delivery.subject["item"])
            urn = item if item.casefold().startswith("urn:") else self.issuer.product(one.partner_id, item)
            wish: dict[str, Any] = VERSIONS[version].wish([urn])
            return wish
        if delivery.kind == "rejected":
            reply = (
                (await trade.request(work, exchange.events.acting(owner), RequestId(delivery.request_id))).request.reply
                if delivery.request_id
                else ""
            )
            return _declined(delivery, "NotFound", reply or "There is no such footprint.")
        ids = [str(answer) for answer in (await trade.answers(work, RequestId(delivery.request_id)))[:1]] if delivery.request_id else []
        ids = ids or [str(found) for found in delivery.subject.get("pfIds", ())]
        if delivery.kind == "published":
            return {"pfIds": ids}
        await work.pin(Viewpoint.MEMBER, buyer)
        found = await serve(work, exchange.events.acting(buyer), owner, self.issuer, lambda pf: str(pf.id) in ids, Page(MOST, 0))
        return {
            "requestEventId": delivery.subject["requestEventId"],
            "pfs": [told for pf in found if (told := VERSIONS[version].spelled(pf)) is not None],
        }


def _declined(delivery: exchange.deliveries.Delivery, code: str, message: str) -> dict[str, Any]:
    return {"requestEventId": delivery.subject["requestEventId"], "error": {"code": code, "message": message}}


def understood(pf: Json, version: int) -> exchange.received.Told:
    """What a footprint means here; what cannot be read at all goes into quarantine with what is wrong with it."""
    document = json.dumps(pf, sort_keys=True).encode()
    number = str(pf.get("id", ""))[:100] if isinstance(pf, dict) else ""
    try:
        meaning, losses = VERSIONS[version].foreign(document)
    except (ValidationError, RecursionError) as error:
        return exchange.received.Told(number, version, document, None, (), (Flaw("document", "exchange.schema", named(error)[:2000]),))
    flaws = () if meaning else (Flaw("unit", "exchange.unit", "Its unit has no meaning here."),)
    return exchange.received.Told(number, version, document, meaning, losses, flaws)
