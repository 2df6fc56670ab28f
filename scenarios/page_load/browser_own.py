"""Client side of browser at somebody else's server: Chromium fetches what is described."""

from __future__ import annotations

from urllib.parse import urlsplit

from bench.load.clients.browser_messages import Options, PageLoaded
from bench.load.clients.shown_key import shown_key
from bench.load.described import trusted_by
from bench.model.ownserver import is_secure
from bench.model.ownserver.places import port_of
from scenarios.page_load._browsing import BrowserPage
from scenarios.page_load._document import DOCUMENT
from scenarios.page_load._own_page import OwnPage
from scenarios.page_load._patience import patience_s, remedy


class Client(OwnPage, BrowserPage):
    """Our document is shown in the place of the server's, which is not asked for it.

    So its script begins without any connection to that server, and yet sees all of its own
    resources' times: they are of the same origin.
    """

    @property
    def origin(self) -> str:
        """With its port, which Chromium is to be told."""
        parts = urlsplit(self.url)
        here = parts.netloc if parts.port else f"{parts.netloc}:{port_of(self.url)}"
        return f"{parts.scheme}://{here}"

    async def key_fingerprint(self) -> str:
        if not is_secure(self.url):
            return ""
        host, port = str(urlsplit(self.url).hostname), port_of(self.url)
        return await shown_key(host, port, trusted_by(self.own, self.session))

    async def open_tab(self) -> None:
        await self.browser.open_tab(self.number, f"{self.origin}/", DOCUMENT, self.named_headers)

    @property
    def patience_s(self) -> float:
        return patience_s(self.session.only_one, self.session.load.window.drain_s)

    async def load_page(self, options: Options) -> PageLoaded:
        try:
            return await super().load_page(options)
        except ConnectionError as error:
            port = port_of(self.url) if self.protocol == "http3" else 0
            raise ConnectionError(f"{error}; {remedy(port)}") from None
