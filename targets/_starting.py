"""Servers that do not say which port they got, nor when they accept: a free port, and waiting.

And programs that must not outlive the part that started them.

Knows no server.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from functools import partial

from bench.pipes import die_with_parent

START_SECONDS = 10.0
STEP_SECONDS = 0.01


def free_port(host: str) -> int:
    """A port that nobody listened on just now."""
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


async def until_it_accepts(host: str, port: int, still_starts: Callable[[], None]) -> None:
    """Return when somebody accepts connections there; TimeoutError after 10 s.

    `still_starts` raises where the server has ended instead.
    """
    async with asyncio.timeout(START_SECONDS):
        while True:
            still_starts()
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                return
            await asyncio.sleep(STEP_SECONDS)


async def start_program(*command: str) -> asyncio.subprocess.Process:
    """A program that ends with this process, however it ends; call it on the main thread."""
    return await asyncio.create_subprocess_exec(
        *command, preexec_fn=partial(die_with_parent, os.getpid())
    )


def runs(task: asyncio.Task[None]) -> None:
    """ConnectionError where a server's task has ended, or what it ended with."""
    if task.done():
        task.result()
        raise ConnectionError("the server ended at its start")
