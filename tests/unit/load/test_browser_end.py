"""How a load process ends its browser's driver."""

from __future__ import annotations

import asyncio
import errno
import os
import threading

import pytest

from bench.load.clients import browser

PID = 4242
SECONDS = 10.0


def test_a_driver_that_ends_as_it_is_to_be_killed_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends itself after the same patience, and is gone before the loop hears of it."""
    killed: list[int] = []
    heard = threading.Event()

    def wait(pid: int, _: int) -> tuple[int, int]:
        assert heard.wait(SECONDS)
        return pid, 0

    def kill(pid: int, _: int) -> None:
        killed.append(pid)
        heard.set()
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))

    async def end() -> None:
        await browser.Browser(PID, commands, asyncio.StreamReader()).close()

    monkeypatch.setattr(browser, "_wait", wait)
    monkeypatch.setattr(browser.os, "kill", kill)
    monkeypatch.setattr(browser, "END_SECONDS", 0.01)
    input_, commands = os.pipe()
    asyncio.run(end())
    assert os.read(input_, 1) == b"", "it was told to end"
    os.close(input_)
    assert killed == [PID]
