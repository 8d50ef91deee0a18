"""Calls of a partner's system, as a data recipient and as whoever answers one: tokens, lists, single footprints, events."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from ashiato.domain import exchange
from ashiato.kernel.digest import Json
from ashiato.plumbing.outbound import Outbound, OutboundError, Reply

CLOUD_EVENT = "application/cloudevents+json; charset=UTF-8"
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?next"?', re.IGNORECASE)
_MOST_PAGES = 200
_OK, _ACCEPTED, _TRY_LATER = 200, 202, (408, 425, 429, 500, 502, 503, 504)


def refused(reply: Reply, what: str) -> OutboundError:
    """A partner's refusal, in its own code; it may be repeated where the partner was busy."""
    code = ""
    try:
        told = json.loads(reply.body)
        code = str(told.get("code") or told.get("error") or "")[:60] if isinstance(told, dict) else ""
    except (ValueError, RecursionError):
        pass
    return OutboundError("partner.refused", f"{what}: the partner answers {reply.status} {code}".strip(), again=reply.status in _TRY_LATER)


@dataclass
class PartnerClient:
    """One partner's system, with the account that it has given to the calling company."""

    outbound: Outbound
    connection: exchange.partners.Connection
    token: str = field(default="", repr=False)

    @property
    def base(self) -> str:
        """The address below which the partner answers, and the version that it is called in."""
        return self.connection.endpoint.address

    async def log_in(self) -> None:
        """Fetches a token where the partner's discovery says, else where the standard takes for granted."""
        where = self.connection.endpoint.token_address or self.base
        address = await self._discovered(where) or f"{where}/auth/token"
        reply = await self.outbound.call(
            "POST", address, body=b"grant_type=client_credentials", headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=(self.connection.account, self.connection.secret),
        )  # fmt: skip
        told = _json(reply) if reply.status == _OK else None
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise refused(reply, "No token")
        self.token = told["access_token"]

    async def _discovered(self, where: str) -> str | None:
        """What the partner's discovery names, if it stands at the same host: the secret goes nowhere else."""
        try:
            reply = await self.outbound.call("GET", f"{where}/.well-known/openid-configuration")
        except OutboundError as error:
            if error.again:
                raise
            return None
        told = _json(reply) if reply.status == _OK else None
        named = str(told.get("token_endpoint") or "") if isinstance(told, dict) else ""
        return named if named and urlsplit(named).netloc == urlsplit(where).netloc else None

    async def _call(self, method: str, address: str, **options: Any) -> Reply:
        """A call with a token, fetched at the first one."""
        if not self.token:
            await self.log_in()
        headers = options.pop("headers", {})
        return await self.outbound.call(method, address, headers=headers | {"Authorization": f"Bearer {self.token}"}, **options)

    async def footprints(self) -> AsyncIterator[Json]:
        """Every footprint that the partner lists, page after page; pages stand at the partner's own host."""
        address: str | None = f"{self.base}/{self.connection.endpoint.version}/footprints?limit=100"
        for _ in range(_MOST_PAGES):
            if address is None:
                return
            reply = await self._call("GET", address)
            told = _json(reply) if reply.status in (_OK, _ACCEPTED) else None
            if not isinstance(told, dict) or not isinstance(told.get("data"), list):
                raise refused(reply, "No list")
            for one in told["data"]:
                yield one
            address = self._following(address, reply)

    def _following(self, address: str, reply: Reply) -> str | None:
        found = _NEXT.search(reply.headers.get("link", ""))
        if found is None:
            return None
        following = urljoin(address, str(found[1]))
        if urlsplit(following).netloc != urlsplit(self.base).netloc:
            raise OutboundError("partner.page", "The next page stands at another host.")
        return following

    async def footprints_named(self, footprint_ids: list[str]) -> AsyncIterator[Json]:
        """These footprints, one by one. Raises OutboundError where the partner does not have one of them."""
        for footprint_id in footprint_ids:
            reply = await self._call("GET", f"{self.base}/{self.connection.endpoint.version}/footprints/{footprint_id}")
            told = _json(reply) if reply.status == _OK else None
            if not isinstance(told, dict) or "data" not in told:
                raise refused(reply, "No footprint")
            yield told["data"]

    async def send(self, event: bytes) -> None:
        """Delivers an event. Raises OutboundError where the partner does not take it."""
        address = f"{self.base}/{self.connection.endpoint.version}/events"
        reply = await self._call("POST", address, body=event, headers={"Content-Type": CLOUD_EVENT})
        if not _OK <= reply.status < 300:  # noqa: PLR2004 — any success
            raise refused(reply, "No event taken")


def _json(reply: Reply) -> Any:
    """What was answered. Raises OutboundError for what is no JSON."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise OutboundError("partner.form", "The answer is no JSON.", again=reply.status in _TRY_LATER) from error
