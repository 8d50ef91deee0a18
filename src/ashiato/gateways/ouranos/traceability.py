"""Calls of the traceability side: disclosure, certificates, notifications, replies, tracks."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from ashiato.domain import evidence, footprint, trade
from ashiato.domain.participants import Actor
from ashiato.gateways.ouranos import errors
from ashiato.gateways.ouranos.desk import LARGEST, AtDesk, Call
from ashiato.gateways.ouranos.files import url
from ashiato.gateways.ouranos.listing import Start, page
from ashiato.gateways.ouranos.operators import own
from ashiato.gateways.ouranos.tokens import FileAddress
from ashiato.gateways.ouranos.traceability_wire import (
    AclItem,
    CertificationAclIn,
    CertificationAclOut,
    CertificationInfoIn,
    CertificationInfoOut,
    CfpAclIn,
    CfpAclOut,
    DetachedOut,
    FileUrl,
    NoticeName,
    Notification,
    NotificationsOut,
    OwnedFile,
    ReplyIn,
    ReplyOut,
    TraceOut,
    TrackOut,
    TrackState,
    TradeRelation,
    UploadIn,
)
from ashiato.gateways.ouranos.wire import Id
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing import tracks
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["traceability"], max_body_size=LARGEST)
PATHS = ("/cfpAcl", "/cfpCertificationAcl", "/cfpCertificationInfo", "/cfpCertifications", "/fileUploadUrl", "/fileDownloadUrl", "/keyId",
         "/notifications", "/replyMessages", "/requestStatus")  # fmt: skip
_PAGE = 100
_MOST_TRACKS = 10
_TRACK = re.compile("[0-9a-f]{32}")
Asker = Annotated[Id, Query()]


@router.get("/cfpAcl", response_model=list[CfpAclOut])
async def disclosed_figures(desk: AtDesk, operatorId: Asker, traceId: Asker) -> Response:
    """Who may see which figures of one of the own parts, by recipient."""

    async def verb(work: Work, actor: Actor) -> list[CfpAclOut]:
        own(actor, operatorId)
        wishes = await footprint.statements.disclosures(work, actor, PartId(traceId))
        said = [(wish, _acl(wish)) for wish in wishes]
        return [
            CfpAclOut(releasedFromOperatorId=actor.company_id, releasedToOperatorId=wish.recipient_id, traceId=traceId, acl=acl)
            for wish, acl in said
            if acl
        ]

    return desk.answer(await desk.read(verb))


def _acl(wish: footprint.statements.Disclosure) -> list[AclItem]:
    figures = [AclItem(aclItemGroup="TOTALCFP", releasedFlag=wish.figures)] if wish.figures is not None else []
    return figures + ([AclItem(aclItemGroup="TOTALDQR", releasedFlag=wish.quality)] if wish.quality is not None else [])


@router.post("/cfpAcl", response_model=TraceOut)
async def disclose_figures(body: CfpAclIn, desk: AtDesk) -> Response:
    """Says what one recipient may see of a part's figures, from now on."""
    said = {item.aclItemGroup: item.releasedFlag for item in body.acl}

    async def verb(work: Work, actor: Actor) -> TraceOut:
        own(actor, body.operatorId)
        wish = footprint.statements.Disclosure(body.traceId, body.releasedToOperatorId, said.get("TOTALCFP"), said.get("TOTALDQR"))
        await footprint.statements.disclose(work, actor, wish)
        return TraceOut(traceId=body.traceId)

    return desk.answer(await desk.write(verb))


@router.get("/cfpCertificationAcl", response_model=list[CertificationAclOut])
async def disclosed_certificates(desk: AtDesk, operatorId: Asker, traceId: Asker) -> Response:
    """Who may see the certificate of one of the own parts, by recipient."""

    async def verb(work: Work, actor: Actor) -> list[CertificationAclOut]:
        own(actor, operatorId)
        return [
            CertificationAclOut(
                releasedFromOperatorId=actor.company_id, releasedToOperatorId=wish.recipient_id, traceId=traceId, releasedFlag=wish.certificates
            )
            for wish in await footprint.statements.disclosures(work, actor, PartId(traceId))
            if wish.certificates is not None
        ]

    return desk.answer(await desk.read(verb))


@router.post("/cfpCertificationAcl", response_model=TraceOut)
async def disclose_certificate(body: CertificationAclIn, desk: AtDesk) -> Response:
    """Says whether one recipient may see a part's certificate, from now on."""

    async def verb(work: Work, actor: Actor) -> TraceOut:
        own(actor, body.operatorId)
        await footprint.statements.disclose(
            work, actor, footprint.statements.Disclosure(body.traceId, body.releasedToOperatorId, certificates=body.releasedFlag)
        )
        return TraceOut(traceId=body.traceId)

    return desk.answer(await desk.write(verb))


@router.post("/cfpCertificationInfo", response_model=CertificationInfoOut)
async def certify(body: CertificationInfoIn, desk: AtDesk) -> Response:
    """Gives a part its certificate, or describes it anew and adds files that were sent."""

    async def verb(work: Work, actor: Actor) -> CertificationInfoOut:
        own(actor, body.operatorId)
        files = [named.fileId for named in body.cfpCertificationFileInfo]
        kept = await footprint.certificates.attach(
            work, actor, PartId(body.traceId), body.cfpCertificationId, body.cfpCertificationDescription, files
        )
        told = [OwnedFile(operatorId=actor.company_id, fileId=file_id, fileName=name) for file_id, name in kept.files]
        return CertificationInfoOut(cfpCertificationId=kept.certificate_id, traceId=body.traceId, cfpCertificationFileInfo=told)

    return desk.answer(await desk.write(verb))


@router.delete("/cfpCertifications", response_model=DetachedOut)
async def detach(desk: AtDesk, operatorId: Asker, traceId: Asker, fileId: Start = None) -> Response:
    """Takes one file, or all, off a part's certificate; the last one takes the certificate with it."""

    async def verb(work: Work, actor: Actor) -> DetachedOut:
        own(actor, operatorId)
        await footprint.certificates.detach(work, actor, PartId(traceId), fileId)
        return DetachedOut(traceId=traceId, fileId=fileId)

    return desk.answer(await desk.write(verb))


@router.post("/fileUploadUrl", response_model=list[FileUrl])
async def announce(body: UploadIn, desk: AtDesk) -> Response:
    """Where files can be sent to, for a few minutes: each address takes one file of this company."""

    async def verb(work: Work, actor: Actor) -> list[FileUrl]:
        own(actor, body.operatorId)
        files = await evidence.announce(work, [evidence.NewFile(each.fileName, each.extension) for each in body.fileInfo])
        return [
            FileUrl(
                fileId=file.file_id, fileName=file.name,
                URL=url(desk, FileAddress(actor.company_id, actor.company_id, file.file_id, "put"), work.now),
            )
            for file in files
        ]  # fmt: skip

    return desk.answer(await desk.write(verb))


@router.get("/keyId", response_class=PlainTextResponse)
async def key_id(desk: AtDesk) -> Response:
    """A word that the client sends back with a file; files are not sealed under keys of the client's choice here."""

    async def verb(_: Work, __: Actor) -> str:
        return "ashiato"

    return PlainTextResponse(await desk.read(verb))


@router.get("/fileDownloadUrl", response_model=FileUrl)
async def download(
    desk: AtDesk, operatorId: Asker, fileOperatorId: Asker, fileId: Asker, downloadType: Literal["OWN", "OTHER"], cfpCertificationId: Asker
) -> Response:
    """Where a file of an own certificate, or of the one behind an own request, can be fetched from, for a few minutes."""

    async def verb(work: Work, actor: Actor) -> FileUrl:
        own(actor, operatorId)
        if downloadType == "OWN":
            found = await footprint.certificates.owned(work, actor, cfpCertificationId)
        else:
            found = await footprint.certificates.of_trade(work, actor, cfpCertificationId)
        name = dict(found.files).get(fileId)
        if name is None or found.company_id != fileOperatorId:
            raise absent("file")
        return FileUrl(fileId=fileId, fileName=name, URL=url(desk, FileAddress(found.company_id, actor.company_id, fileId, "get"), work.now))

    return desk.answer(await desk.read(verb, notes=True))


@router.get("/notifications", response_model=NotificationsOut)
async def notifications(
    desk: AtDesk, operatorId: Asker, notifiedAtFrom: str | None = None, notifiedAtTo: str | None = None, after: Start = None
) -> Response:
    """What the company was told of others' deeds, newest first."""
    within = trade.notices.Within(_moment("notifiedAtFrom", notifiedAtFrom), _moment("notifiedAtTo", notifiedAtTo, end=True), after)

    async def verb(work: Work, actor: Actor) -> NotificationsOut:
        own(actor, operatorId)
        rows, following = page(await trade.notices.received(work, actor, within, _PAGE + 1), _PAGE)
        return NotificationsOut(notifications=[_notification(row) for row in rows], next=following.notice_id if following else None)

    return desk.answer(await desk.read(verb))


def _moment(field: str, text: str | None, *, end: bool = False) -> datetime | None:
    """A day (its end is the next day's beginning) or an instant, in UTC. Refuses (400) what is neither."""
    if text is None:
        return None
    try:
        if len(text) == len("2024-12-31"):
            return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=int(end))
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise errors.unexpected(field) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_KINDS = trade.notices.NoticeKind
_NAMES: dict[str, NoticeName] = {
    _KINDS.ASKED: "REQUEST_NEW", _KINDS.CANCELLED: "REQUEST_CANCELED", _KINDS.REJECTED: "REQUEST_REJECTED",
    _KINDS.ANSWERED: "CFP_RESPONSED", _KINDS.UPDATED: "CFP_UPDATED", _KINDS.REPLIED: "REPLY_MESSAGE_REGISTERED",
}  # fmt: skip


def _notification(row: trade.notices.Received) -> Notification:
    linked = row.state in ("linked", "answered")
    relation = TradeRelation(
        tradeId=row.request_id, requestId=row.request_id, downstreamOperatorId=row.buyer_id, upstreamOperatorId=row.supplier_id,
        downstreamTraceId=row.downstream_part_id or row.request_id,
        upstreamTraceId=(row.upstream_part_id or row.request_id) if linked else None,
    )  # fmt: skip
    return Notification(
        notificationId=row.notice_id, notificationType=_NAMES[row.kind], notifiedFromOperatorId=row.company_id, tradeRelation=relation,
        notifiedAt=row.noted_at,
    )  # fmt: skip


@router.post("/replyMessages", response_model=ReplyOut)
async def reply(body: ReplyIn, desk: AtDesk) -> Response:
    """The supplier says something to a request, or takes it back."""

    async def verb(work: Work, actor: Actor) -> ReplyOut:
        own(actor, body.operatorId)
        await trade.dealings.reply(work, actor, RequestId(body.requestId), body.replyMessage or "")
        return ReplyOut(requestId=body.requestId)

    return desk.answer(await desk.write(verb))


@router.get("/requestStatus", response_model=list[TrackOut])
async def track_states(desk: AtDesk, operatorId: Asker, trackId: Annotated[str, Query(max_length=400)]) -> Response:
    """What became of own writes, by the numbers that their answers carried; unknown ones are left out.

    A write is accepted once it is durable; as a whole it is under way until the other parties' side has followed it.
    """
    wanted = [each.strip() for each in trackId.split(",")]
    if len(wanted) > _MOST_TRACKS or not all(_TRACK.fullmatch(each) for each in wanted):
        raise errors.unexpected("trackId")

    async def verb(work: Work, actor: Actor) -> list[TrackOut]:
        own(actor, operatorId)
        found = await tracks.found(work, wanted)
        under_way = await trade.notices.under_way(work, actor, [each.accepted_at for each in found])
        return [_track(each, under_way=each.accepted_at in under_way) for each in found]

    return desk.answer(await desk.read(verb))


def _track(found: tracks.Track, *, under_way: bool) -> TrackOut:
    state: TrackState = ("PROCESSING" if under_way else "SUCCESS") if found.succeeded else "ERROR"
    return TrackOut(trackId=found.track_id, requestCreatedAt=found.accepted_at, acceptedRequestStatus="SUCCESS", summaryRequestStatus=state)
