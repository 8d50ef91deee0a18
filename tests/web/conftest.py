"""Browsers for the pages' tests."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI
from tests.web.browser import Browser

from ashiato import app as composition
from ashiato.gateways.rest import Tools


@pytest.fixture(scope="session")
def application(tools: Tools) -> FastAPI:
    """The application that all browsers look at."""
    return composition.build(tools)


@pytest.fixture
async def browse(application: FastAPI) -> AsyncIterator[Callable[..., Browser]]:
    """Opens browsers, each with cookies of its own."""
    opened: list[Browser] = []

    def browse(language: str = "en") -> Browser:
        opened.append(Browser(httpx.ASGITransport(application), language))
        return opened[-1]

    yield browse
    for browser in opened:
        await browser.client.aclose()
