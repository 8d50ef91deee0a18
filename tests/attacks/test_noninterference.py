"""Nothing that A receives depends on what B keeps to itself: pairs of worlds, every route, byte by byte; and five defects that would be noticed."""

import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from unittest import mock
from uuid import UUID

import psycopg
import pytest
from fastapi import Response
from tests import assurance
from tests.attacks.two_worlds import SEED, Side, compare, keep_secret, open_worlds, routes

from ashiato.domain.participants import Actor
from ashiato.gateways.rest import PREFIX, Desk
from ashiato.plumbing.clock import SeededIds
from ashiato.plumbing.limits import Limits
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work

Worlds = tuple[Side, Side]
PARTS, PEOPLE = ("GET", f"{PREFIX}/parts"), ("POST", f"{PREFIX}/people")


@pytest.fixture(scope="module")
async def worlds(chosen: Settings, owner_url: str) -> AsyncIterator[Worlds]:
    async with open_worlds(chosen, owner_url) as sides:
        yield sides


async def campaign(worlds: Worlds, size: int, *, full: bool) -> None:
    every, seed = set(routes(worlds[0].app)), assurance.seed()
    found = await compare(*worlds, max(size, 2 * len(every)), f"{SEED}/{seed}")
    assert not found.differences, f"seed {seed}\n" + "\n".join(found.differences)
    assert found.covered == every, "every route is asked"
    assert found.succeeded > found.pairs / 5, "and not only to be refused"
    for side in worlds:
        await side.a.get("/me")
    size_told = "{pairs:,} pairs: one request of A's to each of two worlds that differ in what B keeps to itself"
    result = f"0 differences, 0 failures over all {len(every)} routes"
    canaries = "a unique key over all companies, one sequence for all, a view with its owner's rights, a total of all rows, a limit for all together"
    assurance.report(assurance.Outcome("non-interference", size_told, seed, result, canaries, {"pairs": found.pairs}), full=full)


async def test_what_a_sees_does_not_depend_on_what_b_keeps_to_itself(worlds: Worlds) -> None:
    await campaign(worlds, 300, full=False)


def sql(worlds: Worlds, statement: str) -> None:
    for side in worlds:
        with psycopg.connect(side.url, autocommit=True, options="-c search_path=ashiato") as connection:
            connection.execute(statement)


@contextmanager
def put(owners: list[object], name: str, values: list[object]) -> Iterator[None]:
    """Each owner with another value for as long as the block lasts, frozen or not."""
    before = [getattr(owner, name) for owner in owners]
    for owner, value in zip(owners, values, strict=True):
        object.__setattr__(owner, name, value)
    try:
        yield
    finally:
        for owner, value in zip(owners, before, strict=True):
            object.__setattr__(owner, name, value)


@contextmanager
def global_unique_key(worlds: Worlds) -> Iterator[None]:
    sql(worlds, "CREATE UNIQUE INDEX planted ON person (email) WHERE email LIKE '%@mutant.test'")
    try:
        with put(list(worlds), "stem", ["MUTANT", "MUTANT"]):
            yield
    finally:
        sql(worlds, "DROP INDEX planted")


class OneSequence(SeededIds):
    """Identifiers that all companies draw from together."""

    def new(self, tenant: UUID | None) -> UUID:
        return super().new(None)


def global_sequence(worlds: Worlds) -> AbstractContextManager[None]:
    return put([side.tools.works for side in worlds], "ids", [OneSequence("one"), OneSequence("one")])


def telling(query: str) -> AbstractContextManager[object]:
    """A gateway that tells, with each list, what this query answers."""
    read = Desk.read

    async def with_total(self: Desk, verb: Callable[[Work, Actor], Awaitable[object]], **options: object) -> Response:
        totals = []

        async def counting(work: Work, actor: Actor) -> object:
            model = await verb(work, actor)
            totals.append(await (await work.connection.execute(query)).fetchone())
            return model

        response = await read(self, counting, **options)
        response.headers["X-Total-Count"] = str(totals[-1][0])
        return response

    return mock.patch.object(Desk, "read", with_total)


@contextmanager
def view(worlds: Worlds, options: str) -> Iterator[None]:
    sql(worlds, "ALTER TABLE part NO FORCE ROW LEVEL SECURITY")  # forced, it binds the view's owner too
    sql(worlds, f"CREATE VIEW parts_of_all {options} AS SELECT * FROM part; GRANT SELECT ON parts_of_all TO ashiato_member")
    try:
        with telling("SELECT count(*) FROM parts_of_all"):
            yield
    finally:
        sql(worlds, "DROP VIEW parts_of_all; ALTER TABLE part FORCE ROW LEVEL SECURITY")


def owner_rights_view(worlds: Worlds) -> AbstractContextManager[None]:
    return view(worlds, "")


def view_with_the_askers_rights(worlds: Worlds) -> AbstractContextManager[None]:
    return view(worlds, "WITH (security_invoker)")


def page_total(worlds: Worlds) -> AbstractContextManager[object]:
    return telling("SELECT reltuples FROM pg_class WHERE oid = 'ashiato.part'::regclass")


class OneBucket(Limits):
    """A limit that all companies share."""

    def count(self, scope: dict[str, object], company_id: UUID, account_id: UUID | None) -> None:
        super().count(scope, UUID(int=0), None)


def shared_rate_bucket(worlds: Worlds) -> AbstractContextManager[None]:
    return put([side.tools for side in worlds], "limits", [OneBucket(4, lambda: 0.0), OneBucket(4, lambda: 0.0)])


def rate_buckets_of_their_own(worlds: Worlds) -> AbstractContextManager[None]:
    return put([side.tools for side in worlds], "limits", [Limits(4, lambda: 0.0), Limits(4, lambda: 0.0)])


Defect = Callable[[Worlds], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("defect", "route"),
    [(global_unique_key, PEOPLE), (global_sequence, PEOPLE), (owner_rights_view, PARTS), (page_total, PARTS), (shared_rate_bucket, PARTS)],
)
async def test_a_defect_would_be_noticed(worlds: Worlds, defect: Defect, route: tuple[str, str]) -> None:
    """The canaries: each a channel that was found open in some system."""
    draw = random.Random(f"{SEED}/{defect.__name__}")
    with defect(worlds):
        for _ in range(40):
            await keep_secret(worlds[0], draw)
        if defect is page_total:
            sql(worlds, "ANALYZE part")
        found = await compare(*worlds, 80, f"{SEED}/{defect.__name__}", enough=1, only=route, drift=0)
    assert found.differences


@pytest.mark.parametrize("sound", [view_with_the_askers_rights, rate_buckets_of_their_own])
async def test_what_is_sound_is_not_taken_for_a_defect(worlds: Worlds, sound: Defect) -> None:
    with sound(worlds):
        found = await compare(*worlds, 40, f"{SEED}/{sound.__name__}", only=PARTS)
    assert not found.differences


@pytest.mark.long
@pytest.mark.timeout(20_000)
async def test_a_hundred_thousand_pairs(chosen: Settings, owner_url: str) -> None:
    async with open_worlds(chosen, owner_url) as sides:
        await campaign(sides, int(os.environ.get("PAIRS", "100000")), full=True)
