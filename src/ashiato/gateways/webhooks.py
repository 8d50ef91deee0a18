"""The worker's part of notifications: letters are sent, and companies' own systems are called, each delivery by itself.

No call is made while a transaction is open: what is to be said is read, then said, then noted. What fails is tried again.
"""

import asyncio
import functools
from dataclasses import dataclass, replace

import structlog

from ashiato.domain import notifications
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import letters
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

deliveries = notifications.deliveries
_AT_ONCE = 16
_TAKEN = range(200, 300)
_REFUSED_FOR_GOOD = frozenset({410})  # Standard Webhooks: the receiver wants no more
log = structlog.get_logger()


class _GivenUpError(Exception):
    """The delivery is of no use any more."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends what is due, for all companies of the installation."""

    works: Works
    seal: Seal
    outbound: Outbound
    settings: Settings

    async def remind_once(self) -> int:
        """Looks what everybody has to be reminded of; how many things are told that were not before."""
        told = 0
        for company_id in await self.works.run(notifications.reminders.companies, read_only=True):
            try:
                told += await self.works.run(functools.partial(notifications.reminders.remind, company_id=company_id))
            except Refusal as refusal:
                log.warning("nobody was reminded", company=str(company_id), code=refusal.code)
        return told

    async def send_once(self) -> int:
        """Sends what is due, side by side; how many deliveries there were."""
        due = await self.works.run(lambda work: deliveries.due(work, _AT_ONCE), read_only=True)
        await asyncio.gather(*(self._send(one) for one in due))
        return len(due)

    async def _send(self, one: deliveries.Due) -> None:
        found = await self.works.run(lambda work: deliveries.begin(work, one))
        if found is None:
            return
        try:
            await self._deliver(one, found)
            await self.works.run(lambda work: deliveries.succeeded(work, one))
        except (OutboundError, letters.NotSentError, _GivenUpError) as failure:
            trouble, again = str(failure), getattr(failure, "again", False)
            if isinstance(failure, letters.NotSentError):  # the mail server is the operator's: no company is shown how it does
                log.warning("letter not sent", delivery=str(one.delivery_id), trouble=trouble, again=again)
            await self.works.run(lambda work: deliveries.failed(work, one, found, trouble[:500], again=again))
        except Exception:  # one receiver's oddity keeps no other delivery from going on
            log.exception("notification failed", delivery=str(one.delivery_id))
            await self.works.run(lambda work: deliveries.failed(work, one, found, "Something went wrong on our side.", again=True))

    async def _deliver(self, one: deliveries.Due, found: deliveries.Delivery) -> None:
        if found.webhook_id is not None:
            await self._call(one, found)
            return
        reader = await self.works.run(lambda work: self._reader(work, one, found), read_only=True)
        if reader is None:
            raise _GivenUpError("The person is not there any more, or wants no mail.")
        letter = notifications.reminders.letter(reader, found.body, self.settings.public_url)
        await asyncio.to_thread(letters.send, self.settings, replace(letter, number=found.delivery_id))

    async def _reader(self, work: Work, one: deliveries.Due, found: deliveries.Delivery) -> deliveries.Reader | None:
        await deliveries.look(work, one)
        return await deliveries.to_reader(work, found.person_id) if found.person_id is not None else None

    async def _listener(self, work: Work, one: deliveries.Due, found: deliveries.Delivery) -> deliveries.Listener | None:
        await deliveries.look(work, one)
        return await deliveries.to_listener(work, found.webhook_id) if found.webhook_id is not None else None

    async def _call(self, one: deliveries.Due, found: deliveries.Delivery) -> None:
        listener = await self.works.run(lambda work: self._listener(work, one, found), read_only=True)
        if listener is None or found.webhook_id is None:
            raise _GivenUpError("The webhook was removed.")
        secret = notifications.webhooks.secret_of(self.seal, found.webhook_id, listener.sealed)
        body = deliveries.payload(found)
        headers = notifications.webhooks.headers(secret, found.delivery_id, self.works.clock.now(), body)
        reply = await self.outbound.call("POST", listener.address, headers=headers, body=body)
        if reply.status not in _TAKEN:
            raise OutboundError("webhook.status", f"The system answered {reply.status}.", again=reply.status not in _REFUSED_FOR_GOOD)
