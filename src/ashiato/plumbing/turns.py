"""Costly work that anybody can cause takes turns, on threads of its own that give way to everything else (on Linux; elsewhere they only take turns).

Whoever guesses passwords or sends hostile files thus waits for others who do, and keeps nobody else waiting. Programs that such a thread starts
inherit its low priority.
"""

import asyncio
import contextvars
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_NICE = 10
P = ParamSpec("P")
T = TypeVar("T")


class Turns:
    """So many works at once in this process; the others wait in order."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, initializer=_give_way)

    async def take(self, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """What the work returns or raises, when its turn has come."""
        context = contextvars.copy_context()  # logs and spans belong to the request that waits
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: context.run(work, *args, **more))


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere a priority is that of the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


PASSWORDS = Turns(1)
FILES = Turns(2)  # a large file shall not keep the small ones waiting
