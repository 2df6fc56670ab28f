"""A CurlMulti on the running asyncio loop: its sockets are watched, its timer is kept.

Knows nothing of what is fetched, nor of what a handle's callbacks do.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Collection
from typing import Any

import pycurl  # type: ignore[import-untyped]

from bench.clock import now_ns

Ended = Callable[[Any, int, str], None]


class CurlLoop:
    """Runs easy handles.  `ended(easy, now, failure)` is called for each that has ended.

    Then, and after every other turn of curl, `turned()` is called.  Both may add and
    remove handles; callbacks of a handle must not.
    """

    def __init__(self, ended: Ended, turned: Callable[[], None]) -> None:
        self._ended = ended
        self._turned = turned
        self._loop = asyncio.get_running_loop()
        self._watched: dict[int, int] = {}
        self._timer: asyncio.Handle | None = None
        self._inside = False
        self._closed = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._arm)
        self.setopt = self._multi.setopt
        self.add = self._multi.add_handle
        self.remove = self._multi.remove_handle

    @property
    def inside(self) -> bool:
        """Whether this is called by a handle's callback."""
        return self._inside

    def close(self, attached: Collection[Any]) -> None:
        """Take out the handles that are in and close all connections."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for fd in self._watched:
            self._loop.remove_reader(fd)
            self._loop.remove_writer(fd)
        with warnings.catch_warnings():
            # pycurl warns when the handle that opened a connection is not in any more.
            warnings.simplefilter("ignore", RuntimeWarning)
            for easy in attached:
                self._multi.remove_handle(easy)
            self._multi.close()

    # --- what curl wants --------------------------------------------------------------

    def _watch(self, what: int, fd: int, *_: Any) -> None:
        """To know when this socket can be read or written."""
        if self._closed:
            return
        wanted = 0 if what == pycurl.POLL_REMOVE else what
        changed = self._watched.pop(fd, 0) ^ wanted
        if wanted:
            self._watched[fd] = wanted
        if changed & pycurl.POLL_IN:
            if wanted & pycurl.POLL_IN:
                self._loop.add_reader(fd, self._act, fd, pycurl.CSELECT_IN)
            else:
                self._loop.remove_reader(fd)
        if changed & pycurl.POLL_OUT:
            if wanted & pycurl.POLL_OUT:
                self._loop.add_writer(fd, self._act, fd, pycurl.CSELECT_OUT)
            else:
                self._loop.remove_writer(fd)

    def _arm(self, milliseconds: int) -> None:
        """To be woken.  Woken early, as uvloop does, it asks again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closed or milliseconds < 0:
            return
        if milliseconds:
            self._timer = self._loop.call_later(milliseconds / 1000, self._wake)
        else:
            self._timer = self._loop.call_soon(self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._act(pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, fd: int, events: int) -> None:
        if self._closed:
            return
        self._inside = True
        try:
            self._multi.socket_action(fd, events)
        finally:  # what a callback raised is raised by curl's turn
            self._inside = False
            self._read_ends()

    def _read_ends(self) -> None:
        left = 1
        while left:
            left, well, failed = self._multi.info_read()
            now = now_ns()
            for easy in well:
                self._ended(easy, now, "")
            for easy, code, words in failed:
                self._ended(easy, now, f"{words or 'failed'} (curl {code})")
        self._turned()
