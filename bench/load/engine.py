"""The event-loop thread beside gevent: Locust decides who runs, uvloop does the I/O.

Importing Locust patches threading, so a real thread must be started with the
original function, and asyncio needs an executor of its own.  Knows nothing of
patterns, samples or Locust's users.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import gevent
import gevent.event
import gevent.monkey
import uvloop

from bench.clock import Alarm

T = TypeVar("T")

_start_new_thread = gevent.monkey.get_original("_thread", "start_new_thread")

SWITCH_SECONDS = 0.0002
"""How long gevent's thread may keep the interpreter from the loop's; Python's default is 5 ms."""

CONNECTS_AT_ONCE = 200
"""More would overrun a server's queue of pending connections and measure that instead."""


class NativeExecutor(concurrent.futures.ThreadPoolExecutor):
    """Runs each call in a real thread; the patched pool would run them on the loop's.

    (asyncio insists on this base class for its default executor.)
    """

    def __init__(self) -> None:
        pass

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def work() -> None:
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        _start_new_thread(work, ())
        return future

    def shutdown(self, *_: Any, **__: Any) -> None:
        pass


class Engine:
    """One uvloop loop in one native thread, and the bridge from and to greenlets."""

    loop: asyncio.AbstractEventLoop
    alarm: Alarm
    connecting: asyncio.Semaphore

    def __init__(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self.helpers: dict[str, Any] = {}
        """What clients share beside connections (a browser), by name, to begin it once."""
        self.at_end: list[Callable[[], Awaitable[None]]] = []
        """What is to be done when all is measured, the last first."""
        self._woken: deque[gevent.event.Event] = deque()
        self._watcher = gevent.get_hub().loop.async_()
        self._watcher.start(self._wake)
        ready: list[bool] = []
        _start_new_thread(self._live, (ready,))
        while not ready:
            gevent.sleep(0.001)

    def _live(self, ready: list[bool]) -> None:
        self.loop = uvloop.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.loop.set_default_executor(NativeExecutor())
        self.alarm = Alarm(self.loop)
        self.connecting = asyncio.Semaphore(CONNECTS_AT_ONCE)
        ready.append(True)
        self.loop.run_forever()

    def _wake(self) -> None:
        while self._woken:
            self._woken.popleft().set()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it on the loop while this greenlet waits; killing the greenlet cancels it."""
        finished = gevent.event.Event()
        tasks: list[asyncio.Task[T]] = []

        def done(_: asyncio.Task[T]) -> None:
            self._woken.append(finished)
            self._watcher.send()  # the one gevent call that another thread may make

        def begin() -> None:
            tasks.append(self.loop.create_task(coroutine))
            tasks[0].add_done_callback(done)

        self.loop.call_soon_threadsafe(begin)
        try:
            finished.wait()
        except BaseException:
            # Not the bound method: the task may not be there yet.
            self.loop.call_soon_threadsafe(lambda: tasks[0].cancel())  # noqa: PLW0108
            raise
        return tasks[0].result()

    async def end(self) -> None:
        """Have what clients began and share ended."""
        while self.at_end:
            await self.at_end.pop()()

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """The result of a plain function, run on the loop's thread."""

        async def once() -> T:
            return function(*args)

        return self.run(once())
