"""The cases of PACT's conformance service, put to any system: what is asked, and what has to come back.

Numbers are those of the service (versions 3 and 2). Events are sent and their receipt is judged; whether the system later calls back
is for whoever receives the calls to see.
"""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx

NOBODY = str(UUID(int=0))
_FILTERS = ("productId", "companyId", "geography", "classification", "validOn", "validAfter", "validBefore", "status")
_REQUIRED = {
    3: ("id", "specVersion", "created", "status", "companyName", "companyIds", "productDescription", "productIds", "productNameCompany", "pcf"),
    2: ("id", "specVersion", "version", "created", "status", "companyName", "companyIds", "productDescription", "productIds", "productCategoryCpc",
        "productNameCompany", "comment", "pcf"),
}  # fmt: skip
_TYPES = {
    3: ("org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3", "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"),
    2: ("org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1", "org.wbcsd.pathfinder.ProductFootprint.Published.v1"),
}
_REFUSED = (400, 401)
_OK = (200,)


class Failed(Exception):
    """The system did not answer as the case demands."""


@dataclass
class Subject:
    """The system that is examined. `run`: the prefix of the identifiers of the events that are sent."""

    address: str
    account: str
    secret: str
    version: int = 3
    token_address: str = ""
    trust: ssl.SSLContext | bool = True
    run: str = field(default_factory=lambda: str(uuid4()))
    source: str = "//conformance.example"
    token: str = field(default="", repr=False)
    first: dict[str, Any] = field(default_factory=dict)
    alone: bool = False  # the system lists this one footprint and no other
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(verify=self.trust, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    @property
    def footprints(self) -> str:
        return f"{self.address}/{self.version}/footprints"

    @property
    def events(self) -> str:
        return f"{self.address}/{self.version}/events"

    def expect(
        self, statuses: tuple[int, ...], method: str, address: str, *, code: str = "", token: str | None = None, **options: Any
    ) -> httpx.Response:
        """The answer, if it has one of these statuses and this code of error. Raises Failed for every other."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"} | options.pop("headers", {})
        answer = self.http.request(method, address, headers=headers, **options)
        if answer.status_code not in statuses:
            raise Failed(f"{answer.status_code} instead of {' or '.join(map(str, statuses))}")
        if code and member(answer, "code") != code:
            raise Failed(f"code {member(answer, 'code')} instead of {code}")
        return answer

    def fetch_token(self, address: str, secret: str, statuses: tuple[int, ...]) -> Any:
        """The answer of a token's address to these credentials."""
        answer = self.http.post(address, data={"grant_type": "client_credentials"}, auth=(self.account, secret))
        if answer.status_code not in statuses:
            raise Failed(f"{answer.status_code} instead of {' or '.join(map(str, statuses))}")
        return answer.json()

    def event(self, kind: int, data: dict[str, Any], case: str) -> dict[str, Any]:
        """An event: a request (0) or a publication (1)."""
        spelled = "2026-03-05T17:31:00Z"
        return {
            "type": _TYPES[self.version][kind],
            "specversion": "1.0",
            "id": f"{self.run}/{case}",
            "source": self.source,
            "time": spelled,
            "data": data,
        }

    def send(self, statuses: tuple[int, ...], told: Any, *, code: str = "", token: str | None = None) -> None:
        """Sends an event. Raises Failed where it is not answered so."""
        self.expect(
            statuses, "POST", self.events, code=code, token=token, json=told, headers={"Content-Type": "application/cloudevents+json; charset=UTF-8"}
        )


def member(answer: httpx.Response, name: str) -> Any:
    """A member of an answer that is an object; None for every other answer."""
    try:
        told = answer.json()
    except ValueError:
        return None
    return told.get(name) if isinstance(told, dict) else None


@dataclass(frozen=True)
class Case:
    """One case: its number, what it asks, and whether conformance hangs on it."""

    number: str
    what: str
    check: Callable[[Subject], object]
    mandatory: bool = True


def _tokens(subject: Subject) -> None:
    told = subject.fetch_token(_standard(subject), subject.secret, _OK)
    if not isinstance(told.get("access_token"), str):
        raise Failed("no access_token")
    subject.token = told["access_token"]


def _standard(subject: Subject) -> str:
    return f"{subject.token_address or subject.address}/auth/token"


def _discovered(subject: Subject) -> str:
    answer = subject.http.get(f"{subject.token_address or subject.address}/.well-known/openid-configuration")
    found = member(answer, "token_endpoint")
    if answer.status_code not in _OK or not isinstance(found, str):
        raise Failed("no token_endpoint")
    return found


def _listed(subject: Subject, statuses: tuple[int, ...] = (200, 202), **params: Any) -> list[dict[str, Any]]:
    found = member(subject.expect(statuses, "GET", subject.footprints, params=params or None), "data")
    if not isinstance(found, list):
        raise Failed("no data")
    for one in found:
        missing = [name for name in _REQUIRED[subject.version] if name not in one]
        if missing:
            raise Failed(f"a footprint without {', '.join(missing)}")
    return found


def _all(subject: Subject) -> None:
    found = _listed(subject)
    if not found:
        raise Failed("the list is empty")
    subject.first, subject.alone = found[0], len(found) == 1


def _one(subject: Subject) -> None:
    found = member(subject.expect(_OK, "GET", f"{subject.footprints}/{subject.first['id']}"), "data")
    if not isinstance(found, dict) or found.get("id") != subject.first["id"]:
        raise Failed("another footprint")


def _paged(subject: Subject) -> None:
    if subject.alone:
        raise Failed("only one footprint is granted to this account: a second one is needed to see a next page")
    link = subject.expect((200, 202), "GET", subject.footprints, params={"limit": 1}).links.get("next", {}).get("url", "")
    if urlsplit(link).netloc != urlsplit(subject.address).netloc:
        raise Failed("no link to the next page at the same host")
    subject.expect(_OK, "GET", link)


def _plain(method: str, address: Callable[[Subject], str]) -> Callable[[Subject], None]:
    """The same over plain HTTP must fail, however it does."""

    def check(subject: Subject) -> None:
        url = "http:" + address(subject).partition(":")[2]
        try:
            answer = subject.http.request(method, url, headers={"Authorization": f"Bearer {subject.token}"})
        except httpx.HTTPError:
            return
        if answer.is_success:
            raise Failed(f"{answer.status_code} over plain HTTP")

    return check


def _own_values(first: dict[str, Any]) -> dict[str, Any]:
    """What a filter would have to be given so that a footprint fits it; None where it says nothing of it."""
    pcf = first["pcf"]
    ends = first.get("validityPeriodEnd") or pcf["referencePeriodEnd"]
    starts = first.get("validityPeriodStart") or pcf["referencePeriodEnd"]
    place = next((pcf[name] for name in ("geographyCountrySubdivision", "geographyCountry", "geographyRegionOrSubregion") if pcf.get(name)), None)
    kinds = first.get("productClassifications") or [None]
    return {
        "productId": first["productIds"][0], "companyId": first["companyIds"][0], "geography": place, "classification": kinds[0],
        "validOn": starts, "validAfter": "1990-01-01T00:00:00Z", "validBefore": "2190-01-01T00:00:00Z", "status": first["status"],
    } | ({"validOn": ends} if ends < starts else {})  # fmt: skip


def _fits(name: str, value: str, one: dict[str, Any]) -> bool:
    own = _own_values(one)
    if name in ("productId", "companyId", "classification"):
        has = {"productId": one["productIds"], "companyId": one["companyIds"], "classification": one.get("productClassifications") or []}[name]
        return value.casefold() in [each.casefold() for each in has]
    return name.startswith("valid") or str(own[name]).casefold() == value.casefold()


def _filtered(*names: str) -> Callable[[Subject], None]:
    def check(subject: Subject) -> None:
        values = {name: value for name in names if (value := _own_values(subject.first)[name]) is not None}
        found = _listed(subject, _OK, **values)
        if values and subject.first["id"] not in [one["id"] for one in found] and len(values) == len(names):
            raise Failed("the footprint that was asked for is not among them")
        wrong = [one["id"] for one in found for name, value in values.items() if not _fits(name, value, one)]
        if wrong:
            raise Failed(f"{wrong[0]} does not fit")

    return check


def _either(subject: Subject) -> None:
    own = subject.first["companyIds"][0]
    found = _listed(subject, _OK, companyId=[own, "urn:bogus:nobody"])
    if not found or not all(_fits("companyId", own, one) for one in found):
        raise Failed("repeated values are no alternatives")


def _nothing(**params: Any) -> Callable[[Subject], None]:
    def check(subject: Subject) -> None:
        if _listed(subject, _OK, **{name: value(subject) if callable(value) else value for name, value in params.items()}):
            raise Failed("something fits what nothing can")

    return check


def _ask(product: Callable[[Subject], list[str]], case: str) -> Callable[[Subject], None]:
    def check(subject: Subject) -> None:
        ids = product(subject)
        subject.send(_OK, subject.event(0, {"productId": ids} if subject.version == 3 else {"pf": {"productIds": ids}}, case))  # noqa: PLR2004

    return check


def _publish(statuses: tuple[int, ...], case: str, *, wrong: bool = False, token: str | None = None) -> Callable[[Subject], None]:
    def check(subject: Subject) -> None:
        data = {} if wrong else {"pfIds": [subject.first["id"]]}
        subject.send(statuses, subject.event(1, data, case), code="BadRequest" if statuses != _OK else "", token=token)

    return check


def _openid(secret: Callable[[Subject], str], statuses: tuple[int, ...]) -> Callable[[Subject], object]:
    return lambda subject: subject.fetch_token(_discovered(subject), secret(subject), statuses)


def cases(version: int) -> Iterator[Case]:
    """The cases of a version, in the order in which they have to be put: the first ones yield what the later ones ask with."""
    yield Case("1", "a token for valid credentials", _tokens)
    yield Case("2", "no token for invalid credentials", lambda subject: subject.fetch_token(_standard(subject), "wrong", _REFUSED))
    yield Case("4", "the list of footprints", _all)
    yield Case("3", "one footprint", _one)
    yield Case("5", "the link to the next page", _paged)
    refused: dict[str, Any] = {"code": "BadRequest", "token": "wrong"}
    yield Case("6", "no list for a wrong token", lambda subject: subject.expect(_REFUSED, "GET", subject.footprints, **refused))
    yield Case(
        "7",
        "no footprint for a wrong token",
        lambda subject: subject.expect(_REFUSED, "GET", f"{subject.footprints}/{subject.first['id']}", **refused),
    )
    yield Case("8", "no footprint that does not exist", lambda subject: subject.expect((404, 400), "GET", f"{subject.footprints}/{NOBODY}"))
    yield Case("9", "no token over plain HTTP", _plain("POST", _standard))
    yield Case("10", "no list over plain HTTP", _plain("GET", lambda subject: subject.footprints))
    yield Case("11", "no footprint over plain HTTP", _plain("GET", lambda subject: f"{subject.footprints}/{subject.first['id']}"))
    yield Case("12", "an event that asks for footprints", _ask(lambda subject: subject.first["productIds"], "12"))
    yield Case("14", "an event that asks for what does not exist", _ask(lambda _: ["urn:pact:null"], "14"))
    yield Case("15", "an event that tells of footprints", _publish(_OK, "15"))
    yield Case("16", "no event with a wrong token", _publish(_REFUSED, "16", token="wrong"))  # noqa: S106
    yield Case("17", "no event over plain HTTP", _plain("POST", lambda subject: subject.events))
    yield Case("18", "discovery and a token", _openid(lambda subject: subject.secret, _OK), mandatory=False)
    yield Case("19", "discovery and no token for invalid credentials", _openid(lambda _: "wrong", _REFUSED), mandatory=False)
    yield from _of_version_3() if version == 3 else _of_version_2()  # noqa: PLR2004


def _of_version_3() -> Iterator[Case]:
    for number, name in enumerate(_FILTERS, 20):
        yield Case(str(number), f"filter {name}", _filtered(name))
    yield Case("28", "filters status and productId", _filtered("status", "productId"))
    yield Case("29", "a repeated filter", _either)
    bogus = {
        "productId": "urn:bogus:product", "companyId": "urn:bogus:company", "geography": "XX", "classification": "urn:bogus:kind",
        "validOn": "1900-01-01T00:00:00Z", "validAfter": "2999-01-01T00:00:00Z", "validBefore": "1900-01-01T00:00:00Z", "status": "Bogus",
    }  # fmt: skip
    for number, (name, value) in enumerate(bogus.items(), 30):
        yield Case(str(number), f"filter {name} that nothing fits", _nothing(**{name: value}))
    yield Case(
        "38", "filters of which one does not fit", _nothing(productId=lambda subject: subject.first["productIds"][0], companyId="urn:bogus:company")
    )
    yield Case("39", "a repeated filter that nothing fits", _nothing(productId=["urn:bogus:one", "urn:bogus:other"]))
    yield Case("40", "no event without what it tells of", _publish((400,), "40", wrong=True))


def _of_version_2() -> Iterator[Case]:
    def filtered(subject: Subject) -> None:
        found = _listed(subject, _OK, **{"$filter": f"created ge '{subject.first['created']}'"})
        if not found:
            raise Failed("nothing fits its own day")

    yield Case("20", "$filter", filtered, mandatory=False)
    yield Case("21", "no event without what it tells of", _publish((400,), "21", wrong=True))


def examine(subject: Subject) -> Iterator[tuple[Case, str]]:
    """Each case with what went wrong, or an empty text."""
    for case in cases(subject.version):
        try:
            case.check(subject)
            yield case, ""
        except (Failed, httpx.HTTPError, KeyError, IndexError, TypeError, ValueError) as failure:
            yield case, str(failure) or type(failure).__name__
