"""Messages of the traceability side, spelled as its open client spells them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ashiato.gateways.ouranos.wire import Id, Instant, Message, Model, storable

Description = Annotated[str, StringConstraints(max_length=100), AfterValidator(storable)]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(storable)]
Extension = Annotated[str, StringConstraints(min_length=1, max_length=10), AfterValidator(storable)]
NoticeName = Literal["REQUEST_NEW", "REQUEST_CANCELED", "REQUEST_REJECTED", "CFP_RESPONSED", "CFP_UPDATED", "REPLY_MESSAGE_REGISTERED"]
TrackState = Literal["SUCCESS", "ERROR", "PROCESSING"]


class AclItem(Model):
    """One group of figures, and whether it is released."""

    aclItemGroup: Literal["TOTALCFP", "TOTALDQR"]
    releasedFlag: bool


class CfpAclIn(Model):
    """What one recipient may see of a part's figures; all settings at once."""

    operatorId: Id
    releasedToOperatorId: Id
    traceId: Id
    acl: Annotated[list[AclItem], Field(min_length=1, max_length=2)]


class CfpAclOut(Model):
    """What one recipient may see of a part's figures."""

    releasedFromOperatorId: Id
    releasedToOperatorId: Id
    traceId: Id
    acl: list[AclItem]


class CertificationAclIn(Model):
    """Whether one recipient may see a part's certificate."""

    operatorId: Id
    releasedToOperatorId: Id
    traceId: Id
    releasedFlag: bool


class CertificationAclOut(Model):
    """Whether one recipient may see a part's certificate."""

    releasedFromOperatorId: Id
    releasedToOperatorId: Id
    traceId: Id
    releasedFlag: bool


class TraceOut(Model):
    """Which part it was about."""

    traceId: Id


class NamedFile(Model):
    """A file that was sent."""

    fileId: Id
    fileName: FileName


class CertificationInfoIn(Model):
    """A part's certificate with files that were sent."""

    operatorId: Id
    cfpCertificationId: Id | None = None
    traceId: Id
    cfpCertificationDescription: Description | None = None
    cfpCertificationFileInfo: Annotated[list[NamedFile], Field(max_length=100)]


class OwnedFile(Model):
    """A file of a certificate, and whose it is."""

    operatorId: Id
    fileId: Id
    fileName: str


class CertificationInfoOut(Model):
    """A part's certificate."""

    cfpCertificationId: Id
    traceId: Id
    cfpCertificationFileInfo: list[OwnedFile]


class DetachedOut(Model):
    """What was taken off."""

    traceId: Id
    fileId: Id | None = None


class AnnouncedFile(Model):
    """A file that will be sent."""

    fileName: FileName
    extension: Extension


class UploadIn(Model):
    """Files that will be sent."""

    operatorId: Id
    fileInfo: Annotated[list[AnnouncedFile], Field(min_length=1, max_length=100)]


class FileUrl(Model):
    """Where a file is sent to, or fetched from, for a few minutes."""

    fileId: Id
    fileName: str
    URL: str


class TradeRelation(Model):
    """The request that a notification is about."""

    tradeId: Id
    requestId: Id
    downstreamOperatorId: Id
    upstreamOperatorId: Id
    downstreamTraceId: Id
    upstreamTraceId: Id | None = None


class Notification(Model):
    """What the company is told of another's deed."""

    notificationId: Id
    notificationType: NoticeName
    notifiedFromOperatorId: Id
    tradeRelation: TradeRelation
    notifiedAt: Instant


class NotificationsOut(Model):
    """Notifications, newest first; `next` is the first one of the following page."""

    notifications: list[Notification]
    next: Id | None = None


class ReplyIn(Model):
    """What a supplier says to a request; nothing takes it back."""

    operatorId: Id
    requestId: Id
    replyMessage: Message | None = None


class ReplyOut(Model):
    """Which request it was about."""

    requestId: Id


class TrackOut(Model):
    """What became of a write."""

    trackId: str
    requestCreatedAt: Instant
    acceptedRequestStatus: TrackState
    summaryRequestStatus: TrackState


class ErrorItem(Model):
    """One thing that went wrong."""

    errorCode: str
    errorDescription: str


class ErrorsModel(Model):
    """What went wrong."""

    errors: list[ErrorItem]
