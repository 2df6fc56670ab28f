"""Client side of browser: a headless Chromium loads the page, and says itself how long it took."""

from __future__ import annotations

from bench.load.clients.browser import Browser, shared
from bench.load.clients.browser_messages import BrowserConfig, Options, Protocol
from bench.load.clients.browser_timing import Resource, resources
from bench.load.working import WorkItem
from bench.model.samples import OK
from scenarios.page_load._page import PageClient

MOST_CLIENTS = 10
HTTP1_CONNECTIONS = 6


class Client(PageClient):
    """Each page has its own context; it is timed from its script's first fetch.

    The document comes from the application's own port: another origin than that of the
    resources, to which there is no connection when its script begins.
    """

    browser: Browser

    @property
    def protocol(self) -> Protocol:
        protocol: Protocol = self.session.load.own.protocol
        return protocol

    @property
    def origin(self) -> str:
        listeners = self.session.address.listeners
        if self.protocol == "http3":
            return listeners["quic"].url
        encrypted = self.protocol == "http2" or self.session.load.own.tls == "on"
        return listeners["tls" if encrypted else "http1"].url

    async def connect(self) -> None:
        session = self.session
        clients = session.load.window.clients
        if clients > MOST_CLIENTS:
            raise ConnectionError(
                f"clients={clients}: the browser can act as at most {MOST_CLIENTS} clients; "
                f"write clients={MOST_CLIENTS} or less"
            )
        config = BrowserConfig(self.protocol, self.origin, session.address.key_fingerprint)
        self.browser = await shared(session.engine, config)
        session.facts["browser"] = f"Chromium {self.browser.version}"
        await super().connect()

    async def prepare(self) -> None:
        session = self.session
        session.wire.unseen += 1  # its connections' sockets are the browser's
        url = f"http://{session.host}:{session.port}/page"
        await self.browser.open_tab(self.number, url)

    async def work(self, item: WorkItem) -> None:
        wanted = self.session.load.own.streams
        room = min(wanted, HTTP1_CONNECTIONS) if self.protocol == "http1" else wanted
        options = Options(self.origin, self.sizes, wanted, room)
        reply = await self.browser.load_page(self.number, options)
        found = resources(reply, self.protocol)
        for number, one in enumerate(found):
            self._record_resource(item.sequence, number, one)
        item.intended_ns = item.sent_ns = min(one.started_ns for one in found)
        item.first_byte_ns = min(one.first_byte_ns for one in found)
        item.done_ns = max(one.done_ns for one in found)
        item.bytes_down = sum(one.body_bytes for one in found)

    async def close(self) -> None:
        """The browser is shared, and ended when all is measured."""

    def _record_resource(self, page: int, number: int, one: Resource) -> None:
        if one.status != 200 or one.body_bytes != self.sizes[number]:
            raise ConnectionError(
                f"a resource arrived with status {one.status}, {one.body_bytes} B"
            )
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
