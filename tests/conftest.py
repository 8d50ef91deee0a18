"""One embedded server and one migrated database for the whole run; every test owns its companies."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import argon2
import httpx
import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo

from ashiato import app as composition
from ashiato.gateways.rest import Tools
from ashiato.plumbing import keys, migrations, postgres
from ashiato.plumbing.settings import Settings
from tests.world import World

# Examples may take their time. A merge is judged by the same examples each time; new ones are sought at every other run.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=os.environ.get("CI") == "true")
settings.load_profile("patient")

# Thousands of people log in here, none of whose passwords is worth a fifth of a second; tests/plumbing/test_keys.py asks what a program hashes with.
keys._passwords = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# A failure that a campaign provokes thousands of times is told in lines, not in frames with every variable: those take seconds each.
_TOLD = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
structlog.configure(processors=[*_TOLD, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)])

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), public_url="http://testserver", log_level="error", strangers_per_minute=0)


@pytest.fixture(scope="session")
def owner_url(chosen: Settings) -> Iterator[str]:
    """A database of this run, on DATABASE_URL's server if there is one, else on the embedded server."""
    with postgres.running(chosen) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS ashiato_test")
            connection.execute("CREATE DATABASE ashiato_test")
            connection.execute(
                "ALTER DATABASE ashiato_test SET synchronous_commit = off"
            )  # nobody pulls a plug here; who kills has a server of its own
        ours = make_conninfo(url, dbname="ashiato_test")
        migrations.migrate(chosen, ours)
        yield ours


@pytest.fixture(scope="session")
async def tools(chosen: Settings, owner_url: str) -> AsyncIterator[Tools]:
    async with composition.tools(chosen, owner_url) as opened:
        yield opened


@pytest.fixture(scope="session")
async def client(tools: Tools) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(composition.build(tools))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


@pytest.fixture(scope="session")
async def world(tools: Tools, client: httpx.AsyncClient) -> World:
    return await World.begin(tools, client)
