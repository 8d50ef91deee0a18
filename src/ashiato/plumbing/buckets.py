"""Files in a bucket of a store that speaks S3: AWS, or any other by its address."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import blobs
from ashiato.plumbing.settings import Settings

if TYPE_CHECKING:  # it has them for type checkers only
    from obstore.store import ClientConfig, RetryConfig, S3Config

_FAILURES = (BaseError, OSError)  # the library's own ones and Python's: what is not there is a FileNotFoundError
_SPOOL = 1 << 20  # bytes that are held in memory before they are spooled to the disk
_TIMEOUT = "30s"
log = structlog.get_logger()
_RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


def files_of(chosen: Settings) -> blobs.Files:
    """Where an installation keeps its files: in the bucket that its settings name, else in its home."""
    return Bucket(chosen) if chosen.files else blobs.Folder(chosen.home)


class Bucket:
    """Files in a bucket, under `files/` below the prefix that the settings name. A PUT is whole and durable or did not happen."""

    def __init__(self, chosen: Settings) -> None:
        address = urlsplit(chosen.files)
        self._address = f"s3://{address.netloc}{address.path.rstrip('/')}"
        self._store = S3Store(
            address.netloc,
            prefix=address.path.strip("/") or None,
            config=_config(chosen),
            client_options=_client(chosen),
            retry_config=_RETRIES,
        )

    async def keep(self, chunks: AsyncIterator[bytes], most: int) -> blobs.Blob:
        """See `blobs.Files`. Refuses (`unavailable`) while the bucket cannot be reached."""
        with tempfile.SpooledTemporaryFile(_SPOOL) as spooled:
            file = cast(BinaryIO, spooled)
            blob = await blobs.arrived(file, chunks, most)
            file.seek(0)
            try:
                await obstore.put_async(self._store, _key(blob.digest), file)
            except _FAILURES as error:  # its answer may have been lost: then bytes lie there that nothing names
                log.warning("bytes may lie in the bucket", digest=blob.digest, error=type(error).__name__)
                raise _unreachable() from error
        return blob

    def blocks(self, digest: str) -> Iterator[bytes]:
        """See `blobs.Files`."""
        try:
            for block in obstore.get(self._store, _key(digest)):
                yield bytes(block)
        except FileNotFoundError as error:
            raise FileNotFoundError(self.where(digest)) from error
        except _FAILURES as error:
            raise blobs.UnreachableError(self.where(digest)) from error

    async def discard(self, digest: str) -> None:
        """See `blobs.Files`. While the bucket cannot be reached they stay there: whoever discards has dropped their key before."""
        try:
            await obstore.delete_async(self._store, _key(digest))
        except FileNotFoundError:
            return
        except _FAILURES as error:
            log.warning("bytes stayed in the bucket", digest=digest, error=type(error).__name__)

    def where(self, digest: str) -> str:
        """See `blobs.Files`."""
        return f"{self._address}/{_key(digest)}"

    def digests(self) -> Iterator[str]:
        """See `blobs.Files`."""
        try:
            for page in obstore.list(self._store, "files"):
                yield from (found["path"].rpartition("/")[2] for found in page)
        except _FAILURES as error:
            raise blobs.UnreachableError(self._address) from error

    def leftovers(self) -> list[str]:
        """See `blobs.Files`: of what broke off, a bucket shows nothing."""
        return []


def _config(chosen: Settings) -> "S3Config":
    config: S3Config = {"region": chosen.s3_region, "checksum_algorithm": "sha256"}
    if chosen.s3_endpoint:
        config["endpoint"] = chosen.s3_endpoint
    if chosen.s3_access_key_id and chosen.s3_secret_access_key:
        config |= {"access_key_id": chosen.s3_access_key_id, "secret_access_key": chosen.s3_secret_access_key.get_secret_value()}
    return config


def _client(chosen: Settings) -> "ClientConfig":
    return {"allow_http": chosen.s3_endpoint.startswith("http://"), "timeout": _TIMEOUT, "connect_timeout": _TIMEOUT}


def _key(digest: str) -> str:
    return f"files/{digest[:2]}/{digest}"


def _unreachable() -> Refusal:
    return Refusal(Kind.UNAVAILABLE, "files.unreachable", "The file could not be kept: its store does not answer.", "Send it again in a minute.")
