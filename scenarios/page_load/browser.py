"""Client side of browser: a headless Chromium loads the page, and says itself how long it took."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.page_load._browsing import BrowserPage

HTTP1_CONNECTIONS = 6


class Client(BrowserPage):
    """Each page has its own context; it is timed from its script's first fetch.

    The document comes from the application's own port: another origin than that of the
    resources, to which there is no connection when its script begins.
    """

    @property
    def origin(self) -> str:
        listeners = self.session.address.listeners
        if self.protocol == "http3":
            return listeners["quic"].url
        encrypted = self.protocol == "http2" or self.session.load.own.tls == "on"
        return listeners["tls" if encrypted else "http1"].url

    @property
    def paths(self) -> Sequence[str]:
        return [f"/resource?bytes={size}&n={number}" for number, size in enumerate(self.sizes)]

    async def open_tab(self) -> None:
        session = self.session
        await self.browser.open_tab(self.number, f"http://{session.host}:{session.port}/page")

    def streams(self) -> tuple[Sequence[str], int]:
        wanted = self.session.load.own.streams
        room = min(wanted, HTTP1_CONNECTIONS) if self.protocol == "http1" else wanted
        return [f"{self.origin}/stream?n={number}" for number in range(wanted)], room
