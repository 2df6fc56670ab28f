"""What clients of `page_load` do in a headless Chromium, which says itself how long a page took.

Knows neither whose server it is nor how the browser is driven.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.load.clients.browser import Browser, shared
from bench.load.clients.browser_messages import BrowserConfig, Options, PageLoaded, Protocol
from bench.load.clients.browser_timing import Resource, resources
from bench.load.working import WorkItem
from bench.model.samples import OK
from scenarios.page_load._page import PageClient

MOST_CLIENTS = 10


class BrowserPage(PageClient):
    """Each page has its own context, without any connection when its script begins."""

    abstract = True
    browser: Browser

    @property
    def protocol(self) -> Protocol:
        protocol: Protocol = self.session.load.own.protocol
        return protocol

    # --- what depends on whose server it is -----------------------------------------------

    async def key_fingerprint(self) -> str:
        """The key of the server's certificate, which the browser is to believe; "": none."""
        return self.session.address.key_fingerprint

    async def open_tab(self) -> None:
        """Have the document shown whose script loads pages."""
        raise NotImplementedError

    def streams(self) -> tuple[Sequence[str], int]:
        """The URLs of streams that the page opens first, and how many of them find room."""
        return (), 0

    @property
    def patience_s(self) -> float:
        """How long a page's resource is waited for; 0: for ever."""
        return 0

    async def load_page(self, options: Options) -> PageLoaded:
        """ConnectionError where the browser says that it cannot."""
        return await self.browser.load_page(self.number, options)

    # --- what does not --------------------------------------------------------------------

    async def connect(self) -> None:
        session = self.session
        clients = session.load.window.clients
        if clients > MOST_CLIENTS:
            raise ConnectionError(
                f"clients={clients}: the browser can act as at most {MOST_CLIENTS} clients; "
                f"write clients={MOST_CLIENTS} or less"
            )
        config = BrowserConfig(self.protocol, self.origin, await self.key_fingerprint())
        self.browser = await shared(session.engine, config)
        session.facts["browser"] = f"Chromium {self.browser.version}"
        await super().connect()

    async def prepare(self) -> None:
        self.session.wire.unseen += 1  # its connections' sockets are the browser's
        await self.open_tab()

    async def work(self, item: WorkItem) -> None:
        urls = tuple(f"{self.origin}{path}" for path in self.paths)
        streams, room = self.streams()
        options = Options(urls, tuple(streams), room, round(self.patience_s * 1000))
        found = resources(await self.load_page(options), self.protocol)
        for number, one in enumerate(found):
            self._record_resource(item.sequence, number, one)
        item.intended_ns = item.sent_ns = min(one.started_ns for one in found)
        item.first_byte_ns = min(one.first_byte_ns for one in found)
        item.done_ns = max(one.done_ns for one in found)
        item.bytes_down = sum(one.body_bytes for one in found)

    async def close(self) -> None:
        """The browser is shared, and ended when all is measured."""

    def _record_resource(self, page: int, number: int, one: Resource) -> None:
        self.check(number, one)
        asked_ns, ready_ns = one.started_ns, one.connected_ns
        # What its headers took the browser does not say.
        self.record(
            self.resource,
            OK,
            self.number,
            page,
            asked_ns,
            one.requested_ns,
            one.first_byte_ns,
            one.done_ns,
            0,
            one.body_bytes,
        )
        if ready_ns:
            self.record(
                self.opening, OK, self.number, page, asked_ns, asked_ns, ready_ns, ready_ns, 0, 0
            )
