"""The worker: follows the outbox into the transparency log, and carries changes on from tier to tier. Listeners are listed here, by hand."""

import asyncio
import os
import signal
import time
from datetime import timedelta
from functools import partial
from uuid import UUID

import psycopg
import structlog
import uvloop

from ashiato.domain import associations, audit, diligence, exchange, footprint, governance, leaving, notifications, trade
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.webhooks import Messenger
from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.plumbing import outbound, probing, settings, telemetry, tracing
from ashiato.plumbing.buckets import files_of
from ashiato.plumbing.clock import RandomIds, SystemClock
from ashiato.plumbing.db import Viewpoint, app_url, pool
from ashiato.plumbing.keys import LogKey, Seal
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

_PAUSE_SECONDS = 0.2
_GATHERING_SECONDS = 0.1  # what happens shortly one after the other is followed together: one checkpoint, one look, one transaction a company
_PAUSE_AFTER_FAILURE_SECONDS = 2.0
_PAUSE_BETWEEN_JOBS_SECONDS = 1.0
_AT_ONCE = 100
_TOGETHER = 20  # notices to one company in one transaction
_NICE = 5  # about a third of a server's weight: under a long load the log still moves on
_FIRST_PROBE_SECONDS = 10  # after the start: until then the server may still be starting
_CHANGES_ANSWERS = frozenset({trade.notices.NoticeKind.ANSWERED, trade.notices.NoticeKind.UPDATED})
_CONCERNS_BUYERS = _CHANGES_ANSWERS | {trade.notices.NoticeKind.PROGRESSED, trade.notices.NoticeKind.REJECTED}
_CONCERNS_CHAINS = frozenset({trade.notices.NoticeKind.PROBED, trade.notices.NoticeKind.PROBE_ANSWERED})
_SETTLES = _CHANGES_ANSWERS | {trade.notices.NoticeKind.REJECTED}
log = structlog.get_logger()


@tracing.job("follow")
async def follow_once(works: Works, key: LogKey) -> int:
    """Hands the waiting facts to every listener, in one transaction; how many there were. A clock that was set back is told."""

    async def once(work: Work) -> tuple[int, timedelta]:
        followed = await audit.follow(work, key)
        return followed, await audit.ahead(work) if followed else timedelta()

    followed, ahead = await works.run(once)
    if ahead:
        log.error("the clock stands before the last checkpoint, whose time is signed again", seconds=ahead.total_seconds())
    return followed


@tracing.job("pass on")
async def pass_on_once(works: Works, seal: Seal) -> int:
    """Carries changes on to further tiers, those to one company in a transaction with its eyes; how many notices were carried on.

    What a partner's system was promised, it is told. What a company's counts are, and what it states anew, follows from its own records
    and from what its own suppliers tell it. What is refused is logged and put off; it does not keep the others waiting.
    """
    waiting = await works.run(lambda work: trade.notices.waiting(work, _AT_ONCE), read_only=True)
    told: dict[UUID, list[trade.notices.Waiting]] = {}
    for notice in waiting:
        told.setdefault(notice.recipient_id, []).append(notice)
    together = [every[start : start + _TOGETHER] for every in told.values() for start in range(0, len(every), _TOGETHER)]
    return sum([await _carried(works, notices, seal) for notices in together])


async def _carried(works: Works, notices: list[trade.notices.Waiting], seal: Seal) -> int:
    """How many of these notices to one company were carried on. Where one is refused, each is carried on by itself."""
    try:
        await works.run(partial(_carry_on, notices, seal))
        return len(notices)
    except Refusal as refusal:
        if len(notices) > 1:
            return sum([await _carried(works, [notice], seal) for notice in notices])
        log.error("a change cannot be carried on", notice=str(notices[0].notice_id), code=refusal.code)
        await works.run(partial(_put_off, notices[0]))
        return 0


async def _carry_on(notices: list[trade.notices.Waiting], seal: Seal, work: Work) -> None:
    taken = await trade.notices.take_up(work, notices)
    if not taken:
        return
    recipient_id = CompanyId(taken[0].recipient_id)
    for notice in taken:
        if notice.kind in _SETTLES:
            await work.pin(Viewpoint.MEMBER, notice.company_id, [exchange.events.asked(recipient_id, notice.request_id)])
            await exchange.events.tell_promised(work, recipient_id, notice.request_id, answered=notice.kind in _CHANGES_ANSWERS)
    concerning = [notice for notice in taken if notice.kind in _CONCERNS_BUYERS]
    requests = list(dict.fromkeys(notice.request_id for notice in concerning))
    await work.pin(Viewpoint.MEMBER, recipient_id, [notifications.deliveries.asked(), trade.progress.asked_own_parts(requests)])
    parts = await trade.progress.own_parts(work, requests)
    await notifications.reminders.tell_of_notices(work, [(notice.kind, notice.request_id) for notice in taken])
    for notice in taken:
        if notice.kind in _CONCERNS_CHAINS:
            await diligence.probes.carry_on(work, recipient_id, RequestId(notice.request_id))
    if parts:
        changed = dict.fromkeys(notice.request_id for notice in concerning if notice.kind in _CHANGES_ANSWERS)
        await _carry_up(work, recipient_id, parts, [request_id for request_id in changed if request_id in parts], seal)


async def _carry_up(work: Work, company_id: CompanyId, parts: dict[UUID, PartId], changed: list[UUID], seal: Seal) -> None:
    """What follows, for the company that is told, from what happened to its requests: its counts, and, of changed answers, what it states anew."""
    await trade.progress.tell(work, *sorted(set(parts.values())))
    for part_id in sorted({parts[request_id] for request_id in changed}):
        await footprint.statements.renew(work, company_id, part_id, seal)
    for request_id in changed:
        await diligence.answering.renew(work, company_id, parts[request_id], RequestId(request_id), seal)


async def _put_off(notice: trade.notices.Waiting, work: Work) -> None:
    await trade.notices.put_off(work, notice)


@tracing.job("draw")
async def draw_once(works: Works) -> int:
    """Draws what may be published of every association's survey that has closed, each in a transaction of its own; how many there were."""
    drawn = 0
    while await works.run(associations.surveys.draw_next):
        drawn += 1
    return drawn


@tracing.job("bundles")
async def move_once(works: Works, storage: leaving.Storage, trusted: str) -> int:
    """Makes the bundles that were asked for, takes up those that were sent, takes away those whose time is over, carries out departures that are
    due; how many of all these.

    What fails is logged and tried again; it does not keep the others waiting.
    """
    keys = (storage.log_key.verifier_key, *(line.strip() for line in trusted.split(",") if line.strip()))
    jobs, settled = await works.run(lambda work: leaving.waiting(work, _AT_ONCE), read_only=True), 0
    for job in jobs:
        try:
            if job.direction == leaving.Direction.OUT:
                await works.run(partial(_pack, job, storage))
            else:
                await leaving.take_up(works, job, storage, keys)
            settled += 1
        except (Refusal, OSError, ValueError) as error:
            log.error("a bundle failed", bundle=str(job.bundle_id), error=type(error).__name__)
    while (ended := await works.run(leaving.end_next)) is not None:
        await leaving.discard(storage.home, storage.files, [], [ended])
        settled += 1
    for company_id, departure_id in await works.run(leaving.due, read_only=True):
        try:
            await leaving.discard(storage.home, storage.files, await works.run(partial(_depart, company_id, departure_id)), [])
            settled += 1
        except (Refusal, psycopg.Error) as error:
            telemetry.FAILURES.labels("departures").inc()
            log.error("a departure failed", departure=str(departure_id), error=type(error).__name__)
    return settled


async def _pack(job: leaving.Job, storage: leaving.Storage, work: Work) -> None:
    await leaving.pack(work, job, storage)


async def _depart(company_id: UUID, departure_id: UUID, work: Work) -> list[str]:
    return await leaving.carry_out(work, company_id, departure_id)


async def move(works: Works, storage: leaving.Storage, trusted: str) -> None:
    """Makes and takes up bundles and carries out departures until it is cancelled; large ones keep nothing else from going on."""
    while True:
        try:
            pause = _PAUSE_SECONDS if await move_once(works, storage, trusted) else _PAUSE_BETWEEN_JOBS_SECONDS
        except (psycopg.Error, Refusal) as error:
            telemetry.FAILURES.labels("bundles").inc()
            log.error("moving failed", error=type(error).__name__)
            pause = _PAUSE_AFTER_FAILURE_SECONDS
        await asyncio.sleep(pause)


async def probe(works: Works, chosen: Settings) -> None:
    """Asks the server's endpoints again and again until it is cancelled, and keeps what they did. What cannot be kept counts as not answered."""
    await asyncio.sleep(min(_FIRST_PROBE_SECONDS, chosen.probe_seconds))
    while True:
        for found in await probing.probe(probing.own_address(chosen)):
            sample = governance.transparency.Sample(found.endpoint, found.answered, found.milliseconds, chosen.probe_seconds)
            try:
                await works.run(partial(_note, sample))
            except (Refusal, psycopg.Error) as error:
                log.error("a probe cannot be kept", endpoint=found.endpoint, error=type(error).__name__)
        await asyncio.sleep(chosen.probe_seconds)


async def _note(sample: governance.transparency.Sample, work: Work) -> None:
    await governance.transparency.note_sample(work, sample)


async def carry(carrier: Carrier) -> None:
    """Handles events and carries out deliveries until it is cancelled; slow partners keep nothing else from going on."""
    while True:
        try:
            pause = 0.0 if await carrier.handle_once() + await carrier.carry_once() else _PAUSE_SECONDS
        except (psycopg.Error, Refusal) as error:
            telemetry.FAILURES.labels("exchange").inc()
            log.error("the exchange failed", exc_info=error)
            pause = _PAUSE_AFTER_FAILURE_SECONDS
        await asyncio.sleep(pause)


def carrier_of(works: Works, chosen: Settings) -> Carrier:
    """The exchange with partners' systems, as the settings allow it."""
    return Carrier(works, Seal(chosen.home), outbound.of(chosen), chosen)


async def notify(messenger: Messenger) -> None:
    """Reminds and delivers until it is cancelled; slow receivers keep nothing else from going on."""
    next_look = 0.0
    while True:
        try:
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + 60.0 * messenger.settings.reminder_minutes
                await messenger.remind_once()
            pause = 0.0 if await messenger.send_once() else _PAUSE_SECONDS
        except (psycopg.Error, Refusal) as error:
            log.error("notifying failed", exc_info=error)
            pause = _PAUSE_AFTER_FAILURE_SECONDS
        await asyncio.sleep(pause)


async def follow(chosen: Settings, owner_url: str) -> None:
    """Follows the outbox until it is cancelled. A failure is logged and tried again; nothing is skipped."""
    connections = pool(app_url(chosen, owner_url), 4)
    await connections.open()
    works, key, seal = Works(connections, SystemClock(), RandomIds()), LogKey.of(chosen.home, chosen.public_url), Seal(chosen.home)
    storage = leaving.Storage(chosen.home, files_of(chosen), seal, key, timedelta(days=chosen.bundle_days))
    others = [asyncio.create_task(carry(carrier_of(works, chosen))), asyncio.create_task(move(works, storage, chosen.trusted_installations))]
    others.append(asyncio.create_task(notify(Messenger(works, seal, outbound.of(chosen), chosen))))
    if chosen.probe_seconds:
        others.append(asyncio.create_task(probe(works, chosen)))
    try:
        while True:
            try:
                logged = await follow_once(works, key)
                telemetry.FACTS_LOGGED.inc(logged)
                followed = logged + await pass_on_once(works, seal) + await draw_once(works)
                telemetry.LAST_ROUND.labels("log").set_to_current_time()
                pause = 0.0 if followed >= _AT_ONCE else _GATHERING_SECONDS if followed else _PAUSE_SECONDS
            except (psycopg.Error, Refusal) as error:
                telemetry.FAILURES.labels("log").inc()
                log.error("following the outbox failed", exc_info=error)
                pause = _PAUSE_AFTER_FAILURE_SECONDS
            await asyncio.sleep(pause)
    finally:
        for task in others:
            task.cancel()
        await connections.close()


def main() -> None:
    """`python -m ashiato.worker`, started by `ashiato serve`. Where processors are scarce, those who wait for an answer go before it."""
    os.nice(_NICE)
    chosen = settings.load()
    telemetry.configure(chosen.log_level)
    tracing.configure("worker")
    if chosen.database_url is None:
        raise SystemExit("the worker is started by `ashiato serve`, which knows the database")
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # which asyncio ends in good order for
    try:
        uvloop.run(follow(chosen, chosen.database_url.get_secret_value()))
    except KeyboardInterrupt:
        return
    finally:
        tracing.close()


if __name__ == "__main__":
    main()
