"""A headless Chromium beside the load process: started, asked, ended.

The browser and its driver (see browser_driver.py) are children of the load process, on
its cores and in its network.  Knows nothing of pages' contents or of samples.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from itertools import count
from typing import TypeVar

import gevent.monkey

from bench.load.clients.browser_messages import (
    BrowserCommand,
    BrowserConfig,
    BrowserFailed,
    BrowserReady,
    BrowserReply,
    LoadPage,
    OpenTab,
    Options,
    PageLoaded,
    TabOpened,
)
from bench.load.engine import Engine
from bench.pipes import hear, line_of

START_SECONDS = 20.0
END_SECONDS = 5.0
NAME = "browser"

T = TypeVar("T", bound=TabOpened | PageLoaded)

_spawn = gevent.monkey.get_original("os", "posix_spawn")
_wait = gevent.monkey.get_original("os", "waitpid")


class Browser:
    """One driver with one Chromium; to be used on the engine's loop."""

    def __init__(self, pid: int, commands: int, lines: asyncio.StreamReader) -> None:
        self._pid, self._commands, self._lines = pid, commands, lines
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[TabOpened | PageLoaded]] = {}
        self._listener: asyncio.Task[None] | None = None
        self.version = ""

    @classmethod
    async def start(cls, config: BrowserConfig) -> Browser:
        """Return when Chromium runs; ConnectionError where it does not."""
        theirs_in, commands = os.pipe()
        answers, theirs_out = os.pipe()
        words = [sys.executable, "-m", "bench.load.clients.browser_driver"]
        # subprocess and asyncio's are gevent's here, or need a main thread that is not.
        pid = _spawn(
            sys.executable,
            words,
            dict(os.environ),
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs_in, 0),
                (os.POSIX_SPAWN_DUP2, theirs_out, 1),
            ],
        )
        os.close(theirs_in)
        os.close(theirs_out)
        lines = asyncio.StreamReader(limit=1 << 26)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(answers, "rb", 0)
        )
        self = cls(pid, commands, lines)
        try:
            self._tell(config)
            ready = await asyncio.wait_for(self._hear(), START_SECONDS)
            if not isinstance(ready, BrowserReady):
                reason = ready.reason if isinstance(ready, BrowserFailed) else "it said nonsense"
                raise ConnectionError(f"Chromium did not start: {reason}")
        except BaseException:
            _kill(pid)
            await self.close()
            raise
        self.version = ready.version
        self._listener = asyncio.create_task(self._listen())
        return self

    def _tell(self, message: BrowserConfig | BrowserCommand) -> None:
        try:
            os.write(self._commands, line_of(message))
        except OSError:
            raise ConnectionError("the browser's driver has ended") from None

    async def _hear(self) -> BrowserReply:
        line = await self._lines.readline()
        if not line:
            raise ConnectionError("the browser's driver has ended")
        reply: BrowserReply = hear(line, BrowserReply)
        return reply

    async def _listen(self) -> None:
        try:
            while True:
                reply = await self._hear()
                if isinstance(reply, BrowserReady):
                    continue
                future = self._asked.pop(reply.number, None)
                if future is None or future.done():
                    continue
                if isinstance(reply, BrowserFailed):
                    future.set_exception(ConnectionError(f"browser: {reply.reason}"))
                else:
                    future.set_result(reply)
        except ConnectionError as error:
            for future in self._asked.values():
                if not future.done():
                    future.set_exception(error)
            self._asked.clear()

    async def open_tab(
        self, client: int, url: str, document: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        """Give the client a fresh tab; ConnectionError where the browser says that it cannot."""
        number = next(self._numbers)
        await self._ask(OpenTab(number, client, url, document, headers or {}), TabOpened)

    async def load_page(self, client: int, options: Options) -> PageLoaded:
        """Have the client's page load; ConnectionError where the browser says that it cannot."""
        return await self._ask(LoadPage(next(self._numbers), client, options), PageLoaded)

    async def _ask(self, command: BrowserCommand, kind: type[T]) -> T:
        future = self._asked[command.number] = asyncio.get_running_loop().create_future()
        self._tell(command)
        try:
            reply = await future
        finally:
            self._asked.pop(command.number, None)
        if not isinstance(reply, kind):
            raise ConnectionError("the browser's driver answered another request")
        return reply

    async def close(self) -> None:
        """End Chromium and its driver, and wait for that."""
        if self._listener is not None:
            self._listener.cancel()
        with contextlib.suppress(OSError):
            os.close(self._commands)  # the end of its input
        loop = asyncio.get_running_loop()
        ended = loop.run_in_executor(None, _reap, self._pid)
        _, late = await asyncio.wait([ended], timeout=END_SECONDS)
        if late:
            _kill(self._pid)
            await ended


def _kill(pid: int) -> None:
    """Also where it has ended by itself just now, and the loop has not heard of it yet."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        _wait(pid, 0)


async def shared(engine: Engine, config: BrowserConfig) -> Browser:
    """The browser of this load process: begun by whoever wants it first, ended at the end."""
    if NAME not in engine.helpers:
        starting = asyncio.ensure_future(Browser.start(config))
        engine.helpers[NAME] = starting

        async def end() -> None:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await (await starting).close()

        engine.at_end.append(end)
    # Shielded: who waits may be cancelled, the others still want it.
    browser: Browser = await asyncio.shield(engine.helpers[NAME])
    return browser
