"""Examples drawn by hypothesis for deeds that wait: hypothesis runs in a thread, the deeds in the test's own loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy


async def each(deed: Callable[..., Awaitable[None]], examples: int, *strategies: SearchStrategy[Any], seconds: float = 60) -> None:
    """Carries the deed out for so many examples of the strategies."""
    loop = asyncio.get_running_loop()

    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.tuples(*strategies))
    def check(drawn: tuple[Any, ...]) -> None:
        async def done() -> None:
            await deed(*drawn)

        asyncio.run_coroutine_threadsafe(done(), loop).result(seconds)

    await asyncio.to_thread(check)
